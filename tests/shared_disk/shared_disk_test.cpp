// Two gateways on one WAL, of which a lease of etcd says who writes: as two machines with a disk
// that both have. The writer is killed, stopped, and made to stand still for longer than its lease
// at each step of what it writes; when it goes on another one leads, and nothing that it does then
// is acknowledged, or makes the log unreadable. The clients' own records and the journal agree.
//
// BETEX_SHARED_DISK_SEED=N repeats a run's random choices; BETEX_LONG=1 changes leaders ten times
// as often. Both nodes are on one machine, so what two kernels that share a disk do to each other
// is not tested.
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "journal/environment_pool.h"
#include "journal/format.h"
#include "journal/journal_reader.h"
#include "journal/segment_catalog.h"
#include "tests/crash/crash_traders.h"
#include "tests/crash/journal_account.h"
#include "tests/support/environment.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/failover_pair.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/preload.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kMost = 120s;  // for what must happen, on a busy machine
constexpr int kNoLongerWriter = 69;
constexpr std::uint64_t kSomeEvents = 500;
constexpr std::array kNames{"a", "b"};
constexpr int kChanges = 6;
constexpr int kTimesWhenLong = 10;

// The port in the last line that says "listening fix=PORT"; none: it does not listen.
std::optional<std::uint16_t> listening_port(const std::string& output) {
  constexpr std::string_view kSays = "listening fix=";
  const std::size_t found = output.rfind(kSays);
  if (found == std::string::npos || output.find('\n', found) == std::string::npos) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  const char* const begin = output.data() + found + kSays.size();
  std::from_chars(begin, output.data() + output.size(), port);
  return port;
}

// By SIGSTOP, all of its threads.
bool is_stopped(const ChildProcess& process) {
  const std::string text = content_of("/proc/" + std::to_string(process.pid()) + "/stat");
  const std::size_t end = text.rfind(')');
  return end != std::string::npos && text.substr(end, 3) == ") T";
}

class SharedDiskTest : public testing::Test {
 protected:
  SharedDiskTest()
      : seed_{number_from_environment("BETEX_SHARED_DISK_SEED", std::random_device{}())},
        random_{seed_} {
    std::cout << "BETEX_SHARED_DISK_SEED=" << seed_ << "\n";
    for (const char* comp_id : {"BROKER1", "BROKER2", "BROKER3"}) {
      traders_.add(comp_id, random_(), "");
    }
  }

  void SetUp() override {
    if (!etcd_is_installed()) {
      ASSERT_EQ(std::getenv("CI"), nullptr) << "etcd is not installed; the package is etcd-server";
      GTEST_SKIP() << "etcd is not installed";
    }
    etcd_ = std::make_unique<EtcdCluster>(EtcdOptions{.members = 1});
    configure({});
  }

  // The shipped gateway.toml with these changes, for both nodes.
  void configure(const std::vector<ConfigChange>& changes) {
    const std::filesystem::path folder =
        folder_.path() / ("config-" + std::to_string(++configurations_));
    config_ = changed_config(folder, changes);
    write_cluster(config_,
                  {"mode = \"shared-disk\"",
                   "node = \"nobody\"",
                   "etcd = [\"" + etcd_->endpoints().front() + "\"]",
                   "lease_ttl_s = 2",
                   "lease_margin_ms = 500"});
  }

  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  void start(std::size_t node, const std::vector<std::string>& environment = {}) {
    const std::vector<std::string> command = gateway_command(
        wal(),
        {"--config", config_.string(), "--max-segment-events", "100", "--node", kNames.at(node)});
    nodes_.at(node) = std::make_unique<ChildProcess>(in_environment(environment, command));
  }

  // It stops itself at this place, once the test has armed it.
  void start_pausing(std::size_t node, const std::string& place) {
    start(node,
          preloading(BETEX_PAUSE_SHIM,
                     {"BETEX_PAUSE_AT=" + place, "BETEX_PAUSE_ARMED=" + armed().string()}));
  }

  [[nodiscard]] std::filesystem::path armed() const { return folder_.path() / "armed"; }

  void arm() const { std::ofstream{armed()} << "\n"; }

  [[nodiscard]] ChildProcess& process(std::size_t node) { return *nodes_.at(node); }

