// Events about requests that a second operator has to approve (RULES.md section 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

// From now on these requests wait for a second operator.
struct ApprovalRequired {
  static constexpr EventKind kKind = EventKind::ApprovalRequired;
  EventHeader header;
  std::uint32_t classes = 0;  // the sum of ApprovalClass
  Zeros<4> reserved;
};

BETEX_FIELDS(ApprovalRequired, header, classes, reserved);

// How long a proposal waits. So its event came that long before it expires.
inline constexpr Timestamp kProposalWaits{std::int64_t{15} * 60 * 1'000'000'000};

// A request that waits for a second operator, whole: it is carried out from here. Fields that its
// command does not have are 0.
struct OperationProposed {
  static constexpr EventKind kKind = EventKind::OperationProposed;
  using Tail = RunnerShare;  // of DetermineMarket
  static constexpr std::size_t kMaxTail = kMaxRunners;
  static constexpr std::string_view kTailName = "share";
  EventHeader header;
  SessionId proposer;
  std::uint16_t command = 0;  // CommandKind: the index of the alternative in CommandBody, from 1
  OrNone<FundsKind> funds;    // of MoveFunds
  Flag new_epoch;             // of SetSessionNumbers, as the next two
  MsgSeqNum next_in;
  MsgSeqNum reserved_to;
  Timestamp expires;
  std::uint64_t version_guard = 0;
  Decimal amount;  // of MoveFunds; the price of VoidMarket
  Name subject;    // the market, account or session
  Name request_id;
  Remark remark;
  std::uint32_t count = 0;
  Zeros<4> reserved;
};

BETEX_FIELDS(OperationProposed,
             header,
             proposer,
             command,
             funds,
             new_epoch,
             next_in,
             reserved_to,
             expires,
             version_guard,
             amount,
             subject,
             request_id,
             remark,
             count,
             reserved);

// The last event of the transaction that has carried out a proposal; or it has come to nothing,
// since it was refused now that it was to be carried out. It says how what it is about stands after
// it, in both cases. With `goes_on` a process of it still runs, whose BatchCompleted is to come.
struct OperationApproved {
  static constexpr EventKind kKind = EventKind::OperationApproved;
  static constexpr std::size_t kFirstSize = 192;
  EventHeader header;  // header.market: the market that it is about, if any
  SessionId proposer;
  SessionId approver;
  Reason reason{};            // why it was refused
  std::uint16_t command = 0;  // as in OperationProposed, as the next one
  OrNone<FundsKind> funds;
  Flag goes_on;               // a process of it follows
  OrNone<MarketState> state;  // of the market, as its version
  Zeros<1> reserved;
  std::uint64_t version = 0;
  EventSeq proposed;
  Money balance;  // of the account, after it; as the next two
  Money exposure;
  Money credit;
  MsgSeqNum next_in;  // of the session, after it; as the next two
  MsgSeqNum reserved_to;
  SessionEpoch epoch;
  Zeros<4> reserved2;
  Name subject;
  Name proposal;       // its request id
  Name request_id;     // of the approval
  EventSeq delivered;  // of the session: reports up to here have arrived
};

BETEX_FIELDS(OperationApproved,
             header,
             proposer,
             approver,
             reason,
             command,
             funds,
             goes_on,
             state,
             reserved,
             version,
             proposed,
             balance,
             exposure,
             credit,
             next_in,
             reserved_to,
             epoch,
             reserved2,
             subject,
             proposal,
             request_id,
             delivered);

// A proposal that somebody has declined, or whose time is up.
struct OperationDropped {
  static constexpr EventKind kKind = EventKind::OperationDropped;
  EventHeader header;
  SessionId proposer;
  SessionId decliner;         // 0: its time was up
  std::uint16_t command = 0;  // as in OperationProposed, as the next one
  OrNone<FundsKind> funds;
  Zeros<5> reserved;
  EventSeq proposed;
  Name subject;
  Name proposal;
  Name request_id;  // of the one who declined
};

BETEX_FIELDS(OperationDropped,
             header,
             proposer,
             decliner,
             command,
             funds,
             reserved,
             proposed,
             subject,
             proposal,
             request_id);

}  // namespace betex::matching
