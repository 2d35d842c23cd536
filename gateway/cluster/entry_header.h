// The first bytes of every entry of the quorum log. gateway/cluster/README.md describes them byte
// by byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "journal/format.h"
#include "journal/position.h"

namespace betex::cluster {

// The newest format of the log that this program knows: of entries, of the texts beside them
// (log_texts.h), and of the events in them. Of which one a log is says its `meta`: who leads writes
// nothing of a later one, or an older program that follows it would end.
inline constexpr std::uint32_t kBatchFormat = 1;
static_assert(journal::kFormatVersion == 4,
              "newer events are a new format of the quorum log: a leader must not write them where "
              "`meta` says an older one (gateway/cluster/README.md, Formats)");
inline constexpr std::uint64_t kEntryMagic = 0x544e'4558'4554'4542;  // "BETEXENT" in the store

// Where the log ends: a Position without its segment.
struct EntryPosition {
  journal::EventSeq last_seq;
  journal::TxId last_tx_id;
  journal::Timestamp last_timestamp;
  journal::Chain chain;

  friend constexpr bool operator==(const EntryPosition&, const EntryPosition&) noexcept = default;
};

// A part of a batch's zstd frame follows it, up to the entry's end. All parts of a batch have the
// same header but for `part` and `checksum`.
struct EntryHeader {
  std::uint64_t magic = kEntryMagic;
  std::uint32_t format = kBatchFormat;
  journal::WriterEpoch epoch;
  journal::WalId wal_id{};
  std::uint64_t slot = 0;   // of the batch's first part
  std::uint32_t part = 0;   // from 0
  std::uint32_t parts = 0;  // that the batch has
  EntryPosition before;
  EntryPosition after;
  std::uint64_t raw_bytes = 0;  // of all transactions, before they were compressed
  std::uint64_t checksum = 0;   // XXH3 of what follows, seeded with the XXH3 of all bytes before

  friend constexpr bool operator==(const EntryHeader&, const EntryHeader&) noexcept = default;
};

static_assert(sizeof(EntryHeader) == 128 && std::has_unique_object_representations_v<EntryHeader> &&
              std::is_trivially_copyable_v<EntryHeader> && offsetof(EntryHeader, before) == 48 &&
              offsetof(EntryHeader, checksum) == 120);

}  // namespace betex::cluster
