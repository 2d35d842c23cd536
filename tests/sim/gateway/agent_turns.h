// What AgentRunner does with an agent, a duty cycle at a time and without a thread.
#pragma once

#include <cstddef>

#include "gateway/agent/agent.h"
#include "tests/sim/machine/clocks.h"

namespace betex::sim {

// In the machine's time.
[[nodiscard]] inline Clocks::Time machine_time(gateway::TimePoint time) noexcept {
  return time == gateway::kNoDeadline ? Clocks::kNever : time.time_since_epoch();
}

class AgentTurns {
 public:
  // It must outlive this.
  explicit AgentTurns(gateway::Agent& agent) : agent_{agent} { agent_.on_start(); }

  // Returns how much it did. After an exception it is not to be called again.
  std::size_t take() {
    if (over_) {
      return 0;
    }
    const std::size_t work = agent_.do_work();
    if (!agent_.finished()) {
      return work;
    }
    close();
    return work + 1;  // closing feeds the end to the next agent
  }

  // It is stopped.
  void close() {
    if (!over_) {
      over_ = true;
      agent_.on_close();
    }
  }

  // It has failed.
  void fail() noexcept { over_ = true; }

  [[nodiscard]] bool over() const noexcept { return over_; }

  [[nodiscard]] Clocks::Time next_deadline() const noexcept {
    return over_ ? Clocks::kNever : machine_time(agent_.next_deadline());
  }

 private:
  gateway::Agent& agent_;
  bool over_ = false;
};

}  // namespace betex::sim
