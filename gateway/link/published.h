// A few words that one thread writes as a whole and any thread reads as a whole, without waiting
// for each other but for the moment of a write: a sequence lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace betex::gateway {

template <std::size_t kWords>
class Published {
 public:
  using Words = std::array<std::int64_t, kWords>;

  // *Thread-safe.* What store() gave last.
  [[nodiscard]] Words load() const noexcept {
    Words words;
    std::uint32_t before = 0;
    do {
      before = version_.load(std::memory_order_acquire);
      for (std::size_t i = 0; i < kWords; ++i) {
        words[i] = words_[i].load(std::memory_order_acquire);
      }
    } while (before % 2 != 0 || version_.load(std::memory_order_relaxed) != before);
    return words;
  }

  // By one thread at a time.
  void store(const Words& words) noexcept {
    const std::uint32_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < kWords; ++i) {
      words_[i].store(words[i], std::memory_order_release);
    }
    version_.store(version + 2, std::memory_order_release);
  }

 private:
  // Odd while words are written. A reader that has seen a new word (release, acquire) sees the odd
  // number after it, and reads again.
  std::atomic<std::uint32_t> version_{0};
  std::array<std::atomic<std::int64_t>, kWords> words_{};
};

}  // namespace betex::gateway
