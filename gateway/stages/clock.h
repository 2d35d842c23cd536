// Where sequenced commands get their time from.
#pragma once

#include <chrono>

#include "matching/types.h"

namespace betex::gateway {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual matching::Timestamp now() const = 0;
};

// The machine's clock, UTC. It may step backwards; the match stage does not.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] matching::Timestamp now() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return matching::Timestamp{
        std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
  }
};

}  // namespace betex::gateway
