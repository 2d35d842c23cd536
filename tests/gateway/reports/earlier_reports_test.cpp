// Sessions that lack reports of events before the snapshot that the report stage began with: what
// is asked of the thread that makes them, and what becomes of what it hands over.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/link/replay_link.h"
#include "gateway/pipeline/event_slot.h"
#include "tests/gateway/pipeline/report_stage_fixture.h"

namespace betex::gateway::testing {
namespace {

using matching::EventSeq;

// That thread: notes what it is asked.
class Maker final : public ReplayPort, public ReplayFeed {
 public:
  fix::ReplayAck ask(const ReplayRequest& request, EventSeq /*durable*/) override {
    requests.push_back(request);
    return {.request_id = {},
            .response = refuses ? fix::ReplayResponse::Unavailable : fix::ReplayResponse::Begins,
            .first = {},
            .last = {},
            .available_from = available_from};
  }

  void taken(SessionId, SubscriptionId, std::uint32_t number) override {
    taken_numbers.push_back(number);
  }

  void leave(SessionId, SubscriptionId subscription) override { left.push_back(subscription); }

  bool refuses = false;
  EventSeq available_from;
  std::vector<ReplayRequest> requests;
  std::vector<std::uint32_t> taken_numbers;
  std::vector<SubscriptionId> left;
};

// Sessions 1 and 2 trade, and have proven nothing; then the report stage begins again, with a state
// that does not go back to the first trades.
class EarlierReportsTest : public ReportStageTest {
 protected:
  void SetUp() override {
    ReportStageTest::SetUp();
    place_some("A");
    begins_after = pipeline.engine.last_seq();
    place_some("B");
    live = std::exchange(sink.reports, {});
    restart();
  }

  void place_some(const std::string& id) {
    for (std::size_t i = 0; i < kOrders; ++i) {
      pipeline.place(kOne, id + std::to_string(i), Side::Ask, 204, 100);
    }
    pipeline.place(kTwo, id + "X", Side::Bid, 204, 100);
    pipeline.run();
  }

  void restart() {
    ReportState recovered;
    for (const StoredTransaction& transaction : pipeline.log.committed) {
      recovered.take(transaction.view());
    }
    recovered.begins_after = begins_after;
    report.emplace(consumer, wait, std::move(recovered), pipeline.log.sources());
    report->connect(late);
    report->connect_earlier(maker, maker);
  }

  // What a session was told when it happened, of events from `first` to `last`.
  [[nodiscard]] std::vector<fix::Report> told_live(SessionId session,
                                                   EventSeq first,
                                                   EventSeq last) const {
    std::vector<fix::Report> reports;
    for (const auto& delivery : live) {
      const EventSeq event = delivery.report.id.event;
      if (delivery.session == session && event >= first && event <= last) {
        reports.push_back(delivery.report);
      }
    }
    return reports;
  }

  [[nodiscard]] std::vector<fix::Report> told(SessionId session) const {
    std::vector<fix::Report> reports;
    for (const auto& delivery : late.reports) {
      if (delivery.session == session) {
        reports.push_back(delivery.report);
      }
    }
    return reports;
  }

  void run() {
    while (report->do_work() > 0) {
    }
  }

  // Of the last request; by the maker's thread.
  void hand_over(std::vector<fix::Report> reports, bool last) {
    const ReplayRequest& request = maker.requests.back();
    report->earlier().tell_again(request.query.session,
                                 {.subscription = request.subscription,
                                  .number = request.number,
                                  .reports = std::move(reports),
                                  .last = last});
    run();
  }

  void cut(EventSeq available_from) {
    fix::ReplayAck ack;
    ack.response = fix::ReplayResponse::Unavailable;
    ack.available_from = available_from;
    hand_over({{.id = {}, .body = ack}}, true);
  }

  // As the match stage passes it on.
  void ask(const BarrierQuery& query, matching::OrderId order = {}) {
    const StatusBarrier barrier{.query = query, .order = order, .asked_at = {}};
    const Claim claim = ring.try_claim(sizeof barrier);
    ASSERT_EQ(claim.outcome, ClaimOutcome::Claimed);
    std::memcpy(claim.bytes.data(), &barrier, sizeof barrier);
    ring.publish(static_cast<std::uint32_t>(SlotTag::StatusBarrier));
  }

  [[nodiscard]] static std::string headline(const fix::Report& told) {
    const auto* const news = std::get_if<fix::News>(&told.body);
    return news == nullptr ? "no news" : std::string{news->headline.view()};
  }

  static constexpr std::size_t kOrders = 10;
  static constexpr EventSeq kEver{~std::uint64_t{0}};

