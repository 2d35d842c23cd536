// A number that one thread changes and any thread may read; it orders nothing. For what a stage
// counts of its own work: no other thread ever makes it wait.
#pragma once

#include <atomic>
#include <cstdint>

namespace betex::gateway {

class Tally {
 public:
  // On the thread that owns it.
  void add(std::uint64_t count = 1) noexcept { set(value() + count); }

  void subtract(std::uint64_t count = 1) noexcept { set(value() - count); }

  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }

  // On any thread.
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace betex::gateway
