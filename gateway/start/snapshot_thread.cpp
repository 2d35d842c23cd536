#include "gateway/start/snapshot_thread.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include "journal/errors.h"
#include "journal/prepared_segment.h"
#include "journal/recovery.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"

namespace betex::gateway {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};
constexpr int kLowestPriority = 19;

// Of the snapshots that are there at a start, so many are told of.
constexpr std::size_t kToldAtStart = 8;

// What is filled with zeros: as much as a segment is likely to take, but no more than this.
constexpr std::uint64_t kBytesPerEvent = 256;
constexpr std::uint64_t kMostInFirst = std::uint64_t{16} << 20U;
constexpr std::uint64_t kMostInNext = std::uint64_t{512} << 20U;

}  // namespace

void prepare_first_segment(const SnapshotSettings& settings, const journal::Journal& journal) {
  journal::prepare_segment(
      {.wal_root = settings.wal_root,
       .map_size = settings.segment_map_size_bytes,
       .filled_bytes = std::min(kMostInFirst, settings.max_segment_events * kBytesPerEvent),
       .may_write = [&journal] { return journal.may_write(); }});
}

SnapshotThread::SnapshotThread(SnapshotSettings settings,
                               journal::EnvironmentPool& pool,
                               journal::Journal& journal,
                               Retention& retention,
                               Told told)
    : settings_{std::move(settings)},
      pool_{pool},
      journal_{journal},
      retention_{retention},
      told_{std::move(told)} {}

void SnapshotThread::start(matching::EventSeq last) {
  if (settings_.every_events != 0 || settings_.max_segment_events != 0) {
    thread_ = std::jthread{[this, last](const std::stop_token& stop) { run(stop, last); }};
    ::pthread_setname_np(thread_.native_handle(), "snapshot");
  }
}

void SnapshotThread::run(const std::stop_token& stop, matching::EventSeq last) {
  // On Linux a thread has a priority of its own.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowestPriority);
  tell_what_is_there();
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock{mutex};
  while (!stopped.wait_for(lock, stop, kBetweenLooks, [&] { return stop.stop_requested(); })) {
    try {
      prepare_next_segment();
    } catch (const std::exception& error) {
      spdlog::error("the next segment is not prepared: {}", error.what());
    }
    read_unread(stop);
    const matching::EventSeq up_to = due(last);
    if (up_to != last && !journal_.disk_is_low()) {
      last = up_to;
      try {
        take(stop, up_to);
      } catch (const std::exception& error) {
        spdlog::error("no snapshot after event {}: {}", up_to.value(), error.what());
      }
    }
  }
}

matching::EventSeq SnapshotThread::due(matching::EventSeq last) const {
  const matching::EventSeq taken = retention_.taken();
  const std::uint64_t every = settings_.every_events;
  if (every == 0) {
    return last;
  }
  if (settings_.at_multiples) {
    // What is taken ends with a transaction, so the one that holds this event is taken whole. Of
    // several that are due, the one whose number of steps has the most zeros at its end in binary:
    // nodes that are late, each in its own way, still meet.
    const std::uint64_t before = last.value() / every;
    std::uint64_t steps = taken.value() / every;
    while ((steps & (steps - 1)) > before) {
      steps &= steps - 1;
    }
    return std::max(last, matching::EventSeq{steps * every});
  }
  return taken.value() - last.value() >= every ? taken : last;
}

void SnapshotThread::take(const std::stop_token& stop, matching::EventSeq up_to) {
  const std::optional<matching::EventSeq> seq = journal::take_snapshot(
      settings_.wal_root,
      pool_,
      {.up_to = up_to,
       .progress = [&](matching::EventSeq) { return !stop.stop_requested(); },
       .note = [this](matching::EventSeq end) { return retention_.note(end); },
       .may_write = [this] { return journal_.may_write(); }});
  if (!seq) {
    return;
  }
  if (!journal::is_whole(settings_.wal_root, *seq)) {
    spdlog::error("the snapshot after event {} does not read back as it was written", seq->value());
    return;
  }
  retention_.add_snapshot(*seq);
  journal_.advance_recovery_point(*seq);
  journal::remove_snapshots_below(settings_.wal_root, retention_.oldest_needed_snapshot(), [this] {
    return journal_.may_write();
  });
  for (const matching::EventSeq superfluous : retention_.take_superfluous_snapshots()) {
    if (journal_.may_write()) {
      journal::remove_snapshot(settings_.wal_root, superfluous);
    }
  }
  spdlog::info("snapshot after event {}", seq->value());
  if (told_) {
    told_(journal::header_of_snapshot(settings_.wal_root, *seq));
  }
}

void SnapshotThread::tell_what_is_there() const {
  if (!told_) {
    return;
  }
  try {
    const std::vector<matching::EventSeq> all = journal::list_snapshots(settings_.wal_root);
    for (std::size_t i = all.size() - std::min(all.size(), kToldAtStart); i < all.size(); ++i) {
      try {
        told_(journal::header_of_snapshot(settings_.wal_root, all[i]));
      } catch (const journal::JournalError& error) {
        if (error.fault() != journal::Fault::SnapshotDamaged) {
          throw;
        }
        // Recovery has said so.
      }
    }
  } catch (const std::exception& error) {
    spdlog::error("the snapshots that are there are not known: {}", error.what());
  }
}

void SnapshotThread::read_unread(const std::stop_token& stop) const {
  const std::optional<matching::EventSeq> unread = retention_.next_unread();
  if (!unread) {
    return;
  }
  bool whole = false;
  try {
    whole =
        journal::is_whole(settings_.wal_root, *unread, [&stop] { return !stop.stop_requested(); });
  } catch (const std::exception& error) {
    spdlog::error("the snapshot after event {} cannot be read: {}", unread->value(), error.what());
  }
  if (stop.stop_requested()) {
    return;
  }
  if (!whole) {
    spdlog::warn("the snapshot after event {} is damaged: it is as if it were not there",
                 unread->value());
  }
  retention_.snapshot_was_read(*unread, whole);
}

void SnapshotThread::prepare_next_segment() const {
  if (settings_.max_segment_events == 0 || journal_.disk_is_low() ||
      journal::is_prepared(settings_.wal_root)) {
    return;
  }
  const std::filesystem::path segments = settings_.wal_root / journal::kSegmentsFolder;
  const std::vector<journal::SegmentName> names = journal::list_segments(segments);
  if (names.empty() || journal_.durable_seq().value() - names.back().first_seq.value() <
                           settings_.max_segment_events / 2) {
    return;
  }
  // As large as the segment before has become, or as this one is already.
  std::uint64_t bytes = 0;
  for (std::size_t i = names.size() - std::min<std::size_t>(names.size(), 2); i < names.size();
       ++i) {
    std::error_code retired;
    const auto size =
        std::filesystem::file_size(segments / names[i].text() / journal::kDataFile, retired);
    bytes = std::max<std::uint64_t>(bytes, retired ? 0 : size);
  }
  journal::prepare_segment({.wal_root = settings_.wal_root,
                            .map_size = settings_.segment_map_size_bytes,
                            .filled_bytes = std::min(kMostInNext, bytes),
                            .may_write = [this] { return journal_.may_write(); }});
}

}  // namespace betex::gateway
