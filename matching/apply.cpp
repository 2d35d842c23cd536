#include "matching/apply.h"

#include "matching/assert.h"

namespace betex::matching {
namespace {

void count_market_event(State& state, const EventHeader& header) {
  if (header.market != MarketId{}) {
    MarketData& market = state.markets.at(header.market);
    BETEX_ASSERT(header.market_seq == market.last_market_seq + 1);
    market.last_market_seq = header.market_seq;
  }
}

void remember_request(State& state, const Name& request_id, EventSeq seq) {
  if (!request_id.empty() && state.request_ids.find(request_id) == 0) {
    state.requests.push_back({request_id, seq});
    state.request_ids.insert(request_id, seq.value());
  }
}

// `id` is now the last accepted request of the order.
void extend_chain(State& state, Order& order, const ClOrdId& id) {
  const Slot slot = state.cl_ord_ids.insert({.id = id,
                                             .order = order.id,
                                             .account = order.account,
                                             .chain_index = order.values.chain_index});
  state.cl_ord_ids.append_to_chain(slot, order);
}

Slot known_order(const State& state, OrderId id) {
  const Slot slot = state.orders.find(id);
  BETEX_ASSERT(slot != 0);
  return slot;
}

Book& book_of(State& state, const Order& order) {
  return state.instruments.at(order.instrument).book;
}

void rest(State& state, Slot slot, EventSeq seq) {
  Order& order = state.orders.at(slot);
  order.place = OrderPlace::Resting;
  order.priority = seq;
  book_of(state, order).push_back(state.orders, slot);
}

// Moves a part of the account's holding in or out of what its open orders will close.
void lock_closing(State& state, const Order& order, Quantity change) {
  if (change != Quantity{}) {
    Position& position = state.positions.get(order.account, order.market);
    (order.side == Side::Bid ? position.no_locked : position.yes_locked) += change;
  }
}

void release(State& state, Order& order, Quantity closing, Money cash) {
  lock_closing(state, order, Quantity{} - closing);
  order.closing -= closing;
  order.cash_lock -= cash;
  state.accounts.at(order.account).cash_locked -= cash;
}

// The order has no leaves any more and has left the book.
void finish(State& state, Order& order, CancelCause cause) {
  release(state, order, order.closing, Money{});
  BETEX_ASSERT(order.cash_lock == Money{});
  order.place = OrderPlace::Finished;
  order.cancel_cause = cause;
  --state.accounts.at(order.account).open_orders;
}

void move_position(State& state, const Order& order, Quantity quantity, Quantity closed) {
  if (state.markets.at(order.market).kind != MarketKind::Binary) {
    return;
  }
  Position& position = state.positions.get(order.account, order.market);
  const bool bid = order.side == Side::Bid;
  (bid ? position.no : position.yes) -= closed;
  (bid ? position.yes : position.no) += quantity - closed;
}

void apply_leg(State& state, const TradeLeg& leg, Quantity quantity) {
  const Slot slot = known_order(state, leg.order);
  Order& order = state.orders.at(slot);
  const Quantity leaves_before = order.values.leaves_qty;
  order.values = leg.values;
  release(state, order, leg.closed, leg.lock_released);
  move_position(state, order, quantity, leg.closed);
  const bool finished = leg.values.leaves_qty == Quantity{};
  if (order.place == OrderPlace::Resting) {
    if (finished) {
      book_of(state, order).remove(state.orders, slot, leaves_before);
    } else {
      book_of(state, order).reduce(order, quantity);
    }
  }
  if (finished) {
    finish(state, order, CancelCause{});
  }
}

}  // namespace

void apply(State& state, EventSeq, const SessionWentUp& event) {
  const SessionInfo session{.session = event.session,
                            .comp_id = event.comp_id,
                            .epoch = event.epoch,
                            .up = true,
                            .next_in = event.next_in,
                            .reserved_to = event.reserved_to,
                            .delivered = event.delivered};
  if (state.sessions.contains(event.session)) {
    state.sessions.at(event.session) = session;
  } else {
    BETEX_ASSERT(event.session == state.sessions.next_id());
    state.sessions.append(session);
    state.session_names.insert(event.comp_id, event.session.value());
  }
}

void apply(State& state, EventSeq, const SessionWentDown& event) {
  SessionInfo& session = state.sessions.at(event.session);
  session.up = false;
  session.next_in = event.next_in;
}

void apply(State& state, EventSeq, const NumbersReserved& event) {
  state.sessions.at(event.session).reserved_to = event.up_to;
}

void apply(State&, EventSeq, const InboundRefused&) {
  // The transaction's origin moves the session's number; nothing else happened.
}

void apply(State& state, EventSeq seq, const AccountCreated& event) {
  BETEX_ASSERT(event.account == state.accounts.next_id());
  state.accounts.append({.id = event.account, .kind = event.kind, .name = event.name});
  state.account_names.insert(event.name, event.account.value());
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const MarketCreated& event) {
  BETEX_ASSERT(event.header.market == state.markets.next_id());
  state.markets.append({.id = event.header.market,
                        .kind = event.kind,
                        .ladder = event.ladder,
                        .winners = event.winners,
                        .commission_bp = event.commission_bp,
                        .bet_delay_ms = event.bet_delay_ms,
                        .min_quantity = event.min_quantity,
                        .quantity_step = event.quantity_step,
                        .name = event.market,
                        .instruments = {}});
  state.market_names.insert(event.market, event.header.market.value());
  remember_request(state, event.request_id, seq);
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq seq, const RunnerAdded& event) {
  BETEX_ASSERT(event.instrument == state.instruments.next_id());
  MarketData& market = state.markets.at(event.header.market);
  const Ladder* const ladder = find_ladder(market.ladder);
  BETEX_ASSERT(ladder != nullptr);
  state.instruments.append({.id = event.instrument,
                            .market = market.id,
                            .symbol = event.symbol,
                            .ladder = ladder,
                            .book = Book{market.kind, *ladder}});
  market.instruments.push_back(event.instrument);
  state.symbols.insert(event.symbol, event.instrument.value());
  remember_request(state, event.request_id, seq);
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq seq, const MarketOpened& event) {
  MarketData& market = state.markets.at(event.header.market);
  market.state = MarketState::Open;
  market.version = event.version;
  remember_request(state, event.request_id, seq);
  count_market_event(state, event.header);
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
  order.place = OrderPlace::Taking;
  order.persistence = event.persistence;
  order.post_only = event.post_only;
  order.cancel_on_pause = event.cancel_on_pause;
  order.values = event.values;
  order.min_fill = event.min_fill;
  order.expire_time = event.expire_time;
  order.release_at = event.release_at;
  order.version_guard = event.version_guard;
  order.closing = event.closing;
  order.cash_lock = event.cash_lock;
  lock_closing(state, order, event.closing);
  AccountState& account = state.accounts.at(event.account);
  account.cash_locked += event.cash_lock;
  ++account.open_orders;
  extend_chain(state, order, event.cl_ord_id);
  if (event.entry == Entry::Rests) {
    rest(state, slot, seq);
  }
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq, const OrderRejected& event) {
  if (event.id_consumed != 0) {
    state.cl_ord_ids.insert(
        {.id = event.cl_ord_id, .account = event.account, .reason = event.reason});
  }
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq seq, const OrderRested& event) {
  rest(state, known_order(state, event.order), seq);
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq, const TradeMatched& event) {
  apply_leg(state, event.maker, event.quantity);
  apply_leg(state, event.taker, event.quantity);
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq, const OrderCancelled& event) {
  const Slot slot = known_order(state, event.order);
  Order& order = state.orders.at(slot);
  if (order.place == OrderPlace::Resting) {
    book_of(state, order).remove(state.orders, slot, order.values.leaves_qty);
  }
  order.values = event.values;
  release(state, order, Quantity{}, event.lock_released);
  finish(state, order, event.cause);
  if (!event.cl_ord_id.empty()) {
    extend_chain(state, order, event.cl_ord_id);
  }
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq, const OrderReduced& event) {
  Order& order = state.orders.at(known_order(state, event.order));
  if (order.place == OrderPlace::Resting) {
    book_of(state, order).reduce(order, event.quantity);
  }
  order.values = event.values;
  release(state, order, event.closing_released, event.lock_released);
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq, const CancelRejected& event) {
  if (event.id_consumed != 0) {
    state.cl_ord_ids.insert(
        {.id = event.cl_ord_id, .account = event.account, .reason = event.reason});
  }
  count_market_event(state, event.header);
}

void apply(State& state, EventSeq, const CommandRejected& event) {
  count_market_event(state, event.header);
}

void apply_header(State& state, const TransactionHeader& header, EventSeq last_seq) {
  state.last_seq = last_seq;
  state.last_tx_id = header.tx_id;
  state.last_timestamp = header.timestamp;
  if (state.sessions.contains(header.origin_session)) {
    SessionInfo& session = state.sessions.at(header.origin_session);
    if (session.epoch == header.origin_epoch) {
      session.next_in = header.origin_msg_seq_num.next();
    }
  }
}

}  // namespace betex::matching
