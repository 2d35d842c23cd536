// An operator's session: what it asks becomes commands and questions, and it is read whatever
// brokers, its own output and the disk are like.
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::Name;
using matching::RefuseInbound;
using matching::ResumeMarket;
using matching::SuspendMarket;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kNothing = 150ms;

std::string suspend(const std::string& id, const std::string& more = {}) {
  return "20012=" + id + "|20011=Suspend|1300=RAIN-LON|20032=1|60=" + fix_now() + "|" + more;
}

std::string resume(const std::string& id) {
  return "20012=" + id + "|20011=Resume|1300=RAIN-LON|60=" + fix_now() + "|";
}

class SessionOperatorTest : public testing::Test {
 protected:
  void start(TestGatewayOptions options = {}) {
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
    peer_ = gateway_->log_on("OPS1");
  }

  template <typename Body>
  [[nodiscard]] std::size_t count() const {
    return pipeline_.submitted_bodies<Body>().size();
  }

  void command(matching::CommandBody body) { pipeline_.command(std::move(body)); }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<RawFixPeer> peer_;
};

// ---- What becomes of what it asks ---------------------------------------------------------------

TEST_F(SessionOperatorTest, ARequestIsACommandOfItsSessionWithItsContentsDigestAndItsRemark) {
  start();
  peer_->send("UOC", suspend("goal-1", "58=a goal|"));
  peer_->send("UOC", suspend("goal-1"));
  ASSERT_TRUE(pipeline_.wait_for_submitted(2));
  const auto commands = pipeline_.submitted();
  const auto& first = std::get<SuspendMarket>(commands[0].body);
  EXPECT_EQ(first.request_id, Name{"goal-1"});
  EXPECT_EQ(first.market, Name{"RAIN-LON"});
  EXPECT_EQ(commands[0].origin.msg_seq_num, matching::MsgSeqNum{2});
  EXPECT_EQ(commands[0].origin.session, pipeline_.sessions().front().session);
  EXPECT_NE(commands[0].digest, 0U);
  ASSERT_TRUE(commands[0].remark.has_value());
  EXPECT_EQ((*commands[0].remark).view(), "a goal");
  EXPECT_FALSE(commands[1].remark.has_value());
  EXPECT_NE(commands[1].digest, commands[0].digest) << "the remark is a part of it";
}

TEST_F(SessionOperatorTest, ADryRunIsAQuestionAndIsNotJournaled) {
  start();
  peer_->send("UOC", suspend("goal-1", "2330=Y|"));
  EXPECT_EQ(peer_->read().type(), "8") << "the fake's answer to any question";
  EXPECT_THAT(pipeline_.submitted(), IsEmpty());
  ASSERT_THAT(pipeline_.queries(), SizeIs(1));
  const auto queries = pipeline_.queries();
  const auto& question = std::get<gateway::DryRunQuery>(queries[0]);
  EXPECT_EQ(question.msg_seq_num, matching::MsgSeqNum{2});
  EXPECT_EQ(question.command->origin.session, pipeline_.sessions().front().session);
  EXPECT_EQ(std::get<SuspendMarket>(question.command->body).request_id, Name{"goal-1"});
}

TEST_F(SessionOperatorTest, WhoIsOnIsAQuestion) {
  start();
  peer_->send("BC", "933=q|935=9|936=2|930=BROKER1|930=OPS1|");
  EXPECT_EQ(peer_->read().type(), "8");
  ASSERT_THAT(pipeline_.queries(), SizeIs(1));
  const auto queries = pipeline_.queries();
  const auto& question = std::get<gateway::NetworkStatusQuery>(queries[0]);
  EXPECT_EQ(question.network_request_id, Name{"q"});
  EXPECT_THAT(question.comp_ids, testing::ElementsAre(Name{"BROKER1"}, Name{"OPS1"}));
}

TEST_F(SessionOperatorTest, ItsRefusedRequestsAreNoAffairOfTheSessionItself) {
  start();
  peer_->send("UOC", "20012=n-1|20011=SetSessionNumbers|930=NOBODY|20049=Y|60=" + fix_now() + "|");
  ASSERT_TRUE(pipeline_.wait_for_submitted(1));
  peer_->send("UOC", suspend("goal-1"));
  EXPECT_TRUE(pipeline_.wait_for_submitted(2)) << "it is on as before";
}

TEST_F(SessionOperatorTest, ABrokerIsRefusedForHisRoleAndThatIsAllThatIsJournaled) {
  start();
  const auto broker = gateway_->log_on("BROKER1");
  broker->send("UOC", suspend("goal-1"));
  const RawFixMessage refusal = broker->read();
  EXPECT_EQ(refusal.type(), "j");
  EXPECT_EQ(refusal.value(380), "6");
  EXPECT_EQ(refusal.value(20001), "142");
  EXPECT_THAT(pipeline_.submitted(), SizeIs(1));
  EXPECT_EQ(count<RefuseInbound>(), 1U);
}

