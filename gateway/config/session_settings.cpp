#include "gateway/config/session_settings.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/config/accounts_file.h"
#include "gateway/config/names.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/refused_settings.h"
#include "gateway/config/setting_reader.h"
#include "gateway/config/settings_file.h"
#include "gateway/config/suggestion.h"
#include "gateway/config/words.h"

namespace betex::gateway {

namespace {

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> kKeys{
      "ConnectionType", "BeginString",        "DefaultApplVerID",
      "SenderCompID",   "TargetCompID",       "Username",
      "Role",           "Accounts",           "MinHeartBtInt",
      "MaxHeartBtInt",  "ResetAllowed",       "ResetTime",
      "ResetDays",      "CancelOnDisconnect", "CancelOnDisconnectGrace",
      "Authentication", "CertificateName",    "MaxMessagesPerSecond",
      "MessageBurst",   "AllowFrom",          "RequireTls"};
  return kKeys;
}

// Reads one [SESSION] over the [DEFAULT]s.
class SessionReader : public SettingReader {
 public:
  using SettingReader::SettingReader;

  SessionConfig read() {
    SessionConfig session;
    read_version(session);
    session.sender_comp_id = name("SenderCompID");
    session.target_comp_id = name("TargetCompID");
    session.username = find("Username") == nullptr ? session.target_comp_id : name("Username");
    read_role(session);
    read_accounts(session);
    read_heartbeat(session);
    read_proof(session);
    read_allow_from(session);
    session.require_tls = flag("RequireTls");
    if (session.role == SessionRole::MarketData) {
      read_market_data(session);
    } else {
      read_throttle(session);
      session.reset_allowed = flag("ResetAllowed");
      read_reset_schedule(session);
      session.cancel_on_disconnect = flag("CancelOnDisconnect");
      seconds("CancelOnDisconnectGrace", session.cancel_grace, 0);
    }
    const Setting* const type = find("ConnectionType");
    if (type != nullptr && type->value != "acceptor") {
      complain("ConnectionType", {"'" + type->value + "' is not possible here", "give acceptor"});
    }
    return session;
  }

 private:
  void read_version(SessionConfig& session) {
    const std::string version = required("BeginString", "FIXT.1.1 or FIX.4.4");
    if (version == "FIX.4.4") {
      session.version = FixVersion::Fix44;
      if (is_own("DefaultApplVerID")) {
        complain("DefaultApplVerID", {"is not for FIX.4.4", "remove it, or give FIXT.1.1"});
      }
      return;
    }
    if (version != "FIXT.1.1") {
      if (!version.empty()) {
        complain("BeginString",
                 {"'" + version + "' is not spoken here", "give FIXT.1.1 or FIX.4.4"});
      }
      return;
    }
    const std::string application = required("DefaultApplVerID", "9 (FIX.5.0SP2)");
    if (!application.empty() && application != "9" && application != "FIX.5.0SP2") {
      complain("DefaultApplVerID",
               {"'" + application + "' is not spoken here", "give 9 (FIX.5.0SP2)"});
    }
  }

  void read_role(SessionConfig& session) {
    const std::string role = required("Role", "Broker, Ops, DropCopy or MarketData");
    if (role.empty()) {
      return;
    }
    const auto* const known = std::ranges::find(kSessionRoles, role, &Word<SessionRole>::word);
    if (known == kSessionRoles.end()) {
      complain("Role", {"'" + role + "' is not known", "give Broker, Ops, DropCopy or MarketData"});
      return;
    }
    session.role = known->value;
    const bool needs_fixt =
        session.role == SessionRole::Ops || session.role == SessionRole::MarketData;
    if (needs_fixt && session.version != FixVersion::Fixt11) {
      complain("Role", {role + " is not possible with FIX.4.4", "give BeginString=FIXT.1.1"});
    }
  }

