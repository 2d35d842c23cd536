#include "journal/journal_reader.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "journal/checksum.h"
#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/record.h"
#include "journal/recovery_plan.h"
#include "journal/safe_path.h"
#include "journal/segment.h"
#include "journal/segment_catalog.h"
#include "journal/void_segments.h"

namespace betex::journal {
namespace {

constexpr EventSeq kNowhere{std::numeric_limits<std::uint64_t>::max()};

}  // namespace

class JournalReader::Impl {
 public:
  Impl(const std::filesystem::path& wal_root, EnvironmentPool& pool, EventSeq from)
      : wal_root_{resolve_folder(wal_root)}, pool_{pool}, voids_{wal_root_, pool_}, from_{from} {
    BETEX_ASSERT(from_.value() > 0);
    check_folder(segments_folder());
    if (!std::filesystem::exists(segments_folder())) {
      throw JournalError{{.fault = Fault::NoJournal,
                          .what = "there is no folder segments/",
                          .segment = wal_root_.string()}};
    }
  }

  std::optional<matching::TransactionView> next() {
    BETEX_ASSERT(!failed_);
    failed_ = true;  // unless it returns
    std::optional<matching::TransactionView> transaction = find_next();
    failed_ = false;
    return transaction;
  }

  Position seek() {
    BETEX_ASSERT(!failed_);
    failed_ = true;  // unless it returns
    if (!segment_) {
      start();
    }
    failed_ = false;
    return position();
  }

  [[nodiscard]] Position position() const noexcept {
    Position position = position_;
    std::span<const std::byte> given = given_;
    while (!given.empty()) {
      const std::size_t size = stored_size(first_transaction(given, {}).header);
      position.chain = extend(position.chain, given.first(size));
      given = given.subspan(size);
    }
    return position;
  }

 private:
  using Names = std::vector<SegmentName>;

  [[nodiscard]] std::filesystem::path segments_folder() const {
    return wal_root_ / kSegmentsFolder;
  }

  // All segments but those that are void.
  [[nodiscard]] Names list() { return voids_.without_void(list_segments(segments_folder())); }

  std::optional<matching::TransactionView> find_next() {
    if (rest_.empty() && segment_) {
      segment_->renew_view();
    }
    for (;;) {
      if (!segment_ && !start()) {
        return std::nullopt;
      }
      if (!rest_.empty() || load_record()) {
        return take_transaction();
      }
      if (!enter_next_segment()) {
        segment_->release_view();
        return std::nullopt;
      }
    }
  }

  matching::TransactionView take_transaction() {
    const matching::TransactionView transaction =
        first_transaction(rest_, position_.last_seq.next());
    const std::size_t size = stored_size(transaction.header);
    given_ = {given_.empty() ? rest_.data() : given_.data(), given_.size() + size};
    rest_ = rest_.subspan(size);
    position_.last_seq = transaction.last_seq();
    position_.last_tx_id = transaction.header.tx_id;
    position_.last_timestamp = transaction.header.timestamp;
    position_.segment = segment_->name();
    if (rest_.empty()) {
      position_.chain = record_chain_;
      given_ = {};
    }
    return transaction;
  }

  // Loads and checks the next record of the segment; false at the end of the view.
  bool load_record() {
    const std::optional<RecordPlace> record =
        segment_->first_at_or_after(position_.last_seq.next());
    if (!record) {
      check_nothing_lost();
      return false;
    }
    if (cut_up_to(record->key)) {
      return false;
    }
    const auto [header, end] = check_record(*record, position_);
    if (const auto cut = cut_up_to(end.last_seq)) {
      throw JournalError{{.fault = Fault::SegmentFork,
                          .what = "a newer writer's segment begins at event " +
                                  std::to_string(cut->value()) + ", inside of a record",
                          .segment = segment_->text(),
                          .key = record->key.value()}};
    }
    record_chain_ = header.chain;
    if (header.lmdb_txn_id != last_txn_id_ + 1) {
      throw JournalError{{.fault = Fault::RecordMissing,
                          .what = "LMDB's commit " + std::to_string(header.lmdb_txn_id) +
                                  " wrote it, after commit " + std::to_string(last_txn_id_),
                          .segment = segment_->text(),
                          .key = record->key.value()}};
    }
    last_txn_id_ = header.lmdb_txn_id;
    rest_ = record->value.subspan(sizeof(BatchHeader));
    return true;
  }

