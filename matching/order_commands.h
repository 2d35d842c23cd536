// Commands of order entry: what brokers ask.
// Prices and quantities are what the client wrote; the engine holds them against the market.
#pragma once

#include <cstdint>

#include "matching/cl_ord_id_key.h"
#include "matching/hash.h"
#include "matching/types.h"

namespace betex::matching {

enum class OrderType : std::uint8_t { Market = 1, Limit = 2 };                          // on disk
enum class TimeInForce : std::uint8_t { Day = 0, Gtc = 1, Ioc = 3, Fok = 4, Gtd = 6 };  // on disk
enum class SelfTradePrevention : std::uint8_t {                                         // on disk
  None = 0,
  CancelTaker = 1,
  CancelMaker = 2,
  CancelBoth = 3,
  Decrement = 4,
};
enum class Persistence : std::uint8_t { Lapse = 0, Persist = 1 };  // on disk

// NewOrderSingle(D). Prices and quantities are what the client wrote; the engine holds them against
// the market's ladder and quantity step.
struct PlaceOrder {
  HashedName account;
  KeyedClOrdId cl_ord_id;
  HashedName symbol;
  Timestamp transact_time;
  Decimal price;  // 0 for OrderType::Market
  Decimal quantity;
  Decimal min_quantity;             // 0: none
  Timestamp expire_time;            // GTD only
  Decimal max_cost;                 // Market only; 0: none
  std::uint64_t version_guard = 0;  // market version the client has seen; 0: none
  Side side = Side::Bid;
  OrderType type = OrderType::Limit;
  TimeInForce time_in_force = TimeInForce::Day;
  SelfTradePrevention self_trade_prevention = SelfTradePrevention::CancelTaker;
  Persistence persistence = Persistence::Lapse;
  bool post_only = false;
  bool cancel_on_pause = false;
  bool poss_resend = false;  // 97=Y: a known ClOrdID is answered with the order's state
};

// OrderCancelRequest(F). The order is found by `order_id` if given, else by `orig_cl_ord_id`.
struct CancelOrder {
  HashedName account;
  KeyedClOrdId cl_ord_id;
  KeyedClOrdId orig_cl_ord_id;
  OrderId order_id;
};

// OrderCancelReplaceRequest(G). The order is found as by CancelOrder. `quantity` is the new total.
struct AmendOrder {
  HashedName account;
  KeyedClOrdId cl_ord_id;
  KeyedClOrdId orig_cl_ord_id;
  OrderId order_id;
  Timestamp transact_time;
  Decimal price;
  Decimal quantity;
  Timestamp expire_time;        // GTD only; 0: as before
  TimeInForce time_in_force{};  // must be the order's, where given
  bool time_in_force_given = false;
  std::uint8_t reserved[6] = {};
};

// OrderMassCancelRequest(q): live orders of the account. Empty or 0 fields match everything.
struct MassCancel {
  Name account;
  ClOrdId cl_ord_id;
  Name market;
  Name symbol;
  std::uint8_t side = 0;  // 1 or 2 as in Side; 0: both
};

}  // namespace betex::matching
