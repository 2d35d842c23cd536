// The pipeline's skeleton without its payload: commands in, one transaction each out, a journal and
// a report stage behind it, on three threads or on one. Shows how stages are written and stopped.
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/agent/agent_runner.h"
#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "tests/gateway/ring/budget.h"

namespace betex::gateway {
namespace {

using std::chrono_literals::operator""h;

using Command = std::uint64_t;

// Takes a command only when the last one's transaction has found its place, so that it never waits
// and can share its thread with those who make room.
class MatchAgent : public Agent {
 public:
  MatchAgent(CommandRing<Command>& commands, EventRing& events)
      : commands_(commands), events_(events) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "match"; }

  std::size_t do_work() override {
    if (pending_ && !place()) {
      return 0;
    }
    return commands_.poll([this](Command command) {
      command_ = command;
      pending_ = true;
      return place() ? AfterSlot::Continue : AfterSlot::Stop;
    });
  }

  [[nodiscard]] bool finished() const noexcept override { return !pending_ && commands_.drained(); }

  void on_close() override { events_.close(); }

 private:
  bool place() {
    const Claim claim = events_.try_claim(sizeof command_);
    if (claim.outcome == ClaimOutcome::Full) {
      return false;
    }
    EXPECT_EQ(claim.outcome, ClaimOutcome::Claimed);
    std::memcpy(claim.bytes.data(), &command_, sizeof command_);
    events_.publish(0);
    pending_ = false;
    return true;
  }

  CommandRing<Command>& commands_;
  EventRing& events_;
  Command command_ = 0;
  bool pending_ = false;
};

// Journal and report alike: takes all there is, adds it up, releases it.
class SumAgent : public Agent {
 public:
  SumAgent(std::string_view name, EventConsumer& events) : name_(name), events_(events) {}

  [[nodiscard]] std::string_view name() const noexcept override { return name_; }

  std::size_t do_work() override {
    const EventBatch batch = events_.poll();
    for (const EventSlot& slot : batch) {
      Command command = 0;
      std::memcpy(&command, slot.payload.data(), sizeof command);
      sum += command;
      ++count;
    }
    events_.release(batch.end_seq());
    return batch.size();
  }

  [[nodiscard]] bool finished() const noexcept override { return events_.drained(); }

  std::uint64_t sum = 0;
  std::uint64_t count = 0;

 private:
  std::string_view name_;
  EventConsumer& events_;
};

// Sleeps for ever if a wake-up is lost, so that this is seen.
AgentRunnerConfig on_thread(std::string_view name, std::vector<Agent*> agents) {
  return {.thread_name = std::string{name}, .agents = std::move(agents), .max_idle = 1h};
}

// Publishes 1, 2, ... and closes the ring, as a gateway that stops. Returns the last.
Command feed(CommandRing<Command>& commands) {
  constexpr Command kMost = 20'000;
  const Budget budget;
  Command last = 0;
  while (last < kMost && budget.left()) {
    if (commands.try_reserve(1)) {
      commands.publish(Command{++last});
    } else {
      std::this_thread::yield();
    }
  }
  commands.close();
  return last;
}

struct Pipeline : testing::TestWithParam<WaitKind> {
  static constexpr EventRingConfig kSmall{.capacity = 8, .arena_size = 4096};

  FailStopHandler no_failure = [](std::string_view agent, const std::exception_ptr&) {
    ADD_FAILURE() << agent << " failed";
  };
};

INSTANTIATE_TEST_SUITE_P(Kinds, Pipeline, testing::Values(WaitKind::Yield, WaitKind::Block));

void expect_everything(const SumAgent& stage, Command last) {
  EXPECT_EQ(stage.count, last) << stage.name();
  EXPECT_EQ(stage.sum, last * (last + 1) / 2) << stage.name();
}

TEST_P(Pipeline, CarriesEverythingOnOneThreadPerStageAndEndsInOrder) {
  WaitStrategy match_wait{GetParam()};
  WaitStrategy journal_wait{GetParam()};
  WaitStrategy report_wait{GetParam()};
  CommandRing<Command> commands{16, match_wait};
  EventRing events{kSmall, match_wait};
  EventConsumer& committing = events.add_consumer({.name = "journal", .wait = journal_wait});
  EventConsumer& reporting =
      events.add_consumer({.name = "report", .wait = report_wait, .behind = {&committing}});
  MatchAgent match{commands, events};
  SumAgent journal{"journal", committing};
  SumAgent report{"report", reporting};
  AgentRunner runners[3] = {{on_thread("match", {&match}), match_wait, no_failure},
                            {on_thread("journal", {&journal}), journal_wait, no_failure},
                            {on_thread("report", {&report}), report_wait, no_failure}};
  for (AgentRunner& runner : runners) {
    runner.start();
  }
  const Command last = feed(commands);
  for (AgentRunner& runner : runners) {
    runner.join();
  }
  expect_everything(journal, last);
  expect_everything(report, last);
}

TEST_P(Pipeline, CarriesEverythingWhenAllStagesShareAThread) {
  WaitStrategy wait{GetParam()};
  CommandRing<Command> commands{16, wait};
  EventRing events{kSmall, wait};
  EventConsumer& committing = events.add_consumer({.name = "journal", .wait = wait});
  EventConsumer& reporting =
      events.add_consumer({.name = "report", .wait = wait, .behind = {&committing}});
  MatchAgent match{commands, events};
  SumAgent journal{"journal", committing};
  SumAgent report{"report", reporting};
  AgentRunner runner{on_thread("stages", {&match, &journal, &report}), wait, no_failure};
  runner.start();
  const Command last = feed(commands);
  runner.join();
  expect_everything(journal, last);
  expect_everything(report, last);
}

}  // namespace
}  // namespace betex::gateway
