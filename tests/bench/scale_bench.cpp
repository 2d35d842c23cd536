// What a large exchange costs, beside one of a tenth of its size: a log of so many events with so
// many sessions, markets, accounts and resting orders is made, betex-journal works on it, and the
// built gateway is started on it, without and with snapshots, from the disk and from memory. How
// long that takes, what disk and memory hold, what logons and orders take then. Nothing may grow
// faster than the size does.
//
// Both logs, one after the other, go into a new folder in FOLDER (default: the temporary folder),
// which should be on the disk that is meant, and are removed at the end. The last line is the
// figures as JSON (json_line.h).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <sys/resource.h>

#include "journal/format.h"
#include "journal/snapshot.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/conditions.h"
#include "tests/bench/json_line.h"
#include "tests/bench/scale_gateway.h"
#include "tests/bench/scale_log.h"
#include "tests/bench/session_name.h"
#include "tests/bench/trading_session.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kTimes = 10;  // as large as the other one
// The first one sends orders, the last one may be away, and the one before it asks for its orders.
constexpr int kLeastSessions = 3;
constexpr double kMiB = 1024 * 1024;
constexpr double kGiB = 1024 * kMiB;

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
};

struct Options {
  ScaleSize size;
  int round_trips = 2'000;
  bool alone = false;  // without the tenth
};

template <typename Count>
Count tenth(Count count, Count least) {
  return std::max(count / static_cast<Count>(kTimes), least);
}

ScaleSize tenth_of(const ScaleSize& size) {
  ScaleSize small = size;
  small.sessions = tenth(size.sessions, kLeastSessions);
  small.markets = tenth(size.markets, 1);
  small.accounts = tenth(size.accounts, small.sessions);
  small.orders = tenth<std::uint64_t>(size.orders, 1);
  small.events = tenth<std::uint64_t>(size.events, 1);
  return small;
}

double ms_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(static_cast<double>(values.size() - 1) * share)];
}

// Microseconds of each order to its durable New.
std::vector<double> round_trips(TradingSession& session, int count) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto begin = Steady::now();
    session.append_order({.symbol = kQuietRunner, .price = "2.04"});
    while (!session.flush()) {
    }
    while (session.receive_news(TradingSession::Wait::Yes) == 0) {
    }
    times.push_back(1'000 * ms_since(begin));
  }
  return times;
}

