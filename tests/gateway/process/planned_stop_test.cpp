// When sessions are reminded of a stop, and when it comes; and how main hears of an operator's.
#include "gateway/process/planned_stop.h"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "gateway/process/stop_requests.h"

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;

class PlannedStopTest : public testing::Test {
 protected:
  // What is due at the moment that it waits for, which comes.
  PlannedStop::Due wait() {
    now_ += stop_.until_due(now_).value();
    return stop_.take_due(now_);
  }

  PlannedStop::Steady::time_point now_{1h};
  PlannedStop stop_;
};

TEST_F(PlannedStopTest, NothingIsDueWhereNoneIsPlanned) {
  EXPECT_EQ(stop_.at(), std::nullopt);
  EXPECT_EQ(stop_.until_due(now_), std::nullopt);
  EXPECT_FALSE(stop_.take_due(now_).stop);
}

TEST_F(PlannedStopTest, RemindsTwiceAndStops) {
  const auto planned_at = now_;
  stop_.plan(60s, now_);
  EXPECT_EQ(stop_.at(), planned_at + 60s);
  PlannedStop::Due due = wait();
  EXPECT_EQ(due.remind, 30s);
  EXPECT_FALSE(due.stop);
  EXPECT_EQ(now_, planned_at + 30s);
  EXPECT_EQ(stop_.take_due(now_).remind, std::nullopt) << "once";
  due = wait();
  EXPECT_EQ(due.remind, 10s);
  EXPECT_EQ(now_, planned_at + 50s);
  due = wait();
  EXPECT_EQ(due.remind, std::nullopt);
  EXPECT_TRUE(due.stop);
  EXPECT_EQ(now_, planned_at + 60s);
}

TEST_F(PlannedStopTest, DoesNotRemindOfWhatIsToldAtOnce) {
  stop_.plan(30s, now_);
  EXPECT_EQ(wait().remind, 10s);
  EXPECT_TRUE(wait().stop);
  stop_.plan(10s, now_);
  const PlannedStop::Due due = wait();
  EXPECT_EQ(due.remind, std::nullopt);
  EXPECT_TRUE(due.stop);
}

TEST_F(PlannedStopTest, WithoutANoticeIsDueAtOnce) {
  stop_.plan(0s, now_);
  EXPECT_EQ(stop_.until_due(now_), 0ms);
  const PlannedStop::Due due = stop_.take_due(now_);
  EXPECT_TRUE(due.stop);
  EXPECT_EQ(due.remind, std::nullopt);
}

TEST_F(PlannedStopTest, AnotherTakesItsPlace) {
  stop_.plan(20s, now_);
  EXPECT_EQ(wait().remind, 10s);
  stop_.plan(40s, now_);
  EXPECT_FALSE(stop_.take_due(now_ + 20s).stop);
  EXPECT_EQ(wait().remind, 10s) << "30 has passed with the look above";
  EXPECT_TRUE(wait().stop);
}

// The machine was suspended meanwhile, or the process.
TEST_F(PlannedStopTest, OfSeveralRemindersThatAreDueTheLastCounts) {
  stop_.plan(60s, now_);
  EXPECT_EQ(stop_.take_due(now_ + 55s).remind, 10s);
  EXPECT_EQ(stop_.until_due(now_ + 55s), 5s);
  EXPECT_EQ(stop_.until_due(now_ + 70s), 0ms) << "never in the past";
  EXPECT_TRUE(stop_.take_due(now_ + 70s).stop);
}

TEST_F(PlannedStopTest, IsNeverWokenBeforeItIsDue) {
  stop_.plan(1s, now_);
  now_ += 1ns;
  EXPECT_TRUE(wait().stop);
}

// ---- An operator's request ----------------------------------------------------------------------

// The test's own thread waits for signals as main does.
class StopRequestsTest : public testing::Test {
 protected:
  StopRequestsTest() {
    pthread_sigmask(SIG_BLOCK, nullptr, &before_);
    block_signals();
  }

  ~StopRequestsTest() override { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  sigset_t before_{};
  StopRequests requests_;
};

TEST_F(StopRequestsTest, WakeWhoWaits) {
  EXPECT_EQ(requests_.take(), std::nullopt);
  std::thread other{[&] { requests_.put(5s); }};
  EXPECT_EQ(wait_for_signal(1min), Signal::Wake);
  EXPECT_EQ(requests_.take(), 5s);
  EXPECT_EQ(requests_.take(), std::nullopt) << "once";
  other.join();
}

TEST_F(StopRequestsTest, WakeWhoBeginsToWaitLater) {
  requests_.put(5s);
  requests_.put(7s);
  EXPECT_EQ(wait_for_signal(1min), Signal::Wake);
  EXPECT_EQ(requests_.take(), 7s);
  EXPECT_EQ(wait_for_signal(0ms), std::nullopt);
}

}  // namespace
}  // namespace betex::gateway
