// What a session tells the journal of itself: that it is up or down, that it needs numbers, what
// its client has. Such commands wait for credits; none is dropped, and none overtakes another.
#pragma once

#include <deque>
#include <utility>

#include "gateway/link/session_link.h"

namespace betex::fix {

// Owned by its session's strand.
class ControlCommands {
 public:
  // `port` must outlive it.
  ControlCommands(gateway::CommandPort& port, gateway::RingShare share) noexcept
      : port_{port}, share_{share} {}

  void add(gateway::RingCommand command) { waiting_.push_back(std::move(command)); }

  // Submits as many as there are credits for. False: some still wait, so call again later.
  [[nodiscard]] bool submit() {
    while (!waiting_.empty() && port_.try_reserve(1, share_)) {
      port_.submit(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return waiting_.empty();
  }

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

 private:
  gateway::CommandPort& port_;
  const gateway::RingShare share_;
  std::deque<gateway::RingCommand> waiting_;
};

}  // namespace betex::fix
