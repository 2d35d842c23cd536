#include "journal/recovery_plan.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "journal/errors.h"

namespace betex::journal {
namespace {

[[noreturn]] void fail(Fault fault, const SegmentName& segment, const std::string& what) {
  throw JournalError{{.fault = fault, .what = what, .segment = segment.text()}};
}

SegmentName name_of(const SegmentHeader& header) {
  return {.first_seq = header.first_seq, .epoch = header.writer_epoch};
}

SegmentName predecessor_of(const SegmentHeader& header) {
  return {.first_seq = header.predecessor_first_seq, .epoch = header.predecessor_epoch};
}

bool has_predecessor(const SegmentHeader& header) {
  return header.predecessor_first_seq.value() != 0;
}

// A log's first segment follows nothing, and no other does.
void check_beginning(const SegmentHeader& header) {
  const bool first = header.first_seq.value() == 1;
  const bool seeded = is_behind_snapshot(header);
  if (first == has_predecessor(header) || first != (header.first_tx_id.value() == 1) ||
      (seeded && (header.predecessor_first_seq != header.predecessor_last_seq ||
                  header.predecessor_last_seq.next() != header.first_seq))) {
    fail(Fault::PredecessorMismatch,
         name_of(header),
         "its header does not agree with its place in the log");
  }
}

// Two openings that found the same end of the log, one of which was killed before its first record.
bool same_predecessor(const SegmentHeader& left, const SegmentHeader& right) {
  return left.first_seq == right.first_seq && left.first_tx_id == right.first_tx_id &&
         predecessor_of(left) == predecessor_of(right) &&
         left.predecessor_last_seq == right.predecessor_last_seq &&
         left.predecessor_chain == right.predecessor_chain &&
         left.predecessor_timestamp == right.predecessor_timestamp;
}

// A segment with records, of which those behind `end` are void.
struct Holder {
  const SegmentFacts* facts = nullptr;
  Position end;
};

void check_empty(const SegmentFacts& empty, const std::vector<Holder>& holders) {
  check_beginning(empty.header);
  const Holder* before = nullptr;
  for (const Holder& holder : holders) {
    const SegmentFacts& facts = *holder.facts;
    if (facts.name.first_seq == empty.name.first_seq) {
      if (!same_predecessor(facts.header, empty.header)) {
        fail(Fault::PredecessorMismatch,
             empty.name,
             "segment " + facts.name.text() + " begins at the same event after another one");
      }
      return;
    }
    if (facts.name.first_seq < empty.name.first_seq) {
      before = &holder;
    }
  }
  if (before != nullptr) {
    check_follows(empty.header, before->end);
  } else if (has_predecessor(empty.header) && !is_behind_snapshot(empty.header)) {
    fail(Fault::SegmentMissing,
         empty.name,
         "its predecessor " + predecessor_of(empty.header).text() + " is not there");
  }
}

class Planner {
 public:
  explicit Planner(const WalFacts& facts) : facts_{facts} {
    plan_.epoch = facts_.epoch_file->epoch;
    for (const SegmentFacts& segment : facts_.segments) {
      if (is_granted(segment)) {
        granted_.push_back(segment.name);
      }
    }
  }

  [[nodiscard]] RecoveryPlan plan() {
    for (const SegmentFacts& segment : facts_.segments) {
      sort_out(segment);
    }
    drop_late_holders();
    check_holders();
    take_empty();
    check_newest_known();
    if (!holders_.empty()) {
      plan_.end = holders_.back().end;
    }
    return std::move(plan_);
  }

 private:
  [[nodiscard]] static bool is_granted(const SegmentFacts& segment) noexcept {
    return (segment.header.flags & kEpochGranted) != 0;
  }

