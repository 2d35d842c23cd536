#include "gateway/start/retention.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "matching/assert.h"

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::SessionId;
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

void Retention::name_session(SessionId session, const matching::Name& comp_id) {
  const std::lock_guard lock{mutex_};
  comp_ids_[session] = comp_id;
}

void Retention::reports_taken(const ReportCursors& cursors, EventSeq taken, Timestamp time) {
  const std::lock_guard lock{mutex_};
  cursors_ = cursors;
  taken_ = taken;
  time_ = time;
  sample(taken, time);
}

void Retention::watermark_moved(EventSeq watermark) {
  const std::lock_guard lock{mutex_};
  watermark_ = std::max(watermark_, watermark);
}

EventSeq Retention::kept_from() const {
  const std::lock_guard lock{mutex_};
  return std::max(oldest_needed_, reports_begin_after_).next();
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
  const EventSeq horizon = kept == samples_.begin() ? EventSeq{} : std::prev(kept)->seq;
  return std::max(needed, horizon);
}

std::size_t Retention::sessions_behind() const {
  const std::lock_guard lock{mutex_};
  return cursors_.behind(std::max(oldest_needed_, reports_begin_after_)).size();
}

EventSeq Retention::watermark() const {
  const std::lock_guard lock{mutex_};
  return watermark_;
}

EventSeq Retention::needed_snapshot() const {
  EventSeq needed = oldest_needed_;
  if (snapshots_.size() >= 2) {
    const EventSeq limit = std::min(snapshots_[snapshots_.size() - 2], needed_after());
    for (const EventSeq snapshot : snapshots_) {
      if (snapshot <= limit) {
        needed = std::max(needed, snapshot);
      }
    }
  }
  return needed;
}

void Retention::give_up_what_is_too_old() {
  const EventSeq before = std::exchange(oldest_needed_, needed_snapshot());
  if (oldest_needed_ == before) {
    return;
  }
  const auto behind_before = cursors_.behind(before);
  for (const SessionId session : cursors_.behind(oldest_needed_)) {
    if (std::ranges::find(behind_before, session) == behind_before.end()) {
      spdlog::error(
          "session {} has not taken reports for more than 7 days: those of events up to {} "
          "are not kept for it any more",
          comp_ids_[session].view(),
          oldest_needed_.value());
    }
  }
}

EventSeq Retention::oldest_needed_snapshot() {
  const std::lock_guard lock{mutex_};
  give_up_what_is_too_old();
  return oldest_needed_;
}

EventSeq Retention::floor() {
  const std::lock_guard lock{mutex_};
  give_up_what_is_too_old();
  return retire_ == Retire::UpToWatermark ? std::min(oldest_needed_, watermark_) : oldest_needed_;
}

fix::HeldBackBy Retention::held_back_by(EventSeq last) const {
  using What = fix::HeldBackBy::What;
  const std::lock_guard lock{mutex_};
  if (last > needed_snapshot()) {
    const bool snapshots_reach =
        snapshots_.size() >= 2 && last <= snapshots_[snapshots_.size() - 2];
    const auto need = cursors_.oldest_need();
    if (!snapshots_reach || !need) {
      return {.what = What::Snapshot, .session = {}};
    }
    const auto name = comp_ids_.find(need->session);
    return {.what = What::Session,
            .session = name == comp_ids_.end() ? matching::Name{} : name->second};
  }
  if (retire_ == Retire::UpToWatermark && last > watermark_) {
    return {.what = What::Watermark, .session = {}};
  }
  return {};
}

}  // namespace betex::gateway
