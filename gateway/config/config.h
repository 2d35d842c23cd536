// The gateway's whole configuration as plain values: loaded once, checked as a whole, never changed
// after. What may be written in the files, and why, stands in config/ beside the values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fix_spec/dialect.h"
#include "gateway/config/address_range.h"
#include "gateway/config/config_error.h"
#include "gateway/config/credentials.h"
#include "gateway/config/reset_schedule.h"
#include "matching/commands.h"
#include "matching/engine_capacity.h"

namespace betex::gateway {

// LMDB forbids remote file systems; Accept is for those who know better of theirs.
enum class RemoteFileSystems : std::uint8_t { Refuse, Accept };

// Which segments of the log are moved to retired/: all that neither a start nor a client needs; or
// of these only what lies at or below the watermark, which operators move (MoveWatermark).
enum class Retire : std::uint8_t { WhenUnneeded, UpToWatermark };

struct WalConfig {
  std::filesystem::path root;
  std::uint64_t max_segment_events = 5000;  // about: the batch that gets there is the last one
  std::uint64_t segment_map_size_bytes = std::uint64_t{2} << 30;
  std::uint64_t low_disk_bytes = std::uint64_t{1} << 30;  // with less free, new orders are refused
  std::uint64_t snapshot_every_events = 1'000'000;        // 0: no snapshots are taken
  Retire retire = Retire::WhenUnneeded;
  RemoteFileSystems remote_file_systems = RemoteFileSystems::Refuse;
  std::filesystem::path witness;  // a file outside of root that says how far it was; empty: none
};

struct ReportsConfig {
  // Reports that were told can be told again for so long (ApplicationMessageRequest, BW): the log
  // is kept for it. 0: as long as it is kept for other reasons.
  std::chrono::days replay_days{7};
};

// Where the session cache's file is made. Auto: in /dev/shm where it fits there, else in WAL_ROOT.
enum class CachePlacement : std::uint8_t { Auto, WalRoot };

struct SessionCacheConfig {
  CachePlacement place = CachePlacement::Auto;
  std::uint64_t size_bytes = 0;  // of a file that is made anew; 0: by the number of sessions
};

// How the stages wait for work. Block spins a little, then sleeps: an idle gateway takes no CPU.
enum class WaitMode : std::uint8_t { BusySpin, Yield, Block };

// How the stages (match, journal, report) are run: on one thread, which wakes fewer threads for a
// round trip, or on one each. Auto: one each from six processors on.
enum class StageThreads : std::uint8_t { Auto, Shared, Separate };

struct RingsConfig {
  std::size_t command_slots = 32768;  // powers of two
  std::size_t event_slots = 32768;
  std::size_t arena_bytes = std::size_t{64} << 20;
  WaitMode wait_strategy = WaitMode::Block;
  StageThreads stage_threads = StageThreads::Auto;
};

// What the field table of a message has room for (fix::FieldTable).
inline constexpr std::size_t kMaxMessageFields = 512;

struct FixLimits {
  std::size_t message_bytes = 16384;
  std::size_t fields = kMaxMessageFields;
  std::size_t outbound_queue_bytes = std::size_t{4} << 20;  // per session; past it, disconnected
  std::chrono::milliseconds logon_deadline{5000};
  std::size_t connections = 1000;
  std::size_t connections_per_address = 100;  // of an IPv6 address: of its /64
  std::size_t connections_before_logon = 500;
  std::chrono::seconds sending_time_tolerance{120};
};

// PEM files.
struct TlsConfig {
  std::uint16_t port = 9881;  // 0: any free one
  std::filesystem::path certificate;
  std::filesystem::path key;         // may be in the certificate's file
  std::filesystem::path client_ca;   // empty: clients are not asked for certificates
  std::filesystem::path client_crl;  // empty: none is revoked
  bool demo = false;  // the certificate is the gateway's own, self-signed, made where it is missing
};

struct FixConfig {
  std::string address = "127.0.0.1";  // an IP address, no name
  std::uint16_t port = 9880;          // 0: any free one
  std::optional<TlsConfig> tls;
  std::filesystem::path credentials_file;  // what is in it: Config::credentials
  std::filesystem::path dictionaries;
  std::uint32_t io_threads = 0;  // 0: as the number of processors suggests
  FixLimits limits;
};

// What a market data session may have at a time, and when it counts as one that reads slowly.
struct MarketDataSessionLimits {
  std::size_t sessions = 500;  // on at a time, all together
  std::uint32_t instruments_per_session = 1000;
  std::uint32_t requests = 100;           // live MarketDataRequests(V)
  std::uint32_t requests_a_second = 20;   // of a session
  std::size_t slow_bytes = 256U << 10U;   // more unsent: it gets images in place of what it misses
  std::size_t normal_bytes = 64U << 10U;  // less: it gets them

