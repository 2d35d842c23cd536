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

std::uint32_t ReferenceEngine::active_runners(const RefMarket& market) const {
  return static_cast<std::uint32_t>(
      std::count_if(market.instruments.begin(), market.instruments.end(), [this](RefId instrument) {
        return !instruments_.at(instrument).removed;
      }));
}

// More runners than winners, and at least two.
bool ReferenceEngine::is_contest(const RefMarket& market) const {
  const std::uint32_t active = active_runners(market);
  return !market.odds() || (active >= 2 && active > market.made.winners);
}

// The market has a new version by every change.
template <typename Event>
void ReferenceEngine::set_state(RefMarket& market, Event event, MarketState state) {
  event.version = ++market.version;
  market.state = state;
  say(event, market.id);
}

bool ReferenceEngine::has_orders(const RefMarket& market) const {
  return std::any_of(live_.begin(), live_.end(), [&market](const auto& entry) {
    return entry.second->market == market.id;
  });
}

// True if a process has begun: there was something to cancel.
bool ReferenceEngine::cancel_in(const RefMarket& market, RefBatch batch) {
  if (!has_orders(market)) {
    return false;
  }
  batch.market = market.id;
  batch.requester = requester();
  start_batch(batch);
  return true;
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
  if (!position || *position < 0 || *position > 1'000'000'000'000 || (odds && *position != 0)) {
    return Reason::InvalidParameter;
  }
  const std::int64_t most = *whole(create.max_quantity, odds ? 100 : 1);
  for (const Decimal least : {create.min_quantity, create.quantity_step}) {
    if (most != 0 && *whole(least, odds ? 100 : 1) > most) {
      return Reason::InvalidParameter;
    }
  }
  return runners_fail(create);
}

Reason ReferenceEngine::runners_fail(const CreateMarket& create) const {
  const bool odds = create.kind == MarketKind::ExchangeOdds;
  if (create.runners.size() > kMostRunners || (!odds && !create.runners.empty())) {
    return Reason::InvalidParameter;
  }
  std::set<std::string> named;
  for (const Name& symbol : create.runners) {
    if (symbol.empty() || !named.emplace(symbol.view()).second) {
      return Reason::InvalidParameter;
    }
    if (id_of(symbols_, symbol) != 0) {
      return Reason::AlreadyExists;
    }
  }
  return Reason::None;
}

void ReferenceEngine::add_instrument(RefMarket& market, const Name& symbol, const Name& request) {
  const RefId id = instruments_.size() + 1;
  symbols_[std::string{symbol.view()}] = id;
  instruments_[id] = {.id = id, .market = market.id};
  market.instruments.push_back(id);
  say(RunnerAdded{.instrument = plain(id),
                  .symbol = symbol,
                  .request_id = request,
                  .version = market.version,
                  .state = market.state},
      market.id);
}

void ReferenceEngine::on(const CreateMarket& create) {
  if (const Reason reason = market_parameters_fail(create); reason != Reason::None) {
    refuse(reason, create);
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
                    .flags = market.flags(),
                    .runners =
                        market.odds() ? static_cast<std::uint32_t>(create.runners.size()) : 1,
                    .name = create.market,
                    .request_id = create.request_id},
      market.id);
  if (!kept.odds()) {
    add_instrument(kept, create.market, create.request_id);
  }
  for (const Name& symbol : create.runners) {
    add_instrument(kept, symbol, create.request_id);
  }
}

void ReferenceEngine::on(const AddRunner& add) {
  RefMarket& market = market_of(add);
  Reason reason = Reason::None;
  if (add.symbol.empty()) {
    reason = Reason::InvalidParameter;
  } else if (id_of(symbols_, add.symbol) != 0) {
    reason = Reason::AlreadyExists;
  } else if (!market.odds() || market.state != MarketState::Inactive ||
             market.instruments.size() == kMostRunners) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, add);
    return;
  }
  add_instrument(market, add.symbol, add.request_id);
}

// ---- Lifecycle ----------------------------------------------------------------------------------

void ReferenceEngine::on(const OpenMarket& open) {
  RefMarket& market = market_of(open);
  if (market.state != MarketState::Inactive || !is_contest(market) ||
      (open.expected_runners != 0 && open.expected_runners != active_runners(market))) {
    refuse(Reason::InvalidState, open);
    return;
  }
  set_state(market, MarketOpened{.request_id = open.request_id}, MarketState::Open);
}

