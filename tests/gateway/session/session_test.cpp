// A session's logon, and its end.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using matching::SessionInfo;
using testing::HasSubstr;

// Long enough for something to arrive that must not.
constexpr auto kNothing = 150ms;

class SessionTest : public testing::Test {
 protected:
  TempFolder folder_;
  FakePipeline pipeline_;
  TestGateway gateway_{pipeline_, folder_.path()};
};

TEST_F(SessionTest, AnswersAnOrderInFixt11) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("D", order_fields("A1"));

  const RawFixMessage report = peer->read_type("8");
  EXPECT_EQ(report.value(11), "A1");
  EXPECT_EQ(report.number(), 2);
  const auto orders = pipeline_.submitted_bodies<matching::PlaceOrder>();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].cl_ord_id.view(), "A1");
  EXPECT_EQ(pipeline_.submitted()[0].origin.msg_seq_num, MsgSeqNum{2});
}

TEST_F(SessionTest, AnswersAnOrderInFix44) {
  const auto peer = gateway_.log_on("BROKER3");
  peer->send("D", order_fields("A1"));

  const RawFixMessage report = peer->read_type("8");
  EXPECT_EQ(report.value(8), "FIX.4.4");
  EXPECT_EQ(report.value(11), "A1");
}

TEST_F(SessionTest, AnswersAStatusRequestWithoutAJournaledCommand) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("H", "11=A1|54=1|55=RAIN-LON|");

  EXPECT_EQ(peer->read_type("8").value(150), "I");
  EXPECT_TRUE(pipeline_.submitted().empty());
}

TEST_F(SessionTest, DoesNotAnswerALogonBeforeItIsDurable) {
  pipeline_.hold();
  const auto peer = gateway_.connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_FALSE(peer->try_read(kNothing).has_value());

  pipeline_.go_on();
  EXPECT_EQ(peer->read().type(), "A");
}

TEST_F(SessionTest, KeepsWhatIsBehindALogonUntilItIsAnswered) {
  pipeline_.hold();
  const auto peer = gateway_.connect("BROKER1");
  peer->send_bytes(peer->message("A", logon_fields("BROKER1"), 1) +
                   peer->message("D", order_fields("A1"), 2));
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  EXPECT_TRUE(pipeline_.submitted().empty());

  pipeline_.go_on();
  EXPECT_EQ(peer->read().type(), "A");
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
}

TEST_F(SessionTest, WaitsForACreditToLogOn) {
  pipeline_.set_full(true);
  const auto peer = gateway_.connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_FALSE(peer->try_read(kNothing).has_value());

  pipeline_.set_full(false);
  EXPECT_EQ(peer->read().type(), "A");
}

TEST_F(SessionTest, ClosesSilentlyOnWrongCredentials) {
  const auto peer = gateway_.connect("BROKER1");
  peer->send("A", logon_fields("BROKER1", "wrong"));

  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(pipeline_.sessions().empty());
}

TEST_F(SessionTest, ClosesSilentlyOnAnotherSessionsUsername) {
  const auto peer = gateway_.connect("BROKER1");
  peer->send("A", logon_fields("BROKER2"));

  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
}

TEST_F(SessionTest, LogsOnAfterAFailedAttempt) {
  {
    const auto peer = gateway_.connect("BROKER1");
    peer->send("A", logon_fields("BROKER1", "wrong"));
    EXPECT_TRUE(peer->wait_for_end());
  }
  EXPECT_NO_THROW((void)gateway_.log_on("BROKER1"));
}

TEST_F(SessionTest, RefusesAResetWhereItIsNotAllowed) {
  const auto peer = gateway_.connect("STRICT");
  peer->send("A", logon_fields("STRICT") + "141=Y|");

  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
}

TEST_F(SessionTest, ClosesSilentlyWhenTheClientsClockIsFarOff) {
  const auto peer = gateway_.connect("BROKER1");
  peer->send_bytes(fix_message(
      "FIXT.1.1",
      "35=A|34=1|49=BROKER1|52=20200101-00:00:00.000|56=BETEX|" + logon_fields("BROKER1")));

  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(pipeline_.sessions().empty());
}

TEST_F(SessionTest, BeginsANewEpochOnAReset) {
  gateway_.log_on("BROKER1")->send("D", order_fields("A1"));
  ASSERT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{3}; }));

  const auto peer = gateway_.log_on("BROKER1", 1, "141=Y|");
  peer->send("D", order_fields("A2"));
  const RawFixMessage again = peer->read_type("8");
  EXPECT_EQ(again.number(), 2);
  EXPECT_EQ(again.value(11), "A1") << "nobody has proven that it has arrived";
  EXPECT_EQ(again.value(97), "Y");
  EXPECT_EQ(peer->read_type("8").value(11), "A2");
  EXPECT_EQ(pipeline_.submitted().back().origin.epoch, matching::SessionEpoch{2});
}

