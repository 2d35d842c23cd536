// What operators are answered, and what follows from it for others: each operation, to each of
// those who are told.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
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
const Name kAcc{"ACC"};

// ---- Markets

TEST_F(OperationReportsTest, AMarketThatIsCreatedIsDefinedWithTheRunnersThatItBeginsWith) {
  ask("c1",
      matching::CreateMarket{.market = Name{"RACE"},
                             .winners = 2,
                             .commission_bp = 500,
                             .bet_delay_ms = 5000,
                             .runners = {Name{"R1"}, Name{"R2"}, Name{"R3"}}});
  ask("c2",
      matching::CreateMarket{.market = Name{"RAIN"},
                             .kind = matching::MarketKind::Binary,
                             .ladder = matching::LadderKind::LinearCent,
                             .max_quantity = Decimal{500'000'000},
                             .max_position = Decimal{1'000'000'000}});
  ask("c3", matching::AddRunner{.market = Name{"RACE"}, .symbol = Name{"R4"}});
  const std::vector<fix::Report> reports = reports_of(kOps1);
  ASSERT_EQ(reports.size(), 3U);
  const auto& race = std::get<fix::SecurityDefinition>(reports[0].body);
  EXPECT_EQ(race.runners, (std::vector{Name{"R1"}, Name{"R2"}, Name{"R3"}}));
  EXPECT_EQ(race.winners, 2U);
  EXPECT_EQ(race.bet_delay_ms, 5000U);
  EXPECT_EQ(race.commission_bp, 500U);
  EXPECT_EQ(race.kind, matching::MarketKind::ExchangeOdds);
  EXPECT_EQ(race.quantity_step, Decimal{10'000});
  EXPECT_EQ(race.min_quantity, Decimal{10'000});
  EXPECT_EQ(race.format, (fix::DecimalFormat{2, 2}));
  EXPECT_EQ(race.max_position, std::nullopt);
  EXPECT_EQ(race.event, reports[0].id.event);
  EXPECT_EQ(race.reason, matching::Reason::None);
  const auto& rain = std::get<fix::SecurityDefinition>(reports[1].body);
  EXPECT_EQ(rain.kind, matching::MarketKind::Binary);
  EXPECT_EQ(rain.ladder, matching::LadderKind::LinearCent);
  EXPECT_THAT(rain.runners, ElementsAre(Name{"RAIN"}));
  EXPECT_EQ(rain.quantity_step, Decimal{1'000'000});
  EXPECT_EQ(rain.max_quantity, Decimal{500'000'000});
  EXPECT_EQ(rain.max_position, Decimal{1'000'000'000});
  EXPECT_EQ(told(reports[2]),
            "UOR id=c3 op=AddRunner result=0 market=RACE symbol=R4 version=0 state=1");
  for (const SessionId other : {kOne, kTwo, kDrop}) {
    EXPECT_THAT(told_to(other), IsEmpty());
  }
}

TEST_F(OperationReportsTest, AMarketIsLedThroughItsLife) {
  ask("m1", matching::SuspendMarket{.market = kMarket});
  ask("m2", matching::HaltMarket{.market = kMarket});
  ask("m3", matching::SuspendMarket{.market = kMarket});  // for when the halt ends
  ask("m4", matching::UnhaltMarket{.market = kMarket});
  ask("m5", matching::TurnInPlay{.market = kMarket});
  ask("m6", matching::ResumeMarket{.market = kMarket, .version_guard = 6});
  ask("m7", matching::ChangeMarket{.market = kMarket, .bet_delay_ms = 0, .commission_bp = 200});
  ask("m8",
      matching::DescribeMarket{
          .market = kMarket,
          .symbol = Name{"RUN"},
          .description = matching::Description{.text = matching::DescriptionText{"a horse"}}});
  ask("m9", matching::CloseMarket{.market = kMarket});
  ask("m10", matching::ReopenMarket{.market = kMarket});
  ask("m11", matching::CloseMarket{.market = kMarket});
  ask("m12",
      matching::DetermineMarket{
          .market = kMarket,
          .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 1}}});
  ask("m13", matching::SettleMarket{.market = kMarket});
  ask("m14", matching::VoidMarket{.market = kMarket});
  ask("m15", matching::ArchiveMarket{.market = kMarket});
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre("UOR id=m1 op=Suspend result=0 market=MKT version=2 state=3",
                  "UOR id=m2 op=Halt result=0 market=MKT version=3 state=4",
                  "UOR id=m3 op=Suspend result=0 market=MKT version=4 state=4",
                  "UOR id=m4 op=Unhalt result=0 market=MKT version=5 state=3",
                  "UOR id=m5 op=TurnInPlay result=0 market=MKT version=6 state=3",
                  "UOR id=m6 op=Resume result=0 market=MKT version=7 state=2",
                  "UOR id=m7 op=ChangeMarket result=0 market=MKT version=8 state=2",
                  "UOR id=m8 op=DescribeMarket result=0 market=MKT symbol=RUN version=8 state=2",
                  "UOR id=m9 op=Close result=0 market=MKT version=9 state=5",
                  "UOR id=m10 op=Reopen result=0 market=MKT version=10 state=3",
                  "UOR id=m11 op=Close result=0 market=MKT version=11 state=5",
                  "UOR id=m12 op=Determine result=0 market=MKT version=12 state=6",
                  "UOR id=m13 op=Settle result=2 market=MKT version=12 state=6",
                  "UOR id=m13 op=Settle result=3 market=MKT version=13 state=7 affected=0",
                  "UOR id=m14 op=Void result=2 market=MKT version=14 state=8",
                  "UOR id=m14 op=Void result=3 market=MKT version=15 state=8 affected=0",
                  "UOR id=m15 op=Archive result=0 market=MKT version=16 state=8"));
  EXPECT_THAT(told_to(kOne),
              ElementsAre("f symbol=RUN status=2 version=2 why=1",
                          "f symbol=OTHER status=2 version=2 why=1",
                          "f symbol=RUN status=2 version=3",
                          "f symbol=OTHER status=2 version=3",
                          "f symbol=RUN status=2 version=4 why=1",
                          "f symbol=OTHER status=2 version=4 why=1",
                          "f symbol=RUN status=2 version=5",
                          "f symbol=OTHER status=2 version=5",
                          "f symbol=RUN status=2 version=6",
                          "f symbol=OTHER status=2 version=6",
                          "f symbol=RUN status=3 version=7",
                          "f symbol=OTHER status=3 version=7",
                          "f symbol=RUN version=8",
                          "f symbol=OTHER version=8",
                          "f symbol=RUN status=18 version=9",
                          "f symbol=OTHER status=18 version=9",
                          "f symbol=RUN status=2 version=10",
                          "f symbol=OTHER status=2 version=10",
                          "f symbol=RUN status=18 version=11",
                          "f symbol=OTHER status=18 version=11",
                          "f symbol=RUN status=100 version=12",
                          "f symbol=OTHER status=100 version=12",
                          "f symbol=RUN status=101 version=13",
                          "f symbol=OTHER status=101 version=13",
                          "f symbol=RUN status=102 version=14",
                          "f symbol=OTHER status=102 version=14"));
  EXPECT_THAT(told_to(kTwo), IsEmpty());
  EXPECT_THAT(told_to(kDrop), IsEmpty());
}

TEST_F(OperationReportsTest, WhoOpensAMarketIsToldTheStateAndItsBrokersThatItIsReady) {
  ask("o1", matching::CreateMarket{.market = Name{"RACE"}, .runners = {Name{"R1"}, Name{"R2"}}});
  told_to(kOps1);
  ask("o2", matching::OpenMarket{.market = Name{"RACE"}, .expected_runners = 2});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=o2 op=Open result=0 market=RACE version=1 state=2"));
  EXPECT_THAT(told_to(kOne),
              ElementsAre("f symbol=R1 status=17 version=1", "f symbol=R2 status=17 version=1"));
}

TEST_F(OperationReportsTest, CancelsAreTheSecondAnswer) {
  pipeline.place(kOne, "A", Side::Ask, 204, 1000);
  pipeline.place(kTwo, "B", Side::Ask, 206, 1000);
  pipeline.run();
  told_to(kOne);
  told_to(kTwo);
  told_to(kDrop);
  ask("s1", matching::SuspendMarket{.market = kMarket, .scope = matching::CancelScope::All});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=s1 op=Suspend result=2 market=MKT version=2 state=3",
                          "UOR id=s1 op=Suspend result=3 market=MKT version=2 state=3 affected=2"));
  EXPECT_THAT(told_to(kOne),
              ElementsAre("f symbol=RUN status=2 version=2 why=1",
                          "f symbol=OTHER status=2 version=2 why=1",
                          "8 exec=4 id=A why=6"));
  EXPECT_THAT(told_to(kTwo), ElementsAre("8 exec=4 id=B why=6"));
  EXPECT_THAT(told_to(kDrop), ElementsAre("8 exec=4 id=A why=6", "8 exec=4 id=B why=6"));
}

// A removal suspends the market, cancels what is on the runner and makes its bets void: one answer
// at once, and one after the last of these.
TEST_F(OperationReportsTest, SeveralProcessesOfOneRequestHaveOneEnd) {
  pipeline.submit(matching::CreateAccount{.account = Name{"SECOND"}});
  matching::PlaceOrder order{.symbol = Name{"OTHER"},
                             .transact_time = pipeline.clock.time,
                             .price = Decimal{2'040'000},
                             .quantity = Decimal{10'000'000}};
  const auto place = [&](const char* id, const Name& account, Side side) {
    order.cl_ord_id = ClOrdId{id};
    order.account = account;
    order.side = side;
    pipeline.submit(order, pipeline.origin(kOne));
  };
  place("LAY", Name{"SECOND"}, Side::Ask);
  place("BACK", kAcc, Side::Bid);
  place("RESTS", kAcc, Side::Bid);
  ask("r1", matching::RemoveRunner{.market = kMarket, .symbol = Name{"OTHER"}});
  const Lines lines = told_to(kOps1);
  ASSERT_EQ(lines.size(), 2U) << ::testing::PrintToString(lines);
  EXPECT_EQ(lines[0],
            "UOR id=r1 op=RemoveRunner result=2 market=MKT symbol=OTHER version=3 state=3");
  EXPECT_EQ(lines[1], "UOR id=r1 op=RemoveRunner result=3 market=MKT version=3 state=3 affected=3")
      << "an order and two rows";
}

TEST_F(OperationReportsTest, ASettlementRunsAndThenItIsComplete) {
  pipeline.place(kOne, "L", Side::Ask, 204, 1000);
  pipeline.place(kTwo, "B", Side::Bid, 204, 1000);
  ask("s1", matching::CloseMarket{.market = kMarket});
  ask("s2",
      matching::DetermineMarket{
          .market = kMarket,
          .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 1}}});
  told_to(kOps1);
  ask("s3", matching::SettleMarket{.market = kMarket});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=s3 op=Settle result=2 market=MKT version=3 state=6",
                          "UOR id=s3 op=Settle result=3 market=MKT version=4 state=7 affected=1"));
}

