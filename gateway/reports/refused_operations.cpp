// What operators are told of requests that have changed nothing: refused, known already, or only
// tried. They are answered by the same kind of report as one that has.
#include <optional>
#include <utility>
#include <variant>

#include "gateway/reports/market_standing.h"
#include "gateway/reports/operation_names.h"
#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::MassActionResponse;
using fix::Operation;
using fix::OperationsReport;
using fix::OpsResult;
using fix::OrderMassActionReport;
using fix::PartyAction;
using fix::PartyActionReport;
using fix::PartyActionResponse;
using fix::SecurityDefinition;
using matching::EventSeq;
using matching::Name;
using matching::Reason;

using Answer =
    std::variant<OperationsReport, SecurityDefinition, OrderMassActionReport, PartyActionReport>;

// A request and how it went.
struct Outcome {
  Operation operation{};
  Name subject;
  std::uint8_t detail = 0;  // as in CommandRejected
  Reason reason = Reason::None;
  EventSeq answered_by;           // 0, or it is known: what answered it first
  matching::Timestamp expires;    // 0, or it is known and waits for a second operator until then
  std::uint64_t version = 0;      // of its market, as the state
  matching::MarketState state{};  // none: it is about none that there is
};

PartyActionReport party_action(const Outcome& outcome) {
  PartyActionReport report;
  switch (outcome.operation) {
    case Operation::ResumeAccount:
    case Operation::ResumeSession:
      report.action = PartyAction::Reinstate;
      break;
    default:
      report.action = outcome.detail == 1 ? PartyAction::SuspendAndCancel : PartyAction::Suspend;
  }
  (subject_kind_of(outcome.operation) == SubjectKind::Account ? report.account : report.comp_id) =
      outcome.subject;
  return report;
}

OperationsReport operations_report(const Outcome& outcome) {
  OperationsReport report{.operation = outcome.operation};
  name_subject(report, outcome.subject, outcome.detail);
  return report;
}

// The report that answers the message by which it is asked, so far as it says what was asked. What
// is known, or bears an id that is another one's, is answered alike whatever the message.
Answer answer_to(const Outcome& outcome) {
  if (outcome.answered_by != EventSeq{0} || outcome.reason == Reason::DuplicateRequestId) {
    return operations_report(outcome);
  }
  switch (outcome.operation) {
    case Operation::CreateMarket:
      return SecurityDefinition{.market = outcome.subject};
    case Operation::MassCancel: {
      OrderMassActionReport report;
      name_target(report, outcome.subject, outcome.detail);
      return report;
    }
    case Operation::SuspendAccount:
    case Operation::ResumeAccount:
    case Operation::SuspendSession:
    case Operation::ResumeSession:
      return party_action(outcome);
    default:
      return operations_report(outcome);
  }
}

void refuse(OperationsReport& report) {
  report.result = OpsResult::Refused;
}

void refuse(SecurityDefinition& /*report*/) {}  // by its reason

void refuse(OrderMassActionReport& report) {
  report.response = MassActionResponse::Refused;
}

void refuse(PartyActionReport& report) {
  report.response = PartyActionResponse::Refused;
}

void make_known(Answer& answer, const Outcome& outcome) {
  auto& report = std::get<OperationsReport>(answer);
  report.result = OpsResult::Known;
  report.first_answer = outcome.answered_by;
  report.expires = outcome.expires;
  report.reason = outcome.reason;
  tell_market(report, outcome);
}

// `open_orders`: that it may cancel at most.
void would_be_done(OperationsReport& report, const Outcome& outcome, std::uint64_t open_orders) {
  report.result = OpsResult::WouldBeDone;
  tell_market(report, outcome);
  if (may_cancel(report.operation)) {
    report.affected = open_orders;
  }
}

void would_be_done(SecurityDefinition& /*report*/,
                   const Outcome& /*outcome*/,
                   std::uint64_t /*open_orders*/) {}

void would_be_done(OrderMassActionReport& report,
                   const Outcome& /*outcome*/,
                   std::uint64_t open_orders) {
  report.response = MassActionResponse::Accepted;
  report.affected = open_orders;
}

void would_be_done(PartyActionReport& report,
                   const Outcome& /*outcome*/,
                   std::uint64_t open_orders) {
  report.response = PartyActionResponse::Accepted;
  if (report.action == PartyAction::SuspendAndCancel) {
    report.affected = open_orders;
  }
}

// Of a request that was refused or is known.
Answer answer_without_effect(const Outcome& outcome) {
  Answer answer = answer_to(outcome);
  if (outcome.answered_by != EventSeq{0}) {
    make_known(answer, outcome);
  } else {
    std::visit(
        [&](auto& report) {
          refuse(report);
          report.reason = outcome.reason;
        },
        answer);
  }
  return answer;
}

}  // namespace

// Commands of others have no id: whoever has sent one is told as what it is (SessionNotice).
template <typename Event>
void ReportMaker::tell_without_effect(const Context& context, const Event& event) const {
  const auto operation = operation_of(event.command, event.detail);
  if (!operation) {
    return;
  }
  Outcome outcome{.operation = *operation,
                  .subject = event.subject,
                  .detail = event.detail,
                  .reason = event.reason};
  if constexpr (requires { event.answered_by; }) {
    outcome.answered_by = event.answered_by;
    outcome.expires = event.expires;
    outcome.version = event.version;
    outcome.state = event.state;
  }
  std::visit(
      [&](auto report) {
        answer(
            context, {.session = event.session, .request_id = event.request_id}, std::move(report));
      },
      answer_without_effect(outcome));
}

void ReportMaker::on(const Context& context, const matching::CommandRejected& event) const {
  tell_without_effect(context, event);
}

void ReportMaker::on(const Context& context, const matching::RequestKnown& event) const {
  tell_without_effect(context, event);
}

fix::Report ReportMaker::dry_run(const DryRunPart& part) const {
  const matching::DryRun& tried = part.outcome;
  const auto operation = operation_of(part.command, tried.detail);
  BETEX_ASSERT(operation.has_value());
  const Outcome outcome{.operation = *operation,
                        .subject = tried.subject,
                        .detail = tried.detail,
                        .reason = tried.reason,
                        .answered_by = tried.answered_by,
                        .expires = tried.expires,
                        .version = tried.version,
                        .state = tried.state};
  const bool passes = tried.reason == Reason::None && tried.answered_by == EventSeq{0};
  Answer answer = passes ? answer_to(outcome) : answer_without_effect(outcome);
  return std::visit(
      [&](auto& report) -> fix::Report {
        if (passes) {
          would_be_done(report, outcome, tried.open_orders);
        }
        report.request_id = part.request_id;
        report.test = true;
        report.event = tried.as_of;
        report.transact_time = part.asked_at;
        return {.id = {}, .body = std::move(report)};
      },
      answer);
}

}  // namespace betex::gateway
