// Events about requests that a second operator has to approve.
#include <algorithm>

#include "matching/apply.h"
#include "matching/assert.h"

namespace betex::matching {
namespace {

void end_proposal(State& state, EventSeq proposed) {
  const std::size_t ended = std::erase_if(
      state.proposals, [proposed](const Proposal& proposal) { return proposal.seq == proposed; });
  BETEX_ASSERT(ended == 1);
}

}  // namespace

void apply(State& state, EventSeq, const ApprovalRequired& event) {
  state.exchange.approval_classes = event.classes;
}

void apply(State& state, EventSeq seq, const OperationProposed& event) {
  const auto shares = tail_of(event);
  state.proposals.push_back({.seq = seq, .event = event, .shares = {shares.begin(), shares.end()}});
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const OperationApproved& event) {
  end_proposal(state, event.proposed);
  remember_request(state, event.request_id, seq, event.reason);
}

void apply(State& state, EventSeq seq, const OperationDropped& event) {
  end_proposal(state, event.proposed);
  remember_request(state, event.request_id, seq);
}

}  // namespace betex::matching
