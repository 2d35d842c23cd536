#include <gmock/gmock.h>

#include "gateway/time/clock_watch.h"
#include "gateway/time/duration_text.h"

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Severity = ClockAlarm::Severity;

TEST(ClockAlarm, TellsEachChangeOnceAndAgainEveryMinuteWhileItIsNotRight) {
  ClockAlarm alarm;
  EXPECT_FALSE(alarm.tell({.ahead_of_wall = 1s, .state = ClockState::Right}, 100s));

  auto line = alarm.tell({.ahead_of_wall = -6s, .state = ClockState::Off}, 101s);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->severity, Severity::Error);
  EXPECT_THAT(line->text, HasSubstr("session time is 6.0 s behind the machine's clock"));
  EXPECT_FALSE(alarm.tell({.ahead_of_wall = -6s, .state = ClockState::Off}, 160s));
  EXPECT_TRUE(alarm.tell({.ahead_of_wall = -6s, .state = ClockState::Off}, 161s));

  line = alarm.tell({.ahead_of_wall = -12h, .state = ClockState::Uncertain}, 162s);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->severity, Severity::Critical);
  EXPECT_THAT(line->text,
              AllOf(HasSubstr("12 h 0 min 0 s behind"),
                    HasSubstr("goes on alone"),
                    HasSubstr("new orders are refused"),
                    HasSubstr("a restart takes it over")));
  EXPECT_FALSE(alarm.tell({.ahead_of_wall = -12h, .state = ClockState::Uncertain}, 200s));

  line = alarm.tell({.ahead_of_wall = 1s, .state = ClockState::Right}, 201s);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->severity, Severity::Good);
  EXPECT_FALSE(alarm.tell({.ahead_of_wall = 1s, .state = ClockState::Right}, 500s));
}

TEST(ClockAlarm, SaysThatARestartWaitsWhereTheLogIsAhead) {
  ClockAlarm alarm;
  const auto line = alarm.tell({.ahead_of_wall = 12h, .state = ClockState::Uncertain}, 100s);
  ASSERT_TRUE(line);
  EXPECT_THAT(line->text, AllOf(HasSubstr("ahead of"), HasSubstr("--accept-clock")));
}

TEST(DurationText, IsForPeople) {
  EXPECT_EQ(duration_text(5240ms), "5.2 s");
  EXPECT_EQ(duration_text(61s), "61 s");
  EXPECT_EQ(duration_text(12h + 61s), "12 h 1 min 1 s");
}

}  // namespace
}  // namespace betex::gateway
