// What one session is configured with. Plain values, checked by whoever loads them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "fix_spec/dialect.h"
#include "gateway/config/address_range.h"
#include "gateway/config/credentials.h"
#include "gateway/config/reset_schedule.h"
#include "gateway/session/throttle.h"
#include "gateway/wire/logon_check.h"
#include "matching/types.h"

namespace betex::fix {

using gateway::LogonProof;

struct SessionSettings {
  FixVersion version = FixVersion::Fixt11;
  std::string our_comp_id;  // TargetCompID(56) of what comes in
  std::string comp_id;      // the client's: SenderCompID(49); names the session, unique
  SessionRole role = SessionRole::Broker;
  std::vector<matching::Name> accounts;  // Broker: the default one, then by name
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

  // What may change while a session lives.
  void take_over(const SessionSettings& fresh) {
    allow_from = fresh.allow_from;
    require_tls = fresh.require_tls;
    proof = fresh.proof;
    username = fresh.username;
    certificate_name = fresh.certificate_name;
    throttle = fresh.throttle;
  }
};

}  // namespace betex::fix
