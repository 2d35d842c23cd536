// Who is on for market data: logons, two of them for one session, its end, and what the journal
// knows of it.
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
using matching::Name;
using matching::SessionEpoch;
using matching::SessionInfo;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kNothing = 150ms;

class MarketDataLogonTest : public testing::Test {
 protected:
  void start(const TestGatewayOptions& options = {
                 .limits = {.first_refusal_delay = 20ms, .logon_interval = 0ms}}) {
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
  }

  // A connection with a Logon that has these body fields; its answer is not read.
  [[nodiscard]] std::unique_ptr<RawFixPeer> ask(const std::string& fields, int number = 1) const {
    auto peer = gateway_->connect("MD1");
    peer->next_out = number;
    peer->send("A", fields);
    return peer;
  }

  // The Text of the Logout that refuses it, and that nothing follows.
  [[nodiscard]] static std::string why_refused(RawFixPeer& peer) {
    const RawFixMessage logout = peer.read();
    EXPECT_EQ(logout.type(), "5") << logout.text();
    EXPECT_EQ(logout.number(), 1) << "there was nothing before it";
    EXPECT_TRUE(peer.wait_for_end());
    return logout.value(58);
  }

  [[nodiscard]] bool goes_down() const {
    return pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; });
  }

  [[nodiscard]] SessionInfo known() const { return pipeline_.sessions().at(0); }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(MarketDataLogonTest, NumbersLiveAsLongAsTheConnection) {
  start();
  for (std::uint32_t epoch = 1; epoch <= 3; ++epoch) {
    const auto peer = ask(logon_fields("MD1"));
    const RawFixMessage answer = peer->read();
    EXPECT_EQ(answer.type(), "A") << answer.text();
    EXPECT_EQ(answer.number(), 1);
    EXPECT_EQ(answer.value(141), "Y");
    EXPECT_EQ(answer.value(369), "") << "there is nothing that a receipt could be of";
    peer->send("V", market_data_fields("R"));
    EXPECT_EQ(peer->read_type("W").number(), 2);
    EXPECT_TRUE(known().up);
    EXPECT_EQ(known().epoch, SessionEpoch{epoch});
    EXPECT_EQ(known().reserved_to, matching::MsgSeqNum{}) << "no number is reserved";
    peer->send("5");
    EXPECT_EQ(peer->read_type("5").number(), 3);
    EXPECT_TRUE(peer->wait_for_end());
    ASSERT_TRUE(goes_down());
  }
  EXPECT_EQ(gateway_->feed().joined(), 0U);
  EXPECT_EQ(gateway_->feed().logons(), 3U);
}

TEST_F(MarketDataLogonTest, OneThatIsRefusedIsToldWhyAndJournalsNothing) {
  const std::string without = "98=0|108=30|553=BROKER1|554=secret|1137=9|";
  const std::vector<std::pair<std::string, std::string>> cases{
      {without,
       "ResetSeqNumFlag(141)=Y is missing: this session's numbers begin again at each Logon"},
      {without + "141=N|",
       "ResetSeqNumFlag(141)=Y is missing: this session's numbers begin again at each Logon"},
      {without + "141=Y|789=2|",
       "with ResetSeqNumFlag(141)=Y NextExpectedMsgSeqNum(789) must be 1, not 2"},
      {without + "141=Y|383=4096|",
       "MaxMessageSize(383) is 4096, but our messages have up to 20480 bytes"},
      {without + "141=Y|9999=x|", "a Logon has no tag 9999"},
      {"98=0|108=90|141=Y|553=BROKER1|554=secret|1137=9|",
       "HeartBtInt(108) is 90, but must be from 1 to 60"},
  };
  start();
  for (const auto& [fields, expected] : cases) {
    EXPECT_EQ(why_refused(*ask(fields)), expected);
  }
  EXPECT_THAT(why_refused(*ask(logon_fields("MD1"), 2)),
              HasSubstr("MsgSeqNum(34) must be 1, not 2"));
  EXPECT_TRUE(pipeline_.sessions().empty());
  EXPECT_EQ(pipeline_.last_seq(), EventSeq{});
  EXPECT_EQ(gateway_->market_data().metrics().logons_refused.value(), cases.size() + 1);
  EXPECT_EQ(gateway_->log_on("MD1")->next_out, 2);
}

