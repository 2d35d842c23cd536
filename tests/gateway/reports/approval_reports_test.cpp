// Four eyes: what the one who has proposed something, the one who decides it and everybody else are
// told.
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kQuarterOfAnHour = std::int64_t{15} * 60 * 1'000'000'000;

class ApprovalReportsTest : public OperatorsTest {
 protected:
  void SetUp() override {
    OperatorsTest::SetUp();
    pipeline.submit(matching::RequireApproval{.classes = matching::kAllApprovalClasses});
    settle();
  }

  // What the last proposal is named by when it is approved.
  [[nodiscard]] matching::EventSeq last_event() const { return pipeline.engine.last_seq(); }
};

TEST_F(ApprovalReportsTest, AProposalIsToldWholeToEveryOperator) {
  ask("p1", matching::MoveFunds{.account = Name{"ACC"}, .amount = Decimal{5'000'000}});
  ask("p2",
      matching::DetermineMarket{
          .market = Name{"MKT"},
          .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 2},
                     {.symbol = Name{"OTHER"}, .numerator = 1, .denominator = 2}},
          .version_guard = 1});
  ask("p3", matching::SetSessionNumbers{.comp_id = Name{"TWO"}, .new_epoch = true});
  ask("p4",
      matching::SetSessionNumbers{.comp_id = Name{"TWO"},
                                  .next_in = matching::MsgSeqNum{9},
                                  .reserved_to = matching::MsgSeqNum{500}});
  const Lines proposed{
      "UOR id=p1 op=Deposit result=6 account=ACC expires amount=5000000 by=OPS1",
      "UOR id=p2 op=Determine result=6 market=MKT expires share=RUN:1/2 share=OTHER:1/2 guard=1 "
      "by=OPS1",
      "UOR id=p3 op=SetSessionNumbers result=6 session=TWO expires new_epoch by=OPS1",
      "UOR id=p4 op=SetSessionNumbers result=6 session=TWO next_in=9 reserved_to=500 expires "
      "by=OPS1"};
  EXPECT_EQ(told_to(kOps1), proposed);
  Lines copies = proposed;
  for (std::string& line : copies) {
    line.replace(line.find(" by="), 0, " copy");
  }
  EXPECT_EQ(told_to(kOps2), copies);
  EXPECT_THAT(told_to(kOne), IsEmpty());
}

TEST_F(ApprovalReportsTest, WhoProposesAndWhoApprovesAreAnsweredEachUnderHisOwnId) {
  ask("p1", matching::MoveFunds{.account = Name{"ACC"}, .amount = Decimal{5'000'000}});
  told_to(kOps1);
  told_to(kOps2);
  ask("y1", matching::Approve{.proposal = Name{"p1"}, .proposed = last_event()}, kOps2);
  const std::string money = " account=ACC balance=50000 exposure=0 available=50000";
  const std::string both = " by=OPS1 approved=OPS2";
  EXPECT_THAT(told_to(kOps2),
              ElementsAre("UOR id=y1 op=Approve result=0 ref=p1" + money + both,
                          "UOR id=p1 op=Deposit result=0" + money + " copy" + both));
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=y1 op=Approve result=0 ref=p1" + money + " copy" + both,
                          "UOR id=p1 op=Deposit result=0" + money + both));
  EXPECT_THAT(told_to(kOne), ElementsAre("UAR change=1"));
}

TEST_F(ApprovalReportsTest, WhatCanNotBeCarriedOutIsRefusedToBoth) {
  ask("p1", matching::ReopenMarket{.market = Name{"MKT"}});
  told_to(kOps1);
  told_to(kOps2);
  ask("y1", matching::Approve{.proposal = Name{"p1"}, .proposed = last_event()}, kOps2);
  const std::string tail = " by=OPS1 approved=OPS2 reason=" +
                           std::to_string(static_cast<int>(matching::Reason::InvalidState));
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre("UOR id=y1 op=Approve result=1 ref=p1 market=MKT version=1 state=2 copy" + tail,
                  "UOR id=p1 op=Reopen result=1 market=MKT version=1 state=2" + tail));
}

