// A Logon that is refused changes nothing, and its client is told why; NextExpectedMsgSeqNum(789).
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;
using matching::MsgSeqNum;
using matching::PlaceOrder;
using matching::SessionEpoch;
using matching::SessionInfo;
using testing::HasSubstr;

constexpr auto kNothing = 150ms;

class SessionLogonTest : public testing::TestWithParam<std::string> {
 protected:
  void start(TestGatewayOptions options = {.limits = {.logon_interval = 0ms}}) {
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
  }

  // Logs on and off: the journal knows the session, its next number is 3 on both sides.
  void visit() {
    const auto peer = gateway_->log_on(GetParam());
    peer->send("5");
    EXPECT_EQ(peer->read_type("5").number(), 2);
    EXPECT_TRUE(peer->wait_for_end());
    ASSERT_TRUE(pipeline_.wait_for_session(
        GetParam(), [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{3}; }));
  }

  // A connection with a Logon of this number and `fields` besides; its answer is not read.
  [[nodiscard]] std::unique_ptr<RawFixPeer> ask(int number, const std::string& fields = {}) const {
    auto peer = gateway_->connect(GetParam());
    peer->next_out = number;
    peer->send("A", logon_fields(GetParam()) + fields);
    return peer;
  }

  // The Text of the Logout, and that nothing follows it.
  [[nodiscard]] static std::string why_refused(RawFixPeer& peer) {
    const RawFixMessage logout = peer.read();
    EXPECT_EQ(logout.type(), "5") << logout.text();
    EXPECT_TRUE(peer.wait_for_end());
    return logout.value(58);
  }

  void expect_as_after_visit(EventSeq last_seq) const {
    EXPECT_EQ(pipeline_.last_seq(), last_seq) << "something was journaled";
    const SessionInfo session = pipeline_.sessions().front();
    EXPECT_FALSE(session.up);
    EXPECT_EQ(session.epoch, SessionEpoch{1});
    EXPECT_EQ(session.next_in, MsgSeqNum{3});
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_P(SessionLogonTest, OneThatIsRefusedChangesNothingAndIsToldWhy) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"789=4|", "NextExpectedMsgSeqNum(789) is 4, but our next number is 3"},
      {"383=1|", "MaxMessageSize(383) is 1, but our messages have up to 1024 bytes"},
      {"7=1|", "a Logon has no tag 7"},
      {"58=x|", "a Logon has no tag 58"},
      {"112=x|", "a Logon has no tag 112"},
      {"9999=x|", "a Logon has no tag 9999"},
      {"8013=X|", "CancelOrdersOnDisconnect(8013) is neither Y nor N"},
      {"8013=Y|9999=x|", "a Logon has no tag 9999"},
      {"8013=N|9999=x|", "a Logon has no tag 9999"},
      {"464=Y|", "TestMessageIndicator(464) is Y, but this is no test session"},
      {"553=x|", "Tag appears more than once: Username(553)"},
      {"141=Y|", "with ResetSeqNumFlag(141)=Y MsgSeqNum(34) must be 1, not 3"},
  };
  start();
  visit();
  const EventSeq last_seq = pipeline_.last_seq();
  int number = 3;
  for (const auto& [fields, expected] : cases) {
    const auto peer = ask(3, fields);
    const RawFixMessage logout = peer->read();
    EXPECT_EQ(logout.type(), "5") << fields;
    EXPECT_EQ(logout.value(58), expected);
    EXPECT_EQ(logout.number(), number++) << "a number is used once";
    EXPECT_EQ(logout.value(369), "") << "no receipt before the journal has answered";
    EXPECT_TRUE(peer->wait_for_end());
    expect_as_after_visit(last_seq);
  }
  EXPECT_EQ(gateway_->server().metrics().logons_refused.value(), cases.size());
  EXPECT_EQ(gateway_->log_on(GetParam(), 3)->next_out, 4);
}

// With the right password and 141=Y, both numbers were 1 afterwards.
TEST_P(SessionLogonTest, AResetWithAFaultResetsNothing) {
  start();
  visit();
  const EventSeq last_seq = pipeline_.last_seq();
  for (const std::string fields :
       {"141=Y|9999=x|", "141=Y|789=2|", "141=Y|8013=X|", "141=Y|58=x|"}) {
    const auto peer = ask(1, fields);
    EXPECT_EQ(peer->read().type(), "5") << fields;
    expect_as_after_visit(last_seq);
  }
}