// ---- Accounts and sessions

TEST_F(OperationReportsTest, MoneyIsToldAsItIsAfterwards) {
  ask("a1",
      matching::CreateAccount{.account = Name{"NEW"},
                              .kind = matching::AccountKind::Collateralised,
                              .opening_balance = Decimal{100'000'000},
                              .credit = Decimal{50'000'000}});
  ask("a2", matching::MoveFunds{.account = Name{"NEW"}, .amount = Decimal{5'000'000}});
  ask("a3",
      matching::MoveFunds{.account = Name{"NEW"},
                          .kind = matching::FundsKind::Withdrawal,
                          .amount = Decimal{1'000'000}});
  ask("a4", matching::SetLimits{.account = Name{"NEW"}, .credit = Decimal{0}});
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre(
          "UOR id=a1 op=CreateAccount result=0 account=NEW balance=1000000 exposure=0 "
          "available=1500000",
          "UOR id=a2 op=Deposit result=0 account=NEW balance=1050000 exposure=0 available=1550000",
          "UOR id=a3 op=Withdraw result=0 account=NEW balance=1040000 exposure=0 available=1540000",
          "UOR id=a4 op=SetLimits result=0 account=NEW balance=1040000 exposure=0 "
          "available=1040000"));
  ask("a5", matching::MoveFunds{.account = kAcc, .amount = Decimal{5'000'000}});
  EXPECT_THAT(told_to(kOne), ElementsAre("UAR change=1"));
}

