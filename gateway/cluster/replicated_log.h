// The journal of a node that leads: quorum first, local second. What is committed is on a
// majority's disks and on this node's.
#pragma once

#include <cstddef>
#include <cstdint>
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
  Parts parts_;
  journal::Position committed_;     // the log's end, without a segment
  std::vector<std::byte> bytes_;    // of what was appended since, as it stands in the journal
  std::uint32_t transactions_ = 0;  // in them
  // The lease's before the log was asked last, and was still this node's: as long as it is the same
  // and valid, nobody else can have taken the log over. 0: it was not asked yet.
  std::uint64_t led_in_term_ = 0;
};

}  // namespace betex::cluster
