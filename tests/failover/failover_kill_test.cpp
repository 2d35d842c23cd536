// kill -9 of the node that leads, under load: at random moments, at chosen calls, while what it has
// appended is on its way to the quorum log, and when its own disk is full. What was acknowledged is
// there, nothing acts twice.
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "journal/errors.h"
#include "tests/failover/failover_fixture.h"
#include "tests/journal/shim.h"
#include "tests/support/preload.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStopTimeout{15'000};
constexpr std::uint64_t kStopSpread = 60;  // calls of the place

class FailoverKillTest : public FailoverTest {
 protected:
  // The node ends at this call of the place, counted from when there is the file (stop_shim.cpp).
  [[nodiscard]] std::vector<std::string> stopping_at(std::string_view place,
                                                     const std::filesystem::path& armed) {
    const std::string call = std::to_string(1 + pick(kStopSpread));
    return preloading(
        BETEX_STOP_SHIM,
        {"BETEX_STOP_AT=" + std::string{place} + ":" + call, "BETEX_STOP_ARMED=" + armed.string()});
  }

  // Whole again, with the other node in the lead.
  void expect_failover_from(std::size_t node) {
    pair().wait_until_leads(other(node), kFailoverPatience);
    wait_for_reports();
  }

  // Of a node and the file that arms what is to end it.
  using Environment =
      std::function<std::vector<std::string>(std::size_t, const std::filesystem::path&)>;

  // A node that will end by what it is started with, once there is the file `armed_`: it follows
  // first, and is given the lead. Returns it.
  std::size_t start_as_leader(const Environment& environment) {
    const std::size_t leader = make_whole();
    const std::size_t next = other(leader);
    pair().kill(next);
    armed_ = folder_.path() / ("armed-" + std::to_string(++starts_));
    pair().start(next, {}, environment(next, armed_));
    pair().wait_for_standby(next, kFailoverPatience);
    EXPECT_EQ(pair().terminate(leader), 0) << pair().log(leader);
    expect_failover_from(leader);
    pair().start(leader);
    pair().wait_for_standby(leader, kFailoverPatience);
    return next;
  }

  void arm() const { std::ofstream{armed_} << "now"; }

 private:
  TempFolder folder_;
  std::filesystem::path armed_;  // of the node that was started last
  int starts_ = 0;
};

TEST_F(FailoverKillTest, AtRandomMomentsUnderLoad) {
  start_cluster();
  start_trading();
  for (int kill = 0; kill < rounds(3); ++kill) {
    const std::size_t leader = make_whole();
    std::this_thread::sleep_for(between(milliseconds{0}, milliseconds{400}));
    pair().kill(leader);
    expect_failover_from(leader);
    pair().start(leader);
  }
  finish();
}

TEST_F(FailoverKillTest, AtChosenCalls) {
  constexpr std::array<std::string_view, 3> kPlaces{"before-commit", "after-commit", "before-send"};
  start_cluster();
  start_trading();
  int stops = 0;
  for (int round = 0; round < rounds(3); ++round) {
    const std::string_view place = kPlaces.at(static_cast<std::size_t>(round) % kPlaces.size());
    const std::size_t stopped = start_as_leader(
        [&](std::size_t, const std::filesystem::path& armed) { return stopping_at(place, armed); });
    arm();
    const auto code = pair().ended_within(stopped, kStopTimeout);
    if (code) {
      EXPECT_EQ(*code, -SIGKILL) << place << "\n" << pair().log(stopped);
      ++stops;
    } else {
      pair().kill(stopped);
    }
    expect_failover_from(stopped);
    pair().start(stopped);
  }
  EXPECT_GT(stops, 0) << "the stop shim does not stop the gateway";
  finish();
}

// What the leader sends just before its end never arrives, or late, when another one leads already;
// or it arrives and is done, and the leader never hears of it.
TEST_F(FailoverKillTest, WhileAnAppendIsOnItsWay) {
  start_cluster();
  start_trading();
  for (int round = 0; round < rounds(2); ++round) {
    const std::size_t leader = make_whole();
    const bool arrives = round % 2 == 1;
    if (arrives) {
      pair().cut_answers(leader);
    } else {
      pair().cut(leader);
    }
    std::this_thread::sleep_for(between(milliseconds{5}, milliseconds{300}));
    pair().kill(leader);
    const bool late = pick(2) == 0;
    if (!late) {
      pair().mend(leader);
    }
    expect_failover_from(leader);
    pair().mend(leader);
    wait_for_reports();
    pair().start(leader);
  }
  finish();
}

// Its own journal comes after the quorum log: what it could not write there is decided all the
// same, and the other node has it.
TEST_F(FailoverKillTest, AtAWriteThatItsOwnDiskRefuses) {
  constexpr std::array kFailures{"write:1:ENOSPC", "sync:1:EIO"};
  start_cluster();
  start_trading();
  for (int round = 0; round < 2 * rounds(1); ++round) {
    const std::string failure = kFailures.at(static_cast<std::size_t>(round) % kFailures.size());
    const std::size_t stopped = start_as_leader([&](std::size_t node,
                                                    const std::filesystem::path& armed) {
      return with_shim(pair().wal(node),
                       {"BETEX_DISK_FAIL=" + failure, "BETEX_DISK_FAIL_WHEN=" + armed.string()});
    });
    arm();
    EXPECT_EQ(pair().ended_within(stopped, kFailoverPatience), journal::kExitIo)
        << pair().log(stopped);
    expect_failover_from(stopped);
    pair().start(stopped);
  }
  finish();
}

// Nobody leads, and two want to.
TEST_F(FailoverKillTest, BothAtOnce) {
  start_cluster();
  start_trading();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    pair().kill(leader);
    pair().kill(other(leader));
    pair().start(leader);
    pair().start(other(leader));
    make_whole();
  }
  finish();
}

}  // namespace
}  // namespace betex::test
