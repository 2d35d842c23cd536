// The file `epoch` in WAL_ROOT: which log this is, how often it was opened for writing, and which
// segment was the newest at the last opening or clean stop. Text, so that it can be read by people.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "journal/format.h"

namespace betex::journal {

struct EpochRecord {
  WalId wal_id{};
  WriterEpoch epoch;                          // of the last opening
  std::optional<SegmentName> newest_segment;  // with records; none while there is none

  friend bool operator==(const EpochRecord&, const EpochRecord&) noexcept = default;
};

// None where the file does not exist; EpochFileDamaged where it is not what write_epoch_file wrote,
// UnknownVersion where that was another version of the program.
[[nodiscard]] std::optional<EpochRecord> read_epoch_file(const std::filesystem::path& wal_root);

// Durable when it returns.
void write_epoch_file(const std::filesystem::path& wal_root, const EpochRecord& record);

[[nodiscard]] WalId make_wal_id();
[[nodiscard]] std::string to_hex(const WalId& id);

}  // namespace betex::journal
