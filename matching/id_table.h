// A table from hashes to slots for ClOrdIDs that came in one generation: nothing is ever removed or
// moved, so a look-up reads one cache line and hardly ever a second one. A table that is full is
// followed by another one. Owned by the engine's thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "matching/order.h"
#include "matching/prefetch.h"

namespace betex::matching {

class IdTable {
 public:
  // For at least `entries` entries. The memory is zero and untouched, so that a large table makes
  // nobody wait.
  explicit IdTable(std::size_t entries);

  // Has its memory made at once, of a table that is new.
  void touch() noexcept;

  // The slot for which `is_it(slot)` is true, of those that were inserted with such a hash; 0:
  // none.
  template <typename IsIt>
  [[nodiscard]] Slot find(std::uint64_t hash, IsIt&& is_it) const noexcept {
    for (std::size_t i = home(hash);; i = after(i)) {
      const Bucket& bucket = buckets_[i];
      if (bucket.has(tag_of(hash))) {
        if (const Slot slot = first_of(bucket, tag_of(hash), is_it)) {
          return slot;
        }
      }
      if (bucket.used < kSlots) {
        return 0;
      }
    }
  }

  // It must not be full().
  void insert(std::uint64_t hash, Slot slot) noexcept;

  // So many entries that hardly any look-up has to go on to a second cache line.
  [[nodiscard]] bool full() const noexcept { return entries_ == capacity_; }

  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  // A hint that the hash will be looked for soon.
  void prefetch(std::uint64_t hash) const noexcept { prefetch_line(&buckets_[home(hash)]); }

  // Forgets all, some at a time: false until there is nothing left to clear. Not to be used before.
  [[nodiscard]] bool clear_some() noexcept;

 private:
  static constexpr std::size_t kSlots = 10;

  // `tags` are some bits of the hashes, 0 where there is none.
  struct alignas(kCacheLine) Bucket {
    std::array<std::uint16_t, kSlots> tags{};
    std::uint16_t used = 0;
    std::uint16_t reserved = 0;
    std::array<Slot, kSlots> slots{};

    // True if an entry has this tag.
    [[nodiscard]] bool has(std::uint16_t tag) const noexcept {
      const std::uint64_t wanted = tag * kLanes;
      return ((borrows(word(0) ^ wanted) | borrows(word(1) ^ wanted) | borrows(word(2) ^ wanted)) &
              kTops) != 0;
    }

    // One bit for each entry that has this tag, and sometimes for one that has not.
    [[nodiscard]] std::uint64_t fitting(std::uint16_t tag) const noexcept {
      const std::uint64_t wanted = tag * kLanes;
      return (borrows(word(0) ^ wanted) & kTops) >> 15 | (borrows(word(1) ^ wanted) & kTops) >> 14 |
             (borrows(word(2) ^ wanted) & kTops) >> 13;
    }

    // Of the entry that a bit of fitting() stands for.
    static std::size_t place_of(int bit) noexcept {
      const auto number = static_cast<std::size_t>(bit);
      return number % 16 * 4 + number / 16;
    }

   private:
    static constexpr std::uint64_t kLanes = 0x0001'0001'0001'0001;
    static constexpr std::uint64_t kTops = kLanes << 15;

    // Has the highest bit of each lane of 16 bits that is zero; above such a one also of a lane
    // that is 1. Of the other bits nothing is said.
    static std::uint64_t borrows(std::uint64_t lanes) noexcept { return (lanes - kLanes) & ~lanes; }

    // Four tags; in the last word two, and `used`, which is too small to be one.
    [[nodiscard]] std::uint64_t word(std::size_t i) const noexcept {
      std::uint64_t word = 0;
      std::memcpy(&word, reinterpret_cast<const char*>(this) + i * sizeof(word), sizeof(word));
      return word;
    }
  };

  static_assert(sizeof(Bucket) == kCacheLine);

  struct Free {
    void operator()(std::byte* memory) const noexcept { std::free(memory); }
  };

  // The first entry with this tag for which `is_it(slot)` is true; 0: none. Kept out of line, since
  // an id that is looked for is new as a rule.
  template <typename IsIt>
  [[nodiscard, gnu::noinline]] static Slot first_of(const Bucket& bucket,
                                                    std::uint16_t tag,
                                                    IsIt&& is_it) noexcept {
    for (std::uint64_t fits = bucket.fitting(tag); fits != 0; fits &= fits - 1) {
      const Slot slot = bucket.slots[Bucket::place_of(std::countr_zero(fits))];
      if (is_it(slot)) {
        return slot;
      }
    }
    return 0;
  }

  // Not from the bits that choose the bucket, and never 0.
  static std::uint16_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint16_t>(hash >> 48 | 0x8000);
  }

  // The lower half of the hash, scaled to the buckets.
  [[nodiscard]] std::size_t home(std::uint64_t hash) const noexcept {
    return (hash & 0xffff'ffff) * bucket_count_ >> 32;
  }

  [[nodiscard]] std::size_t after(std::size_t i) const noexcept {
    return i + 1 == bucket_count_ ? 0 : i + 1;
  }

  std::unique_ptr<std::byte, Free> memory_;
  Bucket* buckets_ = nullptr;
  std::size_t bucket_count_;
  std::size_t capacity_;
  std::size_t entries_ = 0;
  std::size_t cleared_ = 0;  // buckets
};

}  // namespace betex::matching
