// How many requests a session may send: so many a second, more at once after a rest.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "gateway/market_data/limits.h"

namespace betex::gateway {

// *Owned by one thread.*
class RequestRate {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // False: that is one too many.
  bool take(const MarketDataLimits& limits, Instant now) noexcept {
    const std::chrono::nanoseconds each =
        std::chrono::nanoseconds{std::chrono::seconds{1}} / limits.requests_per_second;
    const std::chrono::nanoseconds rest = each * limits.requests_at_once;
    if (!used_before_) {
      used_before_ = true;
      free_at_ = now - rest;
    }
    free_at_ = std::max(free_at_, now - rest);
    if (free_at_ + each > now) {
      return false;
    }
    free_at_ += each;
    return true;
  }

 private:
  Instant free_at_;  // all that it has taken is paid for then
  bool used_before_ = false;
};

}  // namespace betex::gateway
