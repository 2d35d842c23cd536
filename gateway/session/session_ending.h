// How a session comes to its end: by what, who says Logout, and how long its client is waited for.
#pragma once

#include <chrono>
#include <optional>

#include "gateway/session/session_end.h"
#include "matching/commands.h"

namespace betex::fix {

// Of one logon. Owned by its session's strand.
class SessionEnding {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // The first cause counts: what comes after follows from it.
  void note(SessionEnd cause) noexcept { cause_ = cause_.value_or(cause); }

  // None: nothing has ended it yet.
  [[nodiscard]] std::optional<SessionEnd> cause() const noexcept { return cause_; }

  // It ends by a Logout, the client's or one of ours that it has not brought on itself. Whatever
  // becomes of the connection then, it was not lost.
  void by_logout() noexcept { by_logout_ = true; }

  // What the journal is told of it.
  [[nodiscard]] matching::SessionDownReason down_reason() const noexcept {
    return by_logout_ ? matching::SessionDownReason::Logout
                      : matching::SessionDownReason::Disconnect;
  }

  // A Logout has been said: who does not close until then is disconnected.
  void leave_by(TimePoint time) noexcept { leave_by_ = time; }

  // Asks for the connection's end: it comes at the end of the turn, once what was said has left.
  void disconnect() noexcept { disconnect_ = true; }

  void disconnect_if_time_is_over(TimePoint now) noexcept {
    disconnect_ = disconnect_ || (leave_by_ && now >= *leave_by_);
  }

  [[nodiscard]] bool is_to_disconnect() const noexcept { return disconnect_; }

 private:
  std::optional<SessionEnd> cause_;
  bool by_logout_ = false;
  bool disconnect_ = false;
  std::optional<TimePoint> leave_by_;
};

}  // namespace betex::fix
