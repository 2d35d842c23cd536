// Price-time matching: an accepted order takes from the best opposite level first, the oldest order
// first, at the maker's price; self-trade prevention; what becomes of the rest.
#include <algorithm>

#include "matching/assert.h"
#include "matching/decider.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

bool is_own(AccountId account, SelfTradePrevention mode, const Order& maker) {
  return account == maker.account && mode != SelfTradePrevention::None;
}

// What goes off two orders of one account in place of a trade.
struct Prevention {
  Quantity off_maker;
  Quantity off_taker;
  CancelCause cause{};
};

// The taker's mode rules. `left` is what is left of the taker.
Prevention prevent_self_trade(SelfTradePrevention mode, Quantity left, const Order& maker) {
  const Quantity makers = maker.values.leaves_qty;
  const Quantity both = std::min(left, makers);
  switch (mode) {
    case SelfTradePrevention::CancelTaker:
      return {.off_taker = left, .cause = CancelCause::SelfTradeTaker};
    case SelfTradePrevention::CancelMaker:
      return {.off_maker = makers, .cause = CancelCause::SelfTradeMaker};
    case SelfTradePrevention::CancelBoth:
      return {.off_maker = makers, .off_taker = left, .cause = CancelCause::SelfTradeBoth};
    case SelfTradePrevention::Decrement:
      return {.off_maker = both, .off_taker = both, .cause = CancelCause::SelfTradeDecrement};
    case SelfTradePrevention::None:
      break;
  }
  BETEX_ASSERT(false);
  return {};
}

}  // namespace

void Decider::take(OrderId id) {
  match(id);
  if (!reached_groups_.empty()) {
    trip_reached_groups();
  }
}

void Decider::match(OrderId id) const {
  const Slot slot = state_.orders.find(id);
  const Order& taker = state_.orders.at(slot);
  const LiveTerms& terms = state_.orders.terms(slot);
  const InstrumentState& instrument = state_.instruments.at(taker.instrument);
  const Taker walker{.instrument = instrument,
                     .market = state_.markets.at(taker.market),
                     .account = taker.account,
                     .row = taker.row,
                     .side = taker.side,
                     .self_trade_prevention = taker.self_trade_prevention,
                     .limit = instrument.book.key_of(taker.tick),
                     .has_budget = terms.max_cost != Money{},
                     .slot = slot};
  Walk walked{.left = taker.values.leaves_qty, .budget = terms.max_cost.value()};

  const bool fill_or_kill = taker.time_in_force == TimeInForce::Fok;
  const Quantity needed = fill_or_kill ? taker.values.leaves_qty : terms.min_fill;
  if (needed != Quantity{} && !fills(walker, walked, needed)) {
    cancel_order(slot, fill_or_kill ? CancelCause::FillOrKill : CancelCause::MinimumFill);
    return;
  }
  walk<Effect::Events>(walker, walked);

  if (!taker.live()) {
    return;
  }
  if (taker.time_in_force == TimeInForce::Ioc || fill_or_kill) {
    cancel_order(slot, CancelCause::ImmediateOrCancel);
  } else {
    emitter_.emit(OrderRested{.order = taker.id, .leaves_qty = taker.values.leaves_qty},
                  taker.market);
  }
}

// Goes through the orders that the taker reaches until nothing is left of it or of its budget.
template <Decider::Effect effect>
void Decider::walk(const Taker& taker, Walk& walked) const {
  const Book& book = taker.instrument.book;
  const Side side = opposite(taker.side);
  for (auto key = book.best(side); key && reaches(taker.side, taker.limit, *key);
       key = book.next_worse(side, *key)) {
    if (!walk_queue<effect>(taker, book.level(*key).first, cost_at(taker, *key), walked)) {
      return;
    }
  }
}

template void Decider::walk<Decider::Effect::None>(const Taker&, Walk&) const;

