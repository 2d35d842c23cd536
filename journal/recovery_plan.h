// Do these segments make one log? The decisions of an opening, as functions of plain facts, so that
// a test can put every case to them. Nothing here touches a file.
#pragma once

#include <optional>
#include <vector>

#include "journal/epoch_file.h"
#include "journal/format.h"
#include "journal/position.h"

namespace betex::journal {

struct SegmentFacts {
  SegmentName name;
  SegmentHeader header;
  bool has_records = false;
  Position end;  // behind the last record; means nothing without records
};

struct WalFacts {
  std::optional<EpochRecord> epoch_file;
  std::vector<SegmentFacts> segments;  // of segments/, ascending by name
};

struct RecoveryPlan {
  Position end;                    // of the log: where the next transaction goes
  std::vector<SegmentName> empty;  // without records: to be retired
};

// Throws the JournalError that names the segment where these facts are no log.
[[nodiscard]] RecoveryPlan plan_recovery(const WalFacts& facts);

// A segment must go on exactly where the log before it ended: StaleWriter, SegmentMissing,
// SegmentFork or PredecessorMismatch otherwise. `before.segment` holds the last record.
void check_follows(const SegmentHeader& header, const Position& before);

// The same log: SegmentForeign otherwise.
void check_wal_id(const SegmentHeader& header, const WalId& wal_id);

}  // namespace betex::journal
