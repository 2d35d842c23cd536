// Two logons for one session, and what an operator does to one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using matching::SessionInfo;

constexpr auto kNothing = 150ms;

class SessionProbeTest : public testing::Test {
 protected:
  void start(const fix::TransportLimits& limits = {}) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
  }

  // Logs on as well; the answer is not read.
  [[nodiscard]] std::unique_ptr<RawFixPeer> second(
      const std::string& password = kTestPassword) const {
    auto peer = gateway_->connect("BROKER1");
    peer->next_out = 2;
    peer->send("A", logon_fields("BROKER1", password));
    return peer;
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(SessionProbeTest, AFirstThatAnswersStaysAndTheSecondGoes) {
  start({.probe_grace = 30s});
  const auto first = gateway_->log_on("BROKER1");
  const auto other = second();
  const RawFixMessage probe = first->read();
  ASSERT_EQ(probe.type(), "1");
  EXPECT_EQ(probe.value(112), probe.value(34)) << "it names its number";
  first->send("0", "112=" + probe.value(112) + "|");

  EXPECT_FALSE(other->try_read(kPatience).has_value());
  EXPECT_TRUE(other->wait_for_end());
  first->send("D", order_fields("A1"));
  EXPECT_EQ(first->read_type("8").value(11), "A1");
}

TEST_F(SessionProbeTest, AFirstThatDoesNotAnswerGoesAndTheSecondIsLetIn) {
  start({.probe_grace = 200ms});
  const auto first = gateway_->log_on("BROKER1");
  const auto other = second();

  EXPECT_EQ(other->read().type(), "A");
  EXPECT_TRUE(first->wait_for_end());
  other->send("D", order_fields("A1"));
  EXPECT_EQ(other->read_type("8").value(11), "A1");
  EXPECT_EQ(gateway_->server().metrics().probes_failed.value(), 1U);
}

TEST_F(SessionProbeTest, AnAnswerAboveAGapIsAnAnswer) {
  start({.probe_grace = 30s});
  const auto first = gateway_->log_on("BROKER1");
  const auto other = second();
  const RawFixMessage probe = first->read();
  first->send_bytes(first->message("0", "112=" + probe.value(112) + "|", 7));

  EXPECT_TRUE(other->wait_for_end());
  EXPECT_EQ(first->read().type(), "2");
}

TEST_F(SessionProbeTest, WhoIsNotKnownProbesNobody) {
  start({.probe_grace = 1ms});
  const auto first = gateway_->log_on("BROKER1");
  EXPECT_TRUE(second("wrong")->wait_for_end());
  EXPECT_FALSE(first->try_read(kNothing).has_value());
  EXPECT_EQ(gateway_->server().metrics().probes.value(), 0U);
}

TEST_F(SessionProbeTest, ManyWhoAreNotKnownKeepNobodyOut) {
  start({.first_refusal_delay = 10ms});
  std::vector<std::unique_ptr<RawFixPeer>> strangers;
  for (int i = 0; i < 20; ++i) {
    strangers.push_back(second("wrong"));
  }
  const auto other = gateway_->log_on("BROKER2");
  const auto elsewhere = gateway_->connect("BROKER1", "127.0.0.2");
  elsewhere->send("A", logon_fields("BROKER1"));
  EXPECT_EQ(elsewhere->read().type(), "A");
  for (const auto& stranger : strangers) {
    EXPECT_TRUE(stranger->wait_for_end());
  }
}

TEST_F(SessionProbeTest, TakesAClientThatComesBackAtOnce) {
  start();
  for (int logon = 1; logon <= 20; ++logon) {
    EXPECT_NO_THROW((void)gateway_->log_on("BROKER1", logon)) << "logon " << logon;
  }
}

TEST_F(SessionProbeTest, OfManyTheLastIsLetIn) {
  start({.probe_grace = 500ms});
  const auto first = gateway_->log_on("BROKER1");
  const auto one = second();
  EXPECT_EQ(first->read().type(), "1");
  const auto two = second();
  EXPECT_TRUE(one->wait_for_end());
  EXPECT_EQ(two->read().type(), "A");
}

TEST_F(SessionProbeTest, AnOperatorsLogoutEndsTheSession) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  pipeline_.command(matching::LogoutSession{.comp_id = matching::Name{"BROKER1"}});
  EXPECT_EQ(peer->read_type("5").value(58), "Logged out by the operator");
  peer->send("5");
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
}

TEST_F(SessionProbeTest, NumbersThatAnOperatorHasSetHoldAtTheNextLogon) {
  start();
  gateway_->log_on("BROKER1")->send("D", order_fields("A1"));
  ASSERT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{3}; }));
  pipeline_.command(
      matching::SetSessionNumbers{.comp_id = matching::Name{"BROKER1"}, .new_epoch = true});

  const auto peer = gateway_->connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  const RawFixMessage logon = peer->read();
  EXPECT_EQ(logon.type(), "A") << logon.text();
  EXPECT_EQ(logon.number(), 1);
}

}  // namespace
}  // namespace betex::test
