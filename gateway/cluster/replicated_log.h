// The journal of a node that leads: quorum first, local second. What is committed is on a
// majority's disks and on this node's.
#pragma once

#include <cstddef>
#include <vector>

#include "gateway/cluster/cluster_figures.h"
#include "gateway/cluster/lease.h"
#include "gateway/cluster/quorum_log.h"
#include "gateway/reports/transaction_log.h"
#include "journal/journal.h"

namespace betex::cluster {

// *Owned by the journal thread*, and by the main thread before that one runs.
class ReplicatedLog final : public gateway::TransactionLog {
 public:
  struct Parts {
    journal::Journal& journal;  // recovered, and at the end of the quorum log
    QuorumLog& quorum;          // taken over
    const Lease& lease;
    ClusterFigures& figures;
  };

  // All must outlive it.
  explicit ReplicatedLog(const Parts& parts) noexcept;

  void append(const matching::TransactionView& transaction) override;
  void commit() override;
  void confirm() override;

 private:
  // Where a transaction ends in bytes_, and in the log.
  struct Mark {
    std::size_t end;
    journal::Position position;
  };

  Parts parts_;
  journal::Position committed_;
  std::vector<std::byte> bytes_;
  std::vector<Mark> marks_;
};

}  // namespace betex::cluster
