// What everybody is told: halts of the whole exchange, and announcements.
#include <string_view>
#include <utility>

#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::Operation;
using fix::OperationsReport;
using fix::ReportId;
using matching::SessionId;

constexpr std::uint32_t kOnlyLeg = 1;

// To those whose dialect has no message for it.
constexpr std::string_view kHalted = "The exchange is halted: new orders and amends are refused";
constexpr std::string_view kUnhalted = "The halt of the exchange has ended";

}  // namespace

// ---- Halts

fix::Report ReportMaker::halt_report(SessionId session,
                                     bool halted,
                                     matching::Timestamp time) const {
  if (model_.audience().speaks_fixt(session)) {
    return {.id = {}, .body = fix::TradingSessionStatus{.halted = halted, .transact_time = time}};
  }
  return {.id = {},
          .body = fix::News{.orig_time = time,
                            .subject = {},
                            .headline = matching::Remark{halted ? kHalted : kUnhalted},
                            .urgent = halted}};
}

void ReportMaker::tell_of_halt(const Context& context, bool halted) const {
  const ReportId id{context.seq, kOnlyLeg};
  for (const SessionId broker : model_.audience().brokers()) {
    if (context.receiver.wants(broker, id)) {
      fix::Report report = halt_report(broker, halted, context.timestamp);
      report.id = id;
      context.receiver.receive(broker, std::move(report));
    }
  }
}

void ReportMaker::on(const Context& context, const matching::ExchangeHalted& event) const {
  tell_of_halt(context, true);
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::HaltExchange});
}

void ReportMaker::on(const Context& context, const matching::ExchangeUnhalted& event) const {
  tell_of_halt(context, false);
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::UnhaltExchange});
}

std::optional<fix::Report> ReportMaker::at_logon(SessionId session, matching::Timestamp now) const {
  if (!model_.exchange_halted() || !model_.audience().is_broker(session)) {
    return std::nullopt;
  }
  return halt_report(session, true, now);
}

// ---- Announcements

void ReportMaker::on(const Context& context, const matching::Announced& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  for (const SessionId session : model_.audience().everybody()) {
    if (context.receiver.wants(session, id)) {
      context.receiver.receive(session,
                               {id,
                                fix::News{.orig_time = context.timestamp,
                                          .subject = event.subject,
                                          .headline = event.headline,
                                          .urgent = event.urgent}});
    }
  }
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::Announce, .symbol = event.subject});
}

}  // namespace betex::gateway
