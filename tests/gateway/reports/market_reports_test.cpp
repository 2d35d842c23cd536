// What brokers are told of markets, asked or not.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/audience_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::TradingStatus;

using MarketReportsTest = AudienceTest;

TEST_F(MarketReportsTest, BrokersAreToldOfEveryChangeOfAMarket) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.feed.subscribe(kTwo, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.run();
  const Name market{"MKT"};
  pipeline.submit(matching::SuspendMarket{.market = market});
  pipeline.submit(matching::TurnInPlay{.market = market});
  pipeline.submit(matching::ResumeMarket{.market = market});
  pipeline.submit(matching::RemoveRunner{.market = market, .symbol = Name{"OTHER"}});
  pipeline.submit(matching::CloseMarket{.market = market});
  pipeline.run();

  std::vector<std::string> told;
  for (const auto& status : bodies<fix::SecurityStatus>()) {
    EXPECT_EQ(status.market, market);
    told.push_back(
        std::string{status.symbol.view()} + " " + std::to_string(static_cast<int>(status.status)) +
        (status.in_play ? " in play" : "") +
        (status.suspend_reason != 0 ? " reason " + std::to_string(status.suspend_reason) : ""));
  }
  ASSERT_GE(told.size(), 8U);
  EXPECT_EQ(told[0], "RUN 2 reason 1");
  EXPECT_EQ(told[1], "OTHER 2 reason 1");
  EXPECT_EQ(told[2], "RUN 2 in play");
  EXPECT_EQ(told[3], "OTHER 2 in play");
  EXPECT_EQ(told[4], "RUN 3");
  EXPECT_EQ(told[5], "OTHER 3");
  EXPECT_THAT(told, ::testing::Contains("OTHER 18").Times(1));  // by its removal
  EXPECT_EQ(told.back(), "RUN 18");                             // by the close
  EXPECT_TRUE(bodies<fix::SecurityStatus>(kDrop).empty());
  EXPECT_TRUE(bodies<fix::SecurityStatus>(kTwo).empty());  // speaks FIX.4.4
}

TEST_F(MarketReportsTest, SecuritiesAreListedAndTheirStatusIsTold) {
  pipeline.submit(matching::HaltMarket{.market = Name{"MKT"}});
  pipeline.run();
  sink.reports.clear();
  pipeline.ask(SecurityListQuery{.session = kOne, .security_req_id = Name{"L1"}});
  pipeline.ask(
      SecurityListQuery{.session = kOne, .security_req_id = Name{"L2"}, .market = Name{"NOWHERE"}});
  pipeline.ask(SecurityStatusQuery{
      .session = kOne, .security_status_req_id = Name{"S1"}, .symbol = Name{"RUN"}});
  pipeline.ask(SecurityStatusQuery{
      .session = kOne, .security_status_req_id = Name{"S2"}, .symbol = Name{"NOWHERE"}});
  pipeline.run();
  const auto lists = bodies<fix::SecurityList>();
  ASSERT_EQ(lists.size(), 3U);
  EXPECT_EQ(lists[0].symbol, Name{"RUN"});
  EXPECT_EQ(lists[0].total, 2U);
  EXPECT_FALSE(lists[0].last);
  EXPECT_EQ(lists[0].quantity_step, Decimal{10'000});
  EXPECT_TRUE(lists[1].last);
  EXPECT_TRUE(lists[2].symbol.empty());
  EXPECT_EQ(lists[2].reason, matching::Reason::UnknownMarket);
  const auto status = bodies<fix::SecurityStatus>();
  ASSERT_EQ(status.size(), 2U);
  EXPECT_EQ(status[0].status, TradingStatus::Halt);
  EXPECT_EQ(status[0].status_req_id, Name{"S1"});
  EXPECT_EQ(status[0].in_play, false);
  EXPECT_EQ(status[1].status, TradingStatus::Unknown);
  EXPECT_EQ(status[1].reason, matching::Reason::UnknownInstrument);
}

TEST_F(MarketReportsTest, AnAnnouncementIsNewsForBrokersAndDropCopies) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.feed.subscribe(kTwo, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.run();
  pipeline.submit(matching::Announce{.subject = Name{"MKT"},
                                     .headline = matching::Remark{"rain stopped play"},
                                     .request_id = Name{"N1"},
                                     .transact_time = pipeline.clock.time});
  pipeline.run();
  const auto news = bodies<fix::News>();
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].headline.view(), "rain stopped play");
  EXPECT_EQ(news[0].subject, Name{"MKT"});
  EXPECT_EQ(bodies<fix::News>(kTwo), news);  // speaks FIX.4.4
  EXPECT_EQ(bodies<fix::News>(kDrop), news);
}

}  // namespace
}  // namespace betex::gateway::testing
