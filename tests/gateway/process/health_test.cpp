// What the probes say of the clock, and of threads that do not move.
#include "gateway/process/health.h"

#include <chrono>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

class StatedClock final : public Clock {
 public:
  [[nodiscard]] matching::Timestamp now() const override { return {}; }

  [[nodiscard]] bool certain() const override { return certain_now; }

  bool certain_now = true;
};

TEST(Movement, ALoopIsStuckWhoseTicksStandStillForTenSeconds) {
  using namespace std::chrono_literals;
  const Movement::Steady::time_point start{1h};
  Movement movement{7, start};
  EXPECT_FALSE(movement.is_stuck(7, start + 10s));
  EXPECT_TRUE(movement.is_stuck(7, start + 11s));
  EXPECT_FALSE(movement.is_stuck(8, start + 12s)) << "it goes on";
  EXPECT_FALSE(movement.is_stuck(8, start + 22s));
  EXPECT_TRUE(movement.is_stuck(8, start + 23s));
}

TEST(Movement, ALookAfterALongTimeAccusesNobodyWhoHasMoved) {
  using namespace std::chrono_literals;
  const Movement::Steady::time_point start{1h};
  Movement movement{7, start};
  EXPECT_FALSE(movement.is_stuck(8, start + 1h));
  EXPECT_FALSE(movement.is_stuck(8, start + 1h + 1s));
}

TEST(Health, SaysWhatAStartWaitsFor) {
  Health health;
  EXPECT_EQ(health.why_not_ready(), "the journal is being replayed");
  health.wait_for("the clock is behind the log");
  EXPECT_EQ(health.why_not_ready(), "the clock is behind the log");
  EXPECT_EQ(health.why_not_started(), "the clock is behind the log");
  EXPECT_EQ(health.why_not_live(), std::nullopt);
  health.enter(Phase::Accepting);
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
}

TEST(Health, SaysThatAStopIsPlannedAndStaysReady) {
  using namespace std::chrono_literals;
  Health health;
  health.stops_at(Movement::Steady::now() + 1h);
  EXPECT_EQ(health.remark(), std::nullopt) << "it has not started";
  health.enter(Phase::Accepting);
  const std::string remark = health.remark().value_or("");
  EXPECT_TRUE(remark == "stopping in 3600 s" || remark == "stopping in 3599 s") << remark;
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
  health.stops_at(Movement::Steady::now() - 1s);
  EXPECT_EQ(health.remark(), "stopping in 0 s");
  health.enter(Phase::Stopping);
  EXPECT_EQ(health.remark(), std::nullopt);
  EXPECT_EQ(health.why_not_ready(), "the gateway is stopping");
}

TEST(Health, IsNotReadyWhileTheClockIsUncertain) {
  StatedClock clock;
  Health health;
  health.watch(clock);
  health.enter(Phase::Accepting);
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
  clock.certain_now = false;
  EXPECT_NE(health.why_not_ready(), std::nullopt);
  EXPECT_EQ(health.why_not_live(), std::nullopt) << "a restart would mend nothing";
  clock.certain_now = true;
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
}

}  // namespace
}  // namespace betex::gateway