// Milliseconds until the account's open orders have been told, as its session asks for them.
double ask_for_orders(std::uint16_t port, const std::string& comp_id) {
  test::RawFixPeer peer{port, {.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"}};
  peer.send("A", "98=0|108=60|141=Y|553=" + comp_id + "|554=demo|1137=9|");
  static_cast<void>(peer.read_type("A"));
  const auto begin = Steady::now();
  peer.send("AF", "584=open|585=7|");
  while (peer.read().value(912) != "Y") {  // reports of before come first
  }
  return ms_since(begin);
}

class ScaleRun {
 public:
  ScaleRun(const Options& options, const ScaleSize& size, const std::filesystem::path& parent)
      : options_{options},
        size_{size},
        folder_{parent},
        gateway_{size,
                 static_cast<std::uint64_t>(options.round_trips),
                 folder_.path() / "config",
                 wal()} {}

  std::vector<Figure> measure() {
    fmt::print("{} sessions, {} markets, {} accounts, {} resting orders, {} events of {} days:\n",
               size_.sessions,
               size_.markets,
               size_.accounts,
               size_.orders,
               size_.events,
               size_.days);
    write_log();
    use_tools();
    start_without_snapshots();
    start_with_snapshots();
    trade();
    look_at_retention();
    start_again();
    take_snapshot();
    return std::move(figures_);
  }

 private:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  [[nodiscard]] double bytes_of(std::string_view name) const {
    return static_cast<double>(bytes_in(wal() / name));
  }

  void add(const std::string& name, double value, const std::string& unit) {
    fmt::print("  {:<64} {:>14.3f} {}\n", name, value, unit);
    std::fflush(stdout);
    figures_.push_back({.name = name, .value = value, .unit = unit});
  }

  void write_log() {
    const ScaleLogTold told = write_scale_log(size_, wal());
    fmt::print("  a log of {} events, {} orders, of which {} rest, and {} snapshots\n",
               told.events,
               told.orders,
               told.resting,
               told.snapshots);
    const auto events = static_cast<double>(told.events);
    add("making the log, in process and not synced, a million events",
        told.seconds / events * 1e6,
        "s");
    add("log on the disk, an event", bytes_of(journal::kSegmentsFolder) / events, "bytes");
    add("log on the disk", bytes_of(journal::kSegmentsFolder) / kGiB, "GiB");
    add("snapshots beside it", bytes_of(journal::kSnapshotsFolder) / kGiB, "GiB");
    add("a snapshot of the engine in memory", told.snapshot_seconds, "s");
    drop_from_memory(wal());  // also so that nothing is written beside what comes
  }

  void use_tools() {
    const std::string root = wal().string();
    add("betex-journal stat", seconds_of_tool({"stat", root}), "s");
    add("betex-journal verify --no-replay", seconds_of_tool({"verify", "--no-replay", root}), "s");
    add("betex-journal verify, with the snapshots", seconds_of_tool({"verify", root}), "s");
    add("betex-journal dump, all", seconds_of_tool({"dump", root}), "s");
    add("betex-journal dump --order", seconds_of_tool({"dump", "--order", "1", root}), "s");
    add("betex-journal statement",
        seconds_of_tool({"statement", "--account", scale_account(size_, 0), root}),
        "s");
    add("betex-journal export", seconds_of_tool({"export", root}), "s");
  }

  void start_without_snapshots() {
    const std::filesystem::path aside = folder_.path() / "snapshots";
    std::filesystem::rename(wal() / journal::kSnapshotsFolder, aside);
    add("start without a snapshot, until it listens", gateway_.start(), "s");
    gateway_.kill();
    std::filesystem::remove_all(wal() / journal::kSnapshotsFolder);
    std::filesystem::rename(aside, wal() / journal::kSnapshotsFolder);
  }

  void start_with_snapshots() {
    drop_from_memory(wal());
    add("start with snapshots, from the disk", gateway_.start(), "s");
    add("memory of its own, nobody on", gateway_.own_memory(), "MiB");
    add("session cache", gateway_.shared_memory(), "MiB");
  }

  void trade() {
    gateway_.wait_until_it_rests();
    add("open orders of an account, asked for by AF, until the last",
        ask_for_orders(gateway_.port(), session_name(size_.sessions - 2)),
        "ms");
    std::vector<std::unique_ptr<TradingSession>> on;
    std::vector<double> logons;
    const auto log_on = [&](int session) {
      const auto begin = Steady::now();
      on.push_back(std::make_unique<TradingSession>(gateway_.port(), session_name(session)));
      logons.push_back(ms_since(begin));
    };
    log_on(0);
    add_orders("an order, one session on", *on.front());
    const double before = gateway_.own_memory();
    for (int session = 1; session + 2 < size_.sessions; ++session) {
      log_on(session);
    }
    add("a session's logon, half", percentile(logons, 0.5), "ms");
    add("a session's logon, most", percentile(logons, 1), "ms");
    add("memory of its own, a session that is on",
        (gateway_.own_memory() - before) * 1024 /
            std::max<double>(1, size_.sessions - kLeastSessions),
        "KiB");
    add_orders("an order, all sessions on", *on.front());
    add("memory of its own, all on", gateway_.own_memory(), "MiB");
  }

  // A new segment was begun meanwhile, and with it what nobody needs was retired.
  void look_at_retention() {
    gateway_.kill();
    add("kept of the log, replay_days 7", bytes_of(journal::kSegmentsFolder) / kGiB, "GiB");
    add("retired", bytes_of(journal::kRetiredFolder) / kGiB, "GiB");
  }

  void add_orders(const std::string& name, TradingSession& session) {
    const std::vector<double> times = round_trips(session, options_.round_trips);
    add(name + ", p50", percentile(times, 0.5), "us");
    add(name + ", p99", percentile(times, 0.99), "us");
  }

  void start_again() {
    add("start with snapshots, after kill -9 with all on", gateway_.start(), "s");
    if (size_.away_days != 0) {  // what it asks for comes behind what it lacks
      add("who was away: from its logon to its last late report",
          ask_for_orders(gateway_.port(), session_name(size_.sessions - 1)) / 1'000,
          "s");
    }
    gateway_.kill();
  }

  // The last one: a gateway would not know whose reports are in it.
  void take_snapshot() {
    add("betex-journal snapshot, from the one before", seconds_of_tool({"snapshot", wal()}), "s");
    const auto newest = journal::list_snapshots(wal()).back();
    add("a snapshot's size",
        static_cast<double>(std::filesystem::file_size(journal::file_of_snapshot(wal(), newest))) /
            kMiB,
        "MiB");
  }

  const Options& options_;
  const ScaleSize size_;
  const test::TempFolder folder_;
  ScaleGateway gateway_;
  std::vector<Figure> figures_;
};

void tell(const std::vector<Figure>& figures, const std::vector<Figure>& of_tenth) {
  JsonLine line{"scale_bench"};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    if (of_tenth.empty()) {
      line.add(figure.name, figure.value, figure.unit);
      continue;
    }
    fmt::print("{:<66} {:>14.3f} {:<5} {:>14.3f} {:>8.2f}\n",
               figure.name,
               figure.value,
               figure.unit,
               of_tenth[i].value,
               of_tenth[i].value == 0 ? 0.0 : figure.value / of_tenth[i].value);
    line.add(
        figure.name, figure.value, figure.unit, Beside{"a tenth of the size", of_tenth[i].value});
  }
  line.print();
}

// This process and the gateway have a connection for each session.
void take_all_descriptors() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
  }
}

