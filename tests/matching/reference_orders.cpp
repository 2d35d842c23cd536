// Order entry of the reference engine: RULES.md section 3.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDayNs = 86'400 * kSecondNs;
constexpr std::int64_t kMaxTotal = std::int64_t{1} << 62;

bool immediate(const RefOrder& order) {
  return order.time_in_force == TimeInForce::Ioc || order.time_in_force == TimeInForce::Fok;
}

}  // namespace

// ---- Checks, in their order ---------------------------------------------------------------------

Reason ReferenceEngine::may_enter(RefId account) {
  if (accounts_.at(account).suspended) {
    return Reason::AccountSuspended;
  }
  return requester() != 0 && sessions_.at(requester()).suspended ? Reason::SessionSuspended
                                                                 : Reason::None;
}

Reason ReferenceEngine::id_fails(const RefClOrdId& id, Timestamp transact_time) {
  if (transact_time.value() < now_ - kDayNs || transact_time.value() > now_ + 300 * kSecondNs) {
    return Reason::StaleRequest;
  }
  return known_ids_.contains(id) ? Reason::DuplicateClOrdId : Reason::None;
}

Reason ReferenceEngine::market_refuses(const RefOrder& order, RefId session) {
  const RefMarket& market = markets_.at(order.market);
  if (market.state != MarketState::Open) {
    return Reason::MarketNotOpen;
  }
  for (const RefBatch& batch : batches_) {
    if (batch.market_wide()) {
      if (batch.market == market.id) {
        return Reason::MarketBatchCancelling;
      }
    } else if ((!batch.account || batch.account == order.account) &&
               (!batch.session || batch.session == session)) {
      return Reason::BatchRunning;
    }
  }
  return instruments_.at(order.instrument).removed ? Reason::RunnerNotActive : Reason::None;
}

Reason ReferenceEngine::bad_quantity(const RefMarket& market,
                                     Decimal asked,
                                     std::int64_t& quantity) {
  const auto units = whole(asked, market.odds() ? 100 : 1);
  const std::int64_t cap = market.odds() ? 100'000'000'000 : 1'000'000'000'000;
  if (asked.value() <= 0 || (units && *units > cap)) {
    return Reason::BadQuantity;
  }
  if (!units || *units % market.step != 0) {
    return Reason::QuantityStep;
  }
  quantity = *units;
  return Reason::None;
}

// Closing first, cash for the rest: fills in what the order is to lock. What it locks already is
// its own to use again.
Reason ReferenceEngine::lock(RefOrder& order, std::int64_t leaves) {
  const RefMarket& market = markets_.at(order.market);
  const RefAccount& account = accounts_.at(order.account);
  const RefHolding held = market.odds() ? RefHolding{} : holding(order);
  std::int64_t free = order.closing;
  free += order.asked.side == Side::Bid ? held.no - held.no_locked : held.yes - held.yes_locked;
  const std::int64_t closing = std::min(free, leaves);
  const std::int64_t cash =
      (leaves - closing) * unit_cost(market, order.asked.side, price_at(order));
  if (account.locked - order.cash_lock + cash > kMaxTotal || held.yes + leaves > kMaxTotal ||
      held.no + leaves > kMaxTotal) {
    return Reason::AmountOverflow;
  }
  order.closing = closing;
  order.cash_lock = cash;
  return account.kind == AccountKind::Collateralised && cash > 0 ? Reason::InsufficientFunds
                                                                 : Reason::None;
}