TEST_P(SessionLogonTest, ARepetitionWithALowNumberIsNoLogon) {
  start();
  visit();
  const EventSeq last_seq = pipeline_.last_seq();
  const auto peer = gateway_->connect(GetParam());
  const std::string now = fix_now();
  std::string logon = peer->message("A", logon_fields(GetParam()), 1);
  const std::string version = logon.substr(2, logon.find('\001') - 2);
  peer->send_bytes(fix_message(version,
                               "35=A|34=1|43=Y|49=" + GetParam() + "|52=" + now +
                                   "|56=BETEX|122=" + now + "|" + logon_fields(GetParam())));
  EXPECT_EQ(why_refused(*peer), "MsgSeqNum too low, expecting 3 but received 1");
  expect_as_after_visit(last_seq);
  EXPECT_EQ(gateway_->server().metrics().logons.value(), 1U);
}

TEST_P(SessionLogonTest, OneThatTheJournalDoesNotKnowIsClosedSilently) {
  start();
  const auto peer = ask(1, "9999=x|");
  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(pipeline_.sessions().empty());
  EXPECT_EQ(gateway_->log_on(GetParam())->next_out, 2);
}

TEST_P(SessionLogonTest, WhoIsNotKnownIsToldNothing) {
  start();
  visit();
  const auto peer = gateway_->connect(GetParam());
  peer->next_out = 3;
  peer->send("A", logon_fields(GetParam(), "wrong") + "9999=x|");
  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
}

TEST_P(SessionLogonTest, IsToldWhyOnceInAnInterval) {
  start({.limits = {.logon_interval = 1h}});
  visit();
  EXPECT_THAT(why_refused(*ask(3, "9999=x|")), HasSubstr("9999"));
  for (int i = 0; i < 3; ++i) {
    const auto again = ask(3, "9999=x|");
    EXPECT_FALSE(again->try_read(kPatience).has_value());
    EXPECT_TRUE(again->wait_for_end());
  }
  EXPECT_EQ(gateway_->log_on(GetParam(), 3)->next_out, 4) << "a good one need not wait";
}

TEST_P(SessionLogonTest, TheNumberOfARefusalIsNotUsedTwiceAfterAKill) {
  start();
  visit();
  EXPECT_THAT(why_refused(*ask(3, "9999=x|")), HasSubstr("9999"));
  gateway_.reset();
  pipeline_.crash();
  start();
  const auto peer = ask(3);
  const RawFixMessage logon = peer->read();
  EXPECT_EQ(logon.type(), "A");
  EXPECT_EQ(logon.number(), 4);
}

TEST_P(SessionLogonTest, ARefusedOneBesideALiveOneIsClosedSilentlyAndAsksNobody) {
  start({.limits = {.probe_grace = 1ms, .logon_interval = 0ms}});
  const auto first = gateway_->log_on(GetParam());
  for (const std::string fields : {"9999=x|", "789=3|", "464=Y|"}) {
    const auto other = ask(2, fields);
    EXPECT_FALSE(other->try_read(kPatience).has_value()) << fields;
    EXPECT_TRUE(other->wait_for_end());
  }
  EXPECT_TRUE(ask(1)->wait_for_end()) << "its number is too low already";
  EXPECT_FALSE(first->try_read(kNothing).has_value());
  EXPECT_EQ(gateway_->server().metrics().probes.value(), 0U);
}

TEST_P(SessionLogonTest, ARefusedOneTakesNobodysPlace) {
  start({.limits = {.probe_grace = 500ms, .logon_interval = 0ms}});
  const auto first = gateway_->log_on(GetParam());
  const auto waits = ask(2);
  EXPECT_EQ(first->read().type(), "1");
  EXPECT_TRUE(ask(2, "9999=x|")->wait_for_end());
  EXPECT_EQ(waits->read().type(), "A");
}

TEST_P(SessionLogonTest, TakesWhatEveryEngineSends) {
  start();
  const auto peer =
      gateway_->log_on(GetParam(), 1, "141=Y|383=4096|384=2|372=D|385=S|372=8|385=R|464=N|789=1|");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
}

// ---- NextExpectedMsgSeqNum(789)

TEST_P(SessionLogonTest, OursSaysWhatWeExpectWhenTheirsDoes) {
  start();
  {
    const auto peer = ask(1, "789=1|");
    const RawFixMessage logon = peer->read();
    EXPECT_EQ(logon.type(), "A");
    EXPECT_EQ(logon.value(789), "2");
  }
  ASSERT_TRUE(pipeline_.wait_for_session(GetParam(), [](const auto& s) { return !s.up; }));
  const RawFixMessage without = ask(2)->read();
  EXPECT_EQ(without.type(), "A");
  EXPECT_EQ(without.value(789), "");
  ASSERT_TRUE(pipeline_.wait_for_session(
      GetParam(), [](const auto& s) { return !s.up && s.next_in == MsgSeqNum{3}; }));
  EXPECT_EQ(ask(1, "141=Y|789=1|")->read().value(789), "2");
}

