// The accounts' money and positions: what orders lock and what fills move (RULES.md section 5).
// Deciding reads it, to learn what an order would lock and whether its account can; applying
// changes it, by what the events say. All arithmetic is exact, on values that the caps of units.h
// keep within 64 bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "matching/commands.h"
#include "matching/events.h"
#include "matching/order.h"
#include "matching/reason.h"
#include "matching/types.h"
#include "matching/units.h"

namespace betex::matching {

// ---- What one order locks and one fill moves ----------------------------------------------------

// What covers an order: contracts that it will close, and cash for the rest.
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

// ---- What accounts have -------------------------------------------------------------------------

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

struct AccountMoney {
  AccountKind kind{};
  Money cash_locked;  // by all its open orders
};

// Owned by the engine's thread. The functions that change it carry out what an event says, and
// refuse nothing.
class Ledger {
 public:
  // What a new order, or an order on new terms, asks for.
  struct Request {
    AccountId account;
    MarketId market;
    MarketKind kind{};
    Side side{};
    Quantity leaves;
    Money per_unit;                       // unit_cost() at its limit
    const OrderData* replaced = nullptr;  // the order whose terms these are to become, if any
  };

  // Fills in what the order would lock. AmountOverflow: sums of the account's would not fit;
  // InsufficientFunds: its funds do not cover it.
  [[nodiscard]] Reason check(const Request& request, Lock& lock) const noexcept;

  // Of an account that was added.
  [[nodiscard]] const AccountMoney& money(AccountId account) const noexcept {
    return accounts_[account.value() - 1];
  }

  // In binary markets, in the order in which they came to be.
  [[nodiscard]] const std::vector<Position>& positions() const noexcept { return positions_; }

  // Accounts are added in ascending order of ids, which begin at 1.
  void add_account(const AccountMoney& money) { accounts_.push_back(money); }

  // A position as it was saved.
  void restore(const Position& position);

  // Locks what a new order says that it takes.
  void lock(const OrderData& order);

  // Gives back so much of what the order locks; where it is negative, locks so much more.
  void release(OrderData& order, Lock freed);

  // Books a fill of the order; `leg` has what it closes and what it gives back.
  void fill(OrderData& order, MarketKind kind, Quantity quantity, const TradeLeg& leg);

 private:
  // null: the account has never traded there.
  [[nodiscard]] const Position* find(AccountId account, MarketId market) const noexcept;

  // Made if need be. The reference holds until the next call.
  [[nodiscard]] Position& get(AccountId account, MarketId market);

  [[nodiscard]] std::size_t place_of(AccountId account, MarketId market) const noexcept;

  void lock_closing(const OrderData& order, Quantity change);

  std::vector<AccountMoney> accounts_;  // by id - 1
  std::vector<Position> positions_;
  std::vector<std::uint32_t> table_ = std::vector<std::uint32_t>(16);  // index + 1; 0: empty
};

}  // namespace betex::matching
