// What ExecutionReports and their like say of each thing that happens to an order.
#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/report_stage_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;

TEST_F(ReportStageTest, BothSidesOfATradeAreToldWithTheirOwnValues) {
  pipeline.place(kOne, "LAY", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "BACK", Side::Bid, 202, 5000);
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 4U);  // two New, two Trade

  std::vector<const RecordingSink::Delivery*> trades;
  for (const auto& delivery : sink.reports) {
    if (execution(delivery).exec_type == ExecType::Trade) {
      trades.push_back(&delivery);
    }
  }
  ASSERT_EQ(trades.size(), 2U);
  const auto& [maker, taker] = trades[0]->session == kOne ? std::pair{trades[0], trades[1]}
                                                          : std::pair{trades[1], trades[0]};
  EXPECT_EQ(maker->session, kOne);
  EXPECT_EQ(taker->session, kTwo);
  EXPECT_EQ(maker->report.id.event, taker->report.id.event);
  EXPECT_NE(maker->report.id.leg, taker->report.id.leg);

  EXPECT_EQ(execution(*maker).ord_status, OrdStatus::Filled);
  EXPECT_EQ(execution(*maker).leaves_qty, Decimal{0});
  EXPECT_EQ(execution(*maker).last_px, Decimal{2'040'000});
  EXPECT_EQ(execution(*maker).last_qty, Decimal{30'000'000});
  EXPECT_EQ(execution(*maker).avg_px_e8, 204'000'000);

  EXPECT_EQ(execution(*taker).ord_status, OrdStatus::PartiallyFilled);
  EXPECT_EQ(execution(*taker).cum_qty, Decimal{30'000'000});
  EXPECT_EQ(execution(*taker).leaves_qty, Decimal{20'000'000});
  EXPECT_EQ(execution(*taker).last_px, Decimal{2'040'000});
  EXPECT_EQ(execution(*taker).price, Decimal{2'020'000});
}

TEST_F(ReportStageTest, TheAveragePriceIsExactAndRoundedHalfUp) {
  pipeline.place(kOne, "L1", Side::Ask, 204, 3000);
  pipeline.place(kOne, "L2", Side::Ask, 202, 3001);
  pipeline.place(kTwo, "BACK", Side::Bid, 202, 6001);
  pipeline.run();
  // (3000 * 2.04 + 3001 * 2.02) / 6001 = 2.029998333611...
  EXPECT_EQ(execution(sink.reports.back()).cum_qty, Decimal{60'010'000});
  EXPECT_EQ(execution(sink.reports.back()).avg_px_e8, 202'999'833);
}

TEST_F(ReportStageTest, AnAveragePriceIsRoundedUpFromTheHalfOn) {
  pipeline.place(kOne, "L1", Side::Ask, 204, 1);
  pipeline.place(kOne, "L2", Side::Ask, 202, 2);
  pipeline.place(kTwo, "B1", Side::Bid, 202, 3);
  pipeline.run();
  EXPECT_EQ(execution(sink.reports.back()).avg_px_e8, 202'666'667);  // 2.02666666|66...

  pipeline.place(kOne, "L3", Side::Ask, 200, 127);
  pipeline.place(kOne, "L4", Side::Ask, 199, 1);
  pipeline.place(kTwo, "B2", Side::Bid, 199, 128);
  pipeline.run();
  EXPECT_EQ(execution(sink.reports.back()).cum_qty, Decimal{1'280'000});
  EXPECT_EQ(execution(sink.reports.back()).avg_px_e8, 199'992'188);  // 1.99992187|5
}

TEST_F(ReportStageTest, ACancelBearsItsOwnIdAndTheOneBefore) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.cancel(kOne, "B", "A");
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 2U);
  const ExecutionReport& cancelled = execution(sink.reports[1]);
  EXPECT_EQ(cancelled.exec_type, ExecType::Canceled);
  EXPECT_EQ(cancelled.cl_ord_id, ClOrdId{"B"});
  EXPECT_EQ(cancelled.orig_cl_ord_id, ClOrdId{"A"});
  EXPECT_EQ(cancelled.leaves_qty, Decimal{0});
}

