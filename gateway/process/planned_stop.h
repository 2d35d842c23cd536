// A stop of which all sessions are told some time before it, and reminded. Only the time: whoever
// waits for it tells them, and stops.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace betex::gateway {

// *Owned by the main thread.*
class PlannedStop {
 public:
  using Steady = std::chrono::steady_clock;

  // What is left when sessions are reminded, where the notice was longer than that.
  static constexpr std::array<std::chrono::seconds, 2> kReminders{std::chrono::seconds{30},
                                                                  std::chrono::seconds{10}};

  // What there is to do.
  struct Due {
    bool stop = false;
    std::optional<std::chrono::seconds> remind;  // that so much is left
  };

  // So long after `now`, in place of the one that was planned, if one was.
  void plan(std::chrono::seconds notice, Steady::time_point now) noexcept {
    at_ = now + notice;
    next_reminder_ = 0;
    while (next_reminder_ < kReminders.size() && kReminders.at(next_reminder_) >= notice) {
      ++next_reminder_;
    }
  }

  // None is planned: none.
  [[nodiscard]] std::optional<Steady::time_point> at() const noexcept { return at_; }

  // How long until something is due. Nothing will be: none.
  [[nodiscard]] std::optional<std::chrono::milliseconds> until_due(
      Steady::time_point now) const noexcept {
    if (!at_) {
      return std::nullopt;
    }
    const auto next =
        next_reminder_ < kReminders.size() ? *at_ - kReminders.at(next_reminder_) : *at_;
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(next - now),
                    std::chrono::milliseconds{0});
  }

  // What is due now, each once. Of two reminders that are due, the last.
  [[nodiscard]] Due take_due(Steady::time_point now) noexcept {
    Due due;
    if (!at_) {
      return due;
    }
    while (next_reminder_ < kReminders.size() && now >= *at_ - kReminders.at(next_reminder_)) {
      due.remind = kReminders.at(next_reminder_++);
    }
    due.stop = now >= *at_;
    return due;
  }

 private:
  std::optional<Steady::time_point> at_;
  std::size_t next_reminder_ = 0;
};

}  // namespace betex::gateway
