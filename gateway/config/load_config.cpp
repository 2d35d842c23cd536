#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "gateway/config/accounts_file.h"
#include "gateway/config/cluster_section.h"
#include "gateway/config/config.h"
#include "gateway/config/credentials_file.h"
#include "gateway/config/market_data_section.h"
#include "gateway/config/markets_file.h"
#include "gateway/config/section_reader.h"
#include "gateway/config/session_settings.h"
#include "gateway/config/toml_file.h"
#include "gateway/config/words.h"
#include "journal/errors.h"
#include "journal/safe_path.h"

namespace betex::gateway {

namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::int64_t kPageBytes = 4096;
// The rings are filled with zeros at the start. 400 MB of commands and 1 GB of events hold seconds
// of full load; with more a wrong digit would have the system end the process for want of memory.
constexpr std::int64_t kMaxRingSlots = std::int64_t{1} << 20;
constexpr std::int64_t kMaxArenaBytes = kGiB;
// A session takes a credit for each of the 256 messages that may wait above a gap, at once.
constexpr IntegerRange kCommandSlots{512, kMaxRingSlots};
constexpr IntegerRange kEventSlots{64, kMaxRingSlots};
// More than an hour of 1 000 new orders a second, in 2 GB for all three kinds together: enough for
// the first minutes, and no wrong digit takes the machine's memory.
constexpr IntegerRange kEngineRoom{0, 5'000'000};

// Where the other files are.
struct Files {
  std::filesystem::path accounts;
  std::filesystem::path sessions;
  std::filesystem::path credentials;
  std::filesystem::path markets;
};

// Puts a value of the command line over the file's. Where `section` is no table it stays as it is,
// to be complained about.
void put(TomlTable& file, const std::string& section, const std::string& key, TomlValue value) {
  TomlValue& place =
      file.values.try_emplace(section, TomlValue{TomlTable{}, 0, value.option}).first->second;
  if (auto* const table = std::get_if<TomlTable>(&place.value)) {
    table->values[key] = std::move(value);
  }
}

TomlValue from_option(const std::string& option, std::uint64_t number) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  return {static_cast<std::int64_t>(std::min(number, kMax)), 0, option};
}

void put_overrides(TomlTable& file, const Overrides& overrides) {
  if (overrides.wal_root) {
    const std::filesystem::path& root = *overrides.wal_root;
    const std::string text = root.empty() ? "" : std::filesystem::absolute(root).string();
    put(file, "wal", "root", {text, 0, "--wal-root"});
  }
  if (overrides.max_segment_events) {
    put(file,
        "wal",
        "max_segment_events",
        from_option("--max-segment-events", *overrides.max_segment_events));
  }
  if (overrides.fix_port) {
    put(file, "fix", "port", from_option("--fix-port", *overrides.fix_port));
  }
  if (overrides.tls_port) {
    put(file, "fix", "tls_port", from_option("--tls-port", *overrides.tls_port));
  }
  if (overrides.market_data_port) {
    put(file,
        "market_data",
        "port",
        from_option("--market-data-port", *overrides.market_data_port));
    put(file, "market_data", "enabled", {true, 0, "--market-data-port"});
  }
  if (overrides.http_port) {
    put(file, "http", "port", from_option("--http-port", *overrides.http_port));
    put(file, "http", "enabled", {true, 0, "--http-port"});
  }
  if (overrides.cluster_node) {
    put(file, "cluster", "node", {*overrides.cluster_node, 0, "--node"});
  }
  if (overrides.stop_notice_s) {
    put(file, "exchange", "stop_notice_s", from_option("--notice", *overrides.stop_notice_s));
  }
}

