// Events about FIX sessions: the journal is the only truth about them too.
#pragma once

#include <cstdint>

#include "matching/commands.h"
#include "matching/event_header.h"
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
  std::uint8_t reset = 0;
  std::uint8_t cancel_on_disconnect = 0;
  std::uint8_t reserved[2] = {};
  std::uint32_t grace_ms = 0;  // of the cancel on disconnect
  Name comp_id;
};

struct SessionWentDown {
  static constexpr EventKind kKind = EventKind::SessionWentDown;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;
  SessionDownReason reason{};
  std::uint8_t reserved[3] = {};
  Timestamp cancel_at;  // end of its grace: its orders are cancelled then; 0: they stay
};

struct NumbersReserved {
  static constexpr EventKind kKind = EventKind::NumbersReserved;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum up_to;
  std::uint32_t reserved = 0;
};

struct InboundRefused {
  static constexpr EventKind kKind = EventKind::InboundRefused;
  EventHeader header;
  SessionId session;
  MsgSeqNum msg_seq_num;
  std::uint32_t tag = 0;
  std::uint16_t fix_reason = 0;
  Reason reason{};
  RefuseInbound::Answer answer{};
  std::uint8_t reserved[7] = {};
  Text<7> msg_type;
  ClOrdId cl_ord_id;
};

// Reports of events up to `delivered` have proven to be with the client.
struct ReportsDelivered {
  static constexpr EventKind kKind = EventKind::ReportsDelivered;
  EventHeader header;
  SessionId session;
  std::uint32_t reserved = 0;
  EventSeq delivered;
};

// By Ops. A new epoch starts both numbers again.
struct SessionNumbersSet {
  static constexpr EventKind kKind = EventKind::SessionNumbersSet;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;
  MsgSeqNum reserved_to;
  SessionId requester;
  std::uint32_t reserved = 0;
  Name request_id;
};

// It may log on and cancel, but enter nothing.
struct SessionSuspended {
  static constexpr EventKind kKind = EventKind::SessionSuspended;
  EventHeader header;
  SessionId session;
  SessionId requester;
  Name request_id;
};

struct SessionResumed {
  static constexpr EventKind kKind = EventKind::SessionResumed;
  EventHeader header;
  SessionId session;
  SessionId requester;
  Name request_id;
};

// Ops wants it off; the transport logs it out when it sees this.
struct SessionLoggedOut {
  static constexpr EventKind kKind = EventKind::SessionLoggedOut;
  EventHeader header;
  SessionId session;
  SessionId requester;
  Name request_id;
};

}  // namespace betex::matching
