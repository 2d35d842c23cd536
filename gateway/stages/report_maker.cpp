#include "gateway/stages/report_maker.h"

#include <utility>

namespace betex::gateway {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;
using fix::ReportId;
using matching::CancelCause;
using matching::Reason;

constexpr std::uint32_t kOnlyLeg = 1;
constexpr std::uint32_t kMakerLeg = 1;
constexpr std::uint32_t kTakerLeg = 2;
constexpr std::uint32_t kRequesterLeg = 2;

// ExecRestatementReason(378).
constexpr std::uint16_t kPartialDeclineOfOrderQty = 5;
constexpr std::uint16_t kTradingHalt = 6;
constexpr std::uint16_t kMarketOption = 8;
constexpr std::uint16_t kConnectionLoss = 12;
constexpr std::uint16_t kLogout = 13;
constexpr std::uint16_t kOther = 99;

// Sum of quantity times price over quantity, in 1/100 000 000, rounded half up; exact.
std::int64_t average_price_e8(const matching::OrderValues& values, const Units& units) {
  const std::int64_t cum_qty = values.cum_qty.value();
  if (cum_qty == 0) {
    return 0;
  }
  __extension__ using Wide = __int128;
  const Wide scaled =
      Wide{values.notional.value()} * units.millionths_per_price * (100'000'000 / 1'000'000);
  return static_cast<std::int64_t>((2 * scaled + cum_qty) / (2 * Wide{cum_qty}));
}

// What is said of a cancel that nobody asked for: the engine's reason (20001, Text) and
// ExecRestatementReason(378), 0 where that is absent.
struct Unsolicited {
  Reason reason = Reason::None;
  std::uint16_t restatement_reason = 0;
};

Unsolicited unsolicited(CancelCause cause) {
  switch (cause) {
    case CancelCause::None:
    case CancelCause::Requested:
    case CancelCause::Expired:
      return {};
    case CancelCause::ImmediateOrCancel:
      return {Reason::ImmediateOrCancelRemainder, 0};
    case CancelCause::FillOrKill:
      return {Reason::FillOrKillNotFilled, 0};
    case CancelCause::MinimumFill:
      return {Reason::MinimumFillNotReached, 0};
    case CancelCause::SelfTradeTaker:
      return {Reason::SelfTradePrevented, 18};
    case CancelCause::SelfTradeMaker:
      return {Reason::SelfTradePrevented, 19};
    case CancelCause::SelfTradeBoth:
      return {Reason::SelfTradePrevented, 20};
    case CancelCause::SelfTradeDecrement:
      return {Reason::SelfTradePrevented, kOther};
    case CancelCause::MarketSuspended:
    case CancelCause::MarketPaused:
      return {Reason::MarketNotOpen, kTradingHalt};
    case CancelCause::RunnerRemoved:
      return {Reason::RunnerNotActive, kMarketOption};
    case CancelCause::TurnedInPlay:
      return {Reason::None, kMarketOption};
    case CancelCause::MarketClosed:
    case CancelCause::MarketVoided:
      return {Reason::MarketNotOpen, kMarketOption};
    case CancelCause::Disconnected:
      return {Reason::None, kConnectionLoss};
    case CancelCause::LoggedOut:
      return {Reason::None, kLogout};
    case CancelCause::AccountSuspended:
      return {Reason::AccountSuspended, kOther};
    case CancelCause::SessionSuspended:
      return {Reason::SessionSuspended, kOther};
    case CancelCause::DelayFailed:
    case CancelCause::MassCancel:
      return {Reason::None, kOther};
  }
  return {Reason::None, kOther};
}

// What a refused cancel or replace says of the order as it stands now.
OrdStatus status_after_refusal(const matching::CancelRejected& event, const ReadModel& model) {
  if (event.order == matching::OrderId{0}) {
    return OrdStatus::Rejected;
  }
  if (event.values.leaves_qty > matching::Quantity{0}) {
    return status_of_live(event.values);
  }
  return model.order(event.order).status;  // finished, and so for ever
}

}  // namespace

