// Finished orders are forgotten when nothing will tell of them again, and no earlier.
#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};
constexpr SubscriptionId kFirst{1};
constexpr SubscriptionId kSecond{2};
constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;
constexpr std::int64_t kGenerationHours = 26;  // and a little
constexpr int kOrdersPerRound = 600;
// After so many rounds nothing of the first one is known any more.
constexpr int kRounds = 6;

class ForgettingTest : public ::testing::Test {
 protected:
  ForgettingTest() { pipeline.open_market(); }

  void pass_hours(std::int64_t hours) {
    pipeline.clock.time += matching::Timestamp{hours * kHour};
    pipeline.run();
  }

  // Session one sells to session two, amends, cancels, and is refused a cancel that comes too late.
  void trade() {
    for (int i = 0; i < kOrdersPerRound / 3; ++i) {
      const std::string id = std::to_string(++last_id);
      pipeline.place(kOne, "A" + id, Side::Ask, 204, 3000);
      pipeline.place(kTwo, "B" + id, Side::Bid, 204, 3000);
      pipeline.place(kOne, "C" + id, Side::Ask, 210, 1000);
      pipeline.cancel(kTwo, "X" + id, "C" + id);
      pipeline.cancel(kOne, "Y" + id, "A" + id);
      if (i % 64 == 0) {
        pipeline.run();
      }
    }
    pipeline.run();
  }

  void confirm(SessionId session) {
    pipeline.submit(
        matching::ConfirmDelivery{.session = session, .delivered = pipeline.engine.last_seq()});
    pipeline.run();
  }

  void trade_for(int rounds, const std::vector<SessionId>& confirming) {
    for (int round = 0; round < rounds; ++round) {
      trade();
      for (const SessionId session : confirming) {
        confirm(session);
      }
      pass_hours(kGenerationHours);
    }
  }

  [[nodiscard]] std::size_t orders_held() const {
    return pipeline.report.state().model.orders().size();
  }

  // Session one logs on anew, with nothing to be told.
  void log_on_one() {
    subscribe_from_now(kOne, SubscriptionId{++last_subscription});
    pipeline.sink.reports.clear();
  }

  ExecutionReport status_of(const char* cl_ord_id) {
    log_on_one();
    pipeline.ask(
        OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{cl_ord_id}});
    pipeline.run();
    return std::get<ExecutionReport>(pipeline.sink.reports.back().report.body);
  }

  void subscribe_from_now(SessionId session, SubscriptionId subscription) {
    pipeline.feed.subscribe(session, subscription, {pipeline.engine.last_seq(), 100});
    pipeline.run();
  }

  int last_id = 0;
  std::uint64_t last_subscription = 0;
  Pipeline pipeline;
};

// All of a session's reports, in order.
std::vector<fix::Report> reports_of(const RecordingSink& sink, SessionId session) {
  std::vector<fix::Report> found;
  for (const auto& delivery : sink.reports) {
    if (delivery.session == session) {
      found.push_back(delivery.report);
    }
  }
  return found;
}

// Takes whatever session `session` is given, as fast as it comes.
void consume_all(Pipeline& pipeline, SessionId session, SubscriptionId subscription) {
  for (std::size_t seen = 0;;) {
    const std::size_t now = reports_of(pipeline.sink, session).size();
    if (now == seen) {
      return;
    }
    pipeline.feed.consumed(session, subscription, now - seen);
    seen = now;
    pipeline.run();
  }
}

TEST_F(ForgettingTest, FinishedOrdersAreForgottenAndTheirMemoryIsUsedAgain) {
  trade_for(kRounds, {kOne, kTwo});
  const std::size_t held = orders_held();
  const std::size_t allocated = pipeline.report.state().model.orders().allocated_bytes();
  EXPECT_LT(held, std::size_t{kRounds} * kOrdersPerRound);
  trade_for(2 * kRounds, {kOne, kTwo});
  EXPECT_EQ(orders_held(), held);
  EXPECT_LT(pipeline.report.state().model.orders().allocated_bytes(), allocated + 1024);
}

