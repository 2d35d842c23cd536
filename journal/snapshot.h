// Snapshots: the engine's state after some event, so that recovery need not read the log from its
// first event. A snapshot is a folder in snapshots/, named after that event, made whole under a
// temporary name and renamed into place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "journal/format.h"
#include "journal/position.h"
#include "matching/engine.h"

namespace betex::journal {

struct Snapshot {
  Position position;  // without a segment
  WalId wal_id{};
  matching::Engine engine{};
  std::string note;  // the gateway's; the journal does not know what it means
  // That it was written in. In an older one there is not all that the log tells by now.
  std::uint32_t format_version = kFormatVersion;
};

// The sequences of all snapshots, ascending; says nothing about whether they are whole.
[[nodiscard]] std::vector<EventSeq> list_snapshots(const std::filesystem::path& wal_root);

// Checks every byte, and the engine's own hash. Throws SnapshotDamaged.
[[nodiscard]] Snapshot load_snapshot(const std::filesystem::path& wal_root,
                                     EventSeq seq,
                                     const matching::ClOrdIdKey& key = {});

// Reads every byte and loads no engine. `goes_on` is asked now and then: where it says no the
// reading ends, and the answer is false. Empty: to the end.
[[nodiscard]] bool is_whole(const std::filesystem::path& wal_root,
                            EventSeq seq,
                            const std::function<bool()>& goes_on = {});

// Asked before the folder is changed: false where the right to write was lost (WriterAuthority).
// Empty: nobody can lose it.
using MayWrite = std::function<bool()>;

// Its header, which was checked, and which says how large the file is. Throws SnapshotDamaged.
[[nodiscard]] SnapshotHeader header_of_snapshot(const std::filesystem::path& wal_root,
                                                EventSeq seq);

// The file, as it stands in the folder; `seq` need not exist.
[[nodiscard]] std::filesystem::path file_of_snapshot(const std::filesystem::path& wal_root,
                                                     EventSeq seq);

// Durable when it returns. `position` must be the engine's. A snapshot of the same event that is
// there already stays. AuthorityLost where it may not be written, or may not any more be put into
// its place.
void write_snapshot(const std::filesystem::path& wal_root,
                    const Snapshot& snapshot,
                    const MayWrite& may_write = {});

// The second-newest snapshot that is whole, 0 where there are not two: the segments above it must
// be kept, so that one damaged snapshot is no loss.
[[nodiscard]] EventSeq second_newest_snapshot(const std::filesystem::path& wal_root);

// Deletes one.
void remove_snapshot(const std::filesystem::path& wal_root, EventSeq seq);

// Deletes the snapshots below `seq`, while it may.
void remove_snapshots_below(const std::filesystem::path& wal_root,
                            EventSeq seq,
                            const MayWrite& may_write = {});

}  // namespace betex::journal