TEST_F(OperationReportsTest, AnAccountThatIsSuspendedIsNewsToThoseConcerned) {
  pipeline.place(kOne, "A", Side::Ask, 204, 1000);
  pipeline.run();
  told_to(kOne);
  told_to(kDrop);
  ask("k1", matching::SuspendAccount{.account = kAcc});
  ask("k2", matching::SuspendAccount{.account = kAcc, .cancel_orders = true});
  ask("k3", matching::ResumeAccount{.account = kAcc});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("DI id=k1 action=0 response=1 account=ACC",
                          "DI id=k2 action=1 response=0 account=ACC",
                          "DI id=k2 action=1 response=1 account=ACC affected=1",
                          "DI id=k3 action=2 response=1 account=ACC"));
  const Lines concerned{"DI action=0 response=1 account=ACC copy",
                        "DI action=1 response=0 account=ACC copy",
                        "8 exec=4 id=A why=99",
                        "DI action=1 response=1 account=ACC affected=1 copy",
                        "DI action=2 response=1 account=ACC copy"};
  EXPECT_EQ(told_to(kOne), concerned);
  EXPECT_EQ(told_to(kDrop), concerned);
  EXPECT_THAT(told_to(kTwo), IsEmpty()) << "FIX.4.4 has no such message";
}

