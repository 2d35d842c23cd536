// What must hold of every log of events (RULES.md section 8), checked transaction by transaction
// against what the events before have said. Each invariant is a function of its own.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/matching/shadow.h"

namespace betex::matching::testing {

// The name of an invariant and what breaks it.
using Breaches = std::vector<std::string>;

// "#5".
template <typename Id>
std::string number(Id id) {
  return "#" + std::to_string(id.value());
}

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

  // A process, or one that was.
  struct Progress {
    BatchId first;            // of the processes of its request
    std::uint64_t items = 0;  // that it has done its work on
    bool runs = true;
  };

  // An event that says of processes that come after it whether there are any.
  struct Announcement {
    BatchId first;  // of the processes that it is one of; 0: it is none
    bool goes_on = false;
    bool is_followed = false;
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
  void check(const OperationProposed& event);
  void check(const OperationApproved& event);
  void check(const OperationDropped& event);
  void check(const OrderGroupSet& event);
  void check(const OrderGroupReset& event);
  void check(const OrderGroupCancelled& event);
  void check(const OrderGroupTripped& event);
  void check(const OrderGroupDeleted& event);
  void check(const OrderGroupRejected& event);

  // log_invariants_operations.cpp
  template <typename Event>
  void nothing_is_entered_or_opened_while_halted(const Event& event);
  template <typename Event>
  void note_announcement(const Event& event);
  void note_start(const BatchStarted& event);
  void note_work(BatchId batch, std::uint64_t items);
  void note_end(const BatchCompleted& event);
  [[nodiscard]] std::uint64_t done_in(BatchId first) const;
  [[nodiscard]] bool others_run(BatchId batch) const;
  void what_goes_on_is_followed();
  void items_add_up(const BatchCompleted& event);
  void proposal_acts_once_and_in_time(EventSeq proposed, const Name& id, bool is_late);

  // log_invariants_groups.cpp
  bool group_is_known(std::uint32_t group, AccountId account);
  void group_number_is_new(const OrderGroupSet& event);
  void group_takes_orders(std::uint32_t group);
  void live_orders_are_those_of_the_group(std::uint32_t group, const OrderGroupStanding& standing);
  void filled_is_of_the_window(std::uint32_t group, const OrderGroupStanding& standing);
  void trip_has_a_cause(const OrderGroupTripped& event);
  void group_cancels_its_own(const OrderGroupCancelled& event);
  void trip_counts_its_cancels(const OrderGroupTripped& event);
  void tripped_group_has_no_orders();
  void limit_that_is_reached_trips();

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
  std::map<BatchId, Progress> progress_;
  std::map<EventSeq, OperationProposed> proposals_;  // that wait
  EventSeq seq_;                                     // of the event that is read
  std::vector<Announcement> announcements_;          // in the transaction that is read
  BatchId started_now_;                              // the last one, in it
  std::map<OrderId, Taken> taken_;                   // in it
  std::uint32_t last_group_ = 0;
  std::map<std::uint32_t, std::uint32_t> group_cancels_;  // by trips in it, by groups
  std::set<std::uint32_t> groups_now_;                    // that something was counted for in it
  ClOrdId sets_group_;                                    // of the request in it that does
  std::map<InstrumentId, Quantity> bought_;
  std::map<InstrumentId, Quantity> sold_;
};

template <typename Event>
void LogInvariants::nothing_is_entered_or_opened_while_halted([[maybe_unused]] const Event& event) {
  using std::is_same_v;
  if constexpr (is_same_v<Event, OrderAccepted> || is_same_v<Event, OrderReleased> ||
                is_same_v<Event, OrderAmended> || is_same_v<Event, AmendDelayed> ||
                is_same_v<Event, TradeMatched> || is_same_v<Event, MarketOpened> ||
                is_same_v<Event, MarketResumed> || is_same_v<Event, MarketUnhalted> ||
                is_same_v<Event, MarketReopened> || is_same_v<Event, AccountResumed> ||
                is_same_v<Event, SessionResumed>) {
    if (shadow_.halted) {
      breach("nothing is entered or opened while the exchange is halted", "event " + number(seq_));
    }
  }
}

template <typename Event>
void LogInvariants::note_announcement([[maybe_unused]] const Event& event) {
  if constexpr (std::is_same_v<Event, OperationApproved>) {
    announcements_.push_back(
        {.first = {},
         .goes_on = event.goes_on,
         .is_followed = started_now_ != BatchId{} && progress_.at(started_now_).runs});
  } else if constexpr (requires { event.goes_on; } && !std::is_same_v<Event, BatchCompleted>) {
    announcements_.push_back({.first = {}, .goes_on = event.goes_on, .is_followed = false});
  }
}

// True if `batch` is to cancel `order`.
[[nodiscard]] bool is_meant(const BatchStarted& batch, const ShadowOrder& order);

}  // namespace betex::matching::testing
