// A stage of the pipeline as its thread sees it: something with a duty cycle. An agent has no
// thread of its own, so tests call do_work() by hand, and stages can share a thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "gateway/ring/wait_strategy.h"

namespace betex::gateway {

// Everything but name() is called on the one thread that runs it.
class Agent {
 public:
  // As Linux takes for a thread's name.
  static constexpr std::size_t kMaxNameLength = 15;

  Agent() = default;
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  Agent(Agent&&) = delete;
  Agent& operator=(Agent&&) = delete;
  virtual ~Agent() = default;

  // 1 to 15 characters, always the same.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  // Once, before the first do_work().
  virtual void on_start() {}

  // One round: takes what is there, without waiting for more. Returns how much it did; 0 lets the
  // thread go to sleep, until its wait strategy is signalled or next_deadline() passes. An
  // exception is fail-stop: the agent is not called again.
  virtual std::size_t do_work() = 0;

  // When it wants to be called without a signal. Asked after a do_work() that returned 0, so one
  // that brings the deadline forward must return more than 0.
  [[nodiscard]] virtual TimePoint next_deadline() const noexcept { return kNoDeadline; }

  // Its input has come to the end and nothing is left to do. Asked after a do_work().
  [[nodiscard]] virtual bool finished() const noexcept { return false; }

  // Once, as soon as it has finished or when its runner is stopped, but not after an exception.
  // The place to close the ring that it feeds.
  virtual void on_close() {}
};

}  // namespace betex::gateway
