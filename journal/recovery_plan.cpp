#include "journal/recovery_plan.h"

#include <string>

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
  if (first == has_predecessor(header) || first != (header.first_tx_id.value() == 1)) {
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

void check_empty(const SegmentFacts& empty, const std::vector<const SegmentFacts*>& holders) {
  check_beginning(empty.header);
  const SegmentFacts* before = nullptr;
  for (const SegmentFacts* holder : holders) {
    if (holder->name.first_seq == empty.name.first_seq) {
      if (!same_predecessor(holder->header, empty.header)) {
        fail(Fault::PredecessorMismatch,
             empty.name,
             "segment " + holder->name.text() + " begins at the same event after another one");
      }
      return;
    }
    if (holder->name.first_seq < empty.name.first_seq) {
      before = holder;
    }
  }
  if (before != nullptr) {
    check_follows(empty.header, before->end);
  } else if (has_predecessor(empty.header)) {
    fail(Fault::SegmentMissing,
         empty.name,
         "its predecessor " + predecessor_of(empty.header).text() + " is not there");
  }
}

void check_newest_known(const EpochRecord& epoch_file,
                        const std::vector<const SegmentFacts*>& holders) {
  if (!epoch_file.newest_segment) {
    return;
  }
  const SegmentName newest = *epoch_file.newest_segment;
  // Below the oldest segment it has been retired.
  if (!holders.empty() && newest < holders.front()->name) {
    return;
  }
  for (const SegmentFacts* holder : holders) {
    if (holder->name == newest) {
      return;
    }
  }
  fail(Fault::SegmentMissing, newest, "the file `epoch` names it, and it holds no records here");
}

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
  RecoveryPlan plan;
  std::vector<const SegmentFacts*> holders;
  for (const SegmentFacts& segment : facts.segments) {
    check_wal_id(segment.header, facts.epoch_file->wal_id);
    if (segment.name.epoch > facts.epoch_file->epoch) {
      fail(Fault::EpochFileStale,
           segment.name,
           "the file `epoch` knows of writers up to " +
               std::to_string(facts.epoch_file->epoch.value()) + " only");
    }
    if (!segment.has_records) {
      plan.empty.push_back(segment.name);
      continue;
    }
    if (holders.empty()) {
      check_beginning(segment.header);
    } else if (holders.back()->name.first_seq == segment.name.first_seq) {
      fail(Fault::SegmentFork,
           segment.name,
           "segment " + holders.back()->name.text() + " holds records for the same events");
    } else {
      check_follows(segment.header, holders.back()->end);
    }
    holders.push_back(&segment);
  }
  for (const SegmentFacts& segment : facts.segments) {
    if (!segment.has_records) {
      check_empty(segment, holders);
    }
  }
  check_newest_known(*facts.epoch_file, holders);
  if (!holders.empty()) {
    plan.end = holders.back()->end;
  }
  return plan;
}

}  // namespace betex::journal
