// The client of etcd against a real member: each of its calls, how it logs on, whom it trusts, and
// which settings it takes.
#include "gateway/cluster/etcd_client.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/cluster/etcd_calls.h"
#include "tests/gateway/cluster/etcd_client_fixture.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using test::comes_to;
using test::EtcdClientTest;
using test::EtcdCluster;
using test::patient;
using test::put;
using test::put_new;
using test::surely;
using test::why_refused;
using testing::ElementsAre;
using testing::HasSubstr;
using Why = StoreRefused::Why;

TEST_F(EtcdClientTest, PutsAndGetsAnyBytes) {
  EtcdClient client{patient(etcd().endpoints())};
  std::string all(256, '\0');
  std::iota(all.begin(), all.end(), '\0');
  EXPECT_EQ(client.get("/betex/a"), std::nullopt);
  for (const std::string& value :
       {all, all.substr(1), all.substr(2), std::string{"x"}, std::string{}}) {
    EXPECT_TRUE(put(client, "/betex/" + all, value).succeeded);
    EXPECT_EQ(client.get("/betex/" + all), value);
  }
}

TEST_F(EtcdClientTest, PutsAndGetsAMegabyte) {
  EtcdClient client{patient(etcd().endpoints())};
  std::string large(1'000'003, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i] = static_cast<char>(i * 7 / 5);
  }
  EXPECT_TRUE(put(client, "large", large).succeeded);
  EXPECT_EQ(client.get("large"), large);
  EXPECT_EQ(why_refused([&] { put(client, "larger", large + large); }), Why::Other);
}

