// Opening a journal: who may write, what there is, and what a new writer changes.
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/adoption.h"
#include "journal/environment_pool.h"
#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/journal_impl.h"
#include "journal/journal_reader.h"
#include "journal/recovery_plan.h"
#include "journal/retirement.h"
#include "journal/safe_path.h"
#include "journal/segment.h"
#include "journal/segment_catalog.h"
#include "journal/void_segments.h"
#include "journal/writer_lock.h"
#include "matching/assert.h"

namespace betex::journal {
namespace {

constexpr std::size_t kSmallestMap = std::size_t{1} << 20U;

JournalConfig checked(JournalConfig config) {
  const auto require = [&](bool good, const std::string& what) {
    if (!good) {
      throw JournalError{
          {.fault = Fault::BadConfiguration, .what = what, .segment = config.wal_root.string()}};
    }
  };
  require(!config.wal_root.empty(), "no WAL folder is given");
  require(config.max_segment_events > 0, "max_segment_events must be at least 1");
  require(config.segment_map_size_bytes >= kSmallestMap,
          "segment_map_size_bytes must be at least " + std::to_string(kSmallestMap));
  create_folder(config.wal_root);
  config.wal_root = resolve_folder(config.wal_root);
  // LMDB wants whole pages of the system.
  config.segment_map_size_bytes = (config.segment_map_size_bytes + 65535) / 65536 * 65536;
  return config;
}

void check_file_system(const JournalConfig& config) {
  const std::optional<std::string_view> remote =
      remote_file_system(file_system_type(config.wal_root));
  if (remote && config.remote_file_systems == JournalConfig::RemoteFileSystems::Refuse) {
    throw JournalError{{.fault = Fault::RemoteFileSystem,
                        .what = "LMDB and the writer lock cannot rely on " + std::string{*remote},
                        .segment = config.wal_root.string()}};
  }
}

// Creates what is missing and takes the lock.
WriterLock lock_wal(const JournalConfig& config) {
  check_file_system(config);
  WriterLock lock{config.wal_root, config.node};
  for (const std::string_view folder : {kSegmentsFolder, kRetiredFolder, kSnapshotsFolder}) {
    create_folder(config.wal_root / folder);
  }
  return lock;
}

// `limit`: from there on its records are void.
SegmentFacts facts_of(Segment& segment, std::optional<EventSeq> limit) {
  SegmentFacts facts{.name = segment.name(), .header = segment.header()};
  if (const auto last = segment.last_at_or_before(EventSeq{~std::uint64_t{0}})) {
    facts.has_records = true;
    facts.end = position_behind(*last);
    facts.end.segment = segment.name();
  }
  if (limit && facts.has_records && facts.end.last_seq >= *limit) {
    const auto before = segment.last_at_or_before(EventSeq{limit->value() - 1});
    facts.end_before_void = before ? position_behind(*before) : segment.start();
    facts.end_before_void->segment = segment.name();
  }
  return facts;
}

// A first opening that was cut off when it had begun behind a snapshot leaves a segment without
// records, and no file `epoch` yet.
std::optional<EpochRecord> record_of_seeding(const std::vector<SegmentFacts>& segments) {
  const auto is_left = [](const SegmentFacts& segment) {
    return !segment.has_records && is_behind_snapshot(segment.header);
  };
  if (segments.empty() || !std::all_of(segments.begin(), segments.end(), is_left)) {
    return std::nullopt;
  }
  return EpochRecord{
      .wal_id = segments.front().header.wal_id, .epoch = {}, .newest_segment = std::nullopt};
}

// Nobody writes now, so every segment is sealed. One that is void by its name is not opened: who
// wrote it may have been stopped in the middle.
WalFacts gather_facts(const std::filesystem::path& wal_root, bool external, EnvironmentPool& pool) {
  WalFacts facts{.external = external};
  facts.epoch_file = read_epoch_file(wal_root);
  const std::filesystem::path segments = wal_root / kSegmentsFolder;
  std::vector<SegmentName> names = list_segments(segments);
  sort_by_writer(names);
  std::vector<SegmentName> granted;
  bool newest = true;  // what the last writer may have written without knowing whether it is synced
  for (const SegmentName& name : names) {
    const std::optional<EventSeq> limit = void_from(name.epoch, granted);
    if (limit && name.first_seq >= *limit) {
      facts.segments.push_back({.name = name});
      continue;
    }
    const std::filesystem::path data_file = segments / name.text() / kDataFile;
    if (newest && std::filesystem::exists(data_file)) {
      drop_cached_pages(data_file);
    }
    Segment segment{wal_root, name, Segment::State::Sealed, pool};
    facts.segments.push_back(facts_of(segment, limit));
    newest = newest && !facts.segments.back().has_records;
    if ((segment.header().flags & kEpochGranted) != 0) {
      granted.push_back(name);
    }
  }
  if (!granted.empty()) {
    facts.retired = list_retired(wal_root);
  }
  if (!facts.epoch_file) {
    facts.epoch_file = record_of_seeding(facts.segments);
  }
  std::sort(
      facts.segments.begin(),
      facts.segments.end(),
      [](const SegmentFacts& left, const SegmentFacts& right) { return left.name < right.name; });
  return facts;
}

// The last epoch that was given, as far as it can be seen without the lock: who has it may be
// writing.
WriterEpoch last_epoch_in(const std::filesystem::path& wal_root) {
  const std::optional<EpochRecord> file = read_epoch_file(wal_root);
  WriterEpoch last = file ? file->epoch : WriterEpoch{};
  for (const SegmentName& name : list_segments(wal_root / kSegmentsFolder)) {
    last = std::max(last, name.epoch);
  }
  return last;
}

bool is_same_place(const Position& left, const Position& right) noexcept {
  return left.last_seq == right.last_seq && left.chain == right.chain &&
         left.last_tx_id == right.last_tx_id && left.last_timestamp == right.last_timestamp;
}

}  // namespace

Journal::Impl::Impl(JournalConfig config, EnvironmentPool& pool)
    : config_{checked(std::move(config))}, pool_{pool} {
  WriterEpoch granted;
  if (is_external()) {
    check_file_system(config_);
    granted = authority().acquire(last_epoch_in(config_.wal_root));  // may take hours
  }
  lock_.emplace(lock_wal(config_));
  if (is_external()) {
    require_authority("before the log was opened");
    check_epoch(granted, last_epoch_in(config_.wal_root));
    adopt_by_copy(config_.wal_root, granted, authority(), pool_);
  }
  const WalFacts facts = gather_facts(config_.wal_root, is_external(), pool_);
  plan_ = plan_recovery(facts);
  epoch_ = facts.epoch_file.value_or(
      EpochRecord{.wal_id = config_.wal_id ? *config_.wal_id : make_wal_id()});
  check_wal_id();
  epoch_.epoch = is_external() ? granted : authority().acquire(plan_.epoch);
  check_epoch(epoch_.epoch, plan_.epoch);
  epoch_.newest_segment = plan_.end.segment;
  durable_ = plan_.end;
  // No writer has been here yet: the snapshot is what it begins with.
  may_be_seeded_ =
      facts.segments.empty() &&
      (facts.epoch_file ? facts.epoch_file->epoch == WriterEpoch{} : config_.wal_id.has_value());
}

void Journal::Impl::recover(const Position& after, Check check, const Visitor& visit) {
  BETEX_ASSERT(state_ == State::Opened);
  if (may_be_seeded_ && check == Check::Whole) {
    plan_.end = after;
    plan_.end.segment.reset();
  }
  if (after.last_seq > plan_.end.last_seq) {
    throw JournalError{
        {.fault = Fault::SnapshotAhead,
         .what = "recovery is to begin after event " + std::to_string(after.last_seq.value()) +
                 ", but the log ends at event " + std::to_string(plan_.end.last_seq.value()),
         .segment = config_.wal_root.string()}};
  }
  if (plan_.end.segment) {
    read_all(after, check, visit);
  } else {
    check_beginning(after, check, plan_.end);
  }
  durable_ = plan_.end;
  appended_ = plan_.end;
  take_over();
  publish();
  look_at_disk();
  state_ = State::Writable;
}

void Journal::Impl::check_epoch(WriterEpoch granted, WriterEpoch last) const {
  if (granted <= last) {
    lose_authority("the epoch " + std::to_string(granted.value()) +
                   " was granted, and the log knows of epoch " + std::to_string(last.value()));
  }
}

void Journal::Impl::check_beginning(const Position& after,
                                    Check check,
                                    const Position& beginning) const {
  if (after.last_seq != beginning.last_seq) {
    throw JournalError{{.fault = Fault::SequenceNotAvailable,
                        .what = "the log begins behind the snapshot after event " +
                                std::to_string(beginning.last_seq.value()) + ", not " +
                                std::to_string(after.last_seq.value()),
                        .segment = config_.wal_root.string()}};
  }
  if (check == Check::Whole && !is_same_place(after, beginning)) {
    mismatch(after);
  }
}

void Journal::Impl::mismatch(const Position& snapshot) const {
  throw JournalError{{.fault = Fault::SnapshotMismatch,
                      .what = "the log's chain at event " +
                              std::to_string(snapshot.last_seq.value()) +
                              " is not that of the snapshot",
                      .segment = config_.wal_root.string()}};
}

// What a new writer changes, after all was read and found whole. Cut off anywhere, the next
// opening finds the same log.
void Journal::Impl::take_over() {
  require_authority("after the log was read");
  for (const std::string_view folder : {kSegmentsFolder, kSnapshotsFolder}) {
    for (const std::filesystem::path& unfinished : list_unfinished(config_.wal_root / folder)) {
      std::filesystem::remove_all(unfinished);
    }
  }
  // From here on there is something that what older writers add is void by, or that says where
  // a log without records begins: a segment before its first record, before the one of the
  // opening before goes.
  const bool seeded = !durable_.segment && durable_.last_seq.value() != 0;
  if (!may_be_seeded_ || !seeded) {
    write_epoch();  // first, as it may name a segment that is void
  }
  if (is_external() || seeded) {
    begin_segment(kMaxRecordSize);
  }
  if (may_be_seeded_ && seeded) {
    write_epoch();  // by an epoch of 0 this opening knew that it may begin behind a snapshot
  }
  for (const VoidRecords& records : plan_.voids) {
    if (!records.after) {
      require_authority("before a void segment was moved away");
      set_aside(config_.wal_root, records.segment, epoch_.epoch);
    }
  }
  for (const SegmentName& empty : plan_.empty) {
    require_authority("before an empty segment was retired");
    retire_segment(config_.wal_root, empty);
  }
  retire();
}

// Never to a lower epoch: who has opened the log since is its writer.
void Journal::Impl::write_epoch() {
  require_authority("before the file `epoch` was written");
  if (is_external()) {
    const std::optional<EpochRecord> now = read_epoch_file(config_.wal_root);
    if (now && now->epoch > epoch_.epoch) {
      lose_authority("a writer with epoch " + std::to_string(now->epoch.value()) +
                     " has opened the log since");
    }
  }
  write_epoch_file(config_.wal_root, epoch_);
}

void Journal::Impl::check_wal_id() const {
  if (config_.wal_id && epoch_.wal_id != *config_.wal_id) {
    throw JournalError{{.fault = Fault::SegmentForeign,
                        .what = "the log here is " + to_hex(epoch_.wal_id) +
                                ", and the one that it is to be a copy of is " +
                                to_hex(*config_.wal_id),
                        .segment = config_.wal_root.string()}};
  }
}

void Journal::Impl::read_all(const Position& after, Check check, const Visitor& visit) {
  JournalReader reader{config_.wal_root, pool_, after.last_seq.next()};
  const Position start = reader.seek();
  if (start.last_seq != after.last_seq) {
    throw JournalError{{.fault = Fault::SequenceNotAvailable,
                        .what = "event " + std::to_string(after.last_seq.value()) +
                                " is not the last one of a transaction",
                        .segment = config_.wal_root.string()}};
  }
  if (check == Check::Whole && !is_same_place(start, after)) {
    mismatch(after);
  }
  while (const auto transaction = reader.next()) {
    if (is_external() && transaction->first_seq > plan_.end.last_seq) {
      return;  // a writer without the right has begun a segment since: it is about to be void
    }
    visit(*transaction);
  }
  BETEX_ASSERT(reader.position() == plan_.end);
}

}  // namespace betex::journal