  void read_accounts(SessionConfig& session) {
    if (session.role == SessionRole::Ops || session.role == SessionRole::MarketData) {
      if (is_own("Accounts")) {
        const std::string of =
            session.role == SessionRole::Ops ? "an Ops session" : "a MarketData session";
        complain("Accounts", {of + " has no accounts of its own", "remove it"});
      }
      return;
    }
    const std::string list = required("Accounts", "names with commas between them");
    if (list.empty()) {
      return;
    }
    std::set<std::string> given;
    for (std::string& account : split(list, ',')) {
      if (const auto wrong = wrong_name(account)) {
        complain("Accounts", *wrong);
      } else if (is_the_exchanges(account)) {
        complain("Accounts", exchanges_account_complaint(account));
      } else if (!given.insert(account).second) {
        complain("Accounts", {"'" + account + "' is there twice", "remove one of the two"});
      } else {
        session.accounts.push_back(std::move(account));
      }
    }
  }

  void read_heartbeat(SessionConfig& session) {
    seconds("MinHeartBtInt", session.min_heartbeat);
    seconds("MaxHeartBtInt", session.max_heartbeat);
    if (session.min_heartbeat > session.max_heartbeat) {
      complain("MinHeartBtInt",
               {std::to_string(session.min_heartbeat.count()) + " is above MaxHeartBtInt, " +
                    std::to_string(session.max_heartbeat.count()),
                "give a smaller one"});
    }
  }

  void read_proof(SessionConfig& session) {
    const Setting* const certificate = find("CertificateName");
    session.certificate_name = certificate == nullptr ? session.target_comp_id : certificate->value;
    const Setting* const proof = find("Authentication");
    if (proof == nullptr || proof->value == "Password") {
      return;
    }
    if (proof->value == "Certificate") {
      session.proof = LogonProof::Certificate;
    } else if (proof->value == "PasswordAndCertificate") {
      session.proof = LogonProof::PasswordAndCertificate;
    } else {
      complain("Authentication",
               {"'" + proof->value + "' is not known",
                "give Password, Certificate or PasswordAndCertificate"});
    }
  }

  // Its numbers begin again at each Logon, it has no orders, and all such sessions have the same
  // limits.
  void read_market_data(SessionConfig& session) {
    session.reset_allowed = true;
    for (const char* const key : {"ResetAllowed", "ResetTime", "ResetDays"}) {
      if (is_own(key)) {
        complain(key,
                 {"is not for MarketData, whose numbers begin again at each Logon", "remove it"});
      }
    }
    for (const char* const key : {"CancelOnDisconnect", "CancelOnDisconnectGrace"}) {
      if (is_own(key)) {
        complain(key, {"is not for MarketData, which has no orders", "remove it"});
      }
    }
    for (const char* const key : {"MaxMessagesPerSecond", "MessageBurst"}) {
      if (is_own(key)) {
        complain(key,
                 {"is not for MarketData",
                  "remove it; the limits of all such sessions are set in [market_data] of "
                  "gateway.toml"});
      }
    }
  }

  void read_throttle(SessionConfig& session) {
    if (session.role == SessionRole::Ops) {
      for (const char* const key : {"MaxMessagesPerSecond", "MessageBurst"}) {
        if (is_own(key)) {
          complain(key, {"is not for Ops, whose input is always read", "remove it"});
        }
      }
      return;
    }
    count("MaxMessagesPerSecond", 0, session.max_messages_per_second);
    session.message_burst = std::max(session.max_messages_per_second, 1U);
    count("MessageBurst", 1, session.message_burst);
  }

  void read_reset_schedule(SessionConfig& session) {
    const Setting* const days = find("ResetDays");
    const Setting* const time = find("ResetTime");
    if (time == nullptr) {
      if (days != nullptr) {
        complain("ResetDays", {"is for a scheduled reset, and there is none", "give ResetTime"});
      }
      return;
    }
    ResetSchedule schedule;
    if (const auto time_of_day = parse_time_of_day(time->value)) {
      schedule.time_of_day = *time_of_day;
    } else {
      complain("ResetTime",
               {"'" + time->value + "' is not a time of day", "give one in UTC, as in 22:00:00"});
    }
    if (days != nullptr) {
      schedule.days = 0;
      for (const std::string& text : split(days->value, ',')) {
        schedule.days |= day(text, schedule.days);
      }
    }
    session.reset_schedule = schedule;
  }

