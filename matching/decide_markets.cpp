// Markets and runners: creation, and the lifecycle until the result (RULES.md section 4).
#include <algorithm>

#include "matching/decider.h"
#include "matching/ladder.h"
#include "matching/lifecycle.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

constexpr std::uint32_t kMaxWinners = kMaxRunners - 1;
constexpr std::uint32_t kMaxCommissionBp = 10'000;
constexpr std::uint32_t kMaxBetDelayMs = 60'000;
constexpr std::size_t kMinRunners = 2;

MarketId find_market(const State& state, const Name& name) {
  return MarketId{static_cast<std::uint32_t>(state.market_names.find(name))};
}

Reason check_step(MarketStep step, const MarketData& market) {
  return is_possible(step, market.state) ? Reason::None : Reason::InvalidState;
}

}  // namespace

// ---- Creation -----------------------------------------------------------------------------------

Reason Decider::check(const CreateMarket& create) const {
  if (const Reason reason = check_request(); reason != Reason::None) {
    return reason;
  }
  if (state_.market_names.find(create.market) != 0 ||
      (create.kind == MarketKind::Binary && state_.symbols.find(create.market) != 0)) {
    return Reason::AlreadyExists;
  }
  const bool known_kind =
      create.kind == MarketKind::ExchangeOdds || create.kind == MarketKind::Binary;
  if (!known_kind || create.market.empty() || find_ladder(create.ladder) == nullptr ||
      !ladder_fits(create.kind, create.ladder) || create.commission_bp > kMaxCommissionBp ||
      create.bet_delay_ms > kMaxBetDelayMs || create.winners == 0 ||
      create.winners > (create.kind == MarketKind::Binary ? 1 : kMaxWinners)) {
    return Reason::InvalidParameter;
  }
  const Quantity most = max_order_quantity(create.kind);
  if (create.kind != MarketKind::Binary && create.max_position != Decimal{}) {
    return Reason::InvalidParameter;
  }
  for (const Decimal decimal :
       {create.min_quantity, create.quantity_step, create.max_quantity, create.max_position}) {
    const auto quantity = to_quantity(create.kind, decimal);
    if (!quantity || *quantity < Quantity{} || *quantity > most) {
      return Reason::InvalidParameter;
    }
  }
  return Reason::None;
}

void Decider::decide(const CreateMarket& create) {
  if (const Reason reason = check(create); reason != Reason::None) {
    refuse(create.market, reason);
    return;
  }
  const auto given_or = [&](Decimal decimal, Quantity otherwise) {
    return decimal == Decimal{} ? otherwise : *to_quantity(create.kind, decimal);
  };
  const MarketId market = state_.markets.next_id();
  const Quantity step = given_or(create.quantity_step, Quantity{1});
  emitter_.emit(
      MarketCreated{.kind = create.kind,
                    .ladder = create.ladder,
                    .winners = create.winners,
                    .commission_bp = create.commission_bp,
                    .bet_delay_ms = create.bet_delay_ms,
                    .min_quantity = std::max(step, given_or(create.min_quantity, step)),
                    .quantity_step = step,
                    .max_quantity = given_or(create.max_quantity, max_order_quantity(create.kind)),
                    .max_position = given_or(create.max_position, Quantity{}),
                    .name = create.market,
                    .request_id = create.request_id},
      market);
  if (create.kind == MarketKind::Binary) {
    emitter_.emit(RunnerAdded{.instrument = state_.instruments.next_id(),
                              .symbol = create.market,
                              .request_id = create.request_id},
                  market);
  }
}

Reason Decider::check(const AddRunner& add, const MarketData& market) const {
  if (add.symbol.empty()) {
    return Reason::InvalidParameter;
  }
  if (state_.symbols.find(add.symbol) != 0) {
    return Reason::AlreadyExists;
  }
  return market.kind == MarketKind::ExchangeOdds && market.instruments.size() < kMaxRunners
             ? check_step(MarketStep::AddRunner, market)
             : Reason::InvalidState;
}

void Decider::decide(const AddRunner& add) {
  const MarketData* const market = market_for(add.market);
  if (market == nullptr) {
    return;
  }
  if (const Reason reason = check(add, *market); reason != Reason::None) {
    refuse(add.market, reason);
    return;
  }
  emitter_.emit(RunnerAdded{.instrument = state_.instruments.next_id(),
                            .symbol = add.symbol,
                            .request_id = add.request_id},
                market->id);
}

// ---- Lifecycle ----------------------------------------------------------------------------------

// Null, and refused, where the request is a repetition or names no market.
const MarketData* Decider::market_for(const Name& name) {
  const MarketData* const market = state_.markets.find(find_market(state_, name));
  Reason reason = check_request();
  if (reason == Reason::None && market == nullptr) {
    reason = Reason::UnknownMarket;
  }
  if (reason != Reason::None) {
    refuse(name, reason);
    return nullptr;
  }
  return market;
}

