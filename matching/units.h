// From what a client wrote to what the engine counts in, exactly or not at all; and the caps that
// keep every product and sum of them within 64 bits (RULES.md section 1).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "matching/commands.h"
#include "matching/types.h"

namespace betex::matching {

inline constexpr std::int64_t kPayout = 10'000;  // mu, of one winning contract
inline constexpr std::int64_t kMuPerMinorUnit = 100;
inline constexpr std::int64_t kOddsOne = 100;  // odds of 1.00: the stake alone comes back

inline constexpr Quantity kMaxStake{100'000'000'000};           // minor units per order
inline constexpr Quantity kMaxContracts{1'000'000'000'000};     // per order
inline constexpr std::int64_t kMaxSum = std::int64_t{1} << 62;  // any sum over orders or fills
inline constexpr Money kMaxCredit{std::int64_t{1} << 61};       // of one account
inline constexpr std::int64_t kMaxOdds = 100'000;               // 1000.00, the end of each ladder

// The largest amount that one order can stand for, in mu or in notional, is far below kMaxSum, so
// a sum that is at most kMaxSum can take one more without an overflow.
static_assert(kMaxStake.value() <= kMaxSum / 100'000);
static_assert(kMaxContracts.value() <= kMaxSum / kPayout);
static_assert(kMaxSum <= std::numeric_limits<std::int64_t>::max() - kMaxSum + 1);

[[nodiscard]] constexpr Quantity max_order_quantity(MarketKind kind) noexcept {
  return kind == MarketKind::ExchangeOdds ? kMaxStake : kMaxContracts;
}

// The most that one unit of quantity can win or lose, whatever its order's limit: a back at 1.01
// may be filled at 1000. What keeps an account's sums within 64 bits is counted with it (RULES.md
// section 5).
[[nodiscard]] constexpr std::int64_t most_per_unit(MarketKind kind) noexcept {
  return kind == MarketKind::ExchangeOdds ? kMaxOdds - kOddsOne : kPayout;
}

// The whole number of units in `decimal`; none where something is left over. The divisor is known
// when this is compiled, so nothing is divided in fact.
template <std::int64_t UnitsPerOne>
[[nodiscard]] constexpr std::optional<std::int64_t> exact_units(Decimal decimal) {
  constexpr std::int64_t kMillionthsPerUnit = kDecimalScale / UnitsPerOne;
  if (decimal == Decimal{}) {  // what an order has of most that it may have
    return 0;
  }
  if (decimal.value() % kMillionthsPerUnit != 0) {
    return std::nullopt;
  }
  return decimal.value() / kMillionthsPerUnit;
}

[[nodiscard]] constexpr std::optional<Price> to_price(MarketKind kind, Decimal decimal) {
  const auto units = kind == MarketKind::ExchangeOdds ? exact_units<kOddsOne>(decimal)
                                                      : exact_units<kPayout>(decimal);
  return units ? std::optional{Price{*units}} : std::nullopt;
}

[[nodiscard]] constexpr std::optional<Quantity> to_quantity(MarketKind kind, Decimal decimal) {
  const auto units =
      kind == MarketKind::ExchangeOdds ? exact_units<100>(decimal) : exact_units<1>(decimal);
  return units ? std::optional{Quantity{*units}} : std::nullopt;
}

// The other way round.
[[nodiscard]] constexpr Decimal to_decimal(MarketKind kind, Quantity quantity) noexcept {
  constexpr std::int64_t kMinorUnit = kDecimalScale / 100;
  return Decimal{quantity.value() *
                 (kind == MarketKind::ExchangeOdds ? kMinorUnit : kDecimalScale)};
}

// Major units of the currency to mu.
[[nodiscard]] constexpr std::optional<Money> to_money(Decimal decimal) {
  const auto units = exact_units<10'000>(decimal);
  return units ? std::optional{Money{*units}} : std::nullopt;
}

}  // namespace betex::matching
