// Members of etcd that end, stop or fill up, alone and together with the node that leads: while a
// majority is there it goes on; without one it stands still, and nothing is lost.
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/failover/etcd_requests.h"
#include "tests/failover/failover_fixture.h"

namespace betex::test {
namespace {

using std::chrono::milliseconds;

class FailoverEtcdTest : public FailoverTest {
 protected:
  void start() {
    start_cluster({.cluster_lines = {"stall_exit_ms = 4_000"}});
    start_trading();
  }

  void bring_back(std::size_t member) {
    etcd().restart(member);
    etcd().wait_until_healthy();
  }

  // Which member, of those that do not lead.
  std::size_t pick_follower() {
    return (etcd().leader() + 1 + pick(etcd().size() - 1)) % etcd().size();
  }
};

TEST_F(FailoverEtcdTest, AMemberIsKilledOrPaused) {
  start();
  for (int round = 0; round < rounds(2); ++round) {
    make_whole();
    const std::size_t member = round % 2 == 0 ? etcd().leader() : pick_follower();
    if (pick(2) == 0) {
      etcd().kill(member);
      make_whole();
      bring_back(member);
    } else {
      etcd().pause(member);
      make_whole();
      etcd().resume(member);
      etcd().wait_until_healthy();
    }
  }
  finish();
}

TEST_F(FailoverEtcdTest, TheLeadersOfBothAreKilledAtOnce) {
  start();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    const std::size_t member = etcd().leader();
    etcd().kill(member);
    pair().kill(leader);
    pair().wait_until_leads(other(leader), kFailoverPatience);
    wait_for_reports();
    bring_back(member);
    pair().start(leader);
  }
  finish();
}

// Without a majority no order is answered; what was on its way is decided once.
TEST_F(FailoverEtcdTest, TwoMembersAreLost) {
  start();
  for (int round = 0; round < rounds(1); ++round) {
    make_whole();
    const std::size_t member = pick(etcd().size());
    const std::size_t another = (member + 1) % etcd().size();
    etcd().kill(member);
    etcd().kill(another);
    std::this_thread::sleep_for(between(milliseconds{200}, milliseconds{6'000}));
    etcd().restart(member);
    etcd().restart(another);
    etcd().wait_until_healthy();
  }
  finish();
}

TEST_F(FailoverEtcdTest, ItsSpaceIsUsedUpAndRoomIsMadeAgain) {
  start_cluster({.cluster_lines = {"stall_exit_ms = 4_000"}},
                {.quota_bytes = std::uint64_t{24} << 20U});
  start_trading();
  make_whole();
  fill_etcd(etcd());
  std::this_thread::sleep_for(between(milliseconds{0}, milliseconds{5'000}));
  make_room_in_etcd(etcd());
  finish();
}

// The members' data is replaced by an older copy of it: the nodes' journals know better.
TEST_F(FailoverEtcdTest, AnOlderCopyOfItIsRestored) {
  start_cluster();
  start_trading();
  const std::vector<EtcdValue> copy = save_etcd(etcd(), "/betex/main/");
  ASSERT_FALSE(copy.empty());
  wait_for_reports(1'000);
  const std::size_t first = make_whole();
  const std::size_t last = other(first);
  EXPECT_EQ(pair().terminate(first), 0) << pair().log(first);
  pair().wait_until_leads(last, kFailoverPatience);
  wait_for_reports();
  EXPECT_EQ(pair().terminate(last), 0) << pair().log(last);

  restore_etcd(etcd(), copy);
  for (const std::size_t node : {first, last}) {
    pair().start(node);
    expect_refused(node, kCorrupt, "QuorumLogWentBack");
  }
  pair().start(last, {"--adopt-quorum-log"});
  pair().wait_until_leads(last, kFailoverPatience);
  wait_for_reports();
  pair().start(first);
  expect_refused(first, kCorrupt, "QuorumLogTooOld");
  seed(first, last);
  pair().start(first);
  pair().wait_for_standby(first, kFailoverPatience);
  finish();
}

}  // namespace
}  // namespace betex::test