// More runners than winners, or there is nothing to bet on.
bool Decider::is_contest(const MarketData& market) const {
  if (market.kind == MarketKind::Binary) {
    return true;
  }
  const auto active = std::count_if(
      market.instruments.begin(), market.instruments.end(), [this](InstrumentId instrument) {
        return !state_.instruments.at(instrument).removed;
      });
  return static_cast<std::size_t>(active) >= std::max<std::size_t>(kMinRunners, market.winners + 1);
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

// Carries out a change of state whose event holds nothing but the new version, and the new state
// where it is not always the same one.
template <typename Event>
void Decider::change_market(const Name& name, const MarketData& market, Reason reason) {
  if (reason != Reason::None) {
    refuse(name, reason);
    return;
  }
  Event event;
  event.version = market.version + 1;
  event.request_id = request().id;
  if constexpr (requires { event.state; }) {
    event.state = *next_state(step_of(Event::kKind), market.state, market.before_halt);
  }
  emitter_.emit(event, market.id);
}

void Decider::cancel_in(MarketId market, BatchStarted batch) {
  if (state_.markets.at(market).open_orders != 0) {
    batch.requester = requester();
    batch.request_id = request().id;
    start_batch(batch, market);
  }
}

void Decider::decide(const OpenMarket& open) {
  const MarketData* const market = market_for(open.market);
  if (market != nullptr) {
    const Reason reason =
        is_contest(*market) ? check_step(MarketStep::Open, *market) : Reason::InvalidState;
    change_market<MarketOpened>(open.market, *market, reason);
  }
}

void Decider::decide(const ResumeMarket& resume) {
  const MarketData* const market = market_for(resume.market);
  if (market != nullptr) {
    Reason reason = check_step(MarketStep::Resume, *market);
    if (reason == Reason::None) {
      reason = check_reopening(*market);
    }
    change_market<MarketResumed>(resume.market, *market, reason);
  }
}

void Decider::decide(const HaltMarket& halt) {
  const MarketData* const market = market_for(halt.market);
  if (market != nullptr) {
    change_market<MarketHalted>(halt.market, *market, check_step(MarketStep::Halt, *market));
  }
}

void Decider::decide(const UnhaltMarket& unhalt) {
  const MarketData* const market = market_for(unhalt.market);
  if (market != nullptr) {
    Reason reason = check_step(MarketStep::Unhalt, *market);
    if (reason == Reason::None && market->before_halt == MarketState::Open) {
      reason = check_reopening(*market);
    }
    change_market<MarketUnhalted>(unhalt.market, *market, reason);
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
  } else if (reason == Reason::None && market->state == MarketState::Closed &&
             is_batch_cancelling(*market)) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(suspend.market, reason);
    return;
  }
  const MarketId id = market->id;
  const std::uint64_t version = market->version + 1;
  emitter_.emit(MarketSuspended{.version = version,
                                .reason = suspend.reason,
                                .scope = suspend.scope,
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
  change_market<MarketTurnedInPlay>(turn.market, *market, reason);
  if (reason == Reason::None) {
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
  const Reason reason = check_step(MarketStep::Close, *market);
  change_market<MarketClosed>(close.market, *market, reason);
  if (reason == Reason::None) {
    cancel_in(id, {.scope = CancelScope::All, .cause = CancelCause::MarketClosed});
  }
}

void Decider::decide(const RemoveRunner& remove) {
  const MarketData* const market = market_for(remove.market);
  if (market == nullptr) {
    return;
  }
  const auto symbol = static_cast<std::uint32_t>(state_.symbols.find(remove.symbol));
  const InstrumentState* const runner = state_.instruments.find(InstrumentId{symbol});
  Reason reason = Reason::None;
  if (runner == nullptr || runner->market != market->id) {
    reason = Reason::UnknownInstrument;
  } else if (runner->removed) {
    reason = Reason::RunnerNotActive;
  } else if (market->kind != MarketKind::ExchangeOdds) {
    reason = Reason::InvalidState;
  } else {
    reason = check_step(MarketStep::RemoveRunner, *market);
  }
  if (reason == Reason::None && state_.ledger.market(market->id).rows.is_removing()) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(remove.market, reason);
    return;
  }
  const MarketId id = market->id;
  const InstrumentId instrument = runner->id;
  if (next_state(MarketStep::RemoveRunner, market->state) != market->state) {
    emitter_.emit(MarketSuspended{.version = market->version + 1,
                                  .reason = SuspendReason::RunnerRemoval,
                                  .request_id = remove.request_id},
                  id);
    cancel_in(id, {.scope = CancelScope::OnPause, .cause = CancelCause::MarketSuspended});
  }
  const std::uint64_t version = state_.markets.at(id).version + 1;
  emitter_.emit(
      RunnerRemoved{.instrument = instrument, .version = version, .request_id = remove.request_id},
      id);
  cancel_and_go_on(id,
                   {.instrument = instrument,
                    .guard_below = version,
                    .scope = CancelScope::All,
                    .cause = CancelCause::RunnerRemoved,
                    .requester = requester(),
                    .request_id = remove.request_id});
}

}  // namespace betex::matching
