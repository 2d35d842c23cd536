#include "tests/matching/shadow.h"

#include <algorithm>

#include "matching/ladder.h"
#include "matching/units.h"

namespace betex::matching::testing {
namespace {

// More than the longest window of an order group, with what a fill may count longer.
constexpr Timestamp kLongestKept{2 * 3'600 * std::int64_t{1'000'000'000}};

}  // namespace

void Shadow::read(const MarketCreated& event) {
  markets[event.header.market] = {
      .kind = event.kind, .ladder = event.ladder, .winners = event.winners};
}

void Shadow::read(const RunnerAdded& event) {
  books[event.instrument].market = event.header.market;
  markets.at(event.header.market).runners.push_back(event.instrument);
}

void Shadow::read(const MarketOpened& event) {
  markets.at(event.header.market).state = MarketState::Open;
}

void Shadow::read(const MarketResumed& event) {
  markets.at(event.header.market).state = MarketState::Open;
}

void Shadow::read(const MarketSuspended& event) {
  ShadowMarket& market = markets.at(event.header.market);
  if (event.state == MarketState::Halted) {
    market.before_halt = MarketState::Suspended;
  } else {
    market.state = MarketState::Suspended;
  }
}

void Shadow::read(const MarketReopened& event) {
  markets.at(event.header.market).state = MarketState::Suspended;
}

void Shadow::read(const ExchangeHalted&) {
  halted = true;
}

void Shadow::read(const ExchangeUnhalted&) {
  halted = false;
}

void Shadow::read(const MarketHalted& event) {
  ShadowMarket& market = markets.at(event.header.market);
  market.before_halt = market.state;
  market.state = MarketState::Halted;
}

void Shadow::read(const MarketUnhalted& event) {
  ShadowMarket& market = markets.at(event.header.market);
  market.state = market.before_halt;
}

void Shadow::read(const MarketClosed& event) {
  markets.at(event.header.market).state = MarketState::Closed;
}

void Shadow::read(const MarketDetermined& event) {
  ShadowMarket& market = markets.at(event.header.market);
  market.state = MarketState::Determined;
  market.result = "shares";
  for (const InstrumentShare& share : tail_of(event)) {
    if (share.numerator != 0) {
      market.result += ' ' + std::to_string(share.instrument.value()) + ':' +
                       std::to_string(share.numerator) + '/' + std::to_string(share.denominator);
    }
  }
}

void Shadow::read(const MarketVoided& event) {
  ShadowMarket& market = markets.at(event.header.market);
  market.state = MarketState::Voided;
  market.result = "void at " + std::to_string(event.price.value());
}

// ---- Orders -------------------------------------------------------------------------------------

void Shadow::rest(OrderId order) {
  ShadowOrder& resting = live.at(order);
  resting.place = ShadowPlace::Resting;
  books.at(resting.accepted.instrument).side(resting.accepted.side)[resting.tick].push_back(order);
}

void Shadow::take_out(OrderId order) {
  ShadowOrder& leaving = live.at(order);
  if (leaving.place == ShadowPlace::Resting) {
    ShadowLevels& levels = books.at(leaving.accepted.instrument).side(leaving.accepted.side);
    levels.at(leaving.tick).remove(order);
    if (levels.at(leaving.tick).empty()) {
      levels.erase(leaving.tick);
    }
  }
  leaving.place = ShadowPlace::Taking;
}

void Shadow::finish(OrderId order) {
  take_out(order);
  live.erase(order);
  finished.insert(order);
}

void Shadow::read(const OrderAccepted& event) {
  live[event.order] = {
      .accepted = event,
      .place = event.entry == Entry::Delayed ? ShadowPlace::Delayed : ShadowPlace::Taking,
      .tick = event.tick,
      .values = event.values};
  const RowKey key{event.header.market, event.account};
  if (!rows.contains(key)) {
    ShadowMarket& market = markets.at(event.header.market);
    market.rows.push_back(event.account);
    ShadowRow& row = rows[key];
    for (const InstrumentId runner : market.runners) {
      if (!removed.contains(runner)) {
        row.runners[runner] = {};
      }
    }
  }
  if (event.entry == Entry::Rests) {
    rest(event.order);
  }
}

void Shadow::read(const OrderRested& event) {
  rest(event.order);
}

