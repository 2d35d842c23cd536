#include "gateway/start/fix_settings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "gateway/wire/field_table.h"
#include "matching/types.h"

namespace betex::gateway {
namespace {

static_assert(kMaxMessageFields == fix::FieldTable::kMaxFields);

// Of whatever kind they are: md has the limits for what it is asked, and says so by refusals of its
// own, so these are higher.
fix::ThrottleLimits throttle_of(const MarketDataSessionLimits& limits) {
  return {.messages_per_second = 2 * limits.requests_a_second,
          .burst = 2 * std::max(limits.requests, limits.requests_a_second)};
}

fix::SessionSettings settings_of(const SessionConfig& config) {
  fix::SessionSettings settings{
      .version = config.version,
      .our_comp_id = config.sender_comp_id,
      .comp_id = config.target_comp_id,
      .role = config.role,
      .require_tls = config.require_tls,
      .proof = config.proof,
      .username = config.username,
      .certificate_name = config.certificate_name,
      .reset_allowed = config.reset_allowed,
      .reset_schedule = config.reset_schedule,
      .cancel_on_disconnect = config.cancel_on_disconnect,
      .cancel_grace = config.cancel_grace,
      .logon = {.min_heart_bt_int = static_cast<std::uint32_t>(config.min_heartbeat.count()),
                .max_heart_bt_int = static_cast<std::uint32_t>(config.max_heartbeat.count())},
      .allow_from = config.allow_from,
      .throttle = {.messages_per_second = config.max_messages_per_second,
                   .burst = config.message_burst,
                   .refusals_before_a_pause = config.message_burst}};
  for (const std::string& account : config.accounts) {
    settings.accounts.emplace_back(account);
  }
  if (!settings.accounts.empty()) {  // the default one stays the first
    std::ranges::sort(std::span{settings.accounts}.subspan(1), {}, &matching::Name::view);
  }
  return settings;
}

}  // namespace

std::vector<fix::SessionSettings> session_settings(const Config& config) {
  std::vector<fix::SessionSettings> settings;
  for (const SessionConfig& session : config.sessions) {
    settings.push_back(settings_of(session));
    if (session.role == SessionRole::MarketData) {
      settings.back().throttle = throttle_of(config.market_data.limits);
    }
  }
  return settings;
}

std::optional<fix::TlsFiles> tls_files(const Config& config) {
  if (!config.fix.tls) {
    return std::nullopt;
  }
  const TlsConfig& tls = *config.fix.tls;
  return fix::TlsFiles{.certificate = tls.certificate,
                       .key = tls.key,
                       .client_ca = tls.client_ca,
                       .client_crl = tls.client_crl};
}

fix::TransportLimits transport_limits(const FixLimits& limits) {
  return {.message_bytes = limits.message_bytes,
          .fields = limits.fields,
          .outbound_queue_bytes = limits.outbound_queue_bytes,
          .connections = limits.connections,
          .connections_per_address = limits.connections_per_address,
          .connections_before_logon = limits.connections_before_logon,
          .logon_deadline = limits.logon_deadline,
          .sending_time_tolerance = limits.sending_time_tolerance};
}

// md stops at slow_bytes: what is unsent beyond them are images of one turn, and answers.
fix::TransportLimits market_data_limits(const Config& config) {
  constexpr std::size_t kTurns = 4;
  fix::TransportLimits limits = transport_limits(config.fix.limits);
  limits.outbound_queue_bytes = kTurns * config.market_data.limits.slow_bytes;
  limits.connections = config.market_data.limits.sessions + limits.connections_before_logon;
  limits.connections_per_address = std::min(limits.connections_per_address, limits.connections);
  return limits;
}

}  // namespace betex::gateway
