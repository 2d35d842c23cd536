// Events about FIX sessions: the journal is the only truth about them too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

struct SessionWentUp {
  static constexpr EventKind kKind = EventKind::SessionWentUp;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;      // expected from the client
  MsgSeqNum reserved_to;  // outbound numbers up to here may have been used
  EventSeq delivered;     // reports of events up to here are proven delivered
  Flag reset;
  Flag cancel_on_disconnect;
  Zeros<2> reserved;
  std::uint32_t grace_ms = 0;  // of the cancel on disconnect
  Name comp_id;
  Name username;  // of its Logon; empty: none
};

BETEX_FIELDS(SessionWentUp,
             header,
             session,
             epoch,
             next_in,
             reserved_to,
             delivered,
             reset,
             cancel_on_disconnect,
             reserved,
             grace_ms,
             comp_id,
             username);

struct SessionWentDown {
  static constexpr EventKind kKind = EventKind::SessionWentDown;
  static constexpr std::size_t kFirstSize = 48;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;
  SessionDownReason reason{};
  Zeros<3> reserved;
  Timestamp cancel_at;         // end of its grace: its orders are cancelled then; 0: they stay
  Timestamp groups_cancel_at;  // the same of the order groups that are bound to it; 0: none is
};

BETEX_FIELDS(SessionWentDown,
             header,
             session,
             epoch,
             next_in,
             reason,
             reserved,
             cancel_at,
             groups_cancel_at);

struct NumbersReserved {
  static constexpr EventKind kKind = EventKind::NumbersReserved;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum up_to;
  Zeros<4> reserved;
};

BETEX_FIELDS(NumbersReserved, header, session, epoch, up_to, reserved);

struct InboundRefused {
  static constexpr EventKind kKind = EventKind::InboundRefused;
  EventHeader header;
  SessionId session;
  MsgSeqNum msg_seq_num;
  std::uint32_t tag = 0;
  std::uint16_t fix_reason = 0;
  Reason reason{};
  RefuseInbound::Answer answer{};
  Zeros<3> reserved;
  std::uint32_t retry_after_ms = 0;  // of a throttled message: when it may be sent again; 0: absent
  Text<7> msg_type;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(InboundRefused,
             header,
             session,
             msg_seq_num,
             tag,
             fix_reason,
             reason,
             answer,
             reserved,
             retry_after_ms,
             msg_type,
             cl_ord_id);

// Reports of events up to `delivered` have proven to be with the client.
struct ReportsDelivered {
  static constexpr EventKind kKind = EventKind::ReportsDelivered;
  EventHeader header;
  SessionId session;
  Zeros<4> reserved;
  EventSeq delivered;
};

BETEX_FIELDS(ReportsDelivered, header, session, reserved, delivered);

// From the next event on the session is told how markets change, or is no longer. Nothing in the
// engine's state follows from it: whom a report is for is the gateway's business.
struct MarketsWatched {
  static constexpr EventKind kKind = EventKind::MarketsWatched;
  EventHeader header;
  SessionId session;
  Flag on;
  Zeros<3> reserved;
};

BETEX_FIELDS(MarketsWatched, header, session, on, reserved);

// By Ops. A new epoch starts both numbers again.
struct SessionNumbersSet {
  static constexpr EventKind kKind = EventKind::SessionNumbersSet;
  static constexpr std::size_t kFirstSize = 72;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;
  MsgSeqNum reserved_to;
  Name request_id;
  EventSeq delivered;  // as it is
};

BETEX_FIELDS(
    SessionNumbersSet, header, session, epoch, next_in, reserved_to, request_id, delivered);

// It may log on and cancel, but enter nothing. Also of one that was suspended already.
struct SessionSuspended {
  static constexpr EventKind kKind = EventKind::SessionSuspended;
  EventHeader header;
  SessionId session;
  Flag cancel_orders;
  Flag goes_on;  // a process follows that cancels them
  Zeros<2> reserved;
  Name request_id;
};

BETEX_FIELDS(SessionSuspended, header, session, cancel_orders, goes_on, reserved, request_id);

struct SessionResumed {
  static constexpr EventKind kKind = EventKind::SessionResumed;
  EventHeader header;
  SessionId session;
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(SessionResumed, header, session, reserved, request_id);

// Ops wants it off; the transport logs it out when it sees this. The number that is expected of the
// client is not here: while it is on, only its transport knows that.
struct SessionLoggedOut {
  static constexpr EventKind kKind = EventKind::SessionLoggedOut;
  static constexpr std::size_t kFirstSize = 64;
  EventHeader header;
  SessionId session;
  Zeros<4> reserved;
  Name request_id;
  SessionEpoch epoch;  // as it is, as the next two
  MsgSeqNum reserved_to;
  EventSeq delivered;
};

BETEX_FIELDS(
    SessionLoggedOut, header, session, reserved, request_id, epoch, reserved_to, delivered);

}  // namespace betex::matching