TEST_F(OperationReportsTest, ASessionIsToldThatItIsSuspended) {
  ask("k1", matching::SuspendSession{.comp_id = Name{"ONE"}, .cancel_orders = true});
  ask("k2", matching::ResumeSession{.comp_id = Name{"ONE"}});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("DI id=k1 action=1 response=1 session=ONE affected=0",
                          "DI id=k2 action=2 response=1 session=ONE"));
  EXPECT_THAT(told_to(kOne),
              ElementsAre("DI action=1 response=1 session=ONE affected=0 copy",
                          "DI action=2 response=1 session=ONE copy"));
  EXPECT_THAT(told_to(kDrop), IsEmpty());
}

// It has the copy, and needs no second report.
TEST_F(OperationReportsTest, AnOperatorWhoIsSuspendedIsToldOnce) {
  ask("k1", matching::SuspendSession{.comp_id = Name{"OPS2"}});
  EXPECT_THAT(told_to(kOps2),
              ElementsAre("DI id=k1 action=0 response=1 session=OPS2 copy by=OPS1"));
}

TEST_F(OperationReportsTest, SessionsAreRepairedAndLoggedOut) {
  pipeline.submit(matching::SessionDown{
      .session = kTwo, .epoch = matching::SessionEpoch{1}, .next_in = matching::MsgSeqNum{7}});
  pipeline.submit(matching::ReserveNumbers{
      .session = kOne, .epoch = matching::SessionEpoch{1}, .up_to = matching::MsgSeqNum{200}});
  ask("x1", matching::LogoutSession{.comp_id = Name{"ONE"}});
  ask("x2",
      matching::SetSessionNumbers{.comp_id = Name{"TWO"},
                                  .next_in = matching::MsgSeqNum{9},
                                  .reserved_to = matching::MsgSeqNum{500}});
  ask("x3", matching::SetSessionNumbers{.comp_id = Name{"TWO"}, .new_epoch = true});
  std::map<SessionId, std::string> delivered;
  pipeline.engine.visit_sessions([&](const matching::SessionInfo& info) {
    EXPECT_GT(info.delivered.value(), 0U);
    delivered[info.session] = " delivered=" + std::to_string(info.delivered.value());
  });
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre("UOR id=x1 op=LogoutSession result=0 session=ONE epoch=1 reserved_to=200" +
                      delivered[kOne],
                  "UOR id=x2 op=SetSessionNumbers result=0 session=TWO epoch=1 next_in=9 "
                  "reserved_to=500" +
                      delivered[kTwo],
                  "UOR id=x3 op=SetSessionNumbers result=0 session=TWO epoch=2 next_in=1" +
                      delivered[kTwo]));
}

