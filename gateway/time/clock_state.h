// What to think of a session time that is away from the wall clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace betex::gateway {

enum class ClockState : std::uint8_t {
  Right,
  Off,        // an alarm; it is being drawn back
  Uncertain,  // one of the two is wrong: no new orders, cancels only
};

// A value. It takes less to get into a state than to leave it, so that it does not flutter.
class ClockJudge {
 public:
  static constexpr std::chrono::nanoseconds kOffAbove = std::chrono::seconds{5};
  static constexpr std::chrono::nanoseconds kOffUntil = std::chrono::milliseconds{2500};
  static constexpr std::chrono::nanoseconds kUncertainAbove = std::chrono::seconds{60};
  static constexpr std::chrono::nanoseconds kUncertainUntil = std::chrono::seconds{30};

  // `ahead`: of the wall clock; negative: behind. Returns the state from now on.
  ClockState judge(std::chrono::nanoseconds ahead) noexcept {
    const std::chrono::nanoseconds offset = std::chrono::abs(ahead);
    const bool was_uncertain = state_ == ClockState::Uncertain;
    const bool was_off = state_ != ClockState::Right;
    if (offset > kUncertainAbove || (was_uncertain && offset >= kUncertainUntil)) {
      state_ = ClockState::Uncertain;
    } else if (offset > kOffAbove || (was_off && offset >= kOffUntil)) {
      state_ = ClockState::Off;
    } else {
      state_ = ClockState::Right;
    }
    return state_;
  }

  [[nodiscard]] ClockState state() const noexcept { return state_; }

 private:
  ClockState state_ = ClockState::Right;
};

}  // namespace betex::gateway
