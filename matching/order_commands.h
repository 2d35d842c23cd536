// Commands of order entry: what brokers ask.
// Prices and quantities are what the client wrote; the engine holds them against the market.
#pragma once

#include <cstdint>

#include "matching/boxed.h"
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

// What many orders do not have.
struct OrderExtras {
  Reference reference;    // the broker's own, of a customer or a strategy; empty: none
  Reference order_group;  // must be one of the account's; empty: none
  Decimal max_cost;       // Market only; 0: none

  friend bool operator==(const OrderExtras&, const OrderExtras&) = default;
};

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
  std::uint64_t version_guard = 0;  // market version the client has seen; 0: none
  OptionalBox<OrderExtras> extras;
  Side side = Side::Bid;
  OrderType type = OrderType::Limit;
  TimeInForce time_in_force = TimeInForce::Day;
  SelfTradePrevention self_trade_prevention = SelfTradePrevention::CancelTaker;
  Persistence persistence = Persistence::Lapse;
  bool post_only = false;
  bool cancel_on_pause = false;
  bool poss_resend = false;  // 97=Y: a known ClOrdID is answered with the order's state

  // Valid as long as the order is not changed.
  [[nodiscard]] const OrderExtras& extra() const noexcept {
    static constexpr OrderExtras kNone{};
    return extras.has_value() ? *extras : kNone;
  }
};

// OrderCancelRequest(F). The order is found by `order_id` if given, else by `orig_cl_ord_id`.
struct CancelOrder {
  HashedName account;
  KeyedClOrdId cl_ord_id;
  KeyedClOrdId orig_cl_ord_id;
  OrderId order_id;
};

// OrderCancelReplaceRequest(G). The order is found as by CancelOrder. `quantity` is the new total.
// Persistence and version guard alone keep the order's place in its queue.
struct AmendOrder {
  HashedName account;
  KeyedClOrdId cl_ord_id;
  KeyedClOrdId orig_cl_ord_id;
  OrderId order_id;
  Timestamp transact_time;
  Decimal price;
  Decimal quantity;
  Timestamp expire_time;            // GTD only; 0: as before
  std::uint64_t version_guard = 0;  // checked, and the order's from now on; 0: as before
  TimeInForce time_in_force{};      // must be the order's, where given
  bool time_in_force_given = false;
  Persistence persistence{};  // the order's from now on, where given
  bool persistence_given = false;
  std::uint8_t reserved[4] = {};
};

// OrderMassCancelRequest(q): live orders of the account. Empty or 0 fields match everything.
struct MassCancel {
  Name account;
  ClOrdId cl_ord_id;
  Name market;
  Name symbol;
  std::uint8_t side = 0;     // 1 or 2 as in Side; 0: both
  bool own_session = false;  // only those that the session has entered
  Reference reference;
  Reference order_group;  // must be one of the account's, where given
};

}  // namespace betex::matching
