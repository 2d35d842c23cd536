#include "gateway/reports/report_maker.h"

#include <utility>

#include "gateway/reports/unsolicited.h"

namespace betex::gateway {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;
using fix::ReportId;
using matching::CancelCause;
using matching::Reason;

constexpr std::uint32_t kMakerLeg = 1;
constexpr std::uint32_t kTakerLeg = 2;
constexpr std::uint32_t kRequesterLeg = 2;

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

}  // namespace

const MarketWatches ReportMaker::kNoWatches{};

ExecutionReport ReportMaker::describe(matching::OrderId order,
                                      const matching::OrderValues& values) const {
  const OrderRecord& entry = model_.order(order);
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
          .reference = entry.reference,
          .order_group = model_.order_group(entry),
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
                           .reference = event.reference,
                           .order_group = event.order_group,
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
    const Instrument& instrument = model_.instrument(event.instrument);
    const Units& units = instrument.units;
    ExecutionReport report = describe(leg.order, leg.values);
    report.exec_type = ExecType::Trade;
    if (model_.market(instrument.market).kind == matching::MarketKind::Binary) {
      report.position_after = leg.position;
    }
    report.last_qty = units.quantity(event.quantity);
    report.last_px = units.price(event.price);
    report.aggressor = leg_number == kTakerLeg;
    report.transact_time = context.timestamp;
    return report;
  });
}

template <typename Make>
void ReportMaker::tell_owner_and_requester(const Context& context,
                                           matching::OrderId order,
                                           matching::SessionId requester,
                                           const Make& make) const {
  if (!model_.knows(order)) {
    return;  // forgotten: whoever is told of it has proven to be
  }
  const OrderRecord& entry = model_.order(order);
  tell(context, {.session = entry.session, .account = entry.account}, make);
  const ReportId to_requester{context.seq, kRequesterLeg};
  if (requester != matching::SessionId{0} && requester != entry.session &&
      context.receiver.wants(requester, to_requester)) {
    context.receiver.receive(requester, {to_requester, make()});
  }
}

void ReportMaker::on(const Context& context, const matching::OrderCancelled& event) const {
  const bool asked_for = event.cause == CancelCause::Requested;
  const matching::SessionId requester = asked_for ? context.origin : matching::SessionId{0};
  tell_owner_and_requester(context, event.order, requester, [&] {
    ExecutionReport report = describe(event.order, event.values);
    report.exec_type = ExecType::Canceled;
    report.ord_status = OrdStatus::Canceled;
    report.transact_time = context.timestamp;
    if (asked_for) {
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

// The model has their values, which do not change any more.
void ReportMaker::tell_cancelled(const Context& context,
                                 std::span<const matching::OrderId> orders,
                                 CancelCause cause) const {
  const Unsolicited why = unsolicited(cause);
  std::uint32_t leg = 0;
  for (const matching::OrderId order : orders) {
    ++leg;
    if (!model_.knows(order)) {
      continue;  // forgotten, as above
    }
    const OrderRecord& entry = model_.order(order);
    tell(context, {.session = entry.session, .account = entry.account, .leg = leg}, [&] {
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

void ReportMaker::on(const Context& context, const matching::OrderCancelledBatched& event) const {
  tell_cancelled(context, matching::tail_of(event), event.cause);
}

void ReportMaker::on(const Context& context, const matching::OrderGroupCancelled& event) const {
  tell_cancelled(context, matching::tail_of(event), event.cause);
}

}  // namespace betex::gateway
