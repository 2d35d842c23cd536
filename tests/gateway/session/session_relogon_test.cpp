// A Logon on a session that is on: new numbers without an end, or the end with a text.
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionInfo;
using testing::HasSubstr;

constexpr auto kNothing = 150ms;

class SessionRelogonTest : public testing::TestWithParam<std::string> {
 protected:
  void start(const fix::TransportLimits& limits = {.logon_interval = 0ms}) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
  }

  // kill -9, and what was not durable is gone.
  void kill() {
    gateway_.reset();
    pipeline_.crash();
  }

  // The Logon that begins again, and what is behind it.
  static void send_reset(RawFixPeer& peer,
                         const std::string& fields = {},
                         const std::string& behind = {}) {
    peer.send_bytes(peer.message("A", logon_fields(GetParam()) + "141=Y|" + fields, 1) + behind);
    peer.next_out = 2;
  }

  [[nodiscard]] SessionInfo session() const { return pipeline_.sessions().front(); }

  [[nodiscard]] bool wait_for_epoch(std::uint32_t epoch) const {
    return pipeline_.wait_for_session(
        GetParam(), [&](const SessionInfo& s) { return s.epoch == SessionEpoch{epoch}; });
  }

  // Nothing was reset, no number used up; the session is down.
  void expect_ended_as_it_was(RawFixPeer& peer, const std::string& why) const {
    const RawFixMessage logout = peer.read_type("5");
    EXPECT_THAT(logout.value(58), HasSubstr(why));
    EXPECT_TRUE(peer.wait_for_end());
    EXPECT_TRUE(pipeline_.wait_for_session(GetParam(), [](const SessionInfo& s) {
      return !s.up && s.epoch == SessionEpoch{1} && s.next_in == MsgSeqNum{2};
    })) << why;
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_P(SessionRelogonTest, BeginsAgainWithoutAnEnd) {
  start();
  const auto peer = gateway_->log_on(GetParam(), 1, "8013=Y|");
  peer->send("D", order_fields("A1"));
  const std::string exec_id = peer->read_type("8").value(17);
  send_reset(*peer, "789=1|");

  const RawFixMessage logon = peer->read();
  EXPECT_EQ(logon.type() + " " + logon.value(34) + " " + logon.value(141), "A 1 Y");
  EXPECT_EQ(logon.value(789), "2");
  const RawFixMessage again = peer->read_type("8");
  EXPECT_EQ(again.number(), 2);
  EXPECT_EQ(again.value(17), exec_id) << "nobody has proven that it has arrived";
  EXPECT_EQ(again.value(97), "Y");
  EXPECT_TRUE(session().up);
  EXPECT_EQ(session().epoch, SessionEpoch{2});
  EXPECT_EQ(pipeline_.times_down(), 0U) << "with a grace of 0 its orders would be cancelled";

  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read_type("8").value(11), "A2");
  EXPECT_EQ(pipeline_.submitted().back().origin.epoch, SessionEpoch{2});
  EXPECT_EQ(pipeline_.submitted().back().origin.msg_seq_num, MsgSeqNum{2});
  EXPECT_EQ(gateway_->server().metrics().sessions_on.value(), 1U);
  peer->send("5");
  EXPECT_EQ(peer->read_type("5").number(), 4);
  EXPECT_TRUE(pipeline_.wait_for_session(
      GetParam(), [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{4}; }));
}

TEST_P(SessionRelogonTest, NothingBehindItIsReadBeforeItIsDurable) {
  start();
  const auto peer = gateway_->log_on(GetParam());
  pipeline_.hold();
  send_reset(*peer, {}, peer->message("D", order_fields("A1"), 2));
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  EXPECT_TRUE(pipeline_.submitted().empty());

  pipeline_.go_on();
  EXPECT_EQ(peer->read().type(), "A");
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  EXPECT_EQ(pipeline_.submitted().front().origin.epoch, SessionEpoch{2});
}

TEST_P(SessionRelogonTest, ItsGoodFieldsCount) {
  start();
  const auto peer = gateway_->log_on(GetParam());
  std::string fields = logon_fields(GetParam());
  fields.replace(fields.find("108=30"), 6, "108=17");
  peer->send_bytes(peer->message("A", fields + "141=Y|", 1));
  EXPECT_EQ(peer->read().value(108), "17");
}