  friend bool operator==(const MarketDataSessionLimits&, const MarketDataSessionLimits&) = default;
};

struct MarketDataConfig {
  bool enabled = true;
  std::string address = "127.0.0.1";      // where the file says nothing, FixConfig's
  std::uint16_t port = 9883;              // 0: any free one
  std::optional<std::uint16_t> tls_port;  // by the files of FixConfig::tls; 0: any free one
  MarketDataSessionLimits limits;
};

struct HttpConfig {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 9882;            // 0: any free one
  bool page = true;                     // there is the live page, for this machine alone
  std::vector<std::string> page_hosts;  // names that it is served under, besides loopback's
};

// Single: this machine alone. SharedDisk: the log's folder is on storage that several machines
// have, and an external lease says who writes. Replicated: a majority of machines has each event
// before it is told; every node has a journal of its own.
enum class ClusterMode : std::uint8_t { Single, SharedDisk, Replicated };

// Who gives the lease. Kubernetes: a Lease object; for SharedDisk only.
enum class LeaseAuthority : std::uint8_t { Etcd, Kubernetes };

struct EtcdConfig {
  std::vector<std::string> endpoints;  // http://HOST:PORT or https://HOST:PORT
  std::filesystem::path ca;            // PEM; empty: the system's
  std::filesystem::path certificate;   // this node's, PEM; empty: none
  std::filesystem::path key;           // PEM
  std::string user;                    // empty: nobody logs on
  std::filesystem::path password_file;
};

struct KubernetesConfig {
  std::string api = "https://kubernetes.default.svc";
  std::string lease;  // "NAMESPACE/NAME" of a coordination.k8s.io/v1 Lease
  std::filesystem::path token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  std::filesystem::path ca = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
};

struct ClusterConfig {
  ClusterMode mode = ClusterMode::Single;
  std::string node;            // this one's name: of all nodes of the cluster no other has it
  std::string shard = "main";  // of the store's keys: /betex/SHARD/
  LeaseAuthority authority = LeaseAuthority::Etcd;
  EtcdConfig etcd;
  KubernetesConfig kubernetes;
  std::chrono::seconds lease_ttl{2};            // 5 for SharedDisk
  std::chrono::milliseconds lease_margin{500};  // 1500 for SharedDisk
  std::chrono::milliseconds request_timeout{1000};
  std::string fence_command;  // SharedDisk: run with the old and the new epoch; 0 or no start
  std::string seed_command;   // Replicated: brings what the log does not keep; empty: none
  std::size_t append_bytes = 262'144;
  std::uint64_t window_slots = 262'144;
  std::uint64_t window_bytes = std::uint64_t{512} << 20;
  std::uint64_t etcd_quota_bytes = std::uint64_t{4} << 30;  // as etcd is run with
  std::chrono::milliseconds stall_unready{2'000};
  std::chrono::milliseconds stall_exit{10'000};
  std::chrono::milliseconds max_clock_lead{1'000};
};

struct ClockConfig {
  bool require_synchronised = false;  // a start waits until the kernel calls the clock so
};

enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error, Critical, Off };

struct LogConfig {
  LogLevel level = LogLevel::Info;
  std::filesystem::path file;  // empty: stderr
};

using fix::FixVersion;
using fix::SessionRole;

// One FIX session, named by its counterparty's CompID. CompIDs and accounts fit matching::Name.
struct SessionConfig {
  FixVersion version = FixVersion::Fixt11;
  std::string sender_comp_id;  // ours
  std::string target_comp_id;  // the client's: its SenderCompID(49)
  bool require_tls = false;    // on the plain port it is not let in
  LogonProof proof = LogonProof::Password;
  std::string username;          // Username(553), a name in Config::credentials
  std::string certificate_name;  // the common name of its certificate
  SessionRole role = SessionRole::Broker;
  // Broker: the accounts it may trade for, the first one when an order names none. DropCopy: the
  // accounts whose reports it gets. Ops, MarketData: empty.
  std::vector<std::string> accounts;
  std::chrono::seconds min_heartbeat{5};  // HeartBtInt(108) must lie within
  std::chrono::seconds max_heartbeat{60};
  bool reset_allowed = false;                   // ResetSeqNumFlag(141)=Y
  bool cancel_on_disconnect = false;            // where the Logon does not say, by 8013
  std::chrono::seconds cancel_grace{10};        // from the loss of the session to that cancel
  std::optional<ResetSchedule> reset_schedule;  // none: its numbers never begin again by the clock
  std::vector<AddressRange> allow_from;         // never empty
  // Of application messages but cancels; 0: no limit. So many at once after a rest.
  std::uint32_t max_messages_per_second = 0;
  std::uint32_t message_burst = 1;
};

// What is said of the exchange. The first two count once, at the first start on an empty WAL.
struct ExchangeConfig {
  std::string currency = "EUR";          // ISO 4217: of all amounts
  std::uint32_t max_requests_a_day = 0;  // of operators; 0: no limit
  // The classes of requests that a second operator has to approve: the sum of
  // matching::ApprovalClass.
  std::uint32_t four_eyes = 0;
  std::chrono::seconds stop_notice{0};  // from SIGTERM to the stop; 0: it stops at once
};

// What an account begins with: one that the journal knows already is never changed. Amounts are in
// the exchange's currency.
struct AccountConfig {
  std::string name;
  matching::AccountKind kind = matching::AccountKind::Unlimited;
  matching::Decimal balance;
  matching::Decimal credit;
  matching::Decimal exposure_limit;  // 0: none, as with the two below
  matching::Decimal market_exposure_limit;
  std::uint32_t max_open_orders = 0;
  std::uint32_t commission_discount_bp = 0;
};

// A market that is created and opened at the first start on an empty WAL.
struct MarketConfig {
  std::string name;
  matching::MarketKind kind = matching::MarketKind::ExchangeOdds;
  matching::LadderKind ladder = matching::LadderKind::Classic;
  std::vector<std::string> instruments;  // runners; empty for a binary market
  std::uint32_t winners = 1;
  matching::Decimal min_quantity;   // 0: one quantity step
  matching::Decimal quantity_step;  // 0: one minor unit or one contract
  std::uint32_t commission_bp = 0;
  std::uint32_t bet_delay_ms = 0;
};

struct Config {
  WalConfig wal;
  ReportsConfig reports;
  SessionCacheConfig session_cache;
  RingsConfig rings;
  matching::EngineCapacity engine;  // beyond what the log brings; 0: as it comes
  FixConfig fix;
  MarketDataConfig market_data;
  HttpConfig http;
  ClusterConfig cluster;
  ClockConfig clock;
  LogConfig log;
  std::chrono::seconds trading_day_end{0};  // after midnight UTC; counts on an empty WAL only
  ExchangeConfig exchange;
  std::vector<AccountConfig> listed_accounts;  // in the accounts file
  std::vector<SessionConfig> sessions;
  Credentials credentials;
  std::vector<MarketConfig> markets;  // empty: start without any

  // The listed accounts, and those that a session trades for or listens to without their being
  // listed, which are unlimited; sorted by name.
  [[nodiscard]] std::vector<AccountConfig> accounts() const;
};

// What the command line sets over the file. Paths are relative to the working directory.
struct Overrides {
  std::optional<std::filesystem::path> wal_root;
  std::optional<std::uint16_t> fix_port;
  std::optional<std::uint16_t> tls_port;
  std::optional<std::uint16_t> market_data_port;  // turns market data on
  std::optional<std::uint16_t> http_port;         // turns HTTP on
  std::optional<std::uint64_t> max_segment_events;
  std::optional<std::uint32_t> stop_notice_s;
  std::optional<std::string> cluster_node;
};

// Reads `file` and all that it names, puts `overrides` on top and checks the result. Paths in a
// file are relative to it. Throws ConfigError with everything that is wrong.
[[nodiscard]] Config load_config(const std::filesystem::path& file, const Overrides& overrides);

// Settings that are allowed and probably not meant, one line each, for the log at the start. What
// the journal's settings mean for its segments is journal::sizing_warning()'s.
[[nodiscard]] std::vector<std::string> warnings(const Config& config);

// All values in force as text, secrets masked.
[[nodiscard]] std::string print(const Config& config);

}  // namespace betex::gateway