  // Its bit, or none with a complaint.
  std::uint8_t day(const std::string& text, std::uint8_t before) {
    const auto bit = parse_day(text);
    if (!bit) {
      complain("ResetDays",
               {"'" + text + "' is not a day", "give Mon, Tue, Wed, Thu, Fri, Sat or Sun"});
    } else if ((before & *bit) != 0) {
      complain("ResetDays", {"'" + text + "' is there twice", "remove one of the two"});
    }
    return bit.value_or(0);
  }

  void read_allow_from(SessionConfig& session) {
    const std::string list =
        required("AllowFrom", "addresses with commas between them, as in 127.0.0.1, 10.1.0.0/16");
    if (list.empty()) {
      return;
    }
    for (const std::string& text : split(list, ',')) {
      if (auto range = AddressRange::parse(text)) {
        session.allow_from.push_back(*std::move(range));
      } else {
        complain("AllowFrom",
                 {"'" + text + "' is not an IP address or network",
                  "give one as in 127.0.0.1, 10.1.0.0/16 or fd00::/8"});
      }
    }
  }
};

void check_keys(const SettingsSection& section,
                const std::filesystem::path& file,
                std::vector<Finding>& findings) {
  for (const auto& [key, setting] : section.settings) {
    if (std::ranges::count(known_keys(), key) != 0) {
      continue;
    }
    Finding finding{.file = file,
                    .line = setting.line,
                    .key = key,
                    .problem = "is not known",
                    .remedy = known_key_advice(key, known_keys())};
    if (const RefusedSetting* const refused = find_refused_setting(key)) {
      finding.problem = refused->problem;
      finding.remedy = refused->remedy;
    }
    findings.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<SessionConfig> load_sessions(const std::filesystem::path& file,
                                         const SessionReferences& context,
                                         std::vector<Finding>& findings) {
  std::vector<SessionConfig> sessions;
  const auto text = read_plain_text(file, findings);
  if (!text) {
    return sessions;
  }
  const SettingsFile settings = parse_settings(*text, file, findings);
  check_keys(settings.defaults, file, findings);
  std::set<std::string> comp_ids;
  for (const SettingsSection& section : settings.sessions) {
    check_keys(section, file, findings);
    SessionReader reader{settings, section, file, findings};
    SessionConfig session = reader.read();
    const bool named = !session.target_comp_id.empty();
    if (named && !comp_ids.insert(session.target_comp_id).second) {
      reader.complain("TargetCompID",
                      {"'" + session.target_comp_id + "' has a session already",
                       "give each session a CompID of its own"});
    }
    const bool market_data = session.role == SessionRole::MarketData;
    const bool tls = market_data ? context.market_data_tls : context.tls;
    const std::string tls_port = std::string{"give tls_port in "} +
                                 (market_data ? "[market_data]" : "[fix]") + " of gateway.toml";
    if (session.proof != LogonProof::Password && !context.client_certificates) {
      reader.complain("Authentication",
                      {"needs client certificates, and none are asked for",
                       "give tls_port and tls_client_ca in [fix] of gateway.toml"});
    } else if (session.proof != LogonProof::Password && !tls) {
      reader.complain("Authentication",
                      {"needs client certificates, and so TLS, and there is none", tls_port});
    }
    if (session.require_tls && !tls) {
      reader.complain("RequireTls", {"needs TLS, and there is none", tls_port});
    }
    if (named && session.proof != LogonProof::Certificate && context.credentials != nullptr &&
        !context.credentials->knows(session.username)) {
      reader.complain(
          "Username",
          {"'" + session.username + "' is not in the credentials file",
           "add the line that betex-gateway --hash-password " + session.username + " prints"});
    }
    sessions.push_back(std::move(session));
  }
  if (settings.sessions.empty()) {
    findings.push_back({.file = file,
                        .line = 0,
                        .key = {},
                        .problem = "has no session",
                        .remedy = "add a [SESSION]"});
  }
  return sessions;
}

}  // namespace betex::gateway
