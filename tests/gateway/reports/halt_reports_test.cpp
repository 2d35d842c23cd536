// What is told of a halt of the exchange, also to who logs on while it lasts.
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using OperationReportsTest = OperatorsTest;

const Name kMarket{"MKT"};

TEST_F(OperationReportsTest, BrokersAreToldOfAHalt) {
  ask("h1", matching::HaltExchange{});
  ask("h2", matching::UnhaltExchange{});
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre("UOR id=h1 op=HaltExchange result=0", "UOR id=h2 op=UnhaltExchange result=0"));
  EXPECT_THAT(told_to(kOne), ElementsAre("h halted", "h open"));
  EXPECT_THAT(told_to(kTwo), ElementsAre("h halted", "h open"));
  EXPECT_THAT(told_to(kDrop), IsEmpty());
}

TEST_F(OperationReportsTest, AHaltIsToldAgainAtEachLogonWhileItLasts) {
  ask("h1", matching::HaltExchange{});
  told_to(kOne);
  told_to(kOps1);
  const fix::ReportId here{pipeline.engine.last_seq(), kProposerLeg};
  const auto log_on = [&](SessionId session, SubscriptionId subscription) {
    pipeline.feed.subscribe(session, subscription, here);
    pipeline.run();
    return reports_of(session, subscription);
  };
  const std::vector<fix::Report> again = log_on(kOne, kSecond);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(told(again[0]), "h halted");
  EXPECT_EQ(again[0].id, fix::ReportId{}) << "it tells of no event";
  EXPECT_EQ(log_on(kTwo, kSecond).size(), 1U);
  EXPECT_THAT(log_on(kDrop, kSecond), IsEmpty());
  EXPECT_THAT(log_on(kOps1, kSecond), IsEmpty());
  ask("h2", matching::UnhaltExchange{});
  EXPECT_EQ(reports_of(kOne, kSecond).size(), 2U);
  sink.reports.clear();
  pipeline.feed.subscribe(kOne, kThird, fix::ReportId{pipeline.engine.last_seq(), kProposerLeg});
  pipeline.run();
  EXPECT_THAT(reports_of(kOne, kThird), IsEmpty());
}

// What is told at a logon stands behind what was missed, so that the last word is how things are.
TEST_F(OperationReportsTest, WhoComesBackDuringAHaltHearsOfItLast) {
  ask("h1", matching::HaltExchange{});
  const fix::ReportId heard{pipeline.engine.last_seq(), kProposerLeg};
  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.run();
  ask("h2", matching::SuspendMarket{.market = kMarket});
  pipeline.feed.subscribe(kOne, kSecond, heard);
  pipeline.run();
  EXPECT_THAT(lines_of(kOne, kSecond),
              ElementsAre("f symbol=RUN status=2 version=2 why=1",
                          "f symbol=OTHER status=2 version=2 why=1",
                          "h halted"));
}

TEST_F(OperationReportsTest, WhoHasMissedTheBeginningOfAHaltHearsOfItOnce) {
  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.feed.unsubscribe(kTwo, kFirst);
  pipeline.run();
  ask("h1", matching::HaltExchange{});
  ask("h2", matching::SuspendMarket{.market = kMarket});
  subscribe(kOne, kSecond);
  subscribe(kTwo, kSecond);
  EXPECT_THAT(lines_of(kOne, kSecond),
              ElementsAre("h halted",
                          "f symbol=RUN status=2 version=2 why=1",
                          "f symbol=OTHER status=2 version=2 why=1"));
  EXPECT_THAT(lines_of(kTwo, kSecond), ElementsAre("h halted"));
}

// The last of what it has missed counts.
TEST_F(OperationReportsTest, WhoHasMissedSeveralHaltsHearsOfEachOnce) {
  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.run();
  ask("h1", matching::HaltExchange{});
  ask("h2", matching::UnhaltExchange{});
  subscribe(kOne, kSecond);
  EXPECT_THAT(lines_of(kOne, kSecond), ElementsAre("h halted", "h open"));
  ask("h3", matching::HaltExchange{});
  subscribe(kOne, kThird);
  EXPECT_THAT(lines_of(kOne, kThird), ElementsAre("h halted", "h open", "h halted"));
}

}  // namespace
}  // namespace betex::gateway::testing
