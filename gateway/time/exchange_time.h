// Exchange time: what is journaled, and what expiries, bet delays, graces, generations of ClOrdIDs
// and the trading day go by. It is session time, but never before what the log says already, also
// where the clock that wrote the log was ahead: then it runs at half the speed until session time
// has caught up. So it neither goes back nor stands still, and what is due becomes due.
#pragma once

#include <algorithm>
#include <chrono>

#include "matching/types.h"

namespace betex::gateway {

// A value, no clock and no thread in it. *Immutable.*
class ExchangeTime {
 public:
  // `last`: of the log, at the start.
  ExchangeTime(matching::Timestamp last, std::chrono::nanoseconds boottime) noexcept
      : last_{last}, start_{boottime} {}

  // Session time and the time since the boot at one moment, after the start.
  [[nodiscard]] matching::Timestamp at(matching::Timestamp session_time,
                                       std::chrono::nanoseconds boottime) const noexcept {
    const std::chrono::nanoseconds since = std::max(boottime - start_, std::chrono::nanoseconds{0});
    return std::max(session_time, last_ + matching::Timestamp{since.count() / 2});
  }

 private:
  matching::Timestamp last_;
  std::chrono::nanoseconds start_;
};

}  // namespace betex::gateway
