// Each way in which a session ends is told from the others, for the log and for /metrics.
#include "gateway/session/session_end.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using fix::SessionEnd;
using testing::ElementsAre;
using testing::Pair;

constexpr std::chrono::sys_seconds kDay{std::chrono::sys_days{std::chrono::year{2026} / 3 / 4}};

class SessionEndTest : public testing::Test {
 protected:
  SessionEndTest() { pipeline_.set_clock(clock_); }

  void start(const fix::TransportLimits& limits = {}) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_,
        folder_.path(),
        TestGatewayOptions{.limits = limits,
                           .clock = &clock_,
                           .reset_schedule = gateway::ResetSchedule{.time_of_day = 22h}});
  }

  // How the sessions have ended that have, and how many of each, once one has.
  [[nodiscard]] std::map<SessionEnd, std::uint64_t> ended() const {
    std::map<SessionEnd, std::uint64_t> found;
    static_cast<void>(comes_to([&] {
      for (std::size_t i = 0; i < fix::kSessionEnds; ++i) {
        if (const auto count = gateway_->server().metrics().sessions_ended[i].value(); count != 0) {
          found[static_cast<SessionEnd>(i)] = count;
        }
      }
      return !found.empty();
    }));
    return found;
  }

  ManualClock clock_{kDay + 21h};
  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(SessionEndTest, ByALogoutOfTheClient) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("5");
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::ClientLogout, 1U)));
}

TEST_F(SessionEndTest, ByTheLossOfTheConnection) {
  start();
  gateway_->log_on("BROKER1")->close();
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::ConnectionLost, 1U)));
}

TEST_F(SessionEndTest, BySilence) {
  start();
  const auto peer = gateway_->connect("BROKER1");
  peer->send("A", "98=0|108=1|553=BROKER1|554=secret|1137=9|");
  EXPECT_EQ(peer->read().type(), "A");
  clock_.set(kDay + 21h + 4s);
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::NoHeartbeat, 1U)));
}

TEST_F(SessionEndTest, ByNotReading) {
  start({.outbound_queue_bytes = 100'000, .slow_reader_grace = 200ms});
  const auto peer = gateway_->log_on("BROKER1");
  pipeline_.make_reports(pipeline_.sessions()[0].session, 50'000);
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::SlowReader, 1U)));
}

TEST_F(SessionEndTest, ByAnotherLogonWhileItDoesNotAnswer) {
  start({.probe_grace = 50ms});
  const auto first = gateway_->log_on("BROKER1");
  const auto second = gateway_->log_on("BROKER1", 2);
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::Superseded, 1U)));
}

TEST_F(SessionEndTest, ByWhatTheClientSent) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send_bytes(peer->message("0", "", 1));  // a number that was used, without 43=Y
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::Fault, 1U)));
}

TEST_F(SessionEndTest, ByItsScheduledReset) {
  start({.reset_check_interval = 5ms});
  const auto peer = gateway_->log_on("BROKER1");
  clock_.set(kDay + 22h);
  EXPECT_EQ(peer->read_type("5").type(), "5");
  peer->send("5");
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::ScheduledReset, 1U)));
}

// Each Heartbeat uses an outbound number, and a number is used only once the journal has given it.
TEST_F(SessionEndTest, ByAJournalThatGivesNoNumbers) {
  constexpr int kAtOnce = 500;
  constexpr int kMoreThanAreReservedAhead = 20'000;
  start({.outbound_queue_bytes = 10'000'000});
  const auto peer = gateway_->log_on("BROKER1");
  pipeline_.hold();
  int number = 2;
  while (number < kMoreThanAreReservedAhead) {
    std::string requests;
    for (int i = 0; i < kAtOnce; ++i) {
      requests += peer->message("1", "112=x|", number++);
    }
    peer->send_bytes(requests);
  }
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::NoNumbers, 1U)));
}

TEST_F(SessionEndTest, ByAnOperator) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  pipeline_.command(matching::LogoutSession{.comp_id = matching::Name{"BROKER1"}});
  EXPECT_EQ(peer->read_type("5").type(), "5");
  peer->send("5");
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::Operator, 1U)));
}

TEST_F(SessionEndTest, ByAStopOfTheGateway) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  gateway_->server().stop_reading();
  gateway_->server().sessions_down(matching::SessionDownReason::Shutdown);
  std::thread stop{[&] { gateway_->server().log_out(kPatience, [] { return false; }); }};
  EXPECT_EQ(peer->read_type("5").type(), "5");
  peer->send("5");
  stop.join();
  EXPECT_THAT(ended(), ElementsAre(Pair(SessionEnd::GatewayStop, 1U)));
}

}  // namespace
}  // namespace betex::test
