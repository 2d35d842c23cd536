// Takes snapshots of the engine's state while the gateway runs: a thread of low priority with a
// reader of its own and an engine of its own, which it loads from the last snapshot and brings up
// to date from the log. Matching never waits for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <thread>

#include "gateway/retention.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"

namespace betex::gateway {

struct SnapshotSettings {
  std::filesystem::path wal_root;
  std::uint64_t every_events = 0;  // 0: none are taken
};

// *Owned by the main thread.* A snapshot that fails (a full disk, a damaged log) is logged and
// tried again later: the journal's own writer is what must not fail.
class SnapshotThread {
 public:
  // All must outlive it; `pool` is the process's one pool for this WAL.
  SnapshotThread(SnapshotSettings settings,
                 journal::EnvironmentPool& pool,
                 journal::Journal& journal,
                 Retention& retention);

  // Once. The next snapshot is due `every_events` after event `last`. The destructor ends it, also
  // in the middle of a snapshot: nothing is written then.
  void start(matching::EventSeq last);

 private:
  void run(const std::stop_token& stop, matching::EventSeq last);
  void take(const std::stop_token& stop, matching::EventSeq up_to);

  const SnapshotSettings settings_;
  journal::EnvironmentPool& pool_;
  journal::Journal& journal_;
  Retention& retention_;
  std::jthread thread_;
};

}  // namespace betex::gateway
