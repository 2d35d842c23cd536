// The counters that the rings are built from. A sequence counts slots from 0 and never turns back:
// "sequence n" is the slot n modulo the capacity, and a counter of n says that all before n are
// done.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace betex::gateway {

inline constexpr std::size_t kCacheLineSize = 64;
inline constexpr std::size_t kDefaultRingCapacity = 32768;

using SlotSeq = std::uint64_t;

// A counter that one side advances and others watch, alone on its cache line, so that neither side
// slows the other by a neighbour. Its owner says who advances it. *Thread-safe.*
class alignas(kCacheLineSize) Sequence {
 public:
  // Pairs with advance_to(): what its caller wrote before is visible after.
  [[nodiscard]] SlotSeq acquire() const noexcept { return value_.load(std::memory_order_acquire); }

  // For the owner itself, and for metrics: the number alone.
  [[nodiscard]] SlotSeq relaxed() const noexcept { return value_.load(std::memory_order_relaxed); }

  // Release; by the one thread that owns the counter.
  void advance_to(SlotSeq value) noexcept { value_.store(value, std::memory_order_release); }

 private:
  std::atomic<SlotSeq> value_{0};
};

static_assert(sizeof(Sequence) == kCacheLineSize && alignof(Sequence) == kCacheLineSize);
static_assert(std::atomic<SlotSeq>::is_always_lock_free);

// Returns `capacity`; throws std::invalid_argument, with the setting's name and a value that would
// do, if it is no power of two or too small to be a ring.
inline std::size_t checked_ring_capacity(std::string_view setting, std::size_t capacity) {
  constexpr std::size_t kMin = 2;
  constexpr std::size_t kMax = std::size_t{1} << 24;
  if (capacity >= kMin && capacity <= kMax && std::has_single_bit(capacity)) {
    return capacity;
  }
  const std::size_t suggestion =
      capacity > kMax ? kMax : std::bit_ceil(capacity < kMin ? kMin : capacity);
  throw std::invalid_argument(std::string(setting) + " = " + std::to_string(capacity) +
                              ": a ring's size must be a power of two from " +
                              std::to_string(kMin) + " to " + std::to_string(kMax) +
                              ", for example " + std::to_string(suggestion));
}

}  // namespace betex::gateway
