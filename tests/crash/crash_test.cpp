// kill -9 at random moments under load, and at chosen calls, again and again: every acknowledged
// order is there, none is lost, none acts twice, every payment of a settlement is made and told
// once, and the clients' own records, the gateway's answers and the journal agree. Before every
// tenth kill the session cache is void as well, and what is told again is marked so and says the
// same.
//
// BETEX_CRASH_SEED=N repeats a run's random choices; BETEX_LONG=1 kills ten times as often.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/crash/crash_traders.h"
#include "tests/crash/journal_account.h"
#include "tests/support/environment.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/preload.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using std::chrono::milliseconds;

constexpr int kKills = 50;
constexpr int kKillsWhenLong = 500;
constexpr int kKillsPerVoidCache = 10;
constexpr milliseconds kProofTime{2500};
constexpr auto kStopTimeout = std::chrono::seconds{15};
constexpr std::array kStopPlaces{"before-commit", "after-commit", "before-send"};
constexpr std::uint64_t kFirstStop = 10;  // earlier ones may come before it listens
constexpr std::uint64_t kStopSpread = 80;

// For the stop shim (stop_shim.cpp).
std::vector<std::string> stopping_at(const std::string& stop) {
  return preloading(BETEX_STOP_SHIM, {"BETEX_STOP_AT=" + stop});
}

// Of a copy of the repository's configuration, which it is again.
std::filesystem::path with_cache_on_disk(const std::filesystem::path& config) {
  replace_in(config, "place = \"auto\"", "place = \"wal_root\"\nsize_bytes = 16_777_216");
  replace_in(config, "size_bytes = 0\n", "");
  return config;
}

class CrashTest : public testing::Test {
 protected:
  CrashTest()
      : seed_{number_from_environment("BETEX_CRASH_SEED", std::random_device{}())}, random_{seed_} {
    std::cout << "BETEX_CRASH_SEED=" << seed_ << "\n";
    for (const char* comp_id : {"BROKER1", "BROKER2", "BROKER3", "BROKER4"}) {
      traders_.add(comp_id, random_(), day_file());
    }
  }

  // Segments of a few batches, so that kills hit rotations too; the stages on one thread or on
  // three, and a session cache that is made anew in memory or on the disk, since neither the
  // promises nor the journal may depend on it.
  [[nodiscard]] std::vector<std::string> arguments() {
    return {"--max-segment-events",
            "500",
            "--config",
            (random_() % 2 == 0 ? shared_config_ : separate_config_).string()};
  }

  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  [[nodiscard]] std::filesystem::path day_file() const { return folder_.path() / "day"; }

  // The gateway, and an operator who opens and settles a market every day.
  [[nodiscard]] GatewayProcess started(std::vector<std::string> environment = {}) {
    environment.push_back("BETEX_DAY_FILE=" + day_file().string());
    return {BETEX_OPERATED_GATEWAY, wal(), arguments(), environment};
  }

  milliseconds up_to(std::int64_t limit) {
    return milliseconds{random_() % static_cast<std::uint64_t>(limit + 1)};
  }

  // Every fifth time before it listens, in the midst of its recovery; two of five at a chosen call;
  // else soon after it listens, while the clients come back, or later, while they trade.
  void start_and_kill() {
    const auto kind = random_() % 5;
    if (kind == 0) {
      const ChildProcess process{gateway_command(wal(), arguments())};
      std::this_thread::sleep_for(up_to(60));
      process.signal(SIGKILL);
      return;
    }
    if (kind <= 2) {
      start_and_stop();
      return;
    }
    GatewayProcess gateway = started();
    traders_.address().port = gateway.fix_port();
    std::this_thread::sleep_for(random_() % 4 == 0 ? up_to(30) : up_to(400));
    traders_.address().port = 0;
    gateway.kill();
  }

