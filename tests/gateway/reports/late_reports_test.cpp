// Reports that come late, to sessions that were away or do not keep up, are those that come live.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/report_stage_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;

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

  void reports_taken(const ReportCursors& of_sessions,
                     matching::EventSeq to,
                     matching::Timestamp) override {
    cursors = of_sessions;
    taken.push_back(to);
  }

  void watermark_moved(matching::EventSeq to) override { watermark = to; }

  [[nodiscard]] matching::EventSeq kept_from() const override { return from; }

  matching::EventSeq from{1};
  matching::EventSeq watermark;
  std::map<SessionId, Name> names;
  ReportCursors cursors;
  std::vector<matching::EventSeq> taken;
};

TEST_F(ReportStageTest, TheKeeperIsToldWhoASessionIs) {
  Keeper keeper;
  pipeline.report.connect(keeper);
  pipeline.submit(matching::SessionUp{.comp_id = Name{"THREE"}});
  pipeline.run();
  EXPECT_EQ(keeper.names, (std::map<SessionId, Name>{{SessionId{3}, Name{"THREE"}}}));
}

TEST_F(ReportStageTest, TheKeeperIsToldOfTheWatermarkOnceItIsDurable) {
  Keeper keeper;
  pipeline.report.connect(keeper);
  pipeline.submit(matching::MoveWatermark{.watermark = matching::EventSeq{3}});
  pipeline.run_but_journal();
  EXPECT_EQ(keeper.watermark, matching::EventSeq{0});
  pipeline.run();
  EXPECT_EQ(keeper.watermark, matching::EventSeq{3});
  pipeline.submit(matching::MoveWatermark{.watermark = matching::EventSeq{2}});
  pipeline.run();
  EXPECT_EQ(keeper.watermark, matching::EventSeq{3}) << "refused";
}

// All cursors are copied: not for each order.
TEST_F(ReportStageTest, TheKeeperIsToldHowFarReportsAreWhenNothingElseIsToBeDone) {
  Keeper keeper;
  pipeline.report.connect(keeper);
  const auto place_one = [this](int i) {
    pipeline.place(kOne, std::to_string(i), Side::Ask, 204, 100);
    pipeline.match.do_work();
    pipeline.journal.do_work();
    pipeline.report.do_work();
  };
  constexpr int kFew = 100;
  for (int i = 0; i < kFew; ++i) {
    place_one(i);
  }
  EXPECT_EQ(sink.reports.size(), std::size_t{kFew});
  EXPECT_TRUE(keeper.taken.empty());
  pipeline.run();
  EXPECT_EQ(keeper.taken, std::vector{pipeline.engine.last_seq()});
  EXPECT_EQ(keeper.cursors.last(kOne), sink.reports.back().report.id);
  pipeline.run();
  EXPECT_EQ(keeper.taken.size(), 1U) << "nothing has happened";

  std::vector<matching::EventSeq> expected = keeper.taken;
  constexpr int kMany = 3'000;
  for (int i = 0; i < kMany; ++i) {
    place_one(kFew + i);
    if (pipeline.engine.last_seq().value() - expected.back().value() >= 1024) {
      expected.push_back(pipeline.engine.last_seq());
    }
  }
  EXPECT_EQ(keeper.taken, expected);
  EXPECT_GE(expected.size(), 3U);
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
