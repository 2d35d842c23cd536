// What one order may cost and what its fills have cost, from its terms and values alone (RULES.md
// section 5). All arithmetic is exact, on values that the caps of units.h keep within 64 bits.
#pragma once

#include <algorithm>
#include <cstdint>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/types.h"
#include "matching/units.h"

namespace betex::matching {

// What one unit that opens a position at `price` may cost: the backer's stake or the layer's
// liability; what a contract costs, or its complement.
[[nodiscard]] constexpr Money unit_cost(MarketKind kind, Side side, Price price) noexcept {
  if (kind == MarketKind::ExchangeOdds) {
    return side == Side::Bid ? Money{kMuPerMinorUnit} : Money{price.value() - kOddsOne};
  }
  return side == Side::Bid ? Money{price.value()} : Money{kPayout - price.value()};
}

[[nodiscard]] constexpr Money amount(Quantity quantity, Money per_unit) noexcept {
  return Money{quantity.value() * per_unit.value()};
}

// How much `budget` mu still buy at `cost` a unit, in whole steps.
[[nodiscard]] constexpr Quantity affordable(std::int64_t budget,
                                            Money cost,
                                            Quantity step) noexcept {
  return Quantity{budget / cost.value() / step.value() * step.value()};
}

// What an order's fills have cost: unit_cost() summed over them, at the prices of the trades.
[[nodiscard]] constexpr Money cost_of_fills(MarketKind kind,
                                            Side side,
                                            const OrderValues& values) noexcept {
  const std::int64_t filled = values.cum_qty.value();
  const std::int64_t notional = values.notional.value();
  if (kind == MarketKind::ExchangeOdds) {
    return side == Side::Bid ? Money{filled * kMuPerMinorUnit}
                             : Money{notional - filled * kOddsOne};
  }
  return side == Side::Bid ? Money{notional} : Money{filled * kPayout - notional};
}

// What an open order counts for: the most that it may still cost, and what is left of it.
struct OpenPart {
  Money cost;
  Quantity leaves;

  friend constexpr OpenPart operator-(OpenPart left, OpenPart right) noexcept {
    return {.cost = left.cost - right.cost, .leaves = left.leaves - right.leaves};
  }
};

// The terms that it follows from; an order's values change more often than they do.
struct CostTerms {
  MarketKind kind{};
  Side side{};
  Price limit;     // the ladder's end for a market order
  Money max_cost;  // 0: none
};

[[nodiscard]] constexpr OpenPart open_part(const CostTerms& terms,
                                           const OrderValues& values) noexcept {
  Money cost = amount(values.leaves_qty, unit_cost(terms.kind, terms.side, terms.limit));
  if (terms.max_cost != Money{}) {
    cost = std::min(cost, terms.max_cost - cost_of_fills(terms.kind, terms.side, values));
  }
  return {.cost = cost, .leaves = values.leaves_qty};
}

}  // namespace betex::matching
