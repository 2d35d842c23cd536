// Prices, books and trades of the reference engine: RULES.md sections 1 to 3 and 5.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// ---- Prices, books ------------------------------------------------------------------------------

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

// How much more an order with a maximum cost may buy at `cost` a unit, in whole steps.
std::int64_t ReferenceEngine::affordable(const RefOrder& taker,
                                         std::int64_t spent,
                                         std::int64_t cost) const {
  const std::int64_t step = markets_.at(taker.market).step;
  return (taker.max_cost - spent) / cost / step * step;
}

// ---- Matching -----------------------------------------------------------------------------------

void ReferenceEngine::rest(RefOrder& order) {
  order.place = RefPlace::Resting;
  side_of(order, false)[order.tick].push_back(order.id);
}

// It is in no book from now on.
void ReferenceEngine::end_order(RefOrder& order, CancelCause cause) {
  if (order.place == RefPlace::Resting) {
    RefBook& book = side_of(order, false);
    book[order.tick].remove(order.id);
    if (book[order.tick].empty()) {
      book.erase(order.tick);
    }
  }
  order.leaves = 0;
  order.place = RefPlace::Finished;
  order.cause = static_cast<std::uint32_t>(cause);
  order.finished_in = generation_;
  --accounts_.at(order.account).open;
  live_.erase(order.id);
}

// `request` is the ClOrdID of its owner's request, empty where there was none.
void ReferenceEngine::cancel_order(RefOrder& order,
                                   CancelCause cause,
                                   Reason reason,
                                   const ClOrdId& request) {
  end_order(order, cause);
  say(OrderCancelled{.order = plain(order.id),
                     .session = plain(order.session),
                     .cause = cause,
                     .reason = reason,
                     .values = values_of(order),
                     .cl_ord_id = request},
      order.market);
}

void ReferenceEngine::reduce_order(RefOrder& order, std::int64_t quantity) {
  if (quantity == order.leaves) {
    cancel_order(order, CancelCause::SelfTradeDecrement);
    return;
  }
  order.quantity -= quantity;
  order.leaves -= quantity;
  say(OrderReduced{.order = plain(order.id),
                   .session = plain(order.session),
                   .cause = CancelCause::SelfTradeDecrement,
                   .quantity = plain(quantity),
                   .values = values_of(order)},
      order.market);
}

// One side of a trade. In a binary market what closes is paid by the pot, what opens into it: so
// the cash follows from the account's fills so far, and so does the position.
TradeLeg ReferenceEngine::fill(RefOrder& order, std::int64_t price, std::int64_t quantity) {
  RefMarket& market = markets_.at(order.market);
  RefAccount& account = accounts_.at(order.account);
  RefRow& row = row_of(order);
  const std::int64_t cash_before = position(row).cash;
  row.bets.push_back({order.instrument, order.asked.side, quantity, price});
  const RefPosition after = position(row);
  const std::int64_t cash = after.cash - cash_before;
  account.balance += cash;
  market.pot -= cash;
  order.filled += quantity;
  order.leaves -= quantity;
  order.notional += quantity * price;
  order.spent += quantity * unit_cost(market, order.asked.side, price);
  const TradeLeg leg{.order = plain(order.id),
                     .account = plain(order.account),
                     .session = plain(order.session),
                     .cash = plain(cash),
                     .balance = plain(account.balance),
                     .position = plain(after.yes),
                     .values = values_of(order)};
  if (order.leaves == 0) {
    end_order(order);
  }
  return leg;
}

void ReferenceEngine::trade(RefOrder& maker, RefOrder& taker, std::int64_t quantity) {
  const std::int64_t price = price_at(maker);
  const TradeLeg makers = fill(maker, price, quantity);
  const TradeLeg takers = fill(taker, price, quantity);
  count_fill(maker, quantity, true);
  count_fill(taker, quantity, false);
  instruments_.at(taker.instrument).traded[maker.tick] += quantity;
  say(TradeMatched{.instrument = plain(taker.instrument),
                   .tick = plain(maker.tick),
                   .price = plain(price),
                   .quantity = plain(quantity),
                   .taker_side = taker.asked.side,
                   .maker = makers,
                   .taker = takers},
      taker.market);
}

// How much would trade before anything stops it, and at what cost.
RefDryRun ReferenceEngine::dry_run(const RefOrder& taker) {
  const RefMarket& market = markets_.at(taker.market);
  const SelfTradePrevention mode = taker.asked.self_trade_prevention;
  std::int64_t left = taker.leaves;
  RefDryRun run;
  for (const std::int64_t tick : crossing_ticks(taker)) {
    const std::int64_t cost =
        unit_cost(market, taker.asked.side, market.prices[static_cast<std::size_t>(tick)]);
    for (const RefId id : side_of(taker, true).at(tick)) {
      const RefOrder& maker = orders_.at(id);
      if (left == 0) {
        return run;
      }
      if (maker.account == taker.account && mode != SelfTradePrevention::None) {
        if (mode == SelfTradePrevention::CancelTaker || mode == SelfTradePrevention::CancelBoth) {
          return run;
        }
        if (mode == SelfTradePrevention::Decrement) {
          left -= std::min(left, maker.leaves);
        }
        continue;
      }
      std::int64_t quantity = std::min(left, maker.leaves);
      if (taker.max_cost != 0) {
        quantity = std::min(quantity, affordable(taker, taker.spent + run.cost, cost));
      }
      if (quantity == 0) {
        return run;
      }
      left -= quantity;
      run.filled += quantity;
      run.cost += quantity * cost;
    }
  }
  return run;
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
  walk(taker);
  trip_what_is_filled();
}

void ReferenceEngine::walk(RefOrder& taker) {
  const RefMarket& market = markets_.at(taker.market);
  const bool fok = taker.time_in_force == TimeInForce::Fok;
  const std::int64_t needed = fok ? taker.leaves : taker.min_fill;
  if (needed > 0 && dry_run(taker).filled < needed) {
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
    if (taker.max_cost != 0) {
      const std::int64_t cost = unit_cost(market, taker.asked.side, price_at(maker));
      quantity = std::min(quantity, affordable(taker, taker.spent, cost));
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
    say(OrderRested{.order = plain(taker.id), .leaves_qty = plain(taker.leaves)}, taker.market);
  }
}

}  // namespace betex::matching::testing
