// The only code that changes the engine's state: one function per kind of event, the same for live
// events and for those of the journal. It holds no condition on price, limit or time: whatever had
// to be decided stands in the event.
#pragma once

#include "matching/assert.h"
#include "matching/events.h"
#include "matching/state.h"
#include "matching/transaction.h"

namespace betex::matching {

#define BETEX_EVENT(name, number) void apply(State& state, EventSeq seq, const name& event);
#include "matching/events.def"

// apply.cpp. Deadlines that no longer stand.
void prune_deadlines(State& state);

// After each event: its market's count, and the deadlines.
inline void apply_end_of_event(State& state, const EventHeader& header) {
  if (header.market != MarketId{}) {
    MarketData& market = state.markets.at(header.market);
    BETEX_ASSERT(header.market_seq == market.last_market_seq + 1);
    market.last_market_seq = header.market_seq;
  }
  if (!state.deadlines.empty()) {
    prune_deadlines(state);
  }
}

// After the events of a transaction: the positions in the log, its origin's next number, and the
// orders that it has finished.
void apply_header(State& state, const TransactionHeader& header, EventSeq last_seq);

// Steps that several events share.

// An operator's request has used its id up; `refused` says why nothing came of it. What its content
// was, apply_header() adds.
void remember_request(State& state,
                      const Name& request_id,
                      EventSeq seq,
                      Reason refused = Reason::None);

// The process must be under way.
[[nodiscard]] Batch& batch_of(State& state, BatchId id);

// A refused request has used up its id.
void consume_id(State& state, AccountId account, const ClOrdId& id, Reason reason);

// The session's orders are cancelled at `end`; 0: its grace is over or was never needed.
void set_grace(State& state, SessionId id, Timestamp end);

// The same of the order groups that are bound to it.
void set_groups_grace(State& state, SessionId id, Timestamp end);

// A grace runs until `end`; 0: none.
void note_grace(State& state, Timestamp end) noexcept;

// The order has no leaves any more: takes it out of the book, the locks and the counts. `leaves` is
// what it had.
void finish_order(State& state, Slot slot, Quantity leaves, CancelCause cause);

// apply_order_groups.cpp: of an order that is of a group. It is new; it has no leaves any more; it
// was filled by `quantity`.
void join_group(State& state, const Order& order);
void leave_group(State& state, const Order& order);
void count_fill(State& state, const Order& order, Decimal quantity, bool is_maker);

}  // namespace betex::matching
