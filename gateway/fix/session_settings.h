// What the transport is configured with: each session's own settings, and the limits that keep a
// hostile or a dead peer from hurting the others. Plain values, checked by whoever loads them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fix_spec/dialect.h"
#include "gateway/config/address_range.h"
#include "gateway/config/logon_proof.h"
#include "gateway/config/reset_schedule.h"
#include "gateway/fix/gap_requests.h"
#include "gateway/fix/logon_check.h"
#include "gateway/fix/throttle.h"
#include "matching/types.h"

namespace betex::fix {

using gateway::LogonProof;

struct SessionSettings {
  FixVersion version = FixVersion::Fixt11;
  std::string our_comp_id;  // TargetCompID(56) of what comes in
  std::string comp_id;      // the client's: SenderCompID(49); names the session, unique
  SessionRole role = SessionRole::Broker;
  std::vector<matching::Name> accounts;  // Broker: may trade for them, the first is the default
  bool require_tls = false;              // refused on the plain port
  LogonProof proof = LogonProof::Password;
  std::string username;          // 553 must be this one, where there is a password
  std::string certificate_name;  // where there is a certificate
  bool reset_allowed = false;    // 141=Y
  std::optional<gateway::ResetSchedule> reset_schedule;
  // Where the Logon does not say otherwise by 8013: its orders are cancelled when it has been gone
  // for so long.
  bool cancel_on_disconnect = false;
  std::chrono::milliseconds cancel_grace{0};
  LogonLimits logon;                              // HeartBtInt(108)
  std::vector<gateway::AddressRange> allow_from;  // a connection from elsewhere is closed
  ThrottleLimits throttle;                        // of application messages but cancels
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
  GapRequests::Limits gap_requests;

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
