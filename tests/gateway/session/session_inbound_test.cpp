// What a session does with what comes in: numbers, gaps, refusals, back-pressure.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using matching::PlaceOrder;
using matching::RefuseInbound;
using matching::SessionInfo;
using testing::HasSubstr;

constexpr auto kNothing = 150ms;

class SessionInboundTest : public testing::Test {
 protected:
  [[nodiscard]] std::string order(const std::string& cl_ord_id, int number) const {
    return peer_->message("D", order_fields(cl_ord_id), number);
  }

  [[nodiscard]] std::string poss_dup_order(const std::string& cl_ord_id, int number) const {
    return peer_->message("D", "43=Y|122=" + fix_now() + "|" + order_fields(cl_ord_id), number);
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  TestGateway gateway_{pipeline_, folder_.path()};
  std::unique_ptr<RawFixPeer> peer_ = gateway_.log_on("BROKER1");
};

TEST_F(SessionInboundTest, DropsADuplicateWithPossDupFlag) {
  peer_->send("D", order_fields("A1"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A1");
  peer_->send_bytes(poss_dup_order("A1", 2));
  peer_->send("D", order_fields("A2"));

  EXPECT_EQ(peer_->read_type("8").value(11), "A2");
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), 2U);
}

TEST_F(SessionInboundTest, LogsOutAClientWhoseNumberIsTooLow) {
  peer_->send("D", order_fields("A1"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A1");
  peer_->send_bytes(order("A2", 2));

  EXPECT_THAT(peer_->read_type("5").value(58), HasSubstr("expecting 3 but received 2"));
  EXPECT_TRUE(peer_->wait_for_end());
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), 1U);
}

TEST_F(SessionInboundTest, AsksForWhatIsMissingAndThenGoesOnInOrder) {
  peer_->send_bytes(order("A4", 4));
  const RawFixMessage request = peer_->read_type("2");
  EXPECT_EQ(request.value(7), "2");
  EXPECT_EQ(request.value(16), "0");
  peer_->send_bytes(poss_dup_order("A2", 2) + poss_dup_order("A3", 3) + poss_dup_order("A4", 4));

  for (const auto* cl_ord_id : {"A2", "A3", "A4"}) {
    EXPECT_EQ(peer_->read_type("8").value(11), cl_ord_id);
  }
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), 3U);
  EXPECT_EQ(pipeline_.credits_out(), 0U);
}

TEST_F(SessionInboundTest, TakesOrdersThatWaitedAboveAGapFilledGap) {
  peer_->send_bytes(order("A4", 4) + order("A5", 5));
  EXPECT_EQ(peer_->read_type("2").value(7), "2");
  peer_->send_bytes(peer_->message("4", "43=Y|122=" + fix_now() + "|123=Y|36=4|", 2));
  peer_->send_bytes(order("A6", 6));

  for (const auto* cl_ord_id : {"A4", "A5", "A6"}) {
    EXPECT_EQ(peer_->read_type("8").value(11), cl_ord_id);
  }
}

TEST_F(SessionInboundTest, KeepsAtMost256AboveAGapAndLosesNone) {
  constexpr int kOrders = 400;
  std::string burst;
  for (int number = 3; number < 3 + kOrders; ++number) {
    burst += order("A" + std::to_string(number), number);
  }
  peer_->send_bytes(burst);
  EXPECT_EQ(peer_->read_type("2").value(7), "2");
  EXPECT_TRUE(pipeline_.submitted().empty());
  std::string resend;
  for (int number = 2; number < 3 + kOrders; ++number) {
    resend += poss_dup_order("A" + std::to_string(number), number);
  }
  peer_->send_bytes(resend);

  ASSERT_TRUE(pipeline_.wait_for_submitted(kOrders + 1));
  for (int number = 2; number < 3 + kOrders; ++number) {
    EXPECT_EQ(peer_->read_type("8").value(11), "A" + std::to_string(number));
  }
  EXPECT_EQ(pipeline_.submitted().size(), std::size_t{kOrders + 1});
  EXPECT_EQ(gateway_.server().metrics().messages_above_gap_lost.value(),
            std::uint64_t{kOrders - 256});
}

TEST_F(SessionInboundTest, SurvivesTenThousandHeartbeatsAboveAGap) {
  constexpr int kHeartbeats = 10'000;
  constexpr int kKept = 256;
  const auto fill_gap = [&](int number, int new_number) {
    peer_->send_bytes(peer_->message(
        "4", "43=Y|122=" + fix_now() + "|123=Y|36=" + std::to_string(new_number) + "|", number));
  };
  std::string burst;
  for (int number = 3; number < 3 + kHeartbeats; ++number) {
    burst += peer_->message("0", "", number);
  }
  peer_->send_bytes(burst);
  EXPECT_EQ(peer_->read_type("2").value(7), "2");
  fill_gap(2, 3);  // sets free what was kept, and QuickFIX recurses over it
  fill_gap(3 + kKept, 3 + kHeartbeats);
  peer_->send_bytes(order("A1", 3 + kHeartbeats));

  EXPECT_EQ(peer_->read_type("8").value(11), "A1");
}

