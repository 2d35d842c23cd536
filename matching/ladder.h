// Price ladders: which prices a market has, as tables of bands (RULES.md section 2). A book knows
// only tick indices; a ladder turns them into prices and back, exactly.
#pragma once

#include <array>
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

// Immutable; the bands must outlive it. Bands are counted up to the right one, without a branch
// that depends on the price.
class Ladder {
 public:
  constexpr explicit Ladder(std::span<const Band> bands) noexcept
      : bands_{bands},
        tick_count_{bands.back().first_tick +
                    (bands.back().to - bands.back().from) / bands.back().step + 1} {}

  // None where the price is not on the ladder.
  [[nodiscard]] constexpr std::optional<Tick> tick_of(Price price) const noexcept {
    if (price.value() < bands_.front().from || price.value() > bands_.back().to) {
      return std::nullopt;
    }
    const auto units = static_cast<std::int32_t>(price.value());
    std::size_t place = 0;
    for (const Band& each : bands_) {
      place += units > each.to ? 1U : 0U;
    }
    const Band& band = bands_[place];
    const std::int32_t above = units - band.from;
    if (above < 0 || above % band.step != 0) {
      return std::nullopt;
    }
    return Tick{band.first_tick + above / band.step};
  }

  // `tick` must be on the ladder.
  [[nodiscard]] constexpr Price price_of(Tick tick) const noexcept {
    BETEX_ASSERT(contains(tick));
    std::size_t place = 0;
    for (const Band& each : bands_.subspan(1)) {
      place += tick >= Tick{each.first_tick} ? 1U : 0U;
    }
    const Band& band = bands_[place];
    return Price{band.from + (tick.value() - band.first_tick) * band.step};
  }

  [[nodiscard]] constexpr bool contains(Tick tick) const noexcept {
    return tick.value() >= 0 && tick.value() < tick_count();
  }

  [[nodiscard]] constexpr std::int32_t tick_count() const noexcept { return tick_count_; }

 private:
  std::span<const Band> bands_;
  std::int32_t tick_count_;
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

inline constexpr Ladder kClassic{kClassicBands};
inline constexpr Ladder kFinest{kFinestBands};
inline constexpr Ladder kLinearCent{kLinearCentBands};
inline constexpr Ladder kTaperedDeciCent{kTaperedDeciCentBands};
inline constexpr Ladder kDeciCent{kDeciCentBands};

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

[[nodiscard]] constexpr bool ladder_fits(MarketKind market, LadderKind ladder) noexcept {
  const bool odds = ladder == LadderKind::Classic || ladder == LadderKind::Finest;
  return market == MarketKind::ExchangeOdds ? odds : !odds;
}

}  // namespace betex::matching
