// One report of each kind, for the encoder's tests.
#pragma once

#include <vector>

#include "gateway/fix/report.h"

namespace betex::fix::testing {

inline constexpr matching::Timestamp kReportTime{1'795'357'231'000'001'000};

// A back of 20.00 at 2.02, just accepted.
inline Report new_order() {
  return {.id = {.event = matching::EventSeq{1234}, .leg = 1},
          .body = ExecutionReport{.exec_type = ExecType::New,
                                  .ord_status = OrdStatus::New,
                                  .order_id = matching::OrderId{77},
                                  .cl_ord_id = matching::ClOrdId{"order-1"},
                                  .account = matching::Name{"BROKER1"},
                                  .symbol = matching::Name{"EPL-ARS-CHE.HOME"},
                                  .side = matching::Side::Bid,
                                  .ord_type = matching::OrderType::Limit,
                                  .time_in_force = matching::TimeInForce::Gtc,
                                  .price = matching::Decimal{2'020'000},
                                  .order_qty = matching::Decimal{20'000'000},
                                  .leaves_qty = matching::Decimal{20'000'000},
                                  .transact_time = kReportTime,
                                  .format = {.price_decimals = 2, .quantity_decimals = 2}}};
}

// The second fill of 60.00: 30.00 at 2.04 before, 30.00 at 2.02 now (RULES.md section 3).
inline Report trade() {
  Report report = new_order();
  report.id = {.event = matching::EventSeq{1240}, .leg = 2};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Trade;
  execution.ord_status = OrdStatus::Filled;
  execution.order_qty = matching::Decimal{60'000'000};
  execution.cum_qty = matching::Decimal{60'000'000};
  execution.leaves_qty = {};
  execution.last_qty = matching::Decimal{30'000'000};
  execution.last_px = matching::Decimal{2'020'000};
  execution.avg_px_e8 = 203'000'000;
  return report;
}

inline Report cancelled() {
  Report report = new_order();
  report.id.event = matching::EventSeq{1241};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Canceled;
  execution.ord_status = OrdStatus::Canceled;
  execution.cl_ord_id = matching::ClOrdId{"cancel-1"};
  execution.orig_cl_ord_id = matching::ClOrdId{"order-1"};
  execution.leaves_qty = {};
  return report;
}

inline Report rejected(matching::Reason reason) {
  Report report = new_order();
  report.id.event = matching::EventSeq{1242};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Rejected;
  execution.ord_status = OrdStatus::Rejected;
  execution.order_id = {};
  execution.price = matching::Decimal{2'030'000};
  execution.leaves_qty = {};
  execution.reason = reason;
  execution.format = {};
  return report;
}

inline Report status() {
  Report report = new_order();
  report.id = {};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::OrderStatus;
  execution.ord_status = OrdStatus::PartiallyFilled;
  execution.order_qty = matching::Decimal{60'000'000};
  execution.cum_qty = matching::Decimal{30'000'000};
  execution.leaves_qty = matching::Decimal{30'000'000};
  execution.avg_px_e8 = 204'000'000;
  execution.status_req_id = matching::Name{"query-1"};
  return report;
}

inline Report unknown_status() {
  return {.id = {},
          .body = ExecutionReport{.exec_type = ExecType::OrderStatus,
                                  .ord_status = OrdStatus::Rejected,
                                  .cl_ord_id = matching::ClOrdId{"order-9"},
                                  .account = matching::Name{"BROKER1"},
                                  .symbol = matching::Name{"RAIN-LON"},
                                  .side = matching::Side::Ask,
                                  .transact_time = kReportTime,
                                  .status_req_id = matching::Name{"query-1"},
                                  .unknown_order = true}};
}

inline Report cancel_rejected(matching::Reason reason) {
  return {.id = {.event = matching::EventSeq{1243}, .leg = 1},
          .body = OrderCancelReject{.order_id = matching::OrderId{77},
                                    .cl_ord_id = matching::ClOrdId{"cancel-1"},
                                    .orig_cl_ord_id = matching::ClOrdId{"order-1"},
                                    .account = matching::Name{"BROKER1"},
                                    .ord_status = OrdStatus::Filled,
                                    .transact_time = kReportTime,
                                    .reason = reason}};
}

inline Report business_reject(matching::Reason reason, std::uint16_t business_reject_reason) {
  return {.id = {.event = matching::EventSeq{1244}, .leg = 1},
          .body = BusinessMessageReject{.ref_seq_num = matching::MsgSeqNum{17},
                                        .ref_msg_type = matching::Text<7>{"D"},
                                        .business_reject_ref_id = matching::ClOrdId{"order-1"},
                                        .business_reject_reason = business_reject_reason,
                                        .reason = reason}};
}

// Every kind, and every field that can be absent at least once present.
inline std::vector<Report> all_reports() {
  std::vector<Report> reports{new_order(),
                              trade(),
                              cancelled(),
                              rejected(matching::Reason::PriceNotOnLadder),
                              rejected(matching::Reason::InsufficientFunds),
                              status(),
                              unknown_status(),
                              cancel_rejected(matching::Reason::TooLate),
                              cancel_rejected(matching::Reason::PriceNotOnLadder),
                              business_reject(matching::Reason::Throttled, 8),
                              business_reject(matching::Reason::NotEntitled, 6)};
  Report pending = new_order();
  auto& delayed = std::get<ExecutionReport>(pending.body);
  delayed.exec_type = ExecType::PendingNew;
  delayed.ord_status = OrdStatus::PendingNew;
  delayed.time_in_force = matching::TimeInForce::Gtd;
  delayed.expire_time = kReportTime;
  reports.push_back(pending);

  Report restated = cancelled();
  auto& decremented = std::get<ExecutionReport>(restated.body);
  decremented.exec_type = ExecType::Restated;
  decremented.ord_status = OrdStatus::New;
  decremented.restatement_reason = 5;
  decremented.reason = matching::Reason::SelfTradePrevented;
  reports.push_back(restated);
  return reports;
}

}  // namespace betex::fix::testing