  // The gateway ends itself at a call of one place after the other; killed where it does not come
  // to that.
  void start_and_stop() {
    const std::string stop = std::string{kStopPlaces.at(stops_tried_ % kStopPlaces.size())} + ":" +
                             std::to_string(kFirstStop + random_() % kStopSpread);
    ++stops_tried_;
    GatewayProcess gateway = started(stopping_at(stop));
    traders_.address().port = gateway.fix_port();
    const auto deadline = std::chrono::steady_clock::now() + kStopTimeout;
    while (!gateway.process().ended() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds{1});
    }
    traders_.address().port = 0;
    if (!gateway.process().ended()) {
      gateway.kill();
      return;
    }
    ++stops_;
    EXPECT_EQ(gateway.process().wait(milliseconds{0}), -SIGKILL)
        << stop << "\n"
        << gateway.process().standard_error();
  }

  // A life in which nobody hangs up, long enough for proof, asked for once a second, of what was
  // delivered: otherwise each void cache would repeat everything since the beginning.
  void start_and_prove() {
    GatewayProcess gateway = started();
    traders_.address().port = gateway.fix_port();
    traders_.address().staying = true;
    std::this_thread::sleep_for(kProofTime);
    traders_.address().staying = false;
    traders_.address().port = 0;
    gateway.kill();
  }

  // As after a power cut: the next start finds that the cache is of another boot.
  void make_cache_void() {
    const std::filesystem::path identity = wal() / "cache" / "identity";
    if (std::filesystem::exists(identity)) {
      std::ofstream{identity} << "betex-cache-3 another-boot another-journal 0 messages-0\n";
      ++void_caches_;
    }
  }

  void trade_under_kills(int kills) {
    traders_.start();
    for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
      try {
        const bool without_cache = kill % kKillsPerVoidCache == kKillsPerVoidCache - 1;
        if (without_cache) {
          make_cache_void();
        }
        start_and_kill();
        if (without_cache) {
          start_and_prove();
        }
      } catch (const std::exception& error) {
        ADD_FAILURE() << "after " << kill << " kills: " << error.what();
      }
    }
    traders_.stop();
  }

  void settle_with(GatewayProcess& gateway) {
    traders_.settle(gateway.fix_port());
    if (HasFailure()) {
      std::cout << gateway.process().standard_error();
    }
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  TempFolder folder_;
  std::filesystem::path shared_config_ = changed_config(
      folder_.path() / "shared", "stage_threads = \"auto\"", "stage_threads = \"shared\"");
  std::filesystem::path separate_config_ = with_cache_on_disk(
      changed_config(folder_.path() / "separate",
                     {{"stage_threads = \"auto\"", "stage_threads = \"separate\""},
                      {"io_threads = 0", "io_threads = 2"}}));
  CrashTraders traders_;
  std::size_t stops_tried_ = 0;
  std::size_t stops_ = 0;
  std::size_t void_caches_ = 0;
};

TEST_F(CrashTest, NoOrderIsLostOrActsTwiceWheneverTheGatewayIsKilled) {
  trade_under_kills(is_long_run() ? kKillsWhenLong : kKills);
  ASSERT_FALSE(HasFailure());
  {
    GatewayProcess gateway{wal(), arguments()};
    settle_with(gateway);
    ASSERT_FALSE(HasFailure());
    EXPECT_EQ(gateway.terminate(), 0) << gateway.process().standard_error();
  }

  const JournalAccount journal = read_journal(wal());
  const Told told = traders_.expect_agreement(journal);
  EXPECT_EQ(journal.refused_messages, 0U);
  traders_.expect_same_money(journal);
  EXPECT_TRUE(journal.sums_up) << "money came from nowhere, or went there";
  EXPECT_GT(journal.corrections, 0U) << "no market was settled again";
  EXPECT_EQ(replay_in_pieces(wal()), journal.state_hash);

  std::cout << told.orders << " orders, " << told.reports << " execution reports, "
            << journal.transactions << " transactions; " << journal.rounds
            << " rounds of settlements, " << journal.corrections << " of them corrections; "
            << told.resent << " messages sent again, " << told.gaps << " gaps asked for; " << stops_
            << " of " << stops_tried_ << " stops at a chosen call; " << told.repeated
            << " reports repeated after " << void_caches_ << " void caches\n";
  EXPECT_GT(told.repeated, 0U) << "no cache was void, or what it knew was not told again";
  EXPECT_GT(stops_, stops_tried_ / 4) << "the stop shim does not stop the gateway";
  EXPECT_GT(told.resent, 0U) << "no kill came while an order was on its way";
  EXPECT_GT(told.orders, 2U * kKills) << "hardly any load";
}

}  // namespace
}  // namespace betex::test
