#include "gateway/pipeline/report_stage.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <variant>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};
constexpr SubscriptionId kFirst{1};
constexpr SubscriptionId kSecond{2};

const ExecutionReport& execution(const RecordingSink::Delivery& delivery) {
  return std::get<ExecutionReport>(delivery.report.body);
}

class ReportStageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline.open_market();
    pipeline.feed.subscribe(kOne, kFirst, {});
    pipeline.feed.subscribe(kTwo, kFirst, {});
    pipeline.run();
  }

  Pipeline pipeline;
  RecordingSink& sink = pipeline.sink;
};

TEST_F(ReportStageTest, NothingIsReportedBeforeTheCommit) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.run_but_journal();
  EXPECT_TRUE(sink.reports.empty());
  EXPECT_TRUE(sink.notices.empty());

  pipeline.journal.do_work();
  pipeline.run_but_journal();
  ASSERT_EQ(sink.reports.size(), 1U);
  EXPECT_EQ(execution(sink.reports[0]).exec_type, ExecType::New);
}

TEST_F(ReportStageTest, ASessionsOwnNoticesWaitForTheCommitToo) {
  pipeline.submit(matching::SessionUp{.comp_id = Name{"THREE"}});
  pipeline.run_but_journal();
  EXPECT_TRUE(sink.notices.empty());
  pipeline.run();
  ASSERT_EQ(sink.notices.size(), 1U);
  EXPECT_EQ(sink.notices[0].first, Name{"THREE"});
  EXPECT_TRUE(std::holds_alternative<matching::SessionWentUp>(sink.notices[0].second));
}

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

TEST_F(ReportStageTest, AStatusRequestNeverOvertakesAnOrderSentBeforeIt) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.ask(OrderStatusQuery{.session = kOne,
                                .account = Name{"ACC"},
                                .cl_ord_id = ClOrdId{"A"},
                                .status_req_id = Name{"Q"}});
  pipeline.run_but_journal();
  EXPECT_TRUE(sink.reports.empty());
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 2U);
  EXPECT_EQ(execution(sink.reports[0]).exec_type, ExecType::New);
  EXPECT_EQ(execution(sink.reports[1]).exec_type, ExecType::OrderStatus);
  EXPECT_EQ(execution(sink.reports[1]).ord_status, OrdStatus::New);
  EXPECT_EQ(execution(sink.reports[1]).status_req_id, Name{"Q"});
  EXPECT_EQ(sink.reports[1].report.id, fix::ReportId{});
}

TEST_F(ReportStageTest, AStatusRequestForNoOrderSaysUnknown) {
  pipeline.ask(
      OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"NEVER"}});
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 1U);
  EXPECT_TRUE(execution(sink.reports[0]).no_order);
}

TEST_F(ReportStageTest, ABatchOfBarriersCommitsNothing) {
  const std::size_t before = pipeline.log.commits;
  pipeline.ask(
      OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"NEVER"}});
  pipeline.run();
  EXPECT_EQ(pipeline.log.commits, before);
}

TEST_F(ReportStageTest, WhatHappenedWhileASessionWasAwayIsMadeFromTheJournalAtItsLogon) {
  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.run();
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "B", Side::Bid, 204, 1000);
  pipeline.run();
  std::size_t told = 0;
  for (const auto& delivery : sink.reports) {
    told += delivery.session == kOne ? 1U : 0U;
  }
  EXPECT_EQ(told, 0U);

  sink.reports.clear();
  pipeline.feed.subscribe(kOne, kSecond, {});
  pipeline.place(kTwo, "C", Side::Bid, 204, 500);
  pipeline.run();
  std::vector<ExecType> types;
  for (const auto& delivery : sink.reports) {
    if (delivery.session == kOne) {
      EXPECT_EQ(delivery.subscription, kSecond);
      types.push_back(execution(delivery).exec_type);
    }
  }
  EXPECT_EQ(types, (std::vector{ExecType::New, ExecType::Trade, ExecType::Trade}));
}

class Keeper final : public ReportKeeper {
 public:
  void name_session(SessionId session, const Name& comp_id) override { names[session] = comp_id; }

  void reports_taken(const ReportCursors&, matching::EventSeq, matching::Timestamp) override {}

  [[nodiscard]] matching::EventSeq kept_from() const override { return from; }

  matching::EventSeq from{1};
  std::map<SessionId, Name> names;
};

TEST_F(ReportStageTest, TheKeeperIsToldWhoASessionIs) {
  Keeper keeper;
  pipeline.report.connect(keeper);
  pipeline.submit(matching::SessionUp{.comp_id = Name{"THREE"}});
  pipeline.run();
  EXPECT_EQ(keeper.names, (std::map<SessionId, Name>{{SessionId{3}, Name{"THREE"}}}));
}

