// What `betex-journal export` writes and `import` reads; FORMAT.md, "Exports", has it byte by byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "journal/checksum.h"
#include "journal/format.h"
#include "journal/position.h"

namespace betex::journal {

inline constexpr std::uint64_t kExportMagic = 0x5058'4558'4554'4542;  // "BETEXEXP" in the stream

// The stream begins with it; a snapshot's file follows, if there is one, then frames.
struct ExportHeader {
  std::uint64_t magic = kExportMagic;
  std::uint32_t format_version = kFormatVersion;
  std::uint32_t reserved = 0;
  WalId wal_id{};
  // The position before the first transaction: a snapshot's, where there is one.
  EventSeq last_seq;
  TxId last_tx_id;
  Timestamp last_timestamp;
  Chain chain;
  std::uint64_t snapshot_size = 0;  // bytes of the snapshot's file, 0: none
  std::uint64_t checksum = 0;       // XXH3 of all bytes before
};

static_assert(sizeof(ExportHeader) == 80 &&
              std::has_unique_object_representations_v<ExportHeader> &&
              offsetof(ExportHeader, checksum) == 72);

enum class FrameKind : std::uint32_t { Transactions = 1, End = 2 };

// Transactions follow, whole ones, as they stand in a record. The last frame has none.
struct FrameHeader {
  FrameKind kind = FrameKind::Transactions;
  std::uint32_t transaction_count = 0;
  std::uint32_t event_count = 0;
  std::uint32_t reserved = 0;
  std::uint64_t size = 0;      // bytes of the transactions
  Chain chain;                 // after the last of them; in the last frame, of all
  std::uint64_t checksum = 0;  // XXH3 of all bytes before
};

static_assert(sizeof(FrameHeader) == 40 && std::has_unique_object_representations_v<FrameHeader> &&
              offsetof(FrameHeader, checksum) == 32);

// No frame has more bytes of transactions: an import must not be told to wait for more.
inline constexpr std::uint64_t kMaxFrameSize = kMaxRecordSize;

template <typename Header>
[[nodiscard]] std::uint64_t checksum_of_header(const Header& header) noexcept {
  return checksum(std::as_bytes(std::span{&header, 1}).first(offsetof(Header, checksum)));
}

[[nodiscard]] inline Position position_of(const ExportHeader& header) noexcept {
  return {.last_seq = header.last_seq,
          .last_tx_id = header.last_tx_id,
          .last_timestamp = header.last_timestamp,
          .chain = header.chain,
          .segment = {}};
}

}  // namespace betex::journal
