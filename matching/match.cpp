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

// How much `budget` mu still buy at `cost` a unit, in whole steps.
Quantity affordable(std::int64_t budget, Money cost, Quantity step) {
  return Quantity{budget / cost.value() / step.value() * step.value()};
}

}  // namespace

void Decider::take(OrderId id) {
  const Slot slot = state_.orders.find(id);
  const Order& taker = state_.orders.at(slot);
  const LiveTerms& terms = state_.orders.terms(slot);
  const Reach reach{.limit = state_.instruments.at(taker.instrument).book.key_of(taker.tick),
                    .budget = terms.max_cost.value(),
                    .has_budget = terms.max_cost != Money{}};

  const bool fill_or_kill = taker.time_in_force == TimeInForce::Fok;
  const Quantity needed = fill_or_kill ? taker.values.leaves_qty : terms.min_fill;
  if (needed != Quantity{} && walk<Effect::None>(slot, reach) < needed) {
    cancel_order(slot, fill_or_kill ? CancelCause::FillOrKill : CancelCause::MinimumFill);
    return;
  }
  walk<Effect::Events>(slot, reach);

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
// Returns how much it trades on the way.
template <Decider::Effect effect>
Quantity Decider::walk(Slot taker_slot, Reach reach) {
  const Order& taker = state_.orders.at(taker_slot);
  const InstrumentState& instrument = state_.instruments.at(taker.instrument);
  const MarketData& market = state_.markets.at(taker.market);
  const Book& book = instrument.book;
  const Side side = opposite(taker.side);
  Quantity left = taker.values.leaves_qty;
  Quantity traded;
  for (auto key = book.best(side); key && reaches(taker.side, reach.limit, *key);
       key = book.next_worse(side, *key)) {
    const Price price = instrument.ladder->price_of(book.tick_of(*key));
    const Money cost = unit_cost(market.kind, taker.side, price);
    Slot next = 0;
    for (Slot maker_slot = book.level(*key).first; maker_slot != 0; maker_slot = next) {
      const Order& maker = state_.orders.at(maker_slot);
      next = maker.next;  // before the maker leaves its queue
      if (is_own(taker, maker)) {
        const Prevention prevention = prevent_self_trade(taker.self_trade_prevention, left, maker);
        if constexpr (effect == Effect::Events) {
          reduce_order(maker_slot, prevention.off_maker, prevention.cause);
          reduce_order(taker_slot, prevention.off_taker, prevention.cause);
        }
        left -= prevention.off_taker;
      } else {
        const Quantity makers = maker.values.leaves_qty;
        Quantity quantity = std::min(left, makers);
        if (reach.has_budget) {
          quantity = std::min(quantity, affordable(reach.budget, cost, market.quantity_step));
          reach.budget -= amount(quantity, cost).value();
        }
        if (quantity == Quantity{}) {
          return traded;
        }
        if constexpr (effect == Effect::Events) {
          trade(taker_slot, maker_slot, quantity);
        }
        left -= quantity;
        traded += quantity;
        if (quantity < makers) {
          return traded;  // nothing is left of the taker, or of its budget
        }
      }
      if (left == Quantity{}) {
        return traded;
      }
    }
  }
  return traded;
}

void Decider::trade(Slot taker_slot, Slot maker_slot, Quantity quantity) {
  const Order& taker = state_.orders.at(taker_slot);
  const Order& maker = state_.orders.at(maker_slot);
  const MarketKind kind = state_.markets.at(taker.market).kind;
  const Ladder& ladder = *state_.instruments.at(taker.instrument).ladder;
  const Price price = ladder.price_of(maker.tick);

  const auto leg = [&](const Order& order, Price limit) {
    const FillEffect effect =
        effect_of({.kind = kind, .price = price, .limit = limit, .quantity = quantity}, order);
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
                        .maker = leg(maker, price),
                        .taker = leg(taker, ladder.price_of(taker.tick))};
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

// Takes `quantity` off the order, which may be nothing, or all that is left of it.
void Decider::reduce_order(Slot slot, Quantity quantity, CancelCause cause) {
  if (quantity == Quantity{}) {
    return;
  }
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
