// What the exchange tells a session, as plain fields: the report stage makes these from journaled
// events, a session's strand encodes them. Nothing here knows QuickFIX or bytes.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "matching/commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// Names a report for ever: the event that it tells of, and which of its sides. ExecID(17) is made
// of it, so a client that goes by ExecID takes a repeated report for what it is. Event 0: the
// answer to a status request, which tells of no event (17=0).
struct ReportId {
  matching::EventSeq event;
  std::uint32_t leg = 0;

  friend constexpr auto operator<=>(const ReportId&, const ReportId&) noexcept = default;
};

// How many decimals prices and quantities show at least: 2 and 2 in odds markets, 2 and 0 in binary
// ones, 0 and 0 where the instrument is unknown and the client's own numbers are echoed.
struct DecimalFormat {
  std::uint8_t price_decimals = 0;
  std::uint8_t quantity_decimals = 0;
};

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
  std::int64_t avg_px_e8 = 0;  // AvgPx(6) in 1/100 000 000, rounded half up
  matching::Timestamp transact_time;
  matching::Timestamp expire_time;  // 126; 0: absent
  matching::Name status_req_id;     // 790; empty: absent
  matching::Reason reason = matching::Reason::None;
  std::uint16_t restatement_reason = 0;  // 378; 0: absent
  bool unknown_order = false;            // a status request for no order of ours: 39=8, 103=5
  DecimalFormat format;
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
};

// BusinessMessageReject(j).
struct BusinessMessageReject {
  matching::MsgSeqNum ref_seq_num;
  matching::Text<7> ref_msg_type;
  matching::ClOrdId business_reject_ref_id;  // 379; empty: absent
  std::uint16_t business_reject_reason = 0;  // 380
  matching::Reason reason = matching::Reason::None;
};

struct Report {
  ReportId id;
  std::variant<ExecutionReport, OrderCancelReject, BusinessMessageReject> body;
};

}  // namespace betex::fix
