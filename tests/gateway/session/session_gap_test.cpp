// What a session does about messages that lack, and about input that can't be counted or read.
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
using matching::SessionInfo;
using testing::HasSubstr;

constexpr auto kNothing = 150ms;

class SessionGapTest : public testing::TestWithParam<const char*> {
 protected:
  void start(const fix::TransportLimits& limits = {}) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
    peer_ = gateway_->log_on(GetParam());
  }

  [[nodiscard]] std::string again(const std::string& type, const std::string& fields, int number) {
    return peer_->message(type, "43=Y|122=" + fix_now() + "|" + fields, number);
  }

  [[nodiscard]] std::string with_wrong_checksum(std::string message) const {
    char& digit = message[message.size() - 2];
    digit = digit == '1' ? '2' : '1';
    return message;
  }

  // `body` from MsgType(35) on.
  [[nodiscard]] static std::string raw(const std::string& body) {
    return fix_message(GetParam() == std::string{"BROKER3"} ? "FIX.4.4" : "FIXT.1.1", body);
  }

  void expect_request(int begin) {
    const RawFixMessage request = peer_->read();
    EXPECT_EQ(request.type(), "2") << request.text();
    EXPECT_EQ(request.value(7), std::to_string(begin)) << request.text();
    EXPECT_EQ(request.value(16), "0");
  }

  [[nodiscard]] bool wait_until_down(std::uint32_t next_in) const {
    return pipeline_.wait_for_session(
        GetParam(), [&](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{next_in}; });
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<RawFixPeer> peer_;
};

INSTANTIATE_TEST_SUITE_P(BothDialects,
                         SessionGapTest,
                         testing::Values("BROKER1", "BROKER3"),
                         [](const auto& param) { return std::string{param.param}; });

// ---- A resend that is lost ----------------------------------------------------------------------

TEST_P(SessionGapTest, WhatIsLostInAResendIsAskedForAgain) {
  start({.gap_requests = {.interval = 0ms}});
  peer_->send_bytes(peer_->message("D", order_fields("A4"), 4));
  expect_request(2);
  peer_->send_bytes(with_wrong_checksum(again("D", order_fields("A2"), 2)) +
                    again("D", order_fields("A3"), 3));
  expect_request(2);
  std::string behind;
  for (int number = 5; number <= 8; ++number) {
    behind += peer_->message("1", "112=" + std::to_string(number) + "|", number);
  }
  peer_->send_bytes(behind);
  EXPECT_FALSE(peer_->try_read(kNothing).has_value()) << "that was sent before the request is read";
  peer_->send_bytes(again("D", order_fields("A2"), 2) + again("D", order_fields("A3"), 3));
  std::set<std::string> answers;
  for (int i = 0; i < 7; ++i) {
    const RawFixMessage answer = peer_->read();
    answers.insert(answer.value(11) + answer.value(112));
  }
  EXPECT_THAT(answers, testing::ElementsAre("5", "6", "7", "8", "A2", "A3", "A4"));
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), 3U);
}

TEST_P(SessionGapTest, WhatDoesNotComeIsAskedForAgain) {
  start({.gap_requests = {.silence = 100ms}});
  peer_->send_bytes(peer_->message("D", order_fields("A3"), 3));
  expect_request(2);
  expect_request(2);
  peer_->send_bytes(again("4", "123=Y|36=3|", 2));
  EXPECT_EQ(peer_->read_type("8").value(11), "A3");
}

TEST_P(SessionGapTest, AClientThatNeverSendsWhatLacksIsLoggedOut) {
  start({.gap_requests = {.interval = 0ms, .requests = 3}});
  peer_->send_bytes(peer_->message("D", order_fields("A4"), 4));
  for (int request = 0; request < 3; ++request) {
    expect_request(2);
    peer_->send_bytes(again("D", order_fields("A3"), 3));
  }
  const RawFixMessage logout = peer_->read();
  EXPECT_EQ(logout.type(), "5") << logout.text();
  EXPECT_THAT(logout.value(58), HasSubstr("MsgSeqNum 2 has not come"));
  EXPECT_TRUE(peer_->wait_for_end());
  EXPECT_TRUE(wait_until_down(2));
  EXPECT_TRUE(pipeline_.submitted().empty());
}

