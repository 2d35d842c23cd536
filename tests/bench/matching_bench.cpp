// What matching costs: the neutral mix (60 % limit adds around the middle, 35 % cancels of a random
// live order, 5 % crossing) on a bare floor, on the floor with an event per result, on the book
// with events, and on the whole engine with all checks, ClOrdIDs, events and apply. Run a release
// build on a quiet machine; all runs use the same deterministic stream.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "matching/engine.h"
#include "matching/state.h"

namespace betex::matching {
namespace {

// The time that this thread has run: what others do to the machine is left out, but for the caches.
struct Clock {
  using duration = std::chrono::nanoseconds;

  static duration now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + duration{time.tv_nsec};
  }
};

constexpr std::int32_t kTicks = 350;
constexpr std::int64_t kAddQuantity = 1'000;
constexpr std::size_t kBatch = 1'024;
constexpr std::uint64_t kIdsHeld = 1'000'000;

enum class Kind : std::uint8_t { Add, Cancel, Cross };

struct Operation {
  Kind kind{};
  Side side{};
  std::int32_t tick = 0;
  std::uint32_t order = 0;  // of a cancel
  std::int64_t quantity = 0;
};

// ---- The floor: a ladder array, intrusive lists, dense ids, no checks ---------------------------

struct FloorOrder {
  std::uint32_t previous = 0;
  std::uint32_t next = 0;
  std::int32_t tick = 0;
  Side side{};
  std::int64_t leaves = 0;
};

struct FloorEvent {
  std::array<std::uint64_t, 8> words{};
};

// `WithEvents` also writes a 64-byte event per result.
template <bool WithEvents>
class Floor {
 public:
  explicit Floor(std::size_t orders) : orders_(orders + 1), events_(kEvents) {}

  // Returns how many orders live more or fewer.
  int run(const Operation& operation) {
    switch (operation.kind) {
      case Kind::Add:
        add(operation);
        return 1;
      case Kind::Cancel:
        remove(operation.order);
        tell(operation.order, 0, 0);
        return -1;
      case Kind::Cross:
        return cross(operation);
    }
    return 0;
  }

  [[nodiscard]] bool live(std::uint32_t order) const { return orders_[order].leaves > 0; }

  [[nodiscard]] std::uint32_t last() const { return last_; }

 private:
  static constexpr std::size_t kEvents = 1 << 14;

  struct FloorLevel {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  void tell(std::uint64_t order, std::uint64_t other, std::uint64_t quantity) {
    if constexpr (WithEvents) {
      events_[event_++ % kEvents].words = {order, other, quantity, event_, 0, 0, 0, 0};
    }
  }

  void add(const Operation& operation) {
    const std::uint32_t id = ++last_;
    FloorOrder& order = orders_[id];
    FloorLevel& level = levels_[static_cast<std::size_t>(operation.tick)];
    order = {level.last, 0, operation.tick, operation.side, operation.quantity};
    (level.last == 0 ? level.first : orders_[level.last].next) = id;
    level.last = id;
    if (operation.side == Side::Bid) {
      best_bid_ = std::min(best_bid_, operation.tick);
    } else {
      best_ask_ = std::max(best_ask_, operation.tick);
    }
    tell(id, 0, static_cast<std::uint64_t>(operation.quantity));
  }

  void remove(std::uint32_t id) {
    FloorOrder& order = orders_[id];
    FloorLevel& level = levels_[static_cast<std::size_t>(order.tick)];
    (order.previous == 0 ? level.first : orders_[order.previous].next) = order.next;
    (order.next == 0 ? level.last : orders_[order.next].previous) = order.previous;
    order.leaves = 0;
  }

  int cross(const Operation& operation) {
    const std::uint32_t id = ++last_;
    const bool bid = operation.side == Side::Bid;
    std::int64_t left = operation.quantity;
    int change = 0;
    std::int32_t& best = bid ? best_ask_ : best_bid_;
    while (left > 0 && best >= 0 && best < kTicks) {
      FloorLevel& level = levels_[static_cast<std::size_t>(best)];
      const std::uint32_t maker = level.first;
      if (maker == 0 || orders_[maker].side == operation.side) {
        best += bid ? -1 : 1;
        continue;
      }
      const std::int64_t quantity = std::min(left, orders_[maker].leaves);
      left -= quantity;
      tell(id, maker, static_cast<std::uint64_t>(quantity));
      if (quantity == orders_[maker].leaves) {
        remove(maker);
        --change;
      } else {
        orders_[maker].leaves -= quantity;
      }
    }
    best = std::clamp(best, -1, kTicks);
    return change;
  }

