#include "journal/journal.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/adoption.h"
#include "journal/checksum.h"
#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/event_codec.h"
#include "journal/file_system.h"
#include "journal/journal_reader.h"
#include "journal/record.h"
#include "journal/recovery_plan.h"
#include "journal/retirement.h"
#include "journal/safe_path.h"
#include "journal/segment.h"
#include "journal/segment_catalog.h"
#include "journal/segment_writer.h"
#include "journal/writer_lock.h"

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

// Where the system's error has a remedy of its own, that is what the operator is to be told.
Fault fault_of_commit(const LmdbError& error) noexcept {
  switch (error.fault()) {
    case Fault::Io:
    case Fault::Lmdb:
    case Fault::MapFull:
      return Fault::CommitFailed;
    default:
      return error.fault();
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

}  // namespace

std::string sizing_warning(const JournalConfig& config) {
  const std::uint64_t worst = std::uint64_t{config.ring_size} * matching::kMaxEventSize;
  if (config.segment_map_size_bytes >= worst) {
    return {};
  }
  return "segment_map_size_bytes = " + std::to_string(config.segment_map_size_bytes) +
         " is less than one full batch can take: ring_size " + std::to_string(config.ring_size) +
         " x largest event " + std::to_string(matching::kMaxEventSize) +
         " B = " + std::to_string(worst) +
         " B; such a batch will be split over several segments, and none of it lost";
}

class Journal::Impl {
 public:
  enum class Check : std::uint8_t { Whole, SequenceOnly };

  Impl(JournalConfig config, EnvironmentPool& pool)
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

  ~Impl() {
    writer_.reset();
    lock_.reset();  // before somebody else is told that he may take it
    if (state_ == State::Closed) {
      authority().release();
    }
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  // `after` is checked as a whole, or (for a mere sequence) only as the end of a transaction.
  void recover(const Position& after, Check check, const Visitor& visit) {
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

  void append(const matching::TransactionView& transaction) {
    BETEX_ASSERT(state_ == State::Writable);
    const matching::TransactionHeader& header = transaction.header;
    BETEX_ASSERT(transaction.first_seq == appended_.last_seq.next());
    BETEX_ASSERT(header.tx_id == appended_.last_tx_id.next());
    BETEX_ASSERT(header.timestamp >= appended_.last_timestamp);
    BETEX_ASSERT(header.event_count > 0 && header.reserved == 0);
    BETEX_ASSERT(!find_malformed(header, transaction.events));
    const std::size_t begin = pending_.size();
    const auto* const header_bytes = reinterpret_cast<const std::byte*>(&header);
    pending_.insert(pending_.end(), header_bytes, header_bytes + sizeof(header));
    pending_.insert(pending_.end(), transaction.events.begin(), transaction.events.end());
    appended_.last_seq = transaction.last_seq();
    appended_.last_tx_id = header.tx_id;
    appended_.last_timestamp = header.timestamp;
    appended_.chain = extend(appended_.chain, std::span{pending_}.subspan(begin));
    marks_.push_back({.end = pending_.size(), .position = appended_});
  }

  void commit() {
    BETEX_ASSERT(state_ == State::Writable);
    if (marks_.empty()) {
      return;
    }
    state_ = State::Failed;  // unless all of it succeeds
    require_authority("before a commit");
    try {
      commit_pending();
    } catch (...) {
      // Who has lost the right finds the folder as its successor has left it: that is what is
      // wrong.
      require_authority("in the midst of a commit");
      throw;
    }
    state_ = State::Writable;
  }

  void raise_epoch(WriterEpoch epoch) {
    BETEX_ASSERT(state_ == State::Writable && marks_.empty() && epoch > epoch_.epoch);
    state_ = State::Failed;  // unless all of it succeeds
    require_authority("before the epoch was raised");
    seal();
    epoch_.epoch = epoch;
    epoch_.newest_segment = durable_.segment;
    write_epoch();
    state_ = State::Writable;
  }

  void close() {
    BETEX_ASSERT(state_ == State::Writable && marks_.empty());
    state_ = State::Failed;  // unless all of it succeeds
    require_authority("before a clean stop");
    seal();
    epoch_.newest_segment = durable_.segment;
    write_epoch();
    state_ = State::Closed;
  }

  [[nodiscard]] bool may_write() const noexcept { return authority().still_held(); }

  [[nodiscard]] const std::vector<VoidRecords>& voids() const noexcept { return plan_.voids; }

  [[nodiscard]] EventSeq durable_seq() const noexcept {
    return EventSeq{durable_seq_.load(std::memory_order_acquire)};
  }

  [[nodiscard]] const Position& position() const noexcept { return durable_; }

  [[nodiscard]] const Position& appended() const noexcept { return appended_; }

  [[nodiscard]] const EpochRecord& epoch() const noexcept { return epoch_; }

  void advance_recovery_point(EventSeq seq) noexcept {
    std::uint64_t current = recovery_point_.load(std::memory_order_relaxed);
    while (current < seq.value() && !recovery_point_.compare_exchange_weak(
                                        current, seq.value(), std::memory_order_release)) {
    }
  }

  [[nodiscard]] bool disk_is_low() const noexcept {
    return disk_free_bytes() < config_.low_disk_bytes;
  }

  [[nodiscard]] std::uint64_t disk_free_bytes() const noexcept {
    return disk_free_bytes_.load(std::memory_order_relaxed);
  }

  // Of two threads that look at once the older look may be the last one stored; the next one mends
  // that.
  void look_at_disk() {
    disk_free_bytes_.store(free_disk_bytes(config_.wal_root), std::memory_order_relaxed);
  }

 private:
  enum class State : std::uint8_t { Opened, Writable, Failed, Closed };

  // Where a transaction ends in pending_, and in the log.
  struct Mark {
    std::size_t end;
    Position position;
  };

  [[nodiscard]] WriterAuthority& authority() noexcept {
    return config_.authority != nullptr ? *config_.authority : local_authority_;
  }

  [[nodiscard]] const WriterAuthority& authority() const noexcept {
    const WriterAuthority* const given = config_.authority;
    return given != nullptr ? *given : local_authority_;
  }

  [[nodiscard]] bool is_external() const noexcept { return authority().is_external(); }

  [[noreturn]] void lose_authority(const std::string& what) const {
    throw JournalError{
        {.fault = Fault::AuthorityLost, .what = what, .segment = config_.wal_root.string()}};
  }

  void check_epoch(WriterEpoch granted, WriterEpoch last) const {
    if (granted <= last) {
      lose_authority("the epoch " + std::to_string(granted.value()) +
                     " was granted, and the log knows of epoch " + std::to_string(last.value()));
    }
  }

  void require_authority(const char* when) const {
    if (!authority().still_held()) {
      lose_authority(std::string{"the right to write was lost "} + when);
    }
  }

  // A log without a segment begins at `beginning`.
  void check_beginning(const Position& after, Check check, const Position& beginning) const {
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

  [[nodiscard]] static bool is_same_place(const Position& left, const Position& right) noexcept {
    return left.last_seq == right.last_seq && left.chain == right.chain &&
           left.last_tx_id == right.last_tx_id && left.last_timestamp == right.last_timestamp;
  }

  [[noreturn]] void mismatch(const Position& snapshot) const {
    throw JournalError{{.fault = Fault::SnapshotMismatch,
                        .what = "the log's chain at event " +
                                std::to_string(snapshot.last_seq.value()) +
                                " is not that of the snapshot",
                        .segment = config_.wal_root.string()}};
  }

  // What a new writer changes, after all was read and found whole. Cut off anywhere, the next
  // opening finds the same log.
  void take_over() {
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
  void write_epoch() {
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

  void check_wal_id() const {
    if (config_.wal_id && epoch_.wal_id != *config_.wal_id) {
      throw JournalError{{.fault = Fault::SegmentForeign,
                          .what = "the log here is " + to_hex(epoch_.wal_id) +
                                  ", and the one that it is to be a copy of is " +
                                  to_hex(*config_.wal_id),
                          .segment = config_.wal_root.string()}};
    }
  }

  void read_all(const Position& after, Check check, const Visitor& visit) {
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

  // Retires what no recovery needs and the rest of the process has given free.
  void retire() {
    const EventSeq point{recovery_point_.load(std::memory_order_acquire)};
    if (point.value() == 0 || durable_.last_seq.value() == 0) {
      return;
    }
    require_authority("before segments were retired");
    // Never the segment with the last record, also where an empty one stands behind it.
    const EventSeq most{durable_.last_seq.value() - 1};
    retire_up_to(config_.wal_root,
                 std::min(most, config_.floor ? std::min(point, config_.floor()) : point));
  }

  void commit_pending() {
    try {
      write_pending();
    } catch (const LmdbError& error) {
      throw JournalError{
          {.fault = fault_of_commit(error),
           .what = "the commit of events " + std::to_string(durable_.last_seq.next().value()) +
                   " to " + std::to_string(appended_.last_seq.value()) +
                   " failed, and whether it is on the disk is unknown: " + error.sentence(),
           .segment = writer_ ? writer_->name().text() : config_.wal_root.string(),
           .key = durable_.last_seq.next().value()}};
    }
    pending_.clear();
    marks_.clear();
    if (writer_->events() >= config_.max_segment_events || writer_->is_nearly_full()) {
      seal();
      rotated_ = true;
    }
    if (std::exchange(rotated_, false)) {
      retire();
    }
    look_at_disk();
  }

  void write_pending() {
    if (writer_ && pending_.size() <= kMaxRecordSize && write(0, marks_.size())) {
      return;
    }
    // The first commit of an opening or after a rotation; or the map is full, which loses nothing.
    if (writer_ && writer_->events() != 0) {
      seal();
      rotated_ = true;
    }
    for (std::size_t first = 0; first < marks_.size();) {
      const std::size_t last = end_of_piece(first);
      if (!writer_) {
        begin_segment(marks_[last - 1].end - begin_of(first));
      }
      if (!write(first, last)) {
        throw JournalError{{.fault = Fault::MapFull,
                            .what = "a new segment has no room for what it was made for",
                            .segment = writer_->name().text(),
                            .key = durable_.last_seq.next().value()}};
      }
      first = last;
      if (first != marks_.size()) {
        seal();
        rotated_ = true;
      }
    }
  }

  [[nodiscard]] std::size_t begin_of(std::size_t mark) const noexcept {
    return mark == 0 ? 0 : marks_[mark - 1].end;
  }

  // As many transactions as fit into an empty segment, one at least.
  [[nodiscard]] std::size_t end_of_piece(std::size_t first) const noexcept {
    const std::uint64_t room =
        std::min<std::uint64_t>(kMaxRecordSize, config_.segment_map_size_bytes - kMapReserve);
    std::size_t last = first + 1;
    while (last < marks_.size() && marks_[last].end - begin_of(first) <= room) {
      ++last;
    }
    return last;
  }

  // Writes the transactions [first, last) as one record; false where the map is full.
  [[nodiscard]] bool write(std::size_t first, std::size_t last) {
    const Position& end = marks_[last - 1].position;
    const std::size_t begin = begin_of(first);
    BatchHeader header;
    header.transaction_count = static_cast<std::uint32_t>(last - first);
    header.event_count =
        static_cast<std::uint32_t>(end.last_seq.value() - durable_.last_seq.value());
    header.chain = end.chain;
    const std::span<const std::byte> bytes{pending_};
    if (!writer_->write(
            durable_.last_seq.next(), header, bytes.subspan(begin, marks_[last - 1].end - begin))) {
      return false;
    }
    require_authority("after a commit, which may be void");
    durable_ = end;
    durable_.segment = writer_->name();
    publish();
    return true;
  }

  void begin_segment(std::size_t first_record_size) {
    require_authority("before a segment was begun");
    const std::size_t needed = (first_record_size + kMapReserve + 65535) / 65536 * 65536;
    writer_.emplace(
        SegmentWriter::Setup{.wal_root = config_.wal_root,
                             .wal_id = epoch_.wal_id,
                             .epoch = epoch_.epoch,
                             .granted = is_external(),
                             .before = durable_,
                             .map_size = std::max(config_.segment_map_size_bytes, needed),
                             .sync = config_.sync == JournalConfig::Sync::Always
                                         ? EnvironmentOptions::Sync::Always
                                         : EnvironmentOptions::Sync::Never},
        pool_);
  }

  void seal() {
    if (writer_) {
      writer_->cut_off_unused();
      writer_.reset();
    }
  }

  // Pairs with durable_seq(): who sees the sequence can read its transaction from the log.
  void publish() noexcept {
    durable_seq_.store(durable_.last_seq.value(), std::memory_order_release);
  }

  JournalConfig config_;
  EnvironmentPool& pool_;
  LocalAuthority local_authority_;
  std::optional<WriterLock> lock_;
  RecoveryPlan plan_;
  EpochRecord epoch_;
  bool may_be_seeded_ = false;  // it is new here: a snapshot may be what it begins behind
  State state_ = State::Opened;
  // None after a rotation, and after an opening by a local authority.
  std::optional<SegmentWriter> writer_;
  Position durable_;
  Position appended_;               // durable_ and what is pending
  std::vector<std::byte> pending_;  // transactions, as they will stand in the record
  std::vector<Mark> marks_;
  bool rotated_ = false;  // naturally, in this commit
  std::atomic<std::uint64_t> recovery_point_{config_.recovery_point.value()};
  // Written by the journal thread and by whoever looks at the disk, read by any.
  std::atomic<std::uint64_t> disk_free_bytes_{std::numeric_limits<std::uint64_t>::max()};
  std::atomic<std::uint64_t> durable_seq_{0};  // written by the journal thread, read by any
};

Journal::Journal(JournalConfig config, EnvironmentPool& pool)
    : impl_{std::make_unique<Impl>(std::move(config), pool)} {}

Journal::~Journal() = default;

void Journal::recover(EventSeq after, const Visitor& visit) {
  impl_->recover({.last_seq = after}, Impl::Check::SequenceOnly, visit);
}

void Journal::recover(const Position& after, const Visitor& visit) {
  impl_->recover(after, Impl::Check::Whole, visit);
}

void Journal::append(const matching::TransactionView& transaction) {
  impl_->append(transaction);
}

void Journal::commit() {
  impl_->commit();
}

void Journal::raise_epoch(WriterEpoch epoch) {
  impl_->raise_epoch(epoch);
}

void Journal::close() {
  impl_->close();
}

bool Journal::may_write() const noexcept {
  return impl_->may_write();
}

const std::vector<VoidRecords>& Journal::voids() const noexcept {
  return impl_->voids();
}

void Journal::advance_recovery_point(EventSeq seq) noexcept {
  impl_->advance_recovery_point(seq);
}

bool Journal::disk_is_low() const noexcept {
  return impl_->disk_is_low();
}

std::uint64_t Journal::disk_free_bytes() const noexcept {
  return impl_->disk_free_bytes();
}

void Journal::look_at_disk() {
  impl_->look_at_disk();
}

EventSeq Journal::durable_seq() const noexcept {
  return impl_->durable_seq();
}

const Position& Journal::position() const noexcept {
  return impl_->position();
}

const Position& Journal::appended() const noexcept {
  return impl_->appended();
}

WriterEpoch Journal::epoch() const noexcept {
  return impl_->epoch().epoch;
}

const WalId& Journal::wal_id() const noexcept {
  return impl_->epoch().wal_id;
}

}  // namespace betex::journal
