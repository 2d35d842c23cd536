// What is done for the journal while the gateway runs, by a thread of low priority for which
// matching never waits: snapshots of the engine's state, with a reader and an engine of its own,
// loaded from the last snapshot and brought up to date from the log; and the next segment, prepared
// when half of one is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <thread>

#include "gateway/start/retention.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"

namespace betex::gateway {

struct SnapshotSettings {
  std::filesystem::path wal_root;
  std::uint64_t every_events = 0;        // 0: none are taken
  std::uint64_t max_segment_events = 0;  // 0: no segments are prepared
  std::uint64_t segment_map_size_bytes = 0;
};

// Prepares the first segment of this opening, after recovery.
void prepare_first_segment(const SnapshotSettings& settings, const journal::Journal& journal);

// *Owned by the main thread.* A snapshot that fails (a damaged log, say) is logged and tried again
// later; while the disk is low none is taken: the journal's own writer is what must not fail.
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
  void prepare_next_segment() const;

  const SnapshotSettings settings_;
  journal::EnvironmentPool& pool_;
  journal::Journal& journal_;
  Retention& retention_;
  std::jthread thread_;
};

}  // namespace betex::gateway
