// One record of a segment: a commit's batch of whole transactions. Reads it without a copy and
// trusts no byte of it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "journal/format.h"
#include "journal/position.h"
#include "matching/transaction.h"

namespace betex::journal {

// A record as it stands in the map. `segment` is named in errors and must outlive it.
struct RecordPlace {
  const std::string& segment;
  EventSeq key;
  std::span<const std::byte> value;
};

// The batch's own words, checked against the bytes: RecordDamaged where a count or a size does not
// fit them.
[[nodiscard]] BatchHeader read_batch_header(const RecordPlace& record);

struct CheckedRecord {
  BatchHeader header;
  Position end;  // behind it, in the segment of the position before
};

// Checks everything about the record: it follows `before` (RecordMissing), its counts
// (RecordDamaged), its chain (ChainBroken), its order and its events (EventMalformed).
[[nodiscard]] CheckedRecord check_record(const RecordPlace& record, const Position& before);

// The position behind a record that is not being read itself, by its own words: where a reader that
// starts in the middle begins. Checks what it touches.
[[nodiscard]] Position position_behind(const RecordPlace& record);

// The first transaction of `bytes`, a rest of a checked record whose next event is `first_seq`.
[[nodiscard]] matching::TransactionView first_transaction(std::span<const std::byte> bytes,
                                                          EventSeq first_seq) noexcept;

// Bytes of a transaction in a record.
[[nodiscard]] inline std::size_t stored_size(const matching::TransactionHeader& header) noexcept {
  return sizeof(header) + header.events_size;
}

}  // namespace betex::journal