TEST_F(MarketDataLogonTest, IsToldWhyOnceInAnInterval) {
  start({.limits = {.first_refusal_delay = 20ms, .logon_interval = 1h}});
  EXPECT_THAT(why_refused(*ask(logon_fields("MD1") + "9999=x|")), HasSubstr("9999"));
  for (int i = 0; i < 3; ++i) {
    const auto again = ask(logon_fields("MD1") + "9999=x|");
    EXPECT_FALSE(again->try_read(kPatience).has_value());
    EXPECT_TRUE(again->wait_for_end());
  }
}

TEST_F(MarketDataLogonTest, WhoIsNotKnownIsToldNothing) {
  start();
  for (const std::string fields : {"", "9999=x|"}) {
    const auto peer = ask(logon_fields("MD1", "wrong") + fields);
    EXPECT_FALSE(peer->try_read(kPatience).has_value());
    EXPECT_TRUE(peer->wait_for_end());
  }
  EXPECT_TRUE(pipeline_.sessions().empty());
}

TEST_F(MarketDataLogonTest, EachSessionHasItsPort) {
  std::ostringstream said;
  const auto log = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)));
  start();
  for (const auto& [port, comp_id] :
       {std::pair{gateway_->port(), std::string{"MD1"}},
        std::pair{gateway_->market_data_port(), std::string{"BROKER1"}}}) {
    RawFixPeer peer{port, {.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"}};
    peer.send("A", logon_fields(comp_id));
    EXPECT_FALSE(peer.try_read(kPatience).has_value());
    EXPECT_TRUE(peer.wait_for_end()) << comp_id;
  }
  gateway_.reset();
  spdlog::set_default_logger(log);
  EXPECT_THAT(said.str(),
              HasSubstr("the session is for market data, which is on [market_data] port "
                        "(SenderCompID 'MD1', TargetCompID 'BETEX'), closed"));
  EXPECT_THAT(said.str(),
              HasSubstr("the session is not for market data, and this is [market_data] port: it "
                        "is on [fix] port (SenderCompID 'BROKER1', TargetCompID 'BETEX'), "
                        "closed"));
  EXPECT_TRUE(pipeline_.sessions().empty());
}

TEST_F(MarketDataLogonTest, SoManyAreOnAtATime) {
  start({.limits = {.first_refusal_delay = 20ms, .logon_interval = 0ms}, .most_market_data = 2});
  auto first = gateway_->log_on("MD1");
  const auto second = gateway_->log_on("MD2");
  auto third = gateway_->connect("MD3");
  third->send("A", logon_fields("MD3"));
  EXPECT_EQ(why_refused(*third), "too many market data sessions are on");
  EXPECT_EQ(pipeline_.sessions().size(), 2U);
  first->close();
  ASSERT_TRUE(goes_down());
  for (;;) {  // the place is free a moment later
    third = gateway_->connect("MD3");
    third->send("A", logon_fields("MD3"));
    if (third->read().type() == "A") {
      break;
    }
  }
}

// A client that comes and goes all the time must not fill the log.
TEST_F(MarketDataLogonTest, GoesUpOnceInAnInterval) {
  constexpr auto kInterval = 1000ms;
  start({.limits = {.first_refusal_delay = 20ms, .logon_interval = kInterval}});
  const auto began = std::chrono::steady_clock::now();
  constexpr int kLogons = 3;
  for (int logon = 0; logon < kLogons; ++logon) {
    (void)gateway_->log_on("MD1");
    ASSERT_TRUE(goes_down());
  }
  EXPECT_GE(std::chrono::steady_clock::now() - began, (kLogons - 1) * kInterval - 50ms);
  EXPECT_EQ(known().epoch, SessionEpoch{kLogons});
  EXPECT_EQ(pipeline_.last_seq(), EventSeq{2 * kLogons}) << "up and down, and nothing else";
}

TEST_F(MarketDataLogonTest, OneThatGoesWhileItWaitsLeavesNothing) {
  start({.limits = {.first_refusal_delay = 20ms, .logon_interval = 1h}});
  (void)gateway_->log_on("MD1");
  ASSERT_TRUE(goes_down());
  const EventSeq before = pipeline_.last_seq();
  for (int i = 0; i < 5; ++i) {
    const auto waits = ask(logon_fields("MD1"));
    EXPECT_FALSE(waits->try_read(20ms).has_value());
  }
  gateway_->market_data().stop_reading();
  gateway_->market_data().sessions_down(matching::SessionDownReason::Shutdown);
  EXPECT_EQ(pipeline_.last_seq(), before);
}

TEST_F(MarketDataLogonTest, NoCreditMeansLater) {
  start();
  pipeline_.set_full(true);
  const auto peer = ask(logon_fields("MD1"));
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  pipeline_.set_full(false);
  EXPECT_EQ(peer->read().type(), "A");
  EXPECT_EQ(pipeline_.credits_out(), 0U);
}

TEST_F(MarketDataLogonTest, TheAnswerComesWhenTheJournalKnows) {
  start();
  pipeline_.hold();
  auto peer = ask(logon_fields("MD1"));
  ASSERT_TRUE(pipeline_.wait_for_held());
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  pipeline_.go_on();
  EXPECT_EQ(peer->read().type(), "A");
  peer->close();
  ASSERT_TRUE(goes_down());

  pipeline_.hold();  // and one that has gone meanwhile
  peer = ask(logon_fields("MD1"));
  ASSERT_TRUE(pipeline_.wait_for_held());
  peer->close();
  pipeline_.go_on();
  ASSERT_TRUE(pipeline_.wait_for_session(
      "MD1", [](const SessionInfo& s) { return !s.up && s.epoch == SessionEpoch{2}; }));
  EXPECT_EQ(gateway_->feed().joined(), 0U);
}

TEST_F(MarketDataLogonTest, AfterACrashItBeginsAsEver) {
  start();
  const auto peer = gateway_->log_on("MD1");
  gateway_.reset();
  pipeline_.crash();
  start();
  EXPECT_FALSE(known().up);
  EXPECT_EQ(gateway_->log_on("MD1")->next_out, 2);
}

// ---- Two logons for one session -----------------------------------------------------------------

TEST_F(MarketDataLogonTest, AFirstThatAnswersStaysAndTheSecondGoes) {
  start({.limits = {.probe_grace = 30s, .logon_interval = 0ms}});
  const auto first = gateway_->log_on("MD1");
  const auto other = ask(logon_fields("MD1"));
  const RawFixMessage probe = first->read();
  ASSERT_EQ(probe.type(), "1");
  first->send("0", "112=" + probe.value(112) + "|");
  EXPECT_FALSE(other->try_read(kPatience).has_value());
  EXPECT_TRUE(other->wait_for_end());
  first->send("V", market_data_fields("R1"));
  EXPECT_EQ(first->read_type("W").value(262), "R1");
}

TEST_F(MarketDataLogonTest, AFirstThatDoesNotAnswerGoesAndTheSecondIsLetIn) {
  start({.limits = {.probe_grace = 200ms, .logon_interval = 0ms}});
  const auto first = gateway_->log_on("MD1");
  const auto other = ask(logon_fields("MD1"));
  EXPECT_EQ(other->read().type(), "A");
  EXPECT_TRUE(first->wait_for_end());
  EXPECT_EQ(gateway_->market_data().metrics().probes_failed.value(), 1U);
  EXPECT_EQ(gateway_->feed().joined(), 1U);
}

TEST_F(MarketDataLogonTest, ARefusedOneBesideALiveOneAsksNobody) {
  start({.limits = {.first_refusal_delay = 20ms, .probe_grace = 1ms, .logon_interval = 0ms}});
  const auto first = gateway_->log_on("MD1");
  for (const std::string& fields :
       {logon_fields("MD1") + "9999=x|", logon_fields("MD1", "wrong")}) {
    EXPECT_TRUE(ask(fields)->wait_for_end());
  }
  EXPECT_FALSE(first->try_read(kNothing).has_value());
  EXPECT_EQ(gateway_->market_data().metrics().probes.value(), 0U);
}

TEST_F(MarketDataLogonTest, ALogonOnASessionThatIsOnEndsIt) {
  start();
  const auto peer = gateway_->log_on("MD1");
  peer->next_out = 1;
  peer->send("A", logon_fields("MD1"));
  EXPECT_EQ(peer->read_type("5").value(58),
            "a Logon, but the session is on: connect again for new numbers");
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(goes_down());
}

// ---- Operators ----------------------------------------------------------------------------------

TEST_F(MarketDataLogonTest, AnOperatorsLogoutEndsTheSession) {
  start();
  const auto peer = gateway_->log_on("MD1");
  pipeline_.command(matching::LogoutSession{.comp_id = Name{"MD1"}});
  EXPECT_EQ(peer->read_type("5").value(58), "Logged out by the operator");
  peer->send("5");
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_TRUE(goes_down());
  EXPECT_EQ(gateway_->log_on("MD1")->next_out, 2);
}

TEST_F(MarketDataLogonTest, OneThatIsSuspendedIsOffUntilItIsResumed) {
  start();
  const std::string why = "the session is suspended by an operator";
  const auto peer = gateway_->log_on("MD1");
  pipeline_.command(matching::SuspendSession{.comp_id = Name{"MD1"}});
  EXPECT_EQ(peer->read_type("5").value(58), why);
  peer->send("5");
  EXPECT_TRUE(peer->wait_for_end());
  ASSERT_TRUE(goes_down());
  const EventSeq before = pipeline_.last_seq();
  EXPECT_EQ(why_refused(*ask(logon_fields("MD1"))), why);
  EXPECT_EQ(pipeline_.last_seq(), before);

  gateway_.reset();  // the journal remembers
  start();
  EXPECT_EQ(why_refused(*ask(logon_fields("MD1"))), why);
  pipeline_.command(matching::ResumeSession{.comp_id = Name{"MD1"}});
  EXPECT_EQ(gateway_->log_on("MD1")->next_out, 2);
}

TEST_F(MarketDataLogonTest, AnOperatorIsQuickerThanTheJournal) {
  start();
  gateway_->log_on("MD1")->send("5");
  ASSERT_TRUE(goes_down());
  pipeline_.hold();
  const auto peer = ask(logon_fields("MD1"));
  ASSERT_TRUE(pipeline_.wait_for_held());
  pipeline_.command(matching::SuspendSession{.comp_id = Name{"MD1"}});
  pipeline_.go_on();
  EXPECT_THAT(why_refused(*peer), HasSubstr("suspended"));
  ASSERT_TRUE(pipeline_.wait_for_session(
      "MD1", [](const SessionInfo& s) { return !s.up && s.epoch == SessionEpoch{2}; }));
}

TEST_F(MarketDataLogonTest, StandsBesideTheOthers) {
  start();
  const auto peer = gateway_->log_on("MD2");
  std::vector<std::string> names;
  for (const auto& state : gateway_->ports().counterparties({})) {
    names.emplace_back(state.comp_id.view());
  }
  EXPECT_THAT(names,
              ElementsAre("BROKER1", "BROKER2", "BROKER3", "STRICT", "OPS1", "MD1", "MD2", "MD3"));
  const std::vector<Name> named{Name{"MD2"}, Name{"BROKER1"}};
  const auto states = gateway_->ports().counterparties(named);
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].status, fix::CounterpartyStatus::Connected);
  EXPECT_EQ(states[0].role, fix::SessionRole::MarketData);
  EXPECT_EQ(states[0].next_in, matching::MsgSeqNum{2});
  EXPECT_EQ(states[1].comp_id, Name{"BROKER1"});
}