TEST_F(SessionTest, TellsAClientWithTooLowANumberWhatIsExpected) {
  gateway_.log_on("BROKER1")->send("D", order_fields("A1"));
  ASSERT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{3}; }));

  const auto peer = gateway_.connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  const RawFixMessage logout = peer->read();
  EXPECT_EQ(logout.type(), "5");
  EXPECT_THAT(logout.value(58), HasSubstr("expecting 3 but received 1"));
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_FALSE(pipeline_.sessions()[0].up);
  EXPECT_EQ(gateway_.server().metrics().logons_too_low.value(), 1U);

  EXPECT_NO_THROW((void)gateway_.log_on("BROKER1", 3)) << "the next attempt finds it ready";
}

TEST_F(SessionTest, AnswersALogoutAndKeepsTheNumber) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("0");
  peer->send("5");

  EXPECT_EQ(peer->read_type("5").number(), 2);
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{4}; }));
}

TEST_F(SessionTest, GoesDownWhenTheConnectionIsLost) {
  gateway_.log_on("BROKER1")->close();

  EXPECT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{2}; }));
}

// Its machine has lost its power, say: nothing ends the connection but we.
TEST_F(SessionTest, APeerThatHasFallenSilentIsAskedAndThenGivenUp) {
  const auto peer = gateway_.connect("BROKER1");
  std::string fields = logon_fields("BROKER1");
  fields.replace(fields.find("108=30"), 6, "108=1");
  peer->send("A", fields);
  EXPECT_EQ(peer->read().type(), "A");
  EXPECT_EQ(peer->read_type("1").type(), "1");
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [](const SessionInfo& s) { return !s.up && s.next_in == MsgSeqNum{2}; }));
}

TEST_F(SessionTest, GoesDownWhenTheConnectionIsLostBeforeTheLogonIsDurable) {
  pipeline_.hold();
  {
    const auto peer = gateway_.connect("BROKER1");
    peer->send("A", logon_fields("BROKER1"));
    ASSERT_TRUE(pipeline_.wait_for_held());
    EXPECT_FALSE(peer->try_read(kNothing).has_value());
  }
  pipeline_.go_on();

  // The connection's end is seen when the logon has been answered, or before.
  EXPECT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  EXPECT_NO_THROW((void)gateway_.log_on("BROKER1", 2));
}

TEST_F(SessionTest, GoesDownAsSoonAsThereIsACredit) {
  auto peer = gateway_.log_on("BROKER1");
  pipeline_.set_full(true);
  peer->close();
  std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(pipeline_.sessions()[0].up);
  pipeline_.set_full(false);
  EXPECT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  EXPECT_EQ(gateway_.log_on("BROKER1", 2)->next_out, 3);
}

TEST_F(SessionTest, IsDisconnectedByALogonInMidSession) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("A", logon_fields("BROKER1") + "141=Y|");

  EXPECT_TRUE(peer->wait_for_end());
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  EXPECT_EQ(pipeline_.sessions()[0].epoch, matching::SessionEpoch{1}) << "nothing was reset";
}

TEST_F(SessionTest, CanBeAddedAtRunTime) {
  auto settings = test_sessions()[1];
  settings.comp_id = "LATE";
  gateway_.server().add_session(settings, std::nullopt);
  EXPECT_THROW(gateway_.server().add_session(settings, std::nullopt), std::invalid_argument);

  const auto peer = gateway_.connect("LATE");
  peer->send("A", logon_fields("BROKER2"));
  EXPECT_EQ(peer->read().type(), "A");
}

TEST_F(SessionTest, StopsWithALogoutAfterTheLastReport) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");

  gateway_.server().stop_reading();
  peer->send("D", order_fields("A2"));
  gateway_.server().sessions_down(matching::SessionDownReason::Shutdown);
  EXPECT_FALSE(pipeline_.sessions()[0].up);
  EXPECT_EQ(pipeline_.sessions()[0].next_in, MsgSeqNum{3});
  pipeline_.make_reports(pipeline_.sessions()[0].session, 1);
  std::thread stopping{[&] { gateway_.server().log_out(10s, [] { return false; }); }};
  EXPECT_EQ(peer->read_type("8").number(), 3);
  EXPECT_EQ(peer->read_type("5").number(), 4);
  peer->send("5");
  stopping.join();

  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_EQ(pipeline_.submitted().size(), 1U) << "what is not answered was not taken";
}

TEST_F(SessionTest, StopsWithoutAClientThatDoesNotAnswer) {
  const auto peer = gateway_.log_on("BROKER1");
  gateway_.server().stop_reading();
  gateway_.server().sessions_down(matching::SessionDownReason::Shutdown);
  gateway_.server().log_out(200ms, [] { return false; });

  EXPECT_TRUE(peer->wait_for_end());
}

TEST_F(SessionTest, ClosesWithoutAMessageOnFailStop) {
  const auto peer = gateway_.log_on("BROKER1");
  gateway_.server().close();

  EXPECT_FALSE(peer->try_read(kPatience).has_value());
  EXPECT_TRUE(peer->wait_for_end());
}

}  // namespace
}  // namespace betex::test
