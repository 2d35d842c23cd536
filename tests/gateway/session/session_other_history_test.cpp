// Clients that have seen, or sent, what this gateway's log does not have: an older one was
// restored.
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using matching::PlaceOrder;
using testing::HasSubstr;

class OtherHistoryTest : public testing::Test {
 protected:
  [[nodiscard]] std::uint64_t alarms() { return gateway_.server().metrics().clients_ahead.value(); }

  [[nodiscard]] std::size_t orders() const {
    return pipeline_.submitted_bodies<PlaceOrder>().size();
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  TestGateway gateway_{pipeline_, folder_.path()};
};

// ---- 34 -----------------------------------------------------------------------------------------

TEST_F(OtherHistoryTest, WhatCameBeforeTheFirstLogonOfAnEpochIsNeverAskedFor) {
  const auto peer = gateway_.connect("BROKER1");
  peer->next_out = 501;
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_EQ(peer->read().type(), "A");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read().value(11), "A1") << "no ResendRequest comes before";
  EXPECT_EQ(alarms(), 1U);
  peer->send_bytes(peer->message("D", "43=Y|122=" + fix_now() + "|" + order_fields("OLD"), 300));
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read().value(11), "A2");
  EXPECT_EQ(orders(), 2U) << "nor taken where it comes unasked";
}

TEST_F(OtherHistoryTest, TheFirstLogonWithNumberOneIsNoAlarm) {
  (void)gateway_.log_on("BROKER1");
  EXPECT_EQ(alarms(), 0U);
}

TEST_F(OtherHistoryTest, AGapInAnEpochThatBothKnowIsAskedForAsEver) {
  auto peer = gateway_.log_on("BROKER1");
  peer->close();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  peer = gateway_.log_on("BROKER1", 7);
  const RawFixMessage request = peer->read_type("2");
  EXPECT_EQ(request.value(7), "2");
  EXPECT_EQ(alarms(), 0U);
}

// ---- 369 ----------------------------------------------------------------------------------------

TEST_F(OtherHistoryTest, AMessageWithA369OfWhatWasNeverSentDoesNotActAndEndsTheSession) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("D", "369=50000|" + order_fields("A1"));
  EXPECT_THAT(peer->read_type("5").value(58),
              HasSubstr("LastMsgSeqNumProcessed(369) is 50000, but our last number is 1"));
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_EQ(orders(), 0U);
  EXPECT_EQ(alarms(), 1U);
}

TEST_F(OtherHistoryTest, ALogonWithA369OfWhatWasNeverSentIsRefusedInWords) {
  auto peer = gateway_.log_on("BROKER1");
  peer->send("5");
  EXPECT_EQ(peer->read_type("5").type(), "5");
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  peer = gateway_.connect("BROKER1");
  peer->next_out = 3;
  peer->send("A", "369=50000|" + logon_fields("BROKER1"));
  const RawFixMessage answer = peer->read();
  EXPECT_EQ(answer.type(), "5");
  EXPECT_THAT(answer.value(58), HasSubstr("LastMsgSeqNumProcessed(369) is 50000"));
  EXPECT_EQ(alarms(), 1U);

  peer = gateway_.connect("BROKER1");
  peer->send("A", "369=50000|141=Y|" + logon_fields("BROKER1"));
  EXPECT_EQ(peer->read_type("A").value(141), "Y") << "it begins again, whatever it had before";
}

TEST_F(OtherHistoryTest, A369BelowWhatWasReservedIsTakenAsEver) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("D", "369=1|" + order_fields("A1"));
  EXPECT_EQ(peer->read().value(11), "A1");
  peer->send_bytes(
      peer->message("D", "43=Y|122=" + fix_now() + "|369=50000|" + order_fields("A1"), 2));
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read().value(11), "A2") << "of an older message, which is not looked at";
}

// ---- 789 ----------------------------------------------------------------------------------------

TEST_F(OtherHistoryTest, ALogonThatExpectsMoreThanWasSentIsAnAlarmToo) {
  auto peer = gateway_.log_on("BROKER1");
  peer->send("5");
  EXPECT_EQ(peer->read_type("5").type(), "5");
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  peer = gateway_.connect("BROKER1");
  peer->next_out = 3;
  peer->send("A", "789=700|" + logon_fields("BROKER1"));
  EXPECT_EQ(peer->read().type(), "5");
  EXPECT_EQ(alarms(), 1U);
}

}  // namespace
}  // namespace betex::test
