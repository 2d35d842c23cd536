// What an order locks and what a trade moves (RULES.md section 5): the seam between matching and
// the ledger. Pure arithmetic, exact, on values that the caps of units.h keep within 64 bits.
#pragma once

#include <algorithm>
#include <cstdint>

#include "matching/commands.h"
#include "matching/order.h"
#include "matching/types.h"
#include "matching/units.h"

namespace betex::matching {

// What an account holds in a binary market. The locked part waits in its open orders to be closed.
struct Position {
  AccountId account;
  MarketId market;
  Quantity yes;
  Quantity no;
  Quantity yes_locked;
  Quantity no_locked;

  // What an order of `side` would close first: a bid closes NO, an ask closes YES.
  [[nodiscard]] constexpr Quantity free_to_close(Side side) const noexcept {
    return side == Side::Bid ? no - no_locked : yes - yes_locked;
  }
};

static_assert(std::has_unique_object_representations_v<Position>);

struct Lock {
  Quantity closing;
  Money cash;
};

// Collateral of one unit that opens a position at `price`: the backer's stake or the layer's
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

// The closing part first, cash for the rest. `free` is 0 in odds markets.
[[nodiscard]] constexpr Lock lock_for(Quantity quantity, Quantity free, Money per_unit) noexcept {
  const Quantity closing = std::min(quantity, free);
  return {.closing = closing, .cash = amount(quantity - closing, per_unit)};
}

struct FillEffect {
  Quantity closed;
  Money lock_released;
  Money cash;  // to the account
};

struct Fill {
  MarketKind kind{};
  Price price;        // of the trade
  Price limit;        // of the order
  Quantity quantity;  // at most the order's leaves
};

// What one fill does to its order's lock and to its account. The closing part is used first.
[[nodiscard]] constexpr FillEffect effect_of(const Fill& fill, const OrderData& order) noexcept {
  const Quantity closed = std::min(order.closing, fill.quantity);
  const Quantity opened = fill.quantity - closed;
  FillEffect effect{.closed = closed,
                    .lock_released = amount(opened, unit_cost(fill.kind, order.side, fill.limit)),
                    .cash = Money{}};
  if (fill.kind == MarketKind::Binary) {
    effect.cash = amount(closed, unit_cost(fill.kind, opposite(order.side), fill.price)) -
                  amount(opened, unit_cost(fill.kind, order.side, fill.price));
  }
  return effect;
}

// What taking `quantity` off an order gives back: cash first, so that what remains goes on closing.
[[nodiscard]] constexpr Lock release_for(const OrderData& order,
                                         Quantity quantity,
                                         Money per_unit) noexcept {
  const Quantity opening = order.values.leaves_qty - order.closing;
  const Quantity opened = std::min(opening, quantity);
  return {.closing = quantity - opened, .cash = amount(opened, per_unit)};
}

}  // namespace betex::matching
