// Copies for those who only listen.
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
using ::testing::ElementsAre;

using DropCopiesTest = AudienceTest;

TEST_F(DropCopiesTest, DropCopiesComeFromTheSameEvents) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.run();
  pipeline.place(kOne, "LAY", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "BACK", Side::Bid, 204, 1000);
  pipeline.cancel(kTwo, "X", "LAY");
  pipeline.cancel(kTwo, "Y", "LAY");
  pipeline.run();

  std::vector<ExecType> types;
  std::vector<fix::ReportId> ids;
  for (const auto& delivery : sink.reports) {
    if (delivery.session == kDrop) {
      const auto& copy = std::get<ExecutionReport>(delivery.report.body);
      EXPECT_TRUE(copy.copy);
      types.push_back(copy.exec_type);
      ids.push_back(delivery.report.id);
    } else if (const auto* own = std::get_if<ExecutionReport>(&delivery.report.body)) {
      EXPECT_FALSE(own->copy);
    }
  }
  EXPECT_THAT(
      types,
      ElementsAre(
          ExecType::New, ExecType::New, ExecType::Trade, ExecType::Trade, ExecType::Canceled));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST_F(DropCopiesTest, DropCopiesAreOfTheAccountsThatAreFollowedAlone) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.submit(matching::CreateAccount{.account = Name{"SECOND"}});
  pipeline.run();
  pipeline.place(kOne, "LAY", Side::Ask, 204, 3000);
  pipeline.submit(matching::PlaceOrder{.account = Name{"SECOND"},
                                       .cl_ord_id = ClOrdId{"BACK"},
                                       .symbol = Name{"RUN"},
                                       .transact_time = pipeline.clock.time,
                                       .price = Decimal{2'040'000},
                                       .quantity = Decimal{10'000'000},
                                       .side = Side::Bid},
                  pipeline.origin(kOne));
  pipeline.run();
  std::vector<Name> own;
  for (const ExecutionReport& report : bodies<ExecutionReport>()) {
    own.push_back(report.account);
  }
  EXPECT_THAT(own, ElementsAre(Name{"ACC"}, Name{"SECOND"}, Name{"ACC"}, Name{"SECOND"}));
  const auto copies = bodies<ExecutionReport>(kDrop);
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_EQ(copies[0].account, Name{"ACC"});
  EXPECT_EQ(copies[0].exec_type, ExecType::New);
  EXPECT_EQ(copies[1].account, Name{"ACC"});
  EXPECT_EQ(copies[1].exec_type, ExecType::Trade);
}

TEST_F(DropCopiesTest, ADropCopySessionThatWasAwayGetsTheSameCopiesLater) {
  log_on_drop_copy();
  const matching::EventSeq before = pipeline.engine.last_seq();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{before, 1});
  pipeline.run();
  pipeline.place(kOne, "LAY", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "BACK", Side::Bid, 204, 1000);
  pipeline.submit(
      matching::SuspendMarket{.market = Name{"MKT"}, .scope = matching::CancelScope::All});
  pipeline.run();
  const auto ids = [&](SubscriptionId subscription) {
    std::vector<fix::ReportId> found;
    for (const auto& delivery : sink.reports) {
      if (delivery.session == kDrop && delivery.subscription == subscription) {
        found.push_back(delivery.report.id);
      }
    }
    return found;
  };
  pipeline.feed.subscribe(kDrop, SubscriptionId{2}, fix::ReportId{before, 1});
  pipeline.run();
  EXPECT_EQ(ids(kFirst).size(), 5U);
  EXPECT_EQ(ids(SubscriptionId{2}), ids(kFirst));
}

}  // namespace
}  // namespace betex::gateway::testing
