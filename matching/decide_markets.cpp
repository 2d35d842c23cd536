// Markets and runners: creation and the lifecycle table (RULES.md section 4).
#include <algorithm>

#include "matching/decider.h"
#include "matching/hash.h"
#include "matching/ladder.h"
#include "matching/lifecycle.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

constexpr std::uint32_t kMaxWinners = 8;
constexpr std::uint32_t kMaxCommissionBp = 10'000;
constexpr std::uint32_t kMaxBetDelayMs = 60'000;
constexpr std::uint16_t kMaxShareDenominator = 64;
constexpr std::size_t kMinRunners = 2;
static_assert(kMaxWinners <= kMaxShares);

MarketId find_market(const State& state, const Name& name) {
  return MarketId{static_cast<std::uint32_t>(state.market_names.find(name))};
}

// More runners than winners, or there is nothing to bet on.
bool is_contest(const State& state, const MarketData& market) {
  if (market.kind == MarketKind::Binary) {
    return true;
  }
  const auto active = std::count_if(
      market.instruments.begin(), market.instruments.end(), [&state](InstrumentId instrument) {
        return !state.instruments.at(instrument).removed;
      });
  return static_cast<std::size_t>(active) >= std::max<std::size_t>(kMinRunners, market.winners + 1);
}

Reason check_step(MarketStep step, const MarketData& market) {
  return is_possible(step, market.state) ? Reason::None : Reason::InvalidState;
}

}  // namespace

// ---- Creation -----------------------------------------------------------------------------------