// ---- Its input is always read -------------------------------------------------------------------

TEST_F(SessionOperatorTest, ARingThatIsFullOfOrdersHasRoomForIt) {
  start();
  const auto broker = gateway_->log_on("BROKER1");
  pipeline_.set_full_of_orders(true);
  broker->send("D", order_fields("A1"));
  peer_->send("UOC", suspend("goal-1"));
  ASSERT_TRUE(comes_to([&] { return count<SuspendMarket>() == 1; }));
  EXPECT_EQ(count<matching::PlaceOrder>(), 0U);

  peer_->send("5");
  EXPECT_EQ(peer_->read_type("5").type(), "5");
  peer_ = gateway_->log_on("OPS1", 4);
  peer_->send("UOC", suspend("goal-2"));
  EXPECT_TRUE(comes_to([&] { return count<SuspendMarket>() == 2; })) << "and for its logon";
  EXPECT_EQ(count<matching::PlaceOrder>(), 0U);
  pipeline_.set_full_of_orders(false);
  EXPECT_TRUE(comes_to([&] { return count<matching::PlaceOrder>() == 1; }));
}

TEST_F(SessionOperatorTest, NoThrottleHoldsItUp) {
  constexpr int kRequests = 200;
  start();
  std::string burst;
  for (int i = 0; i < kRequests; ++i) {
    burst += peer_->message("UOC", suspend("goal-" + std::to_string(i)), peer_->next_out++);
  }
  peer_->send_bytes(burst);
  EXPECT_TRUE(comes_to([&] { return count<SuspendMarket>() == kRequests; }));
  EXPECT_EQ(count<RefuseInbound>(), 0U);
}

