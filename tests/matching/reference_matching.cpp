// Prices, money and books of the reference engine: RULES.md sections 1 to 3 and 5.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// ---- Prices, money, books -----------------------------------------------------------------------

std::optional<std::int64_t> ReferenceEngine::tick_of(const RefMarket& market, Decimal price) const {
  const auto units = whole(price, market.odds() ? 100 : 10'000);
  const auto found = units ? std::lower_bound(market.prices.begin(), market.prices.end(), *units)
                           : market.prices.end();
  return found == market.prices.end() || *found != *units
             ? std::nullopt
             : std::optional{found - market.prices.begin()};
}

std::int64_t ReferenceEngine::price_at(const RefOrder& order) const {
  return markets_.at(order.market).prices[static_cast<std::size_t>(order.tick)];
}

std::int64_t ReferenceEngine::unit_cost(const RefMarket& market,
                                        Side side,
                                        std::int64_t price) const {
  if (market.odds()) {
    return side == Side::Bid ? 100 : price - 100;
  }
  return side == Side::Bid ? price : 10'000 - price;
}

RefBook& ReferenceEngine::side_of(const RefOrder& order, bool opposite_side) {
  RefInstrument& instrument = instruments_.at(order.instrument);
  const bool bids = (order.asked.side == Side::Bid) != opposite_side;
  return bids ? instrument.bids : instrument.asks;
}

// The opposite side's ticks that the order may take, the best first. A back is filled at its odds
// or higher, a lay at its odds or lower; YES is bought at its price or lower, sold at it or higher.
std::vector<std::int64_t> ReferenceEngine::crossing_ticks(const RefOrder& order) {
  const bool wants_high = markets_.at(order.market).odds() == (order.asked.side == Side::Bid);
  std::vector<std::int64_t> ticks;
  for (const auto& [tick, queue] : side_of(order, true)) {
    if (wants_high ? tick >= order.tick : tick <= order.tick) {
      ticks.push_back(tick);
    }
  }
  if (wants_high) {
    std::reverse(ticks.begin(), ticks.end());
  }
  return ticks;
}

RefHolding& ReferenceEngine::holding(const RefOrder& order) {
  return holdings_[{order.account, order.market}];
}

// What the order locks from now on.
void ReferenceEngine::change_lock(RefOrder& order, std::int64_t closing, std::int64_t cash) {
  (order.asked.side == Side::Bid ? holding(order).no_locked : holding(order).yes_locked) +=
      closing - order.closing;
  accounts_.at(order.account).locked += cash - order.cash_lock;
  order.closing = closing;
  order.cash_lock = cash;
}

// ---- Matching -----------------------------------------------------------------------------------

void ReferenceEngine::rest(RefOrder& order) {
  order.place = RefPlace::Resting;
  side_of(order, false)[order.tick].push_back(order.id);
}

// Whatever it still locks is free, and it is in no book.
void ReferenceEngine::end_order(RefOrder& order, CancelCause cause) {
  if (order.place == RefPlace::Resting) {
    RefBook& book = side_of(order, false);
    book[order.tick].remove(order.id);
    if (book[order.tick].empty()) {
      book.erase(order.tick);
    }
  }
  change_lock(order, 0, 0);
  order.leaves = 0;
  order.place = RefPlace::Finished;
  order.cause = code(cause);
  order.finished_in = generation_;
  --accounts_.at(order.account).open;
  live_.erase(order.id);
}

void ReferenceEngine::cancel_order(RefOrder& order, CancelCause cause, Reason reason) {
  Fact fact = about(order, EventKind::OrderCancelled);
  fact.leaves = 0;
  fact.other = code(reason);
  fact.lock = order.cash_lock;
  fact.code = code(cause);
  say(fact);
  end_order(order, cause);
}

void ReferenceEngine::reduce_order(RefOrder& order, std::int64_t quantity) {
  if (quantity == order.leaves) {
    cancel_order(order, CancelCause::SelfTradeDecrement);
    return;
  }
  const std::int64_t opening = std::min(order.leaves - order.closing, quantity);
  const std::int64_t closing = quantity - opening;
  const std::int64_t cash =
      opening * unit_cost(markets_.at(order.market), order.asked.side, price_at(order));
  order.quantity -= quantity;
  order.leaves -= quantity;
  change_lock(order, order.closing - closing, order.cash_lock - cash);
  Fact fact = about(order, EventKind::OrderReduced);
  fact.other = static_cast<std::uint64_t>(quantity);
  fact.lock = cash;
  fact.closing = closing;
  fact.code = code(CancelCause::SelfTradeDecrement);
  say(fact);
}

// One side of a trade; the closing part is used first.
Fact ReferenceEngine::fill(RefOrder& order, std::int64_t price, std::int64_t quantity) {
  const RefMarket& market = markets_.at(order.market);
  const bool bid = order.asked.side == Side::Bid;
  const std::int64_t closed = std::min(order.closing, quantity);
  const std::int64_t opened = quantity - closed;
  const std::int64_t unlocked = opened * unit_cost(market, order.asked.side, price_at(order));
  std::int64_t cash = 0;
  if (!market.odds()) {
    cash = bid ? -price * opened + (10'000 - price) * closed
               : price * closed - (10'000 - price) * opened;
    RefHolding& held = holding(order);
    (bid ? held.no : held.yes) -= closed;
    (bid ? held.yes : held.no) += opened;
  }
  change_lock(order, order.closing - closed, order.cash_lock - unlocked);
  order.filled += quantity;
  order.leaves -= quantity;
  order.notional += quantity * price;
  Fact fact = about(order, EventKind::TradeMatched);
  fact.account = order.account;
  fact.version = static_cast<std::uint64_t>(quantity);
  fact.at = price;
  fact.cash = cash;
  fact.lock = unlocked;
  fact.closing = closed;
  if (order.leaves == 0) {
    end_order(order);
  }
  return fact;
}

void ReferenceEngine::trade(RefOrder& maker, RefOrder& taker, std::int64_t quantity) {
  const std::int64_t price = price_at(maker);
  const std::int64_t tick = maker.tick;
  taker.budget -= quantity * unit_cost(markets_.at(taker.market), taker.asked.side, price);
  Fact makers = fill(maker, price, quantity);
  Fact takers = fill(taker, price, quantity);
  makers.other = taker.id;
  takers.other = maker.id;
  makers.tick = takers.tick = tick;
  say(makers);
  facts_.push_back(takers);  // the same event
}

// The dry run of FOK and minimum fill: how much would trade before anything stops it.
std::int64_t ReferenceEngine::would_fill(const RefOrder& taker) {
  const RefMarket& market = markets_.at(taker.market);
  const SelfTradePrevention mode = taker.asked.self_trade_prevention;
  std::int64_t left = taker.leaves;
  std::int64_t budget = taker.budget;
  std::int64_t filled = 0;
  for (const std::int64_t tick : crossing_ticks(taker)) {
    const std::int64_t cost =
        unit_cost(market, taker.asked.side, market.prices[static_cast<std::size_t>(tick)]);
    for (const RefId id : side_of(taker, true).at(tick)) {
      const RefOrder& maker = orders_.at(id);
      if (left == 0) {
        return filled;
      }
      if (maker.account == taker.account && mode != SelfTradePrevention::None) {
        if (mode == SelfTradePrevention::CancelTaker || mode == SelfTradePrevention::CancelBoth) {
          return filled;
        }
        if (mode == SelfTradePrevention::Decrement) {
          left -= std::min(left, maker.leaves);
        }
        continue;
      }
      std::int64_t quantity = std::min(left, maker.leaves);
      if (taker.asked.max_cost != Decimal{}) {
        quantity = std::min(quantity, budget / cost / market.step * market.step);
        budget -= quantity * cost;
      }
      if (quantity == 0) {
        return filled;
      }
      left -= quantity;
      filled += quantity;
    }
  }
  return filled;
}

void ReferenceEngine::prevent_self_trade(RefOrder& taker, RefOrder& maker) {
  switch (taker.asked.self_trade_prevention) {
    case SelfTradePrevention::CancelTaker:
      cancel_order(taker, CancelCause::SelfTradeTaker);
      return;
    case SelfTradePrevention::CancelMaker:
      cancel_order(maker, CancelCause::SelfTradeMaker);
      return;
    case SelfTradePrevention::CancelBoth:
      cancel_order(maker, CancelCause::SelfTradeBoth);
      cancel_order(taker, CancelCause::SelfTradeBoth);
      return;
    case SelfTradePrevention::Decrement: {
      const std::int64_t both = std::min(taker.leaves, maker.leaves);
      reduce_order(maker, both);
      reduce_order(taker, both);
      return;
    }
    case SelfTradePrevention::None:
      return;
  }
}

void ReferenceEngine::take(RefOrder& taker) {
  const RefMarket& market = markets_.at(taker.market);
  const bool fok = taker.time_in_force == TimeInForce::Fok;
  const std::int64_t needed = fok ? taker.leaves : taker.min_fill;
  if (needed > 0 && would_fill(taker) < needed) {
    cancel_order(taker, fok ? CancelCause::FillOrKill : CancelCause::MinimumFill);
    return;
  }
  while (taker.leaves > 0) {
    const auto ticks = crossing_ticks(taker);
    if (ticks.empty()) {
      break;
    }
    RefOrder& maker = orders_.at(side_of(taker, true).at(ticks.front()).front());
    if (maker.account == taker.account &&
        taker.asked.self_trade_prevention != SelfTradePrevention::None) {
      prevent_self_trade(taker, maker);
      continue;
    }
    std::int64_t quantity = std::min(taker.leaves, maker.leaves);
    if (taker.asked.max_cost != Decimal{}) {
      const std::int64_t cost = unit_cost(market, taker.asked.side, price_at(maker));
      quantity = std::min(quantity, taker.budget / cost / market.step * market.step);
    }
    if (quantity == 0) {
      break;
    }
    trade(maker, taker, quantity);
  }
  if (taker.leaves == 0) {
    return;
  }
  if (taker.time_in_force == TimeInForce::Ioc || fok) {
    cancel_order(taker, CancelCause::ImmediateOrCancel);
  } else {
    rest(taker);
    say({.kind = EventKind::OrderRested,
         .market = taker.market,
         .order = taker.id,
         .leaves = taker.leaves});
  }
}

}  // namespace betex::matching::testing