Reason Decider::check(const CreateMarket& create) const {
  if (const Reason reason = check_request(create.request_id); reason != Reason::None) {
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
  for (const Decimal decimal : {create.min_quantity, create.quantity_step, create.max_quantity}) {
    const auto quantity = to_quantity(create.kind, decimal);
    if (!quantity || *quantity < Quantity{} || *quantity > most) {
      return Reason::InvalidParameter;
    }
  }
  return Reason::None;
}

void Decider::decide(const CreateMarket& create) {
  if (const Reason reason = check(create); reason != Reason::None) {
    refuse(create.market, create.request_id, reason);
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
  return market.kind == MarketKind::ExchangeOdds ? check_step(MarketStep::AddRunner, market)
                                                 : Reason::InvalidState;
}

void Decider::decide(const AddRunner& add) {
  const MarketData* const market = market_for(add.market, add.request_id);
  if (market == nullptr) {
    return;
  }
  if (const Reason reason = check(add, *market); reason != Reason::None) {
    refuse(add.market, add.request_id, reason);
    return;
  }
  emitter_.emit(RunnerAdded{.instrument = state_.instruments.next_id(),
                            .symbol = add.symbol,
                            .request_id = add.request_id},
                market->id);
}

// ---- Lifecycle ----------------------------------------------------------------------------------

// Null, and refused, where the request is a repetition or names no market.
const MarketData* Decider::market_for(const Name& name, const Name& request_id) {
  const MarketData* const market = state_.markets.find(find_market(state_, name));
  Reason reason = check_request(request_id);
  if (reason == Reason::None && market == nullptr) {
    reason = Reason::UnknownMarket;
  }
  if (reason != Reason::None) {
    refuse(name, request_id, reason);
    return nullptr;
  }
  return market;
}

bool Decider::is_batch_cancelling(const MarketData& market) const {
  return std::any_of(state_.batches.begin(), state_.batches.end(), [&market](const Batch& batch) {
    return is_market_wide(batch.started) && batch.started.header.market == market.id;
  });
}

Reason Decider::check_reopening(const MarketData& market) const {
  if (is_batch_cancelling(market)) {
    return Reason::MarketBatchCancelling;
  }
  return is_contest(state_, market) ? Reason::None : Reason::InvalidState;
}

// Carries out a change of state whose event holds nothing but the new version, and the new state
// where it is not always the same one.
template <typename Event>
void Decider::change_market(const Name& name,
                            const Name& request_id,
                            const MarketData& market,
                            Reason reason) {
  if (reason != Reason::None) {
    refuse(name, request_id, reason);
    return;
  }
  Event event;
  event.version = market.version + 1;
  event.requester = requester();
  event.request_id = request_id;
  if constexpr (requires { event.state; }) {
    event.state = *next_state(step_of(Event::kKind), market.state, market.before_halt);
  }
  emitter_.emit(event, market.id);
}

void Decider::cancel_in(MarketId market, BatchStarted batch) {
  if (state_.markets.at(market).open_orders != 0) {
    batch.requester = requester();
    start_batch(batch, market);
  }
}

void Decider::decide(const OpenMarket& open) {
  const MarketData* const market = market_for(open.market, open.request_id);
  if (market != nullptr) {
    const Reason reason =
        is_contest(state_, *market) ? check_step(MarketStep::Open, *market) : Reason::InvalidState;
    change_market<MarketOpened>(open.market, open.request_id, *market, reason);
  }
}

void Decider::decide(const ResumeMarket& resume) {
  const MarketData* const market = market_for(resume.market, resume.request_id);
  if (market != nullptr) {
    Reason reason = check_step(MarketStep::Resume, *market);
    if (reason == Reason::None) {
      reason = check_reopening(*market);
    }
    change_market<MarketResumed>(resume.market, resume.request_id, *market, reason);
  }
}

void Decider::decide(const HaltMarket& halt) {
  const MarketData* const market = market_for(halt.market, halt.request_id);
  if (market != nullptr) {
    change_market<MarketHalted>(
        halt.market, halt.request_id, *market, check_step(MarketStep::Halt, *market));
  }
}

void Decider::decide(const UnhaltMarket& unhalt) {
  const MarketData* const market = market_for(unhalt.market, unhalt.request_id);
  if (market != nullptr) {
    Reason reason = check_step(MarketStep::Unhalt, *market);
    if (reason == Reason::None && market->before_halt == MarketState::Open) {
      reason = check_reopening(*market);
    }
    change_market<MarketUnhalted>(unhalt.market, unhalt.request_id, *market, reason);
  }
}

void Decider::decide(const SuspendMarket& suspend) {
  const MarketData* const market = market_for(suspend.market, suspend.request_id);
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
    refuse(suspend.market, suspend.request_id, reason);
    return;
  }
  const MarketId id = market->id;
  const std::uint64_t version = market->version + 1;
  emitter_.emit(MarketSuspended{.version = version,
                                .requester = requester(),
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
  const MarketData* const market = market_for(turn.market, turn.request_id);
  if (market == nullptr) {
    return;
  }
  const MarketId id = market->id;
  const Reason reason =
      market->in_play ? Reason::InvalidState : check_step(MarketStep::TurnInPlay, *market);
  change_market<MarketTurnedInPlay>(turn.market, turn.request_id, *market, reason);
  if (reason == Reason::None) {
    cancel_in(id,
              {.guard_below = state_.markets.at(id).version,
               .scope = CancelScope::LapseOnly,
               .cause = CancelCause::TurnedInPlay});
  }
}

void Decider::decide(const CloseMarket& close) {
  const MarketData* const market = market_for(close.market, close.request_id);
  if (market == nullptr) {
    return;
  }
  const MarketId id = market->id;
  const Reason reason = check_step(MarketStep::Close, *market);
  change_market<MarketClosed>(close.market, close.request_id, *market, reason);
  if (reason == Reason::None) {
    cancel_in(id, {.scope = CancelScope::All, .cause = CancelCause::MarketClosed});
  }
}

void Decider::decide(const VoidMarket& annul) {
  const MarketData* const market = market_for(annul.market, annul.request_id);
  if (market == nullptr) {
    return;
  }
  const bool binary = market->kind == MarketKind::Binary;
  const auto price = to_price(market->kind, annul.price);
  const std::int64_t most = binary ? kPayout : 0;
  const Reason reason = !price || price->value() < 0 || price->value() > most
                            ? Reason::InvalidParameter
                            : check_step(MarketStep::Void, *market);
  if (reason != Reason::None) {
    refuse(annul.market, annul.request_id, reason);
    return;
  }
  const MarketId id = market->id;
  emitter_.emit(MarketVoided{.version = market->version + 1,
                             .requester = requester(),
                             .price = *price,
                             .request_id = annul.request_id},
                id);
  cancel_in(id, {.scope = CancelScope::All, .cause = CancelCause::MarketVoided});
}

void Decider::decide(const RemoveRunner& remove) {
  const MarketData* const market = market_for(remove.market, remove.request_id);
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
  if (reason != Reason::None) {
    refuse(remove.market, remove.request_id, reason);
    return;
  }
  const MarketId id = market->id;
  const InstrumentId instrument = runner->id;
  if (next_state(MarketStep::RemoveRunner, market->state) != market->state) {
    emitter_.emit(MarketSuspended{.version = market->version + 1,
                                  .requester = requester(),
                                  .reason = SuspendReason::RunnerRemoval,
                                  .request_id = remove.request_id},
                  id);
    cancel_in(id, {.scope = CancelScope::OnPause, .cause = CancelCause::MarketSuspended});
  }
  const std::uint64_t version = state_.markets.at(id).version + 1;
  emitter_.emit(RunnerRemoved{.instrument = instrument,
                              .requester = requester(),
                              .version = version,
                              .request_id = remove.request_id},
                id);
  cancel_in(id,
            {.instrument = instrument,
             .guard_below = version,
             .scope = CancelScope::All,
             .cause = CancelCause::RunnerRemoved});
}

// ---- Result -------------------------------------------------------------------------------------

// Fills in the event's shares. They must add up to the winners exactly; a binary market's one share
// is all or nothing.
Reason Decider::check(const DetermineMarket& determine,
                      const MarketData& market,
                      MarketDetermined& event) const {
  Uint128 numerator = 0;
  Uint128 denominator = 1;
  std::size_t used = 0;
  for (const RunnerShare& share : *determine.shares) {
    if (share.symbol.empty()) {
      continue;
    }
    const auto symbol = static_cast<std::uint32_t>(state_.symbols.find(share.symbol));
    const InstrumentState* const instrument = state_.instruments.find(InstrumentId{symbol});
    if (instrument == nullptr || instrument->market != market.id) {
      return Reason::UnknownInstrument;
    }
    const auto named_before = [&](const InstrumentShare& other) {
      return other.instrument == instrument->id;
    };
    if (instrument->removed || std::any_of(event.shares, event.shares + used, named_before) ||
        share.denominator == 0 || share.denominator > kMaxShareDenominator ||
        share.numerator > share.denominator) {
      return Reason::InvalidParameter;
    }
    event.shares[used++] = {instrument->id, share.numerator, share.denominator};
    numerator = numerator * share.denominator + denominator * share.numerator;
    denominator *= share.denominator;
  }
  const bool adds_up = market.kind == MarketKind::Binary
                           ? numerator == 0 || numerator == denominator
                           : numerator == denominator * market.winners;
  return adds_up ? Reason::None : Reason::InvalidParameter;
}

void Decider::decide(const DetermineMarket& determine) {
  const MarketData* const market = market_for(determine.market, determine.request_id);
  if (market == nullptr) {
    return;
  }
  MarketDetermined event{
      .version = market->version + 1, .requester = requester(), .request_id = determine.request_id};
  Reason reason = check_step(MarketStep::Determine, *market);
  if (reason == Reason::None) {
    reason = is_batch_cancelling(*market) ? Reason::MarketBatchCancelling
                                          : check(determine, *market, event);
  }
  if (reason != Reason::None) {
    refuse(determine.market, determine.request_id, reason);
    return;
  }
  emitter_.emit(event, market->id);
}

}  // namespace betex::matching
