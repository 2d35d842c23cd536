// Snapshots: the engine's state after some event, so that recovery need not read the log from its
// first event. A snapshot is a folder in snapshots/, named after that event, made whole under a
// temporary name and renamed into place.
#pragma once

#include <filesystem>
#include <vector>

#include "journal/format.h"
#include "journal/position.h"
#include "matching/engine.h"

namespace betex::journal {

struct Snapshot {
  Position position;  // without a segment
  WalId wal_id{};
  matching::Engine engine;
};

// The sequences of all snapshots, ascending; says nothing about whether they are whole.
[[nodiscard]] std::vector<EventSeq> list_snapshots(const std::filesystem::path& wal_root);

// Checks every byte, and the engine's own hash. Throws SnapshotDamaged.
[[nodiscard]] Snapshot load_snapshot(const std::filesystem::path& wal_root, EventSeq seq);

// Durable when it returns. `position` is where `engine` is. A snapshot of the same event that is
// there already stays.
void write_snapshot(const std::filesystem::path& wal_root,
                    const WalId& wal_id,
                    const Position& position,
                    const matching::Engine& engine);

// The second-newest snapshot whose bytes are whole, 0 where there are not two: the segments above
// it must be kept, so that one damaged snapshot is no loss. Reads the files, but loads no engine.
[[nodiscard]] EventSeq second_newest_snapshot(const std::filesystem::path& wal_root);

}  // namespace betex::journal
