#include "gateway/time/session_time.h"

#include <algorithm>

namespace betex::gateway {

using std::chrono::nanoseconds;

SessionTime::SessionTime(const ClockReading& start) noexcept
    : boottime_{start.boottime}, time_{start.wall.value()} {}

matching::Timestamp SessionTime::at(nanoseconds boottime) const noexcept {
  const nanoseconds passed = std::max(boottime - boottime_, nanoseconds{0});
  const nanoseconds most = passed / kDrawnByOneIn;
  return matching::Timestamp{(time_ + passed + std::clamp(draw_, -most, most)).count()};
}

nanoseconds SessionTime::ahead_of_wall(const ClockReading& reading) const noexcept {
  return nanoseconds{(at(reading.boottime) - reading.wall).value()};
}

void SessionTime::steer(const ClockReading& reading) noexcept {
  const nanoseconds ahead = ahead_of_wall(reading);
  time_ = nanoseconds{at(reading.boottime).value()};
  boottime_ = std::max(boottime_, reading.boottime);
  draw_ = std::chrono::abs(ahead) <= kDrawnWithin ? -ahead : nanoseconds{0};
}

}  // namespace betex::gateway
