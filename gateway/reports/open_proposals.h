// The requests that wait for a second operator, as the journal has them: what an operator is shown
// of them at his logon.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "matching/assert.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::gateway {

struct OpenProposal {
  matching::EventSeq proposed;  // the event
  matching::OperationProposed event;
  std::vector<matching::RunnerShare> shares;  // of a result
};

// *Owned by the report thread*, as the read model that it is a part of. The engine holds a thousand
// at most.
class OpenProposals {
 public:
  void add(matching::EventSeq proposed,
           const matching::OperationProposed& event,
           std::span<const matching::RunnerShare> shares) {
    open_.push_back(
        {.proposed = proposed, .event = event, .shares = {shares.begin(), shares.end()}});
  }

  // Approved, declined, or its time is up. It must be open.
  void end(matching::EventSeq proposed) {
    const std::size_t ended = std::erase_if(
        open_, [proposed](const OpenProposal& proposal) { return proposal.proposed == proposed; });
    BETEX_ASSERT(ended == 1);
  }

  // The oldest first. Valid until the next change.
  [[nodiscard]] std::span<const OpenProposal> all() const noexcept { return open_; }

 private:
  std::vector<OpenProposal> open_;
};

}  // namespace betex::gateway
