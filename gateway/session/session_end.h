// How a session that was on comes to its end: by what, who says Logout, and how long its client is
// waited for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "matching/assert.h"
#include "matching/commands.h"
#include "matching/types.h"

namespace betex::fix {

// What has ended it: for its line in the log, and counted for /metrics.
enum class SessionEnd : std::uint8_t {
  ClientLogout,
  ConnectionLost,  // closed or broken, without a Logout
  NoHeartbeat,     // it has not answered a TestRequest, or our Logout
  SlowReader,
  NothingProven,  // too many of its reports are not proven to have arrived
  Superseded,     // it has logged on again, and its connection before did not answer
  Fault,          // what it sent ends a session: a MsgSeqNum too low, say
  NoNumbers,      // the journal has not given outbound numbers in time
  ScheduledReset,
  Operator,
  RightGone,     // by a reload
  NoMarketData,  // there is none any more
  GatewayStop,
};

inline constexpr std::size_t kSessionEnds = static_cast<std::size_t>(SessionEnd::GatewayStop) + 1;

struct SessionEndWords {
  std::string_view label;  // of the metric
  std::string_view text;   // of the log
};

[[nodiscard]] constexpr SessionEndWords words_of(SessionEnd how) {
  switch (how) {
    case SessionEnd::ClientLogout:
      return {"client_logout", "the client has logged out"};
    case SessionEnd::ConnectionLost:
      return {"connection_lost", "its connection has ended without a Logout"};
    case SessionEnd::NoHeartbeat:
      return {"no_heartbeat", "it does not answer"};
    case SessionEnd::SlowReader:
      return {"slow_reader", "it does not read"};
    case SessionEnd::NothingProven:
      return {"nothing_proven", "it does not prove to have its reports"};
    case SessionEnd::Superseded:
      return {"superseded", "it logs on again, and this connection does not answer"};
    case SessionEnd::Fault:
      return {"fault", "what it sent ends a session"};
    case SessionEnd::NoNumbers:
      return {"no_numbers", "the journal has given no outbound numbers in time"};
    case SessionEnd::ScheduledReset:
      return {"scheduled_reset", "its scheduled reset is due"};
    case SessionEnd::Operator:
      return {"operator", "an operator has logged it out"};
    case SessionEnd::RightGone:
      return {"right_gone", "it would not be let in any more"};
    case SessionEnd::NoMarketData:
      return {"no_market_data", "there is no market data any more"};
    case SessionEnd::GatewayStop:
      return {"gateway_stop", "the gateway stops"};
  }
  BETEX_ASSERT(!"unknown end of a session");
}

// A Logout that waits for the Reject(3) of what has brought it.
struct LogoutBehindReject {
  matching::MsgSeqNum number;  // of the refused message
  std::string text;
  std::chrono::steady_clock::time_point at_the_latest;
};

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

  // A Logout is to come; the first one counts.
  void log_out_behind_reject(LogoutBehindReject logout) {
    if (!behind_reject_) {
      behind_reject_ = std::move(logout);
    }
  }

  [[nodiscard]] const std::optional<LogoutBehindReject>& logout_behind_reject() const noexcept {
    return behind_reject_;
  }

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
  std::optional<LogoutBehindReject> behind_reject_;
};

}  // namespace betex::fix
