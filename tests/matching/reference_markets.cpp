// Markets of the reference engine: RULES.md sections 2 and 4.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr std::uint32_t kMostRunners = 100;

struct Steps {
  std::int64_t from, to, by;
};

// RULES.md section 2, in hundredths of odds or in mu.
std::vector<std::int64_t> ladder_prices(LadderKind kind) {
  std::vector<Steps> bands;
  switch (kind) {
    case LadderKind::Classic:
      bands = {{101, 200, 1},
               {202, 300, 2},
               {305, 400, 5},
               {410, 600, 10},
               {620, 1000, 20},
               {1050, 2000, 50},
               {2100, 3000, 100},
               {3200, 5000, 200},
               {5500, 10000, 500},
               {11000, 100000, 1000}};
      break;
    case LadderKind::Finest:
      bands = {{101, 100000, 1}};
      break;
    case LadderKind::LinearCent:
      bands = {{100, 9900, 100}};
      break;
    case LadderKind::TaperedDeciCent:
      bands = {{10, 1000, 10}, {1100, 9000, 100}, {9010, 9990, 10}};
      break;
    case LadderKind::DeciCent:
      bands = {{10, 9990, 10}};
      break;
  }
  std::vector<std::int64_t> prices;
  for (const Steps& band : bands) {
    for (std::int64_t price = band.from; price <= band.to; price += band.by) {
      prices.push_back(price);
    }
  }
  return prices;
}

bool is_odds(LadderKind kind) {
  return kind == LadderKind::Classic || kind == LadderKind::Finest;
}

}  // namespace

const RefMarket* ReferenceEngine::find_market(const Name& name) const {
  const auto found = markets_.find(id_of(markets_by_name_, name));
  return found == markets_.end() ? nullptr : &found->second;
}

bool ReferenceEngine::being_cancelled(const RefMarket& market) const {
  return std::any_of(batches_.begin(), batches_.end(), [&market](const RefBatch& batch) {
    return batch.cancels_in(market.id);
  });
}

// A runner's bets are being made void, or are about to be.
bool ReferenceEngine::being_reduced(const RefMarket& market) const {
  return std::any_of(batches_.begin(), batches_.end(), [&market](const RefBatch& batch) {
    return batch.removes_in(market.id);
  });
}

// More runners than winners, and at least two.
bool ReferenceEngine::is_contest(const RefMarket& market) const {
  const auto active =
      std::count_if(market.instruments.begin(), market.instruments.end(), [this](RefId instrument) {
        return !instruments_.at(instrument).removed;
      });
  return !market.odds() || (active >= 2 && active > market.made.winners);
}

// The market has a new version by every change.
template <typename Event>
void ReferenceEngine::set_state(RefMarket& market, Event event, MarketState state) {
  event.version = ++market.version;
  market.state = state;
  say(event, market.id);
}

// True if a process has begun: there was something to cancel.
bool ReferenceEngine::cancel_in(const RefMarket& market, RefBatch batch) {
  const bool has_orders = std::any_of(live_.begin(), live_.end(), [&](const auto& entry) {
    return entry.second->market == market.id;
  });
  if (has_orders) {
    batch.market = market.id;
    batch.requester = requester();
    start_batch(batch);
  }
  return has_orders;
}

// ---- Creation -----------------------------------------------------------------------------------

