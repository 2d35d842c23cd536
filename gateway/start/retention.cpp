#include "gateway/start/retention.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "gateway/reports/event_times.h"
#include "matching/assert.h"

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::SessionId;
using matching::Timestamp;

constexpr std::int64_t kNanosBetweenSamples = std::int64_t{3600} * 1'000'000'000;

}  // namespace

void Retention::set_snapshots(std::vector<EventSeq> snapshots, std::vector<EventSeq> unread) {
  const std::lock_guard lock{mutex_};
  snapshots_ = std::move(snapshots);
  unread_ = std::move(unread);
}

std::optional<EventSeq> Retention::next_unread() const {
  const std::lock_guard lock{mutex_};
  return unread_.empty() ? std::nullopt : std::optional{unread_.back()};
}

void Retention::snapshot_was_read(EventSeq seq, bool is_whole) {
  const std::lock_guard lock{mutex_};
  std::erase(unread_, seq);
  if (is_whole) {
    return;
  }
  std::erase(snapshots_, seq);
  if (log_begins_after_ == seq) {  // there is no state to begin with any more
    const auto next = std::upper_bound(snapshots_.begin(), snapshots_.end(), seq);
    log_begins_after_ = next == snapshots_.end() ? taken_ : *next;
  }
}

// The newest of them is as old as what is sampled next, or older.
void Retention::know_times(std::span<const PastEvent> past) {
  const std::lock_guard lock{mutex_};
  for (const PastEvent& event : past) {
    sample(event.seq, event.time);
  }
}

void Retention::log_begins_after(EventSeq seq) {
  const std::lock_guard lock{mutex_};
  log_begins_after_ = seq;
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
    // The oldest that is left is the last one before everything that is kept by its age.
    const std::int64_t horizon = time.value() - std::max(kReportHorizonNanos, replay_.count());
    while (samples_.size() > 1 && samples_[1].time.value() <= horizon) {
      samples_.pop_front();
    }
  }
}

// 0: it is not known.
EventSeq Retention::last_before(std::chrono::nanoseconds ago) const {
  const auto later = std::upper_bound(
      samples_.begin(),
      samples_.end(),
      time_.value() - ago.count(),
      [](std::int64_t horizon, const PastEvent& past) { return horizon < past.time.value(); });
  return later == samples_.begin() ? EventSeq{} : std::prev(later)->seq;
}

EventSeq Retention::needed_after() const {
  const EventSeq needed = cursors_.needed_after().value_or(taken_);
  return std::max(needed, last_before(std::chrono::nanoseconds{kReportHorizonNanos}));
}

std::size_t Retention::sessions_behind() const {
  const std::lock_guard lock{mutex_};
  return cursors_.behind(std::max(oldest_needed_, reports_begin_after_)).size();
}

EventSeq Retention::watermark() const {
  const std::lock_guard lock{mutex_};
  return watermark_;
}

EventSeq Retention::newest_before(EventSeq event, EventSeq least) const {
  EventSeq newest = least;
  if (snapshots_.size() >= 2) {
    const EventSeq limit = std::min(snapshots_[snapshots_.size() - 2], event);
    for (const EventSeq snapshot : snapshots_) {
      if (snapshot <= limit && !std::binary_search(unread_.begin(), unread_.end(), snapshot)) {
        newest = std::max(newest, snapshot);
      }
    }
  }
  return newest;
}

EventSeq Retention::needed_snapshot() const {
  return newest_before(needed_after(), oldest_needed_);
}

// Also what comes before it is not needed for reports that somebody lacks.
EventSeq Retention::kept_snapshot() const {
  const EventSeq needed = needed_after();
  const bool longer = replay_ > std::chrono::nanoseconds{0};
  return newest_before(longer ? std::min(needed, last_before(replay_)) : needed, oldest_kept_);
}

EventSeq Retention::told_again_from() const {
  const std::lock_guard lock{mutex_};
  return std::max(log_begins_after_, oldest_kept_).next();
}

std::vector<EventSeq> Retention::take_superfluous_snapshots() {
  constexpr std::uint64_t kPartsOfLog = 16;
  constexpr std::uint64_t kPartsOfDistance = 4;
  const std::lock_guard lock{mutex_};
  std::vector<EventSeq> superfluous;
  if (snapshots_.empty() || !unread_.empty()) {
    return superfluous;
  }
  const std::uint64_t newest = snapshots_.back().value();
  const std::uint64_t apart = (newest - oldest_kept_.value()) / kPartsOfLog;
  std::vector<EventSeq> left;
  for (std::size_t i = 0; i < snapshots_.size(); ++i) {
    const EventSeq snapshot = snapshots_[i];
    const bool start_needs_it = i + 2 >= snapshots_.size();  // the two newest
    if (start_needs_it || left.empty() || snapshot <= oldest_kept_ || snapshot == oldest_needed_) {
      left.push_back(snapshot);
      continue;
    }
    // A session that lacks something in between may be read so much more for, and so lacks at
    // least four times as much.
    const std::uint64_t next = snapshots_[i + 1].value();
    const std::uint64_t most =
        snapshot < oldest_needed_ ? apart : (newest - next) / kPartsOfDistance;
    if (next - left.back().value() <= most) {
      superfluous.push_back(snapshot);
    } else {
      left.push_back(snapshot);
    }
  }
  snapshots_ = std::move(left);
  return superfluous;
}

// Nobody reads them any more: the snapshot thread removes them.
void Retention::forget_snapshots_below(EventSeq snapshot) {
  const auto is_below = [snapshot](EventSeq other) { return other < snapshot; };
  std::erase_if(snapshots_, is_below);
  std::erase_if(unread_, is_below);
}

void Retention::give_up_what_is_too_old() {
  oldest_kept_ = kept_snapshot();
  forget_snapshots_below(oldest_kept_);
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
  return oldest_kept_;
}

EventSeq Retention::floor() {
  const std::lock_guard lock{mutex_};
  give_up_what_is_too_old();
  return retire_ == Retire::UpToWatermark ? std::min(oldest_kept_, watermark_) : oldest_kept_;
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
  if (last > kept_snapshot()) {
    return {.what = What::Replay, .session = {}};
  }
  if (retire_ == Retire::UpToWatermark && last > watermark_) {
    return {.what = What::Watermark, .session = {}};
  }
  return {};
}

}  // namespace betex::gateway
