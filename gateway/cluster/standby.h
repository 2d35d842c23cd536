// A node that does not lead: it brings its journal up to the quorum log's end, again and again,
// until the lease is free; then it takes the lease and the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "gateway/cluster/cluster_figures.h"
#include "gateway/cluster/lease.h"
#include "gateway/cluster/quorum_log.h"
#include "journal/journal.h"
#include "matching/transaction.h"

namespace betex::cluster {

struct StandbyParts {
  journal::Journal& journal;  // recovered
  QuorumLog& quorum;
  Lease& lease;
  ClusterFigures& figures;
  Holder self;
  std::chrono::milliseconds max_clock_lead{1000};  // beyond it a warning, no more
  std::uint64_t window_slots = 262'144;            // of the quorum log, for the figures
  // Each transaction that was taken over from the log, after its commit to the journal.
  std::function<void(const matching::TransactionView&)> taken;
  // Waits for so long, and tells how the standby is; false: the process has been asked to end. With
  // 0 in the midst of work.
  std::function<bool(std::chrono::milliseconds)> pause;
  // What it waits for, in a few words, when that changes; the first time, all that there was has
  // been taken over, or the store does not answer.
  std::function<void(const std::string&)> waiting;
};

// Returns when this node leads: the lease is taken, the log taken over, the journal at its end and
// of the new epoch. None: asked to end; it has nothing pending then, and no lease. A store that
// does not answer is waited for, however long. Throws journal::JournalError where the two logs are
// not one, or this node's can't be written.
[[nodiscard]] std::optional<QuorumLog::TakenOver> follow_until_leader(const StandbyParts& parts);

}  // namespace betex::cluster
