// The lifecycle of a market until its result (RULES.md section 4).
#include <algorithm>

#include "matching/decider.h"
#include "matching/lifecycle.h"

namespace betex::matching {
namespace {

constexpr std::size_t kMinRunners = 2;

}  // namespace

Reason Decider::check_step(MarketStep step, const MarketData& market) {
  return is_possible(step, market.state) ? Reason::None : Reason::InvalidState;
}

// Null, and answered, where the request goes no further: it is a repetition, names no market or
// another version of it, or has to be approved.
const MarketData* Decider::market_for(const Name& name) {
  const MarketId id{static_cast<std::uint32_t>(state_.market_names.find(name))};
  const MarketData* const market = state_.markets.find(id);
  const std::uint64_t guard = request().version_guard;
  Reason reason = Reason::None;
  if (market == nullptr) {
    reason = Reason::UnknownMarket;
  } else if (guard != 0 && guard != market->version) {
    reason = Reason::StaleMarketVersion;
  }
  return is_admitted(reason) ? market : nullptr;
}

std::size_t Decider::active_runners(const MarketData& market) const {
  const auto active = std::count_if(
      market.instruments.begin(), market.instruments.end(), [this](InstrumentId instrument) {
        return !state_.instruments.at(instrument).removed;
      });
  return static_cast<std::size_t>(active);
}

// More runners than winners, or there is nothing to bet on.
bool Decider::is_contest(const MarketData& market) const {
  return market.kind == MarketKind::Binary ||
         active_runners(market) >= std::max<std::size_t>(kMinRunners, market.winners + 1);
}

// Its orders; bets on a removed runner too.
bool Decider::is_batch_cancelling(const MarketData& market) const {
  return state_.ledger.market(market.id).rows.is_removing() ||
         std::any_of(state_.batches.begin(), state_.batches.end(), [&market](const Batch& batch) {
           return is_market_wide(batch.started) && batch.started.header.market == market.id;
         });
}

Reason Decider::check_reopening(const MarketData& market) const {
  if (is_batch_cancelling(market)) {
    return Reason::MarketBatchCancelling;
  }
  return is_contest(market) ? Reason::None : Reason::InvalidState;
}

// Carries out a change of state whose event holds nothing but the new version and, where it is not
// always the same, the new state, and whether cancels follow. False where it does not come to it.
template <typename Event>
bool Decider::change_market(const MarketData& market, Reason reason) {
  if (!passes(reason)) {
    return false;
  }
  Event event;
  event.version = market.version + 1;
  event.request_id = request().id;
  if constexpr (requires { event.state; }) {
    event.state = *next_state(step_of(Event::kKind), market.state, market.before_halt);
  }
  if constexpr (requires { event.goes_on; }) {
    event.goes_on = market.open_orders != 0;
  }
  emitter_.emit(event, market.id);
  return true;
}

// Returns the orders that are cancelled where all that are to be are.
std::uint64_t Decider::cancel_in(MarketId market, BatchStarted batch) {
  if (state_.markets.at(market).open_orders == 0) {
    return 0;
  }
  batch.requester = requester();
  batch.request_id = request().id;
  return start_batch(batch, market);
}

Reason Decider::check(const OpenMarket& open, const MarketData& market) const {
  const bool as_expected =
      open.expected_runners == 0 || open.expected_runners == active_runners(market);
  return as_expected && is_contest(market) ? check_step(MarketStep::Open, market)
                                           : Reason::InvalidState;
}

void Decider::decide(const OpenMarket& open) {
  if (const MarketData* const market = market_for(open.market)) {
    change_market<MarketOpened>(*market, check(open, *market));
  }
}

void Decider::decide(const ResumeMarket& resume) {
  if (const MarketData* const market = market_for(resume.market)) {
    Reason reason = check_step(MarketStep::Resume, *market);
    if (reason == Reason::None) {
      reason = check_reopening(*market);
    }
    change_market<MarketResumed>(*market, reason);
  }
}

void Decider::decide(const ReopenMarket& reopen) {
  if (const MarketData* const market = market_for(reopen.market)) {
    Reason reason = check_step(MarketStep::Reopen, *market);
    if (reason == Reason::None && is_batch_cancelling(*market)) {
      reason = Reason::MarketBatchCancelling;
    }
    change_market<MarketReopened>(*market, reason);
  }
}

void Decider::decide(const HaltMarket& halt) {
  if (const MarketData* const market = market_for(halt.market)) {
    change_market<MarketHalted>(*market, check_step(MarketStep::Halt, *market));
  }
}

void Decider::decide(const UnhaltMarket& unhalt) {
  if (const MarketData* const market = market_for(unhalt.market)) {
    Reason reason = check_step(MarketStep::Unhalt, *market);
    if (reason == Reason::None && market->before_halt == MarketState::Open) {
      reason = check_reopening(*market);
    }
    change_market<MarketUnhalted>(*market, reason);
  }
}

void Decider::decide(const SuspendMarket& suspend) {
  const MarketData* const market = market_for(suspend.market);
  if (market == nullptr) {
    return;
  }
  const bool pause = suspend.reason == SuspendReason::Pause;
  Reason reason = check_step(MarketStep::Suspend, *market);
  if (suspend.scope > CancelScope::All || (pause && suspend.scope != CancelScope::None) ||
      suspend.reason < SuspendReason::Goal || suspend.reason > SuspendReason::Pause) {
    reason = Reason::InvalidParameter;
  }
  if (!passes(reason)) {
    return;
  }
  const MarketId id = market->id;
  const std::uint64_t version = market->version + 1;
  emitter_.emit(MarketSuspended{.version = version,
                                .reason = suspend.reason,
                                .scope = suspend.scope,
                                .goes_on = market->open_orders != 0,
                                .state = *next_state(MarketStep::Suspend, market->state),
                                .request_id = suspend.request_id},
                id);
  // Orders marked cancel-on-pause go at every suspension; lapsing ones make it a material change.
  const bool material = suspend.scope != CancelScope::None;
  cancel_in(id,
            {.guard_below = material ? version : 0,
             .scope = material ? suspend.scope : CancelScope::OnPause,
             .cause = pause ? CancelCause::MarketPaused : CancelCause::MarketSuspended});
}

void Decider::decide(const TurnInPlay& turn) {
  const MarketData* const market = market_for(turn.market);
  if (market == nullptr) {
    return;
  }
  const MarketId id = market->id;
  const Reason reason =
      market->in_play ? Reason::InvalidState : check_step(MarketStep::TurnInPlay, *market);
  if (change_market<MarketTurnedInPlay>(*market, reason)) {
    cancel_in(id,
              {.guard_below = state_.markets.at(id).version,
               .scope = CancelScope::LapseOnly,
               .cause = CancelCause::TurnedInPlay});
  }
}

void Decider::decide(const CloseMarket& close) {
  const MarketData* const market = market_for(close.market);
  if (market == nullptr) {
    return;
  }
  const MarketId id = market->id;
  if (change_market<MarketClosed>(*market, check_step(MarketStep::Close, *market))) {
    cancel_in(id, {.scope = CancelScope::All, .cause = CancelCause::MarketClosed});
  }
}

// ---- Removal ------------------------------------------------------------------------------------

// `runner`: what the request names; null: nothing.
Reason Decider::check_removal(const MarketData& market, const InstrumentState* runner) const {
  if (runner == nullptr || runner->market != market.id) {
    return Reason::UnknownInstrument;
  }
  if (runner->removed) {
    return Reason::RunnerNotActive;
  }
  if (market.kind != MarketKind::ExchangeOdds) {
    return Reason::InvalidState;
  }
  if (const Reason reason = check_step(MarketStep::RemoveRunner, market); reason != Reason::None) {
    return reason;
  }
  return state_.ledger.market(market.id).rows.is_removing() ? Reason::MarketBatchCancelling
                                                            : Reason::None;
}

// Cancels will follow, or the rows will lose their bets on the runner.
bool Decider::removal_goes_on(const MarketData& market) const {
  return market.open_orders != 0 || state_.ledger.market(market.id).rows.size() != 0;
}

void Decider::decide(const RemoveRunner& remove) {
  const MarketData* const market = market_for(remove.market);
  if (market == nullptr) {
    return;
  }
  const auto symbol = static_cast<std::uint32_t>(state_.symbols.find(remove.symbol));
  const InstrumentState* const runner = state_.instruments.find(InstrumentId{symbol});
  if (!passes(check_removal(*market, runner))) {
    return;
  }
  const MarketId id = market->id;
  const InstrumentId instrument = runner->id;
  std::uint64_t done = 0;
  if (next_state(MarketStep::RemoveRunner, market->state) != market->state) {
    emitter_.emit(MarketSuspended{.version = market->version + 1,
                                  .reason = SuspendReason::RunnerRemoval,
                                  .goes_on = removal_goes_on(*market),
                                  .state = MarketState::Suspended,
                                  .request_id = remove.request_id},
                  id);
    done = cancel_in(id, {.scope = CancelScope::OnPause, .cause = CancelCause::MarketSuspended});
  }
  const std::uint64_t version = state_.markets.at(id).version + 1;
  emitter_.emit(RunnerRemoved{.instrument = instrument,
                              .goes_on = removal_goes_on(state_.markets.at(id)),
                              .version = version,
                              .request_id = remove.request_id,
                              .state = state_.markets.at(id).state},
                id);
  cancel_and_go_on(id,
                   {.instrument = instrument,
                    .guard_below = version,
                    .scope = CancelScope::All,
                    .cause = CancelCause::RunnerRemoved,
                    .requester = requester(),
                    .request_id = remove.request_id,
                    .done_before = done});
}

}  // namespace betex::matching
