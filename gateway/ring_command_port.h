// The command ring as sessions see it.
#pragma once

#include <utility>

#include "gateway/ring/command_ring.h"
#include "gateway/session_link.h"

namespace betex::gateway {

// *Thread-safe.* The ring must outlive it.
class RingCommandPort final : public CommandPort {
 public:
  explicit RingCommandPort(CommandRing<RingCommand>& ring) noexcept : ring_{ring} {}

  [[nodiscard]] bool try_reserve(std::size_t count) override { return ring_.try_reserve(count); }

  void release(std::size_t count) override { ring_.release(count); }

  void submit(RingCommand command) override { ring_.publish(std::move(command)); }

 private:
  CommandRing<RingCommand>& ring_;
};

}  // namespace betex::gateway
