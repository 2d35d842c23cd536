// How much of the session cache a session may take. A client that proves nothing to have arrived,
// or asks for long answers over and over, would fill it, at the cost of all others.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "journal/file_system.h"

namespace betex::fix {

struct CacheBounds {
  // Bytes of reports that are not proven to have arrived. They are never dropped, so they are
  // bounded by giving the session no more of them.
  std::size_t of_a_session = std::size_t{64} << 20;
  std::size_t in_all = std::size_t{1} << 30;  // and at most half of what the file holds

  // Beside them a session keeps its newest messages, as far as there is room.
  std::size_t kept_of_a_session = std::size_t{4} << 20;

  // With less free on the log's disk, requests that are answered at length are refused.
  std::uint64_t low_disk_bytes = 0;
};

// *Thread-safe.* The sessions count here what is not proven. They look at the disk as they write,
// and so does the process now and then, in case nothing is written.
class CacheSpace {
 public:
  // `disk`: a folder on the log's.
  explicit CacheSpace(const CacheBounds& bounds, std::filesystem::path disk = {})
      : bounds_{bounds}, disk_{std::move(disk)} {}

  // Before anybody else uses it. The other half of the file is for what blocks waste, and for the
  // part that each session has in any case.
  void fit_to_file(std::size_t capacity) noexcept {
    bounds_.in_all = std::min(bounds_.in_all, capacity / 2);
    bounds_.of_a_session = std::min(bounds_.of_a_session, bounds_.in_all);
    bounds_.kept_of_a_session = std::min(bounds_.kept_of_a_session, bounds_.of_a_session);
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

  // Throws JournalError where the disk does not say.
  void look_at_disk() {
    if (bounds_.low_disk_bytes != 0) {
      low_.store(journal::free_disk_bytes(disk_) < bounds_.low_disk_bytes,
                 std::memory_order_relaxed);
    }
  }

  // Looks, unless a session has just done so. A flood of answers commits nothing to the journal,
  // which looks at the disk as well.
  void look_at_disk_if_due() {
    constexpr std::chrono::milliseconds kInterval{100};
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto next = look_next_.load(std::memory_order_relaxed);
    const auto then = now + std::chrono::steady_clock::duration{kInterval}.count();
    if (now >= next && look_next_.compare_exchange_strong(next, then, std::memory_order_relaxed)) {
      look_at_disk();
    }
  }

  [[nodiscard]] bool disk_is_low() const noexcept { return low_.load(std::memory_order_relaxed); }

 private:
  CacheBounds bounds_;
  const std::filesystem::path disk_;
  // Counts and a flag that order nothing: written by any thread, read by all.
  std::atomic<std::size_t> unproven_{0};
  std::atomic<std::size_t> sessions_{0};
  std::atomic<bool> low_{false};
  std::atomic<std::chrono::steady_clock::rep> look_next_{0};
};

}  // namespace betex::fix