  EventSeq begins_after;
  std::vector<RecordingSink::Delivery> live;
  WaitStrategy wait;
  EventRing ring{{.capacity = 64, .arena_size = 1 << 16}, wait};
  EventConsumer& consumer{ring.add_consumer({.name = "report", .wait = wait})};
  RecordingSink late;
  Maker maker;
  std::optional<ReportStage> report;
};

TEST_F(EarlierReportsTest, AreAskedForAndFollowedByThoseThatTheStageMakes) {
  report->feed().subscribe(kOne, kSecond, {});
  run();
  EXPECT_TRUE(told(kOne).empty()) << "nothing comes out of order";
  ASSERT_EQ(maker.requests.size(), 1U);
  const ReplayRequest& asked = maker.requests.front();
  EXPECT_EQ(asked.query.session, kOne);
  EXPECT_EQ(asked.subscription, kSecond);
  EXPECT_EQ(asked.query.last, begins_after);
  const std::vector<fix::Report> earlier = told_live(kOne, asked.query.first, begins_after);
  ASSERT_EQ(earlier, told_live(kOne, EventSeq{1}, begins_after)) << "from the first one on";

  hand_over({earlier.begin(), earlier.begin() + 3}, false);
  EXPECT_EQ(told(kOne), (std::vector<fix::Report>{earlier.begin(), earlier.begin() + 3}));
  std::vector<fix::Report> rest{earlier.begin() + 3, earlier.end()};
  rest.push_back({.id = {}, .body = fix::ReplayEnd{}});
  hand_over(rest, true);
  EXPECT_EQ(told(kOne), told_live(kOne, EventSeq{1}, kEver));
  EXPECT_EQ(maker.requests.size(), 1U);
  EXPECT_TRUE(maker.left.empty());
}

TEST_F(EarlierReportsTest, OneThatLacksNoneAsksForNoneAndWaitsForNobody) {
  report->feed().subscribe(kOne, kSecond, {});
  const fix::ReportId has = told_live(kTwo, EventSeq{1}, begins_after).back().id;
  report->feed().subscribe(kTwo, kSecond, {begins_after.next(), 0});
  run();
  EXPECT_LE(has.event, begins_after);
  ASSERT_EQ(maker.requests.size(), 1U);
  EXPECT_EQ(maker.requests.front().query.session, kOne);
  EXPECT_EQ(told(kTwo), told_live(kTwo, begins_after.next(), kEver));
}

TEST_F(EarlierReportsTest, WhatTheSessionHasOfThemIsNotToldTwice) {
  const std::vector<fix::Report> all = told_live(kOne, EventSeq{1}, kEver);
  report->feed().subscribe(kOne, kSecond, all[2].id);
  run();
  ASSERT_EQ(maker.requests.size(), 1U);
  EXPECT_EQ(maker.requests.front().query.first, all[2].id.event) << "there may be more of it";
  hand_over(told_live(kOne, all[2].id.event, begins_after), true);
  EXPECT_EQ(told(kOne), (std::vector<fix::Report>{all.begin() + 3, all.end()}));
}

TEST_F(EarlierReportsTest, TheNextPortionIsAskedForWhenTheSessionHasLittleInFlight) {
  report->feed().subscribe(kOne, kSecond, {});
  run();
  fix::Report one = told_live(kOne, EventSeq{1}, begins_after).front();
  std::size_t portions = 0;
  std::uint32_t leg = one.id.leg;
  const auto portion = [&] {
    std::vector<fix::Report> reports;
    while (reports.size() < kPortion) {
      one.id.leg = ++leg;
      reports.push_back(one);
    }
    ++portions;
    return reports;
  };
  while (maker.taken_numbers.size() == portions) {
    ASSERT_LT(portions, 100U);
    hand_over(portion(), false);
  }
  EXPECT_GE(portions * kPortion, kRefillBelow);
  EXPECT_EQ(portions, maker.taken_numbers.size() + 1);
  report->feed().consumed(kOne, kSecond, kPortion + 1);
  run();
  EXPECT_EQ(portions, maker.taken_numbers.size());
  EXPECT_EQ(maker.requests.size(), 1U);
}

TEST_F(EarlierReportsTest, AnotherLogonAsksAnewAndTakesNothingOfTheOneBefore) {
  report->feed().subscribe(kOne, kSecond, {});
  run();
  constexpr SubscriptionId kThird{3};
  report->feed().subscribe(kOne, kThird, {});
  EXPECT_TRUE(maker.left.empty());
  hand_over({told_live(kOne, EventSeq{1}, begins_after).front()}, false);  // on its way meanwhile
  EXPECT_TRUE(told(kOne).empty());
  EXPECT_EQ(maker.left, std::vector{kSecond});
  ASSERT_EQ(maker.requests.size(), 2U);
  EXPECT_EQ(maker.requests.back().subscription, kThird);
  hand_over(told_live(kOne, EventSeq{1}, begins_after), true);
  EXPECT_EQ(told(kOne), told_live(kOne, EventSeq{1}, kEver));
  report->feed().unsubscribe(kOne, kThird);
  run();
  EXPECT_EQ(maker.left, std::vector{kSecond}) << "nothing was under way";
}

TEST_F(EarlierReportsTest, WhatIsNotThereAnyMoreIsLeftOutAndTheRestIsAskedForAgain) {
  report->feed().subscribe(kOne, kSecond, {});
  run();
  const std::vector<fix::Report> earlier = told_live(kOne, EventSeq{1}, begins_after);
  const EventSeq from = earlier[5].id.event;
  cut(from);
  ASSERT_EQ(told(kOne).size(), 1U);
  const std::string first = std::to_string(maker.requests.front().query.first.value());
  EXPECT_EQ(headline(told(kOne).front()),
            "Reports of events " + first + " to " + std::to_string(from.value() - 1) +
                " are not kept any more and do not come: ask for your orders");
  ASSERT_EQ(maker.requests.size(), 2U);
  EXPECT_EQ(maker.requests.back().query.first, from);
  hand_over(told_live(kOne, from, begins_after), true);
  std::vector<fix::Report> rest = told(kOne);
  rest.erase(rest.begin());
  EXPECT_EQ(rest, told_live(kOne, from, kEver));
}

// As where the snapshot that they would be made from is damaged: what is said to be there is not.
TEST_F(EarlierReportsTest, WhereNothingOfThemCanBeHadTheSessionGoesOnBehindThem) {
  report->feed().subscribe(kOne, kSecond, {});
  run();
  cut(EventSeq{1});
  std::vector<fix::Report> rest = told(kOne);
  ASSERT_FALSE(rest.empty());
  EXPECT_NE(headline(rest.front()).find(" to " + std::to_string(begins_after.value()) + " are not"),
            std::string::npos);
  rest.erase(rest.begin());
  EXPECT_EQ(rest, told_live(kOne, begins_after.next(), kEver));
  EXPECT_EQ(maker.requests.size(), 1U);
}

// Nothing is left out that is there: also the reports behind them wait.
TEST_F(EarlierReportsTest, WhereTheThreadHasFailedTheSessionStandsStillAndIsToldSo) {
  for (const bool at_once : {false, true}) {
    late.reports.clear();
    maker.requests.clear();
    restart();
    maker.refuses = at_once;
    report->feed().subscribe(kOne, kSecond, {});
    run();
    if (!at_once) {
      cut({});
    }
    ASSERT_EQ(told(kOne).size(), 1U);
    EXPECT_NE(headline(told(kOne).front())
                  .find(" to " + std::to_string(begins_after.value()) +
                        ", and all later ones, do not come before the gateway's next start"),
              std::string::npos);
    EXPECT_EQ(maker.requests.size(), 1U);
    report->feed().consumed(kOne, kSecond, 1);
    run();
    EXPECT_EQ(told(kOne).size(), 1U);
    EXPECT_EQ(maker.requests.size(), 1U);
  }
}

// What it asks before that waits for the reports that it lacks, and need not any more.
TEST_F(EarlierReportsTest, ASessionThatStandsStillIsAnswered) {
  const OrderStatusQuery of_one{.session = kOne,
                                .account = Name{"ACC"},
                                .cl_ord_id = ClOrdId{"A0"},
                                .status_req_id = Name{"Q"}};
  report->feed().subscribe(kOne, kSecond, {});
  ask(of_one, matching::OrderId{1});
  run();
  EXPECT_TRUE(told(kOne).empty());
  cut({});
  ASSERT_EQ(told(kOne).size(), 2U);
  EXPECT_EQ(std::get<fix::ExecutionReport>(told(kOne)[1].body).status_req_id, Name{"Q"});

  ask(of_one, matching::OrderId{1});
  run();
  ASSERT_EQ(told(kOne).size(), 3U);
  EXPECT_EQ(std::get<fix::ExecutionReport>(told(kOne)[2].body).exec_type,
            fix::ExecType::OrderStatus);

  ask(MassStatusQuery{
      .session = kOne, .account = Name{"ACC"}, .mass_status_req_id = Name{"ALL"}});
  run();
  EXPECT_GT(told(kOne).size(), 3U + kOrders) << "an answer of many messages";
  EXPECT_EQ(told(kOne).back().id, fix::ReportId{}) << "and no report";
}

}  // namespace
}  // namespace betex::gateway::testing
