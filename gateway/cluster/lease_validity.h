// Until when a lease is this node's by its own clock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

#include "gateway/cluster/lease.h"

namespace betex::cluster {

// begin(), extend() and end() by one thread at a time; left() by any. All times are since boot.
class LeaseValidity {
 public:
  explicit LeaseValidity(BootClock clock) : clock_{std::move(clock)} {}

  [[nodiscard]] std::chrono::nanoseconds now() const { return clock_(); }

  void begin(std::chrono::nanoseconds until) noexcept {
    until_.store(until.count(), std::memory_order_release);
  }

  // False, and nothing has changed, where it has ended meanwhile: somebody else may have had the
  // lease in between, so that it must never go on.
  [[nodiscard]] bool extend(std::chrono::nanoseconds until) noexcept {
    if (left() <= std::chrono::nanoseconds{0}) {
      return false;
    }
    begin(until);
    return true;
  }

  void end() noexcept { begin(std::chrono::nanoseconds{0}); }

  // Not more than 0: it has ended.
  [[nodiscard]] std::chrono::nanoseconds left() const noexcept {
    return std::chrono::nanoseconds{until_.load(std::memory_order_acquire)} - clock_();
  }

 private:
  const BootClock clock_;
  std::atomic<std::int64_t> until_{0};  // in ns
};

}  // namespace betex::cluster
