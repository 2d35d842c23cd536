// Amends of the reference engine: RULES.md section 3.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// Less at the same price, no change, or nothing left at all.
bool ReferenceEngine::keeps_place(const RefOrder& order, const RefOrder& changed) {
  return changed.quantity == order.filled ||
         (changed.tick == order.tick && changed.quantity <= order.quantity);
}

// A guard that the request has brought, 0 for none, is held against the market's version.
Reason ReferenceEngine::moment_refuses(const RefOrder& order, std::uint64_t guard) {
  if (const Reason reason = market_refuses(order, order.session); reason != Reason::None) {
    return reason;
  }
  return guard != 0 && guard != markets_.at(order.market).version ? Reason::StaleMarketVersion
                                                                  : Reason::None;
}

// `changed` is the order on its new terms.
Reason ReferenceEngine::new_terms_fail(const RefOrder& order, RefOrder& changed) {
  const RefMarket& market = markets_.at(order.market);
  if (changed.quantity < order.filled) {
    return Reason::BelowFilledQuantity;
  }
  changed.leaves = changed.quantity - order.filled;
  if (changed.leaves > 0 && changed.quantity < market.minimum) {
    return Reason::BelowMinimumQuantity;
  }
  if (changed.leaves > 0 && changed.quantity < order.min_fill) {
    return Reason::BadQuantity;
  }
  if (order.time_in_force != TimeInForce::Gtd && changed.expires != 0) {
    return Reason::UnsupportedCombination;
  }
  if (order.time_in_force == TimeInForce::Gtd && changed.expires <= now_) {
    return Reason::BadExpireTime;
  }
  if (changed.leaves == 0 || keeps_place(order, changed)) {
    return Reason::None;
  }
  if (order.place == RefPlace::Delayed) {
    return Reason::WaitsForDelay;
  }
  if (const Reason reason = money_fails(changed, &order); reason != Reason::None) {
    return reason;
  }
  return order.asked.post_only && !crossing_ticks(changed).empty() ? Reason::PostOnlyWouldCross
                                                                   : Reason::None;
}

Reason ReferenceEngine::amend_fails(const AmendOrder& asked,
                                    const RefOrder& order,
                                    RefOrder& changed) {
  const RefMarket& market = markets_.at(order.market);
  if (is_of_tripped_group(order)) {
    return Reason::OrderGroupTripped;
  }
  if (!live_.contains(order.id)) {
    return Reason::TooLate;
  }
  if (waiting_amends_.contains(order.id)) {
    return Reason::WaitsForDelay;
  }
  if (const Reason reason = moment_refuses(order, asked.version_guard); reason != Reason::None) {
    return reason;
  }
  const auto tick = tick_of(market, asked.price);
  if (!tick) {
    return Reason::PriceNotOnLadder;
  }
  changed.tick = *tick;
  if (const Reason reason = bad_quantity(market, asked.quantity, changed.quantity);
      reason != Reason::None) {
    return reason;
  }
  if (asked.time_in_force_given && asked.time_in_force != order.time_in_force) {
    return Reason::UnsupportedCombination;
  }
  if (asked.expire_time != Timestamp{}) {
    changed.expires = asked.expire_time.value();
  }
  if (asked.version_guard != 0) {
    changed.version_guard = asked.version_guard;
  }
  if (asked.persistence_given) {
    changed.persistence = asked.persistence;
  }
  return new_terms_fail(order, changed);
}

