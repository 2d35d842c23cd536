// Events about order groups (RULES.md section 3). A group is known by its number, which is never
// used again; its name stands in the event that creates it, and in those that a broker is told of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "matching/cancel_cause.h"
#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/order_group_commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

enum class OrderGroupState : std::uint8_t { Active = 1, Tripped = 2 };  // on disk and on the wire

// How a group stands after an event.
struct OrderGroupStanding {
  Decimal limit;   // quantity filled, stake or contracts, as a client writes it
  Decimal filled;  // within the window
  std::uint32_t window_ms = 0;
  std::uint32_t live_orders = 0;
  SessionId cancel_on_disconnect;  // whose end cancels the group's orders; 0: none
  CountedFills counted{};
  OrderGroupState state{};
  Zeros<2> reserved;
};

BETEX_FIELDS(OrderGroupStanding,
             limit,
             filled,
             window_ms,
             live_orders,
             cancel_on_disconnect,
             counted,
             state,
             reserved);

// Created or updated. A limit that is lowered to what is filled is followed by OrderGroupTripped.
struct OrderGroupSet {
  static constexpr EventKind kKind = EventKind::OrderGroupSet;
  EventHeader header;
  std::uint32_t group = 0;
  AccountId account;
  SessionId requester;
  OrderGroupAction action{};  // Create or Update
  Zeros<3> reserved;
  OrderGroupStanding standing;
  Reference name;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(
    OrderGroupSet, header, group, account, requester, action, reserved, standing, name, cl_ord_id);

// Active, with nothing filled.
struct OrderGroupReset {
  static constexpr EventKind kKind = EventKind::OrderGroupReset;
  EventHeader header;
  std::uint32_t group = 0;
  AccountId account;
  SessionId requester;
  Zeros<4> reserved;
  OrderGroupStanding standing;
  Reference name;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(
    OrderGroupReset, header, group, account, requester, reserved, standing, name, cl_ord_id);

// Orders of a group are cancelled, as far as it concerns one market: `count` order ids follow the
// struct. It is the last event of each of them. Without market and orders where the last of the
// groups that a lost session takes with it has none.
struct OrderGroupCancelled {
  static constexpr EventKind kKind = EventKind::OrderGroupCancelled;
  using Tail = OrderId;
  static constexpr std::size_t kMaxTail = 1'024;
  static constexpr std::string_view kTailName = "order";
  EventHeader header;  // header.market: of all these orders; 0: there are none
  std::uint32_t group = 0;
  AccountId account;
  CancelCause cause{};  // OrderGroupTripped, Disconnected or LoggedOut
  Zeros<3> reserved;
  std::uint32_t count = 0;
};

BETEX_FIELDS(OrderGroupCancelled, header, group, account, cause, reserved, count);

// The group's limit was reached, or its owner has tripped it. It comes behind the cancels of all
// its orders, `total` in number, in the same transaction.
struct OrderGroupTripped {
  static constexpr EventKind kKind = EventKind::OrderGroupTripped;
  EventHeader header;
  std::uint32_t group = 0;
  AccountId account;
  SessionId requester;  // that asked for it; 0: by fills
  std::uint32_t total = 0;
  OrderGroupStanding standing;
  Reference name;
  ClOrdId cl_ord_id;  // of the request; empty: by fills
};

BETEX_FIELDS(
    OrderGroupTripped, header, group, account, requester, total, standing, name, cl_ord_id);

// It had no live order. Its name may be given again, to a group of another number.
struct OrderGroupDeleted {
  static constexpr EventKind kKind = EventKind::OrderGroupDeleted;
  EventHeader header;
  std::uint32_t group = 0;
  AccountId account;
  SessionId requester;
  Zeros<4> reserved;
  Reference name;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(OrderGroupDeleted, header, group, account, requester, reserved, name, cl_ord_id);

// A refused OrderGroupRequest.
struct OrderGroupRejected {
  static constexpr EventKind kKind = EventKind::OrderGroupRejected;
  EventHeader header;
  AccountId account;  // 0: unknown
  SessionId requester;
  Reason reason{};
  OrNone<OrderGroupAction> action;  // none: one that there is not was asked for
  Flag id_consumed;
  Zeros<4> reserved;
  Name account_name;
  Reference name;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(OrderGroupRejected,
             header,
             account,
             requester,
             reason,
             action,
             id_consumed,
             reserved,
             account_name,
             name,
             cl_ord_id);

}  // namespace betex::matching
