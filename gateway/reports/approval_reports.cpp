// Four eyes: what operators are told of requests that a second one has to approve. Whoever approves
// or declines is answered for that, under his own request's id, and whoever has proposed it under
// the proposal's.
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "gateway/reports/account_money.h"
#include "gateway/reports/market_standing.h"
#include "gateway/reports/operation_names.h"
#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::Operation;
using fix::OperationsReport;
using fix::OpsResult;
using matching::Reason;

// What is proposed: begins the report about it.
template <typename Event>
OperationsReport report_of(const Event& event) {
  const auto detail = static_cast<std::uint8_t>(event.funds.value());
  const std::optional<Operation> operation = operation_of(event.command, detail);
  BETEX_ASSERT(operation.has_value());
  OperationsReport report{.operation = *operation};
  name_subject(report, event.subject, detail);
  return report;
}

// Whole, so that whoever approves it has seen what it is.
OperationsReport report_of(const matching::OperationProposed& event,
                           std::span<const matching::RunnerShare> shares) {
  OperationsReport report = report_of(event);
  report.result = OpsResult::WaitsForApproval;
  report.next_in = event.next_in;
  report.reserved_to = event.reserved_to;
  report.new_epoch = event.new_epoch;
  report.expires = event.expires;
  report.version_guard = event.version_guard;
  report.remark = event.remark;
  if (report.operation == Operation::Void) {
    if (event.amount != matching::Decimal{0}) {
      report.price = event.amount;
    }
  } else if (subject_kind_of(report.operation) == SubjectKind::Account &&
             report.operation != Operation::WriteOff) {  // which takes over what there is
    report.amount = event.amount;
  }
  report.shares.assign(shares.begin(), shares.end());
  return report;
}

// How what it is about stands now.
void tell_outcome(OperationsReport& report, const matching::OperationApproved& event) {
  switch (subject_kind_of(report.operation)) {
    case SubjectKind::Market:
      tell_market(report, event);
      break;
    case SubjectKind::Account:
      tell_money(report,
                 {.balance = event.balance, .exposure = event.exposure, .credit = event.credit});
      break;
    case SubjectKind::Session:
      report.epoch = event.epoch;
      report.next_in = event.next_in;
      report.reserved_to = event.reserved_to;
      report.delivered = event.delivered;
      break;
    default:
      break;
  }
}

}  // namespace

void ReportMaker::on(const Context& context, const matching::OperationProposed& event) const {
  OperationsReport report = report_of(event, matching::tail_of(event));
  report.involved.requested_by = model_.comp_id(event.proposer);
  answer(context, {.session = event.proposer, .request_id = event.request_id}, std::move(report));
}

// A copy for its proposer too: it answers nothing that this connection has brought. It has no place
// among the reports of events, but says which of them it repeats.
fix::Report ReportMaker::told_again(const OpenProposal& proposal) const {
  OperationsReport report = report_of(proposal.event, proposal.shares);
  report.request_id = proposal.event.request_id;
  report.event = proposal.proposed;
  report.first_told = {.event = proposal.proposed, .leg = kAnswerLeg};
  report.transact_time = proposal.event.expires - matching::kProposalWaits;
  report.involved = {
      .copy = true, .requested_by = model_.comp_id(proposal.event.proposer), .approved_by = {}};
  return {.id = {}, .body = std::move(report)};
}

void ReportMaker::on(const Context& context, const matching::OperationApproved& event) const {
  OperationsReport report = report_of(event);
  tell_outcome(report, event);
  report.reason = event.reason;
  report.involved.requested_by = model_.comp_id(event.proposer);
  report.involved.approved_by = model_.comp_id(event.approver);

  // To approve is done with this, also where what was approved has more to do.
  const bool refused = event.reason != Reason::None;
  OperationsReport to_approver = report;
  to_approver.operation = Operation::Approve;
  to_approver.result = refused ? OpsResult::Refused : OpsResult::Done;
  to_approver.ref_request_id = event.proposal;
  answer(
      context, {.session = event.approver, .request_id = event.request_id}, std::move(to_approver));

  report.result = refused         ? OpsResult::Refused
                  : event.goes_on ? OpsResult::Running
                                  : OpsResult::Done;
  answer(context,
         {.session = event.proposer, .request_id = event.proposal, .leg = kProposerLeg},
         std::move(report));
}

void ReportMaker::on(const Context& context, const matching::OperationDropped& event) const {
  OperationsReport report = report_of(event);
  report.result = OpsResult::Dropped;

  OperationsReport to_decliner = report;
  to_decliner.operation = Operation::Decline;
  to_decliner.result = OpsResult::Done;
  to_decliner.ref_request_id = event.proposal;
  answer(
      context, {.session = event.decliner, .request_id = event.request_id}, std::move(to_decliner));

  report.involved.requested_by = model_.comp_id(event.proposer);
  if (event.decliner != matching::SessionId{0}) {
    report.involved.approved_by = model_.comp_id(event.decliner);
    report.reason = Reason::Declined;
  } else {
    report.reason = Reason::NotApprovedInTime;
  }
  answer(context,
         {.session = event.proposer, .request_id = event.proposal, .leg = kProposerLeg},
         std::move(report));
}

}  // namespace betex::gateway
