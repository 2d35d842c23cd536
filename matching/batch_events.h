// Events of batched processes, of time, and of everything else that was asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "matching/cancel_cause.h"
#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

// What a process does to each of its items.
enum class BatchWork : std::uint8_t {  // on disk
  CancelOrders = 1,                    // orders
  VoidRunner = 2,                      // rows: bets on a runner that was removed
  PayRows = 3,                         // rows: a round of a settlement
  ArchiveRows = 4,                     // rows: their end
};

// That pays or archives, and so waits for everything that cancels.
[[nodiscard]] constexpr bool is_payment(BatchWork work) noexcept {
  return work == BatchWork::PayRows || work == BatchWork::ArchiveRows;
}

// A process over many items begins; it works in chunks, in ascending order of ids. Of orders those
// with ids up to `last_order` that match the filter are cancelled; fields of the filter that are 0
// match everything.
struct BatchStarted {
  static constexpr EventKind kKind = EventKind::BatchStarted;
  static constexpr std::size_t kFirstSize = 144;
  EventHeader header;  // header.market: the market that it is about, for a market-wide process
  BatchId batch;
  AccountId account;
  SessionId session;
  InstrumentId instrument;
  OrderId last_order;
  std::uint64_t guard_below = 0;  // matches orders whose version guard is older, whatever else
  CancelScope scope{};
  CancelCause cause{};
  std::uint8_t side = 0;        // 1 or 2 as in Side; 0: both
  Flag id_consumed;             // the requester's ClOrdID is used up
  SessionId requester;          // 0: nobody waits for its outcome
  AccountId requester_account;  // the account of a mass cancel by its owner
  BatchWork work = BatchWork::CancelOrders;
  Zeros<3> reserved;
  Name request_id;                // of Ops
  ClOrdId cl_ord_id;              // of an owner's mass cancel request
  std::uint64_t done_before = 0;  // items of the request's processes that have ended already
  std::uint64_t version = 0;      // of header.market, as the state; no process keeps them
  OrNone<MarketState> state;      // none: it is about no market, or nothing is said
  Flag of_session;                // an owner's mass cancel of what its session has entered: 530=6
  Zeros<2> reserved2;
  std::uint32_t order_group = 0;  // of its filter, as the reference; 0 and empty: any
  Reference reference;
};

BETEX_FIELDS(BatchStarted,
             header,
             batch,
             account,
             session,
             instrument,
             last_order,
             guard_below,
             scope,
             cause,
             side,
             id_consumed,
             requester,
             requester_account,
             work,
             reserved,
             request_id,
             cl_ord_id,
             done_before,
             version,
             state,
             of_session,
             reserved2,
             order_group,
             reference);

inline constexpr std::size_t kMaxBatchedOrders = 4096;

// One chunk of a batch, as far as it concerns one market: `count` order ids follow the struct. It
// is the last event of each of them.
struct OrderCancelledBatched {
  static constexpr EventKind kKind = EventKind::OrderCancelledBatched;
  using Tail = OrderId;
  static constexpr std::size_t kMaxTail = kMaxBatchedOrders;
  static constexpr std::string_view kTailName = "order";
  EventHeader header;
  BatchId batch;
  CancelCause cause{};
  Zeros<3> reserved;
  OrderId cursor_after;  // the last order that the batch has visited
  std::uint32_t count = 0;
  Zeros<4> reserved2;
};

BETEX_FIELDS(OrderCancelledBatched, header, batch, cause, reserved, cursor_after, count, reserved2);

struct BatchCompleted {
  static constexpr EventKind kKind = EventKind::BatchCompleted;
  static constexpr std::size_t kFirstSize = 128;
  EventHeader header;
  BatchId batch;
  SessionId requester;
  AccountId requester_account;
  CancelCause cause{};
  std::uint8_t side = 0;  // of its filter, as the instrument
  BatchWork work{};
  Flag goes_on;  // another process of the same request runs, or follows
  InstrumentId instrument;
  Zeros<4> reserved2;
  std::uint64_t total = 0;  // items that it has done its work on
  Name request_id;
  ClOrdId cl_ord_id;
  AccountId account;  // of its filter, as the session
  SessionId session;
  std::uint64_t done_before = 0;  // items of the request's processes that have ended before it
  std::uint64_t version = 0;      // of header.market now, as the state
  OrNone<MarketState> state;      // none: it was about no market, or nothing is said
  Flag of_session;                // as BatchStarted has it
  Zeros<6> reserved3;
};

BETEX_FIELDS(BatchCompleted,
             header,
             batch,
             requester,
             requester_account,
             cause,
             side,
             work,
             goes_on,
             instrument,
             reserved2,
             total,
             request_id,
             cl_ord_id,
             account,
             session,
             done_before,
             version,
             state,
             of_session,
             reserved3);

// A refused OrderMassCancelRequest.
struct MassCancelRejected {
  static constexpr EventKind kKind = EventKind::MassCancelRejected;
  EventHeader header;
  AccountId account;  // 0: unknown
  SessionId session;
  Reason reason{};
  Flag id_consumed;
  std::uint8_t side = 0;  // of the refused filter, as market and symbol
  Flag of_session;        // likewise: 530=6
  Zeros<3> reserved;
  Name account_name;
  Name market;
  Name symbol;
  ClOrdId cl_ord_id;
};

