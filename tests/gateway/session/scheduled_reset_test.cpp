#include "gateway/session/scheduled_reset.h"

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using matching::Timestamp;

Timestamp at(std::chrono::nanoseconds since_1970) {
  return Timestamp{since_1970.count()};
}

// Every day at 22:00.
ScheduledReset daily() {
  return ScheduledReset{gateway::ResetSchedule{.time_of_day = 22h}};
}

TEST(ScheduledReset, IsDueWhenItsMomentHasPassedInTheEpoch) {
  ScheduledReset reset = daily();
  reset.recover(at(12h));
  EXPECT_FALSE(reset.is_due(at(21h + 59min)));
  EXPECT_TRUE(reset.is_due(at(22h)));
  EXPECT_TRUE(reset.is_due(at(100h))) << "one that was missed is made up for";
}

TEST(ScheduledReset, IsDueOnce) {
  ScheduledReset reset = daily();
  reset.recover(at(12h));
  reset.asked(at(22h));
  EXPECT_TRUE(reset.is_due(at(22h + 1s))) << "asking for it is not having it";
  reset.epoch_begun();
  EXPECT_FALSE(reset.is_due(at(45h)));
  EXPECT_TRUE(reset.is_due(at(46h)));
}

TEST(ScheduledReset, AnEpochOfTheClientsOwnCounts) {
  ScheduledReset reset = daily();
  reset.recover(at(12h));
  reset.asked(at(23h));
  reset.epoch_begun();
  EXPECT_FALSE(reset.is_due(at(45h)));
}

TEST(ScheduledReset, IsNeverDueWithoutASchedule) {
  ScheduledReset reset{std::nullopt};
  EXPECT_FALSE(reset.has_schedule());
  EXPECT_FALSE(reset.is_due(at(1000h)));
}

}  // namespace
}  // namespace betex::fix
