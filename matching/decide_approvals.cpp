// Four eyes: what a second operator has to approve is proposed, whole, and carried out from there
// (RULES.md section 5).
#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "matching/decider.h"
#include "matching/request_kinds.h"

namespace betex::matching {
namespace {

constexpr std::size_t kMaxProposals = 1'000;

void describe(const MoveFunds& move, OperationProposed& event) {
  event.funds = move.kind;
  event.amount = move.amount;
}

void describe(const SetSessionNumbers& set, OperationProposed& event) {
  event.new_epoch = set.new_epoch;
  event.next_in = set.next_in;
  event.reserved_to = set.reserved_to;
}

void describe(const VoidMarket& annul, OperationProposed& event) {
  event.amount = annul.price;
}

template <typename Body>
void describe(const Body&, OperationProposed&) {}

void restore(const Proposal& proposal, MoveFunds& move) {
  move.account = proposal.event.subject;
  move.kind = proposal.event.funds;
  move.amount = proposal.event.amount;
}

void restore(const Proposal& proposal, SetSessionNumbers& set) {
  set.comp_id = proposal.event.subject;
  set.new_epoch = proposal.event.new_epoch;
  set.next_in = proposal.event.next_in;
  set.reserved_to = proposal.event.reserved_to;
}

template <typename Body>
void restore(const Proposal& proposal, Body& body) {
  body.market = proposal.event.subject;
  body.version_guard = proposal.event.version_guard;
  if constexpr (std::is_same_v<Body, DetermineMarket>) {
    body.shares = proposal.shares;
  } else if constexpr (std::is_same_v<Body, VoidMarket>) {
    body.price = proposal.event.amount;
  }
}

// The command that was proposed.
template <std::size_t... I>
CommandBody body_of(const Proposal& proposal, std::index_sequence<I...>) {
  CommandBody body;
  const auto try_kind = [&]<typename Body>(std::type_identity<Body>) {
    if constexpr (kApprovalClass<Body> != 0) {
      if (proposal.event.command == kCommandKind<Body>) {
        Body proposed;
        restore(proposal, proposed);
        proposed.request_id = proposal.event.request_id;
        body = std::move(proposed);
      }
    }
  };
  (try_kind(std::type_identity<std::variant_alternative_t<I, CommandBody>>{}), ...);
  return body;
}

const Name& username_of(const State& state, SessionId session) {
  static constexpr Name kNobody;
  const SessionState* const known = state.sessions.find(session);
  return known == nullptr ? kNobody : known->info.username;
}

}  // namespace

void Decider::decide(const RequireApproval& require) {
  Reason reason = check_request();
  if (reason == Reason::None && require.classes > kAllApprovalClasses) {
    reason = Reason::InvalidParameter;
  }
  if (passes(reason)) {
    emitter_.emit(ApprovalRequired{.classes = require.classes});
  }
}

// ---- Proposals ----------------------------------------------------------------------------------

// A dry run tells what would become of it in the end.
bool Decider::needs_approval() const {
  const Request asked = request();
  return !is_approved_ && dry_run_ == nullptr && !asked.id.empty() &&
         (asked.approval_class & state_.exchange.approval_classes) != 0;
}

void Decider::propose() {
  const auto* const determine = std::get_if<DetermineMarket>(&command_->body);
  const std::span<const RunnerShare> shares =
      determine == nullptr ? std::span<const RunnerShare>{} : determine->shares;
  if (state_.proposals.size() >= kMaxProposals) {
    refuse(Reason::TooManyRequests);
    return;
  }
  if (shares.size() > OperationProposed::kMaxTail) {
    refuse(Reason::InvalidParameter);
    return;
  }
  const Request asked = request();
  OperationProposed event{.proposer = requester(),
                          .command = command_kind(),
                          .expires = now() + kProposalWaits,
                          .version_guard = asked.version_guard,
                          .subject = asked.subject,
                          .request_id = asked.id,
                          .remark = remark()};
  std::visit([&event](const auto& body) { describe(body, event); }, command_->body);
  is_proposed_ = true;
  emitter_.emit(event, shares, MarketId{});
}

// null: there is none.
const Proposal* Decider::proposal_of(const Name& request_id) const {
  const auto found =
      std::find_if(state_.proposals.begin(), state_.proposals.end(), [&](const Proposal& proposal) {
        return proposal.event.request_id == request_id;
      });
  return found == state_.proposals.end() ? nullptr : &*found;
}

// ---- Approval -----------------------------------------------------------------------------------

// Two people, and not two sessions of one.
Reason Decider::check(const Approve& approve, const Proposal* proposal) const {
  if (proposal == nullptr || proposal->seq != approve.proposed) {
    return Reason::UnknownRequest;
  }
  const Name& proposer = username_of(state_, proposal->event.proposer);
  const Name& approver = username_of(state_, requester());
  return proposer.empty() || approver.empty() || proposer == approver ? Reason::NotEntitled
                                                                      : Reason::None;
}

void Decider::decide(const Approve& approve) {
  const Proposal* const proposal = proposal_of(approve.proposal);
  Reason reason = check_request();
  if (reason == Reason::None) {
    reason = check(approve, proposal);
  }
  if (reason != Reason::None) {
    refuse(reason);
    return;
  }
  OperationApproved event{.proposer = proposal->event.proposer,
                          .approver = requester(),
                          .command = proposal->event.command,
                          .funds = proposal->event.funds,
                          .proposed = proposal->seq,
                          .subject = proposal->event.subject,
                          .proposal = proposal->event.request_id,
                          .request_id = approve.request_id};
  event.reason = carry_out(*proposal);
  if (dry_run_ == nullptr) {
    emit_approved(event);
  }
}

// Decides it as its proposer's request. Returns why it was refused.
Reason Decider::carry_out(const Proposal& proposal) {
  const OperationProposed& event = proposal.event;
  Command command{
      .timestamp = now(),
      .origin = {.session = event.proposer},
      .body = body_of(proposal, std::make_index_sequence<std::variant_size_v<CommandBody>>{})};
  if (!event.remark.empty()) {
    command.remark = event.remark;
  }
  const Command* const approval = std::exchange(command_, &command);
  is_approved_ = true;
  refusal_ = Reason::None;
  std::visit(
      [this]<typename Body>(const Body& body) {
        if constexpr (kApprovalClass<Body> != 0) {
          decide(body);
        }
      },
      command.body);
  is_approved_ = false;
  command_ = approval;
  return refusal_;
}

// How what it is about stands now, carried out or not.
void Decider::emit_approved(OperationApproved event) {
  const auto is_its = [&event](const Batch& batch) { return is_of(batch.started, event.proposal); };
  event.goes_on = std::any_of(state_.batches.begin(), state_.batches.end(), is_its) ||
                  std::any_of(state_.payments.begin(), state_.payments.end(), is_its);
  MarketId market;
  if (event.command == kCommandKind<MoveFunds>) {
    const auto id = static_cast<std::uint32_t>(state_.account_names.find(event.subject));
    const AccountMoney& money = state_.ledger.money(AccountId{id});
    event.balance = money.balance;
    event.exposure = money.exposure;
    event.credit = money.credit;
  } else if (event.command == kCommandKind<SetSessionNumbers>) {
    const auto id = static_cast<std::uint32_t>(state_.session_names.find(event.subject));
    const SessionInfo& session = state_.sessions.at(SessionId{id}).info;
    event.next_in = session.next_in;
    event.reserved_to = session.reserved_to;
    event.epoch = session.epoch;
    event.delivered = session.delivered;
  } else {
    market = MarketId{static_cast<std::uint32_t>(state_.market_names.find(event.subject))};
    tell_market(event, market);
  }
  emitter_.emit(event, market);
}

// ---- The end of a proposal ----------------------------------------------------------------------

void Decider::decide(const Decline& decline) {
  const Proposal* const proposal = proposal_of(decline.proposal);
  Reason reason = check_request();
  if (reason == Reason::None && proposal == nullptr) {
    reason = Reason::UnknownRequest;
  }
  if (passes(reason)) {
    drop(*proposal, requester(), decline.request_id);
  }
}

// `decliner` is 0 where its time is up.
void Decider::drop(const Proposal& proposal, SessionId decliner, const Name& request_id) {
  emitter_.emit(OperationDropped{.proposer = proposal.event.proposer,
                                 .decliner = decliner,
                                 .command = proposal.event.command,
                                 .funds = proposal.event.funds,
                                 .proposed = proposal.seq,
                                 .subject = proposal.event.subject,
                                 .proposal = proposal.event.request_id,
                                 .request_id = request_id});
}

}  // namespace betex::matching
