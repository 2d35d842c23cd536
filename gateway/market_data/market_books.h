// The books of all instruments as committed events make them: levels, trades, matched volumes, open
// interest, and how their markets stand. Filled from the engine's state at the start, then equal to
// the engine's after every transaction. *Owned by one thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gateway/market_data/level_book.h"
#include "gateway/market_data/open_orders.h"
#include "gateway/reports/securities.h"
#include "matching/engine.h"
#include "matching/events.h"
#include "matching/info.h"
#include "matching/traded_volumes.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway {

struct MarketTrade {
  matching::EventSeq event;  // TradeID(1003); 0: there was none
  matching::Tick tick;
  matching::Side taker_side = matching::Side::Bid;
  matching::Quantity quantity;
  matching::Timestamp time;
};

// The matched volume of one price as it was before it changed.
struct LadderChange {
  matching::Tick tick;
  matching::WideQuantity before;
};

// How many trades are kept for those who are told of them late.
inline constexpr std::size_t kTradesKept = 50;

// Of one instrument. What is counted is counted since the process began.
struct InstrumentBook {
  explicit InstrumentBook(const matching::Ladder& ladder) : levels{ladder} {}

  LevelBook levels;
  matching::WideQuantity traded;       // of all trades, each counted once
  matching::TradedVolumes traded_at;   // the same by price; empty once its market is archived
  matching::Int128 open_interest = 0;  // contracts that somebody is long of; binary
  MarketTrade last_trade;              // since the process began
  matching::Timestamp updated;         // by the last transaction that has changed any of this
  matching::TxId updated_in;
  std::uint64_t transactions = 0;  // that have changed any of this
  bool changed = false;            // or its market's state, since forget_changes()

  // Events that have made of it in lists of instruments something else; 0: none since the start.
  matching::EventSeq added;
  matching::EventSeq described;
  matching::EventSeq removed;  // 1: before the start

  // Only while it is watched, the oldest first: trades since forget_changes() and as many before as
  // are kept, and what each trade since forget_changes() has changed in the ladder.
  bool watched = false;
  std::vector<MarketTrade> trade_log;
  std::vector<LadderChange> ladder_log;
  std::uint64_t trades = 0;          // up to the last of the log
  std::uint64_t ladder_changes = 0;  // likewise
};

// How a market stands.
struct MarketStanding {
  std::uint64_t public_changes = 0;  // RptSeq(83); matching::MarketInfo has the same number
  std::uint8_t suspend_reason = 0;   // matching::SuspendReason; 0: none, or from before the start

  // Events that have made something else of all its instruments in lists; 0: none since the start.
  matching::EventSeq changed;
  matching::EventSeq ended;  // settled or void; 1: before the start
};

class MarketBooks {
 public:
  explicit MarketBooks(const matching::Engine& engine);

  // The next transaction. Throws where it can not be the next one; then the books are of no use.
  void apply(const matching::TransactionView& transaction);

  // Those of a later state of the engine, where the events in between are not to be had. Everything
  // counts as changed; what is counted begins at 0, and no last trade is known.
  void begin_again(const matching::Engine& engine);

  [[nodiscard]] const Securities& securities() const noexcept { return securities_; }

  [[nodiscard]] matching::EventSeq last_seq() const noexcept { return seq_; }

  // When the last transaction was.
  [[nodiscard]] matching::Timestamp now() const noexcept { return now_; }

  [[nodiscard]] bool exchange_halted() const noexcept { return exchange_halted_; }

  // Greater when a market or an instrument is another one than before.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }

  // The markets that are not archived, in ascending order.
  [[nodiscard]] std::span<const matching::MarketId> markets() const noexcept { return markets_; }

  // Ids must exist: throws where they do not.
  [[nodiscard]] const InstrumentBook& book(matching::InstrumentId instrument) const;
  [[nodiscard]] const MarketStanding& standing(matching::MarketId market) const;

  // The instruments that have changed, each once.
  [[nodiscard]] std::span<const matching::InstrumentId> changed() const noexcept {
    return changed_;
  }

  void forget_changes();

  // Whether its logs are kept.
  void watch(matching::InstrumentId instrument, bool watched);

  // Orders that are live.
  [[nodiscard]] std::size_t open_orders() const noexcept { return orders_.size(); }

 private:
  void on(const matching::ExchangeHalted& event);
  void on(const matching::ExchangeUnhalted& event);
  void on(const matching::MarketCreated& event);
  void on(const matching::RunnerAdded& event);
  void on(const matching::MarketOpened& event);
  void on(const matching::RunnerRemoved& event);
  void on(const matching::MarketSuspended& event);
  void on(const matching::MarketResumed& event);
  void on(const matching::MarketHalted& event);
  void on(const matching::MarketUnhalted& event);
  void on(const matching::MarketTurnedInPlay& event);
  void on(const matching::MarketClosed& event);
  void on(const matching::MarketReopened& event);
  void on(const matching::MarketChanged& event);
  void on(const matching::MarketDescribed& event);
  void on(const matching::MarketDetermined& event);
  void on(const matching::MarketVoided& event);
  void on(const matching::MarketSettled& event);
  void on(const matching::MarketArchived& event);
  void on(const matching::OrderAccepted& event);
  void on(const matching::OrderRested& event);
  void on(const matching::TradeMatched& event);
  void on(const matching::OrderCancelled& event);
  void on(const matching::OrderReduced& event);
  void on(const matching::OrderReleased& event);
  void on(const matching::OrderAmended& event);
  void on(const matching::OrderExpired& event);
  void on(const matching::OrderCancelledBatched& event);
  void on(const matching::OrderGroupCancelled& event);

  void add_market(const matching::MarketInfo& info);
  void add_instrument(const matching::InstrumentInfo& info, const matching::Engine& engine);
  void add_instrument(matching::InstrumentId instrument, matching::MarketId market);
  void add_order(const matching::OrderInfo& info);
  void add_position(const matching::RowInfo& info);
  void change_market(matching::MarketId market);
  void change_state(matching::MarketId market, std::uint8_t suspend_reason = 0);
  void note_change(matching::InstrumentId instrument);
  InstrumentBook& change(matching::InstrumentId instrument);
  InstrumentBook& change_levels(matching::InstrumentId instrument);
  void rest(OpenOrder& order);
  void take_off(const OpenOrder& order, matching::Quantity quantity);
  void finish(matching::OrderId id);
  static void log_trade(InstrumentBook& book, const MarketTrade& trade);
  static void count_position(InstrumentBook& book,
                             const matching::TradeLeg& leg,
                             matching::Int128 bought);

  Securities securities_;
  OpenOrders orders_;
  std::vector<InstrumentBook> books_;        // by id, from 1
  std::vector<MarketStanding> standings_;    // by id, from 1
  std::vector<matching::MarketId> markets_;  // that are not archived, ascending
  std::vector<matching::InstrumentId> changed_;
  matching::EventSeq seq_;
  matching::TxId tx_;
  matching::Timestamp now_;
  bool exchange_halted_ = false;
  std::uint64_t revision_ = 1;
};

}  // namespace betex::gateway