// Of many sessions that keep orders each has its turn.
TEST_F(ForgettingTest, WhatManySessionsHaveProvenToHaveIsForgottenToo) {
  constexpr std::uint32_t kFirstOfMany = 3;
  constexpr std::uint32_t kLastOfMany = 60;
  for (std::uint32_t i = kFirstOfMany; i <= kLastOfMany; ++i) {
    pipeline.submit(matching::SessionUp{.comp_id = Name{"S" + std::to_string(i)}});
  }
  pipeline.run();
  for (std::uint32_t i = kFirstOfMany; i <= kLastOfMany; ++i) {
    const std::string id = "S" + std::to_string(i);
    pipeline.place(SessionId{i}, id, Side::Ask, 210, 1000);
    pipeline.cancel(SessionId{i}, "X" + id, id);
  }
  pipeline.run();
  const auto known = [this] {
    std::size_t count = 0;
    for (std::uint64_t order = 1; order <= kLastOfMany - kFirstOfMany + 1; ++order) {
      count += pipeline.report.state().model.orders().knows(matching::OrderId{order}) ? 1U : 0U;
    }
    return count;
  };
  trade_for(4, {kOne, kTwo});
  EXPECT_EQ(known(), kLastOfMany - kFirstOfMany + 1);
  for (std::uint32_t i = kFirstOfMany; i <= kLastOfMany; ++i) {
    confirm(SessionId{i});
  }
  trade_for(1, {kOne, kTwo});
  EXPECT_EQ(known(), 0U);
}

TEST_F(ForgettingTest, ALiveOrderIsNeverForgotten) {
  pipeline.place(kOne, "KEPT", Side::Ask, 150, 1000);
  trade_for(2 * kRounds, {kOne, kTwo});
  EXPECT_EQ(status_of("KEPT").leaves_qty, Decimal{10'000'000});
  pipeline.cancel(kOne, "END", "KEPT");
  pipeline.run();
  const auto& cancelled = std::get<ExecutionReport>(pipeline.sink.reports.back().report.body);
  EXPECT_EQ(cancelled.exec_type, ExecType::Canceled);
  EXPECT_EQ(cancelled.orig_cl_ord_id, ClOrdId{"KEPT"});
}

// Whatever the engine still knows can be asked for; what it does not is unknown, and its ClOrdID
// acts again.
TEST_F(ForgettingTest, RequestsAreAnsweredRightBeforeAndAfter) {
  pipeline.place(kOne, "OLD", Side::Ask, 204, 3000);
  pipeline.cancel(kOne, "GONE", "OLD");
  pipeline.run();
  const auto resend = [this] {
    log_on_one();
    pipeline.submit(matching::PlaceOrder{.account = Name{"ACC"},
                                         .cl_ord_id = ClOrdId{"OLD"},
                                         .symbol = Name{"RUN"},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{2'040'000},
                                         .quantity = Decimal{30'000'000},
                                         .side = Side::Ask,
                                         .time_in_force = matching::TimeInForce::Gtc,
                                         .poss_resend = true},
                    pipeline.origin(kOne));
    pipeline.run();
    return std::get<ExecutionReport>(pipeline.sink.reports.back().report.body);
  };
  confirm(kOne);
  pass_hours(kGenerationHours);
  trade();
  EXPECT_EQ(status_of("OLD").ord_status, fix::OrdStatus::Canceled);
  EXPECT_EQ(resend().exec_type, ExecType::OrderStatus);
  EXPECT_EQ(status_of("OLD").cl_ord_id, ClOrdId{"GONE"});

  trade_for(kRounds, {kOne, kTwo});
  const ExecutionReport unknown = status_of("OLD");
  EXPECT_TRUE(unknown.no_order);
  EXPECT_EQ(unknown.ord_status, fix::OrdStatus::Rejected);
  EXPECT_EQ(resend().exec_type, ExecType::New);
}

TEST_F(ForgettingTest, AMassStatusTellsOfLiveOrdersOnly) {
  pipeline.place(kTwo, "LIVE", Side::Ask, 150, 1000);
  trade_for(kRounds, {kOne, kTwo});
  log_on_one();
  pipeline.ask(
      MassStatusQuery{.session = kOne, .account = Name{"ACC"}, .mass_status_req_id = Name{"S"}});
  pipeline.run();
  ASSERT_EQ(pipeline.sink.reports.size(), 1U);
  const auto& report = std::get<ExecutionReport>(pipeline.sink.reports[0].report.body);
  EXPECT_EQ(report.cl_ord_id, ClOrdId{"LIVE"});
  EXPECT_EQ(report.total_reports, 1U);
}