void ReferenceEngine::on(const SuspendMarket& suspend) {
  RefMarket& market = market_of(suspend);
  const bool pause = suspend.reason == SuspendReason::Pause;
  Reason reason = Reason::None;
  if ((pause && suspend.scope != CancelScope::None) || suspend.scope == CancelScope::OnPause) {
    reason = Reason::InvalidParameter;
  } else if (!market.is_one_of({MarketState::Open, MarketState::Suspended, MarketState::Halted})) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, suspend);
    return;
  }
  const bool halted = market.state == MarketState::Halted;
  if (halted) {
    market.before_halt = MarketState::Suspended;
  }
  const MarketState state = halted ? MarketState::Halted : MarketState::Suspended;
  set_state(market,
            MarketSuspended{.reason = suspend.reason,
                            .scope = suspend.scope,
                            .goes_on = has_orders(market),
                            .state = state,
                            .request_id = suspend.request_id},
            state);
  const bool material = suspend.scope != CancelScope::None;
  cancel_in(market,
            {.guard_below = material ? market.version : 0,
             .scope = material ? suspend.scope : CancelScope::OnPause,
             .cause = pause ? CancelCause::MarketPaused : CancelCause::MarketSuspended,
             .request = suspend.request_id});
}

void ReferenceEngine::on(const ResumeMarket& resume) {
  RefMarket& market = market_of(resume);
  Reason reason = Reason::None;
  if (market.state != MarketState::Suspended) {
    reason = Reason::InvalidState;
  } else if (being_cancelled(market) || being_reduced(market)) {
    reason = Reason::MarketBatchCancelling;
  } else if (!is_contest(market)) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, resume);
    return;
  }
  set_state(market, MarketResumed{.request_id = resume.request_id}, MarketState::Open);
}

void ReferenceEngine::on(const ReopenMarket& reopen) {
  RefMarket& market = market_of(reopen);
  Reason reason = Reason::None;
  if (market.state != MarketState::Closed) {
    reason = Reason::InvalidState;
  } else if (being_cancelled(market) || being_reduced(market)) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(reason, reopen);
    return;
  }
  set_state(market, MarketReopened{.request_id = reopen.request_id}, MarketState::Suspended);
}

void ReferenceEngine::on(const HaltMarket& halt) {
  RefMarket& market = market_of(halt);
  if (!market.is_one_of({MarketState::Open, MarketState::Suspended})) {
    refuse(Reason::InvalidState, halt);
    return;
  }
  market.before_halt = market.state;
  set_state(market, MarketHalted{.request_id = halt.request_id}, MarketState::Halted);
}

void ReferenceEngine::on(const UnhaltMarket& unhalt) {
  RefMarket& market = market_of(unhalt);
  const bool reopens = market.before_halt == MarketState::Open;
  Reason reason = Reason::None;
  if (market.state != MarketState::Halted) {
    reason = Reason::InvalidState;
  } else if (reopens && (being_cancelled(market) || being_reduced(market))) {
    reason = Reason::MarketBatchCancelling;
  } else if (reopens && !is_contest(market)) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, unhalt);
    return;
  }
  set_state(market,
            MarketUnhalted{.state = market.before_halt, .request_id = unhalt.request_id},
            market.before_halt);
}

void ReferenceEngine::on(const TurnInPlay& turn) {
  RefMarket& market = market_of(turn);
  if (market.in_play || !market.is_one_of({MarketState::Open, MarketState::Suspended})) {
    refuse(Reason::InvalidState, turn);
    return;
  }
  market.in_play = true;
  set_state(
      market,
      MarketTurnedInPlay{
          .state = market.state, .goes_on = has_orders(market), .request_id = turn.request_id},
      market.state);
  cancel_in(market,
            {.guard_below = market.version,
             .scope = CancelScope::LapseOnly,
             .cause = CancelCause::TurnedInPlay,
             .request = turn.request_id});
}

void ReferenceEngine::on(const RemoveRunner& remove) {
  RefMarket& market = market_of(remove);
  const RefId id = id_of(symbols_, remove.symbol);
  Reason reason = Reason::None;
  if (id == 0 || instruments_.at(id).market != market.id) {
    reason = Reason::UnknownInstrument;
  } else if (instruments_.at(id).removed) {
    reason = Reason::RunnerNotActive;
  } else if (!market.odds() || !market.is_one_of({MarketState::Inactive,
                                                  MarketState::Open,
                                                  MarketState::Suspended,
                                                  MarketState::Halted})) {
    reason = Reason::InvalidState;
  }
  if (reason == Reason::None && being_reduced(market)) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(reason, remove);
    return;
  }
  const RefId suspension = suspend_for_removal(market, remove);
  instruments_.at(id).removed = true;
  set_state(market,
            RunnerRemoved{.instrument = plain(id),
                          .goes_on = !market.rows.empty(),
                          .request_id = remove.request_id,
                          .state = market.state},
            market.state);
  const RefBatch cancels{.then = BatchWork::VoidRunner,
                         .market = market.id,
                         .instrument = id,
                         .guard_below = market.version,
                         .scope = CancelScope::All,
                         .cause = CancelCause::RunnerRemoved,
                         .group = suspension,
                         .requester = requester(),
                         .request = remove.request_id};
  if (!cancel_in(market, cancels) && is_followed(cancels)) {
    follow(cancels);
  }
  for (RefBatch& batch : batches_) {
    batch.another = false;  // it has begun
  }
}

