// The only code that changes the engine's state: one function per kind of event, the same for live
// events and for those of the journal. It holds no condition on price, limit or time: whatever had
// to be decided stands in the event.
#pragma once

#include "matching/events.h"
#include "matching/state.h"
#include "matching/transaction.h"

namespace betex::matching {

void apply(State& state, EventSeq seq, const SessionWentUp& event);
void apply(State& state, EventSeq seq, const SessionWentDown& event);
void apply(State& state, EventSeq seq, const NumbersReserved& event);
void apply(State& state, EventSeq seq, const InboundRefused& event);
void apply(State& state, EventSeq seq, const AccountCreated& event);
void apply(State& state, EventSeq seq, const MarketCreated& event);
void apply(State& state, EventSeq seq, const RunnerAdded& event);
void apply(State& state, EventSeq seq, const MarketOpened& event);
void apply(State& state, EventSeq seq, const OrderAccepted& event);
void apply(State& state, EventSeq seq, const OrderRejected& event);
void apply(State& state, EventSeq seq, const OrderRested& event);
void apply(State& state, EventSeq seq, const TradeMatched& event);
void apply(State& state, EventSeq seq, const OrderCancelled& event);
void apply(State& state, EventSeq seq, const OrderReduced& event);
void apply(State& state, EventSeq seq, const CancelRejected& event);
void apply(State& state, EventSeq seq, const CommandRejected& event);

// After the events of a transaction: the positions in the log, and its origin's next number.
void apply_header(State& state, const TransactionHeader& header, EventSeq last_seq);

}  // namespace betex::matching