TEST_P(SessionGapTest, WhatLacksBelowTheLogonIsAskedForAgain) {
  start({.gap_requests = {.interval = 0ms}});
  peer_->close();
  ASSERT_TRUE(wait_until_down(2));
  peer_ = gateway_->log_on(GetParam(), 4);
  expect_request(2);
  peer_->send_bytes(with_wrong_checksum(again("D", order_fields("A2"), 2)) +
                    again("D", order_fields("A3"), 3));
  expect_request(2);
  peer_->send_bytes(again("D", order_fields("A2"), 2) + again("D", order_fields("A3"), 3) +
                    again("4", "123=Y|36=5|", 4));
  EXPECT_EQ(peer_->read_type("8").value(11), "A2");
  EXPECT_EQ(peer_->read_type("8").value(11), "A3");
  peer_->send("1", "112=behind|");
  EXPECT_EQ(peer_->read().value(112), "behind");
}

// ---- A Logout above a gap -----------------------------------------------------------------------

TEST_P(SessionGapTest, WhatComesBehindALogoutAboveAGapActsUntilTheClientCloses) {
  start();
  peer_->send_bytes(peer_->message("5", "58=good bye|", 4));
  expect_request(2);
  const RawFixMessage logout = peer_->read();
  EXPECT_EQ(logout.type(), "5") << logout.text();
  EXPECT_EQ(logout.value(58), "");
  peer_->send_bytes(again("D", order_fields("A2"), 2) + again("D", order_fields("A3"), 3) +
                    again("4", "123=Y|36=5|", 4));
  ASSERT_TRUE(pipeline_.wait_for_submitted(2));
  EXPECT_TRUE(pipeline_.sessions()[0].up) << "it is the client that closes";
  peer_->close();
  EXPECT_TRUE(wait_until_down(5));
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), 2U);
}

TEST_P(SessionGapTest, AClientThatDoesNotCloseAfterItsLogoutAboveAGapIsLeft) {
  start({.logout_above_gap_grace = 50ms});
  peer_->send_bytes(peer_->message("5", "", 4));
  expect_request(2);
  EXPECT_EQ(peer_->read().type(), "5");
  EXPECT_TRUE(peer_->wait_for_end());
  EXPECT_TRUE(wait_until_down(2));
}

TEST_P(SessionGapTest, ASecondLogoutAboveAGapEndsItAtOnce) {
  start();
  peer_->send_bytes(peer_->message("5", "", 4));
  expect_request(2);
  EXPECT_EQ(peer_->read().type(), "5");
  peer_->send_bytes(peer_->message("5", "", 5));
  EXPECT_FALSE(peer_->try_read(kPatience).has_value()) << "one Logout is enough";
  EXPECT_TRUE(wait_until_down(2));
}

// A Logout that is refused has ended nothing: what ends the session later is something else.
TEST_P(SessionGapTest, ARefusedLogoutIsNoLogout) {
  start();
  peer_->send("5", "9999=x|");
  EXPECT_EQ(peer_->read().value(371), "9999");
  peer_->send("1", "112=still here|");
  EXPECT_EQ(peer_->read().value(112), "still here");
}

TEST_P(SessionGapTest, AClientThatDoesNotAnswerOurLogoutIsLeftWhateverElseItSays) {
  start({.logout_grace = 50ms});
  peer_->send_bytes(raw("35=1|34=2|49=SOMEBODY|52=" + fix_now() + "|56=BETEX|112=x|"));
  EXPECT_EQ(peer_->read().type(), "3");
  peer_->next_out = 3;
  bool ended = false;
  for (int i = 0; i < 400 && !ended; ++i) {
    try {
      peer_->send("1", "112=x|");
    } catch (const std::exception&) {
      ended = true;
    }
    std::this_thread::sleep_for(25ms);
    ended = ended || !pipeline_.sessions()[0].up;
  }
  EXPECT_TRUE(ended);
}