TEST_P(SessionRelogonTest, AKillBeforeItIsDurableLeavesTheOldNumbers) {
  start();
  auto peer = gateway_->log_on(GetParam());
  peer->send("D", order_fields("A1"));
  const std::string exec_id = peer->read_type("8").value(17);
  pipeline_.hold();
  send_reset(*peer);
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  kill();

  start();
  EXPECT_EQ(session().epoch, SessionEpoch{1});
  peer = gateway_->log_on(GetParam(), 3);
  peer->send("2", "7=2|16=2|");
  EXPECT_EQ(peer->read_type("8").value(17), exec_id);
}

TEST_P(SessionRelogonTest, AKillBehindItLosesNothing) {
  start();
  auto peer = gateway_->log_on(GetParam());
  peer->send("D", order_fields("A1"));
  const std::string exec_id = peer->read_type("8").value(17);
  send_reset(*peer);
  ASSERT_TRUE(wait_for_epoch(2));
  kill();

  start();
  peer = gateway_->connect(GetParam());
  peer->next_out = 2;
  peer->send("A", logon_fields(GetParam()));
  const RawFixMessage logon = peer->read();
  EXPECT_EQ(logon.type(), "A");
  peer->send("2", "7=1|16=0|");
  std::set<std::string> reports;
  while (reports.empty()) {
    const RawFixMessage message = peer->read();
    if (message.type() == "8") {
      reports.insert(message.value(17));
    }
  }
  EXPECT_TRUE(reports.contains(exec_id));
}

TEST_P(SessionRelogonTest, TheConnectionMayBeLostMeanwhile) {
  start();
  {
    const auto peer = gateway_->log_on(GetParam());
    pipeline_.hold();
    send_reset(*peer);
    EXPECT_FALSE(peer->try_read(kNothing).has_value());
  }
  pipeline_.go_on();
  EXPECT_TRUE(pipeline_.wait_for_session(
      GetParam(), [](const SessionInfo& s) { return !s.up && s.epoch == SessionEpoch{2}; }));
  EXPECT_EQ(gateway_->log_on(GetParam(), 1, "141=Y|")->next_out, 2);
}

TEST_P(SessionRelogonTest, TheGatewayMayStopMeanwhile) {
  start();
  const auto peer = gateway_->log_on(GetParam());
  pipeline_.hold();
  send_reset(*peer);
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  gateway_->server().stop_reading();
  std::thread down{
      [&] { gateway_->server().sessions_down(matching::SessionDownReason::Shutdown); }};
  pipeline_.go_on();
  down.join();
  EXPECT_TRUE(pipeline_.wait_for_session(
      GetParam(), [](const SessionInfo& s) { return !s.up && s.epoch == SessionEpoch{2}; }));
}