TEST_F(SessionInboundTest, AnswersNoBusinessMessageReject) {
  peer_->send("j", "45=1|372=8|380=3|58=no idea|");
  peer_->send("1", "112=behind|");
  const RawFixMessage next = peer_->read();
  EXPECT_EQ(next.type(), "0") << next.text();
  EXPECT_EQ(next.value(112), "behind");
  EXPECT_TRUE(pipeline_.submitted().empty());
}

TEST_F(SessionInboundTest, TellsATypeThatItDoesNotTakeFromOneThatThereIsNot) {
  peer_->send("R", "131=quotes|");
  const RawFixMessage unsupported = peer_->read();
  EXPECT_EQ(unsupported.type(), "j") << unsupported.text();
  EXPECT_EQ(unsupported.value(45), "2");
  EXPECT_EQ(unsupported.value(372), "R");
  EXPECT_EQ(unsupported.value(380), "3");
  peer_->send("ZZ", "58=nobody's|");
  const RawFixMessage invalid = peer_->read();
  EXPECT_EQ(invalid.type(), "3") << invalid.text();
  EXPECT_EQ(invalid.value(45), "3");
  EXPECT_EQ(invalid.value(373), "11");
  peer_->send("D", order_fields("A1"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A1");
  const auto refused = pipeline_.submitted_bodies<RefuseInbound>();
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].answer, RefuseInbound::Answer::BusinessReject);
  EXPECT_EQ(refused[1].answer, RefuseInbound::Answer::SessionReject);
}

TEST_F(SessionInboundTest, RejectsWhatTheDecoderRefusesOnceItIsDurable) {
  pipeline_.hold();
  peer_->send("D", "11=A1|38=10|40=2|44=0.6x|54=1|55=RAIN-LON|60=" + fix_now() + "|");
  peer_->send("1", "112=behind|");
  const RawFixMessage heartbeat = peer_->read();
  EXPECT_EQ(heartbeat.value(112), "behind") << "it needs no journal";
  EXPECT_EQ(heartbeat.value(369), "1") << "what is not durable has no receipt";
  EXPECT_FALSE(peer_->try_read(kNothing).has_value());

  pipeline_.go_on();
  const RawFixMessage reject = peer_->read();
  EXPECT_EQ(reject.type(), "3") << reject.text();
  EXPECT_EQ(reject.value(45), "2");
  EXPECT_EQ(reject.value(371), "44");
  EXPECT_EQ(reject.value(372), "D");
  const auto refused = pipeline_.submitted_bodies<RefuseInbound>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].tag, 44U);
  EXPECT_EQ(refused[0].answer, RefuseInbound::Answer::SessionReject);
}

TEST_F(SessionInboundTest, RejectsWhatQuickfixRefusesOnceItIsDurable) {
  pipeline_.hold();
  peer_->send("D", order_fields("A1") + "9999=unknown|");
  EXPECT_FALSE(peer_->try_read(kNothing).has_value());

  pipeline_.go_on();
  const RawFixMessage reject = peer_->read();
  EXPECT_EQ(reject.type(), "3") << reject.text();
  EXPECT_EQ(reject.value(45), "2");
  EXPECT_EQ(reject.value(371), "9999");
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 1U);
  peer_->send("D", order_fields("A2"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A2") << "the number was used up";
}

// Else the order would come again after a crash, perhaps as it should have been, and act.
TEST_F(SessionInboundTest, RefusesAnOrderForItsOrigSendingTimeOnceThatIsDurable) {
  pipeline_.hold();
  peer_->send("D", "43=Y|" + order_fields("A1"));
  EXPECT_FALSE(peer_->try_read(kNothing).has_value());
  pipeline_.go_on();
  EXPECT_EQ(peer_->read().value(371), "122");

  pipeline_.hold();
  peer_->send("D", "43=Y|122=20991231-00:00:00|" + order_fields("A2"));
  EXPECT_FALSE(peer_->try_read(kNothing).has_value()) << "neither the Reject nor the Logout";
  pipeline_.go_on();
  EXPECT_EQ(peer_->read().value(373), "10");
  EXPECT_EQ(peer_->read().type(), "5");
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 2U);
  EXPECT_TRUE(pipeline_.submitted_bodies<PlaceOrder>().empty());
  peer_->close();
  EXPECT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{4}; }));
}

