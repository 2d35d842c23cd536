// The client of etcd: against a real member, through a network that fails, and against a server
// that says what no etcd would.
#include "gateway/cluster/etcd_client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/cluster/store_connection.h"
#include "tests/gateway/cluster/stand_in.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/faulty_link.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using test::EtcdCluster;
using test::EtcdOptions;
using test::FaultyLink;
using test::http_answer;
using test::kPatience;
using test::StandIn;
using test::StandInStep;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;
using Then = StandInStep::Then;
using Why = StoreRefused::Why;

// One that a call ends well before, also on a machine that stalls.
EtcdSettings patient(std::vector<std::string> endpoints) {
  return {.endpoints = std::move(endpoints), .deadline = kPatience};
}

// One that a call must be ended by.
EtcdSettings hasty(std::vector<std::string> endpoints) {
  return {.endpoints = std::move(endpoints), .deadline = 300ms};
}

std::string url(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

TransactionResult put(EtcdClient& client,
                      const std::string& key,
                      const std::string& value,
                      LeaseId lease = 0) {
  return client.transact({}, std::array{Put{.key = key, .value = value, .lease = lease}}, {});
}

// Puts it if there is no such key; else tells what it is.
TransactionResult put_new(EtcdClient& client, const std::string& key, const std::string& value) {
  return client.transact(std::array{KeyIs{.key = key, .value = std::nullopt}},
                         std::array{Put{.key = key, .value = value}},
                         std::array{key});
}

std::optional<Why> why_refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const StoreRefused& refused) {
    return refused.why();
  }
  return std::nullopt;
}

// Again until its outcome is known.
template <typename Call>
auto surely(Call call) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      return call();
    } catch (const StoreUnknown&) {
      if (std::chrono::steady_clock::now() >= deadline) {
        throw;
      }
      std::this_thread::sleep_for(10ms);
    }
  }
}

template <typename Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

// ---- A real member

class EtcdClientTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const ci = std::getenv("CI");
    if (!test::etcd_is_installed() && (ci == nullptr || std::string_view{ci} != "true")) {
      GTEST_SKIP() << "etcd is not installed";
    }
  }

  EtcdCluster& etcd(const EtcdOptions& options = {.members = 1}) {
    if (!etcd_) {
      etcd_ = std::make_unique<EtcdCluster>(options);
    }
    return *etcd_;
  }

  // What only an administrator does.
  void administer(const std::string& path, const Json& body) {
    StoreConnection connection{parse_url(etcd().endpoints().at(0)).value(), nullptr};
    const auto answer = connection.call(
        {.method = StoreConnection::Method::Post, .path = path, .body = body.dump()},
        std::chrono::steady_clock::now() + kPatience);
    ASSERT_EQ(answer.status, 200U) << answer.body;
  }

  // Whose user "gateway" may use what is under /betex/.
  void ask_for_passwords() {
    administer("/v3/auth/user/add", {{"name", "root"}, {"password", "toor"}});
    administer("/v3/auth/user/grant", {{"user", "root"}, {"role", "root"}});
    administer("/v3/auth/role/add", {{"name", "betex"}});
    administer("/v3/auth/role/grant",
               {{"name", "betex"},
                {"perm",
                 {{"permType", "READWRITE"},
                  {"key", "L2JldGV4Lw=="},            // /betex/
                  {"range_end", "L2JldGV4MA=="}}}});  // /betex0
    administer("/v3/auth/user/add", {{"name", "gateway"}, {"password", "secret"}});
    administer("/v3/auth/user/grant", {{"user", "gateway"}, {"role", "betex"}});
    administer("/v3/auth/enable", Json::object());
  }

 private:
  std::unique_ptr<EtcdCluster> etcd_;
};

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
  ASSERT_TRUE(comes_true([&] {
    lease = client.grant(2s);  // a machine may stand still for longer
    return !why_refused([&] { put(client, "leader", "a", lease); });
  }));
  EXPECT_TRUE(comes_true([&] { return !client.get("leader"); }));
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

