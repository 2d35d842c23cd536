// New orders and cancels of the reference engine: RULES.md section 3.
#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// ---- New orders ---------------------------------------------------------------------------------

void ReferenceEngine::on(const PlaceOrder& asked) {
  RefOrder order{.account = id_of(accounts_by_name_, asked.account),
                 .session = requester(),
                 .asked = asked,
                 .version_guard = asked.version_guard,
                 .persistence = asked.persistence};
  const RefClOrdId id{order.account, asked.cl_ord_id.view()};
  Reason reason = origin_fails();
  if (reason == Reason::None && order.account == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason == Reason::None && asked.poss_resend && known_ids_.contains(id)) {
    answer_status(asked, order.account, known_ids_.at(id));
    return;
  }
  if (reason == Reason::None) {
    reason = may_enter(order.account, requester());
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
    say(OrderRejected{.account = plain(order.account),
                      .session = plain(requester()),
                      .reason = reason,
                      .side = asked.side,
                      .type = asked.type,
                      .time_in_force = asked.time_in_force,
                      .id_consumed = consumed,
                      .price = asked.price,
                      .quantity = asked.quantity,
                      .account_name = asked.account,
                      .symbol = asked.symbol,
                      .cl_ord_id = asked.cl_ord_id,
                      .reference = asked.extra().reference,
                      .order_group = asked.extra().order_group},
        order.market);
    return;
  }

  order.id = ++last_order_;
  order.chain = {id.second};
  known_ids_[id].order = order.id;
  const RefMarket& market = markets_.at(order.market);
  Entry entry = order.immediate() || !crossing_ticks(order).empty() ? Entry::Takes : Entry::Rests;
  if (waits_for_delay(order)) {
    entry = Entry::Delayed;
    order.place = RefPlace::Delayed;
    order.release_at = now_ + std::int64_t{market.made.bet_delay_ms} * 1'000'000;
  }
  RefOrder& placed = orders_[order.id] = order;
  live_[order.id] = &placed;
  ++accounts_.at(order.account).open;
  row_of(placed);  // the first one makes it
  say(OrderAccepted{.order = plain(order.id),
                    .account = plain(order.account),
                    .session = plain(order.session),
                    .instrument = plain(order.instrument),
                    .tick = plain(order.tick),
                    .side = asked.side,
                    .type = asked.type,
                    .time_in_force = order.time_in_force,
                    .self_trade_prevention = asked.self_trade_prevention,
                    .persistence = order.persistence,
                    .post_only = asked.post_only,
                    .cancel_on_pause = asked.cancel_on_pause,
                    .entry = entry,
                    .min_fill = plain(order.min_fill),
                    .max_cost = plain(order.max_cost),
                    .expire_time = asked.expire_time,
                    .transact_time = asked.transact_time,
                    .release_at = plain(order.release_at),
                    .version_guard = order.version_guard,
                    .reference = asked.extra().reference,
                    .order_group = static_cast<std::uint32_t>(order.group),
                    .values = values_of(order),
                    .cl_ord_id = asked.cl_ord_id},
      order.market);
  if (entry == Entry::Rests) {
    rest(placed);
  } else if (entry == Entry::Takes) {
    take(placed);
  }
}

// The id of a PossResend is known: this is how its order stands, or why there is none.
void ReferenceEngine::answer_status(const PlaceOrder& asked,
                                    RefId account,
                                    const RefKnownId& first) {
  OrderStatusAnswered answer{.account = plain(account),
                             .session = plain(requester()),
                             .reason = first.reason,
                             .side = asked.side,
                             .symbol = asked.symbol,
                             .cl_ord_id = asked.cl_ord_id};
  const auto found = orders_.find(first.order);
  if (found == orders_.end()) {
    say(answer);
    return;
  }
  const RefOrder& order = found->second;
  answer.order = plain(order.id);
  answer.cancel_cause = static_cast<CancelCause>(order.cause);
  answer.live = live_.contains(order.id);
  answer.is_delayed = order.place == RefPlace::Delayed;
  answer.values = values_of(order);
  say(answer, order.market);
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
  CancelRejected rejected{.account = plain(refused.account),
                          .session = plain(requester()),
                          .reason = reason,
                          .response_to = refused.response_to,
                          .id_consumed = refused.consumed,
                          .account_name = refused.account_name,
                          .cl_ord_id = refused.id,
                          .orig_cl_ord_id = refused.orig_id};
  if (order == 0) {
    say(rejected);
    return;
  }
  const RefOrder& meant = orders_.at(order);
  rejected.order = plain(order);
  rejected.is_delayed = meant.place == RefPlace::Delayed;
  rejected.values = values_of(meant);
  say(rejected, meant.market);
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
  order.chain.push_back(key.second);
  cancel_order(order, CancelCause::Requested, Reason::None, asked.cl_ord_id);
}

}  // namespace betex::matching::testing