  // Void, empty, or a holder of records that count.
  void sort_out(const SegmentFacts& segment) {
    const std::optional<EventSeq> limit = void_from(segment.name.epoch, granted_);
    if (limit && segment.name.first_seq >= *limit) {
      plan_.voids.push_back({.segment = segment.name, .after = std::nullopt});
      return;
    }
    check_wal_id(segment.header, facts_.epoch_file->wal_id);
    check_epoch(segment);
    if (!segment.has_records) {
      empty_.push_back(&segment);
      return;
    }
    Holder holder{.facts = &segment, .end = segment.end};
    if (limit && segment.end.last_seq >= *limit) {
      holder.end = segment.end_before_void.value();
      plan_.voids.push_back({.segment = segment.name, .after = holder.end.last_seq});
      cuts_.push_back(*limit);
    }
    holders_.push_back(holder);
  }

  void check_epoch(const SegmentFacts& segment) {
    if (segment.name.epoch <= plan_.epoch) {
      return;
    }
    // The very first opening, which began behind a snapshot, was cut off before it wrote the file.
    const bool first = facts_.epoch_file->epoch == WriterEpoch{} && !segment.has_records &&
                       is_behind_snapshot(segment.header);
    // A writer that had lost its right may have put its own one in place of a later one.
    if (!first && (!facts_.external || !is_granted(segment))) {
      fail(Fault::EpochFileStale,
           segment.name,
           "the file `epoch` knows of writers up to " +
               std::to_string(facts_.epoch_file->epoch.value()) + " only");
    }
    plan_.epoch = segment.name.epoch;
  }

  // A writer without the right has begun `segment` when all that it would have begun inside of was
  // retired: `oldest` does not follow it, and a newer writer's segment stood in its place.
  [[nodiscard]] bool is_late(const SegmentFacts& segment, const SegmentFacts& oldest) const {
    const auto stood_there = [&](const SegmentName& name) {
      return name.epoch > segment.name.epoch && name.epoch <= oldest.name.epoch &&
             name.first_seq <= segment.name.first_seq;
    };
    const bool gap = !segment.has_records || oldest.name.first_seq > segment.end.last_seq.next();
    return gap && is_granted(segment) && is_granted(oldest) &&
           segment.name.first_seq < oldest.name.first_seq &&
           (stood_there(predecessor_of(oldest.header)) ||
            std::any_of(facts_.retired.begin(), facts_.retired.end(), stood_there));
  }

  void drop_late_holders() {
    while (holders_.size() > 1 && is_late(*holders_[0].facts, *holders_[1].facts)) {
      const SegmentName name = holders_.front().facts->name;
      std::erase_if(plan_.voids,
                    [&](const VoidRecords& records) { return records.segment == name; });
      plan_.voids.push_back({.segment = name, .after = std::nullopt});
      holders_.erase(holders_.begin());
    }
  }

  void check_holders() const {
    for (std::size_t i = 0; i < holders_.size(); ++i) {
      const SegmentFacts& segment = *holders_[i].facts;
      if (i == 0) {
        check_beginning(segment.header);
      } else if (holders_[i - 1].facts->name.first_seq == segment.name.first_seq) {
        fail(
            Fault::SegmentFork,
            segment.name,
            "segment " + holders_[i - 1].facts->name.text() + " holds records for the same events");
      } else {
        check_follows(segment.header, holders_[i - 1].end);
      }
    }
  }

  void take_empty() {
    const SegmentFacts* seed = nullptr;
    for (const SegmentFacts* empty : empty_) {
      if (!holders_.empty() && is_late(*empty, *holders_.front().facts)) {
        plan_.voids.push_back({.segment = empty->name, .after = std::nullopt});
        continue;
      }
      check_empty(*empty, holders_);
      if (holders_.empty() && is_behind_snapshot(empty->header)) {
        check_same_seed(*empty, seed);
        seed = empty;
      }
      // One that others' records are void by has to stay as long as they do.
      const bool cuts = is_granted(*empty) &&
                        std::find(cuts_.begin(), cuts_.end(), empty->name.first_seq) != cuts_.end();
      if (!cuts) {
        plan_.empty.push_back(empty->name);
      }
    }
  }

