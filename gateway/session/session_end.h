// How a session that was on has ended: for its line in the log, and counted for /metrics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "matching/assert.h"

namespace betex::fix {

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
  RightGone,  // by a reload
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
    case SessionEnd::GatewayStop:
      return {"gateway_stop", "the gateway stops"};
  }
  BETEX_ASSERT(!"unknown end of a session");
}

}  // namespace betex::fix
