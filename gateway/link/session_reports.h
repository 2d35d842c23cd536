// What a session is told of its own messages: that they are refused, which reports it is told
// again, and how much it may still send.
#pragma once

#include <cstdint>
#include <vector>

#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// BusinessMessageReject(j).
struct BusinessMessageReject {
  matching::MsgSeqNum ref_seq_num;
  matching::Text<7> ref_msg_type;
  matching::ClOrdId business_reject_ref_id;  // 379; empty: absent
  std::uint16_t business_reject_reason = 0;  // 380
  std::uint32_t retry_after_ms = 0;          // 20074; 0: absent
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const BusinessMessageReject&, const BusinessMessageReject&) = default;
};

// Reject(3) of an application message. Those of administrative messages tell of no event, and are
// the session's own.
struct Reject {
  matching::MsgSeqNum ref_seq_num;
  matching::Text<7> ref_msg_type;
  std::uint32_t ref_tag_id = 0;             // 371; 0: absent
  std::uint16_t session_reject_reason = 0;  // 373

  friend bool operator==(const Reject&, const Reject&) = default;
};

// ApplResponseType(1348).
enum class ReplayResponse : std::uint8_t { Begins = 0, UnknownApplication = 1, Unavailable = 2 };

// ApplicationMessageRequestAck(BX): whether reports are told again.
struct ReplayAck {
  matching::Name request_id;  // 1346
  ReplayResponse response{};
  matching::EventSeq first;  // 1182 and 1183 of RefApplID BETEX
  matching::EventSeq last;
  matching::EventSeq available_from;  // 20076: with Unavailable, the first event that could be had

  friend bool operator==(const ReplayAck&, const ReplayAck&) = default;
};

// ApplicationMessageReport(BY), 1426=3: all of them have been told again.
struct ReplayEnd {
  matching::Name request_id;  // 1346
  matching::EventSeq last;    // 1357
  std::uint64_t reports = 0;  // 20077

  friend bool operator==(const ReplayEnd&, const ReplayEnd&) = default;
};

// UserResponse(BF): how much of what a session may send is left, for one who has asked by
// UserRequest(BE).
struct ThrottleReport {
  // ThrottleAction(1611): what becomes of a message that is one too many.
  enum class Action : std::uint8_t { Queue = 0, Reject = 2 };

  // ThrottleType(1612).
  enum class Type : std::uint8_t { InboundRate = 0, OutstandingRequests = 1 };

  struct Entry {
    std::uint32_t limit = 0;        // 1613
    std::uint32_t interval_ms = 0;  // 1614, with 1615=3; 0: both absent
    std::uint32_t left = 0;         // 20075
    Action action = Action::Reject;
    Type type = Type::InboundRate;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  matching::Name request_id;   // 923
  matching::Name username;     // 553, as the request has it
  std::vector<Entry> entries;  // 1610; none: nothing is limited

  friend bool operator==(const ThrottleReport&, const ThrottleReport&) = default;
};

}  // namespace betex::fix