// ---- A reload, and the end ----------------------------------------------------------------------

TEST_F(MarketDataLogonTest, WhoIsNotConfiguredAnyMoreIsLoggedOutUntilHeIsAgain) {
  start();
  const auto peer = gateway_->log_on("MD1");
  const auto other = gateway_->log_on("MD2");
  auto sessions = test_market_data_sessions();
  sessions.erase(sessions.begin());
  gateway_->market_data().reload({}, sessions, std::nullopt);
  EXPECT_EQ(peer->read_type("5").value(58), "Not allowed to be logged on any more");
  EXPECT_TRUE(peer->wait_for_end());
  ASSERT_TRUE(goes_down());
  EXPECT_TRUE(ask(logon_fields("MD1"))->wait_for_end());
  gateway_->market_data().reload({}, test_market_data_sessions(), std::nullopt);
  EXPECT_EQ(gateway_->log_on("MD1")->next_out, 2);
  EXPECT_FALSE(other->try_read(kNothing).has_value()) << "it was none of its business";
}

// Its numbers, and the reports that it has not got, follow from where it was.
TEST_F(MarketDataLogonTest, WhoWasABrokerStaysOneUntilTheProcessEnds) {
  start();
  auto sessions = test_sessions();
  sessions.at(0).role = fix::SessionRole::MarketData;
  auto new_one = test_market_data_sessions().front();
  new_one.comp_id = "MD4";
  sessions.push_back(new_one);
  gateway_->server().reload({}, sessions, std::nullopt);
  gateway_->market_data().reload({}, sessions, std::nullopt);
  const auto broker = gateway_->log_on("BROKER1");
  broker->send("D", order_fields("A1"));
  EXPECT_EQ(broker->read_type("8").value(11), "A1");
  EXPECT_EQ(gateway_->log_on("MD4")->next_out, 2);
}