ExecutionReport ReportMaker::describe(matching::OrderId order,
                                      const matching::OrderValues& values) const {
  const OrderEntry& entry = model_.order(order);
  const Instrument& instrument = model_.instrument(entry.instrument);
  const Units& units = instrument.units;
  const ChainEntry& request = model_.chain(order, values.chain_index);
  return {.ord_status = status_of_live(values),
          .order_id = order,
          .cl_ord_id = request.cl_ord_id,
          .account = model_.account(entry.account),
          .symbol = instrument.symbol,
          .side = entry.side,
          .ord_type = entry.type,
          .time_in_force = entry.time_in_force,
          .price = units.price(request.price),
          .order_qty = units.quantity(values.order_qty),
          .cum_qty = units.quantity(values.cum_qty),
          .leaves_qty = units.quantity(values.leaves_qty),
          .avg_px_e8 = average_price_e8(values, units),
          .expire_time = request.expire_time,
          .format = units.format};
}

void ReportMaker::on(const Context& context, const matching::OrderAccepted& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  ExecutionReport report = describe(event.order, event.values);
  const bool delayed = event.entry == matching::Entry::Delayed;
  report.exec_type = delayed ? ExecType::PendingNew : ExecType::New;
  report.ord_status = delayed ? OrdStatus::PendingNew : OrdStatus::New;
  report.transact_time = context.timestamp;
  context.receiver.receive(event.session, {id, std::move(report)});
}

void ReportMaker::on(const Context& context, const matching::OrderRejected& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  context.receiver.receive(event.session,
                           {id,
                            ExecutionReport{.exec_type = ExecType::Rejected,
                                            .ord_status = OrdStatus::Rejected,
                                            .cl_ord_id = event.cl_ord_id,
                                            .account = event.account_name,
                                            .symbol = event.symbol,
                                            .side = event.side,
                                            .ord_type = event.type,
                                            .time_in_force = event.time_in_force,
                                            .price = event.price,
                                            .order_qty = event.quantity,
                                            .transact_time = context.timestamp,
                                            .reason = event.reason}});
}

void ReportMaker::on(const Context& context, const matching::TradeMatched& event) const {
  trade_leg(context, event, event.maker, kMakerLeg);
  trade_leg(context, event, event.taker, kTakerLeg);
}

void ReportMaker::trade_leg(const Context& context,
                            const matching::TradeMatched& event,
                            const matching::TradeLeg& leg,
                            std::uint32_t leg_number) const {
  const ReportId id{context.seq, leg_number};
  if (!context.receiver.wants(leg.session, id)) {
    return;
  }
  const Units& units = model_.instrument(event.instrument).units;
  ExecutionReport report = describe(leg.order, leg.values);
  report.exec_type = ExecType::Trade;
  report.last_qty = units.quantity(event.quantity);
  report.last_px = units.price(event.price);
  report.transact_time = context.timestamp;
  context.receiver.receive(leg.session, {id, std::move(report)});
}

void ReportMaker::tell_owner_and_requester(const Context& context,
                                           matching::SessionId owner,
                                           matching::SessionId requester,
                                           const ExecutionReport& report) const {
  const ReportId to_owner{context.seq, kOnlyLeg};
  if (context.receiver.wants(owner, to_owner)) {
    context.receiver.receive(owner, {to_owner, report});
  }
  const ReportId to_requester{context.seq, kRequesterLeg};
  if (requester != matching::SessionId{0} && requester != owner &&
      context.receiver.wants(requester, to_requester)) {
    context.receiver.receive(requester, {to_requester, report});
  }
}

void ReportMaker::on(const Context& context, const matching::OrderCancelled& event) const {
  ExecutionReport report = describe(event.order, event.values);
  report.exec_type = ExecType::Canceled;
  report.ord_status = OrdStatus::Canceled;
  report.transact_time = context.timestamp;
  if (event.cause == CancelCause::Requested) {
    report.orig_cl_ord_id = model_.chain(event.order, event.values.chain_index - 1).cl_ord_id;
  }
  const Unsolicited why = unsolicited(event.cause);
  report.reason = event.reason == Reason::None ? why.reason : event.reason;
  report.restatement_reason = why.restatement_reason;
  tell_owner_and_requester(context, event.session, event.requester, report);
}