// The same in one level, of which `first` is the first order and `cost` what a unit costs the
// taker. True if the walk goes on behind it.
template <Decider::Effect effect>
bool Decider::walk_queue(const Taker& taker, Slot first, Money cost, Walk& walked) const {
  Slot next = 0;
  for (Slot maker_slot = first; maker_slot != 0; maker_slot = next) {
    if constexpr (effect == Effect::None) {
      if (walked.patience == 0) {
        return false;
      }
      --walked.patience;
    }
    const Order& maker = state_.orders.at(maker_slot);
    next = maker.next;  // before the maker leaves its queue
    if (is_own(taker.account, taker.self_trade_prevention, maker)) {
      const Prevention prevention =
          prevent_self_trade(taker.self_trade_prevention, walked.left, maker);
      if constexpr (effect == Effect::Events) {
        reduce_order(maker_slot, prevention.off_maker, prevention.cause);
        reduce_order(taker.slot, prevention.off_taker, prevention.cause);
      }
      walked.left -= prevention.off_taker;
    } else {
      const Quantity makers = maker.values.leaves_qty;
      Quantity quantity = std::min(walked.left, makers);
      if (taker.has_budget) {
        quantity = std::min(quantity, affordable(walked.budget, cost, taker.market.quantity_step));
      }
      if (quantity == Quantity{}) {
        return false;
      }
      if constexpr (effect == Effect::Events) {
        trade(taker.slot, maker_slot, quantity);
      }
      walked.take(quantity, cost);
      if (quantity < makers) {
        return false;  // nothing is left of the taker, or of its budget
      }
    }
    if (walked.left == Quantity{} || (effect == Effect::None && walked.is_decided())) {
      return false;
    }
  }
  return true;
}

template bool Decider::walk_queue<Decider::Effect::None>(const Taker&, Slot, Money, Walk&) const;

// The maker's side is settled first: where one account trades with itself, the taker's begins with
// what the maker's has left.
void Decider::trade(Slot taker_slot, Slot maker_slot, Quantity quantity) const {
  const Order& taker = state_.orders.at(taker_slot);
  const Order& maker = state_.orders.at(maker_slot);
  const MarketKind kind = state_.markets.at(taker.market).kind;
  const Price price = state_.instruments.at(taker.instrument).book.ladder().price_of(maker.tick);

  const FillEffect makers = Ledger::effect_of(
      kind, maker.side, price, quantity, state_.ledger.before_fill(place_of(state_, maker)));
  const FillEffect takers = Ledger::effect_of(
      kind,
      taker.side,
      price,
      quantity,
      taker.account == maker.account ? makers : state_.ledger.before_fill(place_of(state_, taker)));
  const auto leg = [&](const Order& order, const FillEffect& effect) {
    OrderValues values = order.values;
    values.cum_qty += quantity;
    values.leaves_qty -= quantity;
    values.notional += Notional{quantity.value() * price.value()};
    return TradeLeg{.order = order.id,
                    .account = order.account,
                    .session = order.session,
                    .cash = effect.cash,
                    .balance = effect.balance,
                    .position = effect.position,
                    .values = values};
  };
  emitter_.emit_made(taker.market, [&] {
    return TradeMatched{.instrument = taker.instrument,
                        .tick = maker.tick,
                        .price = price,
                        .quantity = quantity,
                        .taker_side = taker.side,
                        .maker = leg(maker, makers),
                        .taker = leg(taker, takers)};
  });
  if ((taker.order_group | maker.order_group) != 0) {
    note_trade(taker, maker);
  }
}

void Decider::cancel_order(Slot slot, CancelCause cause, Reason reason) const {
  const Order& order = state_.orders.at(slot);
  OrderValues values = order.values;
  values.leaves_qty = Quantity{};
  emitter_.emit_made(order.market, [&] {
    return OrderCancelled{.order = order.id,
                          .session = order.session,
                          .cause = cause,
                          .reason = reason,
                          .values = values};
  });
}

// Takes `quantity` off the order, which may be nothing, or all that is left of it.
void Decider::reduce_order(Slot slot, Quantity quantity, CancelCause cause) const {
  if (quantity == Quantity{}) {
    return;
  }
  const Order& order = state_.orders.at(slot);
  if (order.values.leaves_qty == quantity) {
    cancel_order(slot, cause);
    return;
  }
  OrderValues values = order.values;
  values.order_qty -= quantity;
  values.leaves_qty -= quantity;
  emitter_.emit(OrderReduced{.order = order.id,
                             .session = order.session,
                             .cause = cause,
                             .quantity = quantity,
                             .values = values},
                order.market);
}

}  // namespace betex::matching
