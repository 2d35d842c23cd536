// The simulated machine's time: it stands still but for who advances it. What std::chrono, Asio and
// the gateway read by clock_gettime(2) while a Machine exists.
#pragma once

#include <chrono>

namespace betex::sim {

class Clocks {
 public:
  using Time = std::chrono::nanoseconds;  // since the machine's boot

  static constexpr Time kNever = Time::max();

  [[nodiscard]] Time now() const noexcept { return now_; }  // CLOCK_MONOTONIC and CLOCK_BOOTTIME

  // CLOCK_REALTIME, since 1970.
  [[nodiscard]] std::chrono::nanoseconds wall() const noexcept { return now_ + wall_ahead_; }

  void advance(Time by) noexcept { now_ += by; }

  void advance_to(Time time) noexcept { now_ = time > now_ ? time : now_; }

  // The wall clock is set: `by` later, or earlier where it is negative.
  void step_wall(std::chrono::nanoseconds by) noexcept { wall_ahead_ += by; }

 private:
  Time now_{std::chrono::hours{1}};
  std::chrono::nanoseconds wall_ahead_{std::chrono::seconds{1'800'000'000}};
};

}  // namespace betex::sim
