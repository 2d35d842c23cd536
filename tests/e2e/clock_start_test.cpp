// The gateway on a machine whose clock is wrong when it starts, ahead and behind, and what a start
// makes of a gateway that was killed while its clock was wrong.
#include <chrono>
#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/clock_fixture.h"

namespace betex::test {
namespace {

using ::testing::HasSubstr;

TEST_F(ClockTest, AStartOnAClockThatIsFarBehindTheLogWaitsUntilItIsCorrected) {
  auto gateway = start();
  auto peer = log_on(*gateway, 1);
  peer->send("D", order("A1"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  gateway->kill();

  clocks_.set_wall(-12h);
  {
    const auto waiting = start_that_waits();
    EXPECT_THAT(waiting->standard_error(), HasSubstr("ahead of the machine's clock"));
    waiting->signal(SIGKILL);
    EXPECT_EQ(waiting->wait(kPatience), -SIGKILL);
  }
  {
    const auto waiting = start_that_waits();
    waiting->signal(SIGTERM);
    EXPECT_EQ(waiting->wait(kPatience), 0) << waiting->standard_error();
  }
  {
    const auto waiting = start_that_waits();
    clocks_.pass(601s);
    EXPECT_EQ(waiting->wait(kPatience), 78) << waiting->standard_error();
    EXPECT_THAT(waiting->standard_error(), HasSubstr("--accept-clock"));
  }
  {
    const auto waiting = start_that_waits();
    clocks_.set_wall(0s);
    wait_for_output(*waiting);
    waiting->signal(SIGTERM);
    EXPECT_EQ(waiting->wait(kPatience), 0) << waiting->standard_error();
  }
  gateway = start();
  peer = log_on(*gateway, 3);
  peer->send("H", "11=A1|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "0") << "it lives, once";
}

// The first start is half a day ahead and writes so; then the clock is corrected.
TEST_F(ClockTest, AfterALeaderWhoseClockWasAheadTimeGoesOnFromThere) {
  clocks_.set_wall(12h);
  auto gateway = start();
  clocks_.set_wall(0s);
  wait_for_log(gateway->process(), "it goes on alone, new orders are refused");
  EXPECT_THAT(gateway->process().standard_error(), HasSubstr("--accept-clock"));
  {
    const auto peer = log_on(*gateway, 1);  // its 52 is near the machine's clock
    expect_refused_for_the_clock(*peer, "A1");
  }
  gateway->kill();
  start_that_waits()->signal(SIGKILL);

  gateway = start({"--accept-clock"});
  EXPECT_THAT(gateway->process().standard_error(), HasSubstr("taken over all the same"));
  EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));
  auto peer = log_on(*gateway, 3, "108=30|8013=Y|");
  peer->send("D", order("A2"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  peer->send("D", order("A3", "59=6|126=" + utc_in(1h) + "|"));
  EXPECT_EQ(peer->read_type("8").value(20001), "45") << "by exchange time it is past";
  peer->send("D", order("A4", "59=6|126=" + utc_in(13h) + "|"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  peer->close();
  wait_for_lost_orders(*gateway, 2);
  peer = log_on(*gateway, 7);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(peer->read_type("8").value(378), "12");
  }
  gateway->kill();

  gateway = start({"--accept-clock"});
  peer = log_on(*gateway, 7);  // a Logon alone uses up no number of the journal's
  peer->send("H", "11=A2|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "4");
  gateway->kill();
  expect_times_go_on();
}

TEST_F(ClockTest, AClockThatMustBeSynchronisedIsWaitedFor) {
  require_synchronised_ = true;
  for (const int says : {1, 2}) {
    clocks_.set_unsynchronised(says);
    const auto waiting = start_that_waits();
    clocks_.set_unsynchronised(0);
    wait_for_output(*waiting);
    waiting->signal(SIGTERM);
    EXPECT_EQ(waiting->wait(kPatience), 0) << waiting->standard_error();
  }
  clocks_.set_unsynchronised(1);
  EXPECT_EQ(start({"--accept-clock"})->terminate(), 0);
}

// ---- Killed in each state -----------------------------------------------------------------------

struct KilledIn {
  const char* name;
  nanoseconds wall;
  nanoseconds suspended;
};

class KilledInTest : public ClockTest, public testing::WithParamInterface<KilledIn> {};

TEST_P(KilledInTest, NothingIsLostOrDoneTwiceAndTheNextStartTradesOn) {
  auto gateway = start();
  auto peer = log_on(*gateway, 1);
  peer->send("D", order("A1"));
  peer->send("D", order("A2"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  EXPECT_EQ(peer->read_type("8").value(11), "A2");
  if (GetParam().wall != 0s) {
    clocks_.set_wall(GetParam().wall);
    wait_for_log(gateway->process(), "which somebody has set");
  }
  if (GetParam().suspended != 0s) {
    clocks_.suspend(GetParam().suspended);
    EXPECT_EQ(peer->read().type(), "0");
  }
  peer->send("F", cancel("A3", "A2"));
  EXPECT_EQ(peer->read_type("8").value(39), "4");
  gateway->kill();

  clocks_.set_wall(GetParam().suspended);
  gateway = start();
  peer = log_on(*gateway, 5);
  peer->send("H", "11=A1|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  peer->send("H", "11=A2|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "4");
  peer->send("D", order("A4"));
  EXPECT_EQ(peer->read_type("8").value(11), "A4");
  gateway->kill();
  expect_times_go_on();
}

INSTANTIATE_TEST_SUITE_P(States,
                         KilledInTest,
                         testing::Values(KilledIn{"Right", 0s, 0s},
                                         KilledIn{"Off", 20s, 0s},
                                         KilledIn{"Ahead", -12h, 0s},
                                         KilledIn{"Behind", 12h, 0s},
                                         KilledIn{"Suspended", 0s, 90s}),
                         [](const auto& state) { return std::string{state.param.name}; });

}  // namespace
}  // namespace betex::test
