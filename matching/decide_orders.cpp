// New orders and cancels: the checks, in their fixed order, and what follows.
#include "matching/decider.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

bool is_immediate(TimeInForce time_in_force) {
  return time_in_force == TimeInForce::Ioc || time_in_force == TimeInForce::Fok;
}

// A market order never rests: Day, FIX's default, means IOC for it.
TimeInForce effective_time_in_force(const PlaceOrder& place) {
  return place.type == OrderType::Market && place.time_in_force == TimeInForce::Day
             ? TimeInForce::Ioc
             : place.time_in_force;
}

}  // namespace

Reason Decider::check_order(const PlaceOrder& place, Terms& terms) const {
  const auto symbol = static_cast<std::uint32_t>(state_.symbols.find(place.symbol));
  terms.instrument = state_.instruments.find(InstrumentId{symbol});
  if (terms.instrument == nullptr) {
    return Reason::UnknownInstrument;
  }
  terms.market = &state_.markets.at(terms.instrument->market);
  Reason reason = check_market(terms, requester());
  if (reason == Reason::None) {
    reason = check_guard(place.version_guard, *terms.market);
  }
  if (reason == Reason::None) {
    reason = check_price(place.price, place.type, terms);
  }
  if (reason == Reason::None) {
    reason = check_quantity(place.quantity, terms);
  }
  if (reason == Reason::None && terms.quantity < terms.market->min_quantity) {
    reason = Reason::BelowMinimumQuantity;
  }
  if (reason == Reason::None) {
    reason = check_combination(place, terms);
  }
  if (reason == Reason::None && place.extras.has_value()) {
    reason = check_order_group(place.extra().order_group, terms);
  }
  if (reason == Reason::None) {
    reason = check_money(terms, nullptr);
  }
  if (reason == Reason::None && place.post_only && !waits(*terms.market, true) && crosses(terms)) {
    reason = Reason::PostOnlyWouldCross;
  }
  return reason;
}

Reason Decider::check_combination(const PlaceOrder& place, Terms& terms) const {
  const auto min_fill = to_quantity(terms.market->kind, place.min_quantity);
  if (!min_fill || *min_fill < Quantity{} || *min_fill > terms.quantity) {
    return Reason::BadQuantity;
  }
  terms.min_fill = *min_fill;
  terms.time_in_force = effective_time_in_force(place);
  terms.self_trade_prevention = place.self_trade_prevention;
  terms.is_market_order = place.type == OrderType::Market;
  terms.post_only = place.post_only;
  const bool immediate = is_immediate(terms.time_in_force);
  const auto max_cost = to_money(place.extra().max_cost);
  if ((place.type == OrderType::Market && (!immediate || place.price != Decimal{})) ||
      (place.post_only && immediate) ||
      (terms.min_fill != Quantity{} && terms.time_in_force != TimeInForce::Ioc) || !max_cost ||
      *max_cost < Money{} || (*max_cost != Money{} && place.type != OrderType::Market)) {
    return Reason::UnsupportedCombination;
  }
  terms.max_cost = *max_cost;
  terms.expire_time = place.expire_time;
  return check_expiry(terms.time_in_force, terms.expire_time);
}

// Every expiry belongs to a GTD order, and is after now.
Reason Decider::check_expiry(TimeInForce time_in_force, Timestamp expire_time) const {
  if (time_in_force != TimeInForce::Gtd) {
    return expire_time == Timestamp{} ? Reason::None : Reason::UnsupportedCombination;
  }
  return expire_time > now() ? Reason::None : Reason::BadExpireTime;
}

void Decider::decide(const PlaceOrder& place) {
  Terms terms{.side = place.side};
  Reason reason = check_account(place.account, terms.account);
  if (reason == Reason::None && place.poss_resend) {
    if (const Slot known = state_.cl_ord_ids.find(terms.account->id, place.cl_ord_id)) {
      answer_status(place, *terms.account, known);
      return;
    }
  }
  if (reason == Reason::None) {
    reason = check_may_enter(*terms.account, requester());
  }
  if (reason == Reason::None) {
    reason = check_age(place.transact_time);
  }
  if (reason == Reason::None) {
    reason = check_id(terms.account->id, place.cl_ord_id);
  }
  if (reason == Reason::None) {
    terms.id_consumed = true;
    reason = state_.exchange.halted ? Reason::ExchangeHalted : check_order(place, terms);
  }
  if (reason == Reason::None) {
    accept(place, terms);
  } else {
    reject(place, terms, reason);
  }
}