TEST_F(ReportStageTest, ASessionIsToldFirstThatReportsAreNotKeptForItAnyMore) {
  Keeper keeper;
  pipeline.report.connect(keeper);
  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.run();
  const auto first = pipeline.engine.last_seq().next();
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.run();
  keeper.from = pipeline.engine.last_seq().next();
  pipeline.place(kTwo, "B", Side::Bid, 204, 1000);
  pipeline.run();
  for (const SubscriptionId logon : {SubscriptionId{2}, SubscriptionId{3}}) {
    sink.reports.clear();
    pipeline.feed.subscribe(kOne, logon, {});
    pipeline.run();
    ASSERT_EQ(sink.reports.size(), 2U) << "also at its next logon, as it has proven nothing";
    const auto& news = std::get<fix::News>(sink.reports[0].report.body);
    EXPECT_EQ(news.headline.view(),
              "Reports of events " + std::to_string(first.value()) + " to " +
                  std::to_string(keeper.from.value() - 1) +
                  " are not kept any more and do not come: ask for your orders");
    EXPECT_GE(news.orig_time, pipeline.clock.time);
    EXPECT_EQ(execution(sink.reports[1]).exec_type, ExecType::Trade);
  }

  pipeline.submit(matching::ConfirmDelivery{.session = kOne, .delivered = keeper.from});
  pipeline.run();
  sink.reports.clear();
  pipeline.feed.subscribe(kOne, SubscriptionId{4}, {});
  pipeline.run();
  EXPECT_FALSE(std::holds_alternative<fix::News>(sink.reports.at(0).report.body));
}

// The report thread asleep, as far as its wait strategy knows.
class Sleeper {
 public:
  explicit Sleeper(WaitStrategy& wait) : wait_{wait} {
    while (looks_ <= WaitStrategy::kDefaultSpins + 1) {
      std::this_thread::yield();
    }
  }

  ~Sleeper() {
    awake_ = true;
    wait_.signal();
    thread_.join();
  }

  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  Sleeper(Sleeper&&) = delete;
  Sleeper& operator=(Sleeper&&) = delete;

 private:
  WaitStrategy& wait_;
  std::atomic<std::size_t> looks_{0};
  std::atomic<bool> awake_{false};
  std::thread thread_{[this] {
    wait_.wait_until([this] {
      ++looks_;
      return awake_.load();
    });
  }};
};

TEST_F(ReportStageTest, NobodyIsWokenBecauseASessionKeepsUp) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.run();
  const std::uint64_t before = pipeline.wait.wake_ups();
  {
    const Sleeper sleeper{pipeline.wait};
    pipeline.feed.consumed(kOne, kFirst, 1);
    EXPECT_EQ(pipeline.wait.wake_ups(), before);
  }
}

TEST_F(ReportStageTest, ASessionThatWaitsToHaveLessInFlightIsGoneOnWithAtOnce) {
  for (std::size_t i = 0; i < 2 * kRefillBelow; ++i) {
    pipeline.place(kOne, "A" + std::to_string(i), Side::Ask, 204, 3000);
  }
  pipeline.run();
  pipeline.feed.subscribe(kOne, SubscriptionId{2}, {});
  pipeline.run();
  const std::uint64_t before = pipeline.wait.wake_ups();
  {
    const Sleeper sleeper{pipeline.wait};
    pipeline.feed.consumed(kOne, SubscriptionId{2}, kRefillBelow);
    EXPECT_EQ(pipeline.wait.wake_ups(), before + 1);
  }
}

TEST_F(ReportStageTest, ALateReportIsTheSameAsTheLiveOne) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "B", Side::Bid, 204, 1000);
  pipeline.cancel(kOne, "C", "A");
  pipeline.run();
  const std::vector<RecordingSink::Delivery> live = sink.reports;
  sink.reports.clear();

  pipeline.feed.subscribe(kOne, kSecond, {});
  pipeline.feed.subscribe(kTwo, kSecond, {});
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), live.size());
  for (const auto& late : sink.reports) {
    const auto same = std::find_if(live.begin(), live.end(), [&](const auto& delivery) {
      return delivery.report.id == late.report.id;
    });
    ASSERT_NE(same, live.end());
    EXPECT_EQ(late.session, same->session);
    EXPECT_EQ(execution(late).exec_type, execution(*same).exec_type);
    EXPECT_EQ(execution(late).ord_status, execution(*same).ord_status);
    EXPECT_EQ(execution(late).cl_ord_id, execution(*same).cl_ord_id);
    EXPECT_EQ(execution(late).orig_cl_ord_id, execution(*same).orig_cl_ord_id);
    EXPECT_EQ(execution(late).leaves_qty, execution(*same).leaves_qty);
    EXPECT_EQ(execution(late).cum_qty, execution(*same).cum_qty);
    EXPECT_EQ(execution(late).transact_time, execution(*same).transact_time);
  }
}

