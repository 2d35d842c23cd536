// Events about orders, from their acceptance to their end, and about trades.
#pragma once

#include <cstdint>

#include "matching/cancel_cause.h"
#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

enum class Entry : std::uint8_t {  // on disk
  Rests = 1,
  Takes = 2,
  Delayed = 3,
  Keeps = 4,   // an amended order: its place in its level's queue, or its delay
  Leaves = 5,  // an amended order: the book, with nothing left
};

struct OrderAccepted {
  static constexpr EventKind kKind = EventKind::OrderAccepted;
  EventHeader header;
  OrderId order;
  AccountId account;
  SessionId session;
  InstrumentId instrument;
  Tick tick;
  Side side{};
  OrderType type{};
  TimeInForce time_in_force{};
  SelfTradePrevention self_trade_prevention{};
  Persistence persistence{};
  Flag post_only;
  Flag cancel_on_pause;
  Entry entry{};
  Quantity min_fill;
  Money max_cost;  // of a market order; 0: none
  Timestamp expire_time;
  Timestamp transact_time;
  Timestamp release_at;  // Entry::Delayed only
  std::uint64_t version_guard = 0;
  Reference reference;            // the client's own; empty: none
  std::uint32_t order_group = 0;  // 0: none
  std::uint32_t flags = 0;        // none yet
  OrderValues values;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(OrderAccepted,
             header,
             order,
             account,
             session,
             instrument,
             tick,
             side,
             type,
             time_in_force,
             self_trade_prevention,
             persistence,
             post_only,
             cancel_on_pause,
             entry,
             min_fill,
             max_cost,
             expire_time,
             transact_time,
             release_at,
             version_guard,
             reference,
             order_group,
             flags,
             values,
             cl_ord_id);

// A refused NewOrderSingle: no order came to be; the report echoes what was asked for.
struct OrderRejected {
  static constexpr EventKind kKind = EventKind::OrderRejected;
  static constexpr std::size_t kFirstSize = 160;
  EventHeader header;
  AccountId account;  // 0: unknown
  SessionId session;
  Reason reason{};
  Side side{};
  OrderType type{};
  TimeInForce time_in_force{};
  Flag id_consumed;  // the ClOrdID is used up all the same
  Zeros<2> reserved;
  Decimal price;
  Decimal quantity;
  Name account_name;
  Name symbol;
  ClOrdId cl_ord_id;
  Reference reference;
  Reference order_group;
};

BETEX_FIELDS(OrderRejected,
             header,
             account,
             session,
             reason,
             side,
             type,
             time_in_force,
             id_consumed,
             reserved,
             price,
             quantity,
             account_name,
             symbol,
             cl_ord_id,
             reference,
             order_group);

// The rest of an order that took now stands in the book. Not reported: its trades have said it.
struct OrderRested {
  static constexpr EventKind kKind = EventKind::OrderRested;
  EventHeader header;
  OrderId order;
  Quantity leaves_qty;
};

BETEX_FIELDS(OrderRested, header, order, leaves_qty);

// One side of a trade. `order`'s owner is told by leg 1 (maker) or 2 (taker) of the trade's event.
struct TradeLeg {
  OrderId order;
  AccountId account;
  SessionId session;
  Money cash;         // binary: moved to the account
  Money fee;          // none yet
  Money balance;      // of the account, after it
  Quantity position;  // binary: YES contracts after it, negative for NO
  OrderValues values;
};

BETEX_FIELDS(TradeLeg, order, account, session, cash, fee, balance, position, values);

struct TradeMatched {
  static constexpr EventKind kKind = EventKind::TradeMatched;
  EventHeader header;
  InstrumentId instrument;
  Tick tick;  // the maker's
  Price price;
  Quantity quantity;
  Side taker_side{};
  Zeros<7> reserved;
  TradeLeg maker;
  TradeLeg taker;
};

BETEX_FIELDS(
    TradeMatched, header, instrument, tick, price, quantity, taker_side, reserved, maker, taker);

struct OrderCancelled {
  static constexpr EventKind kKind = EventKind::OrderCancelled;
  EventHeader header;
  OrderId order;
  SessionId session;  // that entered the order
  CancelCause cause{};
  Zeros<1> reserved;
  Reason reason{};     // of the check that failed, for CancelCause::DelayFailed
  OrderValues values;  // leaves_qty is 0
  ClOrdId cl_ord_id;   // the cancel request's, now the end of the chain; empty where unsolicited
};

BETEX_FIELDS(OrderCancelled, header, order, session, cause, reserved, reason, values, cl_ord_id);

// Self-trade prevention took `quantity` off two orders of one owner, of which this one lives on.
struct OrderReduced {
  static constexpr EventKind kKind = EventKind::OrderReduced;
  EventHeader header;
  OrderId order;
  SessionId session;
  CancelCause cause{};
  Zeros<3> reserved;
  Quantity quantity;
  OrderValues values;  // order_qty and leaves_qty are smaller by `quantity`
};

BETEX_FIELDS(OrderReduced, header, order, session, cause, reserved, quantity, values);

struct CancelRejected {
  static constexpr EventKind kKind = EventKind::CancelRejected;
  static constexpr std::uint8_t kToCancel = 1;
  static constexpr std::uint8_t kToReplace = 2;
  EventHeader header;
  OrderId order;  // 0: unknown (37=NONE)
  AccountId account;
  SessionId session;  // that asked
  Reason reason{};
  std::uint8_t response_to = kToCancel;  // CxlRejResponseTo(434)
  Flag id_consumed;                      // the ClOrdID is used up all the same
  Flag was_delayed;                      // an AmendDelayed came before
  Flag is_delayed;                       // the order itself waits for the bet delay
  Zeros<2> reserved;
  OrderValues values;  // the order's current ones, zeros where unknown
  Name account_name;
  ClOrdId cl_ord_id;
  ClOrdId orig_cl_ord_id;
};

BETEX_FIELDS(CancelRejected,
             header,
             order,
             account,
             session,
             reason,
             response_to,
             id_consumed,
             was_delayed,
             is_delayed,
             reserved,
             values,
             account_name,
             cl_ord_id,
             orig_cl_ord_id);

// The bet delay is over and every check passed again.
struct OrderReleased {
  static constexpr EventKind kKind = EventKind::OrderReleased;
  EventHeader header;
  OrderId order;
  SessionId session;
  Entry entry{};  // Rests or Takes
  Zeros<3> reserved;
  OrderValues values;
};

BETEX_FIELDS(OrderReleased, header, order, session, entry, reserved, values);

// An OrderCancelReplaceRequest was carried out.
struct OrderAmended {
  static constexpr EventKind kKind = EventKind::OrderAmended;
  static constexpr std::size_t kFirstSize = 136;
  EventHeader header;
  OrderId order;
  SessionId session;    // that entered the order
  SessionId requester;  // that asked
  Tick tick;
  Entry entry{};     // Rests: at the end of its new level's queue
  Flag was_delayed;  // an AmendDelayed came before
  Flag is_delayed;   // the order itself waits for the bet delay
  Zeros<1> reserved;
  Timestamp expire_time;
  OrderValues values;               // order_qty is the new total
  ClOrdId cl_ord_id;                // of the request, now the end of the chain
  std::uint64_t version_guard = 0;  // with sets_terms, as the next: the order's from now on
  Persistence persistence{};
  Flag sets_terms;  // unset in what an older program wrote: they stay as they were
  Zeros<6> reserved2;
};

BETEX_FIELDS(OrderAmended,
             header,
             order,
             session,
             requester,
             tick,
             entry,
             was_delayed,
             is_delayed,
             reserved,
             expire_time,
             values,
             cl_ord_id,
             version_guard,
             persistence,
             sets_terms,
             reserved2);

// An amend that loses priority waits for the bet delay, like a new order; the order stays as it is.
// Its outcome is OrderAmended or CancelRejected.
struct AmendDelayed {
  static constexpr EventKind kKind = EventKind::AmendDelayed;
  static constexpr std::size_t kFirstSize = 152;
  EventHeader header;
  OrderId order;
  SessionId session;
  SessionId requester;
  Tick tick;
  Zeros<4> reserved;
  Quantity order_qty;  // the new total
  Timestamp expire_time;
  Timestamp release_at;
  OrderValues values;  // the order's current ones
  ClOrdId cl_ord_id;
  std::uint64_t version_guard = 0;  // as of OrderAmended, which it will become
  Persistence persistence{};
  Flag sets_terms;
  Flag guard_given;  // the guard is the request's own: checked again at its release
  Zeros<5> reserved2;
};

BETEX_FIELDS(AmendDelayed,
             header,
             order,
             session,
             requester,
             tick,
             reserved,
             order_qty,
             expire_time,
             release_at,
             values,
             cl_ord_id,
             version_guard,
             persistence,
             sets_terms,
             guard_given,
             reserved2);

struct OrderExpired {
  static constexpr EventKind kKind = EventKind::OrderExpired;
  EventHeader header;
  OrderId order;
  SessionId session;
  Zeros<4> reserved;
  OrderValues values;  // leaves_qty is 0
};

BETEX_FIELDS(OrderExpired, header, order, session, reserved, values);

// A NewOrderSingle with PossResend whose ClOrdID is known did not act again: this is how the order
// stands.
struct OrderStatusAnswered {
  static constexpr EventKind kKind = EventKind::OrderStatusAnswered;
  EventHeader header;
  OrderId order;  // 0: the first request was refused
  AccountId account;
  SessionId session;  // that asked
  Reason reason{};    // of that refusal
  CancelCause cancel_cause{};
  Flag live;
  Flag is_delayed;  // it waits for the bet delay
  Side side{};      // as asked, with the symbol, where there is no order
  Zeros<2> reserved;
  OrderValues values;
  Name symbol;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(OrderStatusAnswered,
             header,
             order,
             account,
             session,
             reason,
             cancel_cause,
             live,
             is_delayed,
             side,
             reserved,
             values,
             symbol,
             cl_ord_id);

}  // namespace betex::matching
