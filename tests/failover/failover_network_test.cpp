// Nodes that are cut off from etcd, wholly, in one direction, from some members, or again and
// again: a leader that cannot append tells nobody anything, and leaves; a standby harms nobody.
#include <chrono>
#include <cstddef>
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

  // In both directions, or in one of them.
  void cut_somehow(std::size_t node) {
    switch (pick(3)) {
      case 0:
        return pair().cut(node);
      case 1:
        return pair().cut_requests(node);
      default:
        return pair().cut_answers(node);
    }
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

TEST_F(FailoverNetworkTest, ALeaderWhoseRequestsDoNotArriveEnds) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    pair().cut_requests(leader);
    expect_demotion_of(leader);
    pair().mend(leader);
  }
  finish();
}

// What one member was asked for is done, and nobody hears of it: the leader asks another one for
// the same again. Or it is not done, and may be later, when the leader has gone on.
TEST_F(FailoverNetworkTest, WhatAMemberDoesNotAnswerIsAskedOfAnother) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(1); ++round) {
    for (const bool arrives : {true, false}) {
      const std::size_t leader = make_whole();
      for (std::size_t member = 0; member < etcd().size(); ++member) {
        FaultyLink& link = pair().link(leader, member);
        arrives ? link.cut_answers() : link.cut_requests();
        wait_for_reports();  // more than can be under way: one of the members was the leader's
        link.mend();
      }
    }
  }
  finish();
}

// Before anybody has noticed, while the other one takes over, or after that.
TEST_F(FailoverNetworkTest, NothingIsLostWheneverACutIsMended) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(2); ++round) {
    const std::size_t leader = make_whole();
    cut_somehow(leader);
    std::this_thread::sleep_for(between(milliseconds{100}, milliseconds{3'500}));
    pair().mend(leader);
  }
  finish();
}

TEST_F(FailoverNetworkTest, AStandbyThatIsCutOffHarmsNobody) {
  start_impatient_cluster();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    cut_somehow(other(leader));
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