BETEX_FIELDS(MassCancelRejected,
             header,
             account,
             session,
             reason,
             id_consumed,
             side,
             of_session,
             reserved,
             account_name,
             market,
             symbol,
             cl_ord_id);

// ---- Time ---------------------------------------------------------------------------------------

struct TradingDaySet {
  static constexpr EventKind kKind = EventKind::TradingDaySet;
  EventHeader header;
  std::uint32_t ends_at_s = 0;  // seconds after midnight UTC
  Zeros<4> reserved;
  Timestamp next_end;
  Name request_id;
};

BETEX_FIELDS(TradingDaySet, header, ends_at_s, reserved, next_end, request_id);

// Every Day order up to `last_order` expires.
struct TradingDayEnded {
  static constexpr EventKind kKind = EventKind::TradingDayEnded;
  EventHeader header;
  std::uint32_t date = 0;  // YYYYMMDD, UTC, of its last second
  Zeros<4> reserved;
  OrderId last_order;
  Timestamp next_end;
};

BETEX_FIELDS(TradingDayEnded, header, date, reserved, last_order, next_end);

// Orders that had finished before the generation that ends now began are forgotten, with their ids,
// and so are the ids of requests that were refused before it began.
struct ClOrdIdGenerationEnded {
  static constexpr EventKind kKind = EventKind::ClOrdIdGenerationEnded;
  EventHeader header;
  Timestamp next_end;
};

BETEX_FIELDS(ClOrdIdGenerationEnded, header, next_end);

// Request ids that came before the generation that ends now began are forgotten.
struct RequestIdGenerationEnded {
  static constexpr EventKind kKind = EventKind::RequestIdGenerationEnded;
  EventHeader header;
  Timestamp next_end;
};

BETEX_FIELDS(RequestIdGenerationEnded, header, next_end);

// ---- Everything else ----------------------------------------------------------------------------

// What a refusal has to tell of a command beside its kind, in CommandRejected and RequestKnown:
// of MoveFunds its FundsKind; of SuspendAccount and SuspendSession 1 where orders are to be
// cancelled; of CancelOnBehalf what `subject` is, as CancelTarget: the first that was given, in
// this order. Else 0.
enum class CancelTarget : std::uint8_t {  // on disk
  Instrument = 1,
  Market = 2,
  Account = 3,
  Session = 4,
};

struct CommandRejected {
  static constexpr EventKind kKind = EventKind::CommandRejected;
  EventHeader header;
  SessionId session;
  Reason reason{};
  std::uint16_t command = 0;  // CommandKind: the index of the alternative in CommandBody, from 1
  Flag id_consumed;           // the request's id is used up all the same
  std::uint8_t detail = 0;
  Zeros<6> reserved;
  Name subject;  // the market, account, session or proposal that it was about
  Name request_id;
};

BETEX_FIELDS(CommandRejected,
             header,
             session,
             reason,
             command,
             id_consumed,
             detail,
             reserved,
             subject,
             request_id);

// A request of an operator that had come before, with the same content: nothing happened now.
struct RequestKnown {
  static constexpr EventKind kKind = EventKind::RequestKnown;
  static constexpr std::size_t kFirstSize = 104;
  EventHeader header;
  SessionId session;          // that asked
  Reason reason{};            // of the first one, where it was refused
  std::uint16_t command = 0;  // as in CommandRejected
  EventSeq answered_by;       // the first event that the first one caused
  Name subject;
  Name request_id;
  std::uint8_t detail = 0;  // as in CommandRejected
  Zeros<7> reserved;
  Timestamp expires;          // of the first one, where it still waits for a second operator; or 0
  std::uint64_t version = 0;  // of the market that it names, as the state
  OrNone<MarketState> state;  // none: it names none that there is, or nothing is said
  Zeros<7> reserved2;
};

BETEX_FIELDS(RequestKnown,
             header,
             session,
             reason,
             command,
             answered_by,
             subject,
             request_id,
             detail,
             reserved,
             expires,
             version,
             state,
             reserved2);

struct Announced {
  static constexpr EventKind kKind = EventKind::Announced;
  static constexpr std::size_t kFirstSize = 344;
  EventHeader header;
  Name request_id;
  Name subject;  // market or instrument; empty: everybody
  Remark headline;
  Flag urgent;
  Zeros<7> reserved;
};

BETEX_FIELDS(Announced, header, request_id, subject, headline, urgent, reserved);

// Operators have the log up to this event elsewhere. Those after it never say less.
struct WatermarkMoved {
  static constexpr EventKind kKind = EventKind::WatermarkMoved;
  EventHeader header;
  EventSeq watermark;
  Name request_id;
};

BETEX_FIELDS(WatermarkMoved, header, watermark, request_id);

// What an operator wrote beside a request, in the transaction of its outcome.
struct Remarked {
  static constexpr EventKind kKind = EventKind::Remarked;
  EventHeader header;
  Name request_id;
  Remark remark;
};

BETEX_FIELDS(Remarked, header, request_id, remark);

}  // namespace betex::matching
