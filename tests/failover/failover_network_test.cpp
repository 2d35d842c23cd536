// Nodes that are cut off from etcd, wholly, in one direction, from some members, or again and
// again: a leader that cannot append tells nobody anything, and leaves; a standby harms nobody.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "tests/failover/failover_fixture.h"

namespace betex::test {
namespace {

using std::chrono::milliseconds;

class FailoverNetworkTest : public FailoverTest {
 protected:
  // Whose leader gives up sooner than it need in production.
  void start_impatient_cluster() {
    start_cluster({.cluster_lines = {"stall_exit_ms = 4_000"}});
    start_trading();
  }

  // The one that was cut has been demoted meanwhile, and the other one serves.
  void expect_demotion_of(std::size_t node) {
    pair().wait_until_leads(other(node), kFailoverPatience);
    wait_for_reports();
    EXPECT_EQ(pair().ended_within(node, kFailoverPatience), kDemoted) << pair().log(node);
  }
};

TEST_F(FailoverNetworkTest, ALeaderThatIsCutOffEndsWithoutBeingMended) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    pair().cut(leader);
    expect_demotion_of(leader);
    pair().mend(leader);
  }
  finish();
}

TEST_F(FailoverNetworkTest, ALeaderThatHearsNoAnswersEnds) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    pair().cut_answers(leader);
    expect_demotion_of(leader);
    pair().mend(leader);
  }
  finish();
}

// Before anybody has noticed, while the other one takes over, or after that.
TEST_F(FailoverNetworkTest, NothingIsLostWheneverACutIsMended) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(2); ++round) {
    const std::size_t leader = make_whole();
    if (pick(2) == 0) {
      pair().cut(leader);
    } else {
      pair().cut_answers(leader);
    }
    std::this_thread::sleep_for(between(milliseconds{100}, milliseconds{3'500}));
    pair().mend(leader);
  }
  finish();
}

TEST_F(FailoverNetworkTest, AStandbyThatIsCutOffHarmsNobody) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    pair().cut(other(leader));
    std::this_thread::sleep_for(between(milliseconds{500}, milliseconds{3'000}));
    wait_for_reports();
    EXPECT_TRUE(pair().listens(leader)) << pair().log(leader);
    pair().mend(other(leader));
  }
  finish();
}

// The lines are down and up again every 50 ms.
TEST_F(FailoverNetworkTest, NothingIsLostOnLinesThatFlap) {
  start_impatient_cluster();
  constexpr milliseconds kHalf{50};
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t node = pick(2);
    for (int flap = 0; flap < 30; ++flap) {
      pair().cut(node);
      std::this_thread::sleep_for(kHalf);
      pair().mend(node);
      std::this_thread::sleep_for(kHalf);
    }
    make_whole();
  }
  finish();
}

// Two of its three members are out of the leader's reach; etcd itself is well.
TEST_F(FailoverNetworkTest, OneMemberWithinReachIsEnough) {
  start_impatient_cluster();
  const std::size_t leader = make_whole();
  const std::size_t within_reach = pick(etcd().size());
  for (std::size_t member = 0; member < etcd().size(); ++member) {
    if (member != within_reach) {
      pair().link(leader, member).cut();
    }
  }
  make_whole();
  pair().mend(leader);
  finish();
}

}  // namespace
}  // namespace betex::test
