// What everybody is told: halts of the whole exchange, and announcements; and what is told at each
// logon.
#include "gateway/reports/news.h"
#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::Operation;
using fix::OperationsReport;
using fix::ReportId;
using matching::SessionId;

constexpr std::uint32_t kOnlyLeg = 1;

}  // namespace

// ---- Halts

void ReportMaker::tell_of_halt(const Context& context, bool halted) const {
  const ReportId id{context.seq, kOnlyLeg};
  for (const SessionId broker : model_.audience().brokers()) {
    if (context.receiver.wants(broker, id)) {
      context.receiver.receive(
          broker,
          {id, fix::TradingSessionStatus{.halted = halted, .transact_time = context.timestamp}});
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

void ReportMaker::at_logon(SessionId session,
                           matching::Timestamp now,
                           const HeardSinceLogon& heard,
                           const Tell& tell) const {
  const Audience& audience = model_.audience();
  if (model_.exchange_halted() && audience.is_broker(session) && !heard.is_halted()) {
    tell({.id = {}, .body = fix::TradingSessionStatus{.halted = true, .transact_time = now}});
  }
  if (audience.is_operator(session)) {
    for (const OpenProposal& proposal : model_.open_proposals()) {
      if (!heard.has_seen(proposal.proposed)) {
        tell(told_again(proposal));
      }
    }
  }
}

// ---- Announcements

void ReportMaker::tell_news(const Context& context, const fix::News& news) const {
  const ReportId id{context.seq, kOnlyLeg};
  for (const SessionId session : model_.audience().everybody()) {
    if (context.receiver.wants(session, id)) {
      context.receiver.receive(session, {id, news});
    }
  }
}

void ReportMaker::on(const Context& context, const matching::Announced& event) const {
  tell_news(context, news_of(event, context.timestamp));
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::Announce, .symbol = event.subject});
}

// Who acts on it does so once, when it is live; its reports are told late like any other.
void ReportMaker::on(const Context& context, const matching::StopAnnounced& event) const {
  tell_news(context, news_of(event, context.timestamp));
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::Stop});
}

}  // namespace betex::gateway