// A client that does not read gets the rest of the message that has begun, and then the new ones.
TEST_P(SessionRelogonTest, BytesOfTheOldNumbersThatHaveNotLeftAreDropped) {
  constexpr int kReports = 60'000;
  start({.outbound_queue_bytes = std::size_t{1} << 30, .logon_interval = 0ms});
  const auto peer = gateway_->log_on(GetParam());
  const auto id = session().session;
  pipeline_.make_reports(id, kReports);  // more than socket buffers hold
  ASSERT_TRUE(pipeline_.wait_for_session(
      GetParam(), [](const SessionInfo& s) { return s.reserved_to >= MsgSeqNum{60'000}; }));
  send_reset(*peer);
  ASSERT_TRUE(wait_for_epoch(2));
  int number = 1;
  RawFixMessage message = peer->read();
  for (; message.type() == "8"; message = peer->read()) {
    ASSERT_EQ(message.number(), ++number) << "whole messages, in order";
  }
  EXPECT_EQ(message.type() + " " + message.value(34) + " " + message.value(141), "A 1 Y");
  EXPECT_LT(number, kReports);
  for (int next = 2; next <= kReports + 1; ++next) {
    const RawFixMessage again = peer->read_type("8");
    ASSERT_EQ(again.number(), next);
    ASSERT_EQ(again.value(97), "Y");
  }
}

TEST_P(SessionRelogonTest, MoreThanOneInAnIntervalWaits) {
  start({.logon_interval = 1h});
  const auto peer = gateway_->log_on(GetParam());
  send_reset(*peer);
  EXPECT_EQ(peer->read().type(), "A");
  send_reset(*peer);
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  EXPECT_EQ(session().epoch, SessionEpoch{2});
  EXPECT_TRUE(session().up);
}

TEST_P(SessionRelogonTest, OneThatWaitsIsTakenAfterTheInterval) {
  start({.logon_interval = 50ms});
  const auto peer = gateway_->log_on(GetParam());
  for (int epoch = 2; epoch <= 4; ++epoch) {
    send_reset(*peer);
    EXPECT_EQ(peer->read().type(), "A");
    EXPECT_EQ(session().epoch, SessionEpoch{static_cast<std::uint32_t>(epoch)});
  }
}

TEST_P(SessionRelogonTest, ARepetitionIsIgnored) {
  start();
  const auto peer = gateway_->log_on(GetParam());
  const std::string body = "43=Y|122=" + fix_now() + "|" + logon_fields(GetParam());
  peer->send_bytes(peer->message("A", body, 1) + peer->message("A", body + "141=Y|", 1));
  peer->send("1", "112=still here|");
  EXPECT_EQ(peer->read().value(112), "still here");
  EXPECT_EQ(session().epoch, SessionEpoch{1});
}

TEST_P(SessionRelogonTest, TheWrongPasswordEndsIt) {
  start();
  const auto peer = gateway_->log_on(GetParam());
  peer->send_bytes(peer->message("A", logon_fields(GetParam(), "wrong") + "141=Y|", 1));
  expect_ended_as_it_was(*peer, "wrong credentials");
}

TEST_P(SessionRelogonTest, AnyOtherEndsItWithAText) {
  const std::string good = logon_fields(GetParam());
  const std::vector<std::tuple<int, std::string, std::string>> cases{
      {2, good, "without ResetSeqNumFlag(141)=Y"},
      {2, good + "141=N|", "without ResetSeqNumFlag(141)=Y"},
      {7, good, "without ResetSeqNumFlag(141)=Y"},
      {1, good, "MsgSeqNum too low, expecting 2 but received 1"},
      {2, good + "141=Y|", "with ResetSeqNumFlag(141)=Y MsgSeqNum(34) must be 1, not 2"},
      {1, good + "141=Y|789=2|", "NextExpectedMsgSeqNum(789) must be 1"},
      {1, good + "141=Y|9999=x|", "a Logon has no tag 9999"},
      {1, good + "141=Y|8013=X|", "CancelOrdersOnDisconnect(8013)"},
      {1, good + "141=Y|108=31|", "Tag appears more than once: HeartBtInt(108)"},
      {1, "141=Y|", "EncryptMethod(98) is missing"},
  };
  for (const auto& [number, fields, why] : cases) {
    const TempFolder folder;
    FakePipeline pipeline;
    const TestGateway gateway{pipeline, folder.path()};
    const auto peer = gateway.log_on(GetParam());
    peer->send_bytes(peer->message("A", fields, number));
    const RawFixMessage logout = peer->read_type("5");
    EXPECT_THAT(logout.value(58), HasSubstr(why));
    EXPECT_TRUE(peer->wait_for_end());
    EXPECT_TRUE(pipeline.wait_for_session(GetParam(), [](const SessionInfo& s) {
      return !s.up && s.epoch == SessionEpoch{1} && s.next_in == MsgSeqNum{2};
    })) << why;
  }
}

TEST_P(SessionRelogonTest, AnOldSendingTimeEndsIt) {
  start();
  const auto peer = gateway_->log_on(GetParam());
  std::string logon = peer->message("A", "", 1);
  peer->send_bytes(fix_message(logon.substr(2, logon.find('\001') - 2),
                               "35=A|34=1|49=" + GetParam() + "|52=20200101-00:00:00|56=BETEX|" +
                                   logon_fields(GetParam()) + "141=Y|"));
  expect_ended_as_it_was(*peer, "SendingTime(52)");
}

INSTANTIATE_TEST_SUITE_P(BothDialects,
                         SessionRelogonTest,
                         testing::Values("BROKER1", "BROKER3"),
                         [](const auto& param) {
                           return param.param == "BROKER1" ? "Fixt11" : "Fix44";
                         });

TEST(SessionRelogon, AResetThatIsNotAgreedEndsIt) {
  const TempFolder folder;
  FakePipeline pipeline;
  const TestGateway gateway{pipeline, folder.path()};
  const auto peer = gateway.log_on("STRICT");
  peer->send_bytes(peer->message("A", logon_fields("STRICT") + "141=Y|", 1));
  EXPECT_EQ(peer->read_type("5").value(58),
            "ResetSeqNumFlag(141)=Y is not agreed for this session");
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_EQ(pipeline.sessions().front().epoch, SessionEpoch{1});
}

}  // namespace
}  // namespace betex::test
