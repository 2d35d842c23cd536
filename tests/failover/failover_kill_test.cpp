// kill -9 of the node that leads, under load: at random moments, at chosen calls, and while what it
// has appended is on its way to the quorum log. What was acknowledged is there, nothing acts twice.
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/failover/failover_fixture.h"
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

  // A node that follows and that will end at a call of this place, once there is the file.
  void start_as_standby(std::size_t node, std::string_view place) {
    armed_ = folder_.path() / ("armed-" + std::to_string(++starts_));
    pair().start(node, {}, stopping_at(place, armed_));
    pair().wait_for_standby(node, kFailoverPatience);
  }

  TempFolder folder_;
  std::filesystem::path armed_;  // of the node that was started last
  int starts_ = 0;
};

TEST_F(FailoverKillTest, AtRandomMomentsUnderLoad) {
  start_cluster();
  start_trading();
  for (int kill = 0; kill < rounds(4); ++kill) {
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
    // Who is to be stopped there follows first, and is given the lead.
    const std::size_t leader = make_whole();
    const std::size_t stopped = other(leader);
    pair().kill(stopped);
    start_as_standby(stopped, place);
    EXPECT_EQ(pair().terminate(leader), 0) << pair().log(leader);
    expect_failover_from(leader);
    pair().start(leader);
    pair().wait_for_standby(leader, kFailoverPatience);

    std::ofstream{armed_} << place;
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
  for (int round = 0; round < rounds(4); ++round) {
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

}  // namespace
}  // namespace betex::test
