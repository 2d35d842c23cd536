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
#include "matching/traded_volumes.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway {

struct MarketTrade {
  matching::EventSeq event;  // TradeID(1003); 0: none was seen
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

struct InstrumentBook {
  LevelBook levels;
  matching::MarketId market;
  std::uint32_t place = 0;  // in its market
  bool removed = false;
  matching::WideQuantity traded;           // of all trades, each counted once
  matching::TradedVolumes traded_at;       // the same by price; empty once its market is archived
  matching::Int128 open_interest = 0;      // contracts that somebody is long of; binary
  MarketTrade last_trade;                  // since the process began
  std::uint64_t trades = 0;                // likewise
  std::uint64_t transactions = 0;          // that have changed what the public sees; likewise
  matching::Timestamp updated;             // by the last of these
  bool changed = false;                    // since the last forget_changes()

  // Only of one that is watched: trades and ladder changes that somebody may not have been told of,
  // the oldest first.
  bool watched = false;
  std::vector<MarketTrade> trade_log;
  std::vector<LadderChange> ladder_log;
};

// How a market stands.
struct MarketStanding {
  std::uint64_t public_changes = 0;  // RptSeq(83); matching::MarketInfo has the same number
  std::uint8_t suspend_reason = 0;   // matching::SuspendReason; 0: none, or from before the start
  bool archived = false;
};

class MarketBooks {
 public:
  explicit MarketBooks(const matching::Engine& engine);

  // The next transaction.
  void apply(const matching::TransactionView& transaction);

  // Part of that, for those who look at the books between two of its events: the transaction's time
  // first, then each event.
  void begin(const matching::TransactionHeader& header) noexcept { now_ = header.timestamp; }

  template <typename Event>
  void apply(matching::EventSeq seq, const Event& event) {
    seq_ = seq;
    if constexpr (requires { on(event); }) {
      on(event);
    }
    securities_.apply(event);
  }

  // After the last one.
  void end();

  [[nodiscard]] const Securities& securities() const noexcept { return securities_; }

  [[nodiscard]] matching::EventSeq last_seq() const noexcept { return seq_; }

  // Of the last transaction.
  [[nodiscard]] matching::Timestamp now() const noexcept { return now_; }

  [[nodiscard]] bool exchange_halted() const noexcept { return exchange_halted_; }

  // Ids must exist; that they do is asserted.
  [[nodiscard]] const InstrumentBook& book(matching::InstrumentId instrument) const;
  [[nodiscard]] InstrumentBook& book(matching::InstrumentId instrument);
  [[nodiscard]] const MarketStanding& standing(matching::MarketId market) const;

  // The instruments that have changed, each once.
  [[nodiscard]] std::span<const matching::InstrumentId> changed() const noexcept {
    return changed_;
  }

  void forget_changes() noexcept;

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

  void add_instrument(matching::InstrumentId instrument, matching::MarketId market);
  void add_order(const matching::OrderInfo& info);
  void count_change(matching::MarketId market);
  void change_state(matching::MarketId market, std::uint8_t suspend_reason = 0);
  InstrumentBook& changing(const OpenOrder& order);
  void rest(OpenOrder& order);
  void take_off(const OpenOrder& order, matching::Quantity quantity);
  void finish(matching::OrderId id);
  void count_position(InstrumentBook& book, const matching::TradeLeg& leg, matching::Side side,
                      matching::Quantity quantity);

  Securities securities_;
  OpenOrders orders_;
  std::vector<InstrumentBook> books_;      // by id
  std::vector<MarketStanding> standings_;  // by id
  std::vector<matching::InstrumentId> changed_;
  std::vector<matching::InstrumentId> changed_now_;  // by the present transaction
  matching::EventSeq seq_;
  matching::Timestamp now_;
  bool exchange_halted_ = false;
};

}  // namespace betex::gateway
