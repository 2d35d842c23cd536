#include "journal/journal.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

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
  WriterLock lock{config.wal_root};
  for (const std::string_view folder : {kSegmentsFolder, kRetiredFolder, kSnapshotsFolder}) {
    create_folder(config.wal_root / folder);
  }
  return lock;
}

SegmentFacts facts_of(Segment& segment) {
  SegmentFacts facts{.name = segment.name(), .header = segment.header()};
  if (const auto last = segment.last_at_or_before(EventSeq{~std::uint64_t{0}})) {
    facts.has_records = true;
    facts.end = position_behind(*last);
    facts.end.segment = segment.name();
  }
  return facts;
}

// Nobody writes now, so every segment is sealed.
WalFacts gather_facts(const std::filesystem::path& wal_root, EnvironmentPool& pool) {
  WalFacts facts;
  facts.epoch_file = read_epoch_file(wal_root);
  const std::filesystem::path segments = wal_root / kSegmentsFolder;
  std::vector<SegmentName> names = list_segments(segments);
  bool newest = true;  // what the last writer may have written without knowing whether it is synced
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const std::filesystem::path data_file = segments / name->text() / kDataFile;
    if (newest && std::filesystem::exists(data_file)) {
      drop_cached_pages(data_file);
    }
    Segment segment{wal_root, *name, Segment::State::Sealed, pool};
    facts.segments.push_back(facts_of(segment));
    newest = newest && !facts.segments.back().has_records;
  }
  std::reverse(facts.segments.begin(), facts.segments.end());
  return facts;
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
      : config_{checked(std::move(config))}, pool_{pool}, lock_{lock_wal(config_)} {
    const WalFacts facts = gather_facts(config_.wal_root, pool_);
    plan_ = plan_recovery(facts);
    epoch_ = facts.epoch_file.value_or(
        EpochRecord{.wal_id = config_.wal_id ? *config_.wal_id : make_wal_id()});
    check_wal_id();
    epoch_.epoch = authority().acquire(epoch_.epoch);
    epoch_.newest_segment = plan_.end.segment;
  }

  // `after` is checked as a whole, or (for a mere sequence) only as the end of a transaction.
  void recover(const Position& after, Check check, const Visitor& visit) {
    BETEX_ASSERT(state_ == State::Opened);
    if (after.last_seq > plan_.end.last_seq) {
      throw JournalError{
          {.fault = Fault::SnapshotAhead,
           .what = "recovery is to begin after event " + std::to_string(after.last_seq.value()) +
                   ", but the log ends at event " + std::to_string(plan_.end.last_seq.value()),
           .segment = config_.wal_root.string()}};
    }
    if (plan_.end.segment) {
      read_all(after, check, visit);
    }
    for (const std::filesystem::path& unfinished :
         list_unfinished(config_.wal_root / kSegmentsFolder)) {
      std::filesystem::remove_all(unfinished);
    }
    for (const SegmentName& empty : plan_.empty) {
      retire_segment(config_.wal_root, empty);
    }
    write_epoch_file(config_.wal_root, epoch_);
    retire();
    durable_ = plan_.end;
    appended_ = plan_.end;
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
    state_ = State::Writable;
  }

  void raise_epoch(WriterEpoch epoch) {
    BETEX_ASSERT(state_ == State::Writable && marks_.empty() && epoch > epoch_.epoch);
    seal();
    epoch_.epoch = epoch;
    epoch_.newest_segment = durable_.segment;
    write_epoch_file(config_.wal_root, epoch_);
  }

  void close() {
    BETEX_ASSERT(state_ == State::Writable && marks_.empty());
    seal();
    epoch_.newest_segment = durable_.segment;
    write_epoch_file(config_.wal_root, epoch_);
    state_ = State::Closed;
  }

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
    if (check == Check::Whole &&
        (start.chain != after.chain || start.last_tx_id != after.last_tx_id ||
         start.last_timestamp != after.last_timestamp)) {
      throw JournalError{{.fault = Fault::SnapshotMismatch,
                          .what = "the log's chain at event " +
                                  std::to_string(after.last_seq.value()) +
                                  " is not that of the snapshot",
                          .segment = config_.wal_root.string()}};
    }
    while (const auto transaction = reader.next()) {
      visit(*transaction);
    }
    BETEX_ASSERT(reader.position() == plan_.end);
  }

  // Retires what no recovery needs and the rest of the process has given free.
  void retire() {
    const EventSeq point{recovery_point_.load(std::memory_order_acquire)};
    if (point.value() != 0) {
      retire_up_to(config_.wal_root, config_.floor ? std::min(point, config_.floor()) : point);
    }
  }

  void write_pending() {
    if (writer_ && pending_.size() <= kMaxRecordSize && write(0, marks_.size())) {
      return;
    }
    // The first commit of an opening or after a rotation; or the map is full, which loses nothing.
    rotated_ = writer_.has_value();
    seal();
    for (std::size_t first = 0; first < marks_.size();) {
      const std::size_t last = end_of_piece(first);
      begin_segment(marks_[last - 1].end - begin_of(first));
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
    durable_ = end;
    durable_.segment = writer_->name();
    publish();
    return true;
  }

  void begin_segment(std::size_t first_record_size) {
    if (!authority().still_held()) {
      throw JournalError{{.fault = Fault::AuthorityLost,
                          .what = "the right to write was lost before a segment was begun",
                          .segment = config_.wal_root.string()}};
    }
    const std::size_t needed = (first_record_size + kMapReserve + 65535) / 65536 * 65536;
    writer_.emplace(
        SegmentWriter::Setup{.wal_root = config_.wal_root,
                             .wal_id = epoch_.wal_id,
                             .epoch = epoch_.epoch,
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
  WriterLock lock_;
  LocalAuthority local_authority_;
  RecoveryPlan plan_;
  EpochRecord epoch_;
  State state_ = State::Opened;
  std::optional<SegmentWriter> writer_;  // none after an opening and after a rotation
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
