// What operators do with a cluster: its first start, hand-overs, a node that was away for long.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/order_entry.h"
#include "gateway/cluster/etcd_client.h"
#include "gateway/cluster/log_texts.h"
#include "tests/failover/etcd_requests.h"
#include "tests/failover/failover_fixture.h"
#include "tests/support/broker.h"
#include "tests/support/patience.h"

namespace betex::test {
namespace {

using ::testing::HasSubstr;

constexpr int kExecType = 150;

void replace_in(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  std::string text;
  {
    std::ifstream in{file, std::ios::binary};
    text.assign(std::istreambuf_iterator<char>{in}, {});
  }
  const auto found = text.find(from);
  if (found == std::string::npos) {
    throw std::runtime_error{file.string() + " has no " + from};
  }
  std::ofstream{file, std::ios::binary} << text.replace(found, from.size(), to);
}

using FailoverOperationsTest = FailoverTest;

TEST_F(FailoverOperationsTest, ALogIsMadeOnceAndByNobodyUnasked) {
  make_cluster();
  pair().start(0);
  pair().start(1);
  expect_refused(0, kConfiguration, "QuorumLogMissing");
  expect_refused(1, kConfiguration, "QuorumLogMissing");
  pair().start(0, {"--init-quorum-log"});
  pair().wait_until_leads(0, kFailoverPatience);
  pair().start(1, {"--init-quorum-log"});
  expect_refused(1, kConfiguration, "QuorumLogExists");
  pair().start(1);
  pair().wait_for_standby(1, kFailoverPatience);
  EXPECT_EQ(pair().terminate(1), 0) << pair().log(1);
  EXPECT_EQ(pair().terminate(0), 0) << pair().log(0);
  expect_equal_journals();
}

// In one boot: the session cache of who leads again lacks what the other one has sent meanwhile.
TEST_F(FailoverOperationsTest, TheLeadGoesBackAndForthAndNumbersGoOn) {
  start_cluster();
  start_trading();
  for (int round = 0; round < 2 * rounds(1); ++round) {
    const std::size_t leader = make_whole();
    wait_for_reports(2'000);
    if (round % 2 == 0) {
      EXPECT_EQ(pair().terminate(leader), 0) << pair().log(leader);
    } else {
      pair().kill(leader);
    }
    pair().wait_until_leads(other(leader), kFailoverPatience);
    wait_for_reports(2'000);
    pair().start(leader);
  }
  finish();
}

// The lease's time to live is longer than the test is patient: it is not waited for.
TEST_F(FailoverOperationsTest, AHandOverWaitsForNoLeaseAndCancelsNoOrderOfWhoComesBack) {
  FailoverOptions options;
  options.cluster_lines = {"lease_ttl_s = 50"};
  make_cluster(options);
  for (const std::size_t node : {std::size_t{0}, std::size_t{1}}) {
    const std::string session = "TargetCompID=BROKER1\nRole=Broker\n";
    replace_in(pair().config(node).parent_path() / "sessions.cfg",
               session,
               session + "CancelOnDisconnect=Y\nCancelOnDisconnectGrace=60\n");
  }
  pair().start(0, {"--init-quorum-log"});
  pair().wait_until_leads(0, kFailoverPatience);
  pair().start(1);
  pair().wait_for_standby(1, kFailoverPatience);

  Broker broker{"BROKER1"};
  broker.log_on(pair().fix_port(0));
  broker.send(client::NewOrder{.cl_ord_id = "A1",
                               .symbol = "RAIN-LON",
                               .side = client::Side::BackOrBuy,
                               .quantity = "10",
                               .price = "0.40",
                               .time_in_force = client::TimeInForce::GoodTillCancel});
  EXPECT_EQ(execution_of(broker, "A1").exec_type, '0');
  EXPECT_EQ(pair().terminate(0), 0) << pair().log(0);
  pair().wait_until_leads(1, std::chrono::seconds{40});

  broker.session().disconnect();
  broker.log_on(pair().fix_port(1));
  for (const client::Message& message : broker.rest()) {  // what was told may be told again
    EXPECT_FALSE(message.has(kExecType, "4")) << "it was cancelled";
  }
  broker.send(client::CancelRequest{.cl_ord_id = "A2",
                                    .orig_cl_ord_id = "A1",
                                    .symbol = "RAIN-LON",
                                    .side = client::Side::BackOrBuy});
  EXPECT_EQ(execution_of(broker, "A2").exec_type, '4') << "it was there until now";
  EXPECT_EQ(pair().terminate(1), 0) << pair().log(1);
  expect_equal_journals();
}

// The log keeps fewer entries than have come while a node was away.
class FailoverSeedingTest : public FailoverTest {
 protected:
  // Returns the node that is away. Nobody trades any more, or the window, which is small, moves on
  // beyond what the node is given.
  std::size_t leave_one_behind(const std::vector<std::string>& more_cluster_lines = {}) {
    FailoverOptions options;
    options.cluster_lines = {"window_slots = 1_024"};
    options.cluster_lines.insert(
        options.cluster_lines.end(), more_cluster_lines.begin(), more_cluster_lines.end());
    start_cluster(options);
    start_trading();
    const std::size_t away = other(make_whole());
    EXPECT_EQ(pair().terminate(away), 0) << pair().log(away);
    // Each append is a transaction of the store; so are renewals of the lease, a few a second.
    const std::uint64_t enough = etcd_revision(etcd()) + 3 * 1'024;
    wait_until("the window has moved on", [&] { return etcd_revision(etcd()) >= enough; });
    stop_trading();
    return away;
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
  const auto setting = [](const std::string& command) {
    return "seed_command = '" + command + "'";
  };
  const std::string fails = setting("echo the leader is $3 >&2; exit 3");
  const std::string hangs = setting("exec sleep 1000");
  const std::size_t away = leave_one_behind({fails});
  const std::string leader = away == 0 ? "b" : "a";
  const auto has_logged = [&](const std::string& words) {
    return pair().log(away).find(words) != std::string::npos;
  };
  pair().start(away);
  expect_refused(away, kCorrupt, "QuorumLogTooOld");
  EXPECT_TRUE(
      has_logged("; seed_command has failed, exit code 3; it said: the leader is " + leader))
      << pair().log(away);

  replace_in(pair().config(away), fails, hangs);
  pair().start(away);
  wait_until("the command runs", [&] { return has_logged("seed_command is run"); });
  EXPECT_EQ(pair().terminate(away), 0) << pair().log(away);

  replace_in(pair().config(away), hangs, setting(seed_command(other(away))));
  pair().start(away);
  pair().wait_for_standby(away, kFailoverPatience);
  wait_until("it has been given what it lacked",
             [&] { return has_logged("seed_command: imported after_seq="); });
  expect_to_lead(away);
}

// What a node says of itself in the store.
class NodeKeys {
 public:
  explicit NodeKeys(EtcdCluster& etcd)
      : store_{cluster::EtcdSettings{.endpoints = etcd.endpoints(), .deadline = kPatience}} {}

  [[nodiscard]] cluster::NodeNote of(std::size_t node) {
    const std::string key = key_of(node);
    const std::optional<std::string> text = store_.get(key);
    return text ? cluster::parse_node(*text, key) : cluster::NodeNote{};
  }

  void put(std::size_t node, const cluster::NodeNote& note) {
    store_.transact({}, std::array{cluster::Put{.key = key_of(node), .value = to_text(note)}}, {});
  }

 private:
  static std::string key_of(std::size_t node) {
    return cluster::node_key("/betex/main/", node == 0 ? "a" : "b");
  }

  cluster::EtcdClient store_;
};

// That of both nodes after the newest event that both have one of.
std::optional<cluster::StateNote> common_state(NodeKeys& keys) {
  const cluster::NodeNote first = keys.of(0);
  const cluster::NodeNote second = keys.of(1);
  std::optional<cluster::StateNote> newest;
  for (const cluster::StateNote& state : first.states) {
    if (std::ranges::find(second.states, state) != second.states.end()) {
      newest = state;
    }
  }
  return newest;
}

TEST_F(FailoverOperationsTest, NodesCompareTheirStatesAndTheOneThatDiffersDoesNotStandBy) {
  FailoverOptions options;
  options.changes = {
      {.shipped = "snapshot_every_events = 1_000_000", .value = "snapshot_every_events = 500"}};
  options.cluster_lines = {"lease_ttl_s = 50"};  // the lead stays where it is
  start_cluster(options);
  start_trading();
  const std::size_t leader = make_whole();
  NodeKeys keys{etcd()};
  wait_until("both have taken the same snapshot", [&] { return common_state(keys).has_value(); });
  wait_for_reports(2'000);
  stop_trading();
  std::optional<cluster::StateNote> common;
  wait_until("both have taken the newest one", [&] {
    const std::vector<cluster::StateNote> states = keys.of(leader).states;
    common = common_state(keys);
    return common && states.back() == *common;
  });
  EXPECT_EQ(keys.of(0).config, keys.of(1).config);

  // As if the leader had come to something else. It puts that right itself, and is answered so.
  cluster::NodeNote other_state = keys.of(leader);
  ++std::ranges::find(other_state.states, *common)->hash;
  const std::size_t standby = other(leader);
  wait_until("the standby has ended", [&] {
    keys.put(leader, other_state);
    return pair().ended_within(standby, Milliseconds{100}).has_value();
  });
  expect_refused(standby, kCorrupt, "StateDiffers");
  EXPECT_TRUE(pair().running(leader));
  wait_until("the leader says again what it has",
             [&] { return std::ranges::count(keys.of(leader).states, *common) == 1; });
  pair().start(standby);
  pair().wait_for_standby(standby, kFailoverPatience);
  start_trading();
  finish();
}

}  // namespace
}  // namespace betex::test