// Six days away, while the ClOrdIDs of all orders are long forgotten.
TEST_F(ForgettingTest, LateReportsWithinTheHorizonSayWhatTheyWouldHaveSaid) {
  constexpr int kRoundsAway = 5;  // of 26 hours
  trade_for(kRounds, {kOne, kTwo});
  subscribe_from_now(kTwo, kFirst);
  pipeline.sink.reports.clear();
  const matching::EventSeq before = pipeline.engine.last_seq();
  trade();
  const std::vector<fix::Report> live = reports_of(pipeline.sink, kTwo);
  ASSERT_GT(live.size(), std::size_t{kOrdersPerRound} / 3);
  pipeline.feed.unsubscribe(kTwo, kFirst);
  trade_for(kRoundsAway, {kOne});
  EXPECT_GE(orders_held(), std::size_t{kRoundsAway + 1} * kOrdersPerRound * 2 / 3)
      << "two thirds are its";

  pipeline.sink.reports.clear();
  pipeline.feed.subscribe(kTwo, kSecond, {before, 100});
  pipeline.run();
  consume_all(pipeline, kTwo, kSecond);
  const std::vector<fix::Report> late = reports_of(pipeline.sink, kTwo);
  ASSERT_GT(late.size(), live.size());
  for (std::size_t i = 0; i < live.size(); ++i) {
    ASSERT_EQ(late[i], live[i]) << i;
  }
}

// A refusal tells of an order that finished long before it.
TEST_F(ForgettingTest, ALateRefusalStillSaysHowItsOrderEnded) {
  pipeline.place(kOne, "OLD", Side::Ask, 204, 3000);
  pipeline.cancel(kOne, "GONE", "OLD");
  trade_for(1, {kOne, kTwo});
  confirm(kOne);
  confirm(kTwo);
  const matching::EventSeq before = pipeline.engine.last_seq();
  pipeline.cancel(kTwo, "TOO-LATE", "OLD");
  pipeline.run();
  for (int generation = 0; generation < 4; ++generation) {
    pass_hours(kGenerationHours);
    for (int i = 0; i < 300; ++i) {  // events, so that what is old is looked at
      pipeline.submit(matching::SessionUp{.comp_id = Name{"THREE"}});
      pipeline.submit(matching::SessionDown{.session = SessionId{3}});
    }
    pipeline.run();
  }
  pipeline.sink.reports.clear();
  pipeline.feed.subscribe(kTwo, kFirst, {before, 100});
  pipeline.run();
  const std::vector<fix::Report> late = reports_of(pipeline.sink, kTwo);
  ASSERT_EQ(late.size(), 1U);
  const auto& refused = std::get<fix::OrderCancelReject>(late.front().body);
  EXPECT_EQ(refused.cl_ord_id, ClOrdId{"TOO-LATE"});
  EXPECT_EQ(refused.ord_status, fix::OrdStatus::Canceled);
}

TEST_F(ForgettingTest, OrdersAreKeptForASessionThatIsAwayUpToTheHorizonOnly) {
  const matching::EventSeq before = pipeline.engine.last_seq();
  constexpr int kRoundsInHorizon = 7 * 24 / kGenerationHours + 1;
  trade_for(4 * kRoundsInHorizon, {kOne});
  EXPECT_LT(orders_held(), std::size_t{kRoundsInHorizon + 2} * kOrdersPerRound);

  const matching::EventSeq forgotten_to = pipeline.report.state().model.given_up_to();
  EXPECT_GT(forgotten_to, before);
  pipeline.feed.subscribe(kTwo, kFirst, {before, 100});
  pipeline.run();
  consume_all(pipeline, kTwo, kFirst);
  const std::vector<fix::Report> late = reports_of(pipeline.sink, kTwo);
  ASSERT_GT(late.size(), std::size_t{kRoundsInHorizon - 2} * kOrdersPerRound / 3);
  EXPECT_TRUE(std::holds_alternative<fix::News>(late[0].body)) << "it is told what does not come";
  EXPECT_GT(late[1].id.event, forgotten_to);
}

// A start knows what the engine knows, and forgets it when the report stage that saw everything
// does.
TEST_F(ForgettingTest, AReadModelRebuiltFromTheEngineForgetsAlike) {
  trade_for(kRounds, {kOne, kTwo});
  trade();
  matching::Engine restarted;
  ReportState rebuilt;
  for (const StoredTransaction& stored : pipeline.log.committed) {
    restarted.apply(stored.view());
  }
  rebuilt.model = ReadModel{restarted};
  rebuilt.last_seq = restarted.last_seq();
  confirm(kOne);
  confirm(kTwo);
  const std::size_t taken = pipeline.log.committed.size() - 2;
  const std::size_t at_start = rebuilt.model.orders().size();
  EXPECT_GT(at_start, 0U);
  trade_for(kRounds, {kOne, kTwo});
  for (std::size_t i = taken; i < pipeline.log.committed.size(); ++i) {
    rebuilt.take(pipeline.log.committed[i].view());
  }
  EXPECT_EQ(rebuilt.model.orders().size(), orders_held());
}

}  // namespace
}  // namespace betex::gateway::testing
