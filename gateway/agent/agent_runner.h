// The one loop that all stages run in: a named thread that gives each of its agents a duty cycle,
// waits when none had work, and stops the house when one fails.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/agent/agent.h"
#include "gateway/ring/wait_strategy.h"

namespace betex::gateway {

// Called on the failing agent's thread with its name and its exception; must not throw. In the
// gateway it ends the process. When it returns, the thread ends and its agents are not called
// again.
using FailStopHandler = std::function<void(std::string_view agent, std::exception_ptr error)>;

struct AgentRunnerConfig {
  std::string thread_name;     // 1 to 15 characters
  std::vector<Agent*> agents;  // called in this order; they must outlive the runner
  // The longest sleep, so that ticks() moves while all is well and nothing happens.
  std::chrono::milliseconds max_idle{500};
  int niceness = 0;  // as take_turns() has it: 0: orders wait for it; greater: others come first
};

// start() and join() are *owned by the thread that made it*; stop(), ticks() and ended() are
// *thread-safe*.
class AgentRunner {
 public:
  // `wait` is what the thread waits on: the rings, gates and mailboxes of all its agents signal it.
  // It must outlive the runner. `on_failure` must be set.
  AgentRunner(AgentRunnerConfig config, WaitStrategy& wait, FailStopHandler on_failure);
  // Stops and joins. An agent that waits on a full ring is not woken by that: close the ring first.
  ~AgentRunner();

  AgentRunner(const AgentRunner&) = delete;
  AgentRunner& operator=(const AgentRunner&) = delete;
  AgentRunner(AgentRunner&&) = delete;
  AgentRunner& operator=(AgentRunner&&) = delete;

  // Once. std::system_error if no thread can be had.
  void start();
  // The thread ends after the duty cycle it is in, whether or not its agents have finished; does
  // not wait for it. For an orderly end, close the agents' input and join().
  void stop() noexcept;
  // Waits until the thread has ended: all agents finished, it was stopped, or one failed.
  void join();

  // Moves with every duty cycle, at least once in `max_idle` unless an agent is stuck or at length
  // in one do_work(); for /livez, which compares two looks.
  [[nodiscard]] std::uint64_t ticks() const noexcept {
    return ticks_.load(std::memory_order_relaxed);
  }

  // The thread has left its loop: join() does not wait any more.
  [[nodiscard]] bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }

  [[nodiscard]] const std::string& thread_name() const noexcept { return config_.thread_name; }

 private:
  void run() noexcept;
  void run_agents();
  // Returns the work done by all agents together.
  std::size_t duty_cycle();
  [[nodiscard]] TimePoint next_deadline() const;
  void close_all();

  const AgentRunnerConfig config_;
  WaitStrategy& wait_;
  const FailStopHandler on_failure_;

  std::vector<Agent*> live_;  // not yet closed; owned by the thread
  Agent* current_ = nullptr;  // the one being called; owned by the thread
  std::thread thread_;

  // Written by stop(), read by the thread; release and acquire.
  std::atomic<bool> stopping_{false};
  // Both written by the thread, for others to look at.
  std::atomic<bool> ended_{false};
  std::atomic<std::uint64_t> ticks_{0};
};

}  // namespace betex::gateway
