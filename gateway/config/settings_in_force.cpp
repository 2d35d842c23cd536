#include "gateway/config/settings_in_force.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gateway/config/settings_file.h"

namespace betex::gateway {

namespace {

using Values = std::map<std::string, std::string>;

constexpr std::string_view kSession = "session ";

constexpr std::array<std::string_view, 10> kOfTheGateway{"exchange.four_eyes",
                                                         "exchange.stop_notice_s",
                                                         "fix.limits.connections",
                                                         "fix.limits.connections_before_logon",
                                                         "fix.limits.connections_per_address",
                                                         "fix.tls_certificate",
                                                         "fix.tls_client_ca",
                                                         "fix.tls_client_crl",
                                                         "fix.tls_key",
                                                         "log.level"};
constexpr std::array<std::string_view, 7> kOfASession{"AllowFrom",
                                                      "Authentication",
                                                      "CertificateName",
                                                      "MaxMessagesPerSecond",
                                                      "MessageBurst",
                                                      "RequireTls",
                                                      "Username"};

std::string session_key(std::string_view comp_id, std::string_view key) {
  return std::string{kSession} + std::string{comp_id} + ": " + std::string{key};
}

// The name's part up to its key: "session BROKER1: "; empty for what is not a session's.
std::string_view session_of(std::string_view name) {
  return name.starts_with(kSession) ? name.substr(0, name.rfind(' ') + 1) : std::string_view{};
}

bool may_change(std::string_view name) {
  const std::string_view session = session_of(name);
  return session.empty() ? std::ranges::count(kOfTheGateway, name) != 0
                         : std::ranges::count(kOfASession, name.substr(session.size())) != 0;
}

// Accounts and markets are made once, and credentials are taken over as a whole.
bool counts(std::string_view section) {
  return !section.starts_with("[[") && !section.starts_with('#');
}

// What the log's first start has settled: no restart takes it over.
bool counts_once(std::string_view name) {
  return name == "exchange.max_requests_a_day" || name == "trading_day.end_utc";
}

Values values_of(const Config& config) {
  Values values;
  std::string section;
  std::map<std::string, std::string> session;
  const auto end_of_session = [&] {
    for (const auto& [key, value] : session) {
      values[session_key(session["TargetCompID"], key)] = value;
    }
    session.clear();
  };
  for (const std::string& line : split(print(config), '\n')) {
    if (line.starts_with('[') || line.starts_with('#')) {
      end_of_session();
      section = line;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || !counts(section)) {
      continue;
    }
    const std::string key{trimmed(std::string_view{line}.substr(0, equals))};
    const std::string value{trimmed(std::string_view{line}.substr(equals + 1))};
    const std::string name = section.substr(1, section.size() - 2) + "." + key;
    if (section == "[SESSION]") {
      session[key] = value;
    } else if (!counts_once(name)) {
      values[name] = value;
    }
  }
  end_of_session();
  return values;
}

}  // namespace

SettingsInForce::SettingsInForce(const Config& config) : values_{values_of(config)} {}

std::vector<std::string> SettingsInForce::take_over(const Config& fresh) {
  const Values values = values_of(fresh);
  Values merged;
  std::vector<std::string> left;
  const auto is_there = [](const Values& some, std::string_view session) {
    return session.empty() || some.contains(std::string{session} + "TargetCompID");
  };
  for (const auto& [name, value] : values) {
    const auto found = values_.find(name);
    if (may_change(name) || !is_there(values_, session_of(name))) {
      merged[name] = value;
    } else if (found == values_.end() || found->second != value) {
      left.push_back(name);
    }
  }
  for (const auto& [name, value] : values_) {
    if (may_change(name)) {
      continue;
    }
    merged[name] = value;
    if (!values.contains(name) && is_there(values, session_of(name))) {
      left.push_back(name);
    }
  }
  std::ranges::sort(left);
  values_ = std::move(merged);
  return left;
}

}  // namespace betex::gateway