TEST_F(ReportStageTest, ReportsGoOnBehindTheLastOneSentAlsoInsideAnEvent) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.place(kOne, "B", Side::Bid, 204, 3000);  // trades with itself: both legs are session 1's
  pipeline.run();
  const auto maker = std::find_if(sink.reports.begin(), sink.reports.end(), [](const auto& one) {
    return execution(one).exec_type == ExecType::Trade;
  });
  ASSERT_NE(maker, sink.reports.end());
  const fix::ReportId sent = maker->report.id;
  ASSERT_EQ(sent.leg, 1U);

  sink.reports.clear();
  pipeline.feed.subscribe(kOne, kSecond, sent);
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 1U);
  EXPECT_EQ(sink.reports[0].report.id, (fix::ReportId{sent.event, 2}));
}

TEST_F(ReportStageTest, ASessionThatDoesNotConsumeIsServedFromTheJournalAndMissesNothing) {
  constexpr std::size_t kOrders = kMaxReportsInFlight + 1500;
  for (std::size_t i = 0; i < kOrders; ++i) {
    pipeline.place(kOne, "ID" + std::to_string(i), Side::Ask, 204, 100);
    if (i % 512 == 0) {
      pipeline.run();
    }
  }
  pipeline.run();
  const std::size_t before = sink.reports.size();
  EXPECT_LT(before, kOrders) << "reports for a session that lags must not pile up";

  std::size_t consumed = 0;
  for (std::size_t round = 0; round < kOrders && consumed < kOrders; ++round) {
    const std::size_t arrived = sink.reports.size();
    pipeline.feed.consumed(kOne, kFirst, arrived - consumed);
    consumed = arrived;
    pipeline.run();
  }
  ASSERT_EQ(sink.reports.size(), kOrders);
  for (std::size_t i = 0; i < kOrders; ++i) {
    ASSERT_EQ(execution(sink.reports[i]).cl_ord_id, ClOrdId{"ID" + std::to_string(i)});
  }
}

TEST_F(ReportStageTest, AStatusAnswerDoesNotOvertakeReportsThatAreMadeLate) {
  pipeline.feed.unsubscribe(kOne, kFirst);
  for (int i = 0; i < 500; ++i) {
    pipeline.place(kOne, "ID" + std::to_string(i), Side::Ask, 204, 100);
  }
  pipeline.run();
  sink.reports.clear();
  pipeline.feed.subscribe(kOne, kSecond, {});
  pipeline.ask(
      OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"ID499"}});
  std::size_t consumed = 0;
  while (sink.reports.size() < 501) {
    pipeline.run();
    ASSERT_GT(sink.reports.size(), consumed);
    pipeline.feed.consumed(kOne, kSecond, sink.reports.size() - consumed);
    consumed = sink.reports.size();
  }
  EXPECT_EQ(execution(sink.reports.back()).exec_type, ExecType::OrderStatus);
}

TEST_F(ReportStageTest, AnEarlierLogonCannotTakeASubscriptionBack) {
  pipeline.feed.subscribe(kOne, kSecond, {});
  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.feed.subscribe(kOne, kFirst, {});
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 1U);
  EXPECT_EQ(sink.reports[0].subscription, kSecond);
}

TEST_F(ReportStageTest, TheReadModelOfARecoveredEngineGivesTheSameReports) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "B", Side::Bid, 204, 1000);
  pipeline.cancel(kOne, "C", "A");
  pipeline.run();

  matching::Engine replayed;
  ReportState recovered;
  for (const StoredTransaction& transaction : pipeline.log.committed) {
    replayed.apply(transaction.view());
    recovered.take(transaction.view());
  }
  EXPECT_EQ(replayed.state_hash(), pipeline.engine.state_hash());
  recovered.model = ReadModel{replayed};  // as after a snapshot, without the events before it

  WaitStrategy wait;
  EventRing ring{{.capacity = 64, .arena_size = 1 << 16}, wait};
  EventConsumer& consumer = ring.add_consumer({.name = "report", .wait = wait});
  ReportStage restarted{consumer, wait, std::move(recovered), pipeline.log.sources()};
  RecordingSink late;
  restarted.connect(late);
  restarted.feed().subscribe(kOne, kSecond, {});
  restarted.feed().subscribe(kTwo, kSecond, {});
  while (restarted.do_work() > 0) {
  }
  ASSERT_EQ(late.reports.size(), sink.reports.size());
  EXPECT_EQ(execution(late.reports.front()).cl_ord_id, ClOrdId{"A"});
}

}  // namespace
}  // namespace betex::gateway::testing