void Shadow::read_leg(const TradeLeg& leg, const TradeMatched& trade) {
  ShadowOrder& order = live.at(leg.order);
  const bool bid = order.accepted.side == Side::Bid;
  const Quantity filled = leg.values.cum_qty - order.values.cum_qty;
  const auto group = groups.find(order.accepted.order_group);
  if (group != groups.end() &&
      (group->second.standing.counted == CountedFills::All || &leg == &trade.maker)) {
    const std::int64_t unit = odds(trade.instrument) ? kDecimalScale / 100 : kDecimalScale;
    std::erase_if(group->second.fills,
                  [this](const ShadowFill& old) { return old.at + kLongestKept < now; });
    group->second.fills.push_back({now, Decimal{filled.value() * unit}});
  }
  ShadowRow& row = rows.at({trade.header.market, leg.account});
  (bid ? row.bought : row.sold) += filled;
  row.matched += filled;
  row.cash += leg.cash;
  if (odds(trade.instrument)) {
    const Int128 stake = bid ? filled.value() : -filled.value();
    row.runners.at(trade.instrument).won += stake * (trade.price.value() - kOddsOne);
    row.runners.at(trade.instrument).lost -= stake * kMuPerMinorUnit;
  }
  markets.at(trade.header.market).pot -= leg.cash.value();
  accounts.at(leg.account).balance = leg.balance;
  order.spent +=
      Money{filled.value() * unit_cost(trade.instrument, order.accepted.side, trade.tick)};
  order.values = leg.values;
  if (leg.values.leaves_qty == Quantity{}) {
    finish(leg.order);
  }
}

void Shadow::read(const TradeMatched& event) {
  read_leg(event.maker, event);
  read_leg(event.taker, event);
}

void Shadow::read(const OrderCancelled& event) {
  finish(event.order);
}

void Shadow::read(const OrderExpired& event) {
  finish(event.order);
}

void Shadow::read(const OrderCancelledBatched& event) {
  for (const OrderId order : tail_of(event)) {
    finish(order);
  }
}

void Shadow::read(const OrderReduced& event) {
  live.at(event.order).values = event.values;
}

void Shadow::read(const OrderReleased& event) {
  live.at(event.order).place = ShadowPlace::Taking;
  if (event.entry == Entry::Rests) {
    rest(event.order);
  }
}

void Shadow::read(const OrderAmended& event) {
  if (event.entry == Entry::Leaves) {
    finish(event.order);
    return;
  }
  if (event.entry != Entry::Keeps) {
    take_out(event.order);
  }
  ShadowOrder& order = live.at(event.order);
  if (event.sets_terms) {
    order.accepted.version_guard = event.version_guard;
    order.accepted.persistence = event.persistence;
  }
  order.tick = event.tick;
  order.values = event.values;
  if (event.entry == Entry::Rests) {
    rest(event.order);
  }
}

std::int64_t Shadow::unit_cost(InstrumentId instrument, Side side, Tick tick) const {
  const ShadowMarket& market = markets.at(books.at(instrument).market);
  const std::int64_t price = find_ladder(market.ladder)->price_of(tick).value();
  if (market.kind == MarketKind::ExchangeOdds) {
    return side == Side::Bid ? kMuPerMinorUnit : price - kOddsOne;
  }
  return side == Side::Bid ? price : kPayout - price;
}

Money Shadow::part(const ShadowOrder& order) const {
  const OrderAccepted& terms = order.accepted;
  const Money whole{order.values.leaves_qty.value() *
                    unit_cost(terms.instrument, terms.side, order.tick)};
  return terms.max_cost == Money{} ? whole : std::min(whole, terms.max_cost - order.spent);
}

// ---- Order groups -------------------------------------------------------------------------------

void Shadow::read(const OrderGroupSet& event) {
  ShadowGroup& group = groups[event.group];
  if (group.standing.window_ms != event.standing.window_ms) {
    group.fills = {{now, event.standing.filled}};
  }
  group.account = event.account;
  group.name = event.name;
  group.standing = event.standing;
}

void Shadow::read(const OrderGroupReset& event) {
  ShadowGroup& group = groups.at(event.group);
  group.standing = event.standing;
  group.fills.clear();
}

void Shadow::read(const OrderGroupCancelled& event) {
  for (const OrderId order : tail_of(event)) {
    finish(order);
  }
}