TEST_P(SessionLogonTest, WhatItLacksIsSentFromTheNumberThatItExpects) {
  start();
  auto peer = gateway_->log_on(GetParam());
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").number(), 2);
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read_type("8").number(), 3);
  peer->close();
  ASSERT_TRUE(pipeline_.wait_for_session(GetParam(), [](const auto& s) { return !s.up; }));
  pipeline_.make_reports(pipeline_.sessions().front().session, 1);
  const EventSeq delivered = pipeline_.sessions().front().delivered;

  peer = ask(4, "789=3|");
  EXPECT_EQ(peer->read().value(34), "4");
  const RawFixMessage again = peer->read();
  EXPECT_EQ(again.number(), 3);
  EXPECT_EQ(again.value(43), "Y");
  EXPECT_EQ(again.value(11), "A2");
  const RawFixMessage fill = peer->read();
  EXPECT_EQ(fill.type() + " " + fill.value(34) + "-" + fill.value(36), "4 4-5");
  const RawFixMessage news = peer->read();
  EXPECT_EQ(news.number(), 5) << "what is new comes behind it";
  EXPECT_EQ(news.value(43), "");
  EXPECT_EQ(pipeline_.sessions().front().delivered, delivered) << "it is no proof of delivery";
}

TEST_P(SessionLogonTest, WhatLacksOfTheirsIsNotAskedForWhenTheyCanTellByOurs) {
  start();
  visit();
  const auto peer = ask(6, "789=3|");
  const RawFixMessage logon = peer->read();
  EXPECT_EQ(logon.type(), "A");
  EXPECT_EQ(logon.value(789), "3");
  EXPECT_FALSE(peer->try_read(kNothing).has_value()) << "no ResendRequest";

  const std::string again = "43=Y|122=" + fix_now() + "|";
  for (int number = 3; number <= 5; ++number) {
    peer->send_bytes(
        peer->message("D", again + order_fields("A" + std::to_string(number)), number));
    EXPECT_EQ(peer->read_type("8").value(11), "A" + std::to_string(number));
  }
  // The Logon was 6: nobody need say so again.
  peer->send("D", order_fields("A7"));
  EXPECT_EQ(peer->read_type("8").value(11), "A7");
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), 4U);
}

TEST_P(SessionLogonTest, WhatDoesNotBeginToComeIsAskedForAllTheSame) {
  start({.limits = {.logon_interval = 0ms, .gap_requests = {.silence = 200ms}}});
  visit();
  const auto peer = ask(6, "789=3|");
  EXPECT_EQ(peer->read().type(), "A");
  const RawFixMessage request = peer->read();
  EXPECT_EQ(request.type() + " " + request.value(7), "2 3");
}

TEST_P(SessionLogonTest, AFillAcrossTheLogonIsGoodToo) {
  start();
  visit();
  const auto peer = ask(6, "789=3|");
  EXPECT_EQ(peer->read().type(), "A");
  peer->send_bytes(peer->message("4", "43=Y|122=" + fix_now() + "|123=Y|36=7|", 3));
  peer->send("D", order_fields("A7"));
  EXPECT_EQ(peer->read_type("8").value(11), "A7");
}

// The number of the Logon counts when its turn comes, also where we have asked.
TEST_P(SessionLogonTest, AGapBelowALogonIsAskedForOnce) {
  start();
  visit();
  const auto peer = ask(5);
  EXPECT_EQ(peer->read().type(), "A");
  const RawFixMessage request = peer->read();
  EXPECT_EQ(request.type() + " " + request.value(7), "2 3");
  const std::string again = "43=Y|122=" + fix_now() + "|";
  peer->send_bytes(peer->message("D", again + order_fields("A3"), 3) +
                   peer->message("D", again + order_fields("A4"), 4));
  peer->send("D", order_fields("A6"));
  for (const auto* id : {"A3", "A4", "A6"}) {
    EXPECT_EQ(peer->read_type("8").value(11), id);
  }
}

// ---- What the log says

class LogonLogTest : public testing::Test {
 protected:
  LogonLogTest() {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_pattern("%v");
    spdlog::set_default_logger(std::move(logger));
  }

