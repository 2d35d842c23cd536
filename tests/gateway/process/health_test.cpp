// What the probes say of the clock, and of threads that do not move.
#include "gateway/process/health.h"

#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "gateway/agent/agent.h"
#include "gateway/agent/agent_runner.h"
#include "gateway/ring/event_ring.h"
#include "gateway/ring/wait_strategy.h"

namespace betex::gateway {
namespace {

// A thread that is stuck: it was never started, and its ticks stand still.
class StuckThread {
 public:
  [[nodiscard]] const AgentRunner& runner() const noexcept { return runner_; }

 private:
  class Nothing final : public Agent {
   public:
    [[nodiscard]] std::string_view name() const noexcept override { return "md"; }

    std::size_t do_work() override { return 0; }
  };

  Nothing nothing_;
  WaitStrategy wait_;
  AgentRunner runner_{{.thread_name = "md", .agents = {&nothing_}},
                      wait_,
                      [](std::string_view /*agent*/, std::exception_ptr /*error*/) {}};
};

constexpr const char* kStuck = "thread md has not moved since the last look";

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

TEST(Health, SaysWhichThreadIsStuck) {
  using namespace std::chrono_literals;
  Movement::Steady::time_point now{1h};
  const StuckThread md{};
  Health health{[&now] { return now; }};
  health.watch({&md.runner()});
  health.enter(Phase::Accepting);
  now += 10s;
  EXPECT_EQ(health.why_not_live(), std::nullopt);
  now += 1s;
  EXPECT_EQ(health.why_not_live(), kStuck);
  EXPECT_EQ(health.why_not_ready(), kStuck);
}

TEST(Health, AThreadThatNobodyWaitsForMayBeStuck) {
  using namespace std::chrono_literals;
  Movement::Steady::time_point now{1h};
  const StuckThread md{};
  WaitStrategy wait;
  EventRing ring{{.capacity = 8}, wait};
  EventConsumer& consumer = ring.add_consumer({.name = "md", .wait = wait, .may_leave = true});
  Health health{[&now] { return now; }};
  health.watch_while_there(md.runner(), consumer);
  health.enter(Phase::Accepting);
  EXPECT_EQ(health.why_not_live(), std::nullopt);
  now += 11s;
  EXPECT_EQ(health.why_not_live(), kStuck);
  consumer.leave();
  EXPECT_EQ(health.why_not_live(), std::nullopt);
  now += 1h;
  EXPECT_EQ(health.why_not_live(), std::nullopt);
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
  ASSERT_TRUE(consumer.come_back(consumer.visible_end()));
  EXPECT_EQ(health.why_not_live(), kStuck);
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

TEST(Health, AStandbyIsAliveAndStartedAndNotReady) {
  Health health;
  health.enter(Phase::Standby);
  EXPECT_EQ(health.why_not_ready(), "standby");
  health.wait_for("node b leads; 3 events behind");
  EXPECT_EQ(health.why_not_ready(), "standby: node b leads; 3 events behind");
  EXPECT_EQ(health.why_not_live(), std::nullopt);
  EXPECT_EQ(health.why_not_started(), std::nullopt);
  EXPECT_EQ(health.remark(), std::nullopt);
  health.enter(Phase::Accepting);
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
}

TEST(Health, IsNotReadyWhileCommitsStall) {
  std::optional<std::string> stalled;
  Health health;
  health.watch_commits([&] { return stalled; });
  stalled = "no majority of the quorum log answers";
  EXPECT_EQ(health.why_not_ready(), "the journal is being replayed") << "nobody commits yet";
  health.enter(Phase::Accepting);
  EXPECT_EQ(health.why_not_ready(), "no majority of the quorum log answers");
  EXPECT_EQ(health.why_not_live(), std::nullopt) << "a restart would mend nothing";
  stalled = std::nullopt;
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
}

TEST(Health, SaysThatAStopIsPlannedAndStaysReady) {
  using namespace std::chrono_literals;
  Movement::Steady::time_point now{1h};
  Health health{[&now] { return now; }};
  health.stops_at(now + 1h);
  EXPECT_EQ(health.remark(), std::nullopt) << "it has not started";
  health.enter(Phase::Accepting);
  EXPECT_EQ(health.remark(), "stopping in 3600 s");
  now += 500ms;
  EXPECT_EQ(health.remark(), "stopping in 3600 s");
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
  now += 2h;
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
