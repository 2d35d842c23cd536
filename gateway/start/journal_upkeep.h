// What is done for the journal while the gateway runs: snapshots of the engine's state, with a
// reader and an engine of its own, loaded from the last snapshot and brought up to date from the
// log; the older snapshots read once, which a start has no time for; and the next segment, prepared
// when half of one is written. By whoever calls it a few times a second: SnapshotThread, in the
// gateway.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>

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

// *Owned by one thread.* A snapshot that fails (a damaged log, say) is logged and tried again
// later; while the disk is low none is taken: the journal's own writer is what must not fail.
class JournalUpkeep {
 public:
  static constexpr std::chrono::milliseconds kBetweenLooks{200};

  // Hears of each snapshot: first of the newest ones that are there already, then of each one that
  // was taken, read back and found whole.
  using Told = std::function<void(const journal::SnapshotHeader&)>;

  // All must outlive it; `pool` is the process's one pool for this WAL. `told` may be empty.
  JournalUpkeep(SnapshotSettings settings,
                journal::EnvironmentPool& pool,
                journal::Journal& journal,
                Retention& retention,
                Told told = {});

  // There will never be anything to do.
  [[nodiscard]] bool has_nothing_to_do() const noexcept;

  // Once. The next snapshot is due `every_events` after event `last`, or at the next multiple.
  void begin(matching::EventSeq last);

  // Does what is due. `go_on` is asked in the midst of a snapshot: false ends that, and nothing is
  // written. Returns whether there was anything to do.
  bool look(const std::function<bool()>& go_on);

 private:
  // The event that a snapshot is due after; `last_` where none is.
  [[nodiscard]] matching::EventSeq due() const;
  void take(const std::function<bool()>& go_on, matching::EventSeq up_to);
  void tell_what_is_there() const;
  // One that the start has not read to its end; false: there is none.
  bool read_unread(const std::function<bool()>& go_on) const;
  [[nodiscard]] bool prepare_next_segment() const;

  const SnapshotSettings settings_;
  journal::EnvironmentPool& pool_;
  journal::Journal& journal_;
  Retention& retention_;
  const Told told_;
  matching::EventSeq last_;
};

}  // namespace betex::gateway