void check(const ScaleSize& size) {
  if (size.accounts < size.sessions) {
    throw CLI::ValidationError{"--accounts", "each session needs one"};
  }
  if (size.events < least_events(size)) {
    throw CLI::ValidationError{
        "--events",
        "so many markets and accounts need " + std::to_string(least_events(size)) + " at least"};
  }
}

void run(const Options& options, const std::filesystem::path& folder) {
  check(options.size);
  const ScaleSize small = tenth_of(options.size);
  if (!options.alone) {
    check(small);
  }
  take_all_descriptors();
  print(conditions_of(folder));
  std::vector<Figure> of_tenth;
  if (!options.alone) {
    of_tenth = ScaleRun{options, small, folder}.measure();
  }
  const std::vector<Figure> figures = ScaleRun{options, options.size, folder}.measure();
  tell(figures, of_tenth);
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  CLI::App app{"What a large exchange costs, beside one of a tenth of its size.", "scale_bench"};
  betex::bench::Options options;
  betex::bench::ScaleSize& size = options.size;
  std::string folder = std::filesystem::temp_directory_path();
  bool smoke = false;
  app.add_option("folder", folder, "Where the logs go")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option("--sessions", size.sessions)
      ->check(CLI::Range(betex::bench::kLeastSessions, 9'999))
      ->capture_default_str();
  app.add_option("--markets", size.markets, "That are open at a time")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--accounts", size.accounts)
      ->check(CLI::Range(betex::bench::kLeastSessions, 10'000'000))
      ->capture_default_str();
  app.add_option("--orders", size.orders, "That rest at a time")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--events", size.events, "Of the log")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
      ->capture_default_str();
  app.add_option("--days", size.days, "Of journaled time")
      ->check(CLI::Range(8, 10'000))
      ->capture_default_str();
  app.add_option("--away-days", size.away_days, "Since when the last session is away")
      ->check(CLI::Range(0, 7))
      ->capture_default_str();
  app.add_option("--round-trips", options.round_trips, "Of orders, each time")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_flag("--alone", options.alone, "Without the tenth");
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(app, argc, argv, [&] {
    if (smoke) {
      size = {.sessions = 30, .markets = 20, .accounts = 60, .orders = 200, .events = 20'000};
      options.round_trips = 20;
    }
    betex::bench::run(options, folder);
  });
}
