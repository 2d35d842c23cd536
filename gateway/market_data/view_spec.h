// What a request wants to be told of each of its instruments. Those who want the same of the same
// instrument share a view of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "gateway/link/market_data_link.h"
#include "matching/types.h"

namespace betex::gateway {

// ConflateMs(20051) as it is served.
inline constexpr std::array<std::uint32_t, 7> kConflations{0, 50, 100, 250, 500, 1'000, 5'000};

// The levels of a side that DepthMarket(264) of 0 stands for.
inline constexpr std::size_t kFullDepth = 1'000;

struct ViewSpec {
  std::uint16_t depth = 1;      // as MarketDataRequest has it
  std::uint8_t conflation = 0;  // index in kConflations
  bool full_refresh = false;
  bool deletes_outside = false;
  bool traded_ladder = false;
  bool levels = false;
  bool trades = false;
  bool volume = false;
  bool open_interest = false;

  // Levels of a side that it shows.
  [[nodiscard]] std::size_t window() const noexcept { return depth == 0 ? kFullDepth : depth; }

  [[nodiscard]] std::uint32_t conflate_ms() const noexcept { return kConflations[conflation]; }
};

// An image is of how things are now, whatever else the request says.
[[nodiscard]] constexpr ViewSpec spec_of(const MarketDataRequest& request) noexcept {
  const bool updates = request.type == MarketDataRequest::Type::Subscribe;
  std::uint8_t conflation = 0;
  while (updates && kConflations[conflation] < request.conflate_ms &&
         conflation + 1U < kConflations.size()) {
    ++conflation;
  }
  return {.depth = request.depth,
          .conflation = conflation,
          .full_refresh = updates && request.full_refresh,
          .deletes_outside = updates && request.deletes_outside,
          .traded_ladder = request.volume && request.traded_ladder,
          .levels = request.levels,
          .trades = request.trades,
          .volume = request.volume,
          .open_interest = request.open_interest};
}

// Names a view among all.
[[nodiscard]] constexpr std::uint64_t view_key(matching::InstrumentId instrument,
                                               const ViewSpec& spec) noexcept {
  std::uint64_t key = instrument.value();
  key = key << 16 | spec.depth;
  key = key << 8 | spec.conflation;
  for (const bool flag : {spec.full_refresh,
                          spec.deletes_outside,
                          spec.traded_ladder,
                          spec.levels,
                          spec.trades,
                          spec.volume,
                          spec.open_interest}) {
    key = key << 1 | static_cast<std::uint64_t>(flag);
  }
  return key;
}

}  // namespace betex::gateway
