// Settings that are allowed and probably not meant.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/config/endpoint.h"
#include "gateway/config/shared_disk.h"

namespace betex::gateway {

namespace {

using Lines = std::vector<std::string>;

bool is_for_market_data(const SessionConfig& session) {
  return session.role == SessionRole::MarketData;
}

bool is_open(const std::string& address) {
  return !AddressRange::parse(address)->loopback_only();
}

void warn_of_plain_fix(const Config& config, Lines& lines) {
  const auto any_plain = [&](bool market_data) {
    return std::ranges::any_of(config.sessions, [&](const SessionConfig& session) {
      return is_for_market_data(session) == market_data && !session.require_tls;
    });
  };
  const auto warn = [&](const std::string& key, const std::string& address, const char* what) {
    lines.push_back(key + " is " + address + ", reachable from other machines: " + what +
                    " travel unencrypted, but for sessions with RequireTls=Y");
  };
  if (is_open(config.fix.address) && any_plain(false)) {
    warn("fix.address", config.fix.address, "passwords and orders");
  }
  if (config.market_data.enabled && is_open(config.market_data.address) && any_plain(true)) {
    warn("market_data.address", config.market_data.address, "passwords of market data sessions");
  }
}

void warn_of_no_market_data(const Config& config, Lines& lines) {
  const auto session = std::ranges::find_if(config.sessions, is_for_market_data);
  if (!config.market_data.enabled && session != config.sessions.end()) {
    lines.push_back("market_data.enabled is false, and session " + session->target_comp_id +
                    " has Role=MarketData: nobody can log on with it");
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
  if (config.http.enabled && is_open(config.http.address)) {
    lines.push_back("http.address is " + config.http.address +
                    ", reachable from other machines: whoever is there may read /metrics");
  }
}

void warn_of_few_connections(const Config& config, Lines& lines) {
  const FixLimits& limits = config.fix.limits;
  const auto sessions = config.sessions.size() - static_cast<std::size_t>(std::ranges::count_if(
                                                     config.sessions, is_for_market_data));
  if (limits.connections < sessions + limits.connections_before_logon) {
    lines.push_back(
        "fix.limits.connections is " + std::to_string(limits.connections) + ", fewer than " +
        std::to_string(sessions) + " sessions and connections_before_logon, " +
        std::to_string(limits.connections_before_logon) + ": strangers may keep out clients");
  }
}

// Nothing is retired then, and each replay reads the log from its first event on.
void warn_of_replays_without_snapshots(const Config& config, Lines& lines) {
  if (config.reports.replay_days > std::chrono::days{0} && config.wal.snapshot_every_events == 0) {
    lines.push_back(
        "wal.snapshot_every_events is 0, and reports.replay_days is " +
        std::to_string(config.reports.replay_days.count()) +
        ": who asks for his reports again waits until the log is read from its first event on");
  }
}

// Whoever is on the way may read it, and change who leads.
void warn_of_plain_etcd(const ClusterConfig& cluster, Lines& lines) {
  if (cluster.mode == ClusterMode::Single) {
    return;
  }
  const auto plain = std::ranges::find_if(cluster.etcd.endpoints, [](const std::string& text) {
    const auto endpoint = parse_endpoint(text);
    return endpoint && !endpoint->tls && !endpoint->is_loopback();
  });
  if (plain != cluster.etcd.endpoints.end()) {
    lines.push_back("cluster.etcd has " + *plain +
                    ", on another machine: the cluster's truth travels unencrypted, and whoever is "
                    "on the way may change it: have etcd's members listen on https://");
  }
}

}  // namespace

std::vector<std::string> warnings(const Config& config) {
  Lines lines;
  warn_of_plain_fix(config, lines);
  if (is_open(config.fix.address) ||
      (config.market_data.enabled && is_open(config.market_data.address))) {
    warn_of_few_iterations(config, lines);
  }
  warn_of_no_market_data(config, lines);
  warn_of_open_http(config, lines);
  warn_of_few_connections(config, lines);
  warn_of_replays_without_snapshots(config, lines);
  warn_of_plain_etcd(config.cluster, lines);
  std::ranges::copy(warnings_of_shared_disk(config), std::back_inserter(lines));
  return lines;
}

}  // namespace betex::gateway
