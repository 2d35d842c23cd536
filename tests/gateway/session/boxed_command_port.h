// A command port without a ring, for fakes: each command is made in memory of its own, and handed
// over whole.
#pragma once

#include <memory>
#include <utility>

#include "gateway/link/session_link.h"

namespace betex::test {

class BoxedCommandPort : public gateway::CommandPort {
 private:
  // One credit is used.
  virtual void take(gateway::RingCommand command) = 0;

  [[nodiscard]] Place claim() final {
    return {.command = std::allocator<gateway::RingCommand>{}.allocate(1)};
  }

  void publish(const Place& place) final {
    gateway::RingCommand command = std::move(*place.command);
    std::destroy_at(place.command);
    std::allocator<gateway::RingCommand>{}.deallocate(place.command, 1);
    take(std::move(command));
  }
};

}  // namespace betex::test
