// The limits that keep a hostile or a dead peer from hurting the others. Plain values, checked by
// whoever loads them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace betex::fix {

// When a client is asked for messages that have not come (session/gap_requests.h).
struct GapRequestLimits {
  std::chrono::milliseconds interval{1000};  // between two requests for the same
  std::chrono::milliseconds silence{5000};   // nothing of a resend comes for so long: again
  std::uint32_t requests = 10;               // without progress; instead of one more: an end
};

struct TransportLimits {
  std::size_t message_bytes = 16384;
  std::size_t fields = 512;
  std::size_t outbound_queue_bytes = std::size_t{4} << 20;  // per session
  std::size_t connections = 1000;
  std::size_t connections_per_address = 100;   // of an IPv6 address: of its /64
  std::size_t connections_before_logon = 500;  // half of them only for addresses that are known
  std::uint32_t garbled_messages = 10;         // a minute, per connection; one more ends it
  std::chrono::milliseconds logon_deadline{5000};
  std::chrono::seconds sending_time_tolerance{120};  // SendingTime(52)

  // How long whoever is refused before he is known waits for it: the first time, and at most. It
  // doubles each time, for the same session and address.
  std::chrono::milliseconds first_refusal_delay{500};
  std::chrono::milliseconds max_refusal_delay{60'000};

  // With a full outbound queue of which nothing leaves for so long, a peer is disconnected.
  std::chrono::milliseconds slow_reader_grace{10'000};

  // Another logon for a session that is on: how long the connection before has to answer a
  // TestRequest, or it has to go.
  std::chrono::milliseconds probe_grace{2000};

  // A client that may not have all its reports is asked by a TestRequest at most so often, but for
  // once at the beginning and after each resend. None: never.
  std::optional<std::chrono::milliseconds> delivery_proof_interval{1000};

  // At most so often a session's client is told why its Logon is refused, and begins its numbers
  // again in mid-session.
  std::chrono::milliseconds logon_interval{1000};

  // A session that gets no further report before it proves what it has is logged out after so long.
  std::chrono::milliseconds proof_patience{30'000};

  // How often a client is asked for messages that have not come.
  GapRequestLimits gap_requests;

  // After a Logout of ours a client has so long to answer it by its own; after one of its own above
  // a gap so long to send what lacks, and to close.
  std::chrono::milliseconds logout_grace{2000};
  std::chrono::milliseconds logout_above_gap_grace{10'000};

  // The clock is looked at so often for scheduled resets.
  std::chrono::milliseconds reset_check_interval{1000};

  // How long the last bytes (a Logout, say) may take before the socket is closed all the same.
  std::chrono::milliseconds close_grace{2000};
};

}  // namespace betex::fix