void ReportMaker::on(const Context& context, const matching::OrderReduced& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  ExecutionReport report = describe(event.order, event.values);
  report.exec_type = ExecType::Restated;
  report.transact_time = context.timestamp;
  report.reason = unsolicited(event.cause).reason;
  report.restatement_reason = kPartialDeclineOfOrderQty;
  context.receiver.receive(event.session, {id, std::move(report)});
}

void ReportMaker::on(const Context& context, const matching::OrderReleased& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  ExecutionReport report = describe(event.order, event.values);
  report.exec_type = ExecType::New;
  report.transact_time = context.timestamp;
  context.receiver.receive(event.session, {id, std::move(report)});
}

void ReportMaker::on(const Context& context, const matching::OrderAmended& event) const {
  ExecutionReport report = describe(event.order, event.values);
  report.exec_type = ExecType::Replaced;
  report.orig_cl_ord_id = model_.chain(event.order, event.values.chain_index - 1).cl_ord_id;
  report.transact_time = context.timestamp;
  tell_owner_and_requester(context, event.session, event.requester, report);
}

void ReportMaker::on(const Context& context, const matching::OrderExpired& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  ExecutionReport report = describe(event.order, event.values);
  report.exec_type = ExecType::Expired;
  report.ord_status = OrdStatus::Expired;
  report.transact_time = context.timestamp;
  context.receiver.receive(event.session, {id, std::move(report)});
}

// The last event of each order in it, so the model has their values.
void ReportMaker::on(const Context& context, const matching::OrderCancelledBatched& event) const {
  const Unsolicited why = unsolicited(event.cause);
  std::uint32_t leg = 0;
  for (const matching::OrderId order : event.orders()) {
    const OrderEntry& entry = model_.order(order);
    const ReportId id{context.seq, ++leg};
    if (!context.receiver.wants(entry.session, id)) {
      continue;
    }
    ExecutionReport report = describe(order, entry.values);
    report.exec_type = ExecType::Canceled;
    report.ord_status = OrdStatus::Canceled;
    report.transact_time = context.timestamp;
    report.reason = why.reason;
    report.restatement_reason = why.restatement_reason;
    context.receiver.receive(entry.session, {id, std::move(report)});
  }
}

void ReportMaker::on(const Context& context, const matching::OrderStatusAnswered& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  if (!context.receiver.wants(event.session, id)) {
    return;
  }
  ExecutionReport report;
  if (event.order == matching::OrderId{0}) {
    report.ord_status = OrdStatus::Rejected;
    report.cl_ord_id = event.cl_ord_id;
    report.reason = event.reason;
  } else {
    report = describe(event.order, event.values);
    if (event.live == 0 && event.cancel_cause != CancelCause::None) {
      report.ord_status =
          event.cancel_cause == CancelCause::Expired ? OrdStatus::Expired : OrdStatus::Canceled;
    }
  }
  report.exec_type = ExecType::OrderStatus;
  report.transact_time = context.timestamp;
  context.receiver.receive(event.session, {id, std::move(report)});
}

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
  if (event.answer != matching::RefuseInbound::Answer::BusinessReject ||
      !context.receiver.wants(event.session, id)) {
    return;
  }
  context.receiver.receive(event.session,
                           {id,
                            fix::BusinessMessageReject{.ref_seq_num = event.msg_seq_num,
                                                       .ref_msg_type = event.msg_type,
                                                       .business_reject_ref_id = event.cl_ord_id,
                                                       .business_reject_reason = event.fix_reason,
                                                       .reason = event.reason}});
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
    report.unknown_order = true;
  } else {
    const OrderEntry& entry = model_.order(order);
    report = describe(order, entry.values);
    report.ord_status = entry.status;
  }
  report.exec_type = ExecType::OrderStatus;
  report.status_req_id = query.status_req_id;
  report.transact_time = now;
  return {.id = {}, .body = std::move(report)};
}

}  // namespace betex::gateway