// Whoever drowns in what he is told must still be able to halt.
TEST_F(SessionOperatorTest, OutputThatItDoesNotReadHoldsNothingUp) {
  start({.limits = {.outbound_queue_bytes = 100'000, .slow_reader_grace = 30s}});
  const auto broker = gateway_->log_on("BROKER1");
  for (const auto& session : pipeline_.sessions()) {
    pipeline_.make_reports(session.session, 50'000);
  }
  std::string input = broker->message("D", order_fields("A1"), broker->next_out++);
  broker->send_bytes(input);
  peer_->send("UOC", suspend("goal-1"));
  ASSERT_TRUE(comes_to([&] { return count<SuspendMarket>() == 1; }));
  std::this_thread::sleep_for(kNothing);
  EXPECT_EQ(count<matching::PlaceOrder>(), 0U) << "a broker has to read first";
}

TEST_F(SessionOperatorTest, AMessageThatItNeverReadsAnswersToIsOneTooMany) {
  start({.limits = {.outbound_queue_bytes = 100'000, .slow_reader_grace = 30s}});
  const std::string request = "112=" + std::string(15'000, 'x') + "|";
  try {
    for (int i = 0; i < 5000 && gateway_->server().metrics().slow_readers.value() == 0; ++i) {
      peer_->send("1", request);
    }
  } catch (const std::exception&) {  // the connection has ended
  }
  EXPECT_TRUE(comes_to([&] { return gateway_->server().metrics().slow_readers.value() == 1; }));
  EXPECT_TRUE(pipeline_.wait_for_session("OPS1", [](const auto& session) { return !session.up; }));
}

TEST_F(SessionOperatorTest, ReportsThatAreNotProvenAreHeldAndItsInputIsNot) {
  TestGatewayOptions options;
  options.limits.proof_patience = 1ms;
  options.delivery_proof_interval = 10ms;
  options.cache.bounds.of_a_session = 100'000;
  start(options);
  for (int i = 0; i < 20; ++i) {
    pipeline_.make_reports(pipeline_.sessions().front().session, 100);
  }
  ASSERT_TRUE(comes_to([&] { return gateway_->server().metrics().reports_held.value() != 0; }));
  std::this_thread::sleep_for(2s);  // a broker's session ends at its next look, once a second
  peer_->send("UOC", suspend("goal-1"));
  EXPECT_TRUE(comes_to([&] { return count<SuspendMarket>() == 1; }));
}

TEST_F(SessionOperatorTest, ResendRequestsThatWaitEndItInsteadOfHoldingItUp) {
  constexpr int kOneTooMany = 18;
  constexpr int kReports = 50'000;  // more than socket buffers hold
  start({.limits = {.outbound_queue_bytes = std::size_t{13} << 20}});
  pipeline_.make_reports(pipeline_.sessions().front().session, kReports);
  ASSERT_TRUE(
      comes_to([&] { return gateway_->server().metrics().reports_out.value() == kReports; }));
  // The first one stays under way: nobody reads what its slices would stand behind.
  std::string input;
  for (int i = 0; i < kOneTooMany; ++i) {
    input += peer_->message("2", "7=2|16=601|", peer_->next_out++);
  }
  peer_->send_bytes(input);
  const auto fault = static_cast<std::size_t>(fix::SessionEnd::Fault);
  const auto& ended = gateway_->server().metrics().sessions_ended;
  EXPECT_TRUE(comes_to([&] { return ended.at(fault).value() == 1; }));
  EXPECT_TRUE(pipeline_.wait_for_session("OPS1", [](const auto& session) { return !session.up; }));
}

// ---- The disk -----------------------------------------------------------------------------------

TEST_F(SessionOperatorTest, OnAFullDiskSafetyIsTakenAndAllElseIsRefused) {
  start();
  pipeline_.set_disk_low(true);
  peer_->send("UOC", resume("go-1"));
  const RawFixMessage refusal = peer_->read();
  EXPECT_EQ(refusal.type(), "j");
  EXPECT_EQ(refusal.value(380), "4");
  EXPECT_EQ(refusal.value(20001), "144");
  EXPECT_EQ(refusal.value(379), "go-1");
  peer_->send("UOC", suspend("goal-1"));
  peer_->send("UOC", "20012=halt-1|20011=HaltExchange|60=" + fix_now() + "|");
  peer_->send("CA", "11=mc-1|1373=3|1374=9|1300=RAIN-LON|60=" + fix_now() + "|");
  ASSERT_TRUE(pipeline_.wait_for_submitted(4));
  EXPECT_EQ(count<SuspendMarket>(), 1U);
  EXPECT_EQ(count<matching::HaltExchange>(), 1U);
  EXPECT_EQ(count<matching::CancelOnBehalf>(), 1U);
  EXPECT_EQ(count<ResumeMarket>(), 0U);

  peer_->send("x", "320=x|559=4|");
  EXPECT_EQ(peer_->read().value(380), "4");
  peer_->send("BC", "933=q|935=1|");
  EXPECT_EQ(peer_->read().type(), "8") << "how the node is, one may see";
}

// ---- Suspended, and logged out by an operator ---------------------------------------------------

TEST_F(SessionOperatorTest, SuspendedItMayOnlyAskWhoIsOn) {
  start();
  command(matching::SuspendSession{.comp_id = Name{"OPS1"}});
  peer_->send("x", "320=x|559=4|");
  const RawFixMessage refusal = peer_->read();
  EXPECT_EQ(refusal.type(), "j");
  EXPECT_EQ(refusal.value(380), "6");
  EXPECT_EQ(refusal.value(20001), "126");
  peer_->send("BC", "933=q|935=1|");
  EXPECT_EQ(peer_->read().type(), "8");

  peer_->send("5");
  EXPECT_EQ(peer_->read_type("5").type(), "5");
  gateway_.reset();
  pipeline_.crash();
  gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path());
  peer_ = gateway_->log_on("OPS1", 5);
  peer_->send("x", "320=x|559=4|");
  EXPECT_EQ(peer_->read_type("j").value(20001), "126") << "also after a crash";
  command(matching::ResumeSession{.comp_id = Name{"OPS1"}});
  peer_->send("x", "320=x|559=4|");
  EXPECT_EQ(peer_->read().type(), "8");
}

TEST_F(SessionOperatorTest, ABrokerWhoIsSuspendedMayAskQuestions) {
  start();
  const auto broker = gateway_->log_on("BROKER1");
  command(matching::SuspendSession{.comp_id = Name{"BROKER1"}});
  broker->send("x", "320=x|559=4|");
  EXPECT_EQ(broker->read().type(), "8");
}

TEST_F(SessionOperatorTest, ALogonThatIsOnItsWayIsAnsweredByTheLogout) {
  start();
  pipeline_.hold();
  const auto broker = gateway_->connect("BROKER1");
  broker->send("A", logon_fields("BROKER1"));
  ASSERT_TRUE(pipeline_.wait_for_held());
  pipeline_.go_on_with_one();  // it is up, and has no numbers yet
  ASSERT_TRUE(pipeline_.wait_for_held());
  command(matching::LogoutSession{.comp_id = Name{"BROKER1"}});
  pipeline_.go_on();
  const RawFixMessage answer = broker->read();
  EXPECT_EQ(answer.type(), "5");
  EXPECT_EQ(answer.value(58), "Logged out by the operator");
  EXPECT_TRUE(broker->wait_for_end());
  EXPECT_TRUE(
      pipeline_.wait_for_session("BROKER1", [](const auto& session) { return !session.up; }));
}

}  // namespace
}  // namespace betex::test
