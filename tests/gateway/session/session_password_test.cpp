// Logons that are refused before anybody is known, at a gateway: nothing tells which sessions there
// are, and nobody keeps anybody else out.
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kNothing = 150ms;

class SessionPasswordTest : public testing::Test {
 protected:
  void start(const fix::TransportLimits& limits) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
  }

  [[nodiscard]] std::unique_ptr<RawFixPeer> knock(const std::string& comp_id,
                                                  const std::string& fields,
                                                  const std::string& from = {}) const {
    auto peer = gateway_->connect(comp_id, from);
    peer->send("A", fields);
    return peer;
  }

  void wait_for_connections(std::uint64_t count) const {
    ASSERT_TRUE(
        comes_to([&] { return gateway_->server().metrics().connections.value() == count; }));
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(SessionPasswordTest, NoTimeTellsWhichSessionsThereAre) {
  start({.first_refusal_delay = 1h});
  const std::string right = logon_fields("BROKER1");
  std::vector<std::unique_ptr<RawFixPeer>> peers;
  peers.push_back(knock("NOBODY", right));
  peers.push_back(knock("BROKER1", logon_fields("BROKER1", "wrong")));
  peers.push_back(knock("BROKER2", right));                 // another's user
  peers.push_back(knock("STRICT", "98=0|108=30|1137=9|"));  // neither user nor password
  peers.push_back(knock("BROKER3", "98=0|108=3600|553=BROKER3|554=wrong|"));  // and its interval
  for (const auto& peer : peers) {
    EXPECT_FALSE(peer->wait_for_end(kNothing));
  }
  const auto broker = knock("BROKER3", logon_fields("BROKER3"), "127.0.0.2");
  EXPECT_EQ(broker->read().type(), "A") << "they are in nobody's way";
}

TEST_F(SessionPasswordTest, WhatIsNoLogonIsClosedAtOnce) {
  start({.first_refusal_delay = 1h});
  const auto order = gateway_->connect("BROKER1");
  order->send("D", order_fields("A1"));
  EXPECT_TRUE(order->wait_for_end());
}

// Whoever has hashed such a password has done so by other means than ours.
TEST_F(SessionPasswordTest, ControlCharactersAreRefusedEvenWhereTheyAreRight) {
  gateway_ = std::make_unique<TestGateway>(
      pipeline_, folder_.path(), TestGatewayOptions{.password = "sec\tret"});
  const auto peer = knock("BROKER1", logon_fields("BROKER1", "sec\tret"));
  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
}

TEST_F(SessionPasswordTest, AFloodOfWrongPasswordsKeepsOutNoOtherAddress) {
  start({.first_refusal_delay = 1h});
  std::vector<std::unique_ptr<RawFixPeer>> flood;
  for (int i = 0; i < 8; ++i) {
    flood.push_back(knock("BROKER1", logon_fields("BROKER1", "wrong")));
  }
  const auto broker = knock("BROKER1", logon_fields("BROKER1"), "127.0.0.2");
  EXPECT_EQ(broker->read().type(), "A");
}

TEST_F(SessionPasswordTest, TheLogonDeadlineStandsStillMeanwhile) {
  start({.logon_deadline = 50ms, .first_refusal_delay = 1h});
  const auto waits = knock("BROKER1", logon_fields("BROKER1", "wrong"));
  EXPECT_FALSE(waits->wait_for_end(400ms));
  EXPECT_EQ(gateway_->server().metrics().logon_deadlines.value(), 0U);
}

// It waits for longer than its SendingTime(52) may be off.
TEST_F(SessionPasswordTest, WhatALogonWaitsForMakesItNoOlder) {
  start({.sending_time_tolerance = 3s, .first_refusal_delay = 5s});
  const auto wrong = knock("BROKER1", logon_fields("BROKER1", "wrong"));
  const auto right = knock("BROKER1", logon_fields("BROKER1"));
  EXPECT_EQ(right->read().type(), "A");
}

TEST_F(SessionPasswordTest, AConnectionThatGivesUpIsNotHeld) {
  start({.first_refusal_delay = 1h});
  auto known = knock("BROKER1", logon_fields("BROKER1", "wrong"));
  auto stranger = knock("NOBODY", logon_fields("BROKER1"));
  wait_for_connections(2);
  known->send_bytes("unread");
  known->close();
  stranger->close();
  wait_for_connections(0);
}

}  // namespace
}  // namespace betex::test