  // Each commit of a segment wrote one record, so the newest one's must be there.
  void check_nothing_lost() const {
    if (last_txn_id_ != segment_->view_id()) {
      throw JournalError{
          {.fault = Fault::RecordLost,
           .what = "its meta page knows of commit " + std::to_string(segment_->view_id()) +
                   ", but the last record is of commit " + std::to_string(last_txn_id_),
           .segment = segment_->text(),
           .key = position_.last_seq.next().value()}};
    }
  }

  // The first event up to `key` from which on the segment's records are void.
  [[nodiscard]] std::optional<EventSeq> cut_up_to(EventSeq key) {
    if (key < newer_from_) {
      return std::nullopt;
    }
    return voids_.cut_of(segment_->name(), key, list_segments(segments_folder()));
  }

  // Where newer writers' segments begin, behind the beginning of this one: their records are looked
  // into only where this one goes on so far.
  void note_newer(const Names& names) {
    newer_from_ = kNowhere;
    for (const SegmentName& name : names) {
      if (name.epoch > segment_->name().epoch && name.first_seq > segment_->name().first_seq) {
        newer_from_ = std::min(newer_from_, name.first_seq);
      }
    }
  }

  // The segment that begins at `first_seq` and holds records, or none. Two are a fork.
  [[nodiscard]] std::unique_ptr<Segment> open_holder(EventSeq first_seq, const Names& names) {
    std::unique_ptr<Segment> holder;
    for (const SegmentName& name : names) {
      if (name.first_seq != first_seq) {
        continue;
      }
      std::unique_ptr<Segment> segment = open_segment(wal_root_, name, names, pool_);
      if (!segment->first_at_or_after(first_seq)) {
        continue;
      }
      if (holder) {
        throw JournalError{{.fault = Fault::SegmentFork,
                            .what = "segment " + holder->text() +
                                    " holds records for the same "
                                    "events",
                            .segment = segment->text()}};
      }
      holder = std::move(segment);
    }
    return holder;
  }

  // Finds the segment and the record that hold `from_`; false where the log is still empty.
  bool start() {
    const Names names = list();
    std::unique_ptr<Segment> holder;
    for (auto name = names.rbegin(); name != names.rend() && !holder; ++name) {
      if (name->first_seq <= from_) {
        holder = open_holder(name->first_seq, names);
      }
    }
    if (!holder) {
      if (from_.value() == 1 && (names.empty() || names.back().first_seq.value() == 1)) {
        return false;
      }
      if (!names.empty() && names.front().first_seq == from_ && waits_behind_snapshot(names)) {
        return false;
      }
      not_available(names.empty() ? std::string{"there are no segments"}
                                  : "the oldest segment is " + names.front().text());
    }
    if (const std::optional<EpochRecord> epoch_file = read_epoch_file(wal_root_)) {
      check_wal_id(holder->header(), epoch_file->wal_id);
    }
    enter(std::move(holder), names);
    skip_to_record();
    skip_to_transaction();
    return true;
  }

  // The log was seeded with a snapshot, and its segments, which are empty, begin behind that.
  [[nodiscard]] bool waits_behind_snapshot(const Names& names) {
    const std::unique_ptr<Segment> first = open_segment(wal_root_, names.front(), names, pool_);
    if (!is_behind_snapshot(first->header())) {
      return false;
    }
    position_ = first->start();
    position_.segment.reset();
    return true;
  }

  // Moves to the record that holds `from_`, if it is not the segment's first.
  void skip_to_record() {
    const std::optional<EventSeq> cut = cut_up_to(from_);
    const RecordPlace record = last_record_at_or_before(cut ? EventSeq{cut->value() - 1} : from_);
    const EventSeq last_seq = position_behind(record).last_seq;
    if (from_ > last_seq.next()) {
      not_available("segment " + segment_->text() + " has nothing between event " +
                    std::to_string(last_seq.value()) + " and it");
    }
    if (record.key != segment_->header().first_seq) {
      const RecordPlace before = last_record_at_or_before(EventSeq{record.key.value() - 1});
      position_ = position_behind(before);
      position_.segment = segment_->name();
      last_txn_id_ = read_batch_header(before).lmdb_txn_id;
    }
  }

