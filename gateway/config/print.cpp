#include <chrono>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gateway/config/config.h"
#include "gateway/config/words.h"

namespace betex::gateway {

namespace {

using Out = std::back_insert_iterator<std::string>;

std::string decimal(matching::Decimal value) {
  return fmt::format(
      "{}.{:06}", value.value() / matching::kDecimalScale, value.value() % matching::kDecimalScale);
}

std::string amount(matching::Decimal value) {
  return fmt::format("{}.{:04}",
                     value.value() / matching::kDecimalScale,
                     value.value() % matching::kDecimalScale / 100);
}

std::string time_text(std::chrono::seconds time_of_day) {
  const std::chrono::hh_mm_ss clock{time_of_day};
  return fmt::format(
      "{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

// "one", "two"
std::string quoted(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", text);
  }
  return list;
}

// "results", "funds"
std::string four_eyes_text(std::uint32_t classes) {
  std::string text;
  for (const auto& [word, value] : kApprovalClasses) {
    if ((classes & static_cast<std::uint32_t>(value)) != 0) {
      text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", word);
    }
  }
  return text;
}

void print_market_data(Out out, const MarketDataConfig& market_data) {
  const MarketDataSessionLimits& limits = market_data.limits;
  fmt::format_to(out, "\n[market_data]\nenabled = {}\n", market_data.enabled);
  fmt::format_to(out, "address = \"{}\"\nport = {}\n", market_data.address, market_data.port);
  if (market_data.tls_port) {
    fmt::format_to(out, "tls_port = {}\n", *market_data.tls_port);
  }
  fmt::format_to(out, "\n[market_data.limits]\nsessions = {}\n", limits.sessions);
  fmt::format_to(out, "instruments_per_session = {}\n", limits.instruments_per_session);
  fmt::format_to(out, "requests = {}\n", limits.requests);
  fmt::format_to(out, "requests_a_second = {}\n", limits.requests_a_second);
  fmt::format_to(out, "slow_bytes = {}\n", limits.slow_bytes);
  fmt::format_to(out, "normal_bytes = {}\n", limits.normal_bytes);
}

void print_if_given(Out out, const char* key, const std::string& value) {
  if (!value.empty()) {
    fmt::format_to(out, "{} = \"{}\"\n", key, value);
  }
}

void print_etcd(Out out, const EtcdConfig& etcd) {
  fmt::format_to(out, "etcd = [{}]\n", quoted(etcd.endpoints));
  print_if_given(out, "etcd_ca", etcd.ca.string());
  print_if_given(out, "etcd_certificate", etcd.certificate.string());
  print_if_given(out, "etcd_key", etcd.key.string());
  print_if_given(out, "etcd_user", etcd.user);
  print_if_given(out, "etcd_password_file", etcd.password_file.string());
}

void print_kubernetes(Out out, const KubernetesConfig& kubernetes) {
  fmt::format_to(out, "kubernetes_api = \"{}\"\n", kubernetes.api);
  fmt::format_to(out, "kubernetes_lease = \"{}\"\n", kubernetes.lease);
  fmt::format_to(out, "kubernetes_token_file = \"{}\"\n", kubernetes.token_file.string());
  fmt::format_to(out, "kubernetes_ca = \"{}\"\n", kubernetes.ca.string());
}

// Of a single machine there is nothing else in force.
void print_cluster(Out out, const ClusterConfig& cluster) {
  fmt::format_to(out, "\n[cluster]\nmode = \"{}\"\n", word_of(kClusterModes, cluster.mode));
  if (cluster.mode == ClusterMode::Single) {
    return;
  }
  fmt::format_to(out, "node = \"{}\"\nshard = \"{}\"\n", cluster.node, cluster.shard);
  fmt::format_to(out, "authority = \"{}\"\n", word_of(kLeaseAuthorities, cluster.authority));
  if (cluster.authority == LeaseAuthority::Etcd) {
    print_etcd(out, cluster.etcd);
  } else {
    print_kubernetes(out, cluster.kubernetes);
  }
  fmt::format_to(out, "lease_ttl_s = {}\n", cluster.lease_ttl.count());
  fmt::format_to(out, "lease_margin_ms = {}\n", cluster.lease_margin.count());
  fmt::format_to(out, "request_timeout_ms = {}\n", cluster.request_timeout.count());
  print_if_given(out, "fence_command", cluster.fence_command);
  print_if_given(out, "seed_command", cluster.seed_command);
  fmt::format_to(out, "append_bytes = {}\n", cluster.append_bytes);
  fmt::format_to(out, "window_slots = {}\n", cluster.window_slots);
  fmt::format_to(out, "window_bytes = {}\n", cluster.window_bytes);
  fmt::format_to(out, "etcd_quota_bytes = {}\n", cluster.etcd_quota_bytes);
  fmt::format_to(out, "stall_unready_ms = {}\n", cluster.stall_unready.count());
  fmt::format_to(out, "stall_exit_ms = {}\n", cluster.stall_exit.count());
  fmt::format_to(out, "max_clock_lead_ms = {}\n", cluster.max_clock_lead.count());
}

void print_wal(Out out, const WalConfig& wal) {
  fmt::format_to(out, "[wal]\nroot = \"{}\"\n", wal.root.string());
  fmt::format_to(out, "max_segment_events = {}\n", wal.max_segment_events);
  fmt::format_to(out, "segment_map_size_bytes = {}\n", wal.segment_map_size_bytes);
  fmt::format_to(out, "snapshot_every_events = {}\n", wal.snapshot_every_events);
  fmt::format_to(out, "retire = \"{}\"\n", word_of(kRetire, wal.retire));
  fmt::format_to(out, "low_disk_bytes = {}\n", wal.low_disk_bytes);
  fmt::format_to(
      out, "remote_file_systems = \"{}\"\n", word_of(kRemoteFileSystems, wal.remote_file_systems));
  if (!wal.witness.empty()) {
    fmt::format_to(out, "witness = \"{}\"\n", wal.witness.string());
  }
}

void print_session_cache(Out out, const SessionCacheConfig& session_cache) {
  fmt::format_to(
      out, "\n[session_cache]\nplace = \"{}\"\n", word_of(kCachePlacements, session_cache.place));
  fmt::format_to(out, "size_bytes = {}\n", session_cache.size_bytes);
}

void print_rings(Out out, const RingsConfig& rings) {
  fmt::format_to(out, "\n[rings]\ncommand_slots = {}\n", rings.command_slots);
  fmt::format_to(out, "event_slots = {}\n", rings.event_slots);
  fmt::format_to(out, "arena_bytes = {}\n", rings.arena_bytes);
  fmt::format_to(out, "wait_strategy = \"{}\"\n", word_of(kWaitModes, rings.wait_strategy));
  fmt::format_to(out, "stage_threads = \"{}\"\n", word_of(kStageThreads, rings.stage_threads));
}

void print_engine(Out out, const matching::EngineCapacity& engine) {
  fmt::format_to(out, "\n[engine]\nlive_orders = {}\n", engine.live_orders);
  fmt::format_to(out, "finished_orders = {}\n", engine.finished_orders);
  fmt::format_to(out, "cl_ord_ids = {}\n", engine.cl_ord_ids);
}

void print_tls(Out out, const TlsConfig& tls) {
  fmt::format_to(out, "tls_port = {}\n", tls.port);
  fmt::format_to(out, "tls_certificate = \"{}\"\n", tls.certificate.string());
  fmt::format_to(out, "tls_key = \"{}\"\n", tls.key.string());
  if (!tls.client_ca.empty()) {
    fmt::format_to(out, "tls_client_ca = \"{}\"\n", tls.client_ca.string());
  }
  if (!tls.client_crl.empty()) {
    fmt::format_to(out, "tls_client_crl = \"{}\"\n", tls.client_crl.string());
  }
}

void print_limits(Out out, const FixLimits& limits) {
  fmt::format_to(out, "\n[fix.limits]\nmessage_bytes = {}\n", limits.message_bytes);
  fmt::format_to(out, "fields = {}\n", limits.fields);
  fmt::format_to(out, "outbound_queue_bytes = {}\n", limits.outbound_queue_bytes);
  fmt::format_to(out, "logon_deadline_ms = {}\n", limits.logon_deadline.count());
  fmt::format_to(out, "connections = {}\n", limits.connections);
  fmt::format_to(out, "connections_per_address = {}\n", limits.connections_per_address);
  fmt::format_to(out, "connections_before_logon = {}\n", limits.connections_before_logon);
  fmt::format_to(out, "sending_time_tolerance_s = {}\n", limits.sending_time_tolerance.count());
}

void print_fix(Out out, const FixConfig& fix) {
  fmt::format_to(out, "\n[fix]\naddress = \"{}\"\nport = {}\n", fix.address, fix.port);
  if (fix.tls) {
    print_tls(out, *fix.tls);
  }
  fmt::format_to(out, "dictionaries = \"{}\"\n", fix.dictionaries.string());
  fmt::format_to(out, "io_threads = {}\n", fix.io_threads);
  print_limits(out, fix.limits);
}

std::string gateway_text(const Config& config) {
  const auto& [wal,
               reports,
               session_cache,
               rings,
               engine,
               fix,
               market_data,
               http,
               cluster,
               clock,
               log,
               day_end,
               exchange,
               accounts,
               sessions,
               credentials,
               markets] = config;
  std::string text;
  auto out = std::back_inserter(text);
  print_wal(out, wal);
  fmt::format_to(out, "\n[reports]\nreplay_days = {}\n", reports.replay_days.count());
  print_session_cache(out, session_cache);
  print_rings(out, rings);
  print_engine(out, engine);
  print_fix(out, fix);
  print_market_data(out, market_data);
  fmt::format_to(out, "\n[http]\nenabled = {}\n", http.enabled);
  fmt::format_to(out, "address = \"{}\"\nport = {}\n", http.address, http.port);
  fmt::format_to(out, "page = {}\npage_hosts = [{}]\n", http.page, quoted(http.page_hosts));
  print_cluster(out, cluster);
  fmt::format_to(out, "\n[clock]\nrequire_synchronised = {}\n", clock.require_synchronised);
  fmt::format_to(out, "\n[log]\nlevel = \"{}\"\n", word_of(kLogLevels, log.level));
  if (!log.file.empty()) {
    fmt::format_to(out, "file = \"{}\"\n", log.file.string());
  }
  fmt::format_to(out, "\n[trading_day]\nend_utc = {}\n", time_text(day_end));
  fmt::format_to(out, "\n[exchange]\ncurrency = \"{}\"\n", exchange.currency);
  fmt::format_to(out, "max_requests_a_day = {}\n", exchange.max_requests_a_day);
  fmt::format_to(out, "four_eyes = [{}]\n", four_eyes_text(exchange.four_eyes));
  fmt::format_to(out, "stop_notice_s = {}\n", exchange.stop_notice.count());
  return text;
}

std::string session_text(const SessionConfig& session) {
  std::string ranges;
  for (const AddressRange& range : session.allow_from) {
    ranges += (ranges.empty() ? "" : ", ") + range.text();
  }
  std::string text = "\n[SESSION]\n";
  auto out = std::back_inserter(text);
  fmt::format_to(out, "BeginString={}\n", word_of(kFixVersions, session.version));
  fmt::format_to(out, "SenderCompID={}\n", session.sender_comp_id);
  fmt::format_to(out, "TargetCompID={}\n", session.target_comp_id);
  fmt::format_to(out, "Username={}\n", session.username);
  fmt::format_to(out, "Role={}\n", word_of(kSessionRoles, session.role));
  if (!session.accounts.empty()) {
    fmt::format_to(out, "Accounts={}\n", fmt::join(session.accounts, ", "));
  }
  fmt::format_to(out, "MinHeartBtInt={}\n", session.min_heartbeat.count());
  fmt::format_to(out, "MaxHeartBtInt={}\n", session.max_heartbeat.count());
  if (session.role != SessionRole::MarketData) {  // for which these are no settings
    fmt::format_to(out, "ResetAllowed={}\n", session.reset_allowed ? 'Y' : 'N');
    if (const auto& schedule = session.reset_schedule) {
      fmt::format_to(out, "ResetTime={}\n", time_text(schedule->time_of_day));
      fmt::format_to(out, "ResetDays={}\n", schedule->days_text());
    }
    fmt::format_to(out, "CancelOnDisconnect={}\n", session.cancel_on_disconnect ? 'Y' : 'N');
    fmt::format_to(out, "CancelOnDisconnectGrace={}\n", session.cancel_grace.count());
  }
  if (session.proof != LogonProof::Password) {
    fmt::format_to(out, "Authentication={}\n", word_of(kLogonProofs, session.proof));
    fmt::format_to(out, "CertificateName={}\n", session.certificate_name);
  }
  if (session.require_tls) {
    fmt::format_to(out, "RequireTls=Y\n");
  }
  if (session.max_messages_per_second != 0) {
    fmt::format_to(out, "MaxMessagesPerSecond={}\n", session.max_messages_per_second);
    fmt::format_to(out, "MessageBurst={}\n", session.message_burst);
  }
  fmt::format_to(out, "AllowFrom={}\n", ranges);
  return text;
}

std::string account_text(const AccountConfig& account) {
  std::string text = "\n[[account]]\n";
  auto out = std::back_inserter(text);
  fmt::format_to(out, "name = \"{}\"\n", account.name);
  fmt::format_to(out, "kind = \"{}\"\n", word_of(kAccountKinds, account.kind));
  fmt::format_to(out, "balance = \"{}\"\n", amount(account.balance));
  fmt::format_to(out, "credit = \"{}\"\n", amount(account.credit));
  fmt::format_to(out, "exposure_limit = \"{}\"\n", amount(account.exposure_limit));
  fmt::format_to(out, "market_exposure_limit = \"{}\"\n", amount(account.market_exposure_limit));
  fmt::format_to(out, "max_open_orders = {}\n", account.max_open_orders);
  fmt::format_to(out, "commission_discount_bp = {}\n", account.commission_discount_bp);
  return text;
}

std::string market_text(const MarketConfig& market) {
  const bool odds = market.kind == matching::MarketKind::ExchangeOdds;
  std::string text = "\n[[market]]\n";
  auto out = std::back_inserter(text);
  fmt::format_to(out, "name = \"{}\"\n", market.name);
  fmt::format_to(out, "kind = \"{}\"\n", word_of(kMarketKinds, market.kind));
  fmt::format_to(
      out,
      "ladder = \"{}\"\n",
      odds ? word_of(kOddsLadders, market.ladder) : word_of(kBinaryLadders, market.ladder));
  if (odds) {
    fmt::format_to(out, "instruments = [\"{}\"]\n", fmt::join(market.instruments, "\", \""));
    fmt::format_to(out, "winners = {}\n", market.winners);
  }
  if (market.min_quantity != matching::Decimal{}) {
    fmt::format_to(out, "min_quantity = \"{}\"\n", decimal(market.min_quantity));
  }
  if (market.quantity_step != matching::Decimal{}) {
    fmt::format_to(out, "quantity_step = \"{}\"\n", decimal(market.quantity_step));
  }
  fmt::format_to(out, "commission_bp = {}\n", market.commission_bp);
  fmt::format_to(out, "bet_delay_ms = {}\n", market.bet_delay_ms);
  return text;
}

}  // namespace

std::string print(const Config& config) {
  std::string text = gateway_text(config);
  text += "\n# ---- sessions ----\n";
  for (const SessionConfig& session : config.sessions) {
    text += session_text(session);
  }
  text += "\n# ---- credentials, salts and hashes masked ----\n\n";
  for (const auto& [username, hash] : config.credentials.all()) {
    text += hash.scheme == PasswordScheme::Sha256
                ? fmt::format("{}:sha256:****:****\n", username)
                : fmt::format("{}:pbkdf2-sha256:{}:****:****\n", username, hash.iterations);
  }
  text += "\n# ---- accounts, as they begin ----\n";
  for (const AccountConfig& account : config.accounts()) {
    text += account_text(account);
  }
  text += "\n# ---- markets ----\n";
  for (const MarketConfig& market : config.markets) {
    text += market_text(market);
  }
  return text;
}

}  // namespace betex::gateway
