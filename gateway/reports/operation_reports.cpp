// How operators are answered, whatever they have asked for, and what processes answer: how they
// begin and how they end.
#include <utility>

#include "gateway/reports/market_standing.h"
#include "gateway/reports/operation_names.h"
#include "gateway/reports/report_maker.h"

namespace betex::gateway {

using fix::MassActionResponse;
using fix::Operation;
using fix::OperationsReport;
using fix::OpsResult;
using fix::OrderMassActionReport;
using fix::PartyAction;
using fix::PartyActionReport;
using fix::PartyActionResponse;
using fix::ReportId;
using fix::SecurityDefinition;
using matching::SessionId;

template <typename Report>
void ReportMaker::answer(const Context& context, const Asked& asked, Report report) const {
  if (asked.session == SessionId{0} || asked.request_id.empty()) {
    return;  // the gateway itself: nobody waits
  }
  const ReportId id{context.seq, asked.leg};
  report.request_id = asked.request_id;
  report.event = context.seq;
  report.transact_time = context.timestamp;
  if (context.receiver.wants(asked.session, id)) {
    context.receiver.receive(asked.session, {id, report});
  }
  report.involved.copy = true;
  if (report.involved.requested_by.empty()) {
    report.involved.requested_by = model_.comp_id(asked.session);
  }
  for (const SessionId other : model_.audience().operators()) {
    if (other != asked.session && context.receiver.wants(other, id)) {
      context.receiver.receive(other, {id, report});
    }
  }
}

template void ReportMaker::answer(const Context&, const Asked&, OperationsReport) const;
template void ReportMaker::answer(const Context&, const Asked&, SecurityDefinition) const;
template void ReportMaker::answer(const Context&, const Asked&, OrderMassActionReport) const;
template void ReportMaker::answer(const Context&, const Asked&, PartyActionReport) const;

// ---- Processes

template <typename Event>
OrderMassActionReport ReportMaker::mass_action(const Event& event) const {
  OrderMassActionReport report{.side = event.side};
  if (event.instrument != matching::InstrumentId{0}) {
    report.scope = fix::MassCancelType::Security;
    report.symbol = model_.instrument(event.instrument).symbol;
  } else if (event.header.market != matching::MarketId{0}) {
    report.scope = fix::MassCancelType::MarketSegment;
    report.market = model_.market(event.header.market).name;
  }
  if (event.account != matching::AccountId{0}) {
    report.account = model_.account(event.account);
  }
  if (event.session != SessionId{0}) {
    report.comp_id = model_.comp_id(event.session);
  }
  return report;
}

void ReportMaker::on(const Context& context, const matching::BatchStarted& event) const {
  const Asked asked{.session = event.requester, .request_id = event.request_id};
  if (answers<matching::CancelOnBehalf>(context)) {
    OrderMassActionReport report = mass_action(event);
    report.response = MassActionResponse::Accepted;
    answer(context, asked, report);
  } else if (answers<matching::SettleMarket>(context)) {
    OperationsReport report{.operation = Operation::Settle,
                            .result = OpsResult::Running,
                            .market = model_.market(event.header.market).name,
                            .market_state = matching::MarketState::Determined};
    tell_market(report, event);
    answer(context, asked, std::move(report));
  }
}

// What was approved is told of by the event of its approval, which comes behind this one and knows
// whether anything goes on.
void ReportMaker::tell_of_end(const Context& context, const matching::BatchCompleted& event) const {
  const auto operation = operation_of(event);
  if (!operation || event.goes_on || answers<matching::Approve>(context)) {
    return;
  }
  const Asked asked{.session = event.requester, .request_id = event.request_id};
  const std::uint64_t affected = event.done_before + event.total;
  switch (*operation) {
    case Operation::MassCancel: {
      OrderMassActionReport report = mass_action(event);
      report.response = MassActionResponse::Completed;
      report.affected = affected;
      answer(context, asked, report);
      break;
    }
    case Operation::SuspendAccount:
    case Operation::SuspendSession: {
      const PartyActionReport report{.action = PartyAction::SuspendAndCancel,
                                     .response = PartyActionResponse::Completed,
                                     .affected = affected};
      if (*operation == Operation::SuspendAccount) {
        tell_of_party(context, event.account, asked, report);
      } else {
        tell_of_party(context, event.session, asked, report);
      }
      break;
    }
    default: {
      OperationsReport report{.operation = *operation,
                              .result = OpsResult::Complete,
                              .market = model_.market(event.header.market).name,
                              .affected = affected};
      tell_market(report, event);
      answer(context, asked, std::move(report));
    }
  }
}

// ---- What is about nothing in particular

void ReportMaker::on(const Context& context, const matching::TradingDaySet& event) const {
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::SetTradingDay});
}

void ReportMaker::on(const Context& context, const matching::WatermarkMoved& event) const {
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::MoveWatermark, .watermark = event.watermark});
}

}  // namespace betex::gateway