Reason ReferenceEngine::market_parameters_fail(const CreateMarket& create) {
  const bool odds = create.kind == MarketKind::ExchangeOdds;
  if (id_of(markets_by_name_, create.market) != 0 ||
      (!odds && id_of(symbols_, create.market) != 0)) {
    return Reason::AlreadyExists;
  }
  if (create.market.empty() || is_odds(create.ladder) != odds || create.winners < 1 ||
      create.winners > (odds ? kMostRunners - 1 : 1U) || create.commission_bp > 10'000 ||
      create.bet_delay_ms > 60'000) {
    return Reason::InvalidParameter;
  }
  for (const Decimal decimal : {create.min_quantity, create.quantity_step, create.max_quantity}) {
    const auto units = whole(decimal, odds ? 100 : 1);
    if (!units || *units < 0 || *units > (odds ? 100'000'000'000 : 1'000'000'000'000)) {
      return Reason::InvalidParameter;
    }
  }
  const auto position = whole(create.max_position, 1);
  if (!position || *position < 0 || (odds && *position != 0)) {
    return Reason::InvalidParameter;
  }
  return Reason::None;
}

void ReferenceEngine::add_instrument(RefMarket& market, const Name& symbol, const Name& request) {
  const RefId id = instruments_.size() + 1;
  symbols_[std::string{symbol.view()}] = id;
  instruments_[id] = {.id = id, .market = market.id};
  market.instruments.push_back(id);
  say(RunnerAdded{.instrument = plain(id), .symbol = symbol, .request_id = request}, market.id);
}

void ReferenceEngine::on(const CreateMarket& create) {
  if (!admit(create, create.market)) {
    return;
  }
  if (const Reason reason = market_parameters_fail(create); reason != Reason::None) {
    refuse(reason, create.market, create.request_id);
    return;
  }
  RefMarket market{.id = markets_.size() + 1, .made = create};
  const std::int64_t per_one = market.odds() ? 100 : 1;
  market.step = std::max<std::int64_t>(1, *whole(create.quantity_step, per_one));
  market.minimum = std::max(market.step, *whole(create.min_quantity, per_one));
  market.maximum = *whole(create.max_quantity, per_one);
  if (market.maximum == 0) {
    market.maximum = market.odds() ? 100'000'000'000 : 1'000'000'000'000;
  }
  market.max_position = *whole(create.max_position, 1);
  market.prices = ladder_prices(create.ladder);
  markets_by_name_[std::string{create.market.view()}] = market.id;
  RefMarket& kept = markets_[market.id] = market;
  say(MarketCreated{.kind = create.kind,
                    .ladder = create.ladder,
                    .winners = create.winners,
                    .commission_bp = create.commission_bp,
                    .bet_delay_ms = create.bet_delay_ms,
                    .min_quantity = plain(market.minimum),
                    .quantity_step = plain(market.step),
                    .max_quantity = plain(market.maximum),
                    .max_position = plain(market.max_position),
                    .name = create.market,
                    .request_id = create.request_id},
      market.id);
  if (!kept.odds()) {
    add_instrument(kept, create.market, create.request_id);
  }
}

void ReferenceEngine::on(const AddRunner& add) {
  RefMarket* const market = market_for(add);
  if (market == nullptr) {
    return;
  }
  Reason reason = Reason::None;
  if (add.symbol.empty()) {
    reason = Reason::InvalidParameter;
  } else if (id_of(symbols_, add.symbol) != 0) {
    reason = Reason::AlreadyExists;
  } else if (!market->odds() || market->state != MarketState::Inactive ||
             market->instruments.size() == kMostRunners) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, add.market, add.request_id);
    return;
  }
  add_instrument(*market, add.symbol, add.request_id);
}

// ---- Lifecycle ----------------------------------------------------------------------------------

void ReferenceEngine::on(const OpenMarket& open) {
  RefMarket* const market = market_for(open);
  if (market == nullptr) {
    return;
  }
  if (market->state != MarketState::Inactive || !is_contest(*market)) {
    refuse(Reason::InvalidState, open.market, open.request_id);
    return;
  }
  set_state(*market, MarketOpened{.request_id = open.request_id}, MarketState::Open);
}

void ReferenceEngine::on(const SuspendMarket& suspend) {
  RefMarket* const market = market_for(suspend);
  if (market == nullptr) {
    return;
  }
  const bool pause = suspend.reason == SuspendReason::Pause;
  Reason reason = Reason::None;
  if ((pause && suspend.scope != CancelScope::None) || suspend.scope == CancelScope::OnPause) {
    reason = Reason::InvalidParameter;
  } else if (!market->is_one_of({MarketState::Open, MarketState::Closed})) {
    reason = Reason::InvalidState;
  } else if (market->state == MarketState::Closed &&
             (being_cancelled(*market) || being_reduced(*market))) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(reason, suspend.market, suspend.request_id);
    return;
  }
  set_state(*market,
            MarketSuspended{
                .reason = suspend.reason, .scope = suspend.scope, .request_id = suspend.request_id},
            MarketState::Suspended);
  const bool material = suspend.scope != CancelScope::None;
  cancel_in(*market,
            {.guard_below = material ? market->version : 0,
             .scope = material ? suspend.scope : CancelScope::OnPause,
             .cause = pause ? CancelCause::MarketPaused : CancelCause::MarketSuspended,
             .request = suspend.request_id});
}

void ReferenceEngine::on(const ResumeMarket& resume) {
  RefMarket* const market = market_for(resume);
  if (market == nullptr) {
    return;
  }
  Reason reason = Reason::None;
  if (market->state != MarketState::Suspended) {
    reason = Reason::InvalidState;
  } else if (being_cancelled(*market) || being_reduced(*market)) {
    reason = Reason::MarketBatchCancelling;
  } else if (!is_contest(*market)) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, resume.market, resume.request_id);
    return;
  }
  set_state(*market, MarketResumed{.request_id = resume.request_id}, MarketState::Open);
}

