// How many bytes of reports a session's client has been sent and not proven to have. They have to
// be kept for a resend, however long it takes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <numeric>
#include <utility>

#include "gateway/session/cache_space.h"
#include "matching/types.h"

namespace betex::fix {

// Bytes by events, ascending; several events together where they are few bytes.
struct UnprovenStep {
  matching::EventSeq last;
  std::size_t bytes = 0;
};

inline void add_report(std::deque<UnprovenStep>& steps,
                       matching::EventSeq event,
                       std::size_t bytes) {
  constexpr std::size_t kStepBytes = 16384;
  if (steps.empty() || steps.back().bytes >= kStepBytes) {
    steps.push_back({.last = event, .bytes = bytes});
  } else {
    steps.back() = {.last = std::max(steps.back().last, event),
                    .bytes = steps.back().bytes + bytes};
  }
}

// *Owned by its session's strand.*
class UnprovenReports {
 public:
  // `steps`: what the cache holds from an earlier life. `space` must outlive it.
  UnprovenReports(CacheSpace& space, std::deque<UnprovenStep> steps)
      : space_{space}, steps_{std::move(steps)} {
    bytes_ = std::accumulate(
        steps_.begin(), steps_.end(), std::size_t{0}, [](std::size_t sum, const auto& step) {
          return sum + step.bytes;
        });
    space_.session_added();
    space_.unproven_added(bytes_);
  }

  // A report of this event, of so many bytes in the cache.
  void sent(matching::EventSeq event, std::size_t bytes) {
    add_report(steps_, event, bytes);
    bytes_ += bytes;
    space_.unproven_added(bytes);
  }

  // The client has all reports of events up to here.
  void proven(matching::EventSeq up_to) {
    while (!steps_.empty() && steps_.front().last <= up_to) {
      bytes_ -= steps_.front().bytes;
      space_.unproven_gone(steps_.front().bytes);
      steps_.pop_front();
    }
  }

  // A new epoch: what was sent in the old one is told again, and the cache drops it.
  void begin_anew() {
    space_.unproven_gone(bytes_);
    bytes_ = 0;
    steps_.clear();
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  // It gets no further report before something is proven.
  [[nodiscard]] bool at_bound() const noexcept { return bytes_ > space_.share(); }

 private:
  CacheSpace& space_;
  std::deque<UnprovenStep> steps_;
  std::size_t bytes_ = 0;
};

}  // namespace betex::fix