// As of a client whose clock was set back, and that sends again what was lost.
TEST_F(SessionInboundTest, WhatIsRefusedBehindWhatEndsTheSessionIsToldAtTheNextLogon) {
  const std::string later = "43=Y|122=20991231-00:00:00|";
  pipeline_.hold();
  peer_->send_bytes(peer_->message("D", later + order_fields("A1"), 2) +
                    peer_->message("D", later + order_fields("A2"), 3));
  ASSERT_TRUE(pipeline_.wait_for_submitted(2));
  pipeline_.go_on();
  EXPECT_EQ(peer_->read_type("3").value(45), "2");
  EXPECT_THAT(peer_->read_type("5").value(58), HasSubstr("OrigSendingTime(122) is later"));
  peer_->send_bytes(peer_->message("5", "", 4));
  EXPECT_TRUE(peer_->wait_for_end()) << "nothing follows our Logout";
  peer_ = gateway_.log_on("BROKER1", 5);
  const RawFixMessage reject = peer_->read_type("3");
  EXPECT_EQ(reject.value(45), "3");
  EXPECT_EQ(reject.value(373), "10");
  EXPECT_EQ(reject.value(97), "");
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 2U);
}

TEST_F(SessionInboundTest, RejectsWhatTheGuardRefusesAndUsesUpItsNumber) {
  peer_->send("D", order_fields("A1") + "95=3|96=abc|");

  const RawFixMessage reject = peer_->read();
  EXPECT_EQ(reject.type(), "3") << reject.text();
  EXPECT_EQ(reject.value(45), "2");
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 1U);
  peer_->send("D", order_fields("A2"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A2");
}

TEST_F(SessionInboundTest, AnswersARefusalOnlyOnceWhenItIsSentAgain) {
  peer_->send("D", order_fields("A1") + "9999=unknown|");
  EXPECT_EQ(peer_->read().type(), "3");
  peer_->send_bytes(
      peer_->message("D", "43=Y|122=" + fix_now() + "|" + order_fields("A1") + "9999=unknown|", 2));
  peer_->send("D", order_fields("A2"));
  while (peer_->read().value(11) != "A2") {
  }

  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 1U);
}

TEST_F(SessionInboundTest, RefusesABusinessMessageThroughTheJournal) {
  pipeline_.hold();
  peer_->send("E", "66=list-1|");
  EXPECT_FALSE(peer_->try_read(kNothing).has_value());

  pipeline_.go_on();
  const RawFixMessage answer = peer_->read();
  EXPECT_THAT(answer.type(), testing::AnyOf("j", "3")) << answer.text();
  EXPECT_EQ(answer.value(45), "2");
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 1U);
}

TEST_F(SessionInboundTest, RefusesOrdersButNotCancelsWhileTheDiskIsLow) {
  pipeline_.set_disk_low(true);
  peer_->send("D", order_fields("A1"));
  const RawFixMessage refusal = peer_->read();
  EXPECT_EQ(refusal.type(), "j");
  EXPECT_EQ(refusal.value(380), "4");
  EXPECT_EQ(refusal.value(379), "A1");
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 1U);
  EXPECT_TRUE(pipeline_.submitted_bodies<PlaceOrder>().empty());

  peer_->send("F", "11=C1|41=A1|55=RAIN-LON|54=1|60=" + fix_now() + "|");
  pipeline_.set_disk_low(false);
  peer_->send("D", order_fields("A2"));
  while (peer_->read().value(11) != "A2") {
  }
  EXPECT_EQ(pipeline_.submitted_bodies<matching::CancelOrder>().size(), 1U);
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 1U);
}

TEST_F(SessionInboundTest, RejectsAnAdministrativeMessageWithoutTheJournal) {
  pipeline_.hold();
  peer_->send("1");

  const RawFixMessage reject = peer_->read();
  EXPECT_EQ(reject.type(), "3");
  EXPECT_EQ(reject.value(372), "1");
  EXPECT_TRUE(pipeline_.submitted().empty());
  pipeline_.go_on();
}

