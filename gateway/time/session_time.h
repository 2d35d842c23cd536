// Session time: what FIX sessions go by. It starts at the wall clock and does not step with it: it
// advances with the time since the boot, suspension included, and is drawn toward the wall clock so
// slowly that no heartbeat and no time-out notices.
#pragma once

#include <chrono>

#include "gateway/time/machine_clock.h"
#include "matching/types.h"

namespace betex::gateway {

// A value, no clock and no thread in it.
class SessionTime {
 public:
  // By so much of the time that passes it is faster or slower while it is drawn.
  static constexpr int kDrawnByOneIn = 20;

  // Further from the wall clock than this it goes on alone: one of the two is wrong, and nobody
  // here knows which.
  static constexpr std::chrono::nanoseconds kDrawnWithin = std::chrono::seconds{60};

  constexpr SessionTime() noexcept = default;
  explicit SessionTime(const ClockReading& start) noexcept;

  // Of a moment after the last start or steer(). Grows with `boottime`.
  [[nodiscard]] matching::Timestamp at(std::chrono::nanoseconds boottime) const noexcept;

  // How far it is ahead of the wall clock; negative: behind.
  [[nodiscard]] std::chrono::nanoseconds ahead_of_wall(const ClockReading& reading) const noexcept;

  // From now on it is drawn toward this wall clock, and no further than to it. Whoever does not
  // call it for long leaves time advancing as it should.
  void steer(const ClockReading& reading) noexcept;

 private:
  friend class SessionClock;  // publishes it to other threads

  std::chrono::nanoseconds boottime_{0};  // at the last steer()
  std::chrono::nanoseconds time_{0};      // then
  std::chrono::nanoseconds draw_{0};      // what is to be made up for from there on
};

}  // namespace betex::gateway