// ---- Everything else

TEST_F(OperationReportsTest, AMassCancelOnBehalfIsNotItsOwners) {
  pipeline.place(kOne, "A", Side::Ask, 204, 1000);
  pipeline.place(kTwo, "B", Side::Ask, 206, 1000);
  pipeline.run();
  told_to(kOne);
  told_to(kTwo);
  ask("c1", matching::CancelOnBehalf{.comp_id = Name{"TWO"}, .side = 2});
  ask("c2", matching::CancelOnBehalf{.account = kAcc, .symbol = Name{"RUN"}});
  ask("c3", matching::CancelOnBehalf{.market = kMarket});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("BZ id=c1 response=1 scope=7 session=TWO side=2",
                          "BZ id=c1 response=2 scope=7 session=TWO side=2 affected=1",
                          "BZ id=c2 response=1 scope=1 symbol=RUN account=ACC",
                          "BZ id=c2 response=2 scope=1 symbol=RUN account=ACC affected=1",
                          "BZ id=c3 response=1 scope=9 market=MKT",
                          "BZ id=c3 response=2 scope=9 market=MKT affected=0"));
  EXPECT_THAT(told_to(kTwo), ElementsAre("8 exec=4 id=B why=8"));
  EXPECT_THAT(told_to(kOne), ElementsAre("8 exec=4 id=A why=8"));
}

TEST_F(OperationReportsTest, AnAnnouncementIsNewsToEverybody) {
  ask("n1",
      matching::Announce{
          .subject = kMarket, .headline = matching::Remark{"rain stopped play"}, .urgent = true});
  const std::string news = "B subject=MKT headline=rain stopped play urgent";
  EXPECT_THAT(told_to(kOps1), ElementsAre(news, "UOR id=n1 op=Announce result=0 symbol=MKT"));
  EXPECT_THAT(told_to(kOps2),
              ElementsAre(news, "UOR id=n1 op=Announce result=0 symbol=MKT copy by=OPS1"));
  for (const SessionId session : {kOne, kTwo, kDrop}) {
    EXPECT_THAT(told_to(session), ElementsAre(news));
  }
}

TEST_F(OperationReportsTest, APlannedStopIsNewsToEverybody) {
  ask("s1", matching::StopExchange{.notice_s = 60});
  const std::string news = "B headline=The exchange stops for maintenance in 60 seconds urgent";
  EXPECT_THAT(told_to(kOps1), ElementsAre(news, "UOR id=s1 op=Stop result=0"));
  EXPECT_THAT(told_to(kOps2), ElementsAre(news, "UOR id=s1 op=Stop result=0 copy by=OPS1"));
  for (const SessionId session : {kOne, kTwo, kDrop}) {
    EXPECT_THAT(told_to(session), ElementsAre(news));
  }
  pipeline.submit(matching::StopExchange{.notice_s = 5});  // the gateway itself
  settle();
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("B headline=The exchange stops for maintenance in 5 seconds urgent"));
}

TEST_F(OperationReportsTest, TheTradingDayAndTheWatermarkAreSet) {
  ask("t1", matching::SetTradingDay{.ends_at_s = 3600});
  ask("t2", matching::MoveWatermark{.watermark = matching::EventSeq{3}});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=t1 op=SetTradingDay result=0",
                          "UOR id=t2 op=MoveWatermark result=0 watermark=3"));
}

