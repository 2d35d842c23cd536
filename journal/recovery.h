// The snapshot that an engine begins with, before the log's transactions after it. And the way
// snapshots come to be: by a reader beside the writer, from the snapshot before.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "journal/environment_pool.h"
#include "journal/snapshot.h"
#include "matching/engine.h"

namespace betex::journal {

// Snapshots are looked for in `wal_root`, and must be of the log `wal_id`.
struct SnapshotSearch {
  const std::filesystem::path& wal_root;
  const WalId& wal_id;
  std::vector<std::string>& warnings;  // one is added for each damaged snapshot that is passed over
  matching::ClOrdIdKey key{};          // of the engine that is loaded
};

// The newest whole snapshot that is not after `limit`; none where there is none. SnapshotMismatch
// where it is another log's. Those of older versions are passed over while the log still has its
// first event.
[[nodiscard]] std::optional<Snapshot> newest_snapshot(const SnapshotSearch& search, EventSeq limit);

struct SnapshotTask {
  // It goes on to the end of the transaction that holds this event, or to the log's end.
  EventSeq up_to{std::numeric_limits<std::uint64_t>::max()};
  // Called after each transaction; false stops the work, and nothing is written.
  std::function<bool(EventSeq done)> progress = [](EventSeq) { return true; };
  // Gives the note of a snapshot after this event.
  std::function<std::string(EventSeq)> note = [](EventSeq) { return std::string{}; };
  MayWrite may_write{};  // false: AuthorityLost, and the snapshot is not there
};

// Reads on from the newest whole snapshot and writes the state to a new one. Returns its sequence;
// none where nothing is new, or the work was stopped. Needs no lock and disturbs no writer; `pool`
// must be the process's one pool for this WAL.
std::optional<EventSeq> take_snapshot(const std::filesystem::path& wal_root,
                                      EnvironmentPool& pool,
                                      const SnapshotTask& task);

}  // namespace betex::journal
