// Reports of orders and their groups, for the encoder's tests.
#pragma once

#include <variant>

#include "gateway/link/report.h"
#include "tests/gateway/wire/sample_time.h"

namespace betex::fix::testing {

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

// The second fill of 60.00, which came later than what it took: 30.00 at 2.04 before, 30.00 at 2.02
// now (RULES.md section 3).
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
  execution.aggressor = true;
  return report;
}

// The other side of it, of a market maker.
inline Report trade_of_a_group() {
  Report report = trade();
  report.id.leg = 1;
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.aggressor = false;
  execution.reference = matching::Reference{"customer 17"};
  execution.order_group = matching::Reference{"maker-1"};
  return report;
}

// A sale of 4 contracts at 0.57 that leaves the account short of 30.
inline Report contracts_sold() {
  Report report = trade();
  report.id = {.event = matching::EventSeq{1248}, .leg = 1};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.symbol = matching::Name{"RAIN-LON"};
  execution.side = matching::Side::Ask;
  execution.price = matching::Decimal{570'000};
  execution.order_qty = matching::Decimal{4'000'000};
  execution.cum_qty = matching::Decimal{4'000'000};
  execution.last_qty = matching::Decimal{4'000'000};
  execution.last_px = matching::Decimal{570'000};
  execution.avg_px_e8 = 57'000'000;
  execution.aggressor = false;
  execution.position_after = matching::Quantity{-30};
  execution.format = {.price_decimals = 2, .quantity_decimals = 0};
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

inline Report cancelled_with_its_group() {
  Report report = trade_of_a_group();
  report.id = {.event = matching::EventSeq{1253}, .leg = 3};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Canceled;
  execution.ord_status = OrdStatus::Canceled;
  execution.cum_qty = matching::Decimal{30'000'000};
  execution.last_qty = {};
  execution.last_px = {};
  execution.reason = matching::Reason::OrderGroupTripped;
  execution.restatement_reason = 99;
  return report;
}

inline Report lapsed() {
  Report report = cancelled();
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.orig_cl_ord_id = {};
  execution.cl_ord_id = matching::ClOrdId{"order-1"};
  execution.reason = matching::Reason::LapsedAtTurnInPlay;
  execution.restatement_reason = 8;
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
                                  .no_order = true,
                                  .reason = matching::Reason::UnknownOrder}};
}

inline Report mass_status_last() {
  Report report = status();
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.status_req_id = {};
  execution.mass_status_req_id = matching::Name{"all-1"};
  execution.total_reports = 2;
  execution.last_report = true;
  return report;
}

inline Report drop_copy() {
  Report report = trade();
  std::get<ExecutionReport>(report.body).copy = true;
  return report;
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

inline Report mass_cancelled() {
  return {.id = {.event = matching::EventSeq{1245}, .leg = 1},
          .body = OrderMassCancelReport{.cl_ord_id = matching::ClOrdId{"mass-1"},
                                        .request_type = MassCancelType::Security,
                                        .symbol = matching::Name{"RAIN-LON"},
                                        .side = 1,
                                        .total = 3,
                                        .transact_time = kReportTime}};
}

inline Report mass_cancel_rejected(matching::Reason reason) {
  Report report = mass_cancelled();
  auto& refused = std::get<OrderMassCancelReport>(report.body);
  refused.total = 0;
  refused.reason = reason;
  return report;
}

inline OrderGroupReport& group_report_of(Report& report) {
  return *std::get<matching::Boxed<OrderGroupReport>>(report.body);
}

inline Report group_created() {
  OrderGroupReport report;
  report.cl_ord_id = matching::ClOrdId{"group-1"};
  report.account = matching::Name{"BROKER1"};
  report.group = matching::Reference{"maker-1"};
  report.action = matching::OrderGroupAction::Create;
  report.state = matching::OrderGroupState::Active;
  report.limit = matching::Decimal{500'500'000};
  report.window_ms = 5'000;
  report.counted = matching::CountedFills::Makers;
  report.cancel_on_disconnect = true;
  report.transact_time = kReportTime;
  return {.id = {.event = matching::EventSeq{1252}, .leg = 1},
          .body = matching::Boxed<OrderGroupReport>{report}};
}

// By its fills: nobody has asked for it.
inline Report group_tripped() {
  Report report = group_created();
  report.id.event = matching::EventSeq{1254};
  OrderGroupReport& tripped = group_report_of(report);
  tripped.cl_ord_id = {};
  tripped.action = matching::OrderGroupAction::Trip;
  tripped.state = matching::OrderGroupState::Tripped;
  tripped.filled = matching::Decimal{512'000'000};
  tripped.affected = 3;
  return report;
}

inline Report group_trip_copied() {
  Report report = group_tripped();
  group_report_of(report).copy = true;
  return report;
}

inline Report group_deleted() {
  OrderGroupReport report;
  report.cl_ord_id = matching::ClOrdId{"group-2"};
  report.account = matching::Name{"BROKER1"};
  report.group = matching::Reference{"maker-1"};
  report.action = matching::OrderGroupAction::Delete;
  report.transact_time = kReportTime;
  return {.id = {.event = matching::EventSeq{1255}, .leg = 1},
          .body = matching::Boxed<OrderGroupReport>{report}};
}

inline Report group_refused() {
  Report report = group_deleted();
  report.id.event = matching::EventSeq{1256};
  OrderGroupReport& refused = group_report_of(report);
  refused.action = matching::OrderGroupAction::Reset;
  refused.reason = matching::Reason::UnknownOrderGroup;
  return report;
}

}  // namespace betex::fix::testing