TEST_F(ReportStageTest, AnAmendIsReportedWithItsNewTermsAndEarlierReportsKeepTheOldOnes) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.submit(matching::AmendOrder{.account = Name{"ACC"},
                                       .cl_ord_id = ClOrdId{"B"},
                                       .orig_cl_ord_id = ClOrdId{"A"},
                                       .transact_time = pipeline.clock.time,
                                       .price = Decimal{2'060'000},
                                       .quantity = Decimal{40'000'000}},
                  pipeline.origin(kOne));
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 2U);
  const ExecutionReport replaced = execution(sink.reports[1]);
  EXPECT_EQ(replaced.exec_type, ExecType::Replaced);
  EXPECT_EQ(replaced.cl_ord_id, ClOrdId{"B"});
  EXPECT_EQ(replaced.orig_cl_ord_id, ClOrdId{"A"});
  EXPECT_EQ(replaced.price, Decimal{2'060'000});
  EXPECT_EQ(replaced.order_qty, Decimal{40'000'000});

  sink.reports.clear();
  pipeline.feed.subscribe(kOne, kSecond, {});
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 2U);
  EXPECT_EQ(execution(sink.reports[0]).exec_type, ExecType::New);
  EXPECT_EQ(execution(sink.reports[0]).cl_ord_id, ClOrdId{"A"});
  EXPECT_EQ(execution(sink.reports[0]).price, Decimal{2'040'000});
}

TEST_F(ReportStageTest, ADayOrderExpiresWhenItsDayEnds) {
  pipeline.submit(matching::PlaceOrder{.account = Name{"ACC"},
                                       .cl_ord_id = ClOrdId{"A"},
                                       .symbol = Name{"RUN"},
                                       .transact_time = pipeline.clock.time,
                                       .price = Decimal{2'040'000},
                                       .quantity = Decimal{10'000'000},
                                       .side = Side::Bid,
                                       .time_in_force = matching::TimeInForce::Day},
                  pipeline.origin(kOne));
  pipeline.run();
  constexpr std::int64_t kTwoDays = std::int64_t{2} * 24 * 3600 * 1'000'000'000;
  pipeline.clock.time = matching::Timestamp{pipeline.clock.time.value() + kTwoDays};
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 2U);
  EXPECT_EQ(execution(sink.reports[1]).exec_type, ExecType::Expired);
  EXPECT_EQ(execution(sink.reports[1]).ord_status, OrdStatus::Expired);
  EXPECT_EQ(execution(sink.reports[1]).leaves_qty, Decimal{0});
}

TEST_F(ReportStageTest, ClosingAMarketTellsEachOrderOnceInChunksThatLetOthersPass) {
  constexpr std::size_t kOrders = matching::kMaxBatchedOrders + 10;
  for (std::size_t i = 0; i < kOrders; ++i) {
    pipeline.place(i % 2 == 0 ? kOne : kTwo, "ID" + std::to_string(i), Side::Ask, 204, 100);
    if (i % 512 == 0) {
      pipeline.run();
    }
  }
  pipeline.run();
  sink.reports.clear();
  const std::size_t before = pipeline.log.committed.size();
  pipeline.submit(matching::CloseMarket{.market = Name{"MKT"}});
  pipeline.run();
  EXPECT_EQ(pipeline.log.committed.size(), before + 2);  // closed with a full chunk, the rest
  std::vector<fix::ReportId> ids;
  for (const auto& delivery : sink.reports) {
    EXPECT_EQ(execution(delivery).exec_type, ExecType::Canceled);
    EXPECT_EQ(execution(delivery).restatement_reason, 8);
    EXPECT_EQ(execution(delivery).leaves_qty, Decimal{0});
    ids.push_back(delivery.report.id);
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(ids.size(), kOrders);
}

TEST_F(ReportStageTest, APossResendOfAKnownOrderIsAnsweredAndDoesNotAct) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.submit(matching::PlaceOrder{.account = Name{"ACC"},
                                       .cl_ord_id = ClOrdId{"A"},
                                       .symbol = Name{"RUN"},
                                       .transact_time = pipeline.clock.time,
                                       .price = Decimal{2'040'000},
                                       .quantity = Decimal{30'000'000},
                                       .side = Side::Ask,
                                       .poss_resend = true},
                  pipeline.origin(kOne));
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 2U);
  EXPECT_EQ(execution(sink.reports[1]).exec_type, ExecType::OrderStatus);
  EXPECT_EQ(execution(sink.reports[1]).ord_status, OrdStatus::New);
  EXPECT_EQ(execution(sink.reports[1]).order_id, execution(sink.reports[0]).order_id);
}

