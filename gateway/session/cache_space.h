// How much of the disk the session cache may take. A client that proves nothing to have arrived, or
// asks for long answers over and over, would fill it; the journal needs what is there more.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "journal/file_system.h"

namespace betex::fix {

struct CacheBounds {
  // Kept bytes. Reports that are not proven to have arrived are never dropped, so they are bounded
  // by giving the session no more of them; the others make room for them.
  std::size_t of_a_session = std::size_t{64} << 20;
  std::size_t in_all = std::size_t{1} << 30;  // and at most an eighth of the disk

  // With less free on the disk, answers that tell of no event are not kept.
  std::uint64_t low_disk_bytes = 0;
};

// *Thread-safe.* The sessions count here what is not proven; the cache looks at the disk, and so
// does the process, in case nothing is written.
class CacheSpace {
 public:
  explicit CacheSpace(const CacheBounds& bounds) noexcept : bounds_{bounds} {}

  // Before anybody else uses it.
  void fit_to_disk(const std::filesystem::path& folder) {
    constexpr std::uint64_t kPart = 8;
    bounds_.in_all = static_cast<std::size_t>(
        std::min<std::uint64_t>(bounds_.in_all, std::filesystem::space(folder).capacity / kPart));
    bounds_.of_a_session = std::min(bounds_.of_a_session, bounds_.in_all);
  }

  [[nodiscard]] const CacheBounds& bounds() const noexcept { return bounds_; }

  // A session with more bytes unproven gets no further report. Where all together have too many,
  // none has more than its part.
  [[nodiscard]] std::size_t share() const noexcept {
    if (unproven_.load(std::memory_order_relaxed) <= bounds_.in_all) {
      return bounds_.of_a_session;
    }
    const std::size_t sessions =
        std::max<std::size_t>(sessions_.load(std::memory_order_relaxed), 1);
    return std::min(bounds_.of_a_session, bounds_.in_all / sessions);
  }

  void session_added() noexcept { sessions_.fetch_add(1, std::memory_order_relaxed); }

  void unproven_added(std::size_t bytes) noexcept {
    unproven_.fetch_add(bytes, std::memory_order_relaxed);
  }

  void unproven_gone(std::size_t bytes) noexcept {
    unproven_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t unproven() const noexcept {
    return unproven_.load(std::memory_order_relaxed);
  }

  void look_at_disk(const std::filesystem::path& folder) {
    if (bounds_.low_disk_bytes != 0) {
      low_.store(journal::free_disk_bytes(folder) < bounds_.low_disk_bytes,
                 std::memory_order_relaxed);
    }
  }

  // Looks, unless it has just done so. The cache's writer only: a flood of answers is written
  // without a commit of the journal, which looks at the disk as well.
  void look_at_disk_if_due(const std::filesystem::path& folder) {
    constexpr std::chrono::milliseconds kInterval{100};
    const auto now = std::chrono::steady_clock::now();
    if (now >= look_next_) {
      look_next_ = now + kInterval;
      look_at_disk(folder);
    }
  }

  [[nodiscard]] bool disk_is_low() const noexcept { return low_.load(std::memory_order_relaxed); }

 private:
  CacheBounds bounds_;
  // Counts and a flag that order nothing: written by any thread, read by all.
  std::atomic<std::size_t> unproven_{0};
  std::atomic<std::size_t> sessions_{0};
  std::atomic<bool> low_{false};
  std::chrono::steady_clock::time_point look_next_;
};

}  // namespace betex::fix
