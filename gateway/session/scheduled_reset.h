// Whether a session's numbers are due to begin again by the clock: the journal says when its epoch
// began, so a reset is made once, whatever is killed in between.
#pragma once

#include <optional>
#include <utility>

#include "gateway/config/reset_schedule.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand. All times are session time.
class ScheduledReset {
 public:
  // None: its numbers begin again only when the client or an operator asks for it.
  explicit ScheduledReset(std::optional<gateway::ResetSchedule> schedule) noexcept
      : schedule_{std::move(schedule)} {}

  [[nodiscard]] bool has_schedule() const noexcept { return schedule_.has_value(); }

  // The epoch that recovery found.
  void recover(matching::Timestamp epoch_began) noexcept { epoch_began_ = epoch_began; }

  // The journal is asked for what may begin an epoch.
  void asked(matching::Timestamp now) noexcept { asked_at_ = now; }

  // An epoch has begun, by what was asked for last.
  void epoch_begun() noexcept { epoch_began_ = asked_at_; }

  [[nodiscard]] bool is_due(matching::Timestamp now) const {
    return schedule_ && epoch_began_ < schedule_->last(now);
  }

 private:
  std::optional<gateway::ResetSchedule> schedule_;
  matching::Timestamp epoch_began_;
  matching::Timestamp asked_at_;
};

}  // namespace betex::fix
