// Do these segments make one log? The decisions of an opening, as functions of plain facts, so that
// a test can put every case to them. Nothing here touches a file.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "journal/epoch_file.h"
#include "journal/format.h"
#include "journal/position.h"

namespace betex::journal {

// A writer of `epoch` has lost the right to write to whoever has begun one of the segments
// `granted`, whose epochs an external authority gave: what it wrote from which event on is void?
// None: nothing.
[[nodiscard]] std::optional<EventSeq> void_from(WriterEpoch epoch,
                                                std::span<const SegmentName> granted) noexcept;

struct SegmentFacts {
  SegmentName name;
  // Zeros where void_from() says by the names of the others that all of it is void: nobody has
  // looked into it.
  SegmentHeader header;
  bool has_records = false;
  Position end;  // behind the last record; means nothing without records
  // Where the last records are void: behind those before them.
  std::optional<Position> end_before_void;
};

struct WalFacts {
  std::optional<EpochRecord> epoch_file;
  std::vector<SegmentFacts> segments;  // of segments/, ascending by name
  std::vector<SegmentName> retired;    // that are in retired/ still
  bool external = false;               // the authority that opens it is an external one
};

// What a writer wrote that had lost its right.
struct VoidRecords {
  SegmentName segment;
  // Its records behind this event, which stay where they are and are never read; none: all of it,
  // and it is moved away.
  std::optional<EventSeq> after;

  friend bool operator==(const VoidRecords&, const VoidRecords&) noexcept = default;
};

struct RecoveryPlan {
  // Of the log: where the next transaction goes. Without a segment where there are no records: at
  // the log's beginning, or behind the snapshot that it was seeded with.
  Position end;
  std::vector<SegmentName> empty;  // without records: to be retired
  std::vector<VoidRecords> voids;
  WriterEpoch epoch;  // the last one that was given
};

// Throws the JournalError that names the segment where these facts are no log.
[[nodiscard]] RecoveryPlan plan_recovery(const WalFacts& facts);

// It follows no segment, but the snapshot that the log was seeded with.
[[nodiscard]] bool is_behind_snapshot(const SegmentHeader& header) noexcept;

// A segment must go on exactly where the log before it ended: StaleWriter, SegmentMissing,
// SegmentFork or PredecessorMismatch otherwise. `before.segment` holds the last record.
void check_follows(const SegmentHeader& header, const Position& before);

// The same log: SegmentForeign otherwise.
void check_wal_id(const SegmentHeader& header, const WalId& wal_id);

}  // namespace betex::journal