void ReferenceEngine::on(const HaltMarket& halt) {
  RefMarket* const market = market_for(halt);
  if (market == nullptr) {
    return;
  }
  if (!market->is_one_of({MarketState::Open, MarketState::Suspended})) {
    refuse(Reason::InvalidState, halt.market, halt.request_id);
    return;
  }
  market->before_halt = market->state;
  set_state(*market, MarketHalted{.request_id = halt.request_id}, MarketState::Halted);
}

void ReferenceEngine::on(const UnhaltMarket& unhalt) {
  RefMarket* const market = market_for(unhalt);
  if (market == nullptr) {
    return;
  }
  const bool reopens = market->before_halt == MarketState::Open;
  Reason reason = Reason::None;
  if (market->state != MarketState::Halted) {
    reason = Reason::InvalidState;
  } else if (reopens && (being_cancelled(*market) || being_reduced(*market))) {
    reason = Reason::MarketBatchCancelling;
  } else if (reopens && !is_contest(*market)) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, unhalt.market, unhalt.request_id);
    return;
  }
  set_state(*market,
            MarketUnhalted{.state = market->before_halt, .request_id = unhalt.request_id},
            market->before_halt);
}

void ReferenceEngine::on(const TurnInPlay& turn) {
  RefMarket* const market = market_for(turn);
  if (market == nullptr) {
    return;
  }
  if (market->in_play || !market->is_one_of({MarketState::Open, MarketState::Suspended})) {
    refuse(Reason::InvalidState, turn.market, turn.request_id);
    return;
  }
  market->in_play = true;
  set_state(*market,
            MarketTurnedInPlay{.state = market->state, .request_id = turn.request_id},
            market->state);
  cancel_in(*market,
            {.guard_below = market->version,
             .scope = CancelScope::LapseOnly,
             .cause = CancelCause::TurnedInPlay,
             .request = turn.request_id});
}

void ReferenceEngine::on(const RemoveRunner& remove) {
  RefMarket* const market = market_for(remove);
  if (market == nullptr) {
    return;
  }
  const RefId id = id_of(symbols_, remove.symbol);
  Reason reason = Reason::None;
  if (id == 0 || instruments_.at(id).market != market->id) {
    reason = Reason::UnknownInstrument;
  } else if (instruments_.at(id).removed) {
    reason = Reason::RunnerNotActive;
  } else if (!market->odds() || !market->is_one_of({MarketState::Inactive,
                                                    MarketState::Open,
                                                    MarketState::Suspended,
                                                    MarketState::Halted})) {
    reason = Reason::InvalidState;
  }
  if (reason == Reason::None && being_reduced(*market)) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(reason, remove.market, remove.request_id);
    return;
  }
  if (market->state == MarketState::Open) {
    set_state(
        *market,
        MarketSuspended{.reason = SuspendReason::RunnerRemoval, .request_id = remove.request_id},
        MarketState::Suspended);
    cancel_in(*market,
              {.scope = CancelScope::OnPause,
               .cause = CancelCause::MarketSuspended,
               .request = remove.request_id});
  }
  instruments_.at(id).removed = true;
  set_state(*market,
            RunnerRemoved{.instrument = plain(id), .request_id = remove.request_id},
            market->state);
  const RefBatch cancels{.then = BatchWork::VoidRunner,
                         .market = market->id,
                         .instrument = id,
                         .guard_below = market->version,
                         .scope = CancelScope::All,
                         .cause = CancelCause::RunnerRemoved,
                         .requester = requester(),
                         .request = remove.request_id};
  if (!cancel_in(*market, cancels)) {
    follow(cancels);
  }
}

void ReferenceEngine::on(const CloseMarket& close) {
  RefMarket* const market = market_for(close);
  if (market == nullptr) {
    return;
  }
  if (!market->is_one_of({MarketState::Inactive,
                          MarketState::Open,
                          MarketState::Suspended,
                          MarketState::Halted})) {
    refuse(Reason::InvalidState, close.market, close.request_id);
    return;
  }
  set_state(*market, MarketClosed{.request_id = close.request_id}, MarketState::Closed);
  cancel_in(
      *market,
      {.scope = CancelScope::All, .cause = CancelCause::MarketClosed, .request = close.request_id});
}

}  // namespace betex::matching::testing