  // There is one unless the segment's first record was lost: `seq` is not before the segment.
  [[nodiscard]] RecordPlace last_record_at_or_before(EventSeq seq) const {
    const std::optional<RecordPlace> record = segment_->last_at_or_before(seq);
    if (!record) {
      throw JournalError{{.fault = Fault::RecordMissing,
                          .what = "there are records, but not the segment's first one",
                          .segment = segment_->text(),
                          .key = segment_->header().first_seq.value()}};
    }
    return *record;
  }

  void skip_to_transaction() {
    while ((!rest_.empty() || load_record()) &&
           first_transaction(rest_, position_.last_seq.next()).last_seq() < from_) {
      take_transaction();
    }
  }

  [[noreturn]] void not_available(const std::string& why) const {
    throw JournalError{
        {.fault = Fault::SequenceNotAvailable,
         .what = "event " + std::to_string(from_.value()) + " is not in the log: " + why,
         .segment = segments_folder().string()}};
  }

  void enter(std::unique_ptr<Segment> segment, const Names& names) {
    position_ = segment->start();
    last_txn_id_ = kHeaderTxnId;
    segment_ = std::move(segment);
    note_newer(names);
  }

  // At the end of a segment: goes on to the one that follows. False where there is none yet.
  bool enter_next_segment() {
    const EventSeq next_seq = position_.last_seq.next();
    const Names names = list();
    note_newer(names);
    check_no_overlap(names, next_seq);
    std::unique_ptr<Segment> next = open_holder(next_seq, names);
    if (!next) {
      if (names.empty() || names.back().first_seq <= next_seq) {
        return false;
      }
      return check_gap(names);
    }
    check_wal_id(next->header(), segment_->header().wal_id);
    check_follows(next->header(), end_position());
    enter(std::move(next), names);
    return true;
  }

  void check_no_overlap(const Names& names, EventSeq next_seq) const {
    for (const SegmentName& name : names) {
      if (name.first_seq > segment_->name().first_seq && name.first_seq < next_seq) {
        throw JournalError{{.fault = Fault::SegmentFork,
                            .what = "it begins inside segment " + segment_->text() +
                                    ", which goes on to event " +
                                    std::to_string(position_.last_seq.value()),
                            .segment = name.text()}};
      }
    }
  }

  // A later segment exists, but none goes on here. The writer may have added to this one and begun
  // that one since the view was taken: one more look, then it is a gap.
  bool check_gap(const Names& names) {
    segment_->renew_view();
    const EventSeq next_seq = position_.last_seq.next();
    const std::optional<RecordPlace> added = segment_->first_at_or_after(next_seq);
    if (added && !cut_up_to(added->key)) {
      return true;
    }
    SegmentName later = names.back();
    for (const SegmentName& name : names) {
      if (name.first_seq > next_seq && name < later) {
        later = name;
      }
    }
    const bool retired = holds_segment_from(wal_root_ / kRetiredFolder, next_seq);
    throw JournalError{{.fault = retired ? Fault::SegmentRetired : Fault::SegmentMissing,
                        .what = "after event " + std::to_string(position_.last_seq.value()) +
                                " comes segment " + later.text() +
                                (retired ? ": the one between was retired" : ""),
                        .segment = segment_->text(),
                        .key = next_seq.value()}};
  }

  [[nodiscard]] Position end_position() const {
    Position end = position_;
    end.segment = segment_->name();
    return end;
  }

  std::filesystem::path wal_root_;
  EnvironmentPool& pool_;
  VoidSegments voids_;
  EventSeq from_;
  std::unique_ptr<Segment> segment_;  // being read
  EventSeq newer_from_ = kNowhere;    // see note_newer()
  std::uint64_t last_txn_id_ = 0;     // LMDB's, of the last record read in it
  Position position_;                 // its chain value is that before the record being read
  Chain record_chain_;                // after that record
  std::span<const std::byte> given_;  // of that record, if not all of it
  std::span<const std::byte> rest_;   // of that record, not given out yet
  bool failed_ = false;
};

JournalReader::JournalReader(const std::filesystem::path& wal_root,
                             EnvironmentPool& pool,
                             EventSeq from)
    : impl_{std::make_unique<Impl>(wal_root, pool, from)} {}

JournalReader::~JournalReader() = default;
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;

Position JournalReader::seek() {
  return impl_->seek();
}

std::optional<matching::TransactionView> JournalReader::next() {
  return impl_->next();
}

Position JournalReader::position() const noexcept {
  return impl_->position();
}

}  // namespace betex::journal
