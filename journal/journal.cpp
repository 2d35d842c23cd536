#include "journal/journal.h"

#include <algorithm>
#include <span>
#include <utility>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/event_codec.h"
#include "journal/journal_impl.h"
#include "journal/lmdb.h"
#include "journal/record.h"
#include "journal/retirement.h"
#include "journal/segment_writer.h"
#include "matching/assert.h"

namespace betex::journal {
namespace {

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

Journal::Impl::~Impl() {
  writer_.reset();
  lock_.reset();  // before somebody else is told that he may take it
  if (state_ == State::Closed) {
    authority().release();
  }
}

void Journal::Impl::append(const matching::TransactionView& transaction) {
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

void Journal::Impl::commit() {
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

void Journal::Impl::raise_epoch(WriterEpoch epoch) {
  BETEX_ASSERT(state_ == State::Writable && marks_.empty() && epoch > epoch_.epoch);
  state_ = State::Failed;  // unless all of it succeeds
  require_authority("before the epoch was raised");
  seal();
  epoch_.epoch = epoch;
  epoch_.newest_segment = durable_.segment;
  write_epoch();
  state_ = State::Writable;
}

void Journal::Impl::close() {
  BETEX_ASSERT(state_ == State::Writable && marks_.empty());
  state_ = State::Failed;  // unless all of it succeeds
  require_authority("before a clean stop");
  seal();
  epoch_.newest_segment = durable_.segment;
  write_epoch();
  state_ = State::Closed;
}

void Journal::Impl::lose_authority(const std::string& what) const {
  throw JournalError{
      {.fault = Fault::AuthorityLost, .what = what, .segment = config_.wal_root.string()}};
}

void Journal::Impl::require_authority(const char* when) const {
  if (!authority().still_held()) {
    lose_authority(std::string{"the right to write was lost "} + when);
  }
}

// Retires what no recovery needs and the rest of the process has given free.
void Journal::Impl::retire() {
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

void Journal::Impl::commit_pending() {
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

void Journal::Impl::write_pending() {
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

std::size_t Journal::Impl::end_of_piece(std::size_t first) const noexcept {
  const std::uint64_t room =
      std::min<std::uint64_t>(kMaxRecordSize, config_.segment_map_size_bytes - kMapReserve);
  std::size_t last = first + 1;
  while (last < marks_.size() && marks_[last].end - begin_of(first) <= room) {
    ++last;
  }
  return last;
}

bool Journal::Impl::write(std::size_t first, std::size_t last) {
  const Position& end = marks_[last - 1].position;
  const std::size_t begin = begin_of(first);
  BatchHeader header;
  header.transaction_count = static_cast<std::uint32_t>(last - first);
  header.event_count = static_cast<std::uint32_t>(end.last_seq.value() - durable_.last_seq.value());
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

void Journal::Impl::begin_segment(std::size_t first_record_size) {
  require_authority("before a segment was begun");
  const std::size_t needed = (first_record_size + kMapReserve + 65535) / 65536 * 65536;
  writer_.emplace(SegmentWriter::Setup{.wal_root = config_.wal_root,
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

void Journal::Impl::seal() {
  if (writer_) {
    writer_->cut_off_unused();
    writer_.reset();
  }
}

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
