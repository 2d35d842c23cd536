// What requests are told that are about orders but make none: refused cancels and replaces,
// statuses, mass cancels, messages that were refused.
#include <string_view>
#include <utility>
#include <variant>

#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;
using fix::ReportId;
using matching::CancelCause;
using matching::Reason;

constexpr std::uint32_t kOnlyLeg = 1;

// What FIX puts where a message must have a symbol and there is none.
constexpr std::string_view kNoSymbol = "[N/A]";

// What a refused cancel or replace says of the order as it stands now.
OrdStatus status_after_refusal(const matching::CancelRejected& event, const ReadModel& model) {
  if (event.order == matching::OrderId{0}) {
    return OrdStatus::Rejected;
  }
  if (event.is_delayed != 0) {
    return OrdStatus::PendingNew;
  }
  if (event.values.leaves_qty > matching::Quantity{0}) {
    return status_of_live(event.values);
  }
  return model.order(event.order).status;  // finished, and so for ever
}

}  // namespace

// ---- Refusals

void ReportMaker::on(const Context& context, const matching::CancelRejected& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  context.receiver.receive(
      event.session,
      {id,
       fix::OrderCancelReject{.order_id = event.order,
                              .cl_ord_id = event.cl_ord_id,
                              .orig_cl_ord_id = event.orig_cl_ord_id,
                              .account = event.account_name,
                              .ord_status = status_after_refusal(event, model_),
                              .response_to = event.response_to,
                              .transact_time = context.timestamp,
                              .reason = event.reason}});
}

void ReportMaker::on(const Context& context, const matching::InboundRefused& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  switch (event.answer) {
    case matching::RefuseInbound::Answer::BusinessReject:
      context.receiver.receive(
          event.session,
          {id,
           fix::BusinessMessageReject{.ref_seq_num = event.msg_seq_num,
                                      .ref_msg_type = event.msg_type,
                                      .business_reject_ref_id = event.cl_ord_id,
                                      .business_reject_reason = event.fix_reason,
                                      .retry_after_ms = event.retry_after_ms,
                                      .reason = event.reason}});
      break;
    case matching::RefuseInbound::Answer::SessionReject:
      context.receiver.receive(event.session,
                               {id,
                                fix::Reject{.ref_seq_num = event.msg_seq_num,
                                            .ref_msg_type = event.msg_type,
                                            .ref_tag_id = event.tag,
                                            .session_reject_reason = event.fix_reason}});
      break;
  }
}

// ---- Statuses

void ReportMaker::on(const Context& context, const matching::OrderStatusAnswered& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  ExecutionReport report;
  if (event.order == matching::OrderId{0}) {
    report.ord_status = OrdStatus::Rejected;
    report.cl_ord_id = event.cl_ord_id;
    report.account = model_.account(event.account);
    report.symbol = event.symbol;
    report.side = event.side;
    report.reason = event.reason;
    report.no_order = true;
  } else {
    report = describe(event.order, event.values);
    if (event.is_delayed != 0) {
      report.ord_status = OrdStatus::PendingNew;
    }
    if (event.live == 0 && event.cancel_cause != CancelCause::None) {
      report.ord_status =
          event.cancel_cause == CancelCause::Expired ? OrdStatus::Expired : OrdStatus::Canceled;
    }
  }
  report.exec_type = ExecType::OrderStatus;
  report.transact_time = context.timestamp;
  context.receiver.receive(event.session, {id, std::move(report)});
}

fix::Report ReportMaker::status(matching::OrderId order,
                                matching::Timestamp now,
                                const OrderStatusQuery& query) const {
  ExecutionReport report;
  if (order == matching::OrderId{0}) {
    report.cl_ord_id = query.cl_ord_id;
    report.account = query.account;
    report.symbol = query.symbol;
    report.side = query.side;
    report.ord_status = OrdStatus::Rejected;
    report.reason = Reason::UnknownOrder;
    report.no_order = true;
  } else {
    const OrderRecord& entry = model_.order(order);
    report = describe(order, entry.values);
    report.ord_status = entry.status;
  }
  report.exec_type = ExecType::OrderStatus;
  report.status_req_id = query.status_req_id;
  report.transact_time = now;
  return {.id = {}, .body = std::move(report)};
}

fix::Report ReportMaker::mass_status(matching::OrderId order,
                                     matching::Timestamp now,
                                     const MassStatusQuery& query,
                                     AnswerPlace place) const {
  fix::Report answer =
      status(order,
             now,
             {.session = query.session,
              .account = query.account,
              .order_id = {},
              .cl_ord_id = {},
              .symbol = query.symbol.empty() ? matching::Name{kNoSymbol} : query.symbol,
              .side = query.side == 0 ? matching::Side::Bid : matching::Side{query.side},
              .status_req_id = {}});
  auto& report = std::get<ExecutionReport>(answer.body);
  report.mass_status_req_id = query.mass_status_req_id;
  report.total_reports = static_cast<std::uint32_t>(place.total);
  report.last_report = place.next + 1 >= place.total;
  return answer;
}

// ---- Mass cancels

void ReportMaker::on(const Context& context, const matching::BatchCompleted& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  const bool by_owner = !event.cl_ord_id.empty();
  if (!by_owner) {
    return tell_of_end(context, event);
  }
  if (!context.receiver.wants(event.requester, id)) {
    return;
  }
  fix::OrderMassCancelReport report{.cl_ord_id = event.cl_ord_id,
                                    .side = event.side,
                                    .total = event.total,
                                    .transact_time = context.timestamp};
  if (event.instrument != matching::InstrumentId{0}) {
    report.request_type = fix::MassCancelType::Security;
    report.symbol = model_.instrument(event.instrument).symbol;
  } else if (event.header.market != matching::MarketId{0}) {
    report.request_type = fix::MassCancelType::MarketSegment;
    report.market = model_.market(event.header.market).name;
  }
  if (event.of_session) {
    report.request_type = fix::MassCancelType::Session;
  }
  context.receiver.receive(event.requester, {id, std::move(report)});
}

void ReportMaker::on(const Context& context, const matching::MassCancelRejected& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  using enum fix::MassCancelType;
  context.receiver.receive(
      event.session,
      {id,
       fix::OrderMassCancelReport{.cl_ord_id = event.cl_ord_id,
                                  .request_type = event.of_session        ? Session
                                                  : !event.symbol.empty() ? Security
                                                  : !event.market.empty() ? MarketSegment
                                                                          : All,
                                  .symbol = event.symbol,
                                  .market = event.market,
                                  .side = event.side,
                                  .transact_time = context.timestamp,
                                  .reason = event.reason}});
}

}  // namespace betex::gateway
