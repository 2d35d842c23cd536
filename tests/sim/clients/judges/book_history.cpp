#include "tests/sim/clients/judges/book_history.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "gateway/client/message.h"
#include "gateway/reports/securities.h"

namespace betex::sim {
namespace {

using matching::EventSeq;
using matching::InstrumentId;
using matching::MarketState;
using matching::Side;

// Levels a side that are kept: no reader's book may be deeper where there are more.
constexpr std::size_t kDeepest = 64;
constexpr int kDecimals = 6;

bool is_tradable(MarketState state) {
  return state == MarketState::Open || state == MarketState::Suspended ||
         state == MarketState::Halted;
}

}  // namespace

void BookHistory::take(const matching::TransactionView& transaction,
                       const matching::Engine& engine) {
  bool of_a_market = false;
  matching::for_each_event(transaction, [&](EventSeq, const auto& event) {
    using Event = std::decay_t<decltype(event)>;
    of_a_market = of_a_market || event.header.market != matching::MarketId{};
    if constexpr (std::is_same_v<Event, matching::TradeMatched>) {
      Instrument& instrument = instruments_.at(event.instrument.value());
      instrument.traded += gateway::units_of(instrument.kind).quantity(event.quantity).value();
    }
  });
  if (of_a_market) {
    engine.visit_markets([&](const matching::MarketInfo& info) { note(info, engine); });
  }
}

void BookHistory::note(const matching::MarketInfo& info, const matching::Engine& engine) {
  Market& market = markets_[info.market.value()];
  const bool changed = market.changes != info.public_changes || market.state != info.state;
  if (!changed && !market.instruments.empty()) {
    return;
  }
  if (market.state == MarketState::Inactive) {  // it may have been given runners
    market.instruments.clear();
    engine.visit_instruments([&](const matching::InstrumentInfo& instrument) {
      if (instrument.market == info.market) {
        const std::string symbol{instrument.symbol.view()};
        market.instruments.push_back(instrument.instrument);
        ids_.emplace(symbol, instrument.instrument);
        Instrument& its = instruments_[instrument.instrument.value()];
        its.symbol = symbol;
        its.id = instrument.instrument;
        its.kind = instrument.kind;
      }
    });
  }
  market.changes = info.public_changes;
  for (const InstrumentId id : market.instruments) {
    Instrument& instrument = instruments_.at(id.value());
    instrument.pictures.insert_or_assign(info.public_changes, picture_of(instrument, engine));
  }
  if (market.state != info.state) {
    market.state = info.state;
    list_symbols();
  }
}

BookHistory::Picture BookHistory::picture_of(const Instrument& instrument,
                                             const matching::Engine& engine) {
  const gateway::Units units = gateway::units_of(instrument.kind);
  Picture picture{.bids = {}, .offers = {}, .traded = instrument.traded};
  std::array<matching::PriceLevel, kDeepest> levels;
  for (const Side side : {Side::Bid, Side::Ask}) {
    std::vector<Level>& into = side == Side::Bid ? picture.bids : picture.offers;
    const std::size_t count = engine.best_levels(instrument.id, side, levels);
    for (std::size_t i = 0; i < count; ++i) {
      into.push_back({.price = units.price(levels[i].price).value(),
                      .size = units.quantity(levels[i].volume).value()});
    }
  }
  return picture;
}

void BookHistory::list_symbols() {
  symbols_.clear();
  for (const auto& [id, market] : markets_) {
    if (!is_tradable(market.state)) {
      continue;
    }
    for (const InstrumentId instrument : market.instruments) {
      symbols_.push_back(instruments_.at(instrument.value()).symbol);
    }
  }
}

std::string BookHistory::text_of(const std::vector<Level>& levels) {
  std::string text;
  for (const Level& level : levels) {
    text += std::to_string(level.price) + " x " + std::to_string(level.size) + ", ";
  }
  return text.empty() ? "none" : text;
}

std::string BookHistory::why_wrong(const std::string& symbol,
                                   const client::ClientBook& book,
                                   int depth) const {
  const std::string name = symbol + " at 83=" + std::to_string(book.rpt_seq());
  const auto id = ids_.find(symbol);
  if (id == ids_.end()) {
    return name + ": there is no such instrument";
  }
  const Instrument& instrument = instruments_.at(id->second.value());
  const auto found = instrument.pictures.find(static_cast<std::uint64_t>(book.rpt_seq()));
  if (found == instrument.pictures.end()) {
    return name + ": nothing that is durable has made it so";
  }
  const auto most = depth == 0 ? kDeepest : static_cast<std::size_t>(depth);
  const auto compare = [&](const char* side,
                           std::vector<Level> engines,
                           const std::vector<client::Level>& shown) -> std::string {
    engines.resize(std::min(engines.size(), most));
    std::vector<Level> readers;
    for (const client::Level& level : shown) {
      readers.push_back({.price = client::parse_decimal(level.price, kDecimals),
                         .size = client::parse_decimal(level.size, kDecimals)});
    }
    readers.resize(std::min(readers.size(), kDeepest));
    return engines == readers ? ""
                              : name + ", " + side + ": a reader has " + text_of(readers) +
                                    " the engine had " + text_of(engines);
  };
  const Picture& picture = found->second;
  if (std::string why = compare("bids", picture.bids, book.bids()); !why.empty()) {
    return why;
  }
  if (std::string why = compare("offers", picture.offers, book.offers()); !why.empty()) {
    return why;
  }
  const std::string& volume = book.traded_volume();
  return volume.empty() || client::parse_decimal(volume, kDecimals) == picture.traded
             ? ""
             : name + ": a reader was told that " + volume + " were traded, it were " +
                   std::to_string(picture.traded) + " millionths";
}

}  // namespace betex::sim