// ---- What can't be counted, or read -------------------------------------------------------------

TEST_P(SessionGapTest, AMessageWithoutAUsableNumberEndsTheSession) {
  start();
  int next_in = 1;
  for (const std::string number : {"",
                                   "34=|",
                                   "34=0|",
                                   "34=-1|",
                                   "34=none|",
                                   "34=1000000000|",
                                   "34=4294967298|",
                                   "34=00000000000000000002|",
                                   "34=2.0|"}) {
    for (const std::string type : {"1", "D"}) {
      if (next_in != 1) {
        peer_ = gateway_->log_on(GetParam(), next_in);
      }
      ++next_in;
      const std::string fields = type == "1" ? "112=x|" : order_fields("A1");
      peer_->send_bytes(raw("35=" + type + "|" + number + "49=" + GetParam() + "|52=" + fix_now() +
                            "|56=BETEX|" + fields));
      const RawFixMessage logout = peer_->read();
      EXPECT_EQ(logout.type(), "5") << number;
      EXPECT_THAT(logout.value(58), HasSubstr("MsgSeqNum(34)")) << number;
      EXPECT_TRUE(peer_->wait_for_end()) << number;
      EXPECT_TRUE(wait_until_down(static_cast<std::uint32_t>(next_in))) << number;
    }
  }
  EXPECT_TRUE(pipeline_.submitted().empty());
}

// The number of a message that is refused counts, wherever it stands.
TEST_P(SessionGapTest, AFieldThatIsNoneInFrontOfTheNumberIsRefusedWithTheNumber) {
  start();
  int number = 2;
  for (const std::string fault : {"49=|", "abc=1|", "0=1|", "1x=2|", "=|"}) {
    peer_->send_bytes(raw("35=1|" + fault + "34=" + std::to_string(number) + "|49=" + GetParam() +
                          "|52=" + fix_now() + "|56=BETEX|112=x|"));
    const RawFixMessage reject = peer_->read();
    EXPECT_EQ(reject.type(), "3") << fault << " " << reject.text();
    EXPECT_EQ(reject.value(45), std::to_string(number)) << fault;
    ++number;
  }
  peer_->next_out = number;
  peer_->send("1", "112=behind|");
  EXPECT_EQ(peer_->read().value(112), "behind");
}

TEST_P(SessionGapTest, TooManyBytesBetweenMessagesAreToldByALogout) {
  start();
  const std::vector<std::string> between{"\r\n", " ", std::string(1, '\0'), "\n", "\t  \r\n"};
  for (std::size_t i = 0; i < 10; ++i) {
    peer_->send_bytes(between[i % between.size()]);
    peer_->send("1", "112=" + std::to_string(i) + "|");
    EXPECT_EQ(peer_->read().value(112), std::to_string(i));
  }
  // What came before the one that is too many is taken.
  peer_->send_bytes(peer_->message("D", order_fields("A1"), peer_->next_out) + "\r\n");
  RawFixMessage last = peer_->read();
  if (last.type() == "8") {
    last = peer_->read();
  }
  EXPECT_EQ(last.type(), "5") << last.text();
  EXPECT_EQ(last.value(58), "Too many garbled messages");
  EXPECT_TRUE(peer_->wait_for_end());
  EXPECT_TRUE(wait_until_down(13));
}

TEST_P(SessionGapTest, AMessageThatIsTooLongIsToldByALogout) {
  start();
  std::string message = raw("35=0|34=2|");
  message.replace(message.find("9="), 4, "9=999999");
  peer_->send_bytes(message);
  const RawFixMessage logout = peer_->read();
  EXPECT_EQ(logout.type(), "5") << logout.text();
  EXPECT_THAT(logout.value(58), HasSubstr("too long"));
  EXPECT_TRUE(peer_->wait_for_end());
}

}  // namespace
}  // namespace betex::test
