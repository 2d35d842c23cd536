// What any thread may read of md: numbers of its thread's own, written without waiting for anybody.
#pragma once

#include <array>
#include <cstddef>

#include "gateway/market_data/figures.h"
#include "gateway/pipeline/histogram.h"
#include "gateway/pipeline/tally.h"

namespace betex::gateway {

struct MarketDataStageFigures {
  // ---- As MarketDataFigures has them
  Tally updates;
  Tally entries;
  Tally messages;
  Tally bytes;
  std::array<Tally, kImageCauses> images;
  Tally trades_left_out;
  Tally refused;
  Tally logged_out;
  Tally subscriptions;
  Tally views;
  Tally marked;
  Tally slow_sessions;

  // ---- Of the stage
  Histogram turn_times;
  Tally lag;         // slots of the event ring that are published and not in the books
  Tally behind;      // 1: it is so far behind that it only marks what changes
  Tally away;        // 1: it has left the ring and reads the journal
  Tally times_away;  // how often it has left
  Tally reloads;     // how often the journal did not go back so far, and a snapshot had to do
  Tally failed;      // 1: it has ended by an exception

  // On md's thread.
  void note(const MarketDataFigures& figures) noexcept {
    updates.set(figures.updates);
    entries.set(figures.entries);
    messages.set(figures.messages);
    bytes.set(figures.bytes);
    for (std::size_t i = 0; i < kImageCauses; ++i) {
      images[i].set(figures.images[i]);
    }
    trades_left_out.set(figures.trades_left_out);
    refused.set(figures.refused);
    logged_out.set(figures.logged_out);
    subscriptions.set(figures.subscriptions);
    views.set(figures.views);
    marked.set(figures.marked);
    slow_sessions.set(figures.slow_sessions);
  }
};

}  // namespace betex::gateway