// What has ended with the approval has no second answer.
TEST_F(ApprovalReportsTest, AnApprovedRequestThatIsAllDoneIsAnsweredOnce) {
  pipeline.place(kOne, "A", Side::Ask, 204, 1000);
  pipeline.run();
  ask("p1", matching::VoidMarket{.market = Name{"MKT"}});
  told_to(kOps1);
  ask("y1", matching::Approve{.proposal = Name{"p1"}, .proposed = last_event()}, kOps2);
  const std::string tail = " by=OPS1 approved=OPS2";
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre("UOR id=y1 op=Approve result=0 ref=p1 market=MKT version=3 state=8 copy" + tail,
                  "UOR id=p1 op=Void result=0 market=MKT version=3 state=8" + tail));
}

// Its processes are the proposer's: those that go on after the approval tell him when they end.
TEST_F(ApprovalReportsTest, WhatGoesOnAfterAnApprovalEndsForItsProposer) {
  constexpr int kMoreThanAChunk = static_cast<int>(matching::kMaxBatchedOrders) + 10;
  for (int i = 0; i < kMoreThanAChunk; ++i) {
    pipeline.place(kOne, "A" + std::to_string(i), Side::Ask, 204, 1000);
    pipeline.run();
  }
  ask("p1", matching::VoidMarket{.market = Name{"MKT"}});
  told_to(kOps1);
  ask("y1", matching::Approve{.proposal = Name{"p1"}, .proposed = last_event()}, kOps2);
  const std::string market = " market=MKT version=2 state=8";
  const std::string tail = " by=OPS1 approved=OPS2";
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=y1 op=Approve result=0 ref=p1" + market + " copy" + tail,
                          "UOR id=p1 op=Void result=2" + market + tail,
                          "UOR id=p1 op=Void result=3 market=MKT version=3 state=8 affected=" +
                              std::to_string(kMoreThanAChunk)));
}

// Whoever declines is named to the proposer as whoever approves is.
TEST_F(ApprovalReportsTest, WhatIsDeclinedIsToldToItsProposer) {
  ask("p1", matching::VoidMarket{.market = Name{"MKT"}});
  ask("p2", matching::VoidMarket{.market = Name{"MKT"}});
  told_to(kOps1);
  told_to(kOps2);
  ask("n1", matching::Decline{.proposal = Name{"p1"}}, kOps2);
  ask("n2", matching::Decline{.proposal = Name{"p2"}});  // his own
  const std::string dropped1 = "UOR id=p1 op=Void result=7 market=MKT";
  const std::string dropped2 = "UOR id=p2 op=Void result=7 market=MKT";
  const std::string by_other = " by=OPS1 approved=OPS2 reason=129";
  const std::string by_himself = " by=OPS1 approved=OPS1 reason=129";
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=n1 op=Decline result=0 ref=p1 market=MKT copy by=OPS2",
                          dropped1 + by_other,
                          "UOR id=n2 op=Decline result=0 ref=p2 market=MKT",
                          dropped2 + by_himself));
  EXPECT_THAT(told_to(kOps2),
              ElementsAre("UOR id=n1 op=Decline result=0 ref=p1 market=MKT",
                          dropped1 + " copy" + by_other,
                          "UOR id=n2 op=Decline result=0 ref=p2 market=MKT copy by=OPS1",
                          dropped2 + " copy" + by_himself));
}

TEST_F(ApprovalReportsTest, AProposalWhoseTimeIsUpIsToldToItsProposer) {
  ask("p1", matching::ArchiveMarket{.market = Name{"MKT"}});
  told_to(kOps1);
  told_to(kOps2);
  pass(kQuarterOfAnHour);
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=p1 op=Archive result=7 market=MKT by=OPS1 reason=130"));
  EXPECT_THAT(told_to(kOps2),
              ElementsAre("UOR id=p1 op=Archive result=7 market=MKT copy by=OPS1 reason=130"));
}

// Whoever asks again learns whether it waits still: the time until which it does says so.
TEST_F(ApprovalReportsTest, WhatComesAgainIsToldWhetherItStillWaits) {
  const matching::VoidMarket annul{.market = Name{"MKT"}};
  ask("p1", annul);
  const std::string first = " first=" + std::to_string(last_event().value());
  const std::string known = "UOR id=p1 op=Void result=4" + first + " market=MKT version=1 state=2";
  told_to(kOps1);
  ask("p1", annul);
  EXPECT_THAT(told_to(kOps1), ElementsAre(known + " expires"));
  ask("n1", matching::Decline{.proposal = Name{"p1"}}, kOps2);
  told_to(kOps1);
  ask("p1", annul);
  EXPECT_THAT(told_to(kOps1), ElementsAre(known));

  ask("p2", annul);
  pass(kQuarterOfAnHour);
  told_to(kOps1);
  ask("p2", annul);
  EXPECT_THAT(told_to(kOps1), ElementsAre(::testing::Not(::testing::HasSubstr("expires"))));
}