// An open market is suspended by the removal of a runner. The process that this has begun, of which
// those of the removal are too; 0: none. One without an id, for which nobody waits, is of none that
// runs beside it.
RefId ReferenceEngine::suspend_for_removal(RefMarket& market, const RemoveRunner& remove) {
  if (market.state != MarketState::Open) {
    return 0;
  }
  set_state(market,
            MarketSuspended{.reason = SuspendReason::RunnerRemoval,
                            .goes_on = !market.rows.empty(),
                            .state = MarketState::Suspended,
                            .request_id = remove.request_id},
            MarketState::Suspended);
  if (!cancel_in(market,
                 {.another = true,  // whoever has orders has a row
                  .scope = CancelScope::OnPause,
                  .cause = CancelCause::MarketSuspended,
                  .request = remove.request_id})) {
    return 0;
  }
  const bool runs = !batches_.empty() && batches_.back().id == last_batch_;
  return runs && remove.request_id.empty() ? 0 : last_batch_;
}

void ReferenceEngine::on(const CloseMarket& close) {
  RefMarket& market = market_of(close);
  if (!market.is_one_of({MarketState::Inactive,
                         MarketState::Open,
                         MarketState::Suspended,
                         MarketState::Halted})) {
    refuse(Reason::InvalidState, close);
    return;
  }
  set_state(market,
            MarketClosed{.request_id = close.request_id, .goes_on = has_orders(market)},
            MarketState::Closed);
  cancel_in(
      market,
      {.scope = CancelScope::All, .cause = CancelCause::MarketClosed, .request = close.request_id});
}

// ---- Terms and descriptions ---------------------------------------------------------------------

// Fills in what the market's terms would be.
Reason ReferenceEngine::change_fails(const ChangeMarket& change, RefMarket& changed) const {
  if (!changed.is_one_of({MarketState::Inactive,
                          MarketState::Open,
                          MarketState::Suspended,
                          MarketState::Halted})) {
    return Reason::InvalidState;
  }
  changed.made.bet_delay_ms = change.bet_delay_ms.value_or(changed.made.bet_delay_ms);
  changed.made.commission_bp = change.commission_bp.value_or(changed.made.commission_bp);
  changed.made.passive_skips_delay =
      change.passive_skips_delay.value_or(changed.made.passive_skips_delay);
  if (changed.made.bet_delay_ms > 60'000 || changed.made.commission_bp > 10'000) {
    return Reason::InvalidParameter;
  }
  if (change.max_quantity) {
    const std::int64_t cap = changed.odds() ? 100'000'000'000 : 1'000'000'000'000;
    const auto units = whole(*change.max_quantity, changed.odds() ? 100 : 1);
    if (!units || *units < 0 || *units > cap) {
      return Reason::InvalidParameter;
    }
    changed.maximum = *units == 0 ? cap : *units;
    if (changed.maximum < changed.minimum) {
      return Reason::InvalidParameter;
    }
  }
  return Reason::None;
}

void ReferenceEngine::on(const ChangeMarket& change) {
  RefMarket& market = market_of(change);
  RefMarket changed = market;
  if (const Reason reason = change_fails(change, changed); reason != Reason::None) {
    refuse(reason, change);
    return;
  }
  market = changed;
  set_state(market,
            MarketChanged{.bet_delay_ms = market.made.bet_delay_ms,
                          .commission_bp = market.made.commission_bp,
                          .max_quantity = plain(market.maximum),
                          .request_id = change.request_id,
                          .state = market.state,
                          .sets_flags = true,
                          .flags = market.flags()},
            market.state);
}

void ReferenceEngine::on(const DescribeMarket& describe) {
  RefMarket& market = market_of(describe);
  const Description& asked = *describe.description;
  const RefId runner = id_of(symbols_, describe.symbol);
  const bool of_runner = !describe.symbol.empty();
  Reason reason = Reason::None;
  if (!market.is_one_of({MarketState::Inactive,
                         MarketState::Open,
                         MarketState::Suspended,
                         MarketState::Halted})) {
    reason = Reason::InvalidState;
  } else if (of_runner && (runner == 0 || instruments_.at(runner).market != market.id)) {
    reason = Reason::UnknownInstrument;
  } else if (of_runner && (asked.parent || asked.scheduled_start)) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, describe);
    return;
  }
  RefDescription& whole = of_runner ? instruments_.at(runner).description : market.description;
  whole = {.text = asked.text.value_or(whole.text),
           .parent = asked.parent.value_or(whole.parent),
           .scheduled_start = asked.scheduled_start.value_or(whole.scheduled_start)};
  say(MarketDescribed{.instrument = plain(runner),
                      .scheduled_start = whole.scheduled_start,
                      .parent = whole.parent,
                      .text = whole.text,
                      .request_id = describe.request_id,
                      .version = market.version,
                      .state = market.state},
      market.id);
}

}  // namespace betex::matching::testing
