// What a consumer of a ring learns from looking at it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace betex::gateway {

enum class PollOutcome : std::uint8_t {
  Ready,     // there was something
  TimedOut,  // nothing until the deadline; from a poll that does not wait: nothing now
  Closed,    // nothing, and nothing can come any more
};

}  // namespace betex::gateway
