// The traffic that the matching engine is measured with: 60 % limit adds around the middle, 35 %
// cancels of a random live order, 5 % orders that cross, as many as keep about as many orders live.
// The same stream in every run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "matching/types.h"

namespace betex::matching::bench {

inline constexpr std::int32_t kTicks = 350;  // of the Classic ladder

enum class Kind : std::uint8_t { Add, Cancel, Cross };

// Orders are named by their place among all adds and crosses, from 1, as the engine numbers them.
struct Operation {
  Kind kind{};
  Side side{};
  std::int32_t tick = 0;
  std::uint32_t order = 0;  // of a cancel
  std::int64_t quantity = 0;
};

// The first `live` operations are adds.
[[nodiscard]] std::vector<Operation> make_stream(std::size_t count, std::size_t live);

}  // namespace betex::matching::bench