  // Throws, with what all nodes have said, where it does not become so.
  void wait_until(const std::string& what, const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kMost;
    while (!done()) {
      if (std::chrono::steady_clock::now() >= deadline) {
        std::string said = "it did not come about that " + what;
        for (std::size_t node = 0; node < nodes_.size(); ++node) {
          if (nodes_[node]) {
            said += std::string{"\nnode "} + kNames.at(node) + " says:\n" +
                    nodes_[node]->standard_error();
          }
        }
        throw std::runtime_error{said};
      }
      std::this_thread::sleep_for(5ms);
    }
  }

  void wait_for_leader(std::size_t node) {
    wait_until(std::string{kNames.at(node)} + " leads", [&] {
      return process(node).ended() || listening_port(process(node).standard_output());
    });
    const auto port = listening_port(process(node).standard_output());
    if (!port || process(node).ended()) {
      throw std::runtime_error{std::string{"node "} + kNames.at(node) + " has ended:\n" +
                               process(node).standard_error()};
    }
    traders_.address().port = *port;
  }

  void wait_for_standby(std::size_t node) {
    wait_until(std::string{kNames.at(node)} + " stands by",
               [&] { return process(node).standard_output().starts_with("standing by"); });
    EXPECT_FALSE(listening_port(process(node).standard_output()));
  }

  // Where the newest segment begins.
  [[nodiscard]] std::uint64_t events() const {
    const auto segments = journal::list_segments(wal() / journal::kSegmentsFolder);
    return segments.empty() ? 0 : segments.back().first_seq.value();
  }

  void wait_for_trades() {
    const std::uint64_t before = events();
    wait_until("clients trade", [&] { return events() >= before + kSomeEvents; });
  }

  // The clients are told everything by the node that leads.
  void settle() {
    traders_.stop();
    traders_.settle(traders_.address().port);
  }

  // What the clients were told is what the journal has. All nodes have ended.
  void expect_agreement() {
    const JournalAccount journal = read_journal(wal());
    const Told told = traders_.expect_agreement(journal);
    EXPECT_TRUE(journal.sums_up) << "money came from nowhere, or went there";
    std::cout << told.reports << " execution reports, " << journal.transactions
              << " transactions\n";
  }

  // From the oldest segment that is there to the end.
  void expect_readable() {
    const auto segments = journal::list_segments(wal() / journal::kSegmentsFolder);
    ASSERT_FALSE(segments.empty());
    journal::EnvironmentPool pool;
    journal::JournalReader reader{wal(), pool, segments.front().first_seq};
    std::uint64_t transactions = 0;
    while (reader.next()) {
      ++transactions;
    }
    EXPECT_GT(transactions, 0U);
  }

  [[nodiscard]] int end_of(std::size_t node) { return process(node).wait(kMost); }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  TempFolder folder_;
  std::unique_ptr<EtcdCluster> etcd_;
  std::filesystem::path config_;
  int configurations_ = 0;
  std::array<std::unique_ptr<ChildProcess>, 2> nodes_;
  CrashTraders traders_;
};

TEST_F(SharedDiskTest, OfTwoThatStartOneLeadsAndTheOtherOneWaits) {
  start(0);
  start(1);
  wait_until("one of them leads", [&] {
    return listening_port(process(0).standard_output()) ||
           listening_port(process(1).standard_output());
  });
  const std::size_t leader = listening_port(process(0).standard_output()) ? 0 : 1;
  wait_for_standby(1 - leader);
  process(1 - leader).signal(SIGTERM);
  EXPECT_EQ(end_of(1 - leader), 0) << process(1 - leader).standard_error();
  process(leader).signal(SIGTERM);
  EXPECT_EQ(end_of(leader), 0) << process(leader).standard_error();
}

struct Row {
  std::string place;
  bool by_stopping = false;  // the writer is asked to stop, which is how it comes there
  std::vector<ConfigChange> changes = {};
  bool with_snapshots = false;  // the successor may begin with one, in place of its own state
  bool all_is_kept = true;      // of the log: what was told can be held against it
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.place;
}

class ZombieTest : public SharedDiskTest, public testing::WithParamInterface<Row> {};

