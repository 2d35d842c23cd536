#include "gateway/time/clock_at_start.h"

#include <gmock/gmock.h>

#include "tests/gateway/time/fake_machine_clock.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ClockAtStartTest : public ::testing::Test {
 protected:
  // Of a log that is so far ahead of the clock.
  static matching::Timestamp log_ahead(nanoseconds ahead) {
    return FakeMachineClock::kStart + matching::Timestamp{ahead.count()};
  }

  void wait(const StartClockCheck& check) {
    wait_for_clock(check,
                   machine_,
                   {.pause =
                        [this](std::chrono::milliseconds time) {
                          machine_.pass(time);
                          return on_pause();
                        },
                    .waiting = [this](const std::string& why) { told_.push_back(why); }});
  }

  FakeMachineClock machine_;
  std::function<bool()> on_pause = [] { return true; };
  std::vector<std::string> told_;
};

TEST_F(ClockAtStartTest, ALogThatIsBehindOrALittleAheadHoldsNothingUp) {
  for (const auto ahead : {nanoseconds{-24h}, nanoseconds{0s}, nanoseconds{60s}}) {
    wait({.last = log_ahead(ahead)});
    wait({.last = log_ahead(ahead), .rules = {.require_synchronised = true}});
  }
  machine_.synchronisation = ClockSynchronisation::No;
  wait({.last = log_ahead(0s)});
  wait({.last = matching::Timestamp{}});
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(ClockAtStartTest, ALogThatIsFarAheadIsWaitedForUntilTheClockIsCorrected) {
  int pauses = 0;
  on_pause = [&] {
    if (++pauses == 40) {
      machine_.step(12h);
    }
    return true;
  };
  wait({.last = log_ahead(12h)});
  EXPECT_EQ(pauses, 40);
  EXPECT_THAT(told_,
              ElementsAre("the log's last event is 12 h 0 min 0 s ahead of the machine's clock"));
}

TEST_F(ClockAtStartTest, OrUntilTheClockHasComeNearTheLogByItself) {
  wait({.last = log_ahead(90s)});
  EXPECT_EQ(since_start(machine_.read().wall), 30s);
}

TEST_F(ClockAtStartTest, AfterTenMinutesItIsGivenUp) {
  try {
    wait({.last = log_ahead(25h)});
    FAIL() << "it must not start";
  } catch (const ClockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--accept-clock"));
  }
  EXPECT_EQ(since_start(machine_.read().wall), 10min);
}

TEST_F(ClockAtStartTest, AClockThatTheKernelCallsUnsynchronisedIsWaitedForWhereItIsRequired) {
  for (const auto bad : {ClockSynchronisation::No, ClockSynchronisation::Unknown}) {
    machine_.synchronisation = bad;
    EXPECT_THROW(wait({.last = log_ahead(0s), .rules = {.require_synchronised = true}}),
                 ClockError);
    on_pause = [this] {
      machine_.synchronisation = ClockSynchronisation::Yes;
      return true;
    };
    wait({.last = log_ahead(0s), .rules = {.require_synchronised = true}});
    on_pause = [] { return true; };
  }
}

TEST_F(ClockAtStartTest, WhoKnowsBetterWaitsForNothing) {
  machine_.synchronisation = ClockSynchronisation::No;
  wait({.last = log_ahead(12h), .rules = {.require_synchronised = true, .accept_clock = true}});
  EXPECT_EQ(since_start(machine_.read().wall), 0s);
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(ClockAtStartTest, WhoIsAskedToEndEnds) {
  on_pause = [] { return false; };
  EXPECT_THROW(wait({.last = log_ahead(12h)}), StoppedWhileWaiting);
}

}  // namespace
}  // namespace betex::gateway::testing
