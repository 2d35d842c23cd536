// Events about orders and trades.
#include "matching/apply.h"
#include "matching/assert.h"

namespace betex::matching {
namespace {

// `id` is now the last accepted request of the order.
void extend_chain(State& state, Order& order, const ClOrdId& id) {
  const Slot slot = state.cl_ord_ids.insert(order.account, id, order.id);
  state.cl_ord_ids.append_to_chain(slot, order);
}

Slot known_order(const State& state, OrderId id) {
  const Slot slot = state.orders.find(id);
  BETEX_ASSERT(slot != 0);
  return slot;
}

// For a change of it.
Book& book_of(State& state, const Order& order) {
  ++state.markets.at(order.market).public_changes;
  return state.instruments.at(order.instrument).book;
}

void rest(State& state, Slot slot, Order& order, EventSeq seq) {
  order.place = OrderPlace::Resting;
  state.orders.terms(slot).priority = seq;
  book_of(state, order).push_back(state.orders.pool(), slot);
}

// The order's values become these, outside a fill: what it counts for changes with them.
void set_values(State& state, Slot slot, Order& order, const OrderValues& values) {
  const OpenBet bet = bet_of(state, slot, order);
  const OpenPart before = open_part(bet.terms, order.values);
  order.values = values;
  state.ledger.change_open(bet.place, open_part(bet.terms, values) - before);
}

void apply_leg(State& state, const TradeLeg& leg, Price price, Quantity quantity) {
  const Slot slot = known_order(state, leg.order);
  Order& order = state.orders.at(slot);
  const OpenBet bet = bet_of(state, slot, order);
  const OpenPart before = open_part(bet.terms, order.values);
  order.values = leg.values;
  state.ledger.fill(bet.place, before, open_part(bet.terms, leg.values), price, leg);
  if (leg.values.leaves_qty == Quantity{}) {
    finish_order(state, slot, before.leaves, CancelCause{});
  } else if (order.place == OrderPlace::Resting) {
    book_of(state, order).reduce(order, quantity);
  }
}

void watch_expiry(State& state, const Order& order) {
  if (order.time_in_force == TimeInForce::Gtd) {
    state.deadlines.push(order.expire_time, order.id);
  }
}

void count_new_order(State& state, const Order& order) {
  AccountState& account = state.accounts.at(order.account);
  ++account.open_orders;
  account.orders.append(order.id, state.orders);
  MarketData& market = state.markets.at(order.market);
  ++market.open_orders;
  market.orders.append(order.id, state.orders);
  if (state.sessions.contains(order.session)) {
    SessionState& session = state.sessions.at(order.session);
    ++session.open_orders;
    session.orders.append(order.id, state.orders);
  }
  if (order.time_in_force == TimeInForce::Day) {
    ++state.trading_day.live_orders;
    state.day_orders.append(order.id, state.orders);
  }
}

}  // namespace

void finish_order(State& state, Slot slot, Quantity leaves, CancelCause cause) {
  Order& order = state.orders.at(slot);
  if (order.place == OrderPlace::Resting) {
    book_of(state, order).remove(state.orders.pool(), slot, leaves);
  }
  if (order.values.leaves_qty != Quantity{}) {
    OrderValues values = order.values;
    values.leaves_qty = Quantity{};
    set_values(state, slot, order, values);
  }
  order.cancel_cause = cause;
  order.finished_generation = state.generations.number;
  state.orders.finish(slot);
  --state.accounts.at(order.account).open_orders;
  --state.markets.at(order.market).open_orders;
  if (state.sessions.contains(order.session)) {
    --state.sessions.at(order.session).open_orders;
  }
  if (order.time_in_force == TimeInForce::Day) {
    TradingDay& day = state.trading_day;
    --day.live_orders;
    day.left_to_expire -= order.id <= day.expiring_to ? 1U : 0U;
  }
}

void apply(State& state, EventSeq seq, const OrderAccepted& event) {
  BETEX_ASSERT(event.order == state.last_order_id.next());
  state.last_order_id = event.order;
  const Slot slot = state.orders.insert(event.order);
  Order& order = state.orders.at(slot);
  order.account = event.account;
  order.session = event.session;
  order.instrument = event.instrument;
  order.market = event.header.market;
  order.tick = event.tick;
  order.side = event.side;
  order.type = event.type;
  order.time_in_force = event.time_in_force;
  order.self_trade_prevention = event.self_trade_prevention;
  order.place = event.entry == Entry::Delayed ? OrderPlace::Delayed : OrderPlace::Taking;
  order.persistence = event.persistence;
  order.post_only = event.post_only;
  order.cancel_on_pause = event.cancel_on_pause;
  order.values = event.values;
  order.expire_time = event.expire_time;
  order.reference = event.reference;
  order.order_group = event.order_group;
  order.row = state.ledger.row_for(event.account, event.header.market);
  state.orders.terms(slot) = {.min_fill = event.min_fill,
                              .max_cost = event.max_cost,
                              .release_at = event.release_at,
                              .version_guard = event.version_guard};
  const OpenBet bet = bet_of(state, slot, order);
  state.ledger.change_open(bet.place, open_part(bet.terms, event.values));
  count_new_order(state, order);
  watch_expiry(state, order);
  if (event.entry == Entry::Delayed) {
    state.deadlines.push(event.release_at, event.order);
  }
  extend_chain(state, order, event.cl_ord_id);
  if (event.entry == Entry::Rests) {
    rest(state, slot, order, seq);
  }
}

void apply(State& state, EventSeq, const OrderRejected& event) {
  if (event.id_consumed) {
    consume_id(state, event.account, event.cl_ord_id, event.reason);
  }
}

void apply(State& state, EventSeq seq, const OrderRested& event) {
  const Slot slot = known_order(state, event.order);
  rest(state, slot, state.orders.at(slot), seq);
}

void apply(State& state, EventSeq, const TradeMatched& event) {
  apply_leg(state, event.maker, event.price, event.quantity);
  apply_leg(state, event.taker, event.price, event.quantity);
  InstrumentState& instrument = state.instruments.at(event.instrument);
  instrument.traded += event.quantity;
  instrument.volumes.add(event.tick, event.quantity);
}

void apply(State& state, EventSeq, const OrderCancelled& event) {
  const Slot slot = known_order(state, event.order);
  Order& order = state.orders.at(slot);
  const Quantity leaves = order.values.leaves_qty;
  set_values(state, slot, order, event.values);
  finish_order(state, slot, leaves, event.cause);
  if (!event.cl_ord_id.empty()) {
    extend_chain(state, order, event.cl_ord_id);
  }
}

void apply(State& state, EventSeq, const OrderExpired& event) {
  const Slot slot = known_order(state, event.order);
  const Order& order = state.orders.at(slot);
  finish_order(state, slot, order.values.leaves_qty, CancelCause::Expired);
  if (order.time_in_force == TimeInForce::Day) {
    state.trading_day.expired_to = event.order;
  }
}

void apply(State& state, EventSeq, const OrderReduced& event) {
  const Slot slot = known_order(state, event.order);
  Order& order = state.orders.at(slot);
  if (order.place == OrderPlace::Resting) {
    book_of(state, order).reduce(order, event.quantity);
  }
  set_values(state, slot, order, event.values);
}

void apply(State& state, EventSeq seq, const OrderReleased& event) {
  const Slot slot = known_order(state, event.order);
  Order& order = state.orders.at(slot);
  order.place = OrderPlace::Taking;
  if (event.entry == Entry::Rests) {
    rest(state, slot, order, seq);
  }
}

void apply(State& state, EventSeq seq, const OrderAmended& event) {
  const Slot slot = known_order(state, event.order);
  Order& order = state.orders.at(slot);
  const Quantity leaves = order.values.leaves_qty;
  const OpenPart before = part_of(state, slot);
  // What it was leaves the book before it becomes something else.
  if (event.entry == Entry::Leaves) {
    finish_order(state, slot, leaves, CancelCause::None);
  } else if (event.entry == Entry::Keeps) {
    if (order.place == OrderPlace::Resting) {
      book_of(state, order).reduce(order, leaves - event.values.leaves_qty);
    }
  } else {
    book_of(state, order).remove(state.orders.pool(), slot, leaves);
    order.place = OrderPlace::Taking;
  }
  order.tick = event.tick;
  order.values = event.values;
  if (event.sets_terms) {
    order.persistence = event.persistence;
    state.orders.terms(slot).version_guard = event.version_guard;
  }
  if (event.entry != Entry::Leaves) {
    state.ledger.change_open(place_of(state, order), part_of(state, slot) - before);
  }
  if (order.expire_time != event.expire_time) {
    order.expire_time = event.expire_time;
    watch_expiry(state, order);
  }
  if (event.entry == Entry::Rests) {
    rest(state, slot, order, seq);
  }
  if (event.was_delayed) {
    state.delayed_amends.erase(event.order);
    const Slot id = state.cl_ord_ids.find(order.account, event.cl_ord_id);
    state.cl_ord_ids.append_to_chain(id, order);
  } else {
    extend_chain(state, order, event.cl_ord_id);
  }
}

void apply(State& state, EventSeq, const AmendDelayed& event) {
  const Order& order = state.orders.at(known_order(state, event.order));
  state.cl_ord_ids.insert(order.account, event.cl_ord_id, order.id);
  state.delayed_amends.insert({event.order, event});
  state.deadlines.push(event.release_at, event.order);
}

void apply(State&, EventSeq, const OrderStatusAnswered&) {
  // It says how things are.
}

void apply(State& state, EventSeq, const CancelRejected& event) {
  if (event.was_delayed) {
    state.delayed_amends.erase(event.order);
    state.cl_ord_ids.refuse(state.cl_ord_ids.find(event.account, event.cl_ord_id), event.reason);
  } else if (event.id_consumed) {
    consume_id(state, event.account, event.cl_ord_id, event.reason);
  }
}

}  // namespace betex::matching
