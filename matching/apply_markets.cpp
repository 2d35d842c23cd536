// Events about markets and runners.
#include "matching/apply.h"
#include "matching/assert.h"
#include "matching/lifecycle.h"

namespace betex::matching {
namespace {

// What all changes of a market have in common.
template <typename Event>
MarketData& change_market(State& state, EventSeq seq, const Event& event) {
  MarketData& market = state.markets.at(event.header.market);
  market.version = event.version;
  ++market.public_changes;
  remember_request(state, event.request_id, seq);
  return market;
}

template <typename Event>
MarketData& change_state(State& state, EventSeq seq, const Event& event) {
  MarketData& market = change_market(state, seq, event);
  market.state = state_after(event, market.state);
  return market;
}

}  // namespace

void apply(State& state, EventSeq seq, const MarketCreated& event) {
  BETEX_ASSERT(event.header.market == state.markets.next_id());
  state.markets.append({.id = event.header.market,
                        .kind = event.kind,
                        .ladder = event.ladder,
                        .bet_delay_ms = event.bet_delay_ms,
                        .min_quantity = event.min_quantity,
                        .quantity_step = event.quantity_step,
                        .max_quantity = event.max_quantity,
                        .winners = event.winners,
                        .commission_bp = event.commission_bp,
                        .max_position = event.max_position,
                        .flags = event.flags,
                        .name = event.name});
  state.ledger.add_market(event.kind, event.winners);
  state.market_names.insert(event.name, event.header.market.value());
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const RunnerAdded& event) {
  BETEX_ASSERT(event.instrument == state.instruments.next_id());
  MarketData& market = state.markets.at(event.header.market);
  const Ladder* const ladder = find_ladder(market.ladder);
  BETEX_ASSERT(ladder != nullptr);
  state.instruments.append({.id = event.instrument,
                            .market = market.id,
                            .book = Book{*ladder},
                            .runner = static_cast<std::uint32_t>(market.instruments.size()),
                            .symbol = event.symbol});
  market.instruments.push_back(event.instrument);
  state.ledger.add_runner(market.id);
  state.symbols.insert(event.symbol, symbol_entry(event.instrument, market.id));
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const MarketOpened& event) {
  change_state(state, seq, event);
}

void apply(State& state, EventSeq seq, const RunnerRemoved& event) {
  change_market(state, seq, event);
  InstrumentState& instrument = state.instruments.at(event.instrument);
  instrument.removed = true;
  state.ledger.remove_runner(event.header.market, instrument.runner);
}

// One that is halted is suspended when the halt ends.
void apply(State& state, EventSeq seq, const MarketSuspended& event) {
  MarketData& market = change_state(state, seq, event);
  if (market.state == MarketState::Halted) {
    market.before_halt = MarketState::Suspended;
  }
}

void apply(State& state, EventSeq seq, const MarketResumed& event) {
  change_state(state, seq, event);
}

void apply(State& state, EventSeq seq, const MarketReopened& event) {
  change_state(state, seq, event);
}

void apply(State& state, EventSeq seq, const MarketChanged& event) {
  MarketData& market = change_market(state, seq, event);
  market.bet_delay_ms = event.bet_delay_ms;
  market.commission_bp = event.commission_bp;
  market.max_quantity = event.max_quantity;
  if (event.sets_flags) {
    market.flags = event.flags;
  }
}

void apply(State& state, EventSeq seq, const MarketDescribed& event) {
  if (event.instrument == InstrumentId{}) {
    state.markets.at(event.header.market).description = {
        .text = event.text, .parent = event.parent, .scheduled_start = event.scheduled_start};
  } else {
    state.instruments.at(event.instrument).text = event.text;
  }
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const MarketHalted& event) {
  const MarketState before = state.markets.at(event.header.market).state;
  change_state(state, seq, event).before_halt = before;
}

void apply(State& state, EventSeq seq, const MarketUnhalted& event) {
  change_state(state, seq, event).before_halt = MarketState{};
}

void apply(State& state, EventSeq seq, const MarketTurnedInPlay& event) {
  change_state(state, seq, event).in_play = true;
}

void apply(State& state, EventSeq seq, const MarketClosed& event) {
  change_state(state, seq, event);
}

void apply(State& state, EventSeq seq, const MarketDetermined& event) {
  MarketData& market = change_state(state, seq, event);
  for (const InstrumentId instrument : market.instruments) {
    state.instruments.at(instrument).share = InstrumentShare{};
  }
  for (const InstrumentShare& share : tail_of(event)) {
    state.instruments.at(share.instrument).share = share;
  }
}

void apply(State& state, EventSeq seq, const MarketVoided& event) {
  change_state(state, seq, event).void_price = event.price;
}

}  // namespace betex::matching
