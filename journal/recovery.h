// The engine from the log: the newest whole snapshot, if there is one, and the transactions after
// it. And the way snapshots come to be: by a reader beside the writer, from the snapshot before.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "journal/snapshot.h"
#include "matching/engine.h"

namespace betex::journal {

struct RecoveredEngine {
  matching::Engine engine;
  EventSeq snapshot;                  // where recovery began; 0: at the log's first event
  std::vector<std::string> warnings;  // one for each damaged snapshot that was passed over
};

// Recovers `journal` and the engine with it. A damaged newest snapshot falls back to the one
// before, with a warning; a whole one that does not belong to the log is an error.
[[nodiscard]] RecoveredEngine recover_engine(Journal& journal,
                                             const std::filesystem::path& wal_root);

// Called after each transaction; false stops the work, and nothing is written.
using SnapshotProgress = std::function<bool(EventSeq done)>;

// Reads on from the newest whole snapshot to the end of what is committed and writes the state
// there. Returns its sequence; none where nothing is new, or the work was stopped. Needs no lock
// and disturbs no writer; `pool` must be the process's one pool for this WAL.
std::optional<EventSeq> take_snapshot(const std::filesystem::path& wal_root,
                                      EnvironmentPool& pool,
                                      const SnapshotProgress& progress);

}  // namespace betex::journal
