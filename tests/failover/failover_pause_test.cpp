// SIGSTOP of the node that leads, for less than the lease's time to live and for more, and SIGCONT:
// it goes on as the leader, or it has been taken over from and ends, but two never lead.
#include <chrono>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/failover/failover_fixture.h"

namespace betex::test {
namespace {

using std::chrono::milliseconds;

using FailoverPauseTest = FailoverTest;

TEST_F(FailoverPauseTest, AWokenLeaderGoesOnOrEnds) {
  start_cluster();
  start_trading();
  int demoted = 0;
  for (int round = 0; round < rounds(3); ++round) {
    const std::size_t leader = make_whole();
    std::this_thread::sleep_for(between(milliseconds{0}, milliseconds{200}));
    pair().pause(leader);
    // Around the time to live, where both may happen, as often as far from it.
    std::this_thread::sleep_for(pick(2) == 0 ? between(milliseconds{1'500}, milliseconds{2'800})
                                             : between(milliseconds{200}, milliseconds{5'000}));
    pair().resume(leader);
    demoted += make_whole() == leader ? 0 : 1;
  }
  std::cout << demoted << " demoted\n";
  finish();
}

TEST_F(FailoverPauseTest, ALeaderThatSleepsUntilAnotherServesEnds) {
  start_cluster();
  start_trading();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    pair().pause(leader);
    pair().wait_until_leads(other(leader), kFailoverPatience);
    wait_for_reports();
    pair().resume(leader);
    EXPECT_EQ(pair().ended_within(leader, kFailoverPatience), kDemoted) << pair().log(leader);
    pair().start(leader);
  }
  finish();
}

TEST_F(FailoverPauseTest, AStandbyThatSleepsHarmsNobody) {
  start_cluster();
  start_trading();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    pair().pause(other(leader));
    std::this_thread::sleep_for(between(milliseconds{500}, milliseconds{4'000}));
    wait_for_reports();
    EXPECT_TRUE(pair().listens(leader)) << pair().log(leader);
    pair().resume(other(leader));
  }
  finish();
}

}  // namespace
}  // namespace betex::test
