// A jump of the books to a later state, whose events are not to be had any more: what has happened
// in between counts as changed now, and whoever is subscribed to anything gets images.
#include <utility>

#include "gateway/market_data/market_data.h"

namespace betex::gateway {

using matching::EventSeq;
using matching::InstrumentId;
using matching::MarketId;

void MarketBooks::begin_again(const matching::Engine& engine) {
  MarketBooks now{engine};
  for (std::size_t i = 0; i < now.books_.size(); ++i) {
    InstrumentBook& book = now.books_[i];
    const bool is_new = i >= books_.size();
    const bool was_removed = !is_new && books_[i].removed != EventSeq{};
    book.watched = !is_new && books_[i].watched;
    book.added = is_new ? now.seq_ : books_[i].added;
    book.described = now.seq_;
    book.removed = was_removed                  ? books_[i].removed
                   : book.removed != EventSeq{} ? now.seq_
                                                : EventSeq{};
  }
  for (std::size_t i = 0; i < now.standings_.size(); ++i) {
    MarketStanding& standing = now.standings_[i];
    const bool had_ended = i < standings_.size() && standings_[i].ended != EventSeq{};
    standing.changed = now.seq_;
    if (standing.ended != EventSeq{}) {
      standing.ended = had_ended ? standings_[i].ended : now.seq_;
    }
  }
  now.revision_ = revision_ + 1;  // also where nothing is there to have changed
  *this = std::move(now);
  for (std::uint32_t id = 1; id <= books_.size(); ++id) {
    note_change(InstrumentId{id});
  }
}

void Subscriptions::refresh_views() {
  for (const std::vector<std::uint32_t>& slots : views_of_) {
    for (const std::uint32_t slot : slots) {
      views_[slot].refresh(books_);
    }
  }
}

void MarketData::rebuild(const matching::Engine& engine) {
  const EventSeq before = books_.last_seq();
  const std::size_t instruments = books_.securities().instrument_count();
  const bool was_halted = books_.exchange_halted();
  books_.begin_again(engine);
  subscriptions_.refresh_views();
  for (std::size_t id = instruments + 1; id <= books_.securities().instrument_count(); ++id) {
    subscriptions_.follow(InstrumentId{static_cast<std::uint32_t>(id)});
  }
  mark_all();
  std::vector<MarketId> markets;
  for (std::uint32_t id = 1; id <= books_.securities().market_count(); ++id) {
    const MarketId market = markets.emplace_back(id);
    if (books_.standing(market).ended != EventSeq{}) {
      subscriptions_.end_market(market);  // of its instruments everybody gets an image, the last
    }
  }
  listings_.tell_changes(markets, before);
  if (books_.exchange_halted() != was_halted) {
    tell_everybody({.id = {},
                    .body = fix::TradingSessionStatus{.halted = books_.exchange_halted(),
                                                      .transact_time = books_.now()}});
  }
}

}  // namespace betex::gateway
