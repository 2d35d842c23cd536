// Markets of the reference engine: RULES.md sections 2 and 4.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

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

// Null, and refused, where the request is a repetition or names no market.
RefMarket* ReferenceEngine::market_for(const Name& name, const Name& request) {
  const RefId id = id_of(markets_by_name_, name);
  Reason reason = request_fails(request);
  if (reason == Reason::None && id == 0) {
    reason = Reason::UnknownMarket;
  }
  if (reason != Reason::None) {
    refuse(reason, name.view(), request.view());
    return nullptr;
  }
  return &markets_.at(id);
}

bool ReferenceEngine::being_cancelled(const RefMarket& market) const {
  return std::any_of(batches_.begin(), batches_.end(), [&market](const RefBatch& batch) {
    return batch.market_wide() && batch.market == market.id;
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

// `event` names the request; the market has a new version by it.
void ReferenceEngine::set_state(RefMarket& market, Fact event, MarketState state) {
  event.market = market.id;
  event.version = ++market.version;
  event.requester = requester();
  market.state = state;
  remember(Name{event.request});
  say(std::move(event));
}

void ReferenceEngine::cancel_in(const RefMarket& market, RefBatch batch) {
  const bool has_orders = std::any_of(live_.begin(), live_.end(), [&](const auto& entry) {
    return entry.second->market == market.id;
  });
  if (has_orders) {
    batch.market = market.id;
    batch.requester = requester();
    start_batch(batch);
  }
}

// ---- Creation -----------------------------------------------------------------------------------

Reason ReferenceEngine::market_parameters_fail(const CreateMarket& create) {
  if (const Reason reason = request_fails(create.request_id); reason != Reason::None) {
    return reason;
  }
  const bool odds = create.kind == MarketKind::ExchangeOdds;
  if (id_of(markets_by_name_, create.market) != 0 ||
      (!odds && id_of(symbols_, create.market) != 0)) {
    return Reason::AlreadyExists;
  }
  if (create.market.empty() || is_odds(create.ladder) != odds || create.winners < 1 ||
      create.winners > (odds ? 8U : 1U) || create.commission_bp > 10'000 ||
      create.bet_delay_ms > 60'000) {
    return Reason::InvalidParameter;
  }
  for (const Decimal decimal : {create.min_quantity, create.quantity_step, create.max_quantity}) {
    const auto units = whole(decimal, odds ? 100 : 1);
    if (!units || *units < 0 || *units > (odds ? 100'000'000'000 : 1'000'000'000'000)) {
      return Reason::InvalidParameter;
    }
  }
  return Reason::None;
}

void ReferenceEngine::add_instrument(RefMarket& market, const Name& symbol, const Name& request) {
  const RefId id = instruments_.size() + 1;
  symbols_[std::string{symbol.view()}] = id;
  instruments_[id] = {.id = id, .market = market.id};
  market.instruments.push_back(id);
  remember(request);
  say({.kind = EventKind::RunnerAdded,
       .market = market.id,
       .other = id,
       .id = std::string{symbol.view()},
       .request = std::string{request.view()}});
}

void ReferenceEngine::on(const CreateMarket& create) {
  if (const Reason reason = market_parameters_fail(create); reason != Reason::None) {
    refuse(reason, create.market.view(), create.request_id.view());
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
  market.prices = ladder_prices(create.ladder);
  markets_by_name_[std::string{create.market.view()}] = market.id;
  RefMarket& kept = markets_[market.id] = market;
  remember(create.request_id);
  say({.kind = EventKind::MarketCreated,
       .market = market.id,
       .other = create.winners,
       .quantity = market.minimum,
       .filled = market.maximum,
       .leaves = market.step,
       .code = code(create.ladder),
       .id = std::string{create.market.view()},
       .request = std::string{create.request_id.view()}});
  if (!kept.odds()) {
    add_instrument(kept, create.market, create.request_id);
  }
}

void ReferenceEngine::on(const AddRunner& add) {
  RefMarket* const market = market_for(add.market, add.request_id);
  if (market == nullptr) {
    return;
  }
  Reason reason = Reason::None;
  if (add.symbol.empty()) {
    reason = Reason::InvalidParameter;
  } else if (id_of(symbols_, add.symbol) != 0) {
    reason = Reason::AlreadyExists;
  } else if (!market->odds() || market->state != MarketState::Inactive) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, add.market.view(), add.request_id.view());
    return;
  }
  add_instrument(*market, add.symbol, add.request_id);
}

// ---- Lifecycle ----------------------------------------------------------------------------------

void ReferenceEngine::on(const OpenMarket& open) {
  RefMarket* const market = market_for(open.market, open.request_id);
  if (market == nullptr) {
    return;
  }
  if (market->state != MarketState::Inactive || !is_contest(*market)) {
    refuse(Reason::InvalidState, open.market.view(), open.request_id.view());
    return;
  }
  set_state(*market,
            {.kind = EventKind::MarketOpened, .request = std::string{open.request_id.view()}},
            MarketState::Open);
}

void ReferenceEngine::on(const SuspendMarket& suspend) {
  RefMarket* const market = market_for(suspend.market, suspend.request_id);
  if (market == nullptr) {
    return;
  }
  const bool pause = suspend.reason == SuspendReason::Pause;
  Reason reason = Reason::None;
  if ((pause && suspend.scope != CancelScope::None) || suspend.scope == CancelScope::OnPause) {
    reason = Reason::InvalidParameter;
  } else if (!market->is_one_of({MarketState::Open, MarketState::Closed})) {
    reason = Reason::InvalidState;
  } else if (market->state == MarketState::Closed && being_cancelled(*market)) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(reason, suspend.market.view(), suspend.request_id.view());
    return;
  }
  set_state(*market,
            {.kind = EventKind::MarketSuspended,
             .other = code(suspend.scope),
             .code = code(suspend.reason),
             .request = std::string{suspend.request_id.view()}},
            MarketState::Suspended);
  const bool material = suspend.scope != CancelScope::None;
  cancel_in(*market,
            {.guard_below = material ? market->version : 0,
             .scope = material ? suspend.scope : CancelScope::OnPause,
             .cause = pause ? CancelCause::MarketPaused : CancelCause::MarketSuspended});
}

void ReferenceEngine::on(const ResumeMarket& resume) {
  RefMarket* const market = market_for(resume.market, resume.request_id);
  if (market == nullptr) {
    return;
  }
  Reason reason = Reason::None;
  if (market->state != MarketState::Suspended) {
    reason = Reason::InvalidState;
  } else if (being_cancelled(*market)) {
    reason = Reason::MarketBatchCancelling;
  } else if (!is_contest(*market)) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, resume.market.view(), resume.request_id.view());
    return;
  }
  set_state(*market,
            {.kind = EventKind::MarketResumed, .request = std::string{resume.request_id.view()}},
            MarketState::Open);
}