  std::vector<FloorOrder> orders_;
  std::array<FloorLevel, kTicks> levels_{};
  std::vector<FloorEvent> events_;
  std::uint64_t event_ = 0;
  std::uint32_t last_ = 0;
  std::int32_t best_bid_ = kTicks;  // odds: the lowest back is the best
  std::int32_t best_ask_ = -1;
};

// A stream that keeps about `live` orders: crossing orders are as large as it needs.
std::vector<Operation> make_stream(std::size_t count, std::size_t live) {
  std::mt19937_64 random{7};
  Floor<false> floor{count};
  std::vector<Operation> operations;
  std::vector<std::uint32_t> alive;
  operations.reserve(count);
  while (operations.size() < count) {
    Operation operation{.side = random() % 2 == 0 ? Side::Bid : Side::Ask};
    const std::uint64_t dice = operations.size() < live ? 0 : random() % 100;
    if (dice < 60 || alive.size() < live / 2) {
      operation.kind = Kind::Add;
      const auto away = static_cast<std::int32_t>(random() % 40);
      operation.tick = operation.side == Side::Bid ? 176 + away : 174 - away;
      operation.quantity = kAddQuantity;
      alive.push_back(floor.last() + 1);
    } else if (dice < 95) {
      std::size_t at = random() % alive.size();
      while (!floor.live(alive[at])) {
        alive[at] = alive.back();
        alive.pop_back();
        at = random() % alive.size();
      }
      operation.kind = Kind::Cancel;
      operation.order = alive[at];
      alive[at] = alive.back();
      alive.pop_back();
    } else {
      operation.kind = Kind::Cross;
      operation.tick = operation.side == Side::Bid ? 0 : kTicks - 1;
      operation.quantity = kAddQuantity * 5;
    }
    floor.run(operation);
    operations.push_back(operation);
  }
  return operations;
}

// ---- The book with events -----------------------------------------------------------------------

class BookWithEvents {
 public:
  BookWithEvents() : events_(kEvents) {}

  void run(const Operation& operation) {
    if (operation.kind == Kind::Cancel) {
      const Slot slot = orders_.find(OrderId{operation.order});
      book_.remove(orders_, slot, orders_.at(slot).values.leaves_qty);
      orders_.erase(slot);
      tell(OrderCancelled{.order = OrderId{operation.order}});
      return;
    }
    const OrderId id{++last_};
    if (operation.kind == Kind::Add) {
      const Slot slot = orders_.insert(id);
      Order& order = orders_.at(slot);
      order.tick = Tick{operation.tick};
      order.side = operation.side;
      order.values.leaves_qty = Quantity{operation.quantity};
      book_.push_back(orders_, slot);
      tell(OrderAccepted{.order = id});
      return;
    }
    Quantity left{operation.quantity};
    while (left > Quantity{}) {
      const auto best = book_.best(opposite(operation.side));
      if (!best) {
        return;
      }
      const Slot slot = book_.level(*best).first;
      Order& maker = orders_.at(slot);
      const Quantity quantity = std::min(left, maker.values.leaves_qty);
      left -= quantity;
      tell(
          TradeMatched{.quantity = quantity, .maker = {.order = maker.id}, .taker = {.order = id}});
      if (quantity == maker.values.leaves_qty) {
        book_.remove(orders_, slot, quantity);
        orders_.erase(slot);
      } else {
        book_.reduce(maker, quantity);
        maker.values.leaves_qty -= quantity;
      }
    }
  }

 private:
  static constexpr std::size_t kEvents = 1 << 12;

  template <typename Event>
  void tell(const Event& event) {
    std::memcpy(&events_[event_++ % kEvents], &event, sizeof(event));
  }

  struct Room {
    std::array<std::byte, 256> bytes;
  };

  OrderTable orders_;
  Book book_{MarketKind::ExchangeOdds, kClassic};
  std::vector<Room> events_;
  std::uint64_t event_ = 0;
  std::uint64_t last_ = 0;
};

// ---- The engine ---------------------------------------------------------------------------------

class EngineRun {
 public:
  explicit EngineRun(std::size_t markets) {
    send(CreateAccount{.account = Name{"maker"}});
    send(CreateAccount{.account = Name{"taker"}});
    for (std::size_t i = 0; i < markets; ++i) {
      const std::string market = "M" + std::to_string(i);
      send(CreateMarket{.market = Name{market}});
      for (const char* runner : {".A", ".B"}) {
        send(AddRunner{.market = Name{market}, .symbol = Name{market + runner}});
      }
      send(OpenMarket{.market = Name{market}});
      symbols_.emplace_back(market + ".A");
    }
    // Zipf's law over the markets.
    double sum = 0;
    for (std::size_t i = 0; i < markets; ++i) {
      sum += 1.0 / static_cast<double>(i + 1);
      zipf_.push_back(sum);
    }
  }

