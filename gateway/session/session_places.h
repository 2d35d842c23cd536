// How many sessions of a port may be on at a time.
#pragma once

#include <atomic>
#include <cstddef>

namespace betex::fix {

// Thread-safe.
class SessionPlaces {
 public:
  explicit SessionPlaces(std::size_t places) noexcept : left_{places} {}

  // False: all are taken.
  [[nodiscard]] bool take() noexcept {
    std::size_t left = left_.load(std::memory_order_relaxed);  // a count, it orders nothing
    while (left != 0 && !left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) {
    }
    return left != 0;
  }

  void give_back() noexcept { left_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> left_;
};

}  // namespace betex::fix
