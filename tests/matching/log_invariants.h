// What must hold of every log of events (RULES.md section 8), checked transaction by transaction
// against what the events before have said. Each invariant is a function of its own.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/matching/shadow.h"

namespace betex::matching::testing {

// The name of an invariant and what breaks it.
using Breaches = std::vector<std::string>;

class LogInvariants {
 public:
  // Reads one more transaction; empty if it breaks nothing. After a breach the picture may be
  // wrong, and nothing more should be read.
  Breaches read(const TransactionView& transaction);

  // The account is not in deficit now: whatever has touched it before is no cause of a later one.
  void note_solvent(AccountId account) { shadow_.accounts.at(account).may_be_in_deficit = false; }

  // What the log has said so far.
  [[nodiscard]] const Shadow& shadow() const { return shadow_; }

 private:
  // An order that took, on the terms that it was entered with.
  struct Taken {
    OrderAccepted accepted;
    OrderValues values;  // after its last fill
  };

  // What the chunks of a round have said so far.
  struct RoundSums {
    Int128 paid = 0;
    Int128 charged = 0;
    Int128 commission = 0;
    std::uint32_t rows = 0;
  };

  // Before the event is part of the picture.
  template <typename Event>
  void check(const Event&) {}

  void check(const OrderAccepted& event);
  void check(const OrderRested& event);
  void check(const TradeMatched& event);
  void check(const OrderCancelled& event);
  void check(const OrderExpired& event);
  void check(const OrderReduced& event);
  void check(const OrderReleased& event);
  void check(const OrderAmended& event);
  void check(const BatchStarted& event);
  void check(const OrderCancelledBatched& event);
  void check(const BatchCompleted& event);
  void check(const FundsMoved& event);
  void check(const RunnerBetsVoided& event);
  void check(const PositionsSettled& event);
  void check(const MarketSettled& event);
  void check(const RowsArchived& event);

  void sequences_are_gapless(const TransactionView& transaction);
  void market_sequence_is_gapless(const EventHeader& header);
  void time_does_not_run_back(const TransactionView& transaction);
  void order_is_live(OrderId order, const char* what);
  void quantities_add_up(const OrderValues& values, const char* what);
  void trade_skips_nobody(const TradeMatched& trade);
  void trade_is_at_the_makers_price(const TradeMatched& trade);
  void taker_is_not_worse_than_its_limit(const TradeMatched& trade);
  void no_trade_outside_open(const TradeMatched& trade);
  void fills_add_up(const TradeLeg& leg, const TradeMatched& trade);
  void position_and_cash_follow_from_the_fill(const TradeMatched& trade);
  void post_only_never_takes(OrderId taker);
  void immediate_never_rests(OrderId order);
  void fill_or_kill_is_whole_or_nothing();
  void minimum_fill_is_reached_or_nothing();
  void amend_keeps_or_loses_its_place(const OrderAmended& event);
  void chunk_is_in_order_and_small(const OrderCancelledBatched& event);
  void completed_batch_leaves_nobody(const BatchCompleted& event);
  void id_acts_once(AccountId account, const ClOrdId& id);
  void request_acts_once(const Name& request);
  void money_is_neither_made_nor_lost();
  void statement_adds_up(AccountId account, Money before, Money amount, Money balance);
  void rows_are_passed_in_order(const EventHeader& header, BatchId batch, std::uint32_t cursor);
  void bets_are_made_void_once(const RunnerBetsVoided& event);
  void round_pays_what_is_missing(const SettledRow& entry, const PositionsSettled& event);
  void paying_twice_pays_nothing(const SettledRow& entry, const PositionsSettled& event);
  void round_sums_to_zero(const MarketSettled& event);
  void what_is_bought_is_sold(const TradeMatched& trade);

  void breach(const char* invariant, const std::string& what);

  Shadow shadow_;
  Breaches breaches_;
  TransactionHeader header_;  // of the transaction that is read
  TxId last_tx_;
  EventSeq last_seq_;
  Timestamp last_timestamp_;
  std::map<MarketId, std::uint64_t> last_market_seqs_;
  std::map<BatchId, BatchStarted> batches_;
  std::map<BatchId, OrderId> cursors_;
  std::map<std::pair<AccountId, std::string>, Timestamp> ids_;  // when they acted
  std::map<std::string, Timestamp> requests_;  // when they acted, in transactions before
  std::set<std::string> requests_now_;
  std::map<BatchId, RoundSums> rounds_;  // that go on
  std::map<OrderId, Taken> taken_;       // in the transaction that is read
  std::map<InstrumentId, Quantity> bought_;
  std::map<InstrumentId, Quantity> sold_;
};

// True if `batch` is to cancel `order`.
[[nodiscard]] bool is_meant(const BatchStarted& batch, const ShadowOrder& order);

}  // namespace betex::matching::testing