// ---- At a logon

class ProposalsAtLogonTest : public ApprovalReportsTest {
 protected:
  // As one that has all reports of events so far.
  Lines log_on(SessionId session, SubscriptionId subscription) {
    pipeline.feed.subscribe(session, subscription, {last_event(), kProposerLeg});
    pipeline.run();
    return lines_of(session, subscription);
  }

  void propose_three() {
    ask("p1", matching::MoveFunds{.account = Name{"ACC"}, .amount = Decimal{5'000'000}});
    ask("p2",
        matching::DetermineMarket{
            .market = Name{"MKT"},
            .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 1}},
            .version_guard = 1});
    ask("p3", matching::VoidMarket{.market = Name{"MKT"}});
    ask("n3", matching::Decline{.proposal = Name{"p3"}}, kOps2);
  }

  const std::string deposit =
      "UOR id=p1 op=Deposit result=6 account=ACC expires amount=5000000 copy by=OPS1";
  const std::string result =
      "UOR id=p2 op=Determine result=6 market=MKT expires share=RUN:1/1 guard=1 copy by=OPS1";
};

// Also who has never been on before. It is the same copy that the others had.
TEST_F(ProposalsAtLogonTest, AnOperatorIsShownWhatWaits) {
  propose_three();
  const std::vector<fix::Report> copies = reports_of(kOps2);
  pipeline.submit(matching::SessionUp{.comp_id = Name{"OPS3"}, .username = Name{"cid"}});
  pipeline.run();
  EXPECT_THAT(log_on(kOps3, kFirst), ElementsAre(deposit, result));
  const std::vector<fix::Report> shown = reports_of(kOps3);
  ASSERT_GE(copies.size(), shown.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    EXPECT_EQ(shown[i].id, fix::ReportId{}) << "it has no place among the reports of events";
    auto body = std::get<matching::Boxed<fix::OperationsReport>>(shown[i].body);
    EXPECT_EQ(body->first_told, copies[i].id);
    EXPECT_EQ(body->event, copies[i].id.event) << "by which it is approved";
    body->first_told = {};
    EXPECT_EQ((fix::Report{.id = copies[i].id, .body = body}), copies[i]);
  }
}

TEST_F(ProposalsAtLogonTest, ItIsShownAtEachLogonUntilItIsDecided) {
  propose_three();
  EXPECT_THAT(log_on(kOps1, kSecond), ElementsAre(deposit, result)) << "his own, and a copy";
  EXPECT_THAT(log_on(kOps2, kSecond), ElementsAre(deposit, result));
  EXPECT_THAT(log_on(kOne, kSecond), IsEmpty());
  EXPECT_THAT(log_on(kDrop, kSecond), IsEmpty());
  const auto p1 =
      std::get<matching::Boxed<fix::OperationsReport>>(reports_of(kOps2, kSecond).front().body);
  ask("y1", matching::Approve{.proposal = Name{"p1"}, .proposed = p1->event}, kOps2);
  EXPECT_THAT(log_on(kOps1, kThird), ElementsAre(result));
  pass(kQuarterOfAnHour);
  EXPECT_THAT(log_on(kOps1, SubscriptionId{4}), IsEmpty());
}

// What was proposed while he was away comes among the reports that he lacks; what he had seen
// before comes behind them.
TEST_F(ProposalsAtLogonTest, WhatWasMissedIsShownOnce) {
  ask("p1", matching::MoveFunds{.account = Name{"ACC"}, .amount = Decimal{5'000'000}});
  const fix::ReportId seen = reports_of(kOps2).back().id;
  pipeline.feed.unsubscribe(kOps2, kFirst);
  pipeline.run();
  ask("p2",
      matching::DetermineMarket{
          .market = Name{"MKT"},
          .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 1}},
          .version_guard = 1});
  pipeline.feed.subscribe(kOps2, kSecond, seen);
  pipeline.run();
  EXPECT_THAT(lines_of(kOps2, kSecond), ElementsAre(result, deposit));
  EXPECT_NE(reports_of(kOps2, kSecond)[0].id, fix::ReportId{}) << "in its place";
  subscribe(kOps2, kThird);  // from the beginning
  EXPECT_THAT(lines_of(kOps2, kThird), ElementsAre(deposit, result));
}

}  // namespace
}  // namespace betex::gateway::testing
