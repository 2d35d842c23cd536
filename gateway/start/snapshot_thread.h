// What is done for the journal while the gateway runs, by a thread of low priority for which
// matching never waits: snapshots of the engine's state, with a reader and an engine of its own,
// loaded from the last snapshot and brought up to date from the log; the older snapshots read once,
// which a start has no time for; and the next segment, prepared when half of one is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <thread>

#include "gateway/start/retention.h"
#include "journal/environment_pool.h"
#include "journal/format.h"
#include "journal/journal.h"

namespace betex::gateway {

struct SnapshotSettings {
  std::filesystem::path wal_root;
  std::uint64_t every_events = 0;  // 0: none are taken
  // They are due at multiples of every_events, each at the end of the transaction that holds that
  // event: so all nodes of a cluster take them after the same events, and can compare them.
  bool at_multiples = false;
  std::uint64_t max_segment_events = 0;  // 0: no segments are prepared
  std::uint64_t segment_map_size_bytes = 0;
};

// Prepares the first segment of this opening, after recovery.
void prepare_first_segment(const SnapshotSettings& settings, const journal::Journal& journal);

// *Owned by the main thread.* A snapshot that fails (a damaged log, say) is logged and tried again
// later; while the disk is low none is taken: the journal's own writer is what must not fail.
class SnapshotThread {
 public:
  // Hears of each snapshot, on this thread: first of the newest ones that are there already, then
  // of each one that was taken, read back and found whole.
  using Told = std::function<void(const journal::SnapshotHeader&)>;

  // All must outlive it; `pool` is the process's one pool for this WAL. `told` may be empty.
  SnapshotThread(SnapshotSettings settings,
                 journal::EnvironmentPool& pool,
                 journal::Journal& journal,
                 Retention& retention,
                 Told told = {});

  // Once. The next snapshot is due `every_events` after event `last`, or at the next multiple. The
  // destructor ends it, also in the middle of a snapshot: nothing is written then.
  void start(matching::EventSeq last);

  // Ends it as the destructor does.
  void stop() noexcept { thread_ = {}; }

 private:
  void run(const std::stop_token& stop, matching::EventSeq last);
  // The event that a snapshot is due after; `last` where none is.
  [[nodiscard]] matching::EventSeq due(matching::EventSeq last) const;
  void take(const std::stop_token& stop, matching::EventSeq up_to);
  void tell_what_is_there() const;
  // One that the start has not read to its end.
  void read_unread(const std::stop_token& stop) const;
  void prepare_next_segment() const;

  const SnapshotSettings settings_;
  journal::EnvironmentPool& pool_;
  journal::Journal& journal_;
  Retention& retention_;
  const Told told_;
  std::jthread thread_;
};

}  // namespace betex::gateway
