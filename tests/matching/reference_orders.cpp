// New orders and cancels of the reference engine: RULES.md section 3.
#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// ---- New orders ---------------------------------------------------------------------------------

void ReferenceEngine::on(const PlaceOrder& asked) {
  RefOrder order{
      .account = id_of(accounts_by_name_, asked.account), .session = requester(), .asked = asked};
  const RefClOrdId id{order.account, asked.cl_ord_id.view()};
  Reason reason = origin_fails();
  if (reason == Reason::None && order.account == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason == Reason::None && asked.poss_resend && known_ids_.contains(id)) {
    const RefKnownId& first = known_ids_.at(id);
    const auto found = orders_.find(first.order);
    Fact fact = found == orders_.end() ? Fact{.kind = EventKind::OrderStatusAnswered}
                                       : about(found->second, EventKind::OrderStatusAnswered);
    fact.session = requester();
    fact.account = order.account;
    fact.code = code(first.reason);
    fact.id = id.second;
    fact.version = code(asked.side);
    fact.request = asked.symbol.view();
    if (found != orders_.end()) {
      fact.tick = found->second.place == RefPlace::Delayed ? 1 : 0;
      fact.other = found->second.cause * 2U + (live_.contains(first.order) ? 1U : 0U);
    }
    say(fact);
    return;
  }
  if (reason == Reason::None) {
    reason = may_enter(order.account);
  }
  if (reason == Reason::None) {
    reason = age_fails(asked.transact_time);
  }
  if (reason == Reason::None) {
    reason = id_fails(id);
  }
  const bool consumed = reason == Reason::None;
  if (consumed) {
    reason = why_not(asked, order);
    learn(id, 0, reason);
  }
  if (reason != Reason::None) {
    say({.kind = EventKind::OrderRejected,
         .market = order.market,
         .other = consumed ? 1U : 0U,
         .session = requester(),
         .account = order.account,
         .code = code(reason),
         .id = id.second,
         .request = std::string{asked.symbol.view()}});
    return;
  }

  order.id = ++last_order_;
  order.leaves = order.quantity;
  order.chain = {id.second};
  known_ids_[id].order = order.id;
  const RefMarket& market = markets_.at(order.market);
  Entry entry = order.immediate() || !crossing_ticks(order).empty() ? Entry::Takes : Entry::Rests;
  if (market.delays()) {
    entry = Entry::Delayed;
    order.place = RefPlace::Delayed;
    order.release_at = now_ + std::int64_t{market.made.bet_delay_ms} * 1'000'000;
  }
  RefOrder& placed = orders_[order.id] = order;
  live_[order.id] = &placed;
  RefAccount& account = accounts_.at(order.account);
  ++account.open;
  placed.closing = placed.cash_lock = 0;
  change_lock(placed, order.closing, order.cash_lock);
  Fact fact = about(order, EventKind::OrderAccepted);
  fact.other = order.instrument;
  fact.account = order.account;
  fact.tick = order.tick;
  fact.lock = order.cash_lock;
  fact.closing = order.closing;
  fact.at = order.release_at;
  fact.code = code(entry);
  fact.id = id.second;
  say(fact);
  if (entry == Entry::Rests) {
    rest(placed);
  } else if (entry == Entry::Takes) {
    take(placed);
  }
}

// ---- Cancels ------------------------------------------------------------------------------------

RefId ReferenceEngine::find_order(RefId account, OrderId order, const ClOrdId& id) {
  RefId found = order.value();
  if (found == 0) {
    const auto known = known_ids_.find({account, std::string{id.view()}});
    found = known == known_ids_.end() ? 0 : known->second.order;
  }
  return orders_.contains(found) && orders_.at(found).account == account ? found : 0;
}

// It also tells how `order` stands, the one that the request means; 0: there is none.
void ReferenceEngine::refuse_change(const RefRefusedChange& refused, RefId order, Reason reason) {
  Fact fact{.kind = EventKind::CancelRejected};
  bool delayed = false;
  if (order != 0) {
    fact = about(orders_.at(order), EventKind::CancelRejected);
    delayed = orders_.at(order).place == RefPlace::Delayed;
  }
  fact.other = refused.response_to + (refused.consumed ? 4U : 0U) + (delayed ? 16U : 0U);
  fact.session = requester();
  fact.account = refused.id.first;
  fact.code = code(reason);
  fact.id = refused.id.second;
  fact.request = refused.orig_id;
  say(fact);
}

void ReferenceEngine::on(const CancelOrder& asked) {
  const RefId account = id_of(accounts_by_name_, asked.account);
  const RefClOrdId key{account, asked.cl_ord_id.view()};
  Reason reason = origin_fails();
  if (reason == Reason::None && account == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason == Reason::None) {
    reason = id_fails(key);
  }
  const bool consumed = reason == Reason::None;
  const RefId id = find_order(account, asked.order_id, asked.orig_cl_ord_id);
  if (consumed) {
    if (id == 0) {
      reason = Reason::UnknownOrder;
    } else if (!live_.contains(id)) {
      reason = Reason::TooLate;
    }
    learn(key, reason == Reason::None ? id : 0, reason);
  }
  if (reason != Reason::None) {
    refuse_change({.response_to = CancelRejected::kToCancel,
                   .id = key,
                   .orig_id = std::string{asked.orig_cl_ord_id.view()},
                   .consumed = consumed},
                  id,
                  reason);
    return;
  }
  RefOrder& order = orders_.at(id);
  order.chain.push_back(key.second);
  cancel_order(order, CancelCause::Requested);
  facts_.back().requester = requester();
  facts_.back().id = key.second;
}

}  // namespace betex::matching::testing