bool is_within(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// Beside the log it would be lost, or restored, together with it.
void check_witness(SectionReader& reader, const WalConfig& wal) {
  if (wal.witness.empty()) {
    return;
  }
  std::error_code error;
  const auto folder = std::filesystem::canonical(wal.witness.parent_path(), error);
  if (error) {
    reader.complain(
        "witness",
        {"the folder of " + wal.witness.string() + " is not there", "create the folder"});
  } else if (std::filesystem::is_directory(wal.witness, error)) {
    reader.complain("witness", {wal.witness.string() + " is a folder", "name a file"});
  } else if (is_within(folder, std::filesystem::weakly_canonical(wal.root, error))) {
    reader.complain("witness",
                    {wal.witness.string() + " is inside of the log's folder",
                     "name a file elsewhere, on another disk if there is one"});
  }
}

void read_wal(SectionReader reader, WalConfig& wal) {
  reader.require("root", "the folder of the write-ahead log");
  reader.path("root", wal.root);
  std::error_code error;
  if (std::filesystem::exists(wal.root, error) && !std::filesystem::is_directory(wal.root, error)) {
    reader.complain("root", {wal.root.string() + " is not a folder", "name a folder"});
  } else if (!wal.root.empty()) {
    try {  // once: a link that is changed later leads no part of this process elsewhere
      wal.root = journal::resolve_folder(wal.root);
    } catch (const journal::JournalError& wrong) {
      reader.complain("root",
                      {wrong.segment() + ": " + wrong.sentence(),
                       std::string{journal::remedy_of(wrong.fault())}});
    }
  }
  reader.integer("max_segment_events", wal.max_segment_events, {1, 1'000'000'000'000});
  reader.integer("segment_map_size_bytes", wal.segment_map_size_bytes, {kMiB, 16'384 * kGiB});
  if (wal.segment_map_size_bytes % kPageBytes != 0) {
    reader.complain("segment_map_size_bytes",
                    {std::to_string(wal.segment_map_size_bytes) + " is not a whole number of pages",
                     "give a multiple of " + std::to_string(kPageBytes)});
  }
  reader.integer("snapshot_every_events", wal.snapshot_every_events, {0, 1'000'000'000'000});
  reader.choice("retire", wal.retire, kRetire);
  reader.integer("low_disk_bytes", wal.low_disk_bytes, {0, 1024 * 1024 * kGiB});
  reader.choice("remote_file_systems", wal.remote_file_systems, kRemoteFileSystems);
  reader.path("witness", wal.witness);
  check_witness(reader, wal);
  reader.finish();
}

void read_reports(SectionReader reader, ReportsConfig& reports) {
  constexpr std::int64_t kTenYears = 3650;
  std::int64_t days = reports.replay_days.count();
  reader.integer("replay_days", days, {0, kTenYears});
  reports.replay_days = std::chrono::days{days};
  reader.finish();
}

void read_session_cache(SectionReader reader, SessionCacheConfig& cache) {
  constexpr std::uint64_t kLeast = std::uint64_t{16} << 20;
  reader.choice("place", cache.place, kCachePlacements);
  reader.integer("size_bytes", cache.size_bytes, {0, 64 * kGiB});
  if (cache.size_bytes != 0 && cache.size_bytes < kLeast) {
    reader.complain("size_bytes",
                    {std::to_string(cache.size_bytes) + " is too little for anybody's messages",
                     "give at least " + std::to_string(kLeast) + ", or 0 for what sessions need"});
  }
  reader.finish();
}

void read_rings(SectionReader reader, RingsConfig& rings) {
  reader.power_of_two("command_slots", rings.command_slots, kCommandSlots);
  reader.power_of_two("event_slots", rings.event_slots, kEventSlots);
  reader.integer("arena_bytes", rings.arena_bytes, {kMiB, kMaxArenaBytes});
  reader.choice("wait_strategy", rings.wait_strategy, kWaitModes);
  reader.choice("stage_threads", rings.stage_threads, kStageThreads);
  reader.finish();
}

void read_engine(SectionReader reader, matching::EngineCapacity& engine) {
  reader.integer("live_orders", engine.live_orders, kEngineRoom);
  reader.integer("finished_orders", engine.finished_orders, kEngineRoom);
  reader.integer("cl_ord_ids", engine.cl_ord_ids, kEngineRoom);
  reader.finish();
}

void read_limits(SectionReader reader, FixLimits& limits) {
  reader.integer("message_bytes", limits.message_bytes, {1024, kMiB});
  reader.integer("fields", limits.fields, {32, kMaxMessageFields});
  reader.integer("outbound_queue_bytes", limits.outbound_queue_bytes, {64 << 10, kGiB});
  reader.integer("logon_deadline_ms", limits.logon_deadline, {100, 60'000});
  reader.integer("connections", limits.connections, {1, 100'000});
  limits.connections_per_address = std::min(limits.connections_per_address, limits.connections);
  reader.integer("connections_per_address", limits.connections_per_address, {1, 100'000});
  limits.connections_before_logon = (limits.connections + 1) / 2;
  reader.integer("connections_before_logon", limits.connections_before_logon, {1, 100'000});
  reader.integer("sending_time_tolerance_s", limits.sending_time_tolerance, {1, 86'400});
  for (const auto& [key, value] :
       {std::pair{"connections_per_address", limits.connections_per_address},
        std::pair{"connections_before_logon", limits.connections_before_logon}}) {
    if (value > limits.connections) {
      reader.complain(
          key,
          {std::to_string(value) + " is above connections, " + std::to_string(limits.connections),
           "give a smaller one"});
    }
  }
  reader.finish();
}

void check_is_file(SectionReader& reader,
                   const std::string& key,
                   const std::filesystem::path& file) {
  std::error_code error;
  if (!file.empty() && !std::filesystem::is_regular_file(file, error)) {
    reader.complain(key, {file.string() + " is not a file", "name a PEM file"});
  }
}

// Without a certificate the gateway makes one itself, which is good for trying things out on one
// machine only.
void read_tls(SectionReader& reader, FixConfig& fix) {
  TlsConfig tls;
  reader.integer("tls_port", tls.port, kPorts);
  reader.path("tls_certificate", tls.certificate);
  reader.path("tls_key", tls.key);
  reader.path("tls_client_ca", tls.client_ca);
  reader.path("tls_client_crl", tls.client_crl);
  if (!reader.has("tls_port")) {
    for (const auto* key : {"tls_certificate", "tls_key", "tls_client_ca", "tls_client_crl"}) {
      if (reader.has(key)) {
        reader.complain(key, {"is of no use without tls_port", "give tls_port, or remove it"});
      }
    }
    return;
  }
  check_is_file(reader, "tls_certificate", tls.certificate);
  check_is_file(reader, "tls_key", tls.key);
  check_is_file(reader, "tls_client_ca", tls.client_ca);
  check_is_file(reader, "tls_client_crl", tls.client_crl);
  if (!tls.client_crl.empty() && tls.client_ca.empty()) {
    reader.complain("tls_client_crl",
                    {"revokes certificates, and clients are asked for none", "give tls_client_ca"});
  }
  const auto range = AddressRange::parse(fix.address);
  tls.demo = tls.certificate.empty();
  if (tls.demo && reader.has("tls_key")) {
    reader.complain("tls_key", {"has no certificate", "give tls_certificate"});
  } else if (tls.demo && range && !range->loopback_only()) {
    reader.complain("tls_port",
                    {"has no certificate, and " + fix.address + " is not loopback",
                     "give tls_certificate, or leave tls_port out"});
  }
  if (tls.key.empty()) {
    tls.key = tls.certificate;
  }
  if (tls.port != 0 && tls.port == fix.port) {
    reader.complain("tls_port",
                    {std::to_string(tls.port) + " is the plain FIX port", "give another one"});
  }
  fix.tls = std::move(tls);
}

void read_fix(SectionReader reader, FixConfig& fix, Files& files) {
  reader.ip_address("address", fix.address);
  reader.integer("port", fix.port, kPorts);
  read_tls(reader, fix);
  reader.require("sessions", "the file of the FIX sessions");
  reader.path("sessions", files.sessions);
  reader.require("credentials", "the file of the usernames and password hashes");
  reader.path("credentials", files.credentials);
  reader.require("dictionaries", "the folder of the FIX data dictionaries");
  reader.path("dictionaries", fix.dictionaries);
  std::error_code error;
  if (!fix.dictionaries.empty() && !std::filesystem::is_directory(fix.dictionaries, error)) {
    reader.complain("dictionaries",
                    {fix.dictionaries.string() + " is not a folder",
                     "name the folder fix_spec of the source tree, or a copy of it"});
  }
  constexpr IntegerRange kIoThreads{0, 64};
  reader.integer("io_threads", fix.io_threads, kIoThreads);
  read_limits(reader.section("limits"), fix.limits);
  reader.finish();
}

// Names as browsers send them in Host, where a port is not looked at.
void read_page_hosts(SectionReader& reader, std::vector<std::string>& hosts) {
  const std::string key = "page_hosts";
  reader.texts(key, hosts);
  for (const std::string& host : hosts) {
    const bool is_name = std::ranges::all_of(host, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '-';
    });
    if (host.empty() || !is_name) {
      reader.complain(key,
                      {"'" + host + "' is not a host's name",
                       "give a name or an IPv4 address, without a port"});
    }
  }
}

void read_http(SectionReader reader, const Config& others, HttpConfig& http) {
  reader.flag("enabled", http.enabled);
  reader.ip_address("address", http.address);
  reader.integer("port", http.port, kPorts);
  const MarketDataConfig& market_data = others.market_data;
  if (http.enabled && http.port != 0 && http.port == others.fix.port) {
    reader.complain("port", {std::to_string(http.port) + " is the FIX port", "give another one"});
  } else if (http.enabled && http.port != 0 && market_data.enabled &&
             (http.port == market_data.port || http.port == market_data.tls_port)) {
    reader.complain("port",
                    {std::to_string(http.port) + " is the market data port", "give another one"});
  }
  reader.flag("page", http.page);
  read_page_hosts(reader, http.page_hosts);
  reader.finish();
}

void read_clock(SectionReader reader, ClockConfig& clock) {
  reader.flag("require_synchronised", clock.require_synchronised);
  reader.finish();
}

void read_log(SectionReader reader, LogConfig& log) {
  reader.choice("level", log.level, kLogLevels);
  reader.path("file", log.file);
  std::error_code error;
  if (!log.file.empty() && !std::filesystem::is_directory(log.file.parent_path(), error)) {
    reader.complain("file",
                    {"the folder of " + log.file.string() + " is not there", "create the folder"});
  }
  reader.finish();
}

void read_four_eyes(SectionReader& reader, std::uint32_t& classes) {
  const std::string key = "four_eyes";
  std::vector<std::string> words;
  reader.texts(key, words);
  for (const std::string& word : words) {
    const auto* const known =
        std::ranges::find(kApprovalClasses, word, &Word<matching::ApprovalClass>::word);
    if (known == kApprovalClasses.end()) {
      std::vector<std::string> possible;
      for (const auto& entry : kApprovalClasses) {
        possible.emplace_back(entry.word);
      }
      reader.complain(key,
                      {"'" + word + "' is not known", "give some of " + comma_separated(possible)});
      continue;
    }
    const auto bit = static_cast<std::uint32_t>(known->value);
    if ((classes & bit) != 0) {
      reader.complain(key, {"'" + word + "' is there twice", "remove one of the two"});
    }
    classes |= bit;
  }
}

void read_exchange(SectionReader reader, ExchangeConfig& exchange, Files& files) {
  constexpr std::int64_t kMaxRequests = std::numeric_limits<std::uint32_t>::max();
  constexpr std::size_t kCurrencyLetters = 3;
  reader.text("currency", exchange.currency);
  const bool capitals =
      std::ranges::all_of(exchange.currency, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (exchange.currency.size() != kCurrencyLetters || !capitals) {
    reader.complain("currency",
                    {"'" + exchange.currency + "' is not a currency",
                     "give its three capital letters, as in EUR"});
  }
  reader.integer("max_requests_a_day", exchange.max_requests_a_day, {0, kMaxRequests});
  read_four_eyes(reader, exchange.four_eyes);
  reader.integer("stop_notice_s", exchange.stop_notice, {0, matching::kMaxStopNoticeS});
  reader.path("accounts", files.accounts);
  reader.finish();
}

Files read_gateway_file(SectionReader& reader, Config& config) {
  Files files;
  read_wal(reader.section("wal"), config.wal);
  read_reports(reader.section("reports"), config.reports);
  read_session_cache(reader.section("session_cache"), config.session_cache);
  read_rings(reader.section("rings"), config.rings);
  read_engine(reader.section("engine"), config.engine);
  read_fix(reader.section("fix"), config.fix, files);
  read_market_data(reader.section("market_data"), config.fix, config.market_data);
  read_http(reader.section("http"), config, config.http);
  read_cluster(reader.section("cluster"), config.cluster);
  read_clock(reader.section("clock"), config.clock);
  read_log(reader.section("log"), config.log);
  SectionReader trading_day = reader.section("trading_day");
  trading_day.time_of_day("end_utc", config.trading_day_end);
  trading_day.finish();
  read_exchange(reader.section("exchange"), config.exchange, files);
  SectionReader markets = reader.section("markets");
  markets.path("demo", files.markets);
  markets.finish();
  reader.finish();
  return files;
}

void read_other_files(const Files& files, Config& config, std::vector<Finding>& findings) {
  config.fix.credentials_file = files.credentials;
  const Credentials* known = nullptr;
  if (!files.credentials.empty()) {
    if (auto credentials = load_credentials(files.credentials, findings)) {
      config.credentials = *std::move(credentials);
      known = &config.credentials;
    }
  }
  if (!files.sessions.empty()) {
    const bool client_certificates = config.fix.tls && !config.fix.tls->client_ca.empty();
    config.sessions = load_sessions(files.sessions,
                                    {.credentials = known,
                                     .tls = config.fix.tls.has_value(),
                                     .market_data_tls = config.market_data.tls_port.has_value(),
                                     .client_certificates = client_certificates},
                                    findings);
  }
  if (!files.accounts.empty()) {
    config.listed_accounts = load_accounts(files.accounts, findings);
  }
  if (!files.markets.empty()) {
    config.markets = load_markets(files.markets, findings);
  }
}

}  // namespace

Config load_config(const std::filesystem::path& file, const Overrides& overrides) {
  std::vector<Finding> findings;
  Config config;
  if (auto table = load_toml(file, findings)) {
    put_overrides(*table, overrides);
    SectionReader reader{*table, file, findings};
    const Files files = read_gateway_file(reader, config);
    if (config.fix.tls && config.fix.tls->demo) {
      config.fix.tls->certificate = config.wal.root / "tls-demo.pem";
      config.fix.tls->key = config.fix.tls->certificate;
    }
    read_other_files(files, config, findings);
  }
  if (!findings.empty()) {
    throw ConfigError{std::move(findings)};
  }
  return config;
}

std::vector<AccountConfig> Config::accounts() const {
  std::map<std::string, AccountConfig> by_name;
  for (const AccountConfig& account : listed_accounts) {
    by_name.emplace(account.name, account);
  }
  for (const SessionConfig& session : sessions) {
    for (const std::string& name : session.accounts) {
      by_name.emplace(name, AccountConfig{.name = name});
    }
  }
  std::vector<AccountConfig> accounts;
  for (auto& [name, account] : by_name) {
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace betex::gateway
