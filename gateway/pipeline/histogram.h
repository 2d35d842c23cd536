// How long something takes, counted in buckets whose bounds double. One thread counts, any thread
// may read: counting costs three relaxed stores and makes nobody wait.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "gateway/pipeline/tally.h"

namespace betex::gateway {

class Histogram {
 public:
  // From 10 microseconds to 10.5 seconds; what takes longer is in one bucket more.
  static constexpr std::chrono::nanoseconds kLeastBound{10'000};
  static constexpr std::size_t kBounds = 21;

  // The longest time that counts in the bucket.
  [[nodiscard]] static constexpr std::chrono::nanoseconds bound(std::size_t bucket) noexcept {
    return kLeastBound * (std::int64_t{1} << bucket);
  }

  // On the thread that owns it. Negative counts as 0.
  void count(std::chrono::nanoseconds time) noexcept {
    const auto nanos = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
    buckets_[bucket_of(nanos)].add();
    total_.add(nanos);
  }

  // Of one bucket alone, the last being what is above all bounds. On any thread, as total().
  [[nodiscard]] std::uint64_t counted(std::size_t bucket) const noexcept {
    return buckets_[bucket].value();
  }

  // Of all that was counted.
  [[nodiscard]] std::chrono::nanoseconds total() const noexcept {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(total_.value())};
  }

 private:
  [[nodiscard]] static std::size_t bucket_of(std::uint64_t nanos) noexcept {
    const std::uint64_t bounds_passed =
        nanos == 0 ? 0 : (nanos - 1) / static_cast<std::uint64_t>(kLeastBound.count());
    return std::min<std::size_t>(std::bit_width(bounds_passed), kBounds);
  }

  std::array<Tally, kBounds + 1> buckets_;
  Tally total_;  // nanoseconds
};

}  // namespace betex::gateway