  void check_same_seed(const SegmentFacts& empty, const SegmentFacts* seed) {
    if (seed != nullptr && !same_predecessor(seed->header, empty.header)) {
      fail(Fault::PredecessorMismatch,
           empty.name,
           "segment " + seed->name.text() + " begins behind another snapshot");
    }
    plan_.end = {.last_seq = empty.header.predecessor_last_seq,
                 .last_tx_id = TxId{empty.header.first_tx_id.value() - 1},
                 .last_timestamp = empty.header.predecessor_timestamp,
                 .chain = empty.header.predecessor_chain,
                 .segment = std::nullopt};
  }

  void check_newest_known() const {
    // What a writer without the right has written there counts for nothing.
    if (!facts_.epoch_file->newest_segment || plan_.epoch > facts_.epoch_file->epoch) {
      return;
    }
    const SegmentName newest = *facts_.epoch_file->newest_segment;
    // Below the oldest segment it has been retired.
    if (!holders_.empty() && newest < holders_.front().facts->name) {
      return;
    }
    for (const Holder& holder : holders_) {
      if (holder.facts->name == newest) {
        return;
      }
    }
    for (const VoidRecords& records : plan_.voids) {
      if (records.segment == newest) {
        return;
      }
    }
    fail(Fault::SegmentMissing, newest, "the file `epoch` names it, and it holds no records here");
  }

  const WalFacts& facts_;
  std::vector<SegmentName> granted_;
  std::vector<Holder> holders_;
  std::vector<const SegmentFacts*> empty_;
  std::vector<EventSeq> cuts_;  // first events of segments that other segments' records are void by
  RecoveryPlan plan_;
};

}  // namespace

void check_wal_id(const SegmentHeader& header, const WalId& wal_id) {
  if (header.wal_id != wal_id) {
    fail(Fault::SegmentForeign,
         name_of(header),
         "it belongs to the log " + to_hex(header.wal_id) + ", not to " + to_hex(wal_id));
  }
}

void check_follows(const SegmentHeader& header, const Position& before) {
  const SegmentName name = name_of(header);
  const SegmentName last = *before.segment;
  const std::string last_seq = std::to_string(before.last_seq.value());
  if (header.first_seq > before.last_seq.next()) {
    fail(Fault::SegmentMissing,
         name,
         "the events after " + last_seq + ", where segment " + last.text() +
             " ends, up to this segment are missing; its predecessor was " +
             predecessor_of(header).text());
  }
  if (header.first_seq <= before.last_seq) {
    fail(Fault::SegmentFork,
         name,
         "it begins inside segment " + last.text() + ", which goes on to event " + last_seq);
  }
  if (name.epoch < last.epoch) {
    fail(Fault::StaleWriter,
         name,
         "an older writer than that of segment " + last.text() + " wrote it");
  }
  if (predecessor_of(header) != last) {
    fail(Fault::PredecessorMismatch,
         name,
         "its predecessor is " + predecessor_of(header).text() + ", but segment " + last.text() +
             " comes before it");
  }
  if (header.predecessor_last_seq != before.last_seq || header.predecessor_chain != before.chain ||
      header.predecessor_timestamp != before.last_timestamp ||
      header.first_tx_id != before.last_tx_id.next()) {
    fail(Fault::PredecessorMismatch,
         name,
         "segment " + last.text() + " does not end as this segment's header says");
  }
}

RecoveryPlan plan_recovery(const WalFacts& facts) {
  if (!facts.epoch_file) {
    if (!facts.segments.empty()) {
      fail(Fault::EpochFileMissing,
           facts.segments.front().name,
           "there are segments, but there is no file `epoch`");
    }
    return {};
  }
  return Planner{facts}.plan();
}

bool is_behind_snapshot(const SegmentHeader& header) noexcept {
  return has_predecessor(header) && header.predecessor_epoch == WriterEpoch{};
}

std::optional<EventSeq> void_from(WriterEpoch epoch,
                                  std::span<const SegmentName> granted) noexcept {
  std::optional<EventSeq> first;
  for (const SegmentName& name : granted) {
    if (name.epoch > epoch && (!first || name.first_seq < *first)) {
      first = name.first_seq;
    }
  }
  return first;
}

}  // namespace betex::journal