TEST_F(EtcdClientTest, WhatNobodyHeardOfHappenedYet) {
  FaultyLink link{etcd().client_port(0)};
  EtcdClient direct{patient(etcd().endpoints())};
  EtcdClient client{{.endpoints = {url(link.port())}, .deadline = 2s}};
  surely([&] { return client.get("a"); });
  link.cut_answers();
  // Again, for where it hangs up is too early for a slow member: it then leaves it.
  EXPECT_TRUE(comes_true([&] {
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
  EXPECT_TRUE(comes_true([&] { return direct.get("a") == "1"; }));
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

// ---- A server that is no etcd

constexpr const char* kHeader = R"("header":{"revision":"7"})";

std::string reply(const std::string& fields) {
  return http_answer(std::string{"{"} + kHeader + (fields.empty() ? "" : ",") + fields + "}");
}

// Of each kind of call.
std::vector<std::function<void(EtcdClient&)>> all_calls() {
  return {
      [](EtcdClient& client) { static_cast<void>(client.get("a")); },
      [](EtcdClient& client) { static_cast<void>(client.range("a")); },
      [](EtcdClient& client) { put_new(client, "a", "1"); },
      [](EtcdClient& client) { static_cast<void>(client.grant(5s)); },
      [](EtcdClient& client) { client.keep_alive(5); },
      [](EtcdClient& client) { client.revoke(5); },
      [](EtcdClient& client) { client.compact(5); },
      [](EtcdClient& client) { static_cast<void>(client.status()); },
  };
}

TEST(EtcdAnswersTest, WhatIsNoAnswerIsUnknown) {
  const std::vector<std::string> answers{
      http_answer(""),
      http_answer("hello"),
      http_answer("[]"),
      http_answer("null"),
      http_answer("7"),
      http_answer("{"),
      http_answer("{}"),
      http_answer("{}{}"),
      http_answer("\xff"),
      http_answer(std::string(100'000, '[')),
      http_answer(R"({"header":7})"),
      http_answer(R"({"header":{}})"),
      http_answer(R"({"header":{"revision":"x"}})"),
      http_answer(R"({"header":{"revision":"-1"}})"),
      http_answer(R"({"header":{"revision":1.5}})"),
      http_answer(R"({"header":{"revision":"99999999999999999999"}})"),
      http_answer("Service Unavailable", "503 Service Unavailable"),
      http_answer("Not Found", "404 Not Found"),
      http_answer(R"({"header":{"revision":"7"}})", "500 Internal Server Error"),
      http_answer(R"({"error":{}})"),
      http_answer(R"({"error":7})"),
      http_answer(R"({"code":"x"})", "400 Bad Request"),
      "SSH-2.0-OpenSSH_9.2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  };
  for (const std::string& answer : answers) {
    for (const auto& call : all_calls()) {
      const StandIn server{{{.answer = answer, .then = Then::Close}}};
      EtcdClient client{patient({server.endpoint()})};
      EXPECT_THROW(call(client), StoreUnknown) << answer.substr(0, 200);
    }
  }
}

TEST(EtcdAnswersTest, WrongTypesAreUnknown) {
  const auto expect_unknown = [](const std::string& fields,
                                 const std::function<void(EtcdClient&)>& call) {
    const StandIn server{{{.answer = reply(fields)}}};
    EtcdClient client{patient({server.endpoint()})};
    EXPECT_THROW(call(client), StoreUnknown) << fields;
  };
  for (const char* const fields : {
           R"("kvs":7)",
           R"("kvs":[7])",
           R"("kvs":[{}])",
           R"("kvs":[{"key":"Yg=="}])",                 // b
           R"("kvs":[{"key":"YQ=="},{"key":"YQ=="}])",  // twice
           R"("kvs":[{"key":"YQ==","value":7}])",
           R"("kvs":[{"key":"YQ==","value":"A"}])",
           R"("kvs":[{"key":"YQ==","value":"===="}])",
           R"("kvs":[{"key":"YQ==","value":"A==="}])",
           R"("kvs":[{"key":"YQ==","value":"AA=A"}])",
           R"("kvs":[{"key":"YQ==","value":"AA A"}])",
           R"("kvs":[{"key":"YQ==","value":" AAA"}])",
           R"("kvs":[{"key":"YQ==","value":"A-_A"}])",
           R"("count":"1")",
       }) {
    expect_unknown(fields, [](EtcdClient& client) { static_cast<void>(client.get("a")); });
  }
  for (const char* const fields : {
           R"("kvs":7)",
           R"("kvs":[7])",
           R"("kvs":[{}])",
           R"("kvs":[{"key":"Yg=="}])",                 // b
           R"("kvs":[{"key":"YQ=="},{"key":"YQ=="}])",  // twice
           R"("kvs":[{"key":"YWI="},{"key":"YQ=="}])",  // ab, a
           R"("kvs":[{"key":"YQ==","value":7}])",
           R"("count":"1")",
       }) {
    expect_unknown(fields, [](EtcdClient& client) { static_cast<void>(client.range("a")); });
  }
  for (const char* const fields : {
           R"("succeeded":"true")",
           R"("succeeded":1)",
           R"("succeeded":true)",  // without what was done
           R"("succeeded":true,"responses":[{},{}])",
           R"("succeeded":true,"responses":{})",
           "",  // without what was read
           R"("succeeded":false,"responses":[{}])",
           R"("responses":[7])",
           R"("responses":[{"response_put":{}}])",
           R"("responses":[{"response_range":{"kvs":[{"key":"Yg=="}]}}])",
       }) {
    expect_unknown(fields, [](EtcdClient& client) { put_new(client, "a", "1"); });
  }
  for (const char* const fields : {R"("ID":"")", R"("ID":"0")", R"("ID":"7x")", R"("ID":{})"}) {
    expect_unknown(fields, [](EtcdClient& client) { static_cast<void>(client.grant(5s)); });
  }
  for (const char* const fields : {R"("result":7)",
                                   R"("result":{"TTL":"5"})",
                                   R"("result":{"ID":"6","TTL":"5"})",
                                   R"("result":{"ID":"5","TTL":"x"})"}) {
    expect_unknown(fields, [](EtcdClient& client) { client.keep_alive(5); });
  }
  for (const char* const fields : {R"("version":7)", R"("version":"3","dbSize":"-1")"}) {
    expect_unknown(fields, [](EtcdClient& client) { static_cast<void>(client.status()); });
  }
}

TEST(EtcdAnswersTest, ReadsNumbersAsTextsAndAsNumbers) {
  const StandIn server{{{.answer = reply(R"("ID":9223372036854775807)")},
                        {.answer = reply(R"("ID":"9223372036854775807")")},
                        {.answer = http_answer(R"({"result":{"ID":"5"}})")},
                        {.answer = http_answer(R"({"result":{"ID":5,"TTL":2}})")}}};
  EtcdClient client{patient({server.endpoint()})};
  EXPECT_EQ(client.grant(5s), INT64_MAX);
  EXPECT_EQ(client.grant(5s), INT64_MAX);
  EXPECT_EQ(why_refused([&] { client.keep_alive(5); }), Why::LeaseGone);
  EXPECT_EQ(client.keep_alive(5), 2s);
}

std::string etcd_error(int code, const std::string& message) {
  return http_answer(Json{{"error", message}, {"message", message}, {"code", code}}.dump(),
                     "400 Bad Request");
}

TEST(EtcdAnswersTest, TellsWhatWasRefusedFromWhatIsUnknown) {
  const std::vector<std::tuple<int, const char*, std::optional<Why>>> errors{
      {8, "etcdserver: mvcc: database space exceeded", Why::NoSpace},
      {8, "etcdserver: too many requests", std::nullopt},
      {5, "etcdserver: requested lease not found", Why::LeaseGone},
      {16, "etcdserver: invalid auth token", Why::Unauthorised},
      {7, "etcdserver: permission denied", Why::Unauthorised},
      {3, "etcdserver: user name is empty", Why::Unauthorised},
      {3, "etcdserver: authentication failed, invalid user ID or password", Why::Unauthorised},
      {3, "etcdserver: request is too large", Why::Other},
      {11, "etcdserver: mvcc: required revision has been compacted", Why::Compacted},
      {11, "etcdserver: mvcc: required revision is a future revision", Why::Other},
      {12, "unknown method", Why::Other},
      {14, "etcdserver: request timed out", std::nullopt},
      {14, "etcdserver: request timed out, possibly due to previous leader failure", std::nullopt},
      {14, "etcdserver: leader changed", std::nullopt},
      {14, "etcdserver: no leader", std::nullopt},
      {14, "transport is closing", std::nullopt},
      {9, "etcdserver: not leader", std::nullopt},
      {4, "context deadline exceeded", std::nullopt},
      {1, "context canceled", std::nullopt},
      {2, "context canceled", std::nullopt},
      {13, "stream terminated", std::nullopt},
      {15, "etcdserver: corrupt cluster", std::nullopt},
      {10, "aborted", std::nullopt},
      {99, "", std::nullopt},
      {0, "", std::nullopt},
  };
  for (const auto& [code, message, expected] : errors) {
    // The question that a full store is asked afterwards is answered with "no".
    const StandIn server{{{.answer = etcd_error(code, message)}, {.answer = reply("")}}};
    EtcdClient client{patient({server.endpoint()})};
    std::optional<Why> why;
    try {
      put(client, "a", "1");
      ADD_FAILURE() << message << " is taken for a success";
    } catch (const StoreRefused& refused) {
      why = refused.why();
    } catch (const StoreUnknown&) {
      why = std::nullopt;
    }
    EXPECT_EQ(why, expected) << code << ' ' << message;
  }
}

TEST(EtcdAnswersTest, AnErrorInAStreamIsOne) {
  const StandIn server{
      {{.answer = http_answer(
            R"({"error":{"grpc_code":5,"message":"etcdserver: requested lease not found"}})")},
       {.answer = http_answer(R"({"error":{"grpc_code":14,"message":"no leader"}})")}}};
  EtcdClient client{patient({server.endpoint()})};
  EXPECT_EQ(why_refused([&] { client.keep_alive(5); }), Why::LeaseGone);
  EXPECT_THROW(client.keep_alive(5), StoreUnknown);
}

TEST(EtcdAnswersTest, WhatTookTheLastOfTheSpaceIsDone) {
  const std::string full = etcd_error(8, "etcdserver: mvcc: database space exceeded");
  const StandIn server{{{.answer = full},
                        {.answer = reply(R"("succeeded":true,"responses":[{}])")},
                        {.answer = full},
                        {.answer = reply("")},
                        {.answer = full},
                        {.answer = etcd_error(14, "etcdserver: request timed out")}}};
  EtcdClient client{patient({server.endpoint()})};
  const TransactionResult done = put(client, "a", "1", 5);
  EXPECT_TRUE(done.succeeded);
  EXPECT_EQ(done.revision, 7U);
  const std::string question = server.requests().at(1);
  const Json asked = Json::parse(question.substr(question.find("\r\n\r\n")));
  EXPECT_EQ(asked.at("compare").size(), 2U);
  EXPECT_EQ(asked.at("compare").at(0).at("value"), "MQ==");
  EXPECT_EQ(asked.at("compare").at(1).at("lease"), "5");

  EXPECT_EQ(why_refused([&] { put(client, "a", "1"); }), Why::NoSpace);
  EXPECT_THROW(put(client, "a", "1"), StoreUnknown);
}

// etcd answers a transaction without any read or write out of what one member has, however old.
TEST(EtcdAnswersTest, AMajorityIsAskedEvenWhereNothingIsRead) {
  const StandIn server{{{.answer = reply(R"("succeeded":true,"responses":[{}])")}}};
  EtcdClient client{patient({server.endpoint()})};
  EXPECT_TRUE(client.transact(std::array{KeyIs{.key = "a", .value = "1"}}, {}, {}).succeeded);
  const std::string request = server.requests().at(0);
  const Json asked = Json::parse(request.substr(request.find("\r\n\r\n")));
  EXPECT_EQ(asked.at("success"), Json::parse(R"([{"request_range":{"key":"YQ=="}}])"));
}

TEST(EtcdAnswersTest, AnAnswerThatIsCutOffIsUnknown) {
  const std::string whole = reply(R"("succeeded":true,"responses":[{}])");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const StandIn server{{{.answer = whole.substr(0, size), .then = Then::Close}}};
    EtcdClient client{patient({server.endpoint()})};
    EXPECT_THROW(put(client, "a", "1"), StoreUnknown) << size;
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(EtcdAnswersTest, TheDeadlineHolds) {
  const std::string begun = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{";
  const std::string dripping = "HTTP/1.1 200 OK\r\nContent-Type: a, a, a, a, a, a, a, a, a, a, a";
  for (const StandInStep& step : {StandInStep{.answer = "", .then = Then::Hang},
                                  StandInStep{.answer = begun, .then = Then::Hang},
                                  StandInStep{.answer = dripping, .then = Then::Drip}}) {
    for (const auto& call : all_calls()) {
      const StandIn server{{step}};
      EtcdClient client{hasty({server.endpoint()})};
      EXPECT_THROW(call(client), StoreUnknown);
    }
  }
}

TEST(EtcdAnswersTest, AnEndlessAnswerIsNotWaitedFor) {
  for (const std::string answer : {"HTTP/1.1 200 OK\r\nX: ",
                                   "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n ",
                                   "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n "}) {
    const StandIn server{{{.answer = answer, .then = Then::Endless}}};
    EtcdClient client{patient({server.endpoint()})};
    EXPECT_THROW(put(client, "a", "1"), StoreUnknown) << answer;
    EXPECT_THROW(static_cast<void>(client.get("a")), StoreUnknown) << answer;
  }
}

// The server closes a connection at the moment at which it is used again.
TEST(EtcdAnswersTest, OnlyAReadIsMadeAgain) {
  const StandInStep good{.answer = reply("")};
  const StandInStep closes{.answer = "", .then = Then::Close};
  {
    const StandIn server{{good, closes, good}};
    EtcdClient client{patient({server.endpoint()})};
    static_cast<void>(client.get("a"));
    EXPECT_EQ(client.get("a"), std::nullopt);
    EXPECT_EQ(server.requests().size(), 3U);
  }
  {
    const StandIn server{{good, closes, good}};
    EtcdClient client{patient({server.endpoint()})};
    static_cast<void>(client.get("a"));
    EXPECT_THROW(put(client, "a", "1"), StoreUnknown);
    EXPECT_EQ(server.requests().size(), 2U);
  }
  {  // not where something of the answer has come
    const StandIn server{{good, {.answer = "H", .then = Then::Close}, good}};
    EtcdClient client{patient({server.endpoint()})};
    static_cast<void>(client.get("a"));
    EXPECT_THROW(static_cast<void>(client.get("a")), StoreUnknown);
    EXPECT_EQ(server.requests().size(), 2U);
  }
  {  // nor on a connection that is new
    const StandIn server{{closes, good}};
    EtcdClient client{patient({server.endpoint()})};
    EXPECT_THROW(static_cast<void>(client.get("a")), StoreUnknown);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(EtcdAnswersTest, ATokenIsRenewedOnce) {
  EtcdSettings settings;
  const StandInStep token{.answer = reply(R"("token":"first")")};
  const StandInStep renewed{.answer = reply(R"("token":"second")")};
  const StandInStep refused{.answer = etcd_error(16, "etcdserver: invalid auth token")};
  const StandInStep good{.answer = reply("")};
  const StandIn server{
      {token, good, refused, renewed, good, refused, renewed, refused, token, good}};
  settings = patient({server.endpoint()});
  settings.user = "gateway";
  settings.password = "secret";
  EtcdClient client{settings};
  EXPECT_EQ(client.get("a"), std::nullopt);
  EXPECT_EQ(client.get("a"), std::nullopt);
  EXPECT_EQ(why_refused([&] { static_cast<void>(client.get("a")); }), Why::Unauthorised);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 8U);
  EXPECT_THAT(requests[0], HasSubstr("/v3/auth/authenticate"));
  EXPECT_THAT(requests[0], testing::Not(HasSubstr("Authorization")));
  EXPECT_THAT(requests[1], HasSubstr("Authorization: first\r\n"));
  EXPECT_THAT(requests[2], HasSubstr("Authorization: first\r\n"));
  EXPECT_THAT(requests[4], HasSubstr("Authorization: second\r\n"));
}

TEST(EtcdAnswersTest, ATokenIsNoWayIntoTheHeader) {
  const StandIn server{{{.answer = reply(R"("token":"a\r\nX: b")")}, {.answer = reply("")}}};
  EtcdSettings settings = patient({server.endpoint()});
  settings.user = "gateway";
  EtcdClient client{settings};
  EXPECT_THROW(static_cast<void>(client.get("a")), StoreUnknown);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(EtcdAnswersTest, WhatAServerSaysIsQuoted) {
  const StandIn server{{{.answer = etcd_error(3, "\x1b[2J\n" + std::string(5000, 'x'))}}};
  EtcdClient client{patient({server.endpoint()})};
  try {
    put(client, "a", "1");
    ADD_FAILURE() << "not refused";
  } catch (const StoreRefused& refused) {
    const std::string what = refused.what();
    EXPECT_THAT(what, HasSubstr("\\x1b[2J\\x0a"));
    EXPECT_LT(what.size(), 1000U);
  }
}

}  // namespace
}  // namespace betex::cluster
