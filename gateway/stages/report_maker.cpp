#include "gateway/stages/report_maker.h"

#include <string_view>
#include <utility>
#include <variant>

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

// What FIX puts where a message must have a symbol and there is none.
constexpr std::string_view kNoSymbol = "[N/A]";

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
  if (event.is_delayed != 0) {
    return OrdStatus::PendingNew;
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

template <typename Make>
void ReportMaker::tell(const Context& context, const Recipient& to, const Make& make) const {
  const ReportId id{context.seq, to.leg};
  if (context.receiver.wants(to.session, id)) {
    context.receiver.receive(to.session, {id, make()});
  }
  for (const matching::SessionId follower : model_.audience().followers(to.account)) {
    if (context.receiver.wants(follower, id)) {
      ExecutionReport report = make();
      report.copy = true;
      context.receiver.receive(follower, {id, std::move(report)});
    }
  }
}

void ReportMaker::on(const Context& context, const matching::OrderAccepted& event) const {
  tell(context, {.session = event.session, .account = event.account}, [&] {
    ExecutionReport report = describe(event.order, event.values);
    const bool delayed = event.entry == matching::Entry::Delayed;
    report.exec_type = delayed ? ExecType::PendingNew : ExecType::New;
    report.ord_status = delayed ? OrdStatus::PendingNew : OrdStatus::New;
    report.effective_time = event.release_at;
    report.transact_time = context.timestamp;
    return report;
  });
}

void ReportMaker::on(const Context& context, const matching::OrderRejected& event) const {
  tell(context, {.session = event.session, .account = event.account}, [&] {
    return ExecutionReport{.exec_type = ExecType::Rejected,
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
                           .reason = event.reason};
  });
}

void ReportMaker::on(const Context& context, const matching::TradeMatched& event) const {
  trade_leg(context, event, event.maker, kMakerLeg);
  trade_leg(context, event, event.taker, kTakerLeg);
}

void ReportMaker::trade_leg(const Context& context,
                            const matching::TradeMatched& event,
                            const matching::TradeLeg& leg,
                            std::uint32_t leg_number) const {
  tell(context, {.session = leg.session, .account = leg.account, .leg = leg_number}, [&] {
    const Units& units = model_.instrument(event.instrument).units;
    ExecutionReport report = describe(leg.order, leg.values);
    report.exec_type = ExecType::Trade;
    report.last_qty = units.quantity(event.quantity);
    report.last_px = units.price(event.price);
    report.transact_time = context.timestamp;
    return report;
  });
}

template <typename Make>
void ReportMaker::tell_owner_and_requester(const Context& context,
                                           matching::OrderId order,
                                           matching::SessionId requester,
                                           const Make& make) const {
  const OrderEntry& entry = model_.order(order);
  tell(context, {.session = entry.session, .account = entry.account}, make);
  const ReportId to_requester{context.seq, kRequesterLeg};
  if (requester != matching::SessionId{0} && requester != entry.session &&
      context.receiver.wants(requester, to_requester)) {
    context.receiver.receive(requester, {to_requester, make()});
  }
}

void ReportMaker::on(const Context& context, const matching::OrderCancelled& event) const {
  tell_owner_and_requester(context, event.order, event.requester, [&] {
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
    return report;
  });
}

void ReportMaker::on(const Context& context, const matching::OrderReduced& event) const {
  tell_owner_and_requester(context, event.order, {}, [&] {
    ExecutionReport report = describe(event.order, event.values);
    report.exec_type = ExecType::Restated;
    report.transact_time = context.timestamp;
    report.reason = unsolicited(event.cause).reason;
    report.restatement_reason = kPartialDeclineOfOrderQty;
    return report;
  });
}

void ReportMaker::on(const Context& context, const matching::OrderReleased& event) const {
  tell_owner_and_requester(context, event.order, {}, [&] {
    ExecutionReport report = describe(event.order, event.values);
    report.exec_type = ExecType::New;
    report.transact_time = context.timestamp;
    return report;
  });
}

void ReportMaker::on(const Context& context, const matching::OrderAmended& event) const {
  tell_owner_and_requester(context, event.order, event.requester, [&] {
    ExecutionReport report = describe(event.order, event.values);
    report.exec_type = ExecType::Replaced;
    if (event.is_delayed != 0) {
      report.ord_status = OrdStatus::PendingNew;
    }
    report.orig_cl_ord_id = model_.chain(event.order, event.values.chain_index - 1).cl_ord_id;
    report.transact_time = context.timestamp;
    return report;
  });
}

void ReportMaker::on(const Context& context, const matching::OrderExpired& event) const {
  tell_owner_and_requester(context, event.order, {}, [&] {
    ExecutionReport report = describe(event.order, event.values);
    report.exec_type = ExecType::Expired;
    report.ord_status = OrdStatus::Expired;
    report.transact_time = context.timestamp;
    return report;
  });
}

// The last event of each order in it, so the model has their values.
void ReportMaker::on(const Context& context, const matching::OrderCancelledBatched& event) const {
  const Unsolicited why = unsolicited(event.cause);
  std::uint32_t leg = 0;
  for (const matching::OrderId order : event.orders()) {
    const OrderEntry& entry = model_.order(order);
    tell(context, {.session = entry.session, .account = entry.account, .leg = ++leg}, [&] {
      ExecutionReport report = describe(order, entry.values);
      report.exec_type = ExecType::Canceled;
      report.ord_status = OrdStatus::Canceled;
      report.transact_time = context.timestamp;
      report.reason = why.reason;
      report.restatement_reason = why.restatement_reason;
      return report;
    });
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
    report.no_order = true;
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

fix::Report ReportMaker::mass_status(matching::OrderId order,
                                     matching::Timestamp now,
                                     const MassStatusQuery& query,
                                     Place place) const {
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

// ---- Mass cancels -------------------------------------------------------------------------------

void ReportMaker::on(const Context& context, const matching::BatchCompleted& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  const bool by_owner = !event.cl_ord_id.empty();
  if (!by_owner || !context.receiver.wants(event.requester, id)) {
    return;
  }
  fix::OrderMassCancelReport report{.cl_ord_id = event.cl_ord_id,
                                    .account = model_.account(event.requester_account),
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
                                  .account = event.account_name,
                                  .request_type = !event.symbol.empty()   ? Security
                                                  : !event.market.empty() ? MarketSegment
                                                                          : All,
                                  .symbol = event.symbol,
                                  .market = event.market,
                                  .side = event.side,
                                  .transact_time = context.timestamp,
                                  .reason = event.reason}});
}

}  // namespace betex::gateway
