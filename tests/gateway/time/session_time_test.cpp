#include "gateway/time/session_time.h"

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/gateway/time/fake_machine_clock.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

class SessionTimeTest : public ::testing::Test {
 protected:
  // Since the start, by session time.
  [[nodiscard]] nanoseconds now() const { return since_start(time_.at(machine_.boottime())); }

  [[nodiscard]] nanoseconds ahead() const { return time_.ahead_of_wall(machine_.read()); }

  // Looks at the wall clock four times a second, as the gateway does.
  void run(nanoseconds time) {
    for (nanoseconds passed{0}; passed < time; passed += 250ms) {
      machine_.pass(250ms);
      time_.steer(machine_.read());
    }
  }

  FakeMachineClock machine_;
  SessionTime time_{machine_.read()};
};

TEST_F(SessionTimeTest, StartsAtTheWallClockAndGoesOnWithTheTimeSinceTheBoot) {
  EXPECT_EQ(now(), 0s);
  machine_.pass(12h);  // suspended, say: nobody has looked
  EXPECT_EQ(now(), 12h);
  EXPECT_EQ(ahead(), 0s);
}

TEST_F(SessionTimeTest, AStepOfTheWallClockIsNone) {
  for (const nanoseconds step : {nanoseconds{12h}, nanoseconds{-12h}, nanoseconds{-120s}}) {
    const nanoseconds before = now();
    machine_.step(step);
    EXPECT_EQ(now(), before);
    time_.steer(machine_.read());
    EXPECT_EQ(now(), before);
    machine_.step(-step);
  }
}

TEST_F(SessionTimeTest, ASmallStepIsMadeUpForByATwentiethOfTheTimeThatPasses) {
  machine_.step(-3s);
  time_.steer(machine_.read());
  run(20s);
  EXPECT_EQ(now(), 19s);
  EXPECT_EQ(ahead(), 2s);
  run(40s);
  EXPECT_EQ(ahead(), 0s);
  run(10s);
  EXPECT_EQ(ahead(), 0s) << "and no further";

  machine_.step(1s);
  time_.steer(machine_.read());
  const nanoseconds before = now();
  run(10s);
  EXPECT_EQ(now() - before, 10500ms);
  run(10s);
  EXPECT_EQ(ahead(), 0s);
}

TEST_F(SessionTimeTest, ItIsDrawnAMinuteAndNoMore) {
  machine_.step(60s);
  time_.steer(machine_.read());
  run(20s);
  EXPECT_EQ(ahead(), -59s);

  machine_.step(10s);  // 69 s
  time_.steer(machine_.read());
  run(1h);
  EXPECT_EQ(ahead(), -69s) << "it goes on alone";

  machine_.step(-10s);
  time_.steer(machine_.read());
  run(20s);
  EXPECT_EQ(ahead(), -58s) << "drawn again";
}

TEST_F(SessionTimeTest, WhereNobodyLooksItComesToTheWallClockThatWasSeenLast) {
  machine_.step(1s);
  time_.steer(machine_.read());
  machine_.pass(1h);
  EXPECT_EQ(ahead(), 0s);
}

TEST_F(SessionTimeTest, WhateverTheWallClockDoesItGrowsAtAboutTheRightSpeed) {
  std::mt19937_64 random{20261128};
  std::uniform_int_distribution<std::int64_t> steps{-80'000'000'000, 80'000'000'000};
  std::uniform_int_distribution<std::int64_t> passes{0, 900'000'000};
  for (int i = 0; i < 20'000; ++i) {
    if (i % 7 == 0) {
      machine_.step(nanoseconds{steps(random)});
    }
    if (i % 3 == 0) {
      time_.steer(machine_.read());
    }
    const nanoseconds before = now();
    const nanoseconds passed{passes(random)};
    machine_.pass(passed);
    const nanoseconds drawn = now() - before - passed;
    ASSERT_LE(std::abs(drawn.count()), passed.count() / SessionTime::kDrawnByOneIn + 1);
  }
}

}  // namespace
}  // namespace betex::gateway::testing
