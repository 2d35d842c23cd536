// Where time comes from. gateway/time/ has the clocks that the gateway goes by.
#pragma once

#include <chrono>

#include "matching/types.h"

namespace betex::gateway {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual matching::Timestamp now() const = 0;

  // False while it is so far from the machine's clock that nobody can say which of the two is
  // right: orders are refused then, cancels are not.
  [[nodiscard]] virtual bool certain() const { return true; }
};

// The machine's clock, UTC. It may be set at any time, forwards and backwards.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] matching::Timestamp now() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return matching::Timestamp{
        std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
  }
};

}  // namespace betex::gateway