TEST_F(MarketDataLogonTest, WhereThereIsNoMarketDataAnyMoreNobodyIsOn) {
  start();
  const auto peer = gateway_->log_on("MD1");
  gateway_->market_data().give_up("market data is off");
  EXPECT_EQ(peer->read_type("5").value(58), "market data is off");
  peer->send("5");
  EXPECT_TRUE(peer->wait_for_end());
  ASSERT_TRUE(goes_down());
  EXPECT_EQ(why_refused(*ask(logon_fields("MD1"))), "market data is off");
  auto sessions = test_market_data_sessions();
  sessions.push_back(sessions.front());
  sessions.back().comp_id = "MD4";
  gateway_->market_data().reload({}, sessions, std::nullopt);
  const auto late = gateway_->connect("MD4");
  late->send("A", logon_fields("MD4"));
  EXPECT_EQ(why_refused(*late), "market data is off") << "one that was added since, too";
  EXPECT_EQ(gateway_->log_on("BROKER1")->next_out, 2) << "it is nothing to the others";
}

TEST_F(MarketDataLogonTest, AStopLogsEverybodyOut) {
  start();
  const auto one = gateway_->log_on("MD1");
  const auto two = gateway_->log_on("MD2");
  gateway_->market_data().stop_reading();
  gateway_->market_data().sessions_down(matching::SessionDownReason::Shutdown);
  for (const SessionInfo& session : pipeline_.sessions()) {
    EXPECT_FALSE(session.up);
  }
  std::thread answers{[&] {
    for (RawFixPeer* peer : {one.get(), two.get()}) {
      EXPECT_EQ(peer->read_type("5").value(58), "The gateway is stopping");
      peer->send("5");
    }
  }};
  gateway_->market_data().log_out(kPatience, [] { return false; });
  answers.join();
  EXPECT_TRUE(one->wait_for_end());
  EXPECT_EQ(gateway_->feed().joined(), 0U);
}

}  // namespace
}  // namespace betex::test
