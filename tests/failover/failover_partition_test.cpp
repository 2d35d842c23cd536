// Members of etcd that do not hear each other, all of them well: who leads them stands alone, with
// the node that leads or without, or no two of them are together. The nodes go on by a majority, or
// stand still; what one that stands alone was asked for is never answered, and done or not done.
#include <chrono>
#include <cstddef>
#include <thread>

#include <gtest/gtest.h>

#include "tests/failover/failover_fixture.h"

namespace betex::test {
namespace {

using std::chrono::milliseconds;

class FailoverPartitionTest : public FailoverTest {
 protected:
  void start() {
    start_cluster({.cluster_lines = {"stall_exit_ms = 4_000"}}, {.can_be_parted = true});
    start_trading();
  }

  // They hear each other, and nobody else.
  void part_together(std::size_t node, std::size_t member) {
    etcd().part(member);
    for (std::size_t other = 0; other < etcd().size(); ++other) {
      if (other != member) {
        pair().link(node, other).cut();
      }
    }
  }

  void heal() {
    etcd().mend();
    etcd().wait_until_healthy();
  }

  // Their leader in every other round, and any in those between.
  std::size_t pick_member(int round) {
    return round % 2 == 0 ? etcd().leader() : pick(etcd().size());
  }
};

// The others have another leader soon, and a node that was connected to this one goes to them.
TEST_F(FailoverPartitionTest, AMemberStandsAlone) {
  start();
  for (int round = 0; round < rounds(1); ++round) {
    make_whole();
    etcd().part(pick_member(round));
    std::this_thread::sleep_for(between(milliseconds{100}, milliseconds{3'000}));
    make_whole();
    heal();
  }
  finish();
}

// As where the line between two places is down. For a moment such a member still takes itself for
// their leader, and renews leases as it has them.
TEST_F(FailoverPartitionTest, AMemberStandsAloneWithTheNodeThatLeads) {
  start();
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    part_together(leader, pick_member(round));
    expect_demotion_of(leader);
    pair().mend(leader);
    heal();
  }
  finish();
}

// Healed before anybody has noticed, while the other node takes over, or after that.
TEST_F(FailoverPartitionTest, NothingIsLostWheneverAPartitionHeals) {
  start();
  for (int round = 0; round < rounds(2); ++round) {
    const std::size_t leader = make_whole();
    part_together(leader, pick_member(round));
    std::this_thread::sleep_for(between(milliseconds{50}, milliseconds{3'500}));
    if (pick(2) == 0) {
      heal();
      pair().mend(leader);
    } else {
      pair().mend(leader);
      heal();
    }
  }
  finish();
}

// A leader of etcd that hears nobody steps down; one that nobody hears is told of another one.
TEST_F(FailoverPartitionTest, AMemberIsNotHeardOrHearsNobody) {
  start();
  for (int round = 0; round < rounds(4); ++round) {
    make_whole();
    const std::size_t member = round < 2 ? etcd().leader() : pick(etcd().size());
    for (std::size_t other = 0; other < etcd().size(); ++other) {
      if (other != member && round % 2 == 0) {
        etcd().cut(member, other);
      } else if (other != member) {
        etcd().cut(other, member);
      }
    }
    std::this_thread::sleep_for(between(milliseconds{100}, milliseconds{3'000}));
    make_whole();
    heal();
  }
  finish();
}

// There is no majority, and then there is one again.
TEST_F(FailoverPartitionTest, NoTwoMembersAreTogether) {
  start();
  for (int round = 0; round < rounds(1); ++round) {
    make_whole();
    for (std::size_t member = 0; member < etcd().size(); ++member) {
      etcd().part(member);
    }
    std::this_thread::sleep_for(between(milliseconds{200}, milliseconds{6'000}));
    heal();
  }
  finish();
}

// Each time another member, for about as long as an election takes.
TEST_F(FailoverPartitionTest, NothingIsLostWhereMembersPartAgainAndAgain) {
  start();
  for (int round = 0; round < rounds(1); ++round) {
    for (int time = 0; time < 10; ++time) {
      etcd().part(pick(etcd().size()));
      std::this_thread::sleep_for(between(milliseconds{50}, milliseconds{600}));
      etcd().mend();
      std::this_thread::sleep_for(between(milliseconds{50}, milliseconds{300}));
    }
    make_whole();
  }
  finish();
}

}  // namespace
}  // namespace betex::test
