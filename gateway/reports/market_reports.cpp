// What is told of markets: to brokers, and to operators that watch them, how they change; to
// operators that what they have asked is done.
#include <utility>

#include "gateway/reports/operation_names.h"
#include "gateway/reports/report_maker.h"
#include "gateway/reports/security_status.h"

namespace betex::gateway {
namespace {

using fix::OpsResult;
using fix::ReportId;
using fix::SecurityStatus;
using fix::TradingStatus;
using matching::MarketState;

constexpr std::uint32_t kOnlyLeg = 1;

// False of one that an older program wrote without it: that has said no state either.
template <typename Event>
bool says_version(const Event& event) {
  if constexpr (requires { event.state; }) {
    return event.version != 0 || event.state != MarketState{};
  }
  return true;
}

}  // namespace

void ReportMaker::tell_watchers(const Context& context,
                                std::uint32_t leg,
                                const SecurityStatus& status) const {
  for (const matching::SessionId broker : model_.audience().market_watchers()) {
    tell_watcher(context, broker, leg, status);
  }
  for (const matching::SessionId ops : model_.audience().operators()) {
    if (watches_.told(ops, context.seq)) {
      tell_watcher(context, ops, leg, status);
    }
  }
}

void ReportMaker::tell_watcher(const Context& context,
                               matching::SessionId session,
                               std::uint32_t leg,
                               const SecurityStatus& status) const {
  const ReportId id{context.seq, leg};
  if (context.receiver.wants(session, id)) {
    context.receiver.receive(session, {id, status});
  }
}

template <typename Event>
void ReportMaker::tell_watchers(const Context& context, const Event& event) const {
  const Market& market = model_.market(event.header.market);
  SecurityStatus what = status_after(event);
  what.market = market.name;
  what.market_version = event.version;
  what.transact_time = context.timestamp;
  std::uint32_t leg = 0;
  for (const matching::InstrumentId id : market.instruments) {
    const Instrument& instrument = model_.instrument(id);
    ++leg;
    if (!instrument.removed(event.version)) {
      what.symbol = instrument.symbol;
      tell_watchers(context, leg, what);
    }
  }
}

template <typename Command, typename Event>
void ReportMaker::answer_about_market(const Context& context,
                                      const Event& event,
                                      fix::OperationsReport report) const {
  if (!answers<Command>(context)) {
    return;
  }
  report.operation = *operation_of(matching::kCommandKind<Command>, 0);
  report.market = model_.market(event.header.market).name;
  if (says_version(event)) {
    report.market_version = event.version;
  }
  if constexpr (requires { event.goes_on; }) {
    report.result = event.goes_on ? OpsResult::Running : OpsResult::Done;
  }
  answer(context, {.session = context.origin, .request_id = event.request_id}, std::move(report));
}

// ---- Before a market opens

void ReportMaker::on(const Context& context, const matching::MarketCreated& event) const {
  const Market& market = model_.market(event.header.market);
  const Units units = units_of(event.kind);
  fix::SecurityDefinition report{
      .market = event.name,
      .kind = event.kind,
      .ladder = event.ladder,
      .winners = event.winners,
      .bet_delay_ms = event.bet_delay_ms,
      .commission_bp = event.commission_bp,
      .passive_skips_delay = (event.flags & matching::kPassiveSkipsDelay) != 0,
      .quantity_step = units.quantity(event.quantity_step),
      .min_quantity = units.quantity(event.min_quantity),
      .max_quantity = units.quantity(event.max_quantity),
      .format = units.format};
  if (event.max_position != matching::Quantity{0}) {
    report.max_position = units.quantity(event.max_position);
  }
  BETEX_ASSERT(event.runners <= market.instruments.size());
  for (std::uint32_t i = 0; i < event.runners; ++i) {
    report.runners.push_back(model_.instrument(market.instruments[i]).symbol);
  }
  answer(context, {.session = context.origin, .request_id = event.request_id}, std::move(report));
}

void ReportMaker::on(const Context& context, const matching::RunnerAdded& event) const {
  answer_about_market<matching::AddRunner>(
      context, event, {.symbol = event.symbol, .market_state = MarketState::Inactive});
}

void ReportMaker::on(const Context& context, const matching::MarketChanged& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::ChangeMarket>(context, event, {.market_state = event.state});
}

void ReportMaker::on(const Context& context, const matching::MarketDescribed& event) const {
  fix::OperationsReport report{.market_state = event.state};
  if (event.instrument != matching::InstrumentId{0}) {
    report.symbol = model_.instrument(event.instrument).symbol;
  }
  answer_about_market<matching::DescribeMarket>(context, event, std::move(report));
}

// ---- While it lives

void ReportMaker::on(const Context& context, const matching::MarketOpened& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::OpenMarket>(context, event, {.market_state = MarketState::Open});
}

void ReportMaker::on(const Context& context, const matching::RunnerRemoved& event) const {
  const matching::Name& symbol = model_.instrument(event.instrument).symbol;
  tell_watchers(context,
                kOnlyLeg,
                {.symbol = symbol,
                 .market = model_.market(event.header.market).name,
                 .status = TradingStatus::NotAvailable,
                 .market_version = event.version,
                 .transact_time = context.timestamp});
  answer_about_market<matching::RemoveRunner>(
      context, event, {.symbol = symbol, .market_state = event.state});
}

void ReportMaker::on(const Context& context, const matching::MarketSuspended& event) const {
  tell_watchers(context, event);
  const bool halted = event.state == MarketState::Halted;
  answer_about_market<matching::SuspendMarket>(
      context, event, {.market_state = halted ? MarketState::Halted : MarketState::Suspended});
}

void ReportMaker::on(const Context& context, const matching::MarketResumed& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::ResumeMarket>(context, event, {.market_state = MarketState::Open});
}

void ReportMaker::on(const Context& context, const matching::MarketReopened& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::ReopenMarket>(
      context, event, {.market_state = MarketState::Suspended});
}

void ReportMaker::on(const Context& context, const matching::MarketHalted& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::HaltMarket>(context, event, {.market_state = MarketState::Halted});
}

void ReportMaker::on(const Context& context, const matching::MarketUnhalted& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::UnhaltMarket>(context, event, {.market_state = event.state});
}

void ReportMaker::on(const Context& context, const matching::MarketTurnedInPlay& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::TurnInPlay>(context, event, {.market_state = event.state});
}

void ReportMaker::on(const Context& context, const matching::MarketClosed& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::CloseMarket>(context, event, {.market_state = MarketState::Closed});
}

// ---- Its end

void ReportMaker::on(const Context& context, const matching::MarketDetermined& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::DetermineMarket>(
      context, event, {.market_state = MarketState::Determined});
}

void ReportMaker::on(const Context& context, const matching::MarketVoided& event) const {
  tell_watchers(context, event);
  answer_about_market<matching::VoidMarket>(context, event, {.market_state = MarketState::Voided});
}

// Of a void one its watchers have heard by MarketVoided.
void ReportMaker::on(const Context& context, const matching::MarketSettled& event) const {
  if (event.result == matching::SettlementResult::Determined) {
    tell_watchers(context, event);
  }
}

// With the last of its rows, perhaps long after it was asked for; an approval is answered by its
// own event while it decides.
void ReportMaker::on(const Context& context, const matching::MarketArchived& event) const {
  if (!answers<matching::Approve>(context)) {
    answer(context,
           {.session = event.requester, .request_id = event.request_id},
           fix::OperationsReport{.operation = fix::Operation::Archive,
                                 .market = model_.market(event.header.market).name,
                                 .market_version = event.version,
                                 .market_state = event.state});
  }
}

}  // namespace betex::gateway
