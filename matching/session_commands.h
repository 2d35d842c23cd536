// Commands about FIX sessions: the journal is the only truth about them too.
#pragma once

#include <cstdint>

#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

// Before a Logon is answered. Creates the session the first time its CompID is seen.
struct SessionUp {
  Name comp_id;
  Name username;       // 553 of its Logon; empty: none
  MsgSeqNum number;    // 34 of its Logon; 0: not known
  bool reset = false;  // 141=Y: the next epoch begins, both numbers at 1
  bool cancel_on_disconnect = false;
  std::uint8_t reserved[2] = {};
  std::uint32_t grace_ms = 0;  // between the loss of the session and that cancel
};

enum class SessionDownReason : std::uint8_t {  // on disk
  Logout = 1,
  Disconnect = 2,
  Restart = 3,  // found up at a start, after a crash: the expected inbound number stays
  Shutdown = 4,
};

struct SessionDown {
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;  // ignored for Restart
  SessionDownReason reason = SessionDownReason::Disconnect;
  std::uint8_t reserved[3] = {};
};

// Before the first outbound number of a block is used.
struct ReserveNumbers {
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum up_to;
};

// An application message that used up its number without reaching the book: answered by a
// BusinessMessageReject(j) or a session Reject(3), made from its event like every other answer.
struct RefuseInbound {
  enum class Answer : std::uint8_t { BusinessReject = 1, SessionReject = 2 };  // on disk

  Text<7> msg_type;
  ClOrdId cl_ord_id;             // empty where it could not be read
  std::uint32_t tag = 0;         // 371, 0: none
  std::uint16_t fix_reason = 0;  // 380 or 373
  Reason reason = Reason::None;
  Answer answer = Answer::BusinessReject;
  std::uint8_t reserved[3] = {};
  std::uint32_t retry_after_ms = 0;  // of a throttled message; 0: not said
  std::uint32_t reserved2 = 0;
};

// On proof that the client has the reports of all events up to `delivered`.
struct ConfirmDelivery {
  SessionId session;
  std::uint32_t reserved = 0;
  EventSeq delivered;
};

// By Ops, as a part of a SecurityListRequest(x): from now on the session is told how markets
// change, or is no longer. Again is harmless.
struct WatchMarkets {
  SessionId session;
  bool on = false;
  std::uint8_t reserved[3] = {};
};

// By Ops, on a session that is down. 0 leaves a number as it is; `new_epoch` starts both at 1.
struct SetSessionNumbers {
  Name comp_id;
  MsgSeqNum next_in;
  MsgSeqNum reserved_to;
  bool new_epoch = false;
  std::uint8_t reserved[7] = {};
  Name request_id;
  Timestamp transact_time;
};

// The session may cancel, and enter nothing. `cancel_orders` also cancels its live orders, of one
// that is suspended already too.
struct SuspendSession {
  Name comp_id;
  Name request_id;
  Timestamp transact_time;
  bool cancel_orders = false;
};

struct ResumeSession {
  Name comp_id;
  Name request_id;
  Timestamp transact_time;
};

struct LogoutSession {
  Name comp_id;
  Name request_id;
  Timestamp transact_time;
};

}  // namespace betex::matching