Reason ReferenceEngine::flags_fail(const PlaceOrder& asked, RefOrder& order) {
  const auto min_fill = whole(asked.min_quantity, markets_.at(order.market).odds() ? 100 : 1);
  if (!min_fill || *min_fill < 0 || *min_fill > order.quantity) {
    return Reason::BadQuantity;
  }
  order.min_fill = *min_fill;
  order.time_in_force = asked.type == OrderType::Market && asked.time_in_force == TimeInForce::Day
                            ? TimeInForce::Ioc
                            : asked.time_in_force;
  const auto budget = whole(asked.max_cost, 10'000);
  if ((asked.type == OrderType::Market && (!immediate(order) || asked.price != Decimal{})) ||
      (asked.post_only && immediate(order)) ||
      (order.min_fill > 0 && order.time_in_force != TimeInForce::Ioc) || !budget || *budget < 0 ||
      (*budget > 0 && asked.type != OrderType::Market)) {
    return Reason::UnsupportedCombination;
  }
  order.budget = *budget;
  order.expires = asked.expire_time.value();
  return (order.time_in_force == TimeInForce::Gtd ? order.expires <= now_ : order.expires != 0)
             ? Reason::BadExpireTime
             : Reason::None;
}

Reason ReferenceEngine::why_not(const PlaceOrder& asked, RefOrder& order) {
  order.instrument = id_of(symbols_, asked.symbol);
  if (order.instrument == 0) {
    return Reason::UnknownInstrument;
  }
  order.market = instruments_.at(order.instrument).market;
  const RefMarket& market = markets_.at(order.market);
  if (const Reason reason = market_refuses(order, requester()); reason != Reason::None) {
    return reason;
  }
  if (asked.version_guard != 0 && asked.version_guard != market.version) {
    return Reason::StaleMarketVersion;
  }
  if (asked.type == OrderType::Market) {
    const bool top = market.odds() != (asked.side == Side::Bid);
    order.tick = top ? static_cast<std::int64_t>(market.prices.size()) - 1 : 0;
  } else if (const auto tick = tick_of(market, asked.price)) {
    order.tick = *tick;
  } else {
    return Reason::PriceNotOnLadder;
  }
  if (const Reason reason = bad_quantity(market, asked.quantity, order.quantity);
      reason != Reason::None) {
    return reason;
  }
  if (order.quantity < market.minimum) {
    return Reason::BelowMinimumQuantity;
  }
  if (const Reason reason = flags_fail(asked, order); reason != Reason::None) {
    return reason;
  }
  if (order.quantity > market.maximum) {
    return Reason::OrderSizeLimit;
  }
  const RefAccount& account = accounts_.at(order.account);
  if (account.max_open != 0 && account.open >= account.max_open) {
    return Reason::OpenOrdersLimit;
  }
  if (const Reason reason = lock(order, order.quantity); reason != Reason::None) {
    return reason;
  }
  return asked.post_only && !market.delays() && !crossing_ticks(order).empty()
             ? Reason::PostOnlyWouldCross
             : Reason::None;
}

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
    reason = id_fails(id, asked.transact_time);
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
  Entry entry = immediate(order) || !crossing_ticks(order).empty() ? Entry::Takes : Entry::Rests;
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

// How the order stands that a refused cancel or amend means; nothing of it where there is none.
Fact ReferenceEngine::refusal_about(RefId order) {
  if (order == 0) {
    return {.kind = EventKind::CancelRejected};
  }
  Fact fact = about(orders_.at(order), EventKind::CancelRejected);
  fact.other = orders_.at(order).place == RefPlace::Delayed ? 16 : 0;
  return fact;
}

void ReferenceEngine::on(const CancelOrder& asked) {
  const RefId account = id_of(accounts_by_name_, asked.account);
  const RefClOrdId key{account, asked.cl_ord_id.view()};
  Reason reason = origin_fails();
  if (reason == Reason::None && account == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason == Reason::None) {
    reason = id_fails(key, asked.transact_time);
  }
  const bool consumed = reason == Reason::None;
  const RefId id = find_order(account, asked.order_id, asked.orig_cl_ord_id);
  Fact refusal = refusal_about(id);
  if (consumed) {
    if (id == 0) {
      reason = Reason::UnknownOrder;
    } else if (!live_.contains(id)) {
      reason = Reason::TooLate;
    }
    learn(key, reason == Reason::None ? id : 0, reason);
  }
  if (reason != Reason::None) {
    refusal.other += CancelRejected::kToCancel + (consumed ? 4U : 0U);
    refusal.session = requester();
    refusal.account = account;
    refusal.code = code(reason);
    refusal.id = key.second;
    refusal.request = asked.orig_cl_ord_id.view();
    say(refusal);
    return;
  }
  RefOrder& order = orders_.at(id);
  order.chain.push_back(key.second);
  cancel_order(order, CancelCause::Requested);
  facts_.back().requester = requester();
  facts_.back().id = key.second;
}

// ---- Amends -------------------------------------------------------------------------------------

// Less at the same price, no change, or nothing left at all.
bool ReferenceEngine::keeps_place(const RefOrder& order, const RefOrder& changed) {
  return changed.quantity == order.filled ||
         (changed.tick == order.tick && changed.quantity <= order.quantity);
}

// `changed` is the order on its new terms, with the new lock if all is well.
Reason ReferenceEngine::new_terms_fail(const RefOrder& order, RefOrder& changed) {
  const RefMarket& market = markets_.at(order.market);
  if (const Reason reason = market_refuses(order, order.session); reason != Reason::None) {
    return reason;
  }
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
  if (order.time_in_force == TimeInForce::Gtd ? changed.expires <= now_ : changed.expires != 0) {
    return Reason::BadExpireTime;
  }
  if (changed.leaves == 0) {
    changed.closing = 0;
    changed.cash_lock = 0;
    return Reason::None;
  }
  if (keeps_place(order, changed)) {
    const std::int64_t less = order.quantity - changed.quantity;
    const std::int64_t opening = std::min(order.leaves - order.closing, less);
    changed.closing -= less - opening;
    changed.cash_lock -= opening * unit_cost(market, order.asked.side, price_at(order));
    return Reason::None;
  }
  if (order.place == RefPlace::Delayed) {
    return Reason::WaitsForDelay;
  }
  if (changed.quantity > market.maximum) {
    return Reason::OrderSizeLimit;
  }
  if (const Reason reason = lock(changed, changed.leaves); reason != Reason::None) {
    return reason;
  }
  return order.asked.post_only && !crossing_ticks(changed).empty() ? Reason::PostOnlyWouldCross
                                                                   : Reason::None;
}

Reason ReferenceEngine::amend_fails(const AmendOrder& asked,
                                    const RefOrder& order,
                                    RefOrder& changed) {
  const RefMarket& market = markets_.at(order.market);
  if (!live_.contains(order.id)) {
    return Reason::TooLate;
  }
  if (waiting_amends_.contains(order.id)) {
    return Reason::WaitsForDelay;
  }
  if (const Reason reason = market_refuses(order, order.session); reason != Reason::None) {
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
  if (asked.expire_time != Timestamp{}) {
    changed.expires = asked.expire_time.value();
  }
  return new_terms_fail(order, changed);
}

// `request` says whose request it was; the rest of the fact follows.
void ReferenceEngine::carry_out_amend(RefOrder& order, const RefOrder& changed, Fact request) {
  const bool keeps = keeps_place(order, changed);
  Entry entry = Entry::Keeps;
  if (changed.leaves == 0) {
    entry = Entry::Leaves;
  } else if (!keeps) {
    entry = crossing_ticks(changed).empty() ? Entry::Rests : Entry::Takes;
  }
  if (entry == Entry::Leaves) {
    end_order(order);
  } else {
    change_lock(order, changed.closing, changed.cash_lock);
    if (!keeps) {  // out of the book, by the terms that it had there
      RefBook& book = side_of(order, false);
      book[order.tick].remove(order.id);
      if (book[order.tick].empty()) {
        book.erase(order.tick);
      }
      order.place = RefPlace::Taking;
    }
  }
  order.tick = changed.tick;
  order.quantity = changed.quantity;
  order.leaves = changed.leaves;
  order.expires = changed.expires;
  order.chain.push_back(request.id);
  Fact fact = about(order, EventKind::OrderAmended);
  fact.other = request.other + (order.place == RefPlace::Delayed ? 2U : 0U);
  fact.requester = request.requester;
  fact.id = request.id;
  fact.tick = changed.tick;
  fact.lock = changed.cash_lock;
  fact.closing = changed.closing;
  fact.at = changed.expires;
  fact.code = code(entry);
  say(fact);
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
    reason = may_enter(account);
  }
  if (reason == Reason::None) {
    reason = id_fails(key, asked.transact_time);
  }
  const bool consumed = reason == Reason::None;
  const RefId id = find_order(account, asked.order_id, asked.orig_cl_ord_id);
  Fact refusal = refusal_about(id);
  RefOrder changed;
  if (consumed) {
    if (id == 0) {
      reason = Reason::UnknownOrder;
    } else {
      changed = orders_.at(id);
      reason = amend_fails(asked, orders_.at(id), changed);
    }
    learn(key, reason == Reason::None ? id : 0, reason);
  }
  if (reason != Reason::None) {
    refusal.other += CancelRejected::kToReplace + (consumed ? 4U : 0U);
    refusal.session = requester();
    refusal.account = account;
    refusal.code = code(reason);
    refusal.id = key.second;
    refusal.request = asked.orig_cl_ord_id.view();
    say(refusal);
    return;
  }
  RefOrder& order = orders_.at(id);
  const RefMarket& market = markets_.at(order.market);
  if (keeps_place(order, changed) || !market.delays()) {
    carry_out_amend(order, changed, {.requester = requester(), .id = key.second});
    return;
  }
  const std::int64_t release_at = now_ + std::int64_t{market.made.bet_delay_ms} * 1'000'000;
  waiting_amends_[id] = {.tick = changed.tick,
                         .quantity = changed.quantity,
                         .expires = changed.expires,
                         .release_at = release_at,
                         .requester = requester(),
                         .id = key};
  Fact fact = about(order, EventKind::AmendDelayed);
  fact.requester = requester();
  fact.closing = changed.quantity;
  fact.tick = changed.tick;
  fact.at = release_at;
  fact.id = key.second;
  say(fact);
}

}  // namespace betex::matching::testing
