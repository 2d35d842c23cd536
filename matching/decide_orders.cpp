// New orders and cancels: the checks, in their fixed order, and what follows.
#include "matching/decider.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kOldestRequest = 24 * 3600 * kSecond;
constexpr std::int64_t kNewestRequest = 5 * 60 * kSecond;

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

Reason Decider::check_requester(const Name& account,
                                const ClOrdId& id,
                                Timestamp transact_time,
                                const AccountState*& found) const {
  const auto account_id = static_cast<std::uint32_t>(state_.account_names.find(account));
  found = state_.accounts.find(AccountId{account_id});
  if (const Reason reason = check_origin(); reason != Reason::None) {
    return reason;
  }
  if (found == nullptr) {
    return Reason::UnknownAccount;
  }
  if (transact_time.value() < now().value() - kOldestRequest ||
      transact_time.value() > now().value() + kNewestRequest) {
    return Reason::StaleRequest;
  }
  return state_.cl_ord_ids.find(found->id, id) != 0 ? Reason::DuplicateClOrdId : Reason::None;
}

Reason Decider::check_order(const PlaceOrder& place, Terms& terms) const {
  if (const Reason reason =
          check_requester(place.account, place.cl_ord_id, place.transact_time, terms.account);
      reason != Reason::None) {
    return reason;
  }
  terms.id_consumed = true;
  if (const Reason reason = check_market(place, terms); reason != Reason::None) {
    return reason;
  }
  if (const Reason reason = check_price_and_quantity(place, terms); reason != Reason::None) {
    return reason;
  }
  if (const Reason reason = check_combination(place, terms); reason != Reason::None) {
    return reason;
  }
  if (const Reason reason = check_collateral(place, terms); reason != Reason::None) {
    return reason;
  }
  return place.post_only && crosses(*terms.instrument, place.side, terms.tick)
             ? Reason::PostOnlyWouldCross
             : Reason::None;
}

Reason Decider::check_market(const PlaceOrder& place, Terms& terms) const {
  const auto id = static_cast<std::uint32_t>(state_.symbols.find(place.symbol));
  terms.instrument = state_.instruments.find(InstrumentId{id});
  if (terms.instrument == nullptr) {
    return Reason::UnknownInstrument;
  }
  terms.market = &state_.markets.at(terms.instrument->market);
  if (terms.market->state != MarketState::Open) {
    return Reason::MarketNotOpen;
  }
  if (place.version_guard != 0 && place.version_guard != terms.market->version) {
    return Reason::StaleMarketVersion;
  }
  return Reason::None;
}

Reason Decider::check_price_and_quantity(const PlaceOrder& place, Terms& terms) const {
  const MarketKind kind = terms.market->kind;
  const Ladder& ladder = *terms.instrument->ladder;
  if (place.type == OrderType::Market) {
    const Book& book = terms.instrument->book;
    const Key last = ladder.tick_count() - 1;
    terms.tick = book.tick_of(place.side == Side::Bid ? last : 0);
  } else {
    const auto price = to_price(kind, place.price);
    const auto tick = price ? ladder.tick_of(*price) : std::nullopt;
    if (!tick) {
      return Reason::PriceNotOnLadder;
    }
    terms.tick = *tick;
  }
  terms.limit = ladder.price_of(terms.tick);

  const auto quantity = to_quantity(kind, place.quantity);
  if (place.quantity <= Decimal{} || (quantity && *quantity > max_order_quantity(kind))) {
    return Reason::BadQuantity;
  }
  if (!quantity || quantity->value() % terms.market->quantity_step.value() != 0) {
    return Reason::QuantityStep;
  }
  if (*quantity < terms.market->min_quantity) {
    return Reason::BelowMinimumQuantity;
  }
  terms.quantity = *quantity;
  const auto min_fill = to_quantity(kind, place.min_quantity);
  if (!min_fill || *min_fill < Quantity{} || *min_fill > *quantity) {
    return Reason::BadQuantity;
  }
  terms.min_fill = *min_fill;
  return Reason::None;
}

Reason Decider::check_combination(const PlaceOrder& place, Terms& terms) const {
  terms.time_in_force = effective_time_in_force(place);
  const bool immediate = is_immediate(terms.time_in_force);
  const auto max_cost = to_money(place.max_cost);
  if ((place.type == OrderType::Market && !immediate) || (place.post_only && immediate) ||
      (terms.min_fill != Quantity{} && terms.time_in_force != TimeInForce::Ioc) || !max_cost ||
      *max_cost < Money{} || (*max_cost != Money{} && place.type != OrderType::Market)) {
    return Reason::UnsupportedCombination;
  }
  terms.max_cost = *max_cost;
  if (terms.time_in_force == TimeInForce::Gtd ? place.expire_time <= now()
                                              : place.expire_time != Timestamp{}) {
    return Reason::BadExpireTime;
  }
  return Reason::None;
}