TEST_F(OperationReportsTest, WhatTheGatewayItselfDoesIsNobodysAnswer) {
  pipeline.submit(matching::SuspendMarket{.market = kMarket});
  pipeline.submit(matching::CreateAccount{.account = Name{"NEW"}});
  pipeline.submit(matching::CreateAccount{.account = Name{"NEW"}});  // refused
  pipeline.submit(matching::SetTradingDay{.ends_at_s = 3600});
  settle();
  EXPECT_THAT(told_to(kOps1), IsEmpty());
  EXPECT_THAT(told_to(kOps2), IsEmpty());
}

// ---- Refusals

TEST_F(OperationReportsTest, ARefusalIsAnsweredByTheMessagesOwnReport) {
  sink.notices.clear();
  ask("f1", matching::ResumeMarket{.market = kMarket});
  ask("f2", matching::OpenMarket{.market = Name{"NOWHERE"}});
  ask("f3", matching::CreateMarket{.market = kMarket});
  ask("f4", matching::CancelOnBehalf{.account = Name{"NOBODY"}});
  ask("f5", matching::CancelOnBehalf{});
  ask("f6", matching::SuspendAccount{.account = Name{"NOBODY"}, .cancel_orders = true});
  ask("f7", matching::ResumeSession{.comp_id = Name{"NOBODY"}});
  ask("f8",
      matching::MoveFunds{.account = Name{"NOBODY"},
                          .kind = matching::FundsKind::Withdrawal,
                          .amount = Decimal{1'000'000}});
  ask("f9", matching::Approve{.proposal = Name{"none"}, .proposed = matching::EventSeq{1}});
  const auto code = [](matching::Reason reason) {
    return " reason=" + std::to_string(static_cast<int>(reason));
  };
  using enum matching::Reason;
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=f1 op=Resume result=1 market=MKT" + code(InvalidState),
                          "UOR id=f2 op=Open result=1 market=NOWHERE" + code(UnknownMarket),
                          "d id=f3 market=MKT" + code(AlreadyExists),
                          "BZ id=f4 response=0 scope=7 account=NOBODY" + code(UnknownAccount),
                          "BZ id=f5 response=0 scope=7" + code(InvalidParameter),
                          "DI id=f6 action=1 response=2 account=NOBODY" + code(UnknownAccount),
                          "DI id=f7 action=2 response=2 session=NOBODY" + code(UnknownSession),
                          "UOR id=f8 op=Withdraw result=1 account=NOBODY" + code(UnknownAccount),
                          "UOR id=f9 op=Approve result=1 ref=none" + code(UnknownRequest)));
  EXPECT_THAT(sink.notices, IsEmpty()) << "none is a session's own";
}

TEST_F(OperationReportsTest, AKnownIdIsAnsweredAlikeWhateverTheMessage) {
  ask("k1", matching::SuspendMarket{.market = kMarket});
  const std::uint64_t first = pipeline.engine.last_seq().value();
  ask("k1", matching::SuspendMarket{.market = kMarket}, kOps2);
  ask("k2", matching::SuspendAccount{.account = Name{"NOBODY"}});
  const std::uint64_t refused = pipeline.engine.last_seq().value();
  ask("k2", matching::SuspendAccount{.account = Name{"NOBODY"}});
  told_to(kOne);
  digest = 2;
  ask("k1", matching::SuspendAccount{.account = kAcc});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=k1 op=Suspend result=0 market=MKT version=2 state=3",
                          "UOR id=k1 op=Suspend result=4 first=" + std::to_string(first) +
                              " market=MKT version=2 state=3 copy by=OPS2",
                          "DI id=k2 action=0 response=2 account=NOBODY reason=1",
                          "UOR id=k2 op=SuspendAccount result=4 first=" + std::to_string(refused) +
                              " account=NOBODY reason=1",
                          "UOR id=k1 op=SuspendAccount result=1 account=ACC reason=125"));
  EXPECT_THAT(told_to(kOne), IsEmpty()) << "nothing has happened";
}

}  // namespace
}  // namespace betex::gateway::testing
