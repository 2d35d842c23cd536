// Price-time matching: an accepted order takes from the best opposite level first, the oldest order
// first, at the maker's price; self-trade prevention; what becomes of the rest.
#include <algorithm>

#include "matching/assert.h"
#include "matching/decider.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

bool is_own(const Order& taker, const Order& maker) {
  return taker.account == maker.account && taker.self_trade_prevention != SelfTradePrevention::None;
}

}  // namespace

void Decider::take(OrderId id) {
  const Slot slot = state_.orders.find(id);
  const Order& taker = state_.orders.at(slot);
  const LiveTerms& terms = state_.orders.terms(slot);
  const Book& book = state_.instruments.at(taker.instrument).book;
  Reach reach{.limit = book.key_of(taker.tick),
              .budget = terms.max_cost.value(),
              .has_budget = terms.max_cost != Money{}};

  const bool fill_or_kill = taker.time_in_force == TimeInForce::Fok;
  const Quantity needed = fill_or_kill ? taker.values.leaves_qty : terms.min_fill;
  if (needed != Quantity{} && fillable(taker, reach) < needed) {
    cancel_order(slot, fill_or_kill ? CancelCause::FillOrKill : CancelCause::MinimumFill);
    return;
  }

  while (taker.live()) {
    const auto best = book.best(opposite(taker.side));
    if (!best || !reaches(taker.side, reach.limit, *best)) {
      break;
    }
    const Slot maker_slot = book.level(*best).first;
    const Order& maker = state_.orders.at(maker_slot);
    if (is_own(taker, maker)) {
      if (!prevent_self_trade(slot, maker_slot)) {
        return;
      }
      continue;
    }
    const Price price = state_.instruments.at(taker.instrument).ladder->price_of(maker.tick);
    const Quantity quantity = std::min(
        {taker.values.leaves_qty, maker.values.leaves_qty, affordable(taker, price, reach)});
    if (quantity == Quantity{}) {
      break;
    }
    const MarketKind kind = state_.markets.at(taker.market).kind;
    reach.budget -= amount(quantity, unit_cost(kind, taker.side, price)).value();
    trade(slot, maker_slot, quantity);
  }

  if (!taker.live()) {
    return;
  }
  if (taker.time_in_force == TimeInForce::Ioc || taker.time_in_force == TimeInForce::Fok) {
    cancel_order(slot, CancelCause::ImmediateOrCancel);
  } else {
    emitter_.emit(OrderRested{.order = taker.id, .leaves_qty = taker.values.leaves_qty},
                  taker.market);
  }
}

// What the taker would trade now: the walk of take(), without effects.
Quantity Decider::fillable(const Order& taker, Reach reach) const {
  const InstrumentState& instrument = state_.instruments.at(taker.instrument);
  const Side side = opposite(taker.side);
  const MarketKind kind = state_.markets.at(taker.market).kind;
  const SelfTradePrevention mode = taker.self_trade_prevention;
  Quantity left = taker.values.leaves_qty;
  Quantity filled;
  for (auto key = instrument.book.best(side); key && reaches(taker.side, reach.limit, *key);
       key = instrument.book.next_worse(side, *key)) {
    const Price price = instrument.ladder->price_of(instrument.book.tick_of(*key));
    for (Slot slot = instrument.book.level(*key).first; slot != 0 && left != Quantity{};
         slot = state_.orders.at(slot).next) {
      const Order& maker = state_.orders.at(slot);
      if (is_own(taker, maker)) {
        if (mode == SelfTradePrevention::CancelTaker || mode == SelfTradePrevention::CancelBoth) {
          return filled;
        }
        if (mode == SelfTradePrevention::Decrement) {
          left -= std::min(left, maker.values.leaves_qty);
        }
        continue;
      }
      const Quantity quantity =
          std::min({left, maker.values.leaves_qty, affordable(taker, price, reach)});
      if (quantity == Quantity{}) {
        return filled;
      }
      reach.budget -= amount(quantity, unit_cost(kind, taker.side, price)).value();
      left -= quantity;
      filled += quantity;
    }
  }
  return filled;
}

