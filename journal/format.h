// The journal's on-disk layout: names and records of segments. FORMAT.md describes it byte by byte,
// and says what makes a new version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::journal {

using matching::EventSeq;
using matching::Timestamp;
using matching::TxId;

// Raised by each opening for writing; part of every segment's name.
using WriterEpoch = matching::Strong<std::uint32_t, struct WriterEpochTag>;

// Hash over all transactions up to a point, and so the checksum of each; 0 before the first.
using Chain = matching::Strong<std::uint64_t, struct ChainTag>;

// Random, given to a log when it is created.
using WalId = std::array<std::uint8_t, 16>;

inline constexpr std::uint32_t kFormatVersion = 4;        // that is written
inline constexpr std::uint32_t kOldestFormatVersion = 2;  // that can be read: it never rises
inline constexpr std::uint64_t kSegmentMagic = 0x4c41'5758'4554'4542;  // "BETEXWAL" in the file

// Names in WAL_ROOT.
inline constexpr std::string_view kLockFile = ".writer.lock";
inline constexpr std::string_view kEpochFile = "epoch";
inline constexpr std::string_view kSegmentsFolder = "segments";
inline constexpr std::string_view kRetiredFolder = "retired";
inline constexpr std::string_view kSnapshotsFolder = "snapshots";
inline constexpr std::string_view kDataFile = "data.mdb";
inline constexpr std::string_view kNewPrefix = ".new-";   // of a folder that is still being made
inline constexpr std::string_view kVoidPrefix = "void-";  // of a folder in retired/

// A segment's folder: its first event sequence, 20 digits, and its writer's epoch, 10 digits.
struct SegmentName {
  EventSeq first_seq;
  WriterEpoch epoch;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<SegmentName> parse(std::string_view text);

  friend constexpr auto operator<=>(const SegmentName&, const SegmentName&) noexcept = default;
};

// Key of the segment's header record. All other keys are first event sequences, and so from 1.
inline constexpr std::uint64_t kHeaderKey = 0;

// Bits of SegmentHeader::flags. Each other bit is 0.
inline constexpr std::uint32_t kEpochGranted = 1;  // by an external authority
inline constexpr std::uint32_t kKnownSegmentFlags = kEpochGranted;

struct SegmentHeader {
  std::uint64_t magic = kSegmentMagic;
  std::uint32_t format_version = kFormatVersion;
  WriterEpoch writer_epoch;
  WalId wal_id{};
  EventSeq first_seq;
  TxId first_tx_id;
  // The segment before, zeros in a log's first one. Epoch 0: the log was seeded with a snapshot,
  // and both sequences are that snapshot's.
  EventSeq predecessor_first_seq;
  WriterEpoch predecessor_epoch;
  std::uint32_t flags = 0;
  EventSeq predecessor_last_seq;
  Chain predecessor_chain;
  Timestamp predecessor_timestamp;  // of its last transaction
  std::uint64_t checksum = 0;       // XXH3 of all bytes before
};

static_assert(sizeof(SegmentHeader) == 96 &&
              std::has_unique_object_representations_v<SegmentHeader> &&
              offsetof(SegmentHeader, checksum) == 88);

// Start of every other record's value; whole transactions follow, each a TransactionHeader and its
// events.
struct BatchHeader {
  std::uint64_t lmdb_txn_id = 0;  // of the commit that wrote the record
  std::uint32_t transaction_count = 0;
  std::uint32_t event_count = 0;
  std::uint64_t size = 0;  // bytes of the transactions
  Chain chain;             // after the last transaction
};

static_assert(sizeof(BatchHeader) == 32 && std::has_unique_object_representations_v<BatchHeader>);

inline constexpr std::uint64_t kSnapshotMagic = 0x504e'5358'4554'4542;  // "BETEXSNP" in the file
inline constexpr std::string_view kSnapshotFile = "state";

// Start of a snapshot's file; the engine's saved state and the note follow.
struct SnapshotHeader {
  std::uint64_t magic = kSnapshotMagic;
  std::uint32_t format_version = kFormatVersion;
  std::uint32_t note_size = 0;  // bytes of the note
  WalId wal_id{};
  EventSeq last_seq;  // the state is that after this event
  TxId last_tx_id;
  Timestamp last_timestamp;
  Chain chain;
  std::uint64_t state_hash = 0;      // the engine's own
  std::uint64_t state_size = 0;      // bytes of the state
  std::uint64_t state_checksum = 0;  // XXH3 of state and note
  std::uint64_t checksum = 0;        // XXH3 of all bytes before
};

static_assert(sizeof(SnapshotHeader) == 96 &&
              std::has_unique_object_representations_v<SnapshotHeader> &&
              offsetof(SnapshotHeader, checksum) == 88);

// Throws UnknownVersion where this program does not read the version. `place` and `key` say of
// what, as in a JournalError.
void check_version(std::uint32_t version,
                   const std::string& place,
                   std::optional<std::uint64_t> key = std::nullopt);

// Everything in a value stands on a multiple of 8, in the file as well as in the map.
inline constexpr std::size_t kAlignment = 8;

// The header is LMDB's commit 1 in each segment, the records are 2, 3, and so on.
inline constexpr std::uint64_t kHeaderTxnId = 1;

// A larger poll batch is written as several records: LMDB's values end at 4 GiB.
inline constexpr std::uint64_t kMaxRecordSize = std::uint64_t{2} << 30U;

}  // namespace betex::journal
