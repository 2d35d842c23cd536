// A clock that stands still until a test moves it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "gateway/link/clock.h"

namespace betex::test {

// *Thread-safe.*
class ManualClock final : public gateway::Clock {
 public:
  explicit ManualClock(std::chrono::sys_seconds time) { set(time); }

  void set(std::chrono::sys_seconds time) {
    now_ = std::chrono::nanoseconds{time.time_since_epoch()}.count();
  }

  [[nodiscard]] matching::Timestamp now() const override { return matching::Timestamp{now_}; }

 private:
  std::atomic<std::int64_t> now_{0};
};

}  // namespace betex::test
