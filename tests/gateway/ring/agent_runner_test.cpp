#include "gateway/agent/agent_runner.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "tests/support/patience.h"

namespace betex::gateway {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using betex::test::comes_to;
using testing::ElementsAre;

// What happened, in order, on whatever thread.
class Log {
 public:
  void add(const std::string& line) {
    const std::scoped_lock lock{mutex_};
    lines_.push_back(line);
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock lock{mutex_};
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// Does what the test tells it to.
struct ScriptedAgent : Agent {
  ScriptedAgent(std::string its_name, Log& its_log) : label(std::move(its_name)), log(its_log) {}

  [[nodiscard]] std::string_view name() const noexcept override { return label; }

  void on_start() override {
    log.add(label + " starts");
    start();
  }

  std::size_t do_work() override {
    ++calls;
    return work();
  }

  [[nodiscard]] TimePoint next_deadline() const noexcept override { return deadline; }

  [[nodiscard]] bool finished() const noexcept override { return done.load(); }

  void on_close() override {
    log.add(label + " closes");
    close();
  }

  const std::string label;
  Log& log;
  std::function<void()> start = [] {};
  std::function<std::size_t()> work = [] { return std::size_t{0}; };
  std::function<void()> close = [] {};
  TimePoint deadline = kNoDeadline;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> calls{0};
};

struct AgentRunnerTest : testing::Test {
  AgentRunnerConfig config(std::vector<Agent*> agents) {
    return {.thread_name = "runner", .agents = std::move(agents), .max_idle = 1h};
  }

  FailStopHandler no_failure = [](std::string_view agent, const std::exception_ptr&) {
    ADD_FAILURE() << agent << " failed";
  };
  FailStopHandler log_failure = [this](std::string_view agent, const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      log.add(std::string(agent) + " failed: " + failure.what());
    }
  };

  Log log;
  WaitStrategy wait;
  ScriptedAgent first{"first", log};
  ScriptedAgent second{"second", log};
};

TEST_F(AgentRunnerTest, NamesItsThread) {
  std::string seen;
  first.start = [&] {
    char name[16] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    seen = name;
  };
  first.done = true;
  AgentRunner runner{{.thread_name = "fifteen-letters", .agents = {&first}}, wait, no_failure};
  runner.start();
  runner.join();
  EXPECT_EQ(seen, "fifteen-letters");
}

TEST_F(AgentRunnerTest, StartsWorksAndClosesItsAgentsInTheirOrder) {
  AgentRunner runner{config({&first, &second}), wait, no_failure};
  runner.start();
  ASSERT_TRUE(comes_to([&] { return first.calls > 0 && second.calls > 0; }));
  EXPECT_FALSE(runner.ended());
  runner.stop();
  runner.join();
  EXPECT_TRUE(runner.ended());
  EXPECT_THAT(log.lines(),
              ElementsAre("first starts", "second starts", "first closes", "second closes"));
}

TEST_F(AgentRunnerTest, StoppedBeforeItsFirstRoundItStillClosesWhatItStarted) {
  AgentRunner runner{config({&first}), wait, no_failure};
  runner.stop();
  runner.start();
  runner.join();
  EXPECT_EQ(first.calls, 0U);
  EXPECT_THAT(log.lines(), ElementsAre("first starts", "first closes"));
}

TEST_F(AgentRunnerTest, DestructorStopsAndJoins) {
  {
    AgentRunner runner{config({&first}), wait, no_failure};
    runner.start();
    ASSERT_TRUE(comes_to([&] { return first.calls > 0; }));
  }
  EXPECT_THAT(log.lines(), ElementsAre("first starts", "first closes"));
}

TEST_F(AgentRunnerTest, NeedNotBeStarted) {
  { const AgentRunner runner{config({&first}), wait, no_failure}; }
  EXPECT_THAT(log.lines(), ElementsAre());
}

TEST_F(AgentRunnerTest, AgentWorksAgainWhileThereIsWork) {
  std::uint64_t left = 1000;
  first.work = [&] { return left > 0 ? left-- : 0; };
  AgentRunner runner{config({&first}), wait, no_failure};
  runner.start();
  EXPECT_TRUE(comes_to([&] { return first.calls > 1000; }));
}

TEST_F(AgentRunnerTest, IdleItWorksOnlyAFewRounds) {
  AgentRunner runner{
      {.thread_name = "runner", .agents = {&first}, .max_idle = 1h}, wait, no_failure};
  runner.start();
  ASSERT_TRUE(comes_to([&] { return first.calls >= WaitStrategy::kDefaultSpins; }));
  std::this_thread::sleep_for(50ms);
  runner.stop();
  runner.join();
  // However long this looked on: it spun once and went to sleep; the rest is for causeless wakes.
  EXPECT_LE(first.calls, 3 * WaitStrategy::kDefaultSpins);
  EXPECT_EQ(runner.ticks(), first.calls);
}

TEST_F(AgentRunnerTest, SignalWakesIt) {
  std::atomic<int> mailbox{0};
  std::atomic<int> taken{0};
  first.work = [&] {
    const int mail = mailbox.exchange(0);
    taken += mail;
    return static_cast<std::size_t>(mail);
  };
  AgentRunner runner{config({&first}), wait, no_failure};
  runner.start();
  for (int round = 1; round <= 20; ++round) {
    mailbox = 1;
    wait.signal();
    ASSERT_TRUE(comes_to([&] { return taken == round; }));
  }
}

TEST_F(AgentRunnerTest, TicksWhileNothingHappens) {
  AgentRunner runner{
      {.thread_name = "runner", .agents = {&first}, .max_idle = 1ms}, wait, no_failure};
  runner.start();
  EXPECT_TRUE(comes_to([&] { return runner.ticks() > 10 * WaitStrategy::kDefaultSpins; }));
}

TEST_F(AgentRunnerTest, WakesForTheEarliestDeadlineOfItsAgents) {
  const TimePoint due = std::chrono::steady_clock::now() + 20ms;
  std::atomic<bool> rung{false};
  second.deadline = due;
  second.work = [&] {
    rung = rung || std::chrono::steady_clock::now() >= due;
    return std::size_t{0};
  };
  AgentRunner runner{config({&first, &second}), wait, no_failure};
  runner.start();
  EXPECT_TRUE(comes_to([&] { return rung.load(); }));
}

TEST_F(AgentRunnerTest, EndsWhenAllAgentsHaveFinished) {
  first.work = [&] {
    first.done = true;
    return std::size_t{0};
  };
  first.close = [&] { second.done = true; };  // the end of one is the end of the next one's input
  AgentRunner runner{config({&first, &second}), wait, no_failure};
  runner.start();
  runner.join();
  EXPECT_EQ(first.calls, 1U);
  EXPECT_THAT(log.lines(),
              ElementsAre("first starts", "second starts", "first closes", "second closes"));
}

TEST_F(AgentRunnerTest, FinishedAgentIsNotCalledAgain) {
  first.done = true;
  AgentRunner runner{config({&first, &second}), wait, no_failure};
  runner.start();
  ASSERT_TRUE(comes_to([&] { return second.calls > 1; }));
  EXPECT_EQ(first.calls, 1U);
  EXPECT_FALSE(runner.ended());
}

TEST_F(AgentRunnerTest, ExceptionFromWorkGoesToTheFailStopHandlerAndEndsTheThread) {
  first.work = []() -> std::size_t { throw std::runtime_error("disk full"); };
  AgentRunner runner{config({&first, &second}), wait, log_failure};
  runner.start();
  runner.join();
  EXPECT_TRUE(runner.ended());
  EXPECT_EQ(first.calls, 1U);
  EXPECT_EQ(second.calls, 0U);
  EXPECT_THAT(log.lines(), ElementsAre("first starts", "second starts", "first failed: disk full"));
}

TEST_F(AgentRunnerTest, ExceptionFromTheStartIsAFailureToo) {
  second.start = [] { throw std::runtime_error("no file"); };
  AgentRunner runner{config({&first, &second}), wait, log_failure};
  runner.start();
  runner.join();
  EXPECT_THAT(log.lines(), ElementsAre("first starts", "second starts", "second failed: no file"));
}

TEST_F(AgentRunnerTest, ExceptionFromTheCloseIsAFailureToo) {
  first.done = true;
  first.close = [] { throw std::runtime_error("late"); };
  AgentRunner runner{config({&first}), wait, log_failure};
  runner.start();
  runner.join();
  EXPECT_THAT(log.lines(), ElementsAre("first starts", "first closes", "first failed: late"));
}

using AgentRunnerDeathTest = AgentRunnerTest;

TEST_F(AgentRunnerDeathTest, NameThatAThreadCannotHaveIsAnError) {
  EXPECT_DEATH(
      (AgentRunner{{.thread_name = "sixteen-letters!", .agents = {&first}}, wait, no_failure}),
      "assertion failed");
  EXPECT_DEATH((AgentRunner{{.thread_name = "", .agents = {&first}}, wait, no_failure}),
               "assertion failed");
}

TEST_F(AgentRunnerDeathTest, MissingFailStopHandlerIsAnError) {
  EXPECT_DEATH((AgentRunner{config({&first}), wait, nullptr}), "assertion failed");
}

}  // namespace
}  // namespace betex::gateway