TEST_F(ReportStageTest, AnOrderReducedBySelfTradePreventionIsRestatedWithItsNewQuantity) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.submit(
      matching::PlaceOrder{.account = Name{"ACC"},
                           .cl_ord_id = ClOrdId{"B"},
                           .symbol = Name{"RUN"},
                           .transact_time = pipeline.clock.time,
                           .price = Decimal{2'040'000},
                           .quantity = Decimal{10'000'000},
                           .side = Side::Bid,
                           .time_in_force = matching::TimeInForce::Gtc,
                           .self_trade_prevention = matching::SelfTradePrevention::Decrement},
      pipeline.origin(kTwo));
  pipeline.run();
  std::vector<ExecutionReport> restated;
  for (const auto& delivery : sink.reports) {
    if (execution(delivery).exec_type == ExecType::Restated) {
      restated.push_back(execution(delivery));
    }
  }
  ASSERT_EQ(restated.size(), 1U);
  EXPECT_EQ(restated[0].cl_ord_id, ClOrdId{"A"});
  EXPECT_EQ(restated[0].order_qty, Decimal{20'000'000});
  EXPECT_EQ(restated[0].leaves_qty, Decimal{20'000'000});
  EXPECT_EQ(restated[0].restatement_reason, 5);
}

TEST_F(ReportStageTest, ACancelThatFailsSaysTheOrdersStatus) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "B", Side::Bid, 204, 3000);
  pipeline.cancel(kOne, "C", "A");
  pipeline.cancel(kOne, "D", "NEVER");
  pipeline.run();
  std::vector<fix::OrderCancelReject> refusals;
  for (const auto& delivery : sink.reports) {
    if (const auto* refusal = std::get_if<fix::OrderCancelReject>(&delivery.report.body)) {
      EXPECT_EQ(delivery.session, kOne);
      refusals.push_back(*refusal);
    }
  }
  ASSERT_EQ(refusals.size(), 2U);
  const fix::OrderCancelReject& too_late = refusals[0];
  EXPECT_EQ(too_late.ord_status, OrdStatus::Filled);
  EXPECT_EQ(too_late.reason, matching::Reason::TooLate);
  const fix::OrderCancelReject& unknown = refusals[1];
  EXPECT_EQ(unknown.ord_status, OrdStatus::Rejected);
  EXPECT_EQ(unknown.order_id, matching::OrderId{0});
}

TEST_F(ReportStageTest, ARefusedOrderEchoesWhatWasAskedFor) {
  pipeline.place(kOne, "A", Side::Ask, 203, 3000);  // 2.03 is between two ticks
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 1U);
  const ExecutionReport& rejected = execution(sink.reports[0]);
  EXPECT_EQ(rejected.exec_type, ExecType::Rejected);
  EXPECT_EQ(rejected.reason, matching::Reason::PriceNotOnLadder);
  EXPECT_EQ(rejected.symbol, Name{"RUN"});
  EXPECT_EQ(rejected.price, Decimal{2'030'000});
  EXPECT_EQ(rejected.order_id, matching::OrderId{0});
}

}  // namespace
}  // namespace betex::gateway::testing
