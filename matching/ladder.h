// Price ladders: which prices a market has, as tables of bands (RULES.md section 2). A book knows
// only tick indices; a ladder turns them into prices and back, exactly.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "matching/commands.h"
#include "matching/types.h"

namespace betex::matching {

// The prices from, from + step, ..., to. `first_tick` is the index of `from`.
struct Band {
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::int32_t step = 0;
  std::int32_t first_tick = 0;
};

[[nodiscard]] constexpr std::int32_t ticks_of(std::span<const Band> bands) noexcept {
  const Band& last = bands.back();
  return last.first_tick + (last.to - last.from) / last.step + 1;
}

// Of one kind of market. Immutable; the tables must outlive it. A price finds its band by its
// number of binary digits and a step or two; a tick finds its price in a table, or by its only
// band.
class Ladder {
 public:
  // `prices` is the price of every tick, for a ladder of several bands.
  constexpr Ladder(MarketKind market,
                   std::span<const Band> bands,
                   std::span<const std::int32_t> prices = {}) noexcept
      : bands_{bands}, prices_{prices}, tick_count_{ticks_of(bands)}, market_{market} {
    BETEX_ASSERT(bands.size() == 1 || prices.size() == static_cast<std::size_t>(tick_count_));
    for (std::size_t width = 0; width < kWidths; ++width) {
      const std::int32_t least = width == 0 ? 0 : std::int32_t{1} << (width - 1);
      while (bands_[first_band_[width]].to < least && first_band_[width] + 1U < bands_.size()) {
        ++first_band_[width];
      }
    }
  }

  // None where the price is not on the ladder.
  [[nodiscard]] constexpr std::optional<Tick> tick_of(Price price) const noexcept {
    if (price.value() < bands_.front().from || price.value() > bands_.back().to) {
      return std::nullopt;
    }
    const auto units = static_cast<std::int32_t>(price.value());
    const Band* band = &bands_[first_band_[std::bit_width(static_cast<std::uint32_t>(units))]];
    while (units > band->to) {
      ++band;
    }
    const std::int32_t above = units - band->from;
    if (above < 0 || above % band->step != 0) {
      return std::nullopt;
    }
    return Tick{band->first_tick + above / band->step};
  }

  // `tick` must be on the ladder.
  [[nodiscard]] constexpr Price price_of(Tick tick) const noexcept {
    BETEX_ASSERT(contains(tick));
    if (!prices_.empty()) {
      return Price{prices_[static_cast<std::size_t>(tick.value())]};
    }
    return Price{bands_.front().from + tick.value() * bands_.front().step};
  }

  [[nodiscard]] constexpr bool contains(Tick tick) const noexcept {
    return tick.value() >= 0 && tick.value() < tick_count();
  }

  [[nodiscard]] constexpr std::int32_t tick_count() const noexcept { return tick_count_; }

  [[nodiscard]] constexpr MarketKind market() const noexcept { return market_; }

  // All its prices, ascending.
  [[nodiscard]] constexpr std::span<const Band> bands() const noexcept { return bands_; }

 private:
  static constexpr std::size_t kWidths = 18;  // of prices up to 100 000

  std::span<const Band> bands_;
  std::span<const std::int32_t> prices_;
  std::array<std::uint8_t, kWidths> first_band_{};  // for a price of so many binary digits
  std::int32_t tick_count_;
  MarketKind market_;
};

// Odds in hundredths.
inline constexpr std::array<Band, 10> kClassicBands{{
    {.from = 101, .to = 200, .step = 1, .first_tick = 0},
    {.from = 202, .to = 300, .step = 2, .first_tick = 100},
    {.from = 305, .to = 400, .step = 5, .first_tick = 150},
    {.from = 410, .to = 600, .step = 10, .first_tick = 170},
    {.from = 620, .to = 1'000, .step = 20, .first_tick = 190},
    {.from = 1'050, .to = 2'000, .step = 50, .first_tick = 210},
    {.from = 2'100, .to = 3'000, .step = 100, .first_tick = 230},
    {.from = 3'200, .to = 5'000, .step = 200, .first_tick = 240},
    {.from = 5'500, .to = 10'000, .step = 500, .first_tick = 250},
    {.from = 11'000, .to = 100'000, .step = 1'000, .first_tick = 260},
}};
inline constexpr std::array<Band, 1> kFinestBands{{
    {.from = 101, .to = 100'000, .step = 1, .first_tick = 0},
}};

// Probabilities in mu.
inline constexpr std::array<Band, 1> kLinearCentBands{{
    {.from = 100, .to = 9'900, .step = 100, .first_tick = 0},
}};
inline constexpr std::array<Band, 3> kTaperedDeciCentBands{{
    {.from = 10, .to = 1'000, .step = 10, .first_tick = 0},
    {.from = 1'100, .to = 9'000, .step = 100, .first_tick = 100},
    {.from = 9'010, .to = 9'990, .step = 10, .first_tick = 180},
}};
inline constexpr std::array<Band, 1> kDeciCentBands{{
    {.from = 10, .to = 9'990, .step = 10, .first_tick = 0},
}};

template <const auto& Bands>
inline constexpr auto kPricesOf = [] {
  std::array<std::int32_t, static_cast<std::size_t>(ticks_of(Bands))> prices{};
  std::size_t tick = 0;
  for (const Band& band : Bands) {
    for (std::int32_t price = band.from; price <= band.to; price += band.step) {
      prices[tick++] = price;
    }
  }
  return prices;
}();

inline constexpr Ladder kClassic{MarketKind::ExchangeOdds, kClassicBands, kPricesOf<kClassicBands>};
inline constexpr Ladder kFinest{MarketKind::ExchangeOdds, kFinestBands};
inline constexpr Ladder kLinearCent{MarketKind::Binary, kLinearCentBands};
inline constexpr Ladder kTaperedDeciCent{
    MarketKind::Binary, kTaperedDeciCentBands, kPricesOf<kTaperedDeciCentBands>};
inline constexpr Ladder kDeciCent{MarketKind::Binary, kDeciCentBands};

// None for a value that names no ladder.
[[nodiscard]] constexpr const Ladder* find_ladder(LadderKind kind) noexcept {
  switch (kind) {
    case LadderKind::Classic:
      return &kClassic;
    case LadderKind::Finest:
      return &kFinest;
    case LadderKind::LinearCent:
      return &kLinearCent;
    case LadderKind::TaperedDeciCent:
      return &kTaperedDeciCent;
    case LadderKind::DeciCent:
      return &kDeciCent;
  }
  return nullptr;
}

// `ladder` must name one.
[[nodiscard]] constexpr bool ladder_fits(MarketKind market, LadderKind ladder) noexcept {
  return find_ladder(ladder)->market() == market;
}

}  // namespace betex::matching
