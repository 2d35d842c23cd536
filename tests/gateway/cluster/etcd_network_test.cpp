// The client of etcd where the network fails, or a member does: what is known afterwards, that each
// call ends in time, and that another member is found.
#include <array>
#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cluster/etcd_client.h"
#include "tests/gateway/cluster/etcd_calls.h"
#include "tests/gateway/cluster/etcd_client_fixture.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/faulty_link.h"
#include "tests/support/patience.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using test::comes_to;
using test::EtcdClientTest;
using test::EtcdCluster;
using test::FaultyLink;
using test::hasty;
using test::kPatience;
using test::patient;
using test::put;
using test::put_new;
using test::surely;
using test::url;
using testing::ElementsAre;

TEST_F(EtcdClientTest, WhatNobodyHeardOfHappenedYet) {
  FaultyLink link{etcd().client_port(0)};
  EtcdClient direct{patient(etcd().endpoints())};
  EtcdClient client{{.endpoints = {url(link.port())}, .deadline = 2s}};
  surely([&] { return client.get("a"); });
  link.cut_answers();
  // Again, for where it hangs up is too early for a slow member: it then leaves it.
  EXPECT_TRUE(comes_to([&] {
    EXPECT_THROW(put(client, "a", "1"), StoreUnknown);
    return direct.get("a") == "1";
  }));
  EXPECT_THROW(static_cast<void>(client.get("a")), StoreUnknown);

  link.mend();
  const TransactionResult again = surely([&] { return put_new(client, "a", "1"); });
  EXPECT_FALSE(again.succeeded);
  EXPECT_THAT(again.found, ElementsAre("1"));
}

TEST_F(EtcdClientTest, ALinkThatIsCutEndsEveryCallInTime) {
  FaultyLink link{etcd().client_port(0)};
  EtcdClient direct{patient(etcd().endpoints())};
  EtcdClient client{hasty({url(link.port())})};
  surely([&] { return client.get("a"); });
  link.cut();
  EXPECT_THROW(put(client, "a", "1"), StoreUnknown);
  EXPECT_THROW(static_cast<void>(client.get("a")), StoreUnknown);
  EXPECT_THROW(static_cast<void>(client.grant(5s)), StoreUnknown);
  EXPECT_THROW(static_cast<void>(client.status()), StoreUnknown);
  EXPECT_EQ(direct.get("a"), std::nullopt);
  link.mend();
  EXPECT_TRUE(surely([&] { return client.transact({}, {}, {}); }).succeeded);
}

TEST_F(EtcdClientTest, AConnectionThatHasBeenResetIsMadeAnew) {
  FaultyLink link{etcd().client_port(0)};
  EtcdClient client{patient({url(link.port())})};
  for (int i = 0; i < 5; ++i) {
    const std::string key = "key" + std::to_string(i);
    EXPECT_TRUE(put_new(client, key, "1").succeeded);
    EXPECT_EQ(client.get(key), "1");
    link.reset_connections();
  }
}

TEST_F(EtcdClientTest, AConnectionThatIsResetDuringACallEndsIt) {
  FaultyLink link{etcd().client_port(0)};
  EtcdClient direct{patient(etcd().endpoints())};
  EtcdClient client{{.endpoints = {url(link.port())}, .deadline = 10 * kPatience}};
  static_cast<void>(client.get("a"));
  link.cut_answers();
  std::future<void> call = std::async(std::launch::async, [&] { put(client, "a", "1"); });
  EXPECT_TRUE(comes_to([&] { return direct.get("a") == "1"; }));
  link.reset_connections();
  EXPECT_EQ(call.wait_for(kPatience), std::future_status::ready);
  EXPECT_THROW(call.get(), StoreUnknown);
}

TEST_F(EtcdClientTest, GoesOnToTheNextMember) {
  const std::string good = etcd().endpoints().at(0);
  std::string dead;
  {
    const FaultyLink link{etcd().client_port(0)};
    dead = url(link.port());  // where nobody listens any more
  }
  EtcdClient first_dead{patient({dead, good})};
  EXPECT_TRUE(put_new(first_dead, "a", "1").succeeded);
  EtcdClient all_dead{patient({dead, dead})};
  EXPECT_THROW(put(all_dead, "a", "2"), StoreUnknown);

  // One that takes connections and says nothing costs a deadline.
  FaultyLink silent{etcd().client_port(0)};
  silent.cut();
  EtcdClient first_silent{{.endpoints = {url(silent.port()), good}, .deadline = 2s}};
  EXPECT_THROW(put(first_silent, "a", "2"), StoreUnknown);
  EXPECT_EQ(surely([&] { return first_silent.get("a"); }), "1");
}

TEST_F(EtcdClientTest, AMemberThatIsStartedAgainIsFoundAgain) {
  EtcdClient client{{.endpoints = etcd().endpoints(), .deadline = 2s}};
  surely([&] { return put(client, "a", "1"); });
  etcd().kill(0);
  EXPECT_THROW(static_cast<void>(client.get("a")), StoreUnknown);
  etcd().restart(0);
  etcd().wait_until_healthy();
  EXPECT_EQ(surely([&] { return client.get("a"); }), "1");
}

TEST_F(EtcdClientTest, OfThreeMembersTwoAreEnough) {
  EtcdCluster& cluster = etcd({.members = 3});
  ASSERT_EQ(cluster.size(), 3U);
  EtcdClient client{{.endpoints = cluster.endpoints(), .deadline = 2s}};
  surely([&] { return put_new(client, "a", "1"); });
  const std::size_t leader = cluster.leader();
  cluster.pause(leader);
  surely([&] {
    return client.transact(
        std::array{KeyIs{.key = "a", .value = "1"}}, std::array{Put{.key = "a", .value = "2"}}, {});
  });
  EXPECT_NE(cluster.leader(), leader);
  cluster.resume(leader);
  cluster.wait_until_healthy();
  EXPECT_EQ(surely([&] { return client.get("a"); }), "2");
}

}  // namespace
}  // namespace betex::cluster
