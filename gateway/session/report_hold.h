// Since when a session's reports are held back: at the bound of what it has not proven to have it
// gets no further one.
#pragma once

#include <chrono>
#include <optional>

namespace betex::fix {

// Owned by its session's strand.
class ReportHold {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // True: it begins now. Goes on where they are held already.
  [[nodiscard]] bool begin(TimePoint now) noexcept {
    const bool begins = !since_;
    since_ = since_.value_or(now);
    return begins;
  }

  void end() noexcept { since_.reset(); }

  // A resend is under way, during which nothing can be proven: patience begins anew.
  void restart(TimePoint now) noexcept { since_ = now; }

  [[nodiscard]] bool is_on() const noexcept { return since_.has_value(); }

  [[nodiscard]] bool is_on_for(TimePoint::duration patience, TimePoint now) const noexcept {
    return since_ && now - *since_ >= patience;
  }

 private:
  std::optional<TimePoint> since_;
};

}  // namespace betex::fix
