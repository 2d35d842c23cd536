// Cancel/replace: one atomic step, checked on the new terms first. Reducing at the same price keeps
// the order's place, and so do persistence and version guard; anything else loses it and may match
// at once.
#include "matching/decider.h"
#include "matching/units.h"

namespace betex::matching {

// Taking off all that is left is no new price, whatever price the request names.
bool Decider::keeps_priority(const Order& order, const Terms& terms) noexcept {
  return terms.quantity == order.values.cum_qty ||
         (terms.tick == order.tick && terms.quantity <= order.values.order_qty);
}

// What must hold when the amend is carried out, also after a delay.
Reason Decider::check_new_terms(const Order& order, const Terms& terms) const {
  if (const Reason reason = check_market(terms, order.session); reason != Reason::None) {
    return reason;
  }
  if (const Reason reason = check_guard(terms.version_guard, *terms.market);
      reason != Reason::None) {
    return reason;
  }
  if (terms.quantity < order.values.cum_qty) {
    return Reason::BelowFilledQuantity;
  }
  if (terms.quantity != order.values.cum_qty && terms.quantity < terms.market->min_quantity) {
    return Reason::BelowMinimumQuantity;
  }
  if (terms.quantity != order.values.cum_qty &&
      terms.quantity < state_.orders.terms(state_.orders.find(order.id)).min_fill) {
    return Reason::BadQuantity;
  }
  if (const Reason reason = check_expiry(order.time_in_force, terms.expire_time);
      reason != Reason::None) {
    return reason;
  }
  if (terms.quantity == order.values.cum_qty) {
    return Reason::None;
  }
  if (keeps_priority(order, terms)) {
    return Reason::None;
  }
  if (order.place == OrderPlace::Delayed) {
    return Reason::WaitsForDelay;
  }
  if (const Reason reason = check_money(terms, &order); reason != Reason::None) {
    return reason;
  }
  return terms.post_only && crosses(terms) ? Reason::PostOnlyWouldCross : Reason::None;
}

Reason Decider::check_amend(const AmendOrder& amend, const Order& order, Terms& terms) const {
  if (!order.live()) {
    return too_late(order);
  }
  if (state_.delayed_amends.contains(order.id)) {
    return Reason::WaitsForDelay;
  }
  if (const Reason reason = check_market(terms, order.session); reason != Reason::None) {
    return reason;
  }
  terms.version_guard = amend.version_guard;
  if (const Reason reason = check_guard(terms.version_guard, *terms.market);
      reason != Reason::None) {
    return reason;
  }
  if (const Reason reason = check_price(amend.price, OrderType::Limit, terms);
      reason != Reason::None) {
    return reason;
  }
  if (const Reason reason = check_quantity(amend.quantity, terms); reason != Reason::None) {
    return reason;
  }
  if (amend.time_in_force_given && amend.time_in_force != order.time_in_force) {
    return Reason::UnsupportedCombination;
  }
  if (amend.expire_time != Timestamp{}) {
    terms.expire_time = amend.expire_time;
  }
  if (amend.persistence_given) {
    terms.persistence = amend.persistence;
  }
  return check_new_terms(order, terms);
}

void Decider::decide(const AmendOrder& amend) {
  const AccountState* account = nullptr;
  Reason reason = check_account(amend.account, account);
  if (reason == Reason::None) {
    reason = check_may_enter(*account, requester());
  }
  if (reason == Reason::None) {
    reason = check_age(amend.transact_time);
  }
  if (reason == Reason::None) {
    reason = check_id(account->id, amend.cl_ord_id);
  }
  if (reason != Reason::None) {
    reject(amend, reason, account, 0);
    return;
  }
  const Slot slot = find_order(state_, account->id, amend.order_id, amend.orig_cl_ord_id);
  if (state_.exchange.halted || slot == 0) {
    reject(amend,
           state_.exchange.halted ? Reason::ExchangeHalted : Reason::UnknownOrder,
           account,
           slot);
    return;
  }
  const Order& order = state_.orders.at(slot);
  Terms terms = terms_of(order);
  reason = check_amend(amend, order, terms);
  if (reason != Reason::None) {
    reject(amend, reason, account, slot);
  } else if (!keeps_priority(order, terms) && waits(*terms.market, terms.post_only)) {
    delay_amend(amend, order, terms);
  } else {
    carry_out({.requester = requester(), .cl_ord_id = amend.cl_ord_id}, order, terms);
  }
}

// Of the order's own, one that is not given stays.
std::uint64_t Decider::guard_after(const Order& order, const Terms& terms) const {
  return terms.version_guard != 0 ? terms.version_guard
                                  : state_.orders.terms(state_.orders.find(order.id)).version_guard;
}

void Decider::delay_amend(const AmendOrder& amend, const Order& order, const Terms& terms) {
  emitter_.emit(AmendDelayed{.order = order.id,
                             .session = order.session,
                             .requester = requester(),
                             .tick = terms.tick,
                             .order_qty = terms.quantity,
                             .expire_time = terms.expire_time,
                             .release_at = release_time(*terms.market),
                             .values = order.values,
                             .cl_ord_id = amend.cl_ord_id,
                             .version_guard = guard_after(order, terms),
                             .persistence = terms.persistence,
                             .sets_terms = true,
                             .guard_given = terms.version_guard != 0},
                order.market);
}

// `amended` names the request; the rest of the event follows from the terms.
void Decider::carry_out(const OrderAmended& request, const Order& order, const Terms& terms) {
  OrderAmended amended = request;
  amended.order = order.id;
  amended.session = order.session;
  amended.tick = terms.tick;
  amended.is_delayed = order.delayed();
  amended.expire_time = terms.expire_time;
  amended.values = order.values;
  amended.values.order_qty = terms.quantity;
  amended.values.leaves_qty = terms.quantity - order.values.cum_qty;
  ++amended.values.chain_index;
  amended.version_guard = guard_after(order, terms);
  amended.persistence = terms.persistence;
  amended.sets_terms = true;
  if (amended.values.leaves_qty == Quantity{}) {
    amended.entry = Entry::Leaves;
  } else if (keeps_priority(order, terms)) {
    amended.entry = Entry::Keeps;
  } else {
    amended.entry = crosses(terms) ? Entry::Takes : Entry::Rests;
  }
  emitter_.emit(amended, order.market);
  if (amended.entry == Entry::Takes) {
    take(amended.order);
  }
}

void Decider::reject(const AmendOrder& amend,
                     Reason reason,
                     const AccountState* account,
                     Slot slot) {
  // Once the order has been looked for, the id is used up.
  const bool consumed =
      slot != 0 || reason == Reason::UnknownOrder || reason == Reason::ExchangeHalted;
  const Order order = order_of(amend, account, slot);
  emitter_.emit(CancelRejected{.order = order.id,
                               .account = account == nullptr ? AccountId{} : account->id,
                               .session = requester(),
                               .reason = reason,
                               .response_to = CancelRejected::kToReplace,
                               .id_consumed = consumed,
                               .is_delayed = order.delayed(),
                               .values = order.values,
                               .account_name = amend.account,
                               .cl_ord_id = amend.cl_ord_id,
                               .orig_cl_ord_id = amend.orig_cl_ord_id},
                order.market);
}

void Decider::release_amend(const AmendDelayed& pending) {
  const AmendDelayed delayed = pending;  // the state's own goes with the first event
  const Slot slot = state_.orders.find(delayed.order);
  const Order& order = state_.orders.at(slot);
  Terms terms = terms_of(order);
  terms.tick = delayed.tick;
  terms.limit = terms.instrument->book.ladder().price_of(delayed.tick);
  terms.quantity = delayed.order_qty;
  terms.expire_time = delayed.expire_time;
  if (delayed.sets_terms) {
    terms.persistence = delayed.persistence;
    terms.version_guard = delayed.guard_given ? delayed.version_guard : 0;
  }
  Reason reason = check_may_enter(*terms.account, delayed.requester);
  if (reason == Reason::None && state_.exchange.halted) {
    reason = Reason::ExchangeHalted;
  }
  if (reason == Reason::None) {
    reason = order.live() ? check_new_terms(order, terms) : too_late(order);
  }
  if (reason == Reason::None) {
    carry_out({.requester = delayed.requester, .was_delayed = true, .cl_ord_id = delayed.cl_ord_id},
              order,
              terms);
    return;
  }
  emitter_.emit(CancelRejected{.order = order.id,
                               .account = order.account,
                               .session = delayed.requester,
                               .reason = reason,
                               .response_to = CancelRejected::kToReplace,
                               .id_consumed = true,
                               .was_delayed = true,
                               .is_delayed = order.delayed(),
                               .values = order.values,
                               .account_name = terms.account->name,
                               .cl_ord_id = delayed.cl_ord_id,
                               .orig_cl_ord_id = state_.cl_ord_ids.at(order.last_id).id},
                order.market);
}

}  // namespace betex::matching
