// Scheduled resets: at its time a session is logged out and begins again at 1, once, and what its
// client has not proven to have is told again.
#include <thread>

#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using matching::SessionEpoch;

constexpr auto kNothing = 150ms;
constexpr std::chrono::sys_seconds kDay{std::chrono::sys_days{std::chrono::year{2026} / 3 / 4}};

class ScheduledResetTest : public testing::Test {
 protected:
  ScheduledResetTest() { pipeline_.set_clock(clock_); }

  // BROKER1 is reset at 22:00.
  void start(std::chrono::milliseconds check_interval = 5ms) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_,
        folder_.path(),
        TestGatewayOptions{.limits = {.reset_check_interval = check_interval},
                           .clock = &clock_,
                           .reset_schedule = gateway::ResetSchedule{.time_of_day = 22h}});
  }

  // kill -9, and what was not durable is gone.
  void kill() {
    gateway_.reset();
    pipeline_.crash();
  }

  [[nodiscard]] bool wait_for_epoch(std::uint32_t epoch) const {
    return pipeline_.wait_for_session("BROKER1", [&](const auto& session) {
      return session.epoch == SessionEpoch{epoch} && !session.up;
    });
  }

  [[nodiscard]] std::uint32_t epoch() const { return pipeline_.sessions().front().epoch.value(); }

  // Logs on and off again, so that the journal knows it.
  void visit() {
    const auto peer = gateway_->log_on("BROKER1");
    peer->send("5");
    EXPECT_EQ(peer->read_type("5").type(), "5");
    ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  }

  ManualClock clock_{kDay + 22h - 20s};  // less than a heartbeat before it
  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(ScheduledResetTest, ASessionThatIsOnIsLoggedOutAndToldAgainWhatIsNotProven) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  const std::string exec_id = peer->read_type("8").value(17);
  clock_.set(kDay + 22h - 1s);
  EXPECT_FALSE(peer->try_read(kNothing).has_value());

  clock_.set(kDay + 22h);
  const RawFixMessage logout = peer->read();
  EXPECT_EQ(logout.type(), "5");
  EXPECT_EQ(logout.value(58), "Scheduled reset: both sides begin at MsgSeqNum 1");
  peer->send("5");
  EXPECT_TRUE(peer->wait_for_end());
  ASSERT_TRUE(wait_for_epoch(2));
  EXPECT_EQ(pipeline_.sessions().front().next_in, MsgSeqNum{1});
  EXPECT_EQ(gateway_->server().metrics().scheduled_resets.value(), 1U);

  peer = gateway_->connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_EQ(peer->read().number(), 1);
  const RawFixMessage again = peer->read();
  EXPECT_EQ(again.number(), 2);
  EXPECT_EQ(again.value(17), exec_id);
  EXPECT_EQ(again.value(97), "Y");
  peer->send("D", order_fields("A2"));
  EXPECT_TRUE(peer->read_type("8").value(97).empty()) << "what is new is not marked";
}

TEST_F(ScheduledResetTest, AClientThatDoesNotAnswerTheLogoutHoldsNothingUp) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  clock_.set(kDay + 22h);
  EXPECT_EQ(peer->read().type(), "5");
  clock_.set(kDay + 22h + 3s);

  EXPECT_TRUE(wait_for_epoch(2));
}

// A client that does not know of the new epoch may have sent what this gateway has never seen, or
// has lost: what it would send again could act a second time.
TEST_F(ScheduledResetTest, ASessionThatIsOffBeginsAnewAndNothingBeforeItsFirstLogonIsAskedFor) {
  start();
  visit();
  clock_.set(kDay + 22h);
  ASSERT_TRUE(wait_for_epoch(2));

  const auto peer = gateway_->connect("BROKER1");
  peer->next_out = 7;
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_EQ(peer->read().number(), 1);
  peer->send("D", order_fields("A9"));
  EXPECT_EQ(peer->read().value(11), "A9") << "no ResendRequest comes before";
  EXPECT_EQ(gateway_->server().metrics().clients_ahead.value(), 1U);
}

TEST_F(ScheduledResetTest, ALogonThatIsFasterThanTheTimerFindsTheNewEpoch) {
  start(1h);
  visit();
  clock_.set(kDay + 22h);

  const auto peer = gateway_->log_on("BROKER1");
  EXPECT_EQ(epoch(), 2U);
  peer->send("1", "112=T|");
  EXPECT_EQ(peer->read().number(), 2);
}

TEST_F(ScheduledResetTest, ItIsDoneOnceADay) {
  start();
  visit();
  clock_.set(kDay + 22h);
  ASSERT_TRUE(wait_for_epoch(2));
  clock_.set(kDay + 45h);
  std::this_thread::sleep_for(kNothing);
  EXPECT_EQ(epoch(), 2U);

  clock_.set(kDay + 46h);
  EXPECT_TRUE(wait_for_epoch(3));
}

TEST_F(ScheduledResetTest, ACrashBeforeItIsDurableMakesNoSecondOne) {
  start();
  visit();
  pipeline_.hold();
  clock_.set(kDay + 22h);
  std::this_thread::sleep_for(kNothing);
  kill();
  EXPECT_EQ(epoch(), 1U) << "nothing was durable";

  start();
  ASSERT_TRUE(wait_for_epoch(2));
  kill();
  clock_.set(kDay + 23h);
  start();
  std::this_thread::sleep_for(kNothing);
  EXPECT_EQ(epoch(), 2U);
}

TEST_F(ScheduledResetTest, ASessionThatBeganAfterItsTimeStays) {
  clock_.set(kDay + 23h);
  start();
  const auto peer = gateway_->log_on("BROKER1");
  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  EXPECT_EQ(epoch(), 1U);
}

TEST_F(ScheduledResetTest, OthersAreNotReset) {
  start();
  const auto other = gateway_->log_on("BROKER2");
  visit();
  clock_.set(kDay + 22h);
  ASSERT_TRUE(wait_for_epoch(2));

  EXPECT_FALSE(other->try_read(kNothing).has_value());
}

}  // namespace
}  // namespace betex::test