  // Nanoseconds an operation over the stream's second half; the first warms up.
  double run(const std::vector<Operation>& operations) {
    std::vector<Command> batch;
    Clock::duration spent{};
    for (std::size_t first = 0; first < operations.size(); first += kBatch) {
      const std::size_t last = std::min(first + kBatch, operations.size());
      batch.clear();
      for (std::size_t i = first; i < last; ++i) {
        batch.push_back(command(operations[i]));
      }
      const auto start = Clock::now();
      for (const Command& each : batch) {
        for (auto due = engine_.next_deadline(); due && *due <= each.timestamp;
             due = engine_.next_deadline()) {
          bytes_ += engine_.decide({.timestamp = each.timestamp, .body = AdvanceTime{}})
                        .header.events_size;
        }
        bytes_ += engine_.decide(each).header.events_size;
      }
      if (first >= operations.size() / 2) {
        spent += Clock::now() - start;
      }
    }
    return std::chrono::duration<double, std::nano>(spent).count() /
           static_cast<double>(operations.size() - operations.size() / 2);
  }

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  // As much time passes as lets kIdsHeld ids be known.
  static constexpr std::int64_t kStep =
      kGenerationNanos * 5 / 2 / static_cast<std::int64_t>(kIdsHeld);

  void send(const CommandBody& body) { engine_.decide({.timestamp = now_, .body = body}); }

  const Name& symbol() {
    const double point = zipf_.back() * static_cast<double>(random_() >> 11) * 0x1p-53;
    const auto at = std::lower_bound(zipf_.begin(), zipf_.end(), point) - zipf_.begin();
    return symbols_[static_cast<std::size_t>(at)];
  }

  Command command(const Operation& operation) {
    now_ += Timestamp{kStep};
    const ClOrdId id{"order-" + std::to_string(++ids_)};
    if (operation.kind == Kind::Cancel) {
      return {.timestamp = now_,
              .body = CancelOrder{.account = Name{"maker"},
                                  .cl_ord_id = id,
                                  .order_id = OrderId{operation.order},
                                  .transact_time = now_}};
    }
    const bool add = operation.kind == Kind::Add;
    return {.timestamp = now_,
            .body = PlaceOrder{
                .account = Name{add ? "maker" : "taker"},
                .cl_ord_id = id,
                .symbol = symbol(),
                .transact_time = now_,
                .price = Decimal{kClassic.price_of(Tick{operation.tick}).value() * 10'000},
                .quantity = Decimal{operation.quantity * 10'000},
                .side = operation.side,
                .time_in_force = add ? TimeInForce::Gtc : TimeInForce::Ioc}};
  }

  Engine engine_;
  Timestamp now_{1'700'000'000'000'000'000};
  std::vector<Name> symbols_;
  std::vector<double> zipf_;
  std::mt19937_64 random_{11};
  std::uint64_t ids_ = 0;
  std::uint64_t bytes_ = 0;
};

template <typename Target>
double time_of(Target&& target, const std::vector<Operation>& operations) {
  const std::size_t half = operations.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    target.run(operations[i]);
  }
  const auto start = Clock::now();
  for (std::size_t i = half; i < operations.size(); ++i) {
    target.run(operations[i]);
  }
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count() /
         static_cast<double>(operations.size() - half);
}

void run_all(std::size_t count) {
  std::printf("neutral mix, %zu operations, the second half measured, ns per operation\n", count);
  std::printf("%10s %8s %13s %12s %8s %10s\n",
              "live",
              "floor",
              "floor+events",
              "book+events",
              "engine",
              "/ floor+ev");
  for (const std::size_t live : {1'000UL, 10'000UL, 100'000UL}) {
    const std::vector<Operation> operations = make_stream(count, live);
    const double floor = time_of(Floor<false>{count}, operations);
    const double with_events = time_of(Floor<true>{count}, operations);
    const double book = time_of(BookWithEvents{}, operations);
    const double engine = EngineRun{1}.run(operations);
    std::printf("%10zu %8.1f %13.1f %12.1f %8.1f %10.2f\n",
                live,
                floor,
                with_events,
                book,
                engine,
                engine / with_events);
  }
  std::printf("\nmarkets, Zipf-distributed orders, 10 000 live\n%10s %8s\n", "markets", "engine");
  const std::vector<Operation> operations = make_stream(count, 10'000);
  for (const std::size_t markets : {1UL, 100UL, 10'000UL}) {
    std::printf("%10zu %8.1f\n", markets, EngineRun{markets}.run(operations));
  }
  std::printf(
      "\nbytes: order %zu, ClOrdID %zu + 16 to 32 in its table, market %zu, instrument %zu, "
      "its book %zu once an order rests\n",
      sizeof(Order),
      sizeof(ClOrdIdData) + 2 * sizeof(Slot),
      sizeof(MarketData),
      sizeof(InstrumentState),
      kTicks * sizeof(Level));
}

}  // namespace
}  // namespace betex::matching

// The number of operations may be given; 5 million else.
int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5'000'000;
  betex::matching::run_all(count);
  return 0;
}
