// How many messages a session may send: a token bucket, and how often it was empty lately. Over it
// a message is refused; a session that goes on all the same is not read for the rest of the second.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace betex::fix {

struct ThrottleLimits {
  std::uint32_t messages_per_second = 0;        // 0: no limit
  std::uint32_t burst = 1;                      // at once, after a rest; at least 1
  std::uint32_t refusals_before_a_pause = 100;  // in a second
};

// A session's OrderMassCancelRequests(q), which wait beyond this: enough at once for one of each
// market and instrument of a sports day.
inline constexpr ThrottleLimits kMassCancels{.messages_per_second = 20, .burst = 100};

// Owned by its session's strand.
class Throttle {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Verdict : std::uint8_t { Pass, Refuse, Pause };

  explicit Throttle(const ThrottleLimits& limits) noexcept
      : limits_{limits}, tokens_{static_cast<double>(limits.burst)} {}

  void set_limits(const ThrottleLimits& limits) noexcept {
    limits_ = limits;
    tokens_ = std::min(tokens_, static_cast<double>(limits.burst));
  }

  // For a message that comes now. Pause: not yet, ask again at resume_at().
  [[nodiscard]] Verdict weigh(Clock::time_point now) noexcept {
    if (take_token(now)) {
      return Verdict::Pass;
    }
    if (now >= second_ends_) {
      second_ends_ = now + std::chrono::seconds{1};
      refused_ = 0;
    }
    if (refused_ >= limits_.refusals_before_a_pause) {
      resume_at_ = second_ends_;
      return Verdict::Pause;
    }
    ++refused_;
    return Verdict::Refuse;
  }

  // For one that was sent before, when it was not too many: it waits, and is never refused.
  [[nodiscard]] Verdict weigh_resent(Clock::time_point now) noexcept {
    if (take_token(now)) {
      return Verdict::Pass;
    }
    resume_at_ = now + std::chrono::milliseconds{1000 / limits_.messages_per_second + 1};
    return Verdict::Pause;
  }

  [[nodiscard]] Clock::time_point resume_at() const noexcept { return resume_at_; }

  [[nodiscard]] const ThrottleLimits& limits() const noexcept { return limits_; }

  // How many more may come at once, now. With a limit only.
  [[nodiscard]] std::uint32_t left(Clock::time_point now) noexcept {
    refill(now);
    return static_cast<std::uint32_t>(tokens_);
  }

  // After so long one more may come, if none comes before; 0: now.
  [[nodiscard]] std::chrono::milliseconds wait(Clock::time_point now) noexcept {
    if (limits_.messages_per_second == 0) {
      return {};
    }
    refill(now);
    if (tokens_ >= 1.0) {
      return {};
    }
    const double exact =
        (1.0 - tokens_) * 1000.0 / static_cast<double>(limits_.messages_per_second);
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::floor(exact)) + 1};
  }

 private:
  bool take_token(Clock::time_point now) noexcept {
    if (limits_.messages_per_second == 0) {
      return true;
    }
    refill(now);
    if (tokens_ < 1.0) {
      return false;
    }
    tokens_ -= 1.0;
    return true;
  }

  void refill(Clock::time_point now) noexcept {
    const double seconds = std::chrono::duration<double>(now - refilled_).count();
    tokens_ = std::min(static_cast<double>(limits_.burst),
                       tokens_ + seconds * static_cast<double>(limits_.messages_per_second));
    refilled_ = now;
  }

  ThrottleLimits limits_;
  double tokens_;
  Clock::time_point refilled_ = Clock::now();
  Clock::time_point second_ends_;
  Clock::time_point resume_at_;
  std::uint32_t refused_ = 0;  // since the second began
};

}  // namespace betex::fix