Reason Decider::check_collateral(const PlaceOrder& place, Terms& terms) const {
  const AccountState& account = *terms.account;
  const Position* const position = terms.market->kind == MarketKind::Binary
                                       ? state_.positions.find(account.id, terms.market->id)
                                       : nullptr;
  const Position held = position == nullptr ? Position{} : *position;
  const Money per_unit = unit_cost(terms.market->kind, place.side, terms.limit);
  terms.lock = lock_for(terms.quantity, held.free_to_close(place.side), per_unit);

  const Quantity side_volume = terms.instrument->book.volume(place.side);
  if (std::max({account.cash_locked.value() + terms.lock.cash.value(),
                side_volume.value() + terms.quantity.value(),
                held.yes.value() + terms.quantity.value(),
                held.no.value() + terms.quantity.value()}) > kMaxSum) {
    return Reason::AmountOverflow;
  }
  // Nothing pays money in yet, so a collateralised account can only close what it holds.
  if (account.kind == AccountKind::Collateralised && terms.lock.cash > Money{}) {
    return Reason::InsufficientFunds;
  }
  return Reason::None;
}

void Decider::decide(const PlaceOrder& place) {
  Terms terms;
  if (const Reason reason = check_order(place, terms); reason != Reason::None) {
    reject(place, terms, reason);
    return;
  }
  const bool takes =
      is_immediate(terms.time_in_force) || crosses(*terms.instrument, place.side, terms.tick);
  const OrderId order = state_.last_order_id.next();
  emitter_.emit(OrderAccepted{.order = order,
                              .account = terms.account->id,
                              .session = command_->origin.session,
                              .instrument = terms.instrument->id,
                              .tick = terms.tick,
                              .side = place.side,
                              .type = place.type,
                              .time_in_force = terms.time_in_force,
                              .self_trade_prevention = place.self_trade_prevention,
                              .persistence = place.persistence,
                              .post_only = static_cast<std::uint8_t>(place.post_only),
                              .cancel_on_pause = static_cast<std::uint8_t>(place.cancel_on_pause),
                              .entry = takes ? Entry::Takes : Entry::Rests,
                              .min_fill = terms.min_fill,
                              .expire_time = place.expire_time,
                              .transact_time = place.transact_time,
                              .version_guard = place.version_guard,
                              .closing = terms.lock.closing,
                              .cash_lock = terms.lock.cash,
                              .values = {.order_qty = terms.quantity, .leaves_qty = terms.quantity},
                              .cl_ord_id = place.cl_ord_id},
                terms.market->id);
  if (takes) {
    take(order, terms.max_cost);
  }
}

void Decider::reject(const PlaceOrder& place, const Terms& terms, Reason reason) {
  emitter_.emit(OrderRejected{.account = terms.account == nullptr ? AccountId{} : terms.account->id,
                              .session = command_->origin.session,
                              .reason = reason,
                              .side = place.side,
                              .type = place.type,
                              .time_in_force = place.time_in_force,
                              .id_consumed = static_cast<std::uint8_t>(terms.id_consumed),
                              .price = place.price,
                              .quantity = place.quantity,
                              .account_name = place.account,
                              .symbol = place.symbol,
                              .cl_ord_id = place.cl_ord_id},
                terms.market == nullptr ? MarketId{} : terms.market->id);
}

void Decider::decide(const CancelOrder& cancel) {
  const AccountState* account = nullptr;
  if (const Reason reason =
          check_requester(cancel.account, cancel.cl_ord_id, cancel.transact_time, account);
      reason != Reason::None) {
    reject(cancel, reason, account, 0);
    return;
  }
  const Slot slot = find_order(state_, account->id, cancel.order_id, cancel.orig_cl_ord_id);
  if (slot == 0) {
    reject(cancel, Reason::UnknownOrder, account, 0);
    return;
  }
  const Order& order = state_.orders.at(slot);
  if (!order.live()) {
    reject(cancel, Reason::TooLate, account, slot);
    return;
  }
  OrderValues values = order.values;
  values.leaves_qty = Quantity{};
  ++values.chain_index;
  emitter_.emit(OrderCancelled{.order = order.id,
                               .session = order.session,
                               .requester = command_->origin.session,
                               .cause = CancelCause::Requested,
                               .lock_released = order.cash_lock,
                               .values = values,
                               .cl_ord_id = cancel.cl_ord_id},
                order.market);
}

void Decider::reject(const CancelOrder& cancel,
                     Reason reason,
                     const AccountState* account,
                     Slot slot) {
  const Order order = slot == 0 ? Order{} : state_.orders.at(slot);
  const bool consumed = reason == Reason::UnknownOrder || reason == Reason::TooLate;
  emitter_.emit(CancelRejected{.order = order.id,
                               .account = account == nullptr ? AccountId{} : account->id,
                               .session = command_->origin.session,
                               .reason = reason,
                               .id_consumed = static_cast<std::uint8_t>(consumed),
                               .values = order.values,
                               .account_name = cancel.account,
                               .cl_ord_id = cancel.cl_ord_id,
                               .orig_cl_ord_id = cancel.orig_cl_ord_id},
                order.market);
}

}  // namespace betex::matching