void ReferenceEngine::on(const HaltMarket& halt) {
  RefMarket* const market = market_for(halt.market, halt.request_id);
  if (market == nullptr) {
    return;
  }
  if (!market->is_one_of({MarketState::Open, MarketState::Suspended})) {
    refuse(Reason::InvalidState, halt.market.view(), halt.request_id.view());
    return;
  }
  market->before_halt = market->state;
  set_state(*market,
            {.kind = EventKind::MarketHalted, .request = std::string{halt.request_id.view()}},
            MarketState::Halted);
}

void ReferenceEngine::on(const UnhaltMarket& unhalt) {
  RefMarket* const market = market_for(unhalt.market, unhalt.request_id);
  if (market == nullptr) {
    return;
  }
  const bool reopens = market->before_halt == MarketState::Open;
  Reason reason = Reason::None;
  if (market->state != MarketState::Halted) {
    reason = Reason::InvalidState;
  } else if (reopens && being_cancelled(*market)) {
    reason = Reason::MarketBatchCancelling;
  } else if (reopens && !is_contest(*market)) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, unhalt.market.view(), unhalt.request_id.view());
    return;
  }
  set_state(*market,
            {.kind = EventKind::MarketUnhalted,
             .quantity = code(market->before_halt),
             .request = std::string{unhalt.request_id.view()}},
            market->before_halt);
}

void ReferenceEngine::on(const TurnInPlay& turn) {
  RefMarket* const market = market_for(turn.market, turn.request_id);
  if (market == nullptr) {
    return;
  }
  if (market->in_play || !market->is_one_of({MarketState::Open, MarketState::Suspended})) {
    refuse(Reason::InvalidState, turn.market.view(), turn.request_id.view());
    return;
  }
  market->in_play = true;
  set_state(*market,
            {.kind = EventKind::MarketTurnedInPlay,
             .quantity = code(market->state),
             .request = std::string{turn.request_id.view()}},
            market->state);
  cancel_in(*market,
            {.guard_below = market->version,
             .scope = CancelScope::LapseOnly,
             .cause = CancelCause::TurnedInPlay});
}

void ReferenceEngine::on(const RemoveRunner& remove) {
  RefMarket* const market = market_for(remove.market, remove.request_id);
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
  const std::string request{remove.request_id.view()};
  if (reason != Reason::None) {
    refuse(reason, remove.market.view(), request);
    return;
  }
  if (market->state == MarketState::Open) {
    set_state(*market,
              {.kind = EventKind::MarketSuspended,
               .code = code(SuspendReason::RunnerRemoval),
               .request = request},
              MarketState::Suspended);
    cancel_in(*market, {.scope = CancelScope::OnPause, .cause = CancelCause::MarketSuspended});
  }
  instruments_.at(id).removed = true;
  set_state(
      *market, {.kind = EventKind::RunnerRemoved, .other = id, .request = request}, market->state);
  cancel_in(*market,
            {.instrument = id,
             .guard_below = market->version,
             .scope = CancelScope::All,
             .cause = CancelCause::RunnerRemoved});
}

void ReferenceEngine::on(const CloseMarket& close) {
  RefMarket* const market = market_for(close.market, close.request_id);
  if (market == nullptr) {
    return;
  }
  if (!market->is_one_of({MarketState::Inactive,
                          MarketState::Open,
                          MarketState::Suspended,
                          MarketState::Halted})) {
    refuse(Reason::InvalidState, close.market.view(), close.request_id.view());
    return;
  }
  set_state(*market,
            {.kind = EventKind::MarketClosed, .request = std::string{close.request_id.view()}},
            MarketState::Closed);
  cancel_in(*market, {.scope = CancelScope::All, .cause = CancelCause::MarketClosed});
}

}  // namespace betex::matching::testing
