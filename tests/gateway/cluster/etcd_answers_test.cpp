// The client of etcd against a server that is none: answers that no etcd gives, every error that it
// does, answers that do not end, and tokens that are refused.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/cluster/etcd_client.h"
#include "tests/gateway/cluster/etcd_calls.h"
#include "tests/gateway/cluster/stand_in.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using test::hasty;
using test::http_answer;
using test::patient;
using test::put;
using test::put_new;
using test::StandIn;
using test::StandInStep;
using test::why_refused;
using testing::HasSubstr;
using Json = nlohmann::json;
using Then = StandInStep::Then;
using Why = StoreRefused::Why;

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
