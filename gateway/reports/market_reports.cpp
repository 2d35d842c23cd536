// What brokers are told of markets: changes of state, lists of instruments, news.
#include <utility>

#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::ReportId;
using fix::SecurityStatus;
using fix::TradingStatus;
using matching::MarketState;

constexpr std::uint32_t kOnlyLeg = 1;

TradingStatus status_of(MarketState state) {
  switch (state) {
    case MarketState::Open:
      return TradingStatus::Ready;
    case MarketState::Suspended:
    case MarketState::Halted:
      return TradingStatus::Halt;
    case MarketState::Inactive:
    case MarketState::Closed:
      return TradingStatus::NotAvailable;
    case MarketState::Determined:
      return TradingStatus::Determined;
    case MarketState::Settled:
      return TradingStatus::Settled;
    case MarketState::Voided:
      return TradingStatus::Voided;
  }
  return TradingStatus::Unknown;
}

}  // namespace

void ReportMaker::tell_brokers(const Context& context,
                               std::uint32_t leg,
                               const SecurityStatus& status) const {
  const ReportId id{context.seq, leg};
  for (const matching::SessionId broker : model_.audience().market_watchers()) {
    if (context.receiver.wants(broker, id)) {
      context.receiver.receive(broker, {id, status});
    }
  }
}

template <typename Event>
void ReportMaker::tell_brokers(const Context& context,
                               const Event& event,
                               SecurityStatus what) const {
  const Market& market = model_.market(event.header.market);
  what.market = market.name;
  what.market_version = event.version;
  what.transact_time = context.timestamp;
  std::uint32_t leg = 0;
  for (const matching::InstrumentId id : market.instruments) {
    const Instrument& instrument = model_.instrument(id);
    ++leg;
    if (!instrument.removed(event.version)) {
      what.symbol = instrument.symbol;
      tell_brokers(context, leg, what);
    }
  }
}

void ReportMaker::on(const Context& context, const matching::MarketOpened& event) const {
  tell_brokers(context, event, {.status = TradingStatus::Ready});
}

void ReportMaker::on(const Context& context, const matching::RunnerRemoved& event) const {
  tell_brokers(context,
               kOnlyLeg,
               {.symbol = model_.instrument(event.instrument).symbol,
                .market = model_.market(event.header.market).name,
                .status = TradingStatus::NotAvailable,
                .market_version = event.version,
                .transact_time = context.timestamp});
}

void ReportMaker::on(const Context& context, const matching::MarketSuspended& event) const {
  tell_brokers(
      context,
      event,
      {.status = TradingStatus::Halt, .suspend_reason = static_cast<std::uint8_t>(event.reason)});
}

void ReportMaker::on(const Context& context, const matching::MarketResumed& event) const {
  tell_brokers(context, event, {.status = TradingStatus::Resume});
}

void ReportMaker::on(const Context& context, const matching::MarketHalted& event) const {
  tell_brokers(context, event, {.status = TradingStatus::Halt});
}

void ReportMaker::on(const Context& context, const matching::MarketUnhalted& event) const {
  const bool open = event.state == MarketState::Open;
  tell_brokers(context, event, {.status = open ? TradingStatus::Resume : TradingStatus::Halt});
}

void ReportMaker::on(const Context& context, const matching::MarketTurnedInPlay& event) const {
  tell_brokers(context, event, {.status = status_of(event.state), .in_play = true});
}

void ReportMaker::on(const Context& context, const matching::MarketClosed& event) const {
  tell_brokers(context, event, {.status = TradingStatus::NotAvailable});
}

void ReportMaker::on(const Context& context, const matching::MarketDetermined& event) const {
  tell_brokers(context, event, {.status = TradingStatus::Determined});
}

void ReportMaker::on(const Context& context, const matching::MarketVoided& event) const {
  tell_brokers(context, event, {.status = TradingStatus::Voided});
}

// Of a void one they have heard by MarketVoided.
void ReportMaker::on(const Context& context, const matching::MarketSettled& event) const {
  if (event.result == matching::SettlementResult::Determined) {
    tell_brokers(context, event, {.status = TradingStatus::Settled});
  }
}

void ReportMaker::on(const Context& context, const matching::Announced& event) const {
  const ReportId id{context.seq, kOnlyLeg};
  for (const matching::SessionId broker : model_.audience().brokers()) {
    if (context.receiver.wants(broker, id)) {
      context.receiver.receive(broker,
                               {id,
                                fix::News{.orig_time = context.timestamp,
                                          .subject = event.subject,
                                          .headline = event.headline}});
    }
  }
}

fix::Report ReportMaker::status(const SecurityStatusQuery& query, matching::Timestamp now) const {
  SecurityStatus answer{
      .symbol = query.symbol, .status_req_id = query.security_status_req_id, .transact_time = now};
  const matching::InstrumentId id = model_.find_instrument(query.symbol);
  if (id == matching::InstrumentId{0}) {
    answer.reason = matching::Reason::UnknownInstrument;
  } else {
    const Instrument& instrument = model_.instrument(id);
    const Market& market = model_.market(instrument.market);
    answer.market = market.name;
    answer.market_version = market.version;
    answer.in_play = market.in_play;
    answer.status =
        instrument.removed(market.version) ? TradingStatus::NotAvailable : status_of(market.state);
  }
  return {.id = {}, .body = answer};
}

fix::Report ReportMaker::security(matching::InstrumentId instrument,
                                  const SecurityListQuery& query,
                                  Place place) const {
  fix::SecurityList list{.request_id = query.security_req_id,
                         .total = static_cast<std::uint32_t>(place.total),
                         .last = place.next + 1 >= place.total};
  if (instrument == matching::InstrumentId{0}) {
    list.reason = query.symbol.empty() ? matching::Reason::UnknownMarket
                                       : matching::Reason::UnknownInstrument;
    return {.id = {}, .body = list};
  }
  const Instrument& entry = model_.instrument(instrument);
  const Market& market = model_.market(entry.market);
  const bool over = market.state == MarketState::Determined ||
                    market.state == MarketState::Settled || market.state == MarketState::Voided;
  list.symbol = entry.symbol;
  list.market = market.name;
  list.kind = market.kind;
  list.ladder = market.ladder;
  list.active = !over && !entry.removed(market.version);
  list.quantity_step = entry.units.quantity(market.quantity_step);
  list.min_quantity = entry.units.quantity(market.min_quantity);
  list.max_quantity = entry.units.quantity(market.max_quantity);
  list.format = entry.units.format;
  return {.id = {}, .body = list};
}

}  // namespace betex::gateway
