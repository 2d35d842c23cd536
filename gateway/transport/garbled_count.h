// How much of what a peer sends is no message: a count that decays, so that a line feed now and
// then ends no session, however long it lasts.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "matching/assert.h"

namespace betex::fix {

// Owned by its connection's strand.
class GarbledCount {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // So many at once are borne, and so many a minute; at least 1.
  explicit GarbledCount(std::uint32_t per_minute) : decay_{kMinute / per_minute} {
    BETEX_ASSERT(per_minute > 0);
  }

  // One more. True: it is one too many.
  [[nodiscard]] bool add(TimePoint now) noexcept {
    forgotten_at_ = std::max(forgotten_at_, now) + decay_;
    return forgotten_at_ - now > kMinute;
  }

 private:
  static constexpr std::chrono::nanoseconds kMinute = std::chrono::minutes{1};

  std::chrono::nanoseconds decay_;  // one is forgotten in so long
  TimePoint forgotten_at_;          // all of them are
};

}  // namespace betex::fix
