#include "tests/sim/gateway/exchange_config.h"

#include <fstream>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

namespace betex::sim {
namespace {

// Of kPassword, with this salt.
constexpr std::string_view kHash =
    "sha256:000102030405060708090a0b0c0d0e0f:"
    "ccd9ed36c404ed46cf6145c2019f725396ef62724c2f0d89b41a6ac20a4d37f7";

// Rings, segments, caches and queues are as small as they may be, so that they fill.
std::string gateway_text(const ExchangeShape& shape, const std::filesystem::path& dictionaries) {
  std::string text = fmt::format(
      R"([wal]
root = "wal"
max_segment_events = {}
segment_map_size_bytes = 1_048_576
snapshot_every_events = {}
low_disk_bytes = 4_194_304

[reports]
replay_days = 0

[rings]
command_slots = 512
event_slots = 64
arena_bytes = 1_048_576

[fix]
address = "127.0.0.1"
port = {}
sessions = "sessions.cfg"
credentials = "credentials"
dictionaries = "{}"
io_threads = 1

[fix.limits]
connections = 64
outbound_queue_bytes = 65_536

[market_data]
port = {}

[market_data.limits]
slow_bytes = 16_384

[http]
enabled = false

[log]
level = "off"

[exchange]
accounts = "accounts.toml"
four_eyes = [{}]

[markets]
demo = "markets.toml"
)",
      shape.many_snapshots ? 40 : 200,
      shape.many_snapshots ? 25 : 300,
      shape.fix_port,
      std::filesystem::absolute(dictionaries).string(),
      shape.market_data_port,
      shape.four_eyes ? "\"funds\"" : "");
  if (!shape.node.empty()) {  // the store of its lease is a simulated one, at no address
    text += fmt::format(
        R"(
[cluster]
mode = "shared-disk"
node = "{}"
etcd = ["http://127.0.0.1:2379"]
)",
        shape.node);
  }
  return text;
}

struct SessionText {
  std::string comp_id;
  fix::FixVersion version = fix::FixVersion::Fixt11;
  std::string_view role;
  std::string more;
};

std::vector<SessionText> sessions_of(const ExchangeShape& shape) {
  std::vector<SessionText> sessions;
  std::string accounts;
  for (unsigned i = 1; i <= shape.traders; ++i) {
    const std::string name = trader_name(i);
    // Each third one has its orders cancelled when it is off for longer than this.
    const std::string_view on_disconnect =
        i % 3 == 0 ? "CancelOnDisconnect=Y\nCancelOnDisconnectGrace=2\n" : "";
    sessions.push_back({.comp_id = name,
                        .version = version_of_trader(i),
                        .role = "Broker",
                        .more = fmt::format("Accounts={}\n{}", name, on_disconnect)});
    accounts += (accounts.empty() ? "" : ", ") + name;
  }
  for (const std::string_view name : {kOperator, kSecondOperator}) {
    sessions.push_back({.comp_id = std::string{name}, .role = "Ops", .more = {}});
  }
  sessions.push_back({.comp_id = std::string{kDropCopy},
                      .role = "DropCopy",
                      .more = fmt::format("Accounts={}\n", accounts)});
  for (unsigned i = 1; i <= shape.watchers; ++i) {
    sessions.push_back({.comp_id = watcher_name(i), .role = "MarketData", .more = {}});
  }
  return sessions;
}

std::string sessions_text(const ExchangeShape& shape) {
  std::string text = fmt::format(
      "[DEFAULT]\nSenderCompID={}\nDefaultApplVerID=9\nResetAllowed=Y\nAllowFrom=127.0.0.1\n",
      kExchange);
  for (const SessionText& session : sessions_of(shape)) {
    text += fmt::format("[SESSION]\nBeginString={}\nTargetCompID={}\nRole={}\n{}",
                        session.version == fix::FixVersion::Fix44 ? "FIX.4.4" : "FIXT.1.1",
                        session.comp_id,
                        session.role,
                        session.more);
  }
  return text;
}

std::string credentials_text(const ExchangeShape& shape) {
  std::string text;
  for (const SessionText& session : sessions_of(shape)) {
    text += fmt::format("{}:{}\n", session.comp_id, kHash);
  }
  return text;
}

// Little money for some, so that orders are refused for want of it and of room below limits.
std::string accounts_text(const ExchangeShape& shape) {
  constexpr std::array<std::string_view, 4> kTerms{
      "balance = \"10000.00\"\ncredit = \"500.00\"\ncommission_discount_bp = 1000\n",
      "balance = \"2500.00\"\nmarket_exposure_limit = \"800.00\"\n",
      "balance = \"6000.00\"\nexposure_limit = \"2000.00\"\n",
      "balance = \"10000.00\"\nmax_open_orders = 12\n"};
  std::string text;
  for (unsigned i = 1; i <= shape.traders; ++i) {
    text += fmt::format("[[account]]\nname = \"{}\"\nkind = \"collateralised\"\n{}",
                        trader_name(i),
                        kTerms[(i - 1) % kTerms.size()]);
  }
  return text;
}

constexpr std::string_view kMarkets = R"([[market]]
name = "MATCH"
kind = "odds"
ladder = "Classic"
instruments = ["MATCH.HOME", "MATCH.DRAW", "MATCH.AWAY"]
commission_bp = 200

[[market]]
name = "CUP"
kind = "odds"
ladder = "Finest"
instruments = ["CUP.RED", "CUP.BLUE"]
commission_bp = 500
bet_delay_ms = 1000

[[market]]
name = "RAIN"
kind = "binary"
ladder = "LinearCent"

[[market]]
name = "RATE"
kind = "binary"
ladder = "DeciCent"
commission_bp = 100
)";

void write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream stream{file, std::ios::binary | std::ios::trunc};
  stream << text;
  if (!stream.flush()) {
    throw std::runtime_error{"cannot write " + file.string()};
  }
}

}  // namespace

std::string trader_name(unsigned number) {
  return "T" + std::to_string(number);
}

fix::FixVersion version_of_trader(unsigned number) noexcept {
  return number % 2 != 0 ? fix::FixVersion::Fixt11 : fix::FixVersion::Fix44;
}

std::string watcher_name(unsigned number) {
  return "MD" + std::to_string(number);
}

void write_exchange_files(const std::filesystem::path& folder,
                          const ExchangeShape& shape,
                          const std::filesystem::path& dictionaries) {
  write(folder / "gateway.toml", gateway_text(shape, dictionaries));
  write(folder / "sessions.cfg", sessions_text(shape));
  write(folder / "credentials", credentials_text(shape));
  write(folder / "accounts.toml", accounts_text(shape));
  write(folder / "markets.toml", kMarkets);
}

gateway::Config load_exchange(const std::filesystem::path& folder,
                              const std::filesystem::path& disk) {
  gateway::Overrides overrides;
  overrides.wal_root = log_folder(disk);
  return gateway::load_config(folder / "gateway.toml", overrides);
}

std::filesystem::path log_folder(const std::filesystem::path& disk) {
  return disk / "wal";
}

std::filesystem::path cache_folder_in(const std::filesystem::path& memory) {
  return memory / "cache";
}

}  // namespace betex::sim