TEST_F(EtcdClientTest, ReadsAllThatBeginsAlike) {
  EtcdClient client{patient(etcd().endpoints())};
  EXPECT_THAT(client.range("/betex/node/"), testing::IsEmpty());
  for (const char* const key : {"/betex/node",
                                "/betex/node/b",
                                "/betex/node/a",
                                "/betex/node/a/b",
                                "/betex/node0",
                                "/betex/nodes",
                                "/betex/other/a"}) {
    put(client, key, std::string{"of "} + key);
  }
  put(client, "/betex/node/empty", "");
  EXPECT_THAT(client.range("/betex/node/"),
              ElementsAre(KeyValue{.key = "/betex/node/a", .value = "of /betex/node/a"},
                          KeyValue{.key = "/betex/node/a/b", .value = "of /betex/node/a/b"},
                          KeyValue{.key = "/betex/node/b", .value = "of /betex/node/b"},
                          KeyValue{.key = "/betex/node/empty", .value = ""}));
  for (std::size_t i = 0; i < KeyValueStore::kMostInRange + 3; ++i) {
    put(client, "/many/" + std::to_string(1'000 + i), "x");
  }
  const std::vector<KeyValue> many = client.range("/many/");
  ASSERT_EQ(many.size(), KeyValueStore::kMostInRange);
  EXPECT_EQ(many.front().key, "/many/1000");
}

TEST_F(EtcdClientTest, DoesAllOrNothingAndTellsWhatThereIs) {
  EtcdClient client{patient(etcd().endpoints())};
  const std::array both_new{KeyIs{.key = "a", .value = std::nullopt},
                            KeyIs{.key = "b", .value = std::nullopt}};
  const std::array first{Put{.key = "a", .value = "1"}, Put{.key = "b", .value = ""}};
  const std::array otherwise{std::string{"b"}, std::string{"none"}, std::string{"a"}};
  const TransactionResult done = client.transact(both_new, first, otherwise);
  EXPECT_TRUE(done.succeeded);
  EXPECT_TRUE(done.found.empty());

  const TransactionResult refused = client.transact(both_new, first, otherwise);
  EXPECT_FALSE(refused.succeeded);
  EXPECT_EQ(refused.revision, done.revision);
  EXPECT_THAT(refused.found, ElementsAre("", std::nullopt, "1"));

  const std::array values{KeyIs{.key = "a", .value = "1"}, KeyIs{.key = "b", .value = ""}};
  EXPECT_TRUE(client.transact(values, {}, {}).succeeded);
  const TransactionResult moved =
      client.transact(values, std::array{Put{.key = "a", .value = "2"}}, {});
  EXPECT_TRUE(moved.succeeded);
  EXPECT_GT(moved.revision, done.revision);
  EXPECT_FALSE(client.transact(values, std::array{Put{.key = "b", .value = "3"}}, {}).succeeded);
  EXPECT_EQ(client.get("a"), "2");
  EXPECT_EQ(client.get("b"), "");
  // An absent key is not an empty one.
  EXPECT_FALSE(client.transact(std::array{KeyIs{.key = "none", .value = ""}}, {}, {}).succeeded);
}

TEST_F(EtcdClientTest, KeysEndWithTheirLease) {
  EtcdClient client{patient(etcd().endpoints())};
  LeaseId lease = 0;
  ASSERT_TRUE(comes_to([&] {
    lease = client.grant(2s);  // a machine may stand still for longer
    return !why_refused([&] { put(client, "leader", "a", lease); });
  }));
  EXPECT_TRUE(comes_to([&] { return !client.get("leader"); }));
  EXPECT_EQ(why_refused([&] { client.keep_alive(lease); }), Why::LeaseGone);
  EXPECT_EQ(why_refused([&] { put(client, "leader", "a", lease); }), Why::LeaseGone);
  EXPECT_EQ(why_refused([&] { client.revoke(lease); }), Why::LeaseGone);
}

TEST_F(EtcdClientTest, ALeaseIsKeptAliveOrGivenBack) {
  EtcdClient client{patient(etcd().endpoints())};
  const LeaseId lease = client.grant(600s);
  EXPECT_TRUE(put(client, "leader", "a", lease).succeeded);
  EXPECT_EQ(client.keep_alive(lease), 600s);
  EXPECT_EQ(client.get("leader"), "a");
  client.revoke(lease);
  EXPECT_EQ(client.get("leader"), std::nullopt);
}

TEST_F(EtcdClientTest, CompactsWhatMayBeCompactedAlready) {
  EtcdClient client{patient(etcd().endpoints())};
  put(client, "a", "1");
  const std::uint64_t revision = put(client, "a", "2").revision;
  client.compact(revision);
  client.compact(revision);
  client.compact(revision - 1);
  EXPECT_EQ(client.get("a"), "2");
  EXPECT_EQ(why_refused([&] { client.compact(revision + 1000); }), Why::Other);
}

TEST_F(EtcdClientTest, TellsHowTheStoreIs) {
  EtcdClient client{patient(etcd().endpoints())};
  const StoreStatus status = client.status();
  EXPECT_THAT(status.version, testing::StartsWith("3."));
  EXPECT_GT(status.database_bytes, 0U);
  EXPECT_LE(status.database_bytes_in_use, status.database_bytes);
  EXPECT_THAT(status.alarms, testing::IsEmpty());
}

TEST_F(EtcdClientTest, AFullStoreSaysSo) {
  EtcdClient client{patient(etcd({.members = 1, .quota_bytes = 262'144}).endpoints())};
  const std::string value(50'000, 'x');
  std::optional<Why> why;
  std::string key;
  for (int i = 0; i < 100 && !why; ++i) {
    key = "key" + std::to_string(i);
    why = why_refused([&] { put(client, key, value); });
  }
  EXPECT_EQ(why, Why::NoSpace);
  EXPECT_EQ(client.get(key), std::nullopt);
  EXPECT_EQ(client.get("key0"), value);
  EXPECT_EQ(why_refused([&] { put_new(client, "small", ""); }), Why::NoSpace);
  EXPECT_EQ(why_refused([&] { static_cast<void>(client.grant(5s)); }), Why::NoSpace);
  EXPECT_THAT(client.status().alarms, ElementsAre("NOSPACE"));
}

TEST_F(EtcdClientTest, LogsOn) {
  ask_for_passwords();
  EtcdSettings settings = patient(etcd().endpoints());
  EtcdClient nobody{settings};
  EXPECT_EQ(why_refused([&] { static_cast<void>(nobody.get("/betex/a")); }), Why::Unauthorised);

  settings.user = "gateway";
  settings.password = "Secret";
  EtcdClient wrong{settings};
  EXPECT_EQ(why_refused([&] { static_cast<void>(wrong.get("/betex/a")); }), Why::Unauthorised);

  settings.password = "secret";
  EtcdClient client{settings};
  EXPECT_TRUE(put_new(client, "/betex/a", "1").succeeded);
  EXPECT_EQ(client.get("/betex/a"), "1");
  EXPECT_EQ(why_refused([&] { static_cast<void>(client.get("/other")); }), Why::Unauthorised);
  const LeaseId lease = client.grant(600s);
  EXPECT_TRUE(put(client, "/betex/a", "2", lease).succeeded);
  EXPECT_EQ(client.keep_alive(lease), 600s);
  EXPECT_THAT(client.status().alarms, testing::IsEmpty());

  // A member that has been started again knows none of the tokens that it has given.
  etcd().kill(0);
  etcd().restart(0);
  etcd().wait_until_healthy();
  EXPECT_EQ(surely([&] { return client.get("/betex/a"); }), "2");
}

TEST_F(EtcdClientTest, LogsOnOnlyWhereItIsAsked) {
  EtcdSettings settings = patient(etcd().endpoints());
  settings.user = "gateway";
  settings.password = "secret";
  EtcdClient client{settings};
  try {
    static_cast<void>(client.get("a"));
    ADD_FAILURE() << "not refused";
  } catch (const StoreRefused& refused) {
    EXPECT_EQ(refused.why(), Why::Unauthorised);
    EXPECT_THAT(refused.what(), HasSubstr("name no user"));
    EXPECT_THAT(refused.what(), testing::Not(HasSubstr("secret")));
  }
}

TEST_F(EtcdClientTest, ComesByTlsAndTrustsNobodyElse) {
  const test::TempFolder folder;
  // One authority for both: a member's JSON gateway is a client of the member, by its certificate.
  const test::TestAuthority servers{folder.path(), "servers"};
  const test::TestAuthority strangers{folder.path(), "strangers"};
  const std::filesystem::path own = servers.issue("gateway");
  EtcdCluster& cluster = etcd(
      {.members = 1, .certificate = servers.issue("etcd"), .client_ca = servers.certificate()});
  EtcdSettings settings = patient(cluster.endpoints());
  settings.ca = servers.certificate();
  settings.certificate = own;
  settings.key = own;
  EtcdClient client{settings};
  EXPECT_TRUE(surely([&] { return put(client, "a", "1"); }).succeeded);
  EXPECT_EQ(client.get("a"), "1");

  const std::string port = std::to_string(cluster.client_port(0));
  settings.endpoints = {"https://localhost:" + port};
  EtcdClient by_name{settings};
  EXPECT_EQ(by_name.get("a"), "1");

  const auto words_of_failure = [](const EtcdSettings& bad) -> std::string {
    EtcdClient refused{bad};
    try {
      static_cast<void>(refused.get("a"));
    } catch (const StoreUnknown& unknown) {
      return unknown.what();
    }
    return "it was let in";
  };
  EtcdSettings other_name = settings;
  other_name.endpoints = {"https://127.1:" + port};  // the same place, by a name that is not in it
  EXPECT_THAT(words_of_failure(other_name), HasSubstr("not trusted"));
  EtcdSettings other_authority = settings;
  other_authority.ca = strangers.certificate();
  EXPECT_THAT(words_of_failure(other_authority), HasSubstr("not trusted"));
  settings.deadline = 2s;  // in these cases it may be all that ends them
  EtcdSettings plain = settings;
  plain.endpoints = {"http://127.0.0.1:" + port};
  EXPECT_NE(words_of_failure(plain), "it was let in");
  EtcdSettings nobody = settings;
  nobody.certificate.clear();
  nobody.key.clear();
  EXPECT_NE(words_of_failure(nobody), "it was let in");
  EtcdSettings stranger = settings;
  stranger.certificate = strangers.issue("gateway");
  stranger.key = stranger.certificate;
  EXPECT_NE(words_of_failure(stranger), "it was let in");
}

// ---- Settings

TEST(EtcdSettingsTest, TakesOnlyWhatCanBeUsed) {
  EXPECT_THROW(EtcdClient{EtcdSettings{}}, std::runtime_error);
  for (const char* const endpoint : {"",
                                     "http://",
                                     "http://host",
                                     "http://host:",
                                     "http://:2379",
                                     "http://host:0",
                                     "http://host:65536",
                                     "http://host:-1",
                                     "http://host:2379/",
                                     "http://user@host:2379",
                                     "http://host:2379:1",
                                     "http://::1:2379",
                                     "http://[]:2379",
                                     "ftp://host:2379",
                                     "host:2379"}) {
    EXPECT_THROW(EtcdClient{patient({endpoint})}, std::runtime_error) << endpoint;
  }
  for (const char* const endpoint : {"http://host:2379",
                                     "https://a.b-c.example:65535",
                                     "http://[::1]:2379",
                                     "http://10.0.0.1:1"}) {
    EXPECT_NO_THROW(EtcdClient{patient({endpoint})}) << endpoint;
  }
}

TEST(EtcdSettingsTest, ReadsTheFilesOfTlsAtOnce) {
  const test::TempFolder folder;
  const test::TestAuthority authority{folder.path(), "some"};
  const std::filesystem::path own = authority.issue("own");
  const std::filesystem::path rubbish = folder.path() / "rubbish";
  std::ofstream{rubbish} << "rubbish";
  EtcdSettings good = patient({"https://127.0.0.1:1"});
  good.ca = authority.certificate();
  good.certificate = own;
  good.key = own;
  EXPECT_NO_THROW(EtcdClient{good});
  for (auto EtcdSettings::*const file :
       {&EtcdSettings::ca, &EtcdSettings::certificate, &EtcdSettings::key}) {
    for (const std::filesystem::path& bad : {rubbish, folder.path() / "none"}) {
      EtcdSettings settings = good;
      settings.*file = bad;
      try {
        const EtcdClient client{settings};
        ADD_FAILURE() << bad << " was taken";
      } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(bad.string()));
      }
    }
  }
}

}  // namespace
}  // namespace betex::cluster
