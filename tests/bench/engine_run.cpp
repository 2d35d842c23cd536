#include "tests/bench/engine_run.h"

#include <algorithm>
#include <ctime>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "matching/ladder.h"
#include "matching/units.h"

namespace betex::matching::bench {
namespace {

constexpr std::size_t kBatch = 256;
constexpr std::size_t kEventBytes = 64 * 1'024;

// A ClOrdID is known for one to two generations. As much time passes as lets a million be known on
// average.
constexpr std::int64_t kIdsHeld = 1'000'000;
constexpr std::int64_t kStep = kGenerationNanos * 3 / 2 / kIdsHeld;

constexpr std::int64_t kBinaryUnit = kDecimalScale / kPayout;
constexpr std::int64_t kOddsUnit = kDecimalScale / kOddsOne;

constexpr Decimal kPlenty{1'000'000'000 * kDecimalScale};

// As long as some hundred operations.
constexpr std::uint32_t kGroupWindowMs = 60'000;

Reference group_name(std::size_t group) {
  return Reference{"group-" + std::to_string(group)};
}

}  // namespace

std::chrono::duration<double, std::nano> thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

BookRun::BookRun(std::size_t orders) : book_{kClassic}, events_(kEventBytes) {
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

EngineRun::EngineRun(const EngineSetup& setup) : setup_{setup} {
  create_accounts();
  double sum = 0;
  for (std::size_t i = 0; i < setup.markets; ++i) {
    create_market("M" + std::to_string(i));
    sum += 1.0 / static_cast<double>(i + 1);
    zipf_.push_back(sum);
  }
}

void EngineRun::create_accounts() {
  const auto create = [this](const std::string& name) {
    CreateAccount account{.account = Name{name}};
    if (setup_.accounts != 0) {
      account.kind = AccountKind::Collateralised;
      account.opening_balance = kPlenty;
    }
    send(account);
    create_groups(account.account);
    return HashedName{account.account};
  };
  if (setup_.accounts == 0) {
    makers_ = {create("maker")};
    takers_ = {create("taker")};
    return;
  }
  for (std::size_t i = 0; i < setup_.accounts; ++i) {
    makers_.push_back(create("maker-" + std::to_string(i)));
    takers_.push_back(create("taker-" + std::to_string(i)));
  }
}

void EngineRun::create_groups(const Name& account) {
  for (std::size_t group = 0; group < setup_.groups; ++group) {
    send(OrderGroupRequest{.account = account,
                           .cl_ord_id = ClOrdId{"20261122-group-" + std::to_string(++ids_)},
                           .group = group_name(group),
                           .limit = kPlenty,
                           .window_ms = kGroupWindowMs,
                           .counted = CountedFills::All,
                           .action = OrderGroupAction::Create,
                           .transact_time = now_});
  }
}

void EngineRun::create_market(const std::string& name) {
  if (setup_.kind == MarketKind::Binary) {
    send(CreateMarket{
        .market = Name{name}, .kind = MarketKind::Binary, .ladder = LadderKind::DeciCent});
    symbols_.emplace_back(name);
  } else {
    send(CreateMarket{.market = Name{name}});
    for (std::size_t runner = 0; runner < setup_.runners; ++runner) {
      const Name symbol{name + "." + std::to_string(runner)};
      send(AddRunner{.market = Name{name}, .symbol = symbol});
      if (runner == 0 || setup_.all_runners) {
        symbols_.push_back(symbol);
      }
    }
  }
  send(OpenMarket{.market = Name{name}});
}

double EngineRun::run(std::span<const Operation> operations) {
  double spent = 0;
  for (std::size_t first = 0; first < operations.size(); first += kBatch) {
    batch_.clear();
    for (const Operation& each :
         operations.subspan(first, std::min(kBatch, operations.size() - first))) {
      batch_.push_back(command(each));
      take_hashes(ClOrdIdKey{}, batch_.back().body);  // as the gateway's I/O threads do
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

void EngineRun::rest_deep(std::size_t orders) {
  constexpr std::int32_t kLevels = 174;
  for (std::size_t i = 0; i < orders; ++i) {
    send(command({.kind = Kind::Add,
                  .side = Side::Ask,
                  .tick = 1 + static_cast<std::int32_t>(i % kLevels),
                  .quantity = 1'000})
             .body);
  }
}

void EngineRun::rest_own(std::int64_t quantity) {
  send(order(takers_.front(), Side::Ask, quantity));
}

double EngineRun::take(std::int64_t quantity,
                       TimeInForce time_in_force,
                       std::int64_t min_quantity) {
  PlaceOrder taker = order(takers_.front(), Side::Bid, quantity);
  taker.time_in_force = time_in_force;
  taker.min_quantity = Decimal{min_quantity * kOddsUnit};
  const Command command{.timestamp = now_, .body = taker};
  const auto start = thread_time();
  engine_.decide(command);
  return (thread_time() - start).count();
}

// At the lowest odds, for the first runner.
PlaceOrder EngineRun::order(const Name& account, Side side, std::int64_t quantity) {
  return {.account = account,
          .cl_ord_id = ClOrdId{"20261122-own-" + std::to_string(++ids_)},
          .symbol = symbols_.front(),
          .transact_time = now_,
          .price = Decimal{kClassic.price_of(Tick{}).value() * kOddsUnit},
          .quantity = Decimal{quantity * kOddsUnit},
          .side = side,
          .time_in_force = TimeInForce::Gtc};
}

void EngineRun::bet_and_determine() {
  for (std::size_t i = 0; i < makers_.size(); ++i) {
    for (const bool makes : {true, false}) {
      ++ids_;
      send(PlaceOrder{.account = makes ? makers_[i] : takers_[i],
                      .cl_ord_id = ClOrdId{"20261122-bet-" + std::to_string(ids_)},
                      .symbol = symbols_.front(),
                      .transact_time = now_,
                      .price = Decimal{2 * kDecimalScale},
                      .quantity = Decimal{10 * kDecimalScale},
                      .side = makes ? Side::Ask : Side::Bid});
    }
  }
  const Name market{"M0"};
  send(CloseMarket{.market = market});
  send(DetermineMarket{.market = market,
                       .shares = {{.symbol = symbols_.front(), .numerator = 1, .denominator = 1}}});
}

std::vector<double> EngineRun::settle() {
  std::vector<double> chunks;
  CommandBody body = SettleMarket{.market = Name{"M0"}};
  do {
    const Command command{.timestamp = now_, .body = std::exchange(body, ContinueBatch{})};
    const auto start = thread_time();
    engine_.decide(command);
    chunks.push_back((thread_time() - start).count());
  } while (engine_.batch_pending() != PendingBatch::None);
  return chunks;
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
  const auto market = static_cast<std::size_t>(at);
  return setup_.all_runners ? symbols_[market * setup_.runners + orders_ % setup_.runners]
                            : symbols_[market];
}

// Of the order that comes now.
OptionalBox<OrderExtras> EngineRun::extras() const {
  return setup_.groups == 0 || orders_ % 2 == 0
             ? OptionalBox<OrderExtras>{}
             : OrderExtras{.order_group = group_name(orders_ / 2 % setup_.groups)};
}

// An order's number says whose it is, so that its cancel comes from the same one; spread, so that
// accounts do not come in the order in which they stand in memory.
const HashedName& EngineRun::account(const Operation& operation) {
  constexpr std::uint32_t kSpread = 2'654'435'761;
  const std::uint32_t order = operation.kind == Kind::Cancel ? operation.order : orders_;
  const std::vector<HashedName>& side = operation.kind == Kind::Cross ? takers_ : makers_;
  return side[order * kSpread % side.size()];
}

Command EngineRun::command(const Operation& operation) {
  now_ += Timestamp{kStep};
  const ClOrdId id{"20261122-order-" + std::to_string(++ids_)};
  if (operation.kind == Kind::Cancel) {
    return {
        .timestamp = now_,
        .body = CancelOrder{
            .account = account(operation), .cl_ord_id = id, .order_id = OrderId{operation.order}}};
  }
  ++orders_;
  const bool binary = setup_.kind == MarketKind::Binary;
  // The stream's ticks are odds, which run against probability.
  const Price price = binary ? kDeciCent.price_of(Tick{kTicks - 1 - operation.tick})
                             : kClassic.price_of(Tick{operation.tick});
  return {.timestamp = now_,
          .body = PlaceOrder{
              .account = account(operation),
              .cl_ord_id = id,
              .symbol = symbol(),
              .transact_time = now_,
              .price = Decimal{price.value() * (binary ? kBinaryUnit : kOddsUnit)},
              .quantity = Decimal{operation.quantity * (binary ? kDecimalScale : kOddsUnit)},
              .extras = extras(),
              .side = operation.side,
              .time_in_force = operation.kind == Kind::Add ? TimeInForce::Gtc : TimeInForce::Ioc}};
}

}  // namespace betex::matching::bench
