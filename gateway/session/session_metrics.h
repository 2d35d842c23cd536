// What the sessions count, for whoever scrapes it.
#pragma once

#include <array>

#include "gateway/session/session_end.h"
#include "gateway/transport/transport_metrics.h"

namespace betex::fix {

// All that the FIX side counts: the transport's part is given to the transport.
struct SessionMetrics : TransportMetrics {
  Counter sessions_on;  // now

  // Since the start
  Counter logons;
  Counter logons_refused;  // wrong credentials, a reset that is not allowed, a second logon
  std::array<Counter, kSessionEnds> sessions_ended;  // by SessionEnd
  Counter logons_too_low;                            // a client that has seen another history
  Counter clients_ahead;  // they have seen, or sent, what this gateway's log does not have
  Counter scheduled_resets;
  Counter probes;         // of a session that is on, for another logon
  Counter probes_failed;  // it did not answer, and was disconnected
  Counter messages_in;
  Counter messages_refused;         // by the guard, the decoder or QuickFIX
  Counter messages_above_gap_lost;  // dropped unread: they come again
  Counter messages_throttled;       // refused for being too many
  Counter reports_out;
  Counter resends;        // ResendRequests that were served
  Counter slow_readers;   // disconnected
  Counter reports_held;   // times that a session got no further report for want of proof
  Counter cache_commits;  // one for each number that was used
};

}  // namespace betex::fix
