#include "tests/matching/shadow.h"

namespace betex::matching::testing {

void Shadow::read(const MarketCreated& event) {
  markets[event.header.market] = {.kind = event.kind, .ladder = event.ladder};
}

void Shadow::read(const RunnerAdded& event) {
  books[event.instrument].market = event.header.market;
}

void Shadow::read(const MarketOpened& event) {
  markets.at(event.header.market).state = MarketState::Open;
}

void Shadow::read(const MarketResumed& event) {
  markets.at(event.header.market).state = MarketState::Open;
}

void Shadow::read(const MarketSuspended& event) {
  markets.at(event.header.market).state = MarketState::Suspended;
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
  markets.at(event.header.market).state = MarketState::Determined;
}

void Shadow::read(const MarketVoided& event) {
  markets.at(event.header.market).state = MarketState::Voided;
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
      .values = event.values,
      .closing = event.closing,
      .cash_lock = event.cash_lock};
  if (event.entry == Entry::Rests) {
    rest(event.order);
  }
}

void Shadow::read(const OrderRested& event) {
  rest(event.order);
}

void Shadow::read_leg(const TradeLeg& leg) {
  ShadowOrder& order = live.at(leg.order);
  ShadowPosition& position = positions[{leg.account, order.accepted.instrument}];
  (order.accepted.side == Side::Bid ? position.bought : position.sold) +=
      leg.values.cum_qty - order.values.cum_qty;
  position.cash += leg.cash;
  order.values = leg.values;
  order.closing -= leg.closed;
  order.cash_lock -= leg.lock_released;
  if (leg.values.leaves_qty == Quantity{}) {
    finish(leg.order);
  }
}

void Shadow::read(const TradeMatched& event) {
  read_leg(event.maker);
  read_leg(event.taker);
}

void Shadow::read(const OrderCancelled& event) {
  finish(event.order);
}

void Shadow::read(const OrderExpired& event) {
  finish(event.order);
}

void Shadow::read(const OrderCancelledBatched& event) {
  for (const OrderId order : event.orders()) {
    finish(order);
  }
}

void Shadow::read(const OrderReduced& event) {
  ShadowOrder& order = live.at(event.order);
  order.values = event.values;
  order.closing -= event.closing_released;
  order.cash_lock -= event.lock_released;
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
  order.tick = event.tick;
  order.values = event.values;
  order.closing = event.closing;
  order.cash_lock = event.cash_lock;
  if (event.entry == Entry::Rests) {
    rest(event.order);
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