TEST_F(SessionInboundTest, RejectsResendRequestsThatMakeNoSense) {
  for (const auto* range : {"7=0|16=0|", "7=99|16=0|", "7=2|16=1|"}) {
    peer_->send("2", range);
    const RawFixMessage reject = peer_->read();
    EXPECT_EQ(reject.type(), "3") << reject.text();
    EXPECT_EQ(reject.value(373), "5");
  }
  peer_->send("D", order_fields("A1"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A1");
}

TEST_F(SessionInboundTest, StopsReadingWithoutCreditsAndLosesNothing) {
  pipeline_.set_full(true);
  constexpr int kOrders = 1000;
  std::string burst;
  for (int number = 2; number < 2 + kOrders; ++number) {
    burst += order("A" + std::to_string(number), number);
  }
  peer_->send_bytes(burst);
  EXPECT_FALSE(peer_->try_read(kNothing).has_value());
  EXPECT_TRUE(pipeline_.submitted().empty());

  pipeline_.set_full(false);
  ASSERT_TRUE(pipeline_.wait_for_submitted(kOrders));
  for (int number = 2; number < 2 + kOrders; ++number) {
    EXPECT_EQ(peer_->read_type("8").value(11), "A" + std::to_string(number));
  }
  EXPECT_EQ(pipeline_.credits_out(), 0U);
}

TEST_F(SessionInboundTest, ARefusedMessageThatClosesAGapSetsFreeWhatWaited) {
  peer_->send_bytes(order("A3", 3));
  EXPECT_EQ(peer_->read_type("2").value(7), "2");
  peer_->send_bytes(
      peer_->message("D", "43=Y|122=" + fix_now() + "|" + order_fields("A2") + "95=3|96=abc|", 2));
  EXPECT_EQ(peer_->read().type(), "3");
  EXPECT_EQ(peer_->read_type("8").value(11), "A3") << "without anything else to come";
}

TEST_F(SessionInboundTest, ABadMessageAboveAGapIsRefusedWhenItsTurnComesAndInTheJournal) {
  peer_->send_bytes(peer_->message("D", order_fields("A3") + "9999=unknown|", 3));
  EXPECT_EQ(peer_->read().type(), "2") << "nothing is refused yet";
  pipeline_.hold();
  peer_->send_bytes(poss_dup_order("A2", 2));
  EXPECT_FALSE(peer_->try_read(kNothing).has_value());
  pipeline_.go_on();
  const std::set<std::string> answers{peer_->read().type(), peer_->read().type()};
  EXPECT_EQ(answers, (std::set<std::string>{"3", "8"}));
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), 1U);
}

TEST_F(SessionInboundTest, ALogoutOrARejectAboveAGapUsesUpNoOrdersNumber) {
  peer_->send_bytes(peer_->message("3", "45=1|58=why|", 4));
  EXPECT_EQ(peer_->read().value(7), "2");
  peer_->send_bytes(peer_->message("5", "", 5));
  EXPECT_EQ(peer_->read().type(), "5");
  peer_->close();
  EXPECT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{2}; }));
}

TEST_F(SessionInboundTest, AsksAgainWhenSomethingLacksAgain) {
  peer_->send_bytes(order("A3", 3));
  EXPECT_EQ(peer_->read_type("2").value(7), "2");
  peer_->send_bytes(order("A5", 5));  // sent before the request was read: no second one
  peer_->send_bytes(poss_dup_order("A2", 2));
  EXPECT_EQ(peer_->read_type("8").value(11), "A2");
  EXPECT_EQ(peer_->read_type("8").value(11), "A3");
  peer_->send_bytes(order("A6", 6));
  EXPECT_EQ(peer_->read_type("2").value(7), "4");
  peer_->send_bytes(poss_dup_order("A4", 4));
  for (const auto* cl_ord_id : {"A4", "A5", "A6"}) {
    EXPECT_EQ(peer_->read_type("8").value(11), cl_ord_id);
  }
}

TEST_F(SessionInboundTest, TellsTheFeedWhatHasLeft) {
  for (int i = 0; i < 10; ++i) {
    peer_->send("D", order_fields("A" + std::to_string(i)));
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(peer_->read_type("8").value(11), "A" + std::to_string(i));
  }
  peer_->send("1", "112=last|");
  EXPECT_EQ(peer_->read().value(112), "last");
  EXPECT_EQ(pipeline_.consumed(), 10U);
}

TEST_F(SessionInboundTest, IgnoresGarbledMessagesAndLogsOutAfterAFew) {
  const std::string good = order("A1", 2);
  std::string wrong_checksum = good;
  wrong_checksum[wrong_checksum.size() - 2] =
      wrong_checksum[wrong_checksum.size() - 2] == '1' ? '2' : '1';
  peer_->send_bytes(wrong_checksum + good);
  EXPECT_EQ(peer_->read_type("8").value(11), "A1");

  for (int i = 0; i < 20; ++i) {
    peer_->send_bytes(wrong_checksum);
  }
  EXPECT_EQ(peer_->read_type("5").value(58), "Too many garbled messages");
  EXPECT_TRUE(peer_->wait_for_end());
}

}  // namespace
}  // namespace betex::test
