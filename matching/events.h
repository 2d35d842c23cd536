// What happened: the only input of `apply`, the content of the journal, the source of every report.
//
// An event is a fixed-layout little-endian struct without padding, starting with an EventHeader; a
// transaction's events stand one after the other. journal/FORMAT.md describes the bytes. Values on
// disk never change: a new meaning gets a new kind.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "matching/commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

static_assert(std::endian::native == std::endian::little, "events are journaled as they are");

enum class EventKind : std::uint16_t {  // on disk: never change
  // Sessions: 1..
  SessionWentUp = 1,
  SessionWentDown = 2,
  NumbersReserved = 3,
  InboundRefused = 4,
  // Accounts: 20..
  AccountCreated = 20,
  // Markets: 40..
  MarketCreated = 40,
  RunnerAdded = 41,
  MarketOpened = 42,
  // Orders: 60..
  OrderAccepted = 60,
  OrderRejected = 61,
  OrderRested = 62,
  TradeMatched = 63,
  OrderCancelled = 64,
  CancelRejected = 65,
  OrderReduced = 66,
  // Refusals of everything else: 100..
  CommandRejected = 100,
};

// Largest event of any kind: an OrderCancelledBatched of 4096 order ids.
inline constexpr std::size_t kMaxEventSize = 32'904;

struct EventHeader {
  EventKind kind{};
  std::uint16_t reserved = 0;
  std::uint32_t size = 0;  // of the whole event, this header included; a multiple of 8
  MarketId market;         // 0: the event belongs to no market
  std::uint32_t reserved2 = 0;
  std::uint64_t market_seq = 0;  // gapless per market, from 1; 0 where market is 0
};

static_assert(sizeof(EventHeader) == 24);

// An order's values after the event: a report made at any later time says the same.
struct OrderValues {
  Quantity order_qty;
  Quantity cum_qty;
  Quantity leaves_qty;
  Notional notional;              // sum of quantity times price over all fills
  std::uint32_t chain_index = 0;  // of the last accepted request in the order's ClOrdID chain
  std::uint32_t reserved = 0;
};

// ---- Sessions -----------------------------------------------------------------------------------

struct SessionWentUp {
  static constexpr EventKind kKind = EventKind::SessionWentUp;
  EventHeader header;
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;      // expected from the client
  MsgSeqNum reserved_to;  // outbound numbers up to here may have been used
  EventSeq delivered;     // reports of events up to here are proven delivered
  std::uint8_t reset = 0;
  std::uint8_t reserved[7] = {};
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

// ---- Accounts and markets -----------------------------------------------------------------------

struct AccountCreated {
  static constexpr EventKind kKind = EventKind::AccountCreated;
  EventHeader header;
  AccountId account;
  AccountKind kind{};
  std::uint8_t reserved[3] = {};
  Name name;
  Name request_id;
};

struct MarketCreated {
  static constexpr EventKind kKind = EventKind::MarketCreated;
  EventHeader header;  // header.market is the new market
  MarketKind kind{};
  LadderKind ladder{};
  std::uint8_t reserved[2] = {};
  std::uint32_t winners = 0;
  std::uint32_t commission_bp = 0;
  std::uint32_t bet_delay_ms = 0;
  Quantity min_quantity;
  Quantity quantity_step;
  Name market;
  Name request_id;
};

// Also the only instrument of a binary market, in the transaction of its MarketCreated.
struct RunnerAdded {
  static constexpr EventKind kKind = EventKind::RunnerAdded;
  EventHeader header;
  InstrumentId instrument;
  std::uint32_t reserved = 0;
  Name symbol;
  Name request_id;
};

struct MarketOpened {
  static constexpr EventKind kKind = EventKind::MarketOpened;
  EventHeader header;
  std::uint64_t version = 0;
  Name request_id;
};

// ---- Orders -------------------------------------------------------------------------------------

enum class Entry : std::uint8_t { Rests = 1, Takes = 2, Delayed = 3 };  // on disk

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
  std::uint8_t post_only = 0;
  std::uint8_t cancel_on_pause = 0;
  Entry entry{};
  Quantity min_fill;
  Timestamp expire_time;
  Timestamp transact_time;
  Timestamp release_at;  // Entry::Delayed only
  std::uint64_t version_guard = 0;
  Quantity closing;  // part that closes the account's own position (domain.md section 5)
  Money cash_lock;   // collateral taken for the rest
  OrderValues values;
  ClOrdId cl_ord_id;
};

