#include "gateway/config/reset_schedule.h"

#include <string_view>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kWednesday{
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 4}};

matching::Timestamp at(std::chrono::sys_time<std::chrono::nanoseconds> time) {
  return matching::Timestamp{time.time_since_epoch().count()};
}

TEST(ResetSchedule, IsAtItsTimeEveryDay) {
  const ResetSchedule schedule{.time_of_day = 22h};
  EXPECT_EQ(schedule.last(at(kWednesday + 22h)), at(kWednesday + 22h));
  EXPECT_EQ(schedule.last(at(kWednesday + 22h + 1ns)), at(kWednesday + 22h));
  EXPECT_EQ(schedule.last(at(kWednesday + 22h - 1ns)), at(kWednesday - 2h));
}

TEST(ResetSchedule, IsOnItsDaysOnly) {
  const ResetSchedule schedule{
      .time_of_day = 22h, .days = static_cast<std::uint8_t>(*parse_day("Mon") | *parse_day("Sat"))};
  EXPECT_EQ(schedule.last(at(kWednesday)), at(kWednesday - 26h)) << "Monday";
  EXPECT_EQ(schedule.last(at(kWednesday - 26h - 1ns)), at(kWednesday - 26h - 48h)) << "Saturday";
  EXPECT_EQ(schedule.days_text(), "Mon, Sat");
}

TEST(ResetSchedule, OfOneDayIsOnceAWeek) {
  const ResetSchedule schedule{.time_of_day = 0h, .days = *parse_day("Wed")};
  EXPECT_EQ(schedule.last(at(kWednesday)), at(kWednesday));
  EXPECT_EQ(schedule.last(at(kWednesday - 1ns)), at(kWednesday - 7 * 24h));
}

TEST(TimeOfDay, IsHoursMinutesAndSeconds) {
  EXPECT_EQ(parse_time_of_day("00:00:00"), 0s);
  EXPECT_EQ(parse_time_of_day("23:59:58"), 24h - 2s);
  for (const std::string_view wrong : {"24:00:00",
                                       "22:60:00",
                                       "22:00:60",
                                       "22:00",
                                       "2:00:00",
                                       "22.00.00",
                                       "-1:00:00",
                                       "aa:00:00"}) {
    EXPECT_FALSE(parse_time_of_day(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace betex::gateway
