// Events about accounts, markets and runners.
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

void apply(State& state, EventSeq seq, const AccountCreated& event) {
  BETEX_ASSERT(event.account == state.accounts.next_id());
  state.accounts.append({.id = event.account, .name = event.name});
  state.ledger.add_account({.kind = event.kind});
  state.account_names.insert(event.name, event.account.value());
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const AccountSuspended& event) {
  state.accounts.at(event.account).suspended = true;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const AccountResumed& event) {
  state.accounts.at(event.account).suspended = false;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const AccountLimitsSet& event) {
  state.accounts.at(event.account).max_open_orders = event.max_open_orders;
  remember_request(state, event.request_id, seq);
}

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
                        .name = event.name});
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
                            .ladder = ladder,
                            .book = Book{market.kind, *ladder},
                            .symbol = event.symbol});
  market.instruments.push_back(event.instrument);
  state.symbols.insert(event.symbol, symbol_entry(event.instrument, market.id));
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const MarketOpened& event) {
  change_state(state, seq, event);
}

void apply(State& state, EventSeq seq, const RunnerRemoved& event) {
  change_market(state, seq, event);
  state.instruments.at(event.instrument).removed = true;
}

void apply(State& state, EventSeq seq, const MarketSuspended& event) {
  change_state(state, seq, event);
}

void apply(State& state, EventSeq seq, const MarketResumed& event) {
  change_state(state, seq, event);
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
  for (const InstrumentShare& share : event.shares) {
    if (share.instrument != InstrumentId{}) {
      state.instruments.at(share.instrument).share = share;
    }
  }
}

void apply(State& state, EventSeq seq, const MarketVoided& event) {
  change_state(state, seq, event).void_price = event.price;
}

}  // namespace betex::matching