// `request` says whose request it was; the rest of the event follows.
void ReferenceEngine::carry_out_amend(RefOrder& order,
                                      const RefOrder& changed,
                                      const OrderAmended& request) {
  const bool keeps = keeps_place(order, changed);
  const bool was_delayed = order.place == RefPlace::Delayed;
  Entry entry = Entry::Keeps;
  if (changed.leaves == 0) {
    entry = Entry::Leaves;
  } else if (!keeps) {
    entry = crossing_ticks(changed).empty() ? Entry::Rests : Entry::Takes;
  }
  if (entry == Entry::Leaves) {
    end_order(order);
  } else if (!keeps) {  // out of the book, by the terms that it had there
    RefBook& book = side_of(order, false);
    book[order.tick].remove(order.id);
    if (book[order.tick].empty()) {
      book.erase(order.tick);
    }
    order.place = RefPlace::Taking;
  }
  order.tick = changed.tick;
  order.quantity = changed.quantity;
  order.leaves = changed.leaves;
  order.expires = changed.expires;
  order.version_guard = changed.version_guard;
  order.persistence = changed.persistence;
  order.chain.emplace_back(request.cl_ord_id.view());
  OrderAmended amended = request;
  amended.order = plain(order.id);
  amended.session = plain(order.session);
  amended.tick = plain(order.tick);
  amended.entry = entry;
  amended.is_delayed = was_delayed;
  amended.expire_time = plain(order.expires);
  amended.values = values_of(order);
  amended.version_guard = order.version_guard;
  amended.persistence = order.persistence;
  amended.sets_terms = true;
  say(amended, order.market);
  if (entry == Entry::Rests) {
    rest(order);
  } else if (entry == Entry::Takes) {
    take(order);
  }
}

void ReferenceEngine::on(const AmendOrder& asked) {
  const RefId account = id_of(accounts_by_name_, asked.account);
  const RefClOrdId key{account, asked.cl_ord_id.view()};
  Reason reason = origin_fails();
  if (reason == Reason::None && account == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason == Reason::None) {
    reason = may_enter(account, requester());
  }
  if (reason == Reason::None) {
    reason = age_fails(asked.transact_time);
  }
  if (reason == Reason::None) {
    reason = id_fails(key);
  }
  const bool consumed = reason == Reason::None;
  const RefId id = find_order(account, asked.order_id, asked.orig_cl_ord_id);
  RefOrder changed;
  if (consumed) {
    if (halted_) {
      reason = Reason::ExchangeHalted;
    } else if (id == 0) {
      reason = Reason::UnknownOrder;
    } else {
      changed = orders_.at(id);
      reason = amend_fails(asked, orders_.at(id), changed);
    }
    learn(key, reason == Reason::None ? id : 0, reason);
  }
  if (reason != Reason::None) {
    refuse_change({.response_to = CancelRejected::kToReplace,
                   .account_name = asked.account,
                   .account = account,
                   .id = asked.cl_ord_id,
                   .orig_id = asked.orig_cl_ord_id,
                   .consumed = consumed},
                  id,
                  reason);
    return;
  }
  RefOrder& order = orders_.at(id);
  const RefMarket& market = markets_.at(order.market);
  if (keeps_place(order, changed) || !waits_for_delay(order)) {
    carry_out_amend(
        order, changed, {.requester = plain(requester()), .cl_ord_id = asked.cl_ord_id});
    return;
  }
  const std::int64_t release_at = now_ + std::int64_t{market.made.bet_delay_ms} * 1'000'000;
  waiting_amends_[id] = {.tick = changed.tick,
                         .quantity = changed.quantity,
                         .expires = changed.expires,
                         .release_at = release_at,
                         .version_guard = changed.version_guard,
                         .guard_given = asked.version_guard != 0,
                         .persistence = changed.persistence,
                         .requester = requester(),
                         .id = key};
  say(AmendDelayed{.order = plain(id),
                   .session = plain(order.session),
                   .requester = plain(requester()),
                   .tick = plain(changed.tick),
                   .order_qty = plain(changed.quantity),
                   .expire_time = plain(changed.expires),
                   .release_at = plain(release_at),
                   .values = values_of(order),
                   .cl_ord_id = asked.cl_ord_id,
                   .version_guard = changed.version_guard,
                   .persistence = changed.persistence,
                   .sets_terms = true,
                   .guard_given = asked.version_guard != 0},
      order.market);
}

}  // namespace betex::matching::testing