void Decider::accept(const PlaceOrder& place, const Terms& terms) {
  const bool delayed = waits(*terms.market, place.post_only);
  const bool takes = !delayed && (is_immediate(terms.time_in_force) || crosses(terms));
  const OrderId order = state_.last_order_id.next();
  emitter_.emit_made(terms.market->id, [&] {
    return OrderAccepted{.order = order,
                         .account = terms.account->id,
                         .session = requester(),
                         .instrument = terms.instrument->id,
                         .tick = terms.tick,
                         .side = place.side,
                         .type = place.type,
                         .time_in_force = terms.time_in_force,
                         .self_trade_prevention = place.self_trade_prevention,
                         .persistence = place.persistence,
                         .post_only = place.post_only,
                         .cancel_on_pause = place.cancel_on_pause,
                         .entry = delayed ? Entry::Delayed
                                  : takes ? Entry::Takes
                                          : Entry::Rests,
                         .min_fill = terms.min_fill,
                         .max_cost = terms.max_cost,
                         .expire_time = place.expire_time,
                         .transact_time = place.transact_time,
                         .release_at = delayed ? release_time(*terms.market) : Timestamp{},
                         .version_guard = place.version_guard,
                         .reference = place.extra().reference,
                         .order_group = terms.order_group,
                         .values = {.order_qty = terms.quantity, .leaves_qty = terms.quantity},
                         .cl_ord_id = place.cl_ord_id};
  });
  if (takes) {
    take(order);
  }
}

void Decider::reject(const PlaceOrder& place, const Terms& terms, Reason reason) {
  emitter_.emit(OrderRejected{.account = terms.account == nullptr ? AccountId{} : terms.account->id,
                              .session = requester(),
                              .reason = reason,
                              .side = place.side,
                              .type = place.type,
                              .time_in_force = place.time_in_force,
                              .id_consumed = terms.id_consumed,
                              .price = place.price,
                              .quantity = place.quantity,
                              .account_name = place.account,
                              .symbol = place.symbol,
                              .cl_ord_id = place.cl_ord_id,
                              .reference = place.extra().reference,
                              .order_group = place.extra().order_group},
                terms.market == nullptr ? MarketId{} : terms.market->id);
}

void Decider::answer_status(const PlaceOrder& place, const AccountState& account, Slot known) {
  const ClOrdIdData& id = state_.cl_ord_ids.at(known);
  const Slot slot = state_.orders.find(id.order);
  OrderStatusAnswered answer{.account = account.id,
                             .session = requester(),
                             .reason = id.reason,
                             .side = place.side,
                             .symbol = place.symbol,
                             .cl_ord_id = place.cl_ord_id};
  MarketId market;
  if (slot != 0) {
    const Order& order = state_.orders.at(slot);
    answer.order = order.id;
    answer.cancel_cause = order.cancel_cause;
    answer.live = order.live();
    answer.is_delayed = order.delayed();
    answer.values = order.values;
    market = order.market;
  }
  emitter_.emit(answer, market);
}

void Decider::decide(const CancelOrder& cancel) {
  const AccountState* account = nullptr;
  Reason reason = check_account(cancel.account, account);
  if (reason != Reason::None) {
    reject(cancel, reason, account, 0);
    return;
  }
  const Slot slot = find_order(state_, account->id, cancel.order_id, cancel.orig_cl_ord_id);
  const Order& order = state_.orders.at(slot);
  reason = check_id(account->id, cancel.cl_ord_id);
  if (reason == Reason::None && slot == 0) {
    reason = Reason::UnknownOrder;
  } else if (reason == Reason::None && !order.live()) {
    reason = Reason::TooLate;
  }
  if (reason != Reason::None) {
    reject(cancel, reason, account, slot);
    return;
  }
  OrderValues values = order.values;
  values.leaves_qty = Quantity{};
  ++values.chain_index;
  emitter_.emit_made(order.market, [&] {
    return OrderCancelled{.order = order.id,
                          .session = order.session,
                          .cause = CancelCause::Requested,
                          .values = values,
                          .cl_ord_id = cancel.cl_ord_id};
  });
}

void Decider::reject(const CancelOrder& cancel,
                     Reason reason,
                     const AccountState* account,
                     Slot slot) {
  const Order order = order_of(cancel, account, slot);
  const bool consumed = reason == Reason::UnknownOrder || reason == Reason::TooLate;
  emitter_.emit(CancelRejected{.order = order.id,
                               .account = account == nullptr ? AccountId{} : account->id,
                               .session = requester(),
                               .reason = reason,
                               .response_to = CancelRejected::kToCancel,
                               .id_consumed = consumed,
                               .is_delayed = order.delayed(),
                               .values = order.values,
                               .account_name = cancel.account,
                               .cl_ord_id = cancel.cl_ord_id,
                               .orig_cl_ord_id = cancel.orig_cl_ord_id},
                order.market);
}

}  // namespace betex::matching
