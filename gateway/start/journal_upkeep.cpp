#include "gateway/start/journal_upkeep.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "journal/errors.h"
#include "journal/prepared_segment.h"
#include "journal/recovery.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"

namespace betex::gateway {
namespace {

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

JournalUpkeep::JournalUpkeep(SnapshotSettings settings,
                             journal::EnvironmentPool& pool,
                             journal::Journal& journal,
                             Retention& retention,
                             Told told)
    : settings_{std::move(settings)},
      pool_{pool},
      journal_{journal},
      retention_{retention},
      told_{std::move(told)} {}

bool JournalUpkeep::has_nothing_to_do() const noexcept {
  return settings_.every_events == 0 && settings_.max_segment_events == 0;
}

void JournalUpkeep::begin(matching::EventSeq last) {
  last_ = last;
  tell_what_is_there();
}

bool JournalUpkeep::look(const std::function<bool()>& go_on) {
  bool done = false;
  try {
    done = prepare_next_segment();
  } catch (const std::exception& error) {
    spdlog::error("the next segment is not prepared: {}", error.what());
  }
  done = read_unread(go_on) || done;
  const matching::EventSeq up_to = due();
  if (up_to != last_ && !journal_.disk_is_low()) {
    done = true;
    last_ = up_to;
    try {
      take(go_on, up_to);
    } catch (const std::exception& error) {
      spdlog::error("no snapshot after event {}: {}", up_to.value(), error.what());
    }
  }
  return done;
}

matching::EventSeq JournalUpkeep::due() const {
  const matching::EventSeq taken = retention_.taken();
  const std::uint64_t every = settings_.every_events;
  if (every == 0) {
    return last_;
  }
  if (settings_.at_multiples) {
    // What is taken ends with a transaction, so the one that holds this event is taken whole. Of
    // several that are due, the one whose number of steps has the most zeros at its end in binary:
    // nodes that are late, each in its own way, still meet.
    const std::uint64_t before = last_.value() / every;
    std::uint64_t steps = taken.value() / every;
    while ((steps & (steps - 1)) > before) {
      steps &= steps - 1;
    }
    return std::max(last_, matching::EventSeq{steps * every});
  }
  return taken.value() - last_.value() >= every ? taken : last_;
}

void JournalUpkeep::take(const std::function<bool()>& go_on, matching::EventSeq up_to) {
  const std::optional<matching::EventSeq> seq = journal::take_snapshot(
      settings_.wal_root,
      pool_,
      {.up_to = up_to,
       .progress = [&](matching::EventSeq) { return go_on(); },
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

void JournalUpkeep::tell_what_is_there() const {
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

bool JournalUpkeep::read_unread(const std::function<bool()>& go_on) const {
  const std::optional<matching::EventSeq> unread = retention_.next_unread();
  if (!unread) {
    return false;
  }
  bool whole = false;
  try {
    whole = journal::is_whole(settings_.wal_root, *unread, go_on);
  } catch (const std::exception& error) {
    spdlog::error("the snapshot after event {} cannot be read: {}", unread->value(), error.what());
  }
  if (!go_on()) {
    return true;
  }
  if (!whole) {
    spdlog::warn("the snapshot after event {} is damaged: it is as if it were not there",
                 unread->value());
  }
  retention_.snapshot_was_read(*unread, whole);
  return true;
}

bool JournalUpkeep::prepare_next_segment() const {
  if (settings_.max_segment_events == 0 || journal_.disk_is_low() ||
      journal::is_prepared(settings_.wal_root)) {
    return false;
  }
  const std::filesystem::path segments = settings_.wal_root / journal::kSegmentsFolder;
  const std::vector<journal::SegmentName> names = journal::list_segments(segments);
  if (names.empty()) {
    return false;
  }
  // The newest one may be empty: its first event is to come then.
  const std::uint64_t end = journal_.durable_seq().next().value();
  const std::uint64_t first = names.back().first_seq.value();
  if (end <= first || end - first <= settings_.max_segment_events / 2) {
    return false;
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
  return true;
}

}  // namespace betex::gateway
