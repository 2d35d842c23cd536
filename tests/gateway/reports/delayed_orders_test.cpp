// Orders and amends that wait in a market in play.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/audience_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;

// A market in play whose orders wait for five seconds.
class DelayedOrdersTest : public AudienceTest {
 protected:
  void SetUp() override {
    AudienceTest::SetUp();
    pipeline.submit(matching::CreateMarket{.market = Name{"SLOW"}, .bet_delay_ms = 5000});
    pipeline.submit(matching::AddRunner{.market = Name{"SLOW"}, .symbol = Name{"S"}});
    pipeline.submit(matching::AddRunner{.market = Name{"SLOW"}, .symbol = Name{"T"}});
    pipeline.submit(matching::OpenMarket{.market = Name{"SLOW"}});
    pipeline.submit(matching::TurnInPlay{.market = Name{"SLOW"}});
    pipeline.run();
    sink.reports.clear();
  }

  // A back of 30.00 at 2.04.
  void place(const char* id) {
    pipeline.submit(matching::PlaceOrder{.account = Name{"ACC"},
                                         .cl_ord_id = ClOrdId{id},
                                         .symbol = Name{"S"},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{2'040'000},
                                         .quantity = Decimal{30'000'000},
                                         .time_in_force = matching::TimeInForce::Gtc},
                    pipeline.origin(kOne));
  }

  void amend(const char* id, const char* orig_id, int quantity, int price) {
    pipeline.submit(matching::AmendOrder{.account = Name{"ACC"},
                                         .cl_ord_id = ClOrdId{id},
                                         .orig_cl_ord_id = ClOrdId{orig_id},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{price * 10'000},
                                         .quantity = Decimal{quantity * 10'000}},
                    pipeline.origin(kOne));
  }

  void wait_for_release() {
    pipeline.clock.time += matching::Timestamp{5'000'000'000};
    pipeline.run();
  }
};

TEST_F(DelayedOrdersTest, AreCancelledLikeAnyOther) {
  place("D");
  pipeline.cancel(kOne, "E", "D");
  pipeline.run();
  wait_for_release();
  const auto reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].exec_type, ExecType::PendingNew);
  EXPECT_EQ(reports[1].exec_type, ExecType::Canceled);
  EXPECT_EQ(reports[1].ord_status, OrdStatus::Canceled);
  EXPECT_EQ(reports[1].cl_ord_id, ClOrdId{"E"});
  EXPECT_EQ(reports[1].orig_cl_ord_id, ClOrdId{"D"});
  EXPECT_EQ(reports[1].leaves_qty, Decimal{});
}

TEST_F(DelayedOrdersTest, AreCancelledWithTheReasonWhereACheckFailsAtTheRelease) {
  place("D");
  pipeline.run();
  pipeline.submit(matching::SuspendMarket{.market = Name{"SLOW"}});
  pipeline.run();
  wait_for_release();
  const auto reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].exec_type, ExecType::Canceled);
  EXPECT_EQ(reports[1].ord_status, OrdStatus::Canceled);
  EXPECT_TRUE(reports[1].orig_cl_ord_id.empty());
  EXPECT_EQ(reports[1].restatement_reason, 99);
  EXPECT_EQ(reports[1].reason, matching::Reason::MarketNotOpen);
}

// The order is live meanwhile, and the request is answered once, when it is carried out.
TEST_F(DelayedOrdersTest, AnAmendThatWaitsIsAnsweredAtItsRelease) {
  place("D");
  pipeline.run();
  wait_for_release();
  sink.reports.clear();
  amend("E", "D", 4000, 204);
  pipeline.ask(
      OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"D"}});
  pipeline.run();
  auto reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].exec_type, ExecType::OrderStatus);
  EXPECT_EQ(reports[0].ord_status, OrdStatus::New);
  EXPECT_EQ(reports[0].order_qty, Decimal{30'000'000});

  wait_for_release();
  reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].exec_type, ExecType::Replaced);
  EXPECT_EQ(reports[1].cl_ord_id, ClOrdId{"E"});
  EXPECT_EQ(reports[1].orig_cl_ord_id, ClOrdId{"D"});
  EXPECT_EQ(reports[1].order_qty, Decimal{40'000'000});
}

TEST_F(DelayedOrdersTest, AnAmendThatWaitsForAnOrderThatGoesIsTooLate) {
  place("D");
  pipeline.run();
  wait_for_release();
  amend("E", "D", 4000, 204);
  pipeline.cancel(kOne, "F", "D");
  pipeline.run();
  EXPECT_TRUE(bodies<fix::OrderCancelReject>().empty());
  wait_for_release();
  const auto refused = bodies<fix::OrderCancelReject>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].cl_ord_id, ClOrdId{"E"});
  EXPECT_EQ(refused[0].response_to, 2);
  EXPECT_EQ(refused[0].ord_status, OrdStatus::Canceled);
  EXPECT_EQ(refused[0].reason, matching::Reason::TooLate);
}

TEST_F(DelayedOrdersTest, ArePendingUntilTheyAreReleased) {
  place("D");
  amend("E", "D", 2000, 204);
  amend("F", "D", 2000, 206);
  pipeline.run();
  const auto pending = bodies<ExecutionReport>();
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending[0].ord_status, OrdStatus::PendingNew);
  EXPECT_EQ(pending[0].effective_time, pipeline.clock.time + matching::Timestamp{5'000'000'000});
  EXPECT_EQ(pending[1].exec_type, ExecType::Replaced);
  EXPECT_EQ(pending[1].ord_status, OrdStatus::PendingNew);
  const auto refused = bodies<fix::OrderCancelReject>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].ord_status, OrdStatus::PendingNew);

  wait_for_release();
  const auto released = bodies<ExecutionReport>();
  ASSERT_EQ(released.size(), 3U);
  EXPECT_EQ(released[2].exec_type, ExecType::New);
  EXPECT_EQ(released[2].ord_status, OrdStatus::New);
}

}  // namespace
}  // namespace betex::gateway::testing
