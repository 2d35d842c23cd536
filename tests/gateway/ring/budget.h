// How long the tests between threads go on. On a quiet machine they reach their counts within
// milliseconds; on a loaded one each hand-over can cost a time slice, and they stop early instead.
#pragma once

#include <chrono>

#include "gateway/ring/wait_strategy.h"

namespace betex::gateway {

class Budget {
 public:
  [[nodiscard]] bool left() const { return std::chrono::steady_clock::now() < end_; }

 private:
  TimePoint end_ = std::chrono::steady_clock::now() + std::chrono::seconds{2};
};

// Far enough that only a lost wake-up reaches it.
inline TimePoint lost() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{40};
}

}  // namespace betex::gateway
