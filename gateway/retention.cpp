#include "gateway/retention.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "matching/assert.h"

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::Timestamp;

constexpr std::int64_t kNanosBetweenSamples = std::int64_t{3600} * 1'000'000'000;

}  // namespace

void Retention::set_snapshots(std::vector<EventSeq> snapshots) {
  const std::lock_guard lock{mutex_};
  snapshots_ = std::move(snapshots);
}

void Retention::reports_begin_after(EventSeq seq) {
  const std::lock_guard lock{mutex_};
  reports_begin_after_ = seq;
}

void Retention::reports_taken(const ReportCursors& cursors, EventSeq taken, Timestamp time) {
  const std::lock_guard lock{mutex_};
  cursors_ = cursors;
  taken_ = taken;
  time_ = time;
  sample(taken, time);
}

EventSeq Retention::kept_from() const {
  const std::lock_guard lock{mutex_};
  return std::max(floor_, reports_begin_after_).next();
}

EventSeq Retention::taken() const {
  const std::lock_guard lock{mutex_};
  return taken_;
}

std::string Retention::note(EventSeq seq) const {
  const std::lock_guard lock{mutex_};
  BETEX_ASSERT(seq <= taken_);
  return cursors_.note(seq);
}

void Retention::add_snapshot(EventSeq seq) {
  const std::lock_guard lock{mutex_};
  snapshots_.push_back(seq);
}

EventSeq Retention::newest_snapshot() const {
  const std::lock_guard lock{mutex_};
  return snapshots_.empty() ? EventSeq{0} : snapshots_.back();
}

void Retention::sample(EventSeq seq, Timestamp time) {
  if (samples_.empty() || time.value() - samples_.back().time.value() >= kNanosBetweenSamples) {
    samples_.push_back({.time = time, .seq = seq});
  }
}

EventSeq Retention::needed_after() const {
  const EventSeq needed = cursors_.needed_after().value_or(taken_);
  const auto kept = std::upper_bound(
      samples_.begin(),
      samples_.end(),
      time_.value() - kHorizonNanos,
      [](std::int64_t horizon, const Sample& sample) { return horizon < sample.time.value(); });
  if (kept == samples_.begin() || std::prev(kept)->seq <= needed) {
    return needed;
  }
  spdlog::warn(
      "a session has not taken reports of events after {} for 7 days: reports of events up to {} "
      "are not kept for it any more",
      needed.value(),
      std::prev(kept)->seq.value());
  return std::prev(kept)->seq;
}

EventSeq Retention::floor() {
  const std::lock_guard lock{mutex_};
  if (snapshots_.size() < 2) {
    return floor_;
  }
  const EventSeq second_newest = snapshots_[snapshots_.size() - 2];
  const EventSeq limit = std::min(second_newest, needed_after());
  for (const EventSeq snapshot : snapshots_) {
    if (snapshot <= limit) {
      floor_ = std::max(floor_, snapshot);
    }
  }
  return floor_;
}

}  // namespace betex::gateway
