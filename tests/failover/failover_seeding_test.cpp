// Nodes that need more than the quorum log keeps: one that was away for too long, one that fell
// behind while it followed, and one that is new. They are given it from the other one's journal, by
// hand or by seed_command.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/order_entry.h"
#include "journal/format.h"
#include "journal/retirement.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "tests/failover/etcd_requests.h"
#include "tests/failover/failover_fixture.h"
#include "tests/support/broker.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kSlots = 1'024;  // as few as there can be

// Of each client: the window does not move on beyond what a node is given meanwhile.
constexpr std::chrono::microseconds kSlowPace{20'000};

class FailoverSeedingTest : public FailoverTest {
 protected:
  void start(const std::vector<std::string>& more_cluster_lines = {}) {
    FailoverOptions options;
    options.cluster_lines = {"window_slots = " + std::to_string(kSlots)};
    options.cluster_lines.insert(
        options.cluster_lines.end(), more_cluster_lines.begin(), more_cluster_lines.end());
    start_cluster(options);
    start_trading();
  }

  void wait_until_the_window_has_moved_on() {
    // Each append is a transaction of the store; so are renewals of the lease, a few a second.
    const std::uint64_t enough = etcd_revision(etcd()) + kSlots + kSlots / 2;
    wait_until("the window has moved on", [&] { return etcd_revision(etcd()) >= enough; });
  }

  // Returns the node that is away. Nobody trades any more.
  std::size_t leave_one_behind(const std::vector<std::string>& more_cluster_lines = {}) {
    start(more_cluster_lines);
    const std::size_t away = other(make_whole());
    EXPECT_EQ(pair().terminate(away), 0) << pair().log(away);
    wait_until_the_window_has_moved_on();
    stop_trading();
    return away;
  }

  [[nodiscard]] bool has_logged(std::size_t node, const std::string& words) {
    return pair().log(node).find(words) != std::string::npos;
  }

  // Both, one after the other.
  void expect_to_lead(std::size_t back) {
    const std::size_t leader = other(back);
    start_trading();
    pair().kill(leader);
    pair().wait_until_leads(back, kFailoverPatience);
    wait_for_reports();
    stop_trading();
    pair().start(leader);
    pair().wait_for_standby(leader, kFailoverPatience);
    start_trading();
    finish();
  }
};

TEST_F(FailoverSeedingTest, ANodeThatWasAwayForTooLongIsSeededAgain) {
  const std::size_t away = leave_one_behind();
  pair().start(away);
  expect_refused(away, kCorrupt, "QuorumLogTooOld");
  EXPECT_THAT(pair().log(away), HasSubstr("betex-journal import"));
  seed(away, other(away));
  pair().start(away);
  pair().wait_for_standby(away, kFailoverPatience);
  expect_to_lead(away);
}

TEST_F(FailoverSeedingTest, ANodeThatWasAwayForTooLongSeedsItself) {
  const std::string fails = "seed_command = 'echo the leader is $3 >&2; exit 3'";
  const std::string hangs = "seed_command = 'exec sleep 1000'";
  const std::size_t away = leave_one_behind({fails});
  const std::string leader = away == 0 ? "b" : "a";
  pair().start(away);
  expect_refused(away, kCorrupt, "QuorumLogTooOld");
  EXPECT_TRUE(
      has_logged(away, "; seed_command has failed, exit code 3; it said: the leader is " + leader))
      << pair().log(away);

  replace_in(pair().config(away), fails, hangs);
  pair().start(away);
  wait_until("the command runs", [&] { return has_logged(away, "seed_command is run"); });
  EXPECT_EQ(pair().terminate(away), 0) << pair().log(away);

  replace_in(pair().config(away), hangs, seed_command_line());
  pair().start(away);
  pair().wait_for_standby(away, kFailoverPatience);
  wait_until("it has been given what it lacked",
             [&] { return has_logged(away, "seed_command: imported after_seq="); });
  expect_to_lead(away);
}

// It sleeps, and the leader does not wait for it. Others trade all the time, while it is given what
// it lacks, too; then it follows on, in the same process.
TEST_F(FailoverSeedingTest, AStandbyThatFallsBehindTheWindowSeedsItselfAndFollowsOn) {
  start({seed_command_line()});
  for (int round = 0; round < rounds(1); ++round) {
    const std::size_t leader = make_whole();
    const std::size_t standby = other(leader);
    const auto times = [&](const std::string& words) {
      const std::string said = pair().process(standby).standard_output();
      std::size_t count = 0;
      for (std::size_t at = said.find(words); at != std::string::npos;
           at = said.find(words, at + 1)) {
        ++count;
      }
      return count;
    };
    const std::size_t stood_by = times("standing by");
    pair().pause(standby);
    wait_until_the_window_has_moved_on();
    stop_trading();
    start_trading(kSlowPace);
    pair().resume(standby);
    wait_until("it stands by again", [&] { return times("standing by") > stood_by; });
    EXPECT_TRUE(has_logged(standby, "seed_command: imported after_seq=")) << pair().log(standby);
    EXPECT_TRUE(pair().listens(leader)) << pair().log(leader);
    pair().kill(leader);
    pair().wait_until_leads(standby, kFailoverPatience);
    stop_trading();
    start_trading();
    pair().start(leader);
  }
  finish();
}

// The handbook's second node: what comes before the cluster's log is in the other one's journal
// alone, and of that the first events are retired.
class FailoverNewNodeTest : public FailoverTest {
 protected:
  // Orders, which rest.
  void trade_alone() {
    const TempFolder folder;
    const std::filesystem::path config =
        changed_config(folder.path(),
                       {{.shipped = "accounts = \"accounts.toml\"\n", .value = ""},
                        {.shipped = "max_segment_events = 1_000_000", .value = kSegments},
                        {.shipped = "snapshot_every_events = 1_000_000", .value = kSnapshots}});
    GatewayProcess alone{pair().wal(0), {"--config", config.string()}};
    broker_.log_on(alone.fix_port());
    for (int order = 0; order < kOrders; ++order) {
      place(order);
      if ((order + 1) % kAtOnce == 0) {  // so that no commit is larger than a segment
        EXPECT_EQ(execution_of(broker_, id_of(order)).exec_type, '0');
      }
    }
    wait_until("a snapshot holds the first segment", [&] {
      const std::vector<journal::EventSeq> snapshots = journal::list_snapshots(pair().wal(0));
      const std::vector<journal::SegmentName> segments =
          journal::list_segments(pair().wal(0) / journal::kSegmentsFolder);
      return !snapshots.empty() && segments.size() > 1 &&
             snapshots.back().next() >= segments[1].first_seq;
    });
    EXPECT_EQ(alone.terminate(), 0) << alone.process().standard_error();
  }

  void retire_what_the_snapshot_holds() {
    const std::filesystem::path& wal = pair().wal(0);
    EXPECT_FALSE(journal::retire_up_to(wal, journal::list_snapshots(wal).back()).empty());
  }

  void log_on(std::size_t node) {
    broker_.session().disconnect();
    broker_.log_on(pair().fix_port(node));
    // It may be told that reports are retired which it has, but has not been asked about in time.
    (void)broker_.rest();
  }

  void place(int order) {
    broker_.send(client::NewOrder{.cl_ord_id = id_of(order),
                                  .symbol = "RAIN-LON",
                                  .side = client::Side::BackOrBuy,
                                  .quantity = "10",
                                  .price = "0.40",
                                  .time_in_force = client::TimeInForce::GoodTillCancel});
  }

  // It has rested until now.
  void expect_cancelled(int order) {
    const std::string request = "C" + std::to_string(order);
    broker_.send(client::CancelRequest{.cl_ord_id = request,
                                       .orig_cl_ord_id = id_of(order),
                                       .symbol = "RAIN-LON",
                                       .side = client::Side::BackOrBuy});
    EXPECT_EQ(execution_of(broker_, request).exec_type, '4') << order;
  }

  static std::string id_of(int order) { return "A" + std::to_string(order); }

  static constexpr int kOrders = 1'000;
  static constexpr int kAtOnce = 250;
  static constexpr const char* kSegments = "max_segment_events = 500";
  static constexpr const char* kSnapshots = "snapshot_every_events = 500";

  Broker broker_{"BROKER1"};
};

// By hand, and begun anew by itself.
TEST_F(FailoverNewNodeTest, ASecondNodeJoinsAnExchangeThatHasRunAlone) {
  make_cluster(
      {.changes = {{.shipped = "snapshot_every_events = 1_000_000", .value = kSnapshots}}});
  trade_alone();
  retire_what_the_snapshot_holds();
  pair().start(0, {"--init-quorum-log"});
  pair().wait_until_leads(0, kFailoverPatience);
  log_on(0);
  place(kOrders);
  EXPECT_EQ(execution_of(broker_, id_of(kOrders)).exec_type, '0');

  pair().start(1);
  expect_refused(1, kCorrupt, "QuorumLogTooOld");
  std::filesystem::remove_all(pair().wal(1));
  seed_anew(1, 0);
  pair().start(1);
  pair().wait_for_standby(1, kFailoverPatience);
  EXPECT_EQ(pair().terminate(1), 0) << pair().log(1);

  std::filesystem::remove_all(pair().wal(1));
  replace_in(pair().config(1), "\n[cluster]\n", "\n[cluster]\n" + seed_command_line() + "\n");
  pair().start(1);
  pair().wait_for_standby(1, kFailoverPatience);
  EXPECT_FALSE(journal::list_snapshots(pair().wal(1)).empty()) << "it has begun with all events";
  pair().kill(0);
  pair().wait_until_leads(1, kFailoverPatience);
  log_on(1);
  for (const int order : {0, kOrders / 2, kOrders - 1, kOrders}) {
    expect_cancelled(order);
  }
  pair().start(0);
  pair().wait_for_standby(0, kFailoverPatience);
  EXPECT_EQ(pair().terminate(0), 0) << pair().log(0);
  EXPECT_EQ(pair().terminate(1), 0) << pair().log(1);
  expect_equal_journals();
}

}  // namespace
}  // namespace betex::test