// How much the budget of a market order still buys at `price`, in whole steps.
Quantity Decider::affordable(const Order& taker, Price price, const Reach& reach) const {
  if (!reach.has_budget) {
    return taker.values.leaves_qty;
  }
  const MarketData& market = state_.markets.at(taker.market);
  const std::int64_t step = market.quantity_step.value();
  const std::int64_t units = reach.budget / unit_cost(market.kind, taker.side, price).value();
  return Quantity{units / step * step};
}

// The incoming order's mode rules. False where nothing is left to match.
bool Decider::prevent_self_trade(Slot taker_slot, Slot maker_slot) {
  const Order& taker = state_.orders.at(taker_slot);
  const Order& maker = state_.orders.at(maker_slot);
  switch (taker.self_trade_prevention) {
    case SelfTradePrevention::CancelTaker:
      cancel_order(taker_slot, CancelCause::SelfTradeTaker);
      return false;
    case SelfTradePrevention::CancelMaker:
      cancel_order(maker_slot, CancelCause::SelfTradeMaker);
      return true;
    case SelfTradePrevention::CancelBoth:
      cancel_order(maker_slot, CancelCause::SelfTradeBoth);
      cancel_order(taker_slot, CancelCause::SelfTradeBoth);
      return false;
    case SelfTradePrevention::Decrement: {
      const Quantity both = std::min(taker.values.leaves_qty, maker.values.leaves_qty);
      reduce_order(maker_slot, both, CancelCause::SelfTradeDecrement);
      reduce_order(taker_slot, both, CancelCause::SelfTradeDecrement);
      return taker.live();
    }
    case SelfTradePrevention::None:
      break;
  }
  BETEX_ASSERT(false);
  return false;
}

void Decider::trade(Slot taker_slot, Slot maker_slot, Quantity quantity) {
  const Order& taker = state_.orders.at(taker_slot);
  const Order& maker = state_.orders.at(maker_slot);
  const MarketKind kind = state_.markets.at(taker.market).kind;
  const Ladder& ladder = *state_.instruments.at(taker.instrument).ladder;
  const Price price = ladder.price_of(maker.tick);

  const auto leg = [&](const Order& order) {
    const FillEffect effect = effect_of(
        {.kind = kind, .price = price, .limit = ladder.price_of(order.tick), .quantity = quantity},
        order);
    OrderValues values = order.values;
    values.cum_qty += quantity;
    values.leaves_qty -= quantity;
    values.notional += Notional{quantity.value() * price.value()};
    return TradeLeg{.order = order.id,
                    .account = order.account,
                    .session = order.session,
                    .cash = effect.cash,
                    .lock_released = effect.lock_released,
                    .closed = effect.closed,
                    .values = values};
  };
  emitter_.emit_made(taker.market, [&] {
    return TradeMatched{.instrument = taker.instrument,
                        .tick = maker.tick,
                        .price = price,
                        .quantity = quantity,
                        .taker_side = taker.side,
                        .maker = leg(maker),
                        .taker = leg(taker)};
  });
}

void Decider::cancel_order(Slot slot, CancelCause cause, Reason reason) {
  const Order& order = state_.orders.at(slot);
  OrderValues values = order.values;
  values.leaves_qty = Quantity{};
  emitter_.emit_made(order.market, [&] {
    return OrderCancelled{.order = order.id,
                          .session = order.session,
                          .cause = cause,
                          .reason = reason,
                          .lock_released = order.cash_lock,
                          .values = values};
  });
}

void Decider::reduce_order(Slot slot, Quantity quantity, CancelCause cause) {
  const Order& order = state_.orders.at(slot);
  if (order.values.leaves_qty == quantity) {
    cancel_order(slot, cause);
    return;
  }
  const MarketKind kind = state_.markets.at(order.market).kind;
  const Price limit = state_.instruments.at(order.instrument).ladder->price_of(order.tick);
  const Lock released = release_for(order, quantity, unit_cost(kind, order.side, limit));
  OrderValues values = order.values;
  values.order_qty -= quantity;
  values.leaves_qty -= quantity;
  emitter_.emit(OrderReduced{.order = order.id,
                             .session = order.session,
                             .cause = cause,
                             .quantity = quantity,
                             .closing_released = released.closing,
                             .lock_released = released.cash,
                             .values = values},
                order.market);
}

}  // namespace betex::matching
