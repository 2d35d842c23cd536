#include "gateway/client/gateways.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "tests/support/patience.h"
#include "tests/tools/scripted_gateway.h"

namespace betex::client {
namespace {

using namespace std::chrono_literals;
using tools::ScriptedGateway;

TEST(GatewayAddress, IsAHostAndAPort) {
  EXPECT_EQ(parse_gateway("fix.example.com:9880"), (GatewayAddress{"fix.example.com", 9880}));
  EXPECT_EQ(parse_gateway("127.0.0.1:1"), (GatewayAddress{"127.0.0.1", 1}));
  EXPECT_EQ(parse_gateway("[::1]:65535"), (GatewayAddress{"::1", 65535}));
}

TEST(GatewayAddress, IsNothingElse) {
  for (const char* const text : {"",
                                 ":",
                                 "h",
                                 "h:",
                                 ":9880",
                                 "h:0",
                                 "h:65536",
                                 "h:-1",
                                 "h:+1",
                                 "h:1x",
                                 "h: 1",
                                 "::1:9880",
                                 "[::1:9880",
                                 "::1]:9880",
                                 "[]:9880"}) {
    EXPECT_EQ(parse_gateway(text), std::nullopt) << text;
  }
}

TEST(GatewayAddress, IsWrittenAsItIsRead) {
  for (const char* const text : {"h:1", "10.0.0.1:9880", "[fe80::1]:9881"}) {
    EXPECT_EQ(to_text(parse_gateway(text).value()), text);
  }
}

// Of a gateway that closes the connection instead of answering a Logon, so often.
ScriptedGateway::Script closes(std::atomic<int>& times) {
  return [&times](const Message& message) -> std::optional<ScriptedGateway::Reply> {
    if (message.type() == "A" && times-- > 0) {
      return ScriptedGateway::Reply{.messages = {}, .hang_up = true};
    }
    return std::nullopt;
  };
}

struct LogonAtGateways : ::testing::Test {
  SessionStore store;
  Session session{{.sender = "BROKER1", .password = Password{"demo"}}, store};
};

// It was killed between accept and its answer: another one takes over.
TEST_F(LogonAtGateways, GoesOnToOthersWhereOneClosesWithoutAnAnswer) {
  std::atomic<int> always = 1'000'000;
  std::atomic<int> twice = 2;
  const ScriptedGateway ended{closes(always)};
  const ScriptedGateway next{closes(twice)};
  Gateways gateways{{{"127.0.0.1", ended.port()}, {"127.0.0.1", next.port()}},
                    std::nullopt,
                    test::kPatience};
  gateways.log_on(session, ResetNumbers::Yes, test::kPatience);
  EXPECT_TRUE(session.logged_on());
  EXPECT_EQ(always.load(), 1'000'000 - 3);
  session.disconnect();
}

TEST_F(LogonAtGateways, EndsWithBothPossibleReasonsWhereNobodyAnswersInTime) {
  std::atomic<int> always = 1'000'000;
  const ScriptedGateway first{closes(always)};
  const ScriptedGateway second{closes(always)};
  Gateways gateways{
      {{"127.0.0.1", first.port()}, {"127.0.0.1", second.port()}}, std::nullopt, 500ms};
  try {
    gateways.log_on(session, ResetNumbers::Yes, 100ms);
    FAIL() << "nobody has answered";
  } catch (const LogonUnanswered& error) {
    const std::string words = error.what();
    EXPECT_NE(words.find("the password is wrong"), std::string::npos) << words;
    EXPECT_NE(words.find("the gateway ended just then"), std::string::npos) << words;
  }
  EXPECT_LT(always.load(), 1'000'000 - 2);  // both were asked again
}

TEST_F(LogonAtGateways, IsNotTriedElsewhereWhereItIsRefusedInWords) {
  std::atomic<int> never = 0;
  const ScriptedGateway leader{[](const Message&) {
    return std::optional{
        ScriptedGateway::Reply{.messages = {Message{"5"}.add(58, "not now")}, .hang_up = true}};
  }};
  const ScriptedGateway other{closes(never)};
  Gateways gateways{{{"127.0.0.1", leader.port()}, {"127.0.0.1", other.port()}}, std::nullopt};
  EXPECT_THROW(gateways.log_on(session, ResetNumbers::Yes, test::kPatience), LogonRefused);
  EXPECT_EQ(never.load(), 0);
}

}  // namespace
}  // namespace betex::client
