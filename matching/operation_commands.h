// Commands of operators that are about no single market, account or session. What their requests
// have in common stands in commands.h.
#pragma once

#include <cstdint>

#include "matching/boxed.h"
#include "matching/types.h"

namespace betex::matching {

// A mass cancel that is not its owner's: of an account's, a session's, a market's or an
// instrument's live orders. Empty or 0 fields match everything; one of the four must be given.
struct CancelOnBehalf {
  Name account;
  Name comp_id;
  Name market;
  Name symbol;
  std::uint8_t side = 0;  // 1 or 2 as in Side; 0: both
  Name request_id;
  Timestamp transact_time;
};

// When the trading day ends, in seconds after midnight UTC.
struct SetTradingDay {
  std::uint32_t ends_at_s = 0;
  Name request_id;
  Timestamp transact_time;
};

struct Announce {
  Name subject;  // a market or an instrument, which is not looked at; empty: everybody
  Boxed<Remark> headline;
  bool urgent = false;
  Name request_id;
  Timestamp transact_time;
};

// The node is stopped in an orderly way so many seconds from now. The engine does nothing but
// write it down: whoever runs the node acts on the event when it happens, and never again.
struct StopExchange {
  std::uint32_t notice_s = 0;  // at most kMaxStopNoticeS
  Name request_id;
  Timestamp transact_time;
};

inline constexpr std::uint32_t kMaxStopNoticeS = 3'600;

// To an event that there is, and never back.
struct MoveWatermark {
  EventSeq watermark;
  Name request_id;
  Timestamp transact_time;
};

// ---- Four eyes (RULES.md section 5) -------------------------------------------------------------

// Classes of requests that a second operator may have to approve, as bits.
enum class ApprovalClass : std::uint32_t {  // on disk
  Results = 1,         // ReopenMarket, DetermineMarket, SettleMarket, VoidMarket, ArchiveMarket
  Funds = 2,           // MoveFunds
  SessionNumbers = 4,  // SetSessionNumbers
};

inline constexpr std::uint32_t kAllApprovalClasses = 7;

// By the gateway at its start, where the configuration says otherwise than the log. The sum of
// ApprovalClass; 0: none. What was proposed before stays proposed.
struct RequireApproval {
  std::uint32_t classes = 0;
};

// Carries out what another operator has proposed. `proposed` is the event that told of it: so the
// approver has seen what it was.
struct Approve {
  Name proposal;  // its request id
  EventSeq proposed;
  Name request_id;
  Timestamp transact_time;
};

// By anybody, its proposer too.
struct Decline {
  Name proposal;
  Name request_id;
  Timestamp transact_time;
};

}  // namespace betex::matching
