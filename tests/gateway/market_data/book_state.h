// Books as a test compares them: what the engine has, what md has, and what a client has made of W
// and X.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <vector>

#include "gateway/market_data/market_books.h"
#include "matching/engine.h"
#include "matching/types.h"

namespace betex::gateway::testing {

// Prices and volumes in millionths, whatever the market.
struct BookState {
  using Levels = std::vector<std::pair<std::int64_t, std::int64_t>>;  // the best first

  Levels bids;
  Levels offers;
  matching::Int128 traded = 0;
  std::map<std::int64_t, matching::Int128> ladder;
  matching::Int128 open_interest = 0;  // contracts

  friend bool operator==(const BookState&, const BookState&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const BookState& state) {
  for (const auto* const side : {&state.bids, &state.offers}) {
    for (const auto& [price, volume] : *side) {
      out << price << ':' << volume << ' ';
    }
    out << "| ";
  }
  out << static_cast<std::int64_t>(state.traded) << " (";
  for (const auto& [price, volume] : state.ladder) {
    out << price << ':' << static_cast<std::int64_t>(volume) << ' ';
  }
  return out << ") " << static_cast<std::int64_t>(state.open_interest);
}

// As the engine has it.
inline BookState state_of(const matching::Engine& engine,
                          const Securities& securities,
                          matching::InstrumentId id,
                          matching::WideQuantity traded,
                          matching::Int128 open_interest) {
  const Units& units = securities.instrument(id).units;
  BookState state{.open_interest = open_interest};
  for (const matching::Side side : {matching::Side::Bid, matching::Side::Ask}) {
    std::vector<matching::PriceLevel> levels(100'000);
    levels.resize(engine.best_levels(id, side, levels));
    BookState::Levels& out = side == matching::Side::Bid ? state.bids : state.offers;
    for (const matching::PriceLevel& level : levels) {
      out.emplace_back(units.price(level.price).value(), units.quantity(level.volume).value());
    }
  }
  state.traded = traded.value() * units.millionths_per_quantity;
  engine.visit_traded(id, [&](const matching::TradedLevel& level) {
    state.ladder[units.price(level.price).value()] =
        level.volume.value() * units.millionths_per_quantity;
  });
  return state;
}

// As md has it.
inline BookState state_of(const MarketBooks& books, matching::InstrumentId id) {
  const InstrumentBook& book = books.book(id);
  const Instrument& instrument = books.securities().instrument(id);
  BookState state{.open_interest = book.open_interest};
  for (const matching::Side side : {matching::Side::Bid, matching::Side::Ask}) {
    std::vector<BookLevel> levels(book.levels.level_count(side) + 1);
    levels.resize(book.levels.best(side, levels));
    BookState::Levels& out = side == matching::Side::Bid ? state.bids : state.offers;
    for (const BookLevel& level : levels) {
      out.emplace_back(instrument.units.price(instrument.ladder->price_of(level.tick)).value(),
                       instrument.units.quantity(level.volume).value());
    }
  }
  state.traded = book.traded.value() * instrument.units.millionths_per_quantity;
  book.traded_at.for_each([&](matching::Tick tick, matching::WideQuantity volume) {
    state.ladder[instrument.units.price(instrument.ladder->price_of(tick)).value()] =
        volume.value() * instrument.units.millionths_per_quantity;
  });
  return state;
}

}  // namespace betex::gateway::testing
