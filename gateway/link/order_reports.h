// What a session is told of its orders and of their groups.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/link/report_parts.h"
#include "matching/order_commands.h"
#include "matching/order_group_commands.h"
#include "matching/order_group_events.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// FIX enumerations, with the wire's characters as values.
enum class ExecType : char {
  New = '0',
  Canceled = '4',
  Replaced = '5',
  Rejected = '8',
  PendingNew = 'A',
  Expired = 'C',
  Restated = 'D',
  Trade = 'F',
  OrderStatus = 'I',
};
enum class OrdStatus : char {
  New = '0',
  PartiallyFilled = '1',
  Filled = '2',
  Canceled = '4',
  Rejected = '8',
  PendingNew = 'A',
  Expired = 'C',
};

// ExecutionReport(8). Decimals are in millionths.
struct ExecutionReport {
  ExecType exec_type = ExecType::New;
  OrdStatus ord_status = OrdStatus::New;
  matching::OrderId order_id;  // 37; 0: NONE
  matching::ClOrdId cl_ord_id;
  matching::ClOrdId orig_cl_ord_id;  // 41; empty: absent
  matching::Name account;
  matching::Name symbol;
  matching::Side side = matching::Side::Bid;
  matching::OrderType ord_type = matching::OrderType::Limit;
  matching::TimeInForce time_in_force = matching::TimeInForce::Day;
  matching::Decimal price;  // 44; shown for limit orders
  matching::Decimal order_qty;
  matching::Decimal cum_qty;
  matching::Decimal leaves_qty;
  matching::Decimal last_qty;  // 32 and 31: only for ExecType::Trade
  matching::Decimal last_px;
  std::optional<matching::Quantity> position_after;  // 20090: of a trade in a binary market
  bool aggressor = false;           // of a trade: 1057 and 851; the trade's event is 880
  matching::Reference reference;    // 583; empty: absent
  matching::Reference order_group;  // 20080; empty: absent
  std::int64_t avg_px_e8 = 0;       // AvgPx(6) in 1/100 000 000, rounded half up
  matching::Timestamp transact_time;
  matching::Timestamp expire_time;     // 126; 0: absent
  matching::Timestamp effective_time;  // 168, the end of the bet delay; 0: absent
  matching::Name status_req_id;        // 790; empty: absent
  matching::Name mass_status_req_id;   // 584; empty: absent, with 911 and 912
  std::uint32_t total_reports = 0;     // 911: in the answer to a mass status request
  bool last_report = false;            // 912: of that answer
  bool copy = false;                   // 797: a drop copy
  bool no_order = false;  // no order stands behind it, so its terms are absent; 103 says why
  matching::Reason reason = matching::Reason::None;
  std::uint16_t restatement_reason = 0;  // 378; 0: absent
  DecimalFormat format;

  friend bool operator==(const ExecutionReport&, const ExecutionReport&) = default;
};

// OrderCancelReject(9).
struct OrderCancelReject {
  matching::OrderId order_id;  // 0: NONE
  matching::ClOrdId cl_ord_id;
  matching::ClOrdId orig_cl_ord_id;
  matching::Name account;
  OrdStatus ord_status = OrdStatus::Rejected;
  std::uint8_t response_to = 1;  // 434: 1 cancel, 2 cancel/replace
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const OrderCancelReject&, const OrderCancelReject&) = default;
};

// OrderMassCancelReport(r). Its 37 and 1369 are made of the report's id.
struct OrderMassCancelReport {
  matching::ClOrdId cl_ord_id;
  MassCancelType request_type = MassCancelType::All;
  matching::Name symbol;    // 55; empty: absent
  matching::Name market;    // 1300; empty: absent
  std::uint8_t side = 0;    // 54; 0: absent
  std::uint64_t total = 0;  // 533: orders that were cancelled
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;  // not None: refused, 531=0

  friend bool operator==(const OrderMassCancelReport&, const OrderMassCancelReport&) = default;
};

// OrderGroupReport(UOH): the answer to an OrderGroupRequest(UOG), and what becomes of a group that
// nobody has asked for, which all brokers and drop copies of the account are told.
struct OrderGroupReport {
  matching::ClOrdId cl_ord_id;          // 11; empty: nobody has asked
  matching::Name account;               // 1
  matching::Reference group;            // 20080
  matching::OrderGroupAction action{};  // 20081
  matching::OrderGroupState state{};    // 20085; not given: refused, or deleted
  bool copy = false;                    // 797
  matching::Decimal limit;              // 20082; this and the next four where there is a state
  matching::Decimal filled;             // 20087
  std::uint32_t window_ms = 0;          // 20083
  std::uint32_t live_orders = 0;        // 20088
  matching::CountedFills counted{};     // 20084
  bool cancel_on_disconnect = false;    // 20086
  std::optional<std::uint64_t>
      affected;  // 533: orders that were cancelled, of one that has tripped
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;  // not None: refused

  friend bool operator==(const OrderGroupReport&, const OrderGroupReport&) = default;
};

}  // namespace betex::fix
