// Four eyes in the reference engine: RULES.md section 5.
#include <algorithm>

#include "tests/matching/reference_requests.h"

namespace betex::matching::testing {
namespace {

// What the event says of a proposal's command.
template <typename Event>
Event about(const RefProposal& proposal) {
  return std::visit(
      [&]<typename Body>(const Body& body) {
        Event event{.proposer = plain(proposal.proposer),
                    .command = kCommandKind<Body>,
                    .proposed = plain(proposal.event),
                    .subject = subject_of(body).name,
                    .proposal = proposal.id};
        if constexpr (std::is_same_v<Body, MoveFunds>) {
          event.funds = body.kind;
        }
        return event;
      },
      proposal.body);
}

}  // namespace

void ReferenceEngine::on(const RequireApproval& require) {
  Reason reason = asker_fails();
  if (reason == Reason::None && (require.classes & ~kAllApprovalClasses) != 0) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, require);
    return;
  }
  approval_classes_ = require.classes;
  say(ApprovalRequired{.classes = require.classes});
}

const RefProposal* ReferenceEngine::find_proposal(const Name& id) const {
  const auto found = std::find_if(proposals_.begin(),
                                  proposals_.end(),
                                  [&id](const RefProposal& proposal) { return proposal.id == id; });
  return found == proposals_.end() ? nullptr : &*found;
}

// Two people, both known by name.
Reason ReferenceEngine::approver_fails(const RefProposal& proposal) const {
  const auto username = [this](RefId session) {
    return session == 0 ? Name{} : sessions_.at(session).username;
  };
  const Name proposer = username(proposal.proposer);
  const Name approver = username(requester());
  return proposer.empty() || approver.empty() || proposer == approver ? Reason::NotEntitled
                                                                      : Reason::None;
}

void ReferenceEngine::on(const Approve& approve) {
  const RefProposal* const found = find_proposal(approve.proposal);
  Reason reason = Reason::None;
  if (found == nullptr || found->event != approve.proposed.value()) {
    reason = Reason::UnknownRequest;
  } else {
    reason = approver_fails(*found);
  }
  if (reason != Reason::None) {
    refuse(reason, approve);
    return;
  }
  const RefProposal proposal = *found;
  proposals_.erase(proposals_.begin() + (found - proposals_.data()));
  carried_ = &proposal;
  carried_reason_ = Reason::None;
  std::visit(
      [this]<typename Body>(const Body& body) {
        if constexpr (kIsRequest<Body>) {
          perform(body);
        }
      },
      proposal.body);
  carried_ = nullptr;
  tell_approved(proposal, approve, carried_reason_);
}

// With what its subject has now.
void ReferenceEngine::tell_approved(const RefProposal& proposal,
                                    const Approve& approve,
                                    Reason reason) {
  auto approved = about<OperationApproved>(proposal);
  approved.approver = plain(requester());
  approved.reason = reason;
  approved.request_id = approve.request_id;
  approved.goes_on =
      std::any_of(batches_.begin(), batches_.end(), [&proposal](const RefBatch& batch) {
        return batch.request == proposal.id;
      });
  RefId of_market = 0;
  std::visit(
      [&]<typename Body>(const Body& body) {
        if constexpr (requires { body.market; }) {
          const RefMarket& market = market_of(body);
          of_market = market.id;
          approved.state = market.state;
          approved.version = market.version;
        } else if constexpr (std::is_same_v<Body, MoveFunds>) {
          const RefAccount& account = account_of(body);
          approved.balance = plain(account.balance);
          approved.exposure = plain(exposure_of_all(account.id));
          approved.credit = plain(account.credit);
        } else if constexpr (std::is_same_v<Body, SetSessionNumbers>) {
          const RefSession& session = session_of(body);
          approved.next_in = plain(session.next_in);
          approved.reserved_to = plain(session.reserved_to);
          approved.epoch = plain(session.epoch);
          approved.delivered = plain(session.delivered);
        }
      },
      proposal.body);
  say(approved, of_market);
  const auto known = requests_.find(std::string{approve.request_id.view()});
  if (known != requests_.end()) {
    known->second.answered_by = last_seq_ + events_.size();
    known->second.reason = reason;
  }
}

void ReferenceEngine::drop(const RefProposal& proposal, RefId decliner, const Name& request) {
  auto dropped = about<OperationDropped>(proposal);
  dropped.decliner = plain(decliner);
  dropped.request_id = request;
  say(dropped);
  std::erase_if(proposals_, [event = proposal.event](const RefProposal& waiting) {
    return waiting.event == event;
  });
}

void ReferenceEngine::on(const Decline& decline) {
  const RefProposal* const found = find_proposal(decline.proposal);
  if (found == nullptr) {
    refuse(Reason::UnknownRequest, decline);
    return;
  }
  drop(RefProposal{*found}, requester(), decline.request_id);
}

void ReferenceEngine::end_proposal() {
  drop(RefProposal{proposals_.front()}, 0, Name{});
}

}  // namespace betex::matching::testing
