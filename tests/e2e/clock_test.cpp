// The gateway on a machine whose clock is set while it runs, or that is suspended.
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/clock_fixture.h"

namespace betex::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ClockTest, AStepThatIsTakenBackCutsNobodyAndRefusesOrdersMeanwhile) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1);
  int orders = 0;
  const auto next_id = [&orders] { return "A" + std::to_string(++orders); };
  for (const nanoseconds step : {nanoseconds{12h}, nanoseconds{-12h}, nanoseconds{25h}}) {
    const std::string resting = next_id();
    peer->send("D", order(resting));
    EXPECT_EQ(peer->read_type("8").value(39), "0");
    EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));

    clocks_.set_wall(step);
    std::string ready;
    for (int i = 0; i < 400 && ready.find(" 503 ") == std::string::npos; ++i) {
      std::this_thread::sleep_for(50ms);
      ready = http_get(gateway->http_port(), "/readyz");
    }
    EXPECT_THAT(ready, HasSubstr("the machine's clock was set far from session time"));
    wait_for_log(gateway->process(), "it goes on alone, new orders are refused");
    expect_refused_for_the_clock(*peer, next_id());
    peer->send("F", cancel(next_id(), resting));
    EXPECT_EQ(peer->read_type("8").value(39), "4") << "cancels work";
    EXPECT_THAT(http_get(gateway->http_port(), "/metrics"), HasSubstr("betex_clock_uncertain 1"));
    std::this_thread::sleep_for(1500ms);  // a tick of the session
    expect_alive(*peer, "T" + resting);

    clocks_.set_wall(0s);
    for (int i = 0; i < 400 && ready.find(" 200 ") == std::string::npos; ++i) {
      std::this_thread::sleep_for(50ms);
      ready = http_get(gateway->http_port(), "/readyz");
    }
    EXPECT_THAT(ready, HasSubstr(" 200 "));
    const std::string again = next_id();
    peer->send("D", order(again));
    EXPECT_EQ(peer->read_type("8").value(11), again) << "nothing is stale";
    peer->send("F", cancel(next_id(), again));
    EXPECT_EQ(peer->read_type("8").value(39), "4");
    peer->send("D", order(next_id(), "59=6|126=" + utc_in(1h) + "|"));
    EXPECT_EQ(peer->read_type("8").value(39), "0") << "its expiry is not past";
  }
  gateway->kill();
  expect_times_go_on();
}

TEST_F(ClockTest, TheOrdersOfALostClientAreCancelledThoughTheClockWasSetBack) {
  const auto gateway = start();
  auto peer = log_on(*gateway, 1, "108=30|8013=Y|");
  peer->send("D", order("A1"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  clocks_.set_wall(12h);
  wait_for_log(gateway->process(), "which somebody has set");
  clocks_.set_wall(-12h);
  peer->close();
  wait_for_lost_orders(*gateway, 1);
  peer = log_on(*gateway, 3);
  const RawFixMessage cancelled = peer->read_type("8");
  EXPECT_EQ(cancelled.value(39) + " " + cancelled.value(378), "4 12") << cancelled.text();
}

// The clock is two minutes back: what FIX times by it would stand still for as long.
TEST_F(ClockTest, HeartbeatsAndTestRequestsGoOnThoughTheClockWasSetBack) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1, "108=5|");
  clocks_.set_wall(-120s);
  EXPECT_EQ(peer->read(20s).type(), "0");
  EXPECT_EQ(peer->read(20s).type(), "1") << "a silent peer is asked";
}

TEST_F(ClockTest, ASmallStepIsAnAlarmAndNothingElse) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1);
  clocks_.set_wall(20s);
  wait_for_log(gateway->process(), "it is drawn there");
  EXPECT_THAT(gateway->process().standard_error(), HasSubstr("behind the machine's clock"));
  EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));
  const std::string metrics = http_get(gateway->http_port(), "/metrics");
  constexpr std::string_view kOffset = "\nbetex_clock_offset_seconds ";
  const auto found = metrics.find(kOffset);
  ASSERT_NE(found, std::string::npos) << metrics;
  const double offset = std::stod(metrics.substr(found + kOffset.size()));
  EXPECT_LT(offset, -1);
  EXPECT_GE(offset, -20.1);
  EXPECT_THAT(metrics, HasSubstr("\nbetex_clock_uncertain 0"));
  peer->send("D", order("A1"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
}

TEST_F(ClockTest, AMachineThatWasSuspendedExpiresWhatIsDueAndCutsNobody) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1);
  peer->send("D", order("A1", "59=6|126=" + utc_in(30min) + "|"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  clocks_.suspend(1h);
  EXPECT_EQ(peer->read_type("8").value(39), "C");
  std::this_thread::sleep_for(1500ms);  // a tick of the session
  EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));
  EXPECT_THAT(gateway->process().standard_error(), Not(HasSubstr("session BROKER1: off")));
  gateway->kill();
  expect_times_go_on();
}

}  // namespace
}  // namespace betex::test
