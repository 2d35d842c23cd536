// A node that does not lead: it brings its journal up to the quorum log's end, again and again,
// until the lease is free; then it takes the lease and the log.
#pragma once

#include <chrono>
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
  std::chrono::milliseconds max_clock_lead{1000};
  // Each transaction that was taken over from the log, after its commit to the journal.
  std::function<void(const matching::TransactionView&)> taken;
  // Waits for so long, and tells how the standby is; false: the process has been asked to end.
  std::function<bool(std::chrono::milliseconds)> pause;
  // What it waits for, in a few words, when that changes.
  std::function<void(const std::string&)> waiting;
};

// Returns when this node leads: the lease is taken, the log taken over, the journal at its end and
// of the new epoch. None: asked to end. Throws journal::JournalError.
[[nodiscard]] std::optional<QuorumLog::TakenOver> follow_until_leader(const StandbyParts& parts);

}  // namespace betex::cluster
