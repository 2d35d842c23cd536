// The thread of low priority, for which matching never waits, that does what is done for the
// journal while the gateway runs.
#pragma once

#include <stop_token>
#include <thread>

#include "gateway/start/journal_upkeep.h"
#include "gateway/start/retention.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"

namespace betex::gateway {

// *Owned by the main thread.*
class SnapshotThread {
 public:
  // On this thread.
  using Told = JournalUpkeep::Told;

  // As JournalUpkeep.
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

  JournalUpkeep upkeep_;
  std::jthread thread_;
};

}  // namespace betex::gateway
