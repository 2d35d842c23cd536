// How much of what a market data session was given has not been written yet: md goes by it, and
// sends images in place of what a slow reader misses.
#pragma once

#include <atomic>
#include <cstddef>

namespace betex::fix {

// Of one logon. Raised by whoever gives, lowered by the session's strand, read by anyone: counts
// that order nothing. What is on its way from the one count to the other is in both for a moment,
// never in none.
class UnsentBytes {
 public:
  void given(std::size_t bytes) noexcept { given_.fetch_add(bytes, std::memory_order_relaxed); }

  // So much of what was given is in the session's queue, or dropped.
  void taken(std::size_t bytes) noexcept { given_.fetch_sub(bytes, std::memory_order_relaxed); }

  // What the queue holds now.
  void queue_holds(std::size_t bytes) noexcept { queued_.store(bytes, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t value() const noexcept {
    return given_.load(std::memory_order_relaxed) + queued_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::size_t> given_{0};
  std::atomic<std::size_t> queued_{0};
};

}  // namespace betex::fix
