// The only code that changes the engine's state: one function per kind of event, the same for live
// events and for those of the journal. It holds no condition on price, limit or time: whatever had
// to be decided stands in the event.
#pragma once

#include "matching/events.h"
#include "matching/state.h"
#include "matching/transaction.h"

namespace betex::matching {

// apply_sessions.cpp
void apply(State& state, EventSeq seq, const SessionWentUp& event);
void apply(State& state, EventSeq seq, const SessionWentDown& event);
void apply(State& state, EventSeq seq, const NumbersReserved& event);
void apply(State& state, EventSeq seq, const InboundRefused& event);
void apply(State& state, EventSeq seq, const ReportsDelivered& event);
void apply(State& state, EventSeq seq, const SessionNumbersSet& event);
void apply(State& state, EventSeq seq, const SessionSuspended& event);
void apply(State& state, EventSeq seq, const SessionResumed& event);
void apply(State& state, EventSeq seq, const SessionLoggedOut& event);

// apply_markets.cpp
void apply(State& state, EventSeq seq, const AccountCreated& event);
void apply(State& state, EventSeq seq, const AccountSuspended& event);
void apply(State& state, EventSeq seq, const AccountResumed& event);
void apply(State& state, EventSeq seq, const AccountLimitsSet& event);
void apply(State& state, EventSeq seq, const MarketCreated& event);
void apply(State& state, EventSeq seq, const RunnerAdded& event);
void apply(State& state, EventSeq seq, const MarketOpened& event);
void apply(State& state, EventSeq seq, const RunnerRemoved& event);
void apply(State& state, EventSeq seq, const MarketSuspended& event);
void apply(State& state, EventSeq seq, const MarketResumed& event);
void apply(State& state, EventSeq seq, const MarketHalted& event);
void apply(State& state, EventSeq seq, const MarketUnhalted& event);
void apply(State& state, EventSeq seq, const MarketTurnedInPlay& event);
void apply(State& state, EventSeq seq, const MarketClosed& event);
void apply(State& state, EventSeq seq, const MarketDetermined& event);
void apply(State& state, EventSeq seq, const MarketVoided& event);

// apply_orders.cpp
void apply(State& state, EventSeq seq, const OrderAccepted& event);
void apply(State& state, EventSeq seq, const OrderRejected& event);
void apply(State& state, EventSeq seq, const OrderRested& event);
void apply(State& state, EventSeq seq, const TradeMatched& event);
void apply(State& state, EventSeq seq, const OrderCancelled& event);
void apply(State& state, EventSeq seq, const OrderReduced& event);
void apply(State& state, EventSeq seq, const OrderReleased& event);
void apply(State& state, EventSeq seq, const OrderAmended& event);
void apply(State& state, EventSeq seq, const AmendDelayed& event);
void apply(State& state, EventSeq seq, const OrderExpired& event);
void apply(State& state, EventSeq seq, const OrderStatusAnswered& event);
void apply(State& state, EventSeq seq, const CancelRejected& event);

// apply_batches.cpp
void apply(State& state, EventSeq seq, const BatchStarted& event);
void apply(State& state, EventSeq seq, const OrderCancelledBatched& event);
void apply(State& state, EventSeq seq, const BatchCompleted& event);
void apply(State& state, EventSeq seq, const MassCancelRejected& event);
void apply(State& state, EventSeq seq, const TradingDaySet& event);
void apply(State& state, EventSeq seq, const TradingDayEnded& event);
void apply(State& state, EventSeq seq, const ClOrdIdGenerationEnded& event);
void apply(State& state, EventSeq seq, const CommandRejected& event);
void apply(State& state, EventSeq seq, const Announced& event);
void apply(State& state, EventSeq seq, const WatermarkMoved& event);

// apply.cpp. After each event: its market's count, and deadlines that no longer stand.
void apply_end_of_event(State& state, const EventHeader& header);

// After the events of a transaction: the positions in the log, its origin's next number, and the
// orders that it has finished.
void apply_header(State& state, const TransactionHeader& header, EventSeq last_seq);

// Steps that several events share.

// An Ops request has acted.
void remember_request(State& state, const Name& request_id, EventSeq seq);

// A refused request has used up its id.
void consume_id(State& state, AccountId account, const ClOrdId& id, Reason reason);

// The session's orders are cancelled at `end`; 0: its grace is over or was never needed.
void set_grace(State& state, SessionId id, Timestamp end);

// A grace runs until `end`; 0: none.
void note_grace(State& state, Timestamp end) noexcept;

// The order has no leaves any more: takes it out of the book, the locks and the counts. `leaves` is
// what it had.
void finish_order(State& state, Slot slot, Quantity leaves, CancelCause cause);

}  // namespace betex::matching
