// Settings that are allowed and probably not meant.
#include <algorithm>
#include <string>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

namespace {

using Lines = std::vector<std::string>;

void warn_of_plain_fix(const Config& config, Lines& lines) {
  if (!std::ranges::all_of(config.sessions, &SessionConfig::require_tls)) {
    lines.push_back("fix.address is " + config.fix.address +
                    ", reachable from other machines: passwords and orders travel unencrypted, "
                    "but for sessions with RequireTls=Y");
  }
}

void warn_of_few_iterations(const Config& config, Lines& lines) {
  for (const auto& [username, hash] : config.credentials.all()) {
    if (hash.scheme == PasswordScheme::Pbkdf2Sha256 &&
        hash.iterations < kDefaultPasswordIterations) {
      lines.push_back("credentials: the password of " + username + " is hashed by " +
                      std::to_string(hash.iterations) + " iterations, and " +
                      std::to_string(kDefaultPasswordIterations) +
                      " are today's: make its line anew by betex-gateway --hash-password");
    }
  }
}

void warn_of_open_http(const Config& config, Lines& lines) {
  if (config.http.enabled && !AddressRange::parse(config.http.address)->loopback_only()) {
    lines.push_back("http.address is " + config.http.address +
                    ", reachable from other machines: whoever is there may read /metrics");
  }
}

void warn_of_few_connections(const Config& config, Lines& lines) {
  const FixLimits& limits = config.fix.limits;
  if (limits.connections < config.sessions.size() + limits.connections_before_logon) {
    lines.push_back(
        "fix.limits.connections is " + std::to_string(limits.connections) + ", fewer than " +
        std::to_string(config.sessions.size()) + " sessions and connections_before_logon, " +
        std::to_string(limits.connections_before_logon) + ": strangers may keep out clients");
  }
}

}  // namespace

std::vector<std::string> warnings(const Config& config) {
  Lines lines;
  if (!AddressRange::parse(config.fix.address)->loopback_only()) {
    warn_of_plain_fix(config, lines);
    warn_of_few_iterations(config, lines);
  }
  warn_of_open_http(config, lines);
  warn_of_few_connections(config, lines);
  return lines;
}

}  // namespace betex::gateway
