#include "tests/bench/engine_run.h"

#include <algorithm>
#include <ctime>
#include <new>
#include <string>
#include <type_traits>

#include "matching/ladder.h"

namespace betex::matching::bench {
namespace {

constexpr std::size_t kBatch = 256;
constexpr std::size_t kEventBytes = 64 * 1'024;

// A ClOrdID is known for one to two generations. As much time passes as lets a million be known on
// average.
constexpr std::int64_t kIdsHeld = 1'000'000;
constexpr std::int64_t kStep = kGenerationNanos * 3 / 2 / kIdsHeld;

}  // namespace

std::chrono::duration<double, std::nano> thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

BookRun::BookRun(std::size_t orders)
    : book_{MarketKind::ExchangeOdds, kClassic}, events_(kEventBytes) {
  slots_.reserve(orders + 1);
  slots_.push_back(0);
}

void BookRun::run(const Operation& operation) {
  switch (operation.kind) {
    case Kind::Add:
      add(operation);
      return;
    case Kind::Cancel:
      cancel(operation);
      return;
    case Kind::Cross:
      cross(operation);
      return;
  }
}

void BookRun::add(const Operation& operation) {
  const OrderId id{slots_.size()};
  const Slot slot = orders_.take();
  slots_.push_back(slot);
  Order& order = orders_.at(slot);
  order.id = id;
  order.tick = Tick{operation.tick};
  order.side = operation.side;
  order.values = {.order_qty = Quantity{operation.quantity},
                  .leaves_qty = Quantity{operation.quantity}};
  book_.push_back(orders_, slot);
  tell([&] {
    return OrderAccepted{
        .order = id, .tick = order.tick, .side = operation.side, .values = order.values};
  });
}

void BookRun::cancel(const Operation& operation) {
  const OrderId id{operation.order};
  const Slot slot = slots_[operation.order];
  Order& order = orders_.at(slot);
  book_.remove(orders_, slot, order.values.leaves_qty);
  order.values.leaves_qty = Quantity{};
  tell([&] { return OrderCancelled{.order = id, .values = order.values}; });
  orders_.give_back(slot);
}

void BookRun::cross(const Operation& operation) {
  const OrderId id{slots_.size()};
  slots_.push_back(0);
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
    if (quantity == maker.values.leaves_qty) {
      book_.remove(orders_, slot, quantity);
    } else {
      book_.reduce(maker, quantity);
    }
    maker.values.leaves_qty -= quantity;
    maker.values.cum_qty += quantity;
    tell([&] {
      return TradeMatched{.tick = maker.tick,
                          .quantity = quantity,
                          .maker = {.order = maker.id, .values = maker.values},
                          .taker = {.order = id}};
    });
    if (maker.values.leaves_qty == Quantity{}) {
      orders_.give_back(slot);
    }
  }
}

// The event is made where it stays, as the engine does it.
template <typename Make>
void BookRun::tell(Make&& make) {
  using Event = std::invoke_result_t<Make&>;
  if (used_ + sizeof(Event) > kEventBytes) {
    used_ = 0;
  }
  Event& event = *::new (events_.data() + used_) Event(make());
  event.header = {.kind = Event::kKind, .size = sizeof(Event), .market_seq = ++market_seq_};
  used_ += sizeof(Event);
}

EngineRun::EngineRun(std::size_t markets) {
  send(CreateAccount{.account = Name{"maker"}});
  send(CreateAccount{.account = Name{"taker"}});
  double sum = 0;
  for (std::size_t i = 0; i < markets; ++i) {
    const std::string market = "M" + std::to_string(i);
    send(CreateMarket{.market = Name{market}});
    for (const char* runner : {".A", ".B"}) {
      send(AddRunner{.market = Name{market}, .symbol = Name{market + runner}});
    }
    send(OpenMarket{.market = Name{market}});
    symbols_.emplace_back(market + ".A");
    sum += 1.0 / static_cast<double>(i + 1);
    zipf_.push_back(sum);
  }
}

double EngineRun::run(std::span<const Operation> operations) {
  double spent = 0;
  for (std::size_t first = 0; first < operations.size(); first += kBatch) {
    batch_.clear();
    for (const Operation& each :
         operations.subspan(first, std::min(kBatch, operations.size() - first))) {
      batch_.push_back(command(each));
    }
    const auto start = thread_time();
    decide(batch_);
    spent += (thread_time() - start).count();
  }
  return spent;
}

// As the gateway does it.
void EngineRun::decide(std::span<const Command> commands) {
  for (std::size_t i = 0; i < commands.size(); ++i) {
    engine_.prefetch([&](std::size_t distance) {
      return i + distance < commands.size() ? &commands[i + distance] : nullptr;
    });
    const Command& each = commands[i];
    while (engine_.is_due(each.timestamp)) {
      engine_.decide({.timestamp = each.timestamp, .body = AdvanceTime{}});
    }
    engine_.decide(each);
  }
}

void EngineRun::rest(std::size_t orders) {
  for (std::size_t i = 0; i < orders; ++i) {
    send(command({.kind = Kind::Add, .side = Side::Bid, .tick = 200, .quantity = 100}).body);
  }
}

void EngineRun::rest_and_cancel(std::size_t orders) {
  rest(orders);
  for (std::size_t i = 0; i < orders; ++i) {
    send(command({.kind = Kind::Cancel, .order = ++cancelled_}).body);
  }
}

double EngineRun::mass_cancel() {
  const Command all{
      .timestamp = now_,
      .body = MassCancel{.account = Name{"maker"},
                         .cl_ord_id = ClOrdId{"20261122-cancel-" + std::to_string(++ids_)}}};
  const auto start = thread_time();
  engine_.decide(all);
  return (thread_time() - start).count();
}

void EngineRun::refuse(std::size_t orders) {
  for (std::size_t i = 0; i < orders; ++i) {
    Command add = command({.kind = Kind::Add, .side = Side::Bid, .tick = 200, .quantity = 100});
    std::get<PlaceOrder>(add.body).symbol = Name{"unknown"};
    send(add.body);
  }
}

void EngineRun::send(const CommandBody& body) {
  engine_.decide({.timestamp = now_, .body = body});
}

const Name& EngineRun::symbol() {
  const double point = zipf_.back() * static_cast<double>(random_() >> 11) * 0x1p-53;
  const auto at = std::lower_bound(zipf_.begin(), zipf_.end(), point) - zipf_.begin();
  return symbols_[static_cast<std::size_t>(at)];
}

Command EngineRun::command(const Operation& operation) {
  now_ += Timestamp{kStep};
  const ClOrdId id{"20261122-order-" + std::to_string(++ids_)};
  if (operation.kind == Kind::Cancel) {
    return {.timestamp = now_,
            .body = CancelOrder{
                .account = Name{"maker"}, .cl_ord_id = id, .order_id = OrderId{operation.order}}};
  }
  const bool add = operation.kind == Kind::Add;
  return {
      .timestamp = now_,
      .body = PlaceOrder{.account = Name{add ? "maker" : "taker"},
                         .cl_ord_id = id,
                         .symbol = symbol(),
                         .transact_time = now_,
                         .price = Decimal{kClassic.price_of(Tick{operation.tick}).value() * 10'000},
                         .quantity = Decimal{operation.quantity * 10'000},
                         .side = operation.side,
                         .time_in_force = add ? TimeInForce::Gtc : TimeInForce::Ioc}};
}

}  // namespace betex::matching::bench