TEST_P(ZombieTest, WhatItDoesAfterTheTakeoverHarmsNothing) {
  const Row& row = GetParam();
  configure(row.changes);
  start_pausing(0, row.place);
  wait_for_leader(0);
  start(1);
  wait_for_standby(1);
  // Who stays proves what was delivered: the log need not be kept for it.
  traders_.address().staying = row.with_snapshots;
  traders_.start();
  wait_for_trades();

  arm();
  if (row.by_stopping) {
    process(0).signal(SIGTERM);
  }
  wait_until("the writer stands still", [&] { return is_stopped(process(0)); });
  traders_.address().port = 0;
  traders_.address().staying = false;
  wait_for_leader(1);
  wait_for_trades();
  process(0).signal(SIGCONT);
  const int code = end_of(0);
  if (row.by_stopping) {  // all that it had to do was done, but for a file that others write, too
    EXPECT_TRUE(code == kNoLongerWriter || code == 0) << code;
  } else {
    EXPECT_EQ(code, kNoLongerWriter) << process(0).standard_error();
  }
  if (!row.with_snapshots) {
    EXPECT_NE(process(1).standard_error().find("recovery goes on from the standby's state"),
              std::string::npos)
        << process(1).standard_error();
  }

  wait_for_trades();
  settle();
  process(1).signal(SIGTERM);
  EXPECT_EQ(end_of(1), 0) << process(1).standard_error();
  expect_readable();
  if (row.all_is_kept) {
    expect_agreement();
  }

  start(0);
  wait_for_leader(0);
  process(0).signal(SIGTERM);
  EXPECT_EQ(end_of(0), 0) << process(0).standard_error();
  expect_readable();
}

const ConfigChange kSnapshots{.shipped = "snapshot_every_events = 1_000_000",
                              .value = "snapshot_every_events = 300"};
const ConfigChange kNoReplay{.shipped = "replay_days = 7", .value = "replay_days = 0"};

INSTANTIATE_TEST_SUITE_P(Table,
                         ZombieTest,
                         testing::Values(Row{.place = "before-commit"},
                                         Row{.place = "after-commit"},
                                         Row{.place = "before-segment"},
                                         Row{.place = "before-epoch", .by_stopping = true},
                                         Row{.place = "before-snapshot",
                                             .changes = {kSnapshots},
                                             .with_snapshots = true},
                                         Row{.place = "before-retire",
                                             .changes = {kSnapshots, kNoReplay},
                                             .with_snapshots = true,
                                             .all_is_kept = false}),
                         [](const auto& parameter) {
                           std::string name = parameter.param.place;
                           std::erase(name, '-');
                           return name;
                         });

// Killed, stopped, and made to stand still at any moment, again and again: whoever has ended comes
// back and stands by.
TEST_F(SharedDiskTest, NothingIsLostHoweverOftenTheLeaderChanges) {
  const int changes = is_long_run() ? kChanges * kTimesWhenLong : kChanges;
  start(0);
  wait_for_leader(0);
  std::size_t leader = 0;
  traders_.start();
  for (int change = 0; change < changes && !HasFailure(); ++change) {
    const std::size_t next = 1 - leader;
    start(next);
    wait_for_standby(next);
    wait_for_trades();
    ChildProcess& before = process(leader);
    switch (change % 3) {
      case 0:
        before.signal(SIGSTOP);
        traders_.address().port = 0;
        wait_for_leader(next);
        before.signal(random_() % 2 == 0 ? SIGTERM : SIGCONT);  // a stop waits until it goes on
        before.signal(SIGCONT);
        EXPECT_EQ(end_of(leader), kNoLongerWriter) << before.standard_error();
        break;
      case 1:
        before.signal(SIGKILL);
        traders_.address().port = 0;
        EXPECT_EQ(end_of(leader), -SIGKILL);
        wait_for_leader(next);
        break;
      default:
        traders_.address().port = 0;
        before.signal(SIGTERM);
        EXPECT_EQ(end_of(leader), 0) << before.standard_error();
        wait_for_leader(next);
        break;
    }
    leader = next;
  }
  wait_for_trades();
  settle();
  process(leader).signal(SIGTERM);
  EXPECT_EQ(end_of(leader), 0) << process(leader).standard_error();
  expect_readable();
  expect_agreement();
}

}  // namespace
}  // namespace betex::test