void Shadow::read(const OrderGroupTripped& event) {
  groups.at(event.group).standing = event.standing;
}

void Shadow::read(const OrderGroupDeleted& event) {
  groups.erase(event.group);
}

std::uint32_t Shadow::live_orders_of(std::uint32_t group) const {
  return static_cast<std::uint32_t>(std::count_if(live.begin(), live.end(), [&](const auto& entry) {
    return group != 0 && entry.second.accepted.order_group == group;
  }));
}

Decimal ShadowGroup::filled_in(Int128 nanoseconds, Timestamp now) const {
  Decimal sum;
  for (const ShadowFill& fill : fills) {
    sum += Int128{now.value() - fill.at.value()} < nanoseconds ? fill.quantity : Decimal{};
  }
  return sum;
}

// ---- Accounts and rows --------------------------------------------------------------------------

void Shadow::read(const AccountCreated& event) {
  accounts[event.account] = {.kind = event.kind, .balance = event.balance, .credit = event.credit};
  put_in += event.balance.value();
}

void Shadow::read(const AccountLimitsSet& event) {
  ShadowAccount& account = accounts.at(event.account);
  account.may_be_in_deficit |= event.credit < account.credit;
  account.credit = event.credit;
}

void Shadow::read(const FundsMoved& event) {
  ShadowAccount& account = accounts.at(event.account);
  account.balance = event.balance;
  account.may_be_in_deficit |= event.kind == FundsKind::Correction;
  if (event.kind == FundsKind::WriteOff) {
    house -= event.amount.value();
  } else {
    put_in += event.amount.value();
  }
}

void Shadow::read(const RunnerRemoved& event) {
  removed.insert(event.instrument);
  ShadowMarket& market = markets.at(event.header.market);
  market.removing = !market.rows.empty();
}

// Rows that have been passed count the runner no more.
void Shadow::read(const RunnerBetsVoided& event) {
  ShadowMarket& market = markets.at(event.header.market);
  for (; market.passed < event.cursor_after; ++market.passed) {
    const AccountId account = market.rows[market.passed];
    rows.at({event.header.market, account}).runners.erase(event.instrument);
    accounts.at(account).may_be_in_deficit = true;
  }
}

void Shadow::read(const PositionsSettled& event) {
  ShadowMarket& market = markets.at(event.header.market);
  for (const SettledRow& entry : tail_of(event)) {
    ShadowRow& row = rows.at({event.header.market, entry.account});
    ShadowAccount& account = accounts.at(entry.account);
    account.may_be_in_deficit |= event.round > 1;
    account.balance = entry.balance;
    market.pot -= entry.gross.value();
    house += (entry.commission - entry.commission_before).value();
    row.paid = entry.target;
    row.commission = entry.commission;
  }
  for (; market.passed < event.cursor_after; ++market.passed) {
    rows.at({event.header.market, market.rows[market.passed]}).settled = true;
  }
}

void Shadow::read(const MarketSettled& event) {
  ShadowMarket& market = markets.at(event.header.market);
  rounding += market.pot;
  market.pot = 0;
  market.rounds = event.round;
  market.paid_result = market.result;
  if (market.state == MarketState::Determined) {
    market.state = MarketState::Settled;
  }
}

void Shadow::read(const RowsArchived& event) {
  ShadowMarket& market = markets.at(event.header.market);
  for (; market.passed < event.cursor_after; ++market.passed) {
    rows.erase({event.header.market, market.rows[market.passed]});
  }
}

// At most one process at a time goes over a market's rows.
void Shadow::read(const BatchStarted& event) {
  if (event.work != BatchWork::CancelOrders) {
    markets.at(event.header.market).passed = 0;
  }
}

void Shadow::read(const BatchCompleted& event) {
  if (event.work == BatchWork::VoidRunner) {
    markets.at(event.header.market).removing = false;
  }
}

// Odds: a back takes the highest odds first, a lay the lowest. Binary: the other way round.
const std::pair<const Tick, std::list<OrderId>>* Shadow::best(InstrumentId instrument,
                                                              Side side) const {
  const ShadowLevels& levels = books.at(instrument).side(side);
  if (levels.empty()) {
    return nullptr;
  }
  const bool highest = odds(instrument) == (side == Side::Ask);
  return highest ? &*levels.rbegin() : &*levels.begin();
}

}  // namespace betex::matching::testing