// A refused NewOrderSingle: no order came to be; the report echoes what was asked for.
struct OrderRejected {
  static constexpr EventKind kKind = EventKind::OrderRejected;
  EventHeader header;
  AccountId account;  // 0: unknown
  SessionId session;
  Reason reason{};
  Side side{};
  OrderType type{};
  TimeInForce time_in_force{};
  std::uint8_t id_consumed = 0;  // 1: the ClOrdID is used up all the same
  std::uint8_t reserved[2] = {};
  Decimal price;
  Decimal quantity;
  Name account_name;
  Name symbol;
  ClOrdId cl_ord_id;
};

// The rest of an order that took now stands in the book. Not reported: its trades have said it.
struct OrderRested {
  static constexpr EventKind kKind = EventKind::OrderRested;
  EventHeader header;
  OrderId order;
  Quantity leaves_qty;
};

// One side of a trade. `order`'s owner is told by leg 1 (maker) or 2 (taker) of the trade's event.
struct TradeLeg {
  OrderId order;
  AccountId account;
  SessionId session;
  Money cash;           // moved to the account
  Money lock_released;  // of the order's cash lock
  Quantity closed;      // part of the fill that closed the account's own position
  OrderValues values;
};

struct TradeMatched {
  static constexpr EventKind kKind = EventKind::TradeMatched;
  EventHeader header;
  InstrumentId instrument;
  Tick tick;  // the maker's
  Price price;
  Quantity quantity;
  Side taker_side{};
  std::uint8_t reserved[7] = {};
  TradeLeg maker;
  TradeLeg taker;
};

enum class CancelCause : std::uint8_t {  // on disk
  Requested = 1,                         // by its owner's OrderCancelRequest
  ImmediateOrCancel = 2,                 // the rest of an IOC or market order
  FillOrKill = 3,
  MinimumFill = 4,
  SelfTradeTaker = 5,
  SelfTradeMaker = 6,
  SelfTradeBoth = 7,
  SelfTradeDecrement = 8,
};

struct OrderCancelled {
  static constexpr EventKind kKind = EventKind::OrderCancelled;
  EventHeader header;
  OrderId order;
  SessionId session;    // that entered the order
  SessionId requester;  // that asked for the cancel; 0 where nobody did
  CancelCause cause{};
  std::uint8_t reserved[7] = {};
  Money lock_released;
  OrderValues values;  // leaves_qty is 0
  ClOrdId cl_ord_id;   // the cancel request's, now the end of the chain; empty where unsolicited
};

// Self-trade prevention took `quantity` off two orders of one owner, of which this one lives on.
struct OrderReduced {
  static constexpr EventKind kKind = EventKind::OrderReduced;
  EventHeader header;
  OrderId order;
  SessionId session;
  CancelCause cause{};
  std::uint8_t reserved[3] = {};
  Quantity quantity;
  Quantity closing_released;
  Money lock_released;
  OrderValues values;  // order_qty and leaves_qty are smaller by `quantity`
};

struct CancelRejected {
  static constexpr EventKind kKind = EventKind::CancelRejected;
  EventHeader header;
  OrderId order;  // 0: unknown (37=NONE)
  AccountId account;
  SessionId session;  // that asked
  Reason reason{};
  std::uint8_t response_to = 1;  // 434: 1 cancel, 2 cancel/replace
  std::uint8_t id_consumed = 0;  // 1: the ClOrdID is used up all the same
  std::uint8_t reserved[4] = {};
  OrderValues values;  // the order's current ones, zeros where unknown
  Name account_name;
  ClOrdId cl_ord_id;
  ClOrdId orig_cl_ord_id;
};

struct CommandRejected {
  static constexpr EventKind kKind = EventKind::CommandRejected;
  EventHeader header;
  SessionId session;
  Reason reason{};
  std::uint16_t command = 0;  // CommandKind: the index of the alternative in CommandBody, from 1
  Name subject;               // the market, account or session that it was about
  Name request_id;
};

// Calls `visit(std::type_identity<E>{})` for every event type E; the one list of them.
template <typename Visitor>
constexpr void for_each_event_type(Visitor&& visit) {
  visit(std::type_identity<SessionWentUp>{});
  visit(std::type_identity<SessionWentDown>{});
  visit(std::type_identity<NumbersReserved>{});
  visit(std::type_identity<InboundRefused>{});
  visit(std::type_identity<AccountCreated>{});
  visit(std::type_identity<MarketCreated>{});
  visit(std::type_identity<RunnerAdded>{});
  visit(std::type_identity<MarketOpened>{});
  visit(std::type_identity<OrderAccepted>{});
  visit(std::type_identity<OrderRejected>{});
  visit(std::type_identity<OrderRested>{});
  visit(std::type_identity<TradeMatched>{});
  visit(std::type_identity<OrderCancelled>{});
  visit(std::type_identity<OrderReduced>{});
  visit(std::type_identity<CancelRejected>{});
  visit(std::type_identity<CommandRejected>{});
}

}  // namespace betex::matching
