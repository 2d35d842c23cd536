// What an entry of the quorum log holds: a header, and whole transactions exactly as they stand in
// the journal (journal/FORMAT.md), compressed by zstd. A batch that is too large for one entry goes
// in parts. Its layout stands in gateway/cluster/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/cluster/entry_header.h"
#include "journal/format.h"
#include "journal/position.h"

namespace betex::cluster {

// Transactions that follow each other, a TransactionHeader and its events each.
struct Batch {
  journal::Position before;  // where the log must end for it; without a segment
  journal::Position after;   // where it ends then
  std::uint32_t transactions = 0;
  std::span<const std::byte> bytes;
};

// The same with bytes of its own, aligned to 8.
struct OwnedBatch {
  journal::Position before;
  journal::Position after;
  std::uint32_t transactions = 0;
  std::vector<std::byte> bytes;

  [[nodiscard]] Batch view() const noexcept {
    return {.before = before, .after = after, .transactions = transactions, .bytes = bytes};
  }
};

// Who writes it, and where; part of every entry's header.
struct EntryPlace {
  journal::WalId wal_id{};
  journal::WriterEpoch epoch;
  std::uint64_t slot = 0;               // of its first part
  std::uint32_t format = kBatchFormat;  // the log's: a follower may know no later one
};

// Compressed, with headers: one string for each part, each of at most `part_bytes` and its header.
// The batch has transactions, and `part_bytes` is not 0. Throws journal::JournalError
// (OutOfMemory).
[[nodiscard]] std::vector<std::string> encode(const Batch& batch,
                                              const EntryPlace& place,
                                              std::size_t part_bytes);

// Takes an entry's parts one after the other. After an error it begins anew.
class BatchDecoder {
 public:
  // True when the batch is whole: take() gives it then. Throws journal::JournalError
  // (QuorumLogDamaged, QuorumLogForeign, or QuorumLogNewer for a format or an event that this
  // program does not know), saying which slot, where it is not the next part of what was begun, or
  // its bytes are not what was written. `slot` is where this part stands.
  [[nodiscard]] bool add(std::string_view part, const journal::WalId& wal_id, std::uint64_t slot);

  [[nodiscard]] OwnedBatch take();

  // Who wrote the one that was added last.
  [[nodiscard]] journal::WriterEpoch epoch() const noexcept { return first_.epoch; }

 private:
  EntryHeader first_;        // of the part that was begun with
  std::uint32_t added_ = 0;  // parts of it so far; 0: none is begun
  std::string compressed_;   // of these
  OwnedBatch batch_;
};

}  // namespace betex::cluster
