// What an engine shows of its state: plain copies, for read models and for checks.
#pragma once

#include <cstdint>
#include <span>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/order_events.h"
#include "matching/types.h"

namespace betex::matching {

// A FIX session as the journal knows it.
struct SessionInfo {
  SessionId session;
  Name comp_id;
  SessionEpoch epoch;
  bool up = false;
  MsgSeqNum next_in;
  MsgSeqNum reserved_to;
  EventSeq delivered;
  Timestamp epoch_began;
  bool grace_runs = false;  // it is down, and its orders wait to be cancelled for it
};

struct AccountInfo {
  AccountId account;
  Name name;
  AccountKind kind{};
  bool suspended = false;
  std::uint32_t open_orders = 0;
  Money cash_locked;  // by its open orders
};

struct MarketInfo {
  MarketId market;
  Name name;
  MarketKind kind{};
  LadderKind ladder{};
  MarketState state{};
  bool in_play = false;
  std::uint64_t version = 0;
  std::uint32_t open_orders = 0;
  Quantity min_quantity;  // per order, as the two that follow
  Quantity quantity_step;
  Quantity max_quantity;
};

struct InstrumentInfo {
  InstrumentId instrument;
  MarketId market;
  Name symbol;
  MarketKind kind{};
  LadderKind ladder{};
  bool removed = false;
};

// An accepted request in an order's chain, with the terms that the order has had since.
struct AcceptedRequest {
  ClOrdId cl_ord_id;
  Tick tick;
  Timestamp expire_time;
};

// An order whose ClOrdIDs are still known, live or finished. `chain` holds its requests in the
// order in which they were accepted and is valid during the visit.
struct OrderInfo {
  OrderId order;
  AccountId account;
  SessionId session;
  InstrumentId instrument;
  Tick tick;
  Side side{};
  OrderType type{};
  TimeInForce time_in_force{};
  bool live = false;
  bool delayed = false;        // it waits for the bet delay
  CancelCause cancel_cause{};  // of a finished order that was cancelled or expired, else 0
  std::uint32_t finished_generation = 0;  // of ClOrdIDs, in which a finished order finished
  Timestamp expire_time;
  OrderValues values;
  std::span<const AcceptedRequest> chain;
  Quantity closing;  // what is left of the part that closes the account's own position
  Money cash_lock;   // what is left of its collateral
};

// A price level as the book keeps it, its orders in the order in which they will trade.
struct LevelInfo {
  Side side{};
  Tick tick;
  Quantity volume;
  std::span<const OrderId> queue;  // valid during the visit
};

// The same without its orders.
struct PriceLevel {
  Tick tick;
  Price price;
  Quantity volume;
};

// What an account holds in a binary market; the locked part waits in its open orders.
struct PositionInfo {
  AccountId account;
  MarketId market;
  Quantity yes;
  Quantity no;
  Quantity yes_locked;
  Quantity no_locked;
};

// Where live orders are listed, for processes that walk them.
enum class OrderIndex : std::uint8_t { Market, Account, Session, Day };

}  // namespace betex::matching
