// What the band tables promise, checked when this file is compiled.
#include "matching/ladder.h"

namespace betex::matching {
namespace {

// Every band starts where the one before ended, in prices and in ticks, and ends on a step.
constexpr bool bands_join(std::span<const Band> bands) {
  std::int32_t next_tick = 0;
  std::int32_t last_price = 0;
  for (const Band& band : bands) {
    if (band.first_tick != next_tick || band.from <= last_price || band.to < band.from ||
        band.step <= 0 || (band.to - band.from) % band.step != 0) {
      return false;
    }
    next_tick += (band.to - band.from) / band.step + 1;
    last_price = band.to;
  }
  return true;
}

constexpr bool round_trips(const Ladder& ladder) {
  for (std::int32_t i = 0; i < ladder.tick_count(); ++i) {
    if (ladder.tick_of(ladder.price_of(Tick{i})) != Tick{i}) {
      return false;
    }
  }
  return true;
}

// The complement of every price is on the ladder too, so that NO has the same prices as YES.
constexpr bool mirrors(const Ladder& ladder) {
  const std::int32_t count = ladder.tick_count();
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int64_t yes = ladder.price_of(Tick{i}).value();
    const std::int64_t no = ladder.price_of(Tick{count - 1 - i}).value();
    if (yes + no != 10'000) {
      return false;
    }
  }
  return true;
}

static_assert(bands_join(kClassicBands) && kClassic.tick_count() == 350);
static_assert(bands_join(kFinestBands) && kFinest.tick_count() == 99'900);
static_assert(bands_join(kLinearCentBands) && kLinearCent.tick_count() == 99);
static_assert(bands_join(kTaperedDeciCentBands) && kTaperedDeciCent.tick_count() == 279);
static_assert(bands_join(kDeciCentBands) && kDeciCent.tick_count() == 999);
static_assert(round_trips(kClassic) && round_trips(kLinearCent) && round_trips(kTaperedDeciCent) &&
              round_trips(kDeciCent) && round_trips(kFinest));
static_assert(mirrors(kLinearCent) && mirrors(kTaperedDeciCent) && mirrors(kDeciCent));

}  // namespace
}  // namespace betex::matching
