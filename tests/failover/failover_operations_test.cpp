// What operators do with a cluster: its first start, hand-overs, nodes that differ, a later format.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/client/order_entry.h"
#include "gateway/cluster/etcd_client.h"
#include "gateway/cluster/log_texts.h"
#include "tests/failover/failover_fixture.h"
#include "tests/support/broker.h"
#include "tests/support/files.h"
#include "tests/support/patience.h"

namespace betex::test {
namespace {

constexpr int kExecType = 150;

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

// Which a later program has made of it, when all nodes but this one could read it. Who leads by
// then goes on; who does not know the format stays out, and changes nothing.
TEST_F(FailoverOperationsTest, ANodeThatDoesNotKnowTheLogsFormatDoesNotStart) {
  start_cluster();
  EXPECT_EQ(pair().terminate(1), 0) << pair().log(1);
  cluster::EtcdClient store{{.endpoints = etcd().endpoints(), .deadline = kPatience}};
  const std::string key = cluster::meta_key("/betex/main/");
  const std::string meta = store.get(key).value_or(std::string{});
  cluster::LogMeta later = cluster::parse_meta(meta, key);
  ++later.format;
  store.transact({}, std::array{cluster::Put{.key = key, .value = to_text(later)}}, {});
  pair().start(1);
  expect_refused(1, kCorrupt, "QuorumLogNewer");

  Broker broker{"BROKER1"};
  broker.log_on(pair().fix_port(0));
  broker.send(client::NewOrder{.cl_ord_id = "A1",
                               .symbol = "RAIN-LON",
                               .side = client::Side::BackOrBuy,
                               .quantity = "10",
                               .price = "0.40",
                               .time_in_force = client::TimeInForce::GoodTillCancel});
  EXPECT_EQ(execution_of(broker, "A1").exec_type, '0');

  store.transact({}, std::array{cluster::Put{.key = key, .value = meta}}, {});
  pair().start(1);
  pair().wait_for_standby(1, kFailoverPatience);
  EXPECT_EQ(pair().terminate(0), 0) << pair().log(0);
  pair().wait_until_leads(1, kFailoverPatience);
  EXPECT_EQ(pair().terminate(1), 0) << pair().log(1);
  expect_equal_journals();
}

// In one boot: the session cache of who leads again lacks what the other one has sent meanwhile.
TEST_F(FailoverOperationsTest, TheLeadGoesBackAndForthAndNumbersGoOn) {
  start_cluster();
  start_trading();
  for (int round = 0; round < 2 * rounds(1); ++round) {
    const std::size_t leader = make_whole();
    wait_for_reports(1'000);
    if (round % 2 == 0) {
      EXPECT_EQ(pair().terminate(leader), 0) << pair().log(leader);
    } else {
      pair().kill(leader);
    }
    pair().wait_until_leads(other(leader), kFailoverPatience);
    wait_for_reports(1'000);
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
