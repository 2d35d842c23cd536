// What the exchange tells a session, as plain fields: the report stage makes these from journaled
// events, a session's strand encodes them. Nothing here knows QuickFIX or bytes. The kinds stand in
// the headers of their subjects; who needs one subject alone includes that.
#pragma once

#include <variant>

#include "gateway/link/account_reports.h"
#include "gateway/link/market_reports.h"
#include "gateway/link/network_reports.h"
#include "gateway/link/operation_reports.h"
#include "gateway/link/order_reports.h"
#include "gateway/link/report_parts.h"
#include "gateway/link/session_reports.h"
#include "matching/boxed.h"

namespace betex::fix {

struct Report {
  ReportId id;
  std::variant<ExecutionReport,
               OrderCancelReject,
               BusinessMessageReject,
               OrderMassCancelReport,
               SecurityStatus,
               SecurityList,
               News,
               SettlementReport,
               AccountReport,
               PositionReport,
               matching::Boxed<OperationsReport>,  // by far the largest
               SecurityDefinition,
               OrderMassActionReport,
               PartyActionReport,
               TradingSessionStatus,
               NetworkStatus,
               SecurityListUpdate,
               MarketDataRequestReject,
               matching::Boxed<OrderGroupReport>,
               ReplayAck,
               ReplayEnd,
               ThrottleReport,
               Reject>
      body;
  bool told_again = false;  // by a replay, for one who has asked: 97=Y

  friend bool operator==(const Report&, const Report&) = default;
};

// Many wait to be encoded, most of them ExecutionReports.
static_assert(sizeof(Report) <= sizeof(ExecutionReport) + 32);

}  // namespace betex::fix