  ~LogonLogTest() override { spdlog::set_default_logger(before_); }

  LogonLogTest(const LogonLogTest&) = delete;
  LogonLogTest& operator=(const LogonLogTest&) = delete;
  LogonLogTest(LogonLogTest&&) = delete;
  LogonLogTest& operator=(LogonLogTest&&) = delete;

  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream text_;  // written by the I/O thread: to be read when it has ended
};

TEST_F(LogonLogTest, SaysWhyOfEveryRefusal) {
  const TempFolder folder;
  FakePipeline pipeline;
  {
    const TestGateway gateway{pipeline, folder.path()};
    const auto refused =
        [&](const std::string& begin_string, const std::string& header, const std::string& fields) {
          const auto peer = gateway.connect("BROKER1");
          peer->send_bytes(
              fix_message(begin_string, "35=A|" + header + "52=" + fix_now() + "|" + fields));
          EXPECT_TRUE(peer->wait_for_end());
        };
    const std::string header = "34=1|49=BROKER1|56=BETEX|";
    const std::string known = "553=BROKER1|554=secret|98=0|";
    refused("FIXT.1.1", header, known + "108=0|1137=9|");
    refused("FIXT.1.1", header, known + "108=30|");
    refused("FIXT.1.1", header, known + "108=30|1137=7|");
    refused("FIX.4.4", header, known + "108=30|");
    refused("FIXT.1.1", "34=0|49=BROKER1|56=BETEX|", known + "108=30|1137=9|");
    refused("FIXT.1.1", header, "553=BROKER1|554=wrong|98=0|108=30|1137=9|");
    refused("FIXT.1.1", "34=1|49=NOBODY|56=BETEX|", known + "108=30|1137=9|");
    refused("FIXT.1.1", "34=1|49=BROKER1|56=OTHER|", known + "108=30|1137=9|");
  }
  const std::string text = text_.str();
  for (const auto* why : {"HeartBtInt(108) is 0, but must be from 1 to 60",
                          "DefaultApplVerID(1137) is missing",
                          "Invalid/Unsupported Application Version: DefaultApplVerID(1137)",
                          "the session speaks another version (BeginString)",
                          "a Logon without a MsgSeqNum from 1 to 999999999",
                          "wrong credentials",
                          "no session has this SenderCompID",
                          "the session has another TargetCompID"}) {
    EXPECT_THAT(text, HasSubstr(why));
  }
}

TEST_F(LogonLogTest, SaysThatAnAddressMayNotBeUsed) {
  const TempFolder folder;
  FakePipeline pipeline;
  {
    TestGateway gateway{pipeline, folder.path()};
    auto settings = test_sessions()[0];
    settings.comp_id = "REMOTE";
    settings.allow_from = {*gateway::AddressRange::parse("192.0.2.0/24")};
    gateway.server().add_session(settings, std::nullopt);
    const auto peer = gateway.connect("REMOTE");
    peer->send("A", logon_fields("BROKER1"));
    EXPECT_TRUE(peer->wait_for_end());
  }
  EXPECT_THAT(text_.str(), HasSubstr("the session may not come from there (AllowFrom)"));
}

TEST_F(LogonLogTest, SaysWhatARoleOrAnAccountDoesNotAllow) {
  const TempFolder folder;
  FakePipeline pipeline;
  {
    TestGateway gateway{pipeline, folder.path()};
    auto settings = test_sessions()[0];
    settings.comp_id = "OPS";
    settings.role = fix::SessionRole::Ops;
    gateway.server().add_session(settings, std::nullopt);
    const auto ops = gateway.connect("OPS");
    ops->send("A", logon_fields("BROKER1"));
    EXPECT_EQ(ops->read().type(), "A");
    ops->send("D", order_fields("A1"));
    const auto broker = gateway.log_on("BROKER1");
    broker->send("D", "1=BROKER2|" + order_fields("A1"));
    EXPECT_TRUE(pipeline.wait_for_submitted(2));
  }
  EXPECT_THAT(text_.str(), HasSubstr("session OPS: message 2 (35=D) refused: not for its role"));
  EXPECT_THAT(text_.str(),
              HasSubstr("session BROKER1: message 2 (35=D) refused: not for its accounts"));
}

INSTANTIATE_TEST_SUITE_P(BothDialects,
                         SessionLogonTest,
                         testing::Values("BROKER1", "BROKER3"),
                         [](const auto& param) {
                           return param.param == "BROKER1" ? "Fixt11" : "Fix44";
                         });

}  // namespace
}  // namespace betex::test
