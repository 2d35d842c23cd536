// Events of the processes that go over the rows of a market.
#include "matching/apply.h"
#include "matching/lifecycle.h"

namespace betex::matching {

void apply(State& state, EventSeq, const RunnerBetsVoided& event) {
  Batch& batch = batch_of(state, event.batch);
  state.ledger.void_rows(
      event.header.market, static_cast<std::uint32_t>(batch.cursor) + 1, event.cursor_after);
  batch.cursor = event.cursor_after;
  batch.total += event.count;
}

void apply(State& state, EventSeq, const PositionsSettled& event) {
  Batch& batch = batch_of(state, event.batch);
  for (const SettledRow& row : tail_of(event)) {
    state.ledger.pay(event.header.market, row);
    if (row.gross > Money{}) {
      batch.paid += row.gross;
    } else {
      batch.charged -= row.gross;
    }
    batch.commission += row.commission - row.commission_before;
  }
  state.ledger.pass_rows(
      event.header.market, static_cast<std::uint32_t>(batch.cursor) + 1, event.cursor_after);
  state.ledger.set_house(event.house);
  batch.cursor = event.cursor_after;
  batch.total += event.count;
}

void apply(State& state, EventSeq, const MarketSettled& event) {
  MarketData& market = state.markets.at(event.header.market);
  market.version = event.version;
  market.state = state_after(event, market.state);
  ++market.public_changes;
  state.ledger.end_round(market.id, event.round);
}

void apply(State& state, EventSeq, const RowsArchived& event) {
  Batch& batch = batch_of(state, event.batch);
  state.ledger.archive_rows(
      event.header.market, static_cast<std::uint32_t>(batch.cursor) + 1, event.cursor_after);
  batch.total += event.cursor_after - batch.cursor;
  batch.cursor = event.cursor_after;
}

void apply(State& state, EventSeq, const MarketArchived& event) {
  MarketData& market = state.markets.at(event.header.market);
  market.version = event.version;
  market.archived = true;
  market.orders = OrderIdList{};  // none lives, but it has room for all that ever did at a time
  for (const InstrumentId id : market.instruments) {
    InstrumentState& instrument = state.instruments.at(id);
    instrument.book = Book{instrument.book.ladder()};
    instrument.volumes = TradedVolumes{};
  }
}

}  // namespace betex::matching
