#include "tests/sim/gateway/book_comparison.h"

#include <cstddef>
#include <map>
#include <sstream>
#include <vector>

#include "tests/gateway/market_data/book_state.h"

namespace betex::sim {
namespace {

using gateway::testing::BookState;

// The best first.
std::vector<matching::PriceLevel> levels_of(const matching::Engine& engine,
                                            matching::InstrumentId instrument,
                                            matching::Side side) {
  std::vector<matching::PriceLevel> levels(32);
  std::size_t count = engine.best_levels(instrument, side, levels);
  while (count == levels.size()) {
    levels.resize(2 * levels.size());
    count = engine.best_levels(instrument, side, levels);
  }
  levels.resize(count);
  return levels;
}

BookState state_of(const matching::Engine& engine,
                   const gateway::Units& units,
                   const matching::InstrumentInfo& info,
                   matching::Int128 open_interest) {
  BookState state{.open_interest = open_interest};
  for (const matching::Side side : {matching::Side::Bid, matching::Side::Ask}) {
    BookState::Levels& out = side == matching::Side::Bid ? state.bids : state.offers;
    for (const matching::PriceLevel& level : levels_of(engine, info.instrument, side)) {
      out.emplace_back(units.price(level.price).value(), units.quantity(level.volume).value());
    }
  }
  state.traded = info.traded.value() * units.millionths_per_quantity;
  engine.visit_traded(info.instrument, [&](const matching::TradedLevel& level) {
    state.ladder[units.price(level.price).value()] =
        level.volume.value() * units.millionths_per_quantity;
  });
  return state;
}

// Contracts that somebody is long of; an archived market has no rows.
std::map<matching::MarketId, matching::Int128> open_interest_of(const matching::Engine& engine) {
  std::map<matching::MarketId, matching::Int128> open;
  engine.visit_rows([&](const matching::RowInfo& row) {
    if (row.position > matching::Quantity{0}) {
      open[row.market] += row.position.value();
    }
  });
  return open;
}

}  // namespace

std::string why_books_differ(const matching::Engine& engine, const gateway::MarketBooks& books) {
  std::ostringstream why;
  if (books.last_seq() != engine.last_seq()) {
    why << "market data is at event " << books.last_seq().value() << ", the engine at "
        << engine.last_seq().value() << '\n';
    return why.str();
  }
  const auto open = open_interest_of(engine);
  engine.visit_instruments([&](const matching::InstrumentInfo& info) {
    const auto found = open.find(info.market);
    const BookState of_engine = state_of(engine,
                                         books.securities().instrument(info.instrument).units,
                                         info,
                                         found == open.end() ? 0 : found->second);
    const BookState of_books = gateway::testing::state_of(books, info.instrument);
    if (!(of_engine == of_books)) {
      why << info.symbol.view() << ": the engine has " << of_engine << ", market data " << of_books
          << '\n';
    }
  });
  engine.visit_markets([&](const matching::MarketInfo& info) {
    const auto& standing = books.standing(info.market);
    if (standing.public_changes != info.public_changes ||
        books.securities().market(info.market).archived != info.archived) {
      why << info.name.view() << ": the engine counts " << info.public_changes
          << " public changes, market data " << standing.public_changes << '\n';
    }
  });
  if (books.exchange_halted() != engine.exchange().halted) {
    why << "of the two only one takes the exchange for halted\n";
  }
  return why.str();
}

}  // namespace betex::sim
