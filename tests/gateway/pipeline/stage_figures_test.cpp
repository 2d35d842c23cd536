// What the stages count of their work, for whoever asks for metrics.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "gateway/pipeline/event_counts.h"
#include "tests/gateway/pipeline/report_stage_fixture.h"

namespace betex::gateway::testing {
namespace {

using matching::MarketState;
using matching::Reason;

std::uint64_t counted_in_all(const Histogram& histogram) {
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket <= Histogram::kBounds; ++bucket) {
    count += histogram.counted(bucket);
  }
  return count;
}

class StageFigures : public ReportStageTest {
 protected:
  // As a session's port does it.
  void submit_now(matching::CommandBody body) {
    const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
    BETEX_ASSERT(pipeline.commands.try_reserve(1));
    pipeline.commands.publish(matching::Command{.timestamp = matching::Timestamp{now.count()},
                                                .origin = pipeline.origin(kOne),
                                                .body = std::move(body)});
  }

  const EventCounts& counts() { return pipeline.report.counts(); }
};

TEST_F(StageFigures, RefusalsAreCountedByReason) {
  pipeline.cancel(kOne, "C1", "NEVER");
  pipeline.cancel(kOne, "C2", "NEVER");
  pipeline.place(kOne, "OFF", Side::Bid, 20301, 3000);
  pipeline.submit(matching::OpenMarket{.market = Name{"NOWHERE"}});
  pipeline.submit(matching::RefuseInbound{.reason = Reason::Throttled}, pipeline.origin(kOne));
  pipeline.run();
  EXPECT_EQ(counts().refused(Reason::UnknownOrder), 2U);
  EXPECT_EQ(counts().refused(Reason::PriceNotOnLadder), 1U);
  EXPECT_EQ(counts().refused(Reason::UnknownMarket), 1U);
  EXPECT_EQ(counts().refused(Reason::Throttled), 1U);
  EXPECT_EQ(counts().refused(Reason::DuplicateClOrdId), 0U);
}

TEST_F(StageFigures, OperatorsRequestsAreCountedByWhatBecameOfThem) {
  const std::uint64_t before = counts().operations(OperationOutcome::Done);
  const matching::SuspendMarket suspend{
      .market = Name{"MKT"}, .request_id = Name{"goal-1"}, .transact_time = pipeline.clock.time};
  pipeline.submit(suspend);
  pipeline.submit(suspend);
  pipeline.submit(matching::OpenMarket{.market = Name{"MKT"}});
  pipeline.place(kOne, "A1", Side::Bid, 202, 3000);
  pipeline.run();
  EXPECT_EQ(counts().operations(OperationOutcome::Done), before + 1);
  EXPECT_EQ(counts().operations(OperationOutcome::Repeated), 1U);
  EXPECT_EQ(counts().operations(OperationOutcome::Refused), 1U);
  EXPECT_EQ(counts().operations(OperationOutcome::Proposed), 0U);
}

TEST_F(StageFigures, MarketsAreCountedInTheStateThatTheyAreIn) {
  EXPECT_EQ(counts().markets(MarketState::Open), 1U);
  pipeline.submit(matching::CreateMarket{.market = Name{"LATER"}});
  pipeline.submit(matching::SuspendMarket{.market = Name{"MKT"}});
  pipeline.run();
  EXPECT_EQ(counts().markets(MarketState::Open), 0U);
  EXPECT_EQ(counts().markets(MarketState::Suspended), 1U);
  EXPECT_EQ(counts().markets(MarketState::Inactive), 1U);
}

TEST_F(StageFigures, AStartBeginsWithTheMarketsAsTheyAre) {
  pipeline.submit(matching::CreateMarket{.market = Name{"LATER"}});
  pipeline.run();
  const EventCounts fresh{ReadModel{pipeline.engine}};
  EXPECT_EQ(fresh.markets(MarketState::Open), 1U);
  EXPECT_EQ(fresh.markets(MarketState::Inactive), 1U);
  EXPECT_EQ(fresh.markets(MarketState::Closed), 0U);
}

TEST_F(StageFigures, OrdersAreTimedFromTheRingToTheirReports) {
  const Histogram& times = pipeline.report.answers().times();
  const auto begin = std::chrono::steady_clock::now();
  submit_now(matching::CancelOrder{
      .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"C1"}, .orig_cl_ord_id = ClOrdId{"NEVER"}});
  pipeline.run_but_journal();
  EXPECT_EQ(counted_in_all(times), 0U) << "its commit is missing";
  pipeline.run();
  EXPECT_EQ(counted_in_all(times), 1U);
  EXPECT_GT(times.total().count(), 0);
  EXPECT_LE(times.total(), std::chrono::steady_clock::now() - begin);
}

TEST_F(StageFigures, WhatIsNoOrderOrWasNotTimedIsNotCounted) {
  pipeline.place(kOne, "A1", Side::Bid, 202, 3000);  // without the time
  submit_now(matching::SuspendMarket{.market = Name{"MKT"}});
  pipeline.run();
  EXPECT_EQ(counted_in_all(pipeline.report.answers().times()), 0U);
}

TEST_F(StageFigures, EveryCommitIsTimed) {
  const std::uint64_t before = counted_in_all(pipeline.journal.commit_times());
  const std::size_t commits = pipeline.log.commits;
  pipeline.place(kOne, "A1", Side::Bid, 202, 3000);
  pipeline.run();
  pipeline.place(kOne, "A2", Side::Bid, 202, 3000);
  pipeline.run();
  EXPECT_EQ(pipeline.log.commits, commits + 2);
  EXPECT_EQ(counted_in_all(pipeline.journal.commit_times()), before + 2);
}

}  // namespace
}  // namespace betex::gateway::testing
