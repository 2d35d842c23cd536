// What the transport counts, for whoever scrapes it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "gateway/fix/session_end.h"

namespace betex::fix {

// A number that any thread may raise and any thread may read; it orders nothing.
class Counter {
 public:
  void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }

  void subtract(std::uint64_t count = 1) noexcept {
    value_.fetch_sub(count, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct SessionMetrics {
  // Now
  Counter connections;
  Counter sessions_on;

  // Since the start
  Counter connections_accepted;
  Counter connections_refused;  // by a limit, an address or an unknown session
  Counter handshakes_failed;    // TLS
  Counter logon_deadlines;      // passed without a logon
  Counter logons;
  Counter logons_refused;  // wrong credentials, a reset that is not allowed, a second logon
  std::array<Counter, kSessionEnds> sessions_ended;  // by SessionEnd
  Counter logons_unproven;                           // of those: before anybody was known
  Counter logon_alarms;                              // a session had many of these
  Counter logons_too_low;                            // a client that has seen another history
  Counter scheduled_resets;
  Counter probes;         // of a session that is on, for another logon
  Counter probes_failed;  // it did not answer, and was disconnected
  Counter messages_in;
  Counter messages_garbled;
  Counter messages_refused;         // by the guard, the decoder or QuickFIX
  Counter messages_above_gap_lost;  // dropped unread: they come again
  Counter messages_throttled;       // refused for being too many
  Counter reports_out;
  Counter bytes_out;
  Counter resends;        // ResendRequests that were served
  Counter slow_readers;   // disconnected
  Counter reports_held;   // times that a session got no further report for want of proof
  Counter cache_commits;  // one for each turn with new messages
};

}  // namespace betex::fix
