// What operators ask for besides the steps of a market's life, and how they are kept from each
// other's mistakes (RULES.md sections 4 and 5).
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/request_kinds.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

const Name kHorse{"HORSE"};
const Name kRain{"RAIN"};

// The totals of the processes that have ended, each with what was done before it.
struct Ends {
  std::vector<std::uint64_t> before, totals;
  std::vector<bool> goes_on;

  explicit Ends(const Exchange& x) {
    for (const BatchCompleted& end : all_of<BatchCompleted>(x.log)) {
      before.push_back(end.done_before);
      totals.push_back(end.total);
      goes_on.push_back(end.goes_on);
    }
  }
};

// ---- Races --------------------------------------------------------------------------------------

TEST(VersionGuards, OfTwoOperatorsTheLaterOneIsToldThatTheMarketHasChanged) {
  Exchange x;
  x.ask("OPS1", SuspendMarket{.market = kRain, .request_id = Name{"goal-1"}});
  x.ask("OPS2", SuspendMarket{.market = kRain, .request_id = Name{"goal-2"}});
  EXPECT_THAT(
      x.ask("OPS1",
            ResumeMarket{.market = kRain, .version_guard = 2, .request_id = Name{"resume-1"}}),
      ElementsAre("command rejected RAIN: the market has changed since"));
  EXPECT_THAT(
      x.ask("OPS2",
            ResumeMarket{.market = kRain, .version_guard = 3, .request_id = Name{"resume-2"}}),
      ElementsAre("resumed v4"));
}

// Each command that has a guard, in a state in which it would be possible.
TEST(VersionGuards, AreOfEveryCommandThatIsNotForSafety) {
  const std::vector<std::pair<std::vector<CommandBody>, CommandBody>> rows = {
      {{}, RemoveRunner{.market = kHorse, .symbol = Name{"A"}, .version_guard = 9}},
      {{}, TurnInPlay{.market = kHorse, .version_guard = 9}},
      {{}, ChangeMarket{.market = kHorse, .version_guard = 9}},
      {{}, DescribeMarket{.market = kHorse, .version_guard = 9}},
      {{}, VoidMarket{.market = kHorse, .version_guard = 9}},
      {{SuspendMarket{.market = kHorse}}, ResumeMarket{.market = kHorse, .version_guard = 9}},
      {{HaltMarket{.market = kHorse}}, UnhaltMarket{.market = kHorse, .version_guard = 9}},
      {{CloseMarket{.market = kHorse}}, ReopenMarket{.market = kHorse, .version_guard = 9}},
      {{CloseMarket{.market = kHorse}},
       DetermineMarket{.market = kHorse,
                       .shares = {{.symbol = Name{"A"}, .numerator = 1, .denominator = 1}},
                       .version_guard = 9}},
      {{CloseMarket{.market = kHorse},
        DetermineMarket{.market = kHorse,
                        .shares = {{.symbol = Name{"A"}, .numerator = 1, .denominator = 1}}}},
       SettleMarket{.market = kHorse, .version_guard = 9}},
      {{VoidMarket{.market = kHorse}}, ArchiveMarket{.market = kHorse, .version_guard = 9}},
  };
  for (const auto& [way, guarded] : rows) {
    Exchange x;
    for (const CommandBody& body : way) {
      x.run(body);
    }
    EXPECT_THAT(x.run(guarded), ElementsAre("command rejected HORSE: the market has changed since"))
        << guarded.index();
    CommandBody current = guarded;
    std::visit(
        [&](auto& body) {
          if constexpr (requires { body.version_guard; }) {
            x.engine.visit_markets([&](const MarketInfo& info) {
              body.version_guard = info.name == kHorse ? info.version : body.version_guard;
            });
          }
        },
        current);
    EXPECT_THAT(x.run(current).at(0), ::testing::Not(StartsWith("command rejected")))
        << guarded.index();
  }
  Exchange x;
  x.run(CreateMarket{.market = Name{"CUP"}});
  EXPECT_THAT(x.run(AddRunner{.market = Name{"CUP"}, .symbol = Name{"X"}, .version_guard = 1}),
              ElementsAre("command rejected CUP: the market has changed since"));
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .version_guard = 1}),
              ElementsAre("command rejected CUP: the market has changed since"));
}

TEST(WhatReopens, IsAtMostAMinuteOldOrAheadAndUsesNoIdUpElse) {
  Exchange x;
  x.run(SuspendMarket{.market = kRain});
  ResumeMarket resume{.market = kRain, .request_id = Name{"r1"}};
  for (const std::int64_t away : {-60 * kSecond - 1, 60 * kSecond + 1}) {
    resume.transact_time = x.now() + Timestamp{away};
    EXPECT_THAT(x.run(resume),
                ElementsAre("command rejected RAIN: TransactTime is too old or too far ahead"));
    EXPECT_FALSE(all_of<CommandRejected>(x.log).back().id_consumed);
  }
  resume.transact_time = x.now() - Timestamp{60 * kSecond};
  EXPECT_THAT(x.run(resume), ElementsAre("resumed v3"));
}

TEST(WhatReopens, IsLateOnAllThatReopen) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  const std::vector<CommandBody> bodies = {
      OpenMarket{.market = kRain, .request_id = Name{"r1"}},
      ReopenMarket{.market = kRain, .request_id = Name{"r2"}},
      ResumeMarket{.market = kRain, .request_id = Name{"r3"}},
      UnhaltMarket{.market = kRain, .request_id = Name{"r4"}},
      UnhaltExchange{.request_id = Name{"r5"}},
      ResumeAccount{.account = Name{"alice"}, .request_id = Name{"r6"}},
      ResumeSession{.comp_id = Name{"BROKER1"}, .request_id = Name{"r7"}}};
  for (CommandBody body : bodies) {
    std::visit(
        [&x](auto& request) {
          if constexpr (requires { request.request_id, request.transact_time; }) {
            request.transact_time = x.now() - Timestamp{61 * kSecond};
          }
        },
        body);
    EXPECT_THAT(x.run(body).at(0), EndsWith("TransactTime is too old or too far ahead"));
  }
}

TEST(WhatReopens, HasNoSuchLimitWhereItIsTheGatewaysOwn) {
  Exchange x;
  x.run(SuspendMarket{.market = kRain});
  EXPECT_THAT(x.run(ResumeMarket{.market = kRain, .transact_time = Timestamp{1}}),
              ElementsAre("resumed v3"));
}

TEST(SuspendedOperators, MayAskForNothing) {
  Exchange x;
  x.ask("OPS1", HaltMarket{.market = kRain, .request_id = Name{"r1"}});
  x.run(SuspendSession{.comp_id = Name{"OPS1"}});
  EXPECT_THAT(x.ask("OPS1", CloseMarket{.market = kRain, .request_id = Name{"r2"}}),
              ElementsAre("command rejected RAIN: session is suspended"));
  EXPECT_FALSE(all_of<CommandRejected>(x.log).back().id_consumed);
  EXPECT_THAT(x.ask("OPS1", HaltMarket{.market = kRain, .request_id = Name{"r1"}}),
              ElementsAre("command rejected RAIN: session is suspended"))
      << "not what became of the first one";
  EXPECT_THAT(x.ask("OPS2", CloseMarket{.market = kRain, .request_id = Name{"r2"}}),
              ElementsAre("closed v3"));
}

// ---- What goes on -------------------------------------------------------------------------------

TEST(ALargeSuspension, IsToldWhenItBeginsAndWhenItIsComplete) {
  Exchange x;
  for (int i = 0; i < 10'000; ++i) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.persistence = i % 10 == 0 ? Persistence::Persist : Persistence::Lapse;
    x.run(order);
  }
  x.ask("OPS1",
        SuspendMarket{
            .market = kRain, .scope = CancelScope::LapseOnly, .request_id = Name{"goal-1"}});
  EXPECT_TRUE(all_of<MarketSuspended>(x.log).back().goes_on);
  const BatchStarted begin = all_of<BatchStarted>(x.log).back();
  EXPECT_EQ(begin.request_id, Name{"goal-1"});
  EXPECT_EQ(begin.requester, SessionId{1});
  EXPECT_THAT(all_of<BatchCompleted>(x.log), SizeIs(0));
  EXPECT_THAT(x.ask("OPS1", ResumeMarket{.market = kRain, .request_id = Name{"early"}}),
              ElementsAre("command rejected RAIN: the market's orders are being cancelled"));
  x.finish_batches();
  EXPECT_THAT(all_of<OrderCancelledBatched>(x.log), SizeIs(3));
  const BatchCompleted end = all_of<BatchCompleted>(x.log).at(0);
  EXPECT_EQ(end.request_id, Name{"goal-1"});
  EXPECT_EQ(end.requester, SessionId{1});
  EXPECT_EQ(end.total, 9'000U);
  EXPECT_EQ(end.done_before, 0U);
  EXPECT_FALSE(end.goes_on);
  EXPECT_THAT(x.ask("OPS1", ResumeMarket{.market = kRain, .request_id = Name{"resume"}}),
              ElementsAre("resumed v3"));
}

TEST(WhatGoesOn, IsSaidOnlyWhereThereAreOrders) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  x.run(SuspendMarket{.market = kRain});
  x.run(TurnInPlay{.market = kRain});
  x.run(CloseMarket{.market = kRain});
  x.run(SuspendAccount{.account = Name{"alice"}, .cancel_orders = true});
  x.run(SuspendSession{.comp_id = Name{"BROKER1"}, .cancel_orders = true});
  x.run(RemoveRunner{.market = kHorse, .symbol = Name{"A"}});
  EXPECT_FALSE(all_of<MarketSuspended>(x.log).front().goes_on);
  EXPECT_FALSE(all_of<MarketTurnedInPlay>(x.log).front().goes_on);
  EXPECT_FALSE(all_of<MarketClosed>(x.log).front().goes_on);
  EXPECT_FALSE(all_of<AccountSuspended>(x.log).front().goes_on);
  EXPECT_TRUE(all_of<AccountSuspended>(x.log).front().cancel_orders);
  EXPECT_FALSE(all_of<SessionSuspended>(x.log).front().goes_on);
  EXPECT_TRUE(all_of<SessionSuspended>(x.log).front().cancel_orders);
  EXPECT_FALSE(all_of<RunnerRemoved>(x.log).front().goes_on);
  EXPECT_THAT(all_of<BatchStarted>(x.log), SizeIs(0));
  x.run(VoidMarket{.market = kHorse});
  EXPECT_TRUE(all_of<MarketVoided>(x.log).front().goes_on) << "a round pays back, also nothing";
}

// Orders that go at a pause, then the runner's, then the bets on it.
TEST(Removals, SayInTheLastOfTheirProcessesHowMuchAllHaveDone) {
  Exchange x;
  x.run(x.order("alice", "A", Side::Bid, "10", "2"));
  x.run(x.order("bob", "A", Side::Ask, "10", "2"));
  x.run(x.order("alice", "A", Side::Bid, "10", "3"));
  for (int i = 0; i < 2; ++i) {
    PlaceOrder order = x.order("alice", "B", Side::Bid, "10", "2");
    order.cancel_on_pause = true;
    x.run(order);
  }
  x.run(x.order("carol", "C", Side::Bid, "10", "2"));
  x.ask("OPS1",
        RemoveRunner{.market = kHorse, .symbol = Name{"A"}, .request_id = Name{"remove-1"}});
  EXPECT_TRUE(all_of<MarketSuspended>(x.log).back().goes_on);
  EXPECT_TRUE(all_of<RunnerRemoved>(x.log).back().goes_on);
  const Ends ends{x};
  EXPECT_THAT(ends.before, ElementsAre(0, 2, 3));
  EXPECT_THAT(ends.totals, ElementsAre(2, 1, 2)) << "of the last one rows";
  EXPECT_THAT(ends.goes_on, ElementsAre(true, true, false));
  for (const BatchCompleted& end : all_of<BatchCompleted>(x.log)) {
    EXPECT_EQ(end.request_id, Name{"remove-1"});
    EXPECT_EQ(end.requester, SessionId{1});
  }
}

// The orders that go at a pause take longer than the runner's, which there are few of.
TEST(Removals, AreCompleteWhenAllOfTheirProcessesAre) {
  Exchange x;
  for (int i = 0; i < 5'000; ++i) {
    PlaceOrder order = x.order("alice", "B", Side::Bid, "1", "2");
    order.cancel_on_pause = true;
    x.run(order);
  }
  x.run(x.order("bob", "A", Side::Bid, "1", "2"));
  x.ask("OPS1",
        RemoveRunner{.market = kHorse, .symbol = Name{"A"}, .request_id = Name{"remove-1"}});
  x.finish_batches();
  const Ends ends{x};
  ASSERT_THAT(ends.totals, SizeIs(3));
  EXPECT_THAT(ends.goes_on, ElementsAre(true, true, false));
  EXPECT_EQ(ends.before.back() + ends.totals.back(), 5'001U);
}

TEST(Voids, SayInTheLastOfTheirProcessesHowMuchAllHaveDone) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  x.sell("bob", "4", "0.40");
  x.run(VoidMarket{.market = kRain, .price = decimal("0.5")});
  const Ends ends{x};
  EXPECT_THAT(ends.before, ElementsAre(0, 1));
  EXPECT_THAT(ends.totals, ElementsAre(1, 2));
  EXPECT_THAT(ends.goes_on, ElementsAre(true, false));
}

// ---- A mass cancel on behalf --------------------------------------------------------------------

class OnBehalf : public ::testing::Test {
 protected:
  OnBehalf() {
    x.run(SessionUp{.comp_id = Name{"BROKER1"}});
    const Origin broker{SessionId{1}, SessionEpoch{1}, MsgSeqNum{1}};
    x.run(x.order("alice", "RAIN", Side::Bid, "1", "0.40"), broker);
    x.run(x.order("alice", "RAIN", Side::Ask, "1", "0.60"));
    x.run(x.order("bob", "A", Side::Bid, "1", "2"), broker);
    x.run(x.order("bob", "B", Side::Bid, "1", "2"));
  }

  std::string cancelled(const CancelOnBehalf& asked) {
    const Lines lines = x.run(asked);
    return lines.size() >= 3 ? lines[1] : lines[0];
  }

  Exchange x;
};

TEST_F(OnBehalf, IsOfWhatIsNamed) {
  EXPECT_EQ(cancelled({.account = Name{"bob"}, .symbol = Name{"B"}}), "batch 1 cancelled 1 #4");
  EXPECT_EQ(cancelled({.market = kRain, .side = 2}), "batch 2 cancelled 1 #2");
  EXPECT_EQ(cancelled({.comp_id = Name{"BROKER1"}, .market = kHorse}), "batch 3 cancelled 1 #3");
  EXPECT_EQ(cancelled({.comp_id = Name{"BROKER1"}}), "batch 4 cancelled 1 #1");
}

TEST_F(OnBehalf, NamesAtLeastOneThingAndOnlyKnownOnes) {
  EXPECT_EQ(cancelled({}), "command rejected : invalid parameter");
  EXPECT_EQ(cancelled({.side = 1}), "command rejected : invalid parameter");
  EXPECT_EQ(cancelled({.market = kRain, .side = 3}), "command rejected RAIN: invalid parameter");
  EXPECT_EQ(cancelled({.account = Name{"nobody"}}), "command rejected nobody: unknown account");
  EXPECT_EQ(cancelled({.comp_id = Name{"NOBODY"}}), "command rejected NOBODY: unknown session");
  EXPECT_EQ(cancelled({.market = Name{"NONE"}}), "command rejected NONE: unknown market");
  EXPECT_EQ(cancelled({.market = kRain, .symbol = Name{"A"}}),
            "command rejected A: unknown instrument");
}

TEST_F(OnBehalf, RefusalTellsWhatItWasAbout) {
  cancelled({.symbol = Name{"NONE"}});
  cancelled({.market = Name{"NONE"}});
  cancelled({.account = Name{"none"}});
  cancelled({.comp_id = Name{"NONE"}});
  const std::vector<CommandRejected> refusals = all_of<CommandRejected>(x.log);
  ASSERT_THAT(refusals, SizeIs(4));
  for (std::uint8_t i = 0; i < 4; ++i) {
    EXPECT_EQ(refusals[i].detail, i + 1);
  }
}

TEST_F(OnBehalf, BeginsAndCompletesAlsoWithNothingToDo) {
  EXPECT_THAT(x.run(CancelOnBehalf{.account = Name{"carol"}}),
              ElementsAre("batch 1 mass-cancel-on-behalf to #4", "batch 1 completed 0"));
  EXPECT_EQ(all_of<BatchCompleted>(x.log).back().account, x.account("carol").account);
}

// ---- Suspended twice ----------------------------------------------------------------------------

TEST(SuspendedTwice, AnAccountLosesItsOrdersThen) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  EXPECT_THAT(x.run(SuspendAccount{.account = Name{"alice"}}),
              ElementsAre("account alice suspended"));
  EXPECT_THAT(x.run(SuspendAccount{.account = Name{"alice"}, .cancel_orders = true}),
              ElementsAre("account alice suspended",
                          "batch 1 account-suspended to #1",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 1"));
  EXPECT_TRUE(all_of<AccountSuspended>(x.log).back().goes_on);
  EXPECT_THAT(x.run(SuspendAccount{.account = Name{"alice"}, .cancel_orders = true}),
              ElementsAre("account alice suspended"));
}

TEST(SuspendedTwice, ASessionLosesItsOrdersThen) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  x.run(x.order("alice", "RAIN", Side::Bid, "10", "0.40"),
        {SessionId{1}, SessionEpoch{1}, MsgSeqNum{1}});
  x.run(SuspendSession{.comp_id = Name{"BROKER1"}});
  EXPECT_THAT(x.run(SuspendSession{.comp_id = Name{"BROKER1"}, .cancel_orders = true}),
              ElementsAre("session 1 suspended",
                          "batch 1 session-suspended to #1",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 1"));
}

// As often as it is asked, of whichever session there is: roles are the gateway's business.
TEST(WatchedMarkets, AreOnlyWrittenDown) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"OPS1"}});
  EXPECT_THAT(x.run(WatchMarkets{.session = SessionId{1}, .on = true}),
              ElementsAre("session 1 watches markets"));
  EXPECT_THAT(x.run(WatchMarkets{.session = SessionId{1}, .on = true}),
              ElementsAre("session 1 watches markets"));
  EXPECT_THAT(x.run(WatchMarkets{.session = SessionId{1}}),
              ElementsAre("session 1 watches no markets"));
  x.run(WatchMarkets{.session = SessionId{2}, .on = true});
  const std::vector<CommandRejected> refusals = all_of<CommandRejected>(x.log);
  ASSERT_THAT(refusals, SizeIs(1));
  EXPECT_EQ(refusals[0].reason, Reason::UnknownSession);
  EXPECT_THAT(all_of<MarketsWatched>(x.log), SizeIs(3));
}

TEST(Details, TellWhatARefusedRequestWas) {
  Exchange x;
  const Name nobody{"nobody"};
  x.run(MoveFunds{.account = nobody, .kind = FundsKind::WriteOff});
  x.run(SuspendAccount{.account = nobody, .cancel_orders = true});
  x.run(SuspendSession{.comp_id = nobody});
  const std::vector<CommandRejected> refusals = all_of<CommandRejected>(x.log);
  ASSERT_THAT(refusals, SizeIs(3));
  EXPECT_EQ(refusals[0].detail, static_cast<std::uint8_t>(FundsKind::WriteOff));
  EXPECT_EQ(refusals[1].detail, 1);
  EXPECT_EQ(refusals[2].detail, 0);
}

TEST(PlannedStops, AreTakenWhateverTheExchangeIsDoing) {
  static_assert(!kMakesSafer<StopExchange> && !kReopens<StopExchange>);
  static_assert(kApprovalClass<StopExchange> == 0);
  Exchange x;
  x.run(RequireApproval{.classes = kAllApprovalClasses});
  x.run(HaltExchange{});
  const Timestamp old = x.now() - Timestamp{24 * kHour};
  EXPECT_THAT(x.run(StopExchange{
                  .notice_s = kMaxStopNoticeS, .request_id = Name{"s1"}, .transact_time = old}),
              ElementsAre("stop announced 3600"));
  EXPECT_EQ(all_of<StopAnnounced>(x.log).at(0).request_id, Name{"s1"});
  EXPECT_THAT(x.run(StopExchange{.notice_s = 3'600, .request_id = Name{"s1"}}),
              ElementsAre(StartsWith("request known s1 by ")));
  EXPECT_THAT(x.run(StopExchange{.notice_s = kMaxStopNoticeS + 1, .request_id = Name{"s2"}}),
              ElementsAre("command rejected : invalid parameter"));
  EXPECT_TRUE(all_of<CommandRejected>(x.log).back().id_consumed);
  EXPECT_THAT(x.run(x.order("bob", "RAIN", Side::Ask, "1", "0.40")),
              ElementsAre(EndsWith("the exchange is halted")));
  x.run(UnhaltExchange{});
  EXPECT_THAT(x.sell("bob", "1", "0.40"), ElementsAre(StartsWith("accepted")))
      << "it is for the gateway to take no more";
}

// ---- Markets with their runners -----------------------------------------------------------------

std::vector<Name> runners(std::size_t count) {
  std::vector<Name> names;
  for (std::size_t i = 1; i <= count; ++i) {
    names.push_back(Name{"X" + std::to_string(i)});
  }
  return names;
}

TEST(MarketsWithRunners, AreCreatedInOneTransaction) {
  Exchange x;
  EXPECT_THAT(
      x.run(CreateMarket{.market = Name{"CUP"}, .runners = runners(2), .request_id = Name{"r1"}}),
      ElementsAre("market CUP", "runner X1", "runner X2"));
  EXPECT_EQ(all_of<MarketCreated>(x.log).back().runners, 2U);
  EXPECT_EQ(all_of<RunnerAdded>(x.log).back().request_id, Name{"r1"});
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 3}),
              ElementsAre("command rejected CUP: not possible in this state"));
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 2}),
              ElementsAre("opened v1"));
}

TEST(MarketsWithRunners, ExpectThoseThatAreLeft) {
  Exchange x;
  x.run(CreateMarket{.market = Name{"CUP"}, .runners = runners(3)});
  x.run(RemoveRunner{.market = Name{"CUP"}, .symbol = Name{"X2"}});
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 3}).at(0),
              StartsWith("command rejected"));
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 2}).at(0),
              StartsWith("opened"));
}

TEST(MarketsWithRunners, HaveAtMost100EachOnceAndNew) {
  Exchange x;
  const auto create = [&x](const char* name, const std::vector<Name>& with) {
    return x.run(CreateMarket{.market = Name{name}, .runners = with}).at(0);
  };
  const std::string invalid = "command rejected CUP: invalid parameter";
  EXPECT_EQ(create("CUP", runners(101)), invalid);
  EXPECT_EQ(create("CUP", {Name{"X1"}, Name{"X1"}}), invalid);
  EXPECT_EQ(create("CUP", {Name{"X1"}, Name{}}), invalid);
  EXPECT_EQ(create("CUP", {Name{"X1"}, Name{"A"}}), "command rejected CUP: already exists");
  EXPECT_EQ(x.run(CreateMarket{.market = Name{"CUP"},
                               .kind = MarketKind::Binary,
                               .ladder = LadderKind::LinearCent,
                               .runners = runners(1)})
                .at(0),
            invalid);
  EXPECT_EQ(create("CUP", runners(100)), "market CUP");
  EXPECT_THAT(x.run(AddRunner{.market = Name{"CUP"}, .symbol = Name{"Y"}}),
              ElementsAre("command rejected CUP: not possible in this state"));
}

// ---- Changes ------------------------------------------------------------------------------------

TEST(Changes, HaveTheLimitsOfCreating) {
  Exchange x;
  x.run(CreateMarket{.market = Name{"CUP"}, .min_quantity = decimal("2")});
  const auto change = [&x](ChangeMarket changed) {
    changed.market = Name{"CUP"};
    return x.run(changed).at(0);
  };
  const std::string invalid = "command rejected CUP: invalid parameter";
  EXPECT_EQ(change({.bet_delay_ms = 60'001}), invalid);
  EXPECT_EQ(change({.commission_bp = 10'001}), invalid);
  EXPECT_EQ(change({.max_quantity = Decimal{-kDecimalScale}}), invalid);
  EXPECT_EQ(change({.max_quantity = decimal("1.99")}), invalid) << "below the smallest";
  EXPECT_EQ(change({.max_quantity = decimal("2.001")}), invalid);
  EXPECT_EQ(change({.max_quantity = decimal("1000000000.01")}), invalid);
  EXPECT_EQ(change({.max_quantity = decimal("2")}), "changed v1 delay 0 commission 0 largest 2.00");
  EXPECT_EQ(change({.bet_delay_ms = 60'000, .commission_bp = 10'000}),
            "changed v2 delay 60000 commission 10000 largest 2.00");
  EXPECT_EQ(change({.max_quantity = Decimal{}}),
            "changed v3 delay 60000 commission 10000 largest 1000000000.00");
}

TEST(Changes, OfTheCommissionCountWhenTheMarketIsSettled) {
  Exchange x;
  x.back("alice", "10", "2");
  x.lay("bob", "10", "2");
  x.run(ChangeMarket{.market = kHorse, .commission_bp = 1'000});
  x.run(CloseMarket{.market = kHorse});
  x.determine("HORSE", {{Name{"A"}, 1, 1}});
  EXPECT_THAT(x.settle("HORSE").at(2), ::testing::HasSubstr("commission 1.0000"));
}

// ---- Sessions -----------------------------------------------------------------------------------

TEST(SessionNumbers, FirstLogonOfAnEpochTellsWhichNumberIsNext) {
  Exchange x;
  EXPECT_THAT(x.run(SessionUp{.comp_id = Name{"S"}, .number = MsgSeqNum{500}}),
              ElementsAre("session up S epoch 1 in 500 reserved 0"));
  const auto down = [&x](std::uint32_t next) {
    x.run(SessionDown{.session = SessionId{1},
                      .epoch = SessionEpoch{1},
                      .next_in = MsgSeqNum{next},
                      .reason = SessionDownReason::Logout});
  };
  down(505);
  EXPECT_THAT(x.run(SessionUp{.comp_id = Name{"S"}, .number = MsgSeqNum{400}}),
              ElementsAre("session up S epoch 1 in 505 reserved 0"))
      << "it is never lowered";
  x.run(ReserveNumbers{SessionId{1}, SessionEpoch{1}, MsgSeqNum{100}});
  down(510);
  EXPECT_THAT(x.run(SessionUp{.comp_id = Name{"S"}, .number = MsgSeqNum{900}}),
              ElementsAre("session up S epoch 1 in 510 reserved 100"))
      << "what is missing is asked for";
  EXPECT_THAT(x.run(SessionUp{.comp_id = Name{"S"}, .number = MsgSeqNum{1}, .reset = true}),
              ElementsAre("session up S epoch 2 in 1 reserved 0"));
}

TEST(SessionNumbers, AreNotReservedLessWithinAnEpoch) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"S"}});
  x.run(ReserveNumbers{SessionId{1}, SessionEpoch{1}, MsgSeqNum{100}});
  x.run(SessionDown{.session = SessionId{1},
                    .epoch = SessionEpoch{1},
                    .next_in = MsgSeqNum{2},
                    .reason = SessionDownReason::Logout});
  const auto set = [&x](std::uint32_t reserved_to, bool new_epoch) {
    return x
        .run(SetSessionNumbers{
            .comp_id = Name{"S"}, .reserved_to = MsgSeqNum{reserved_to}, .new_epoch = new_epoch})
        .at(0);
  };
  EXPECT_EQ(set(99, false), "command rejected S: invalid parameter");
  EXPECT_EQ(set(100, false), "session 1 set epoch 1 in 2 reserved 100");
  EXPECT_EQ(set(101, false), "session 1 set epoch 1 in 2 reserved 101");
  EXPECT_EQ(set(99, true), "session 1 set epoch 2 in 1 reserved 99");
}

// ---- The whole exchange -------------------------------------------------------------------------

TEST(HaltedExchange, IsStillHaltedAfterReplayAndInASnapshot) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  x.run(HaltExchange{.request_id = Name{"r1"}});
  Engine replayed;
  for (const StoredTransaction& transaction : x.log) {
    replayed.apply(transaction.view());
  }
  Engine loaded = Engine::load(x.saved());
  EXPECT_EQ(replayed.state_hash(), x.engine.state_hash());
  EXPECT_EQ(loaded.state_hash(), x.engine.state_hash());
  const PlaceOrder order = x.order("bob", "RAIN", Side::Ask, "1", "0.40");
  EXPECT_THAT(x.run(order).at(0), EndsWith("the exchange is halted"));
  for (Engine* const engine : {&replayed, &loaded}) {
    const TransactionView view = engine->decide({.timestamp = x.now(), .body = order});
    EXPECT_TRUE(std::equal(view.events.begin(),
                           view.events.end(),
                           x.log.back().events.begin(),
                           x.log.back().events.end()));
  }
}

TEST(HaltedExchange, UsesUpTheIdsOfWhatItRefuses) {
  Exchange x;
  x.run(SuspendMarket{.market = kRain});
  x.run(HaltExchange{});
  x.run(ResumeMarket{.market = kRain, .request_id = Name{"r1"}});
  EXPECT_TRUE(all_of<CommandRejected>(x.log).back().id_consumed);
  EXPECT_EQ(all_of<CommandRejected>(x.log).back().reason, Reason::ExchangeHalted);
  const PlaceOrder order = x.order("bob", "RAIN", Side::Ask, "1", "0.40");
  x.run(order);
  x.run(UnhaltExchange{});
  EXPECT_THAT(x.run(order).at(0), EndsWith("ClOrdID was used before"));
}

TEST(HaltedExchange, RefusesADelayedAmend) {
  Exchange x;
  x.run(ChangeMarket{.market = kRain, .bet_delay_ms = 1'000});
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.40");
  order.persistence = Persistence::Persist;
  x.run(order);
  x.run(TurnInPlay{.market = kRain});
  EXPECT_THAT(x.run(AmendOrder{.account = Name{"alice"},
                               .cl_ord_id = x.fresh_id(),
                               .order_id = OrderId{1},
                               .transact_time = x.now(),
                               .price = decimal("0.41"),
                               .quantity = decimal("10")}),
              ElementsAre("amend delayed #1"));
  x.run(HaltExchange{});
  EXPECT_THAT(x.pass(kSecond), ElementsAre("cancel rejected id-2: the exchange is halted"));
  EXPECT_TRUE(x.find_order(1).live);
}

// ---- Remarks ------------------------------------------------------------------------------------

TEST(Remarks, StandBehindTheOutcome) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  EXPECT_THAT(x.ask("OPS1", CloseMarket{.market = kRain, .request_id = Name{"r1"}}, "the end"),
              ElementsAre("closed v2",
                          "batch 1 market-closed to #1",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 1",
                          "remark the end"));
  EXPECT_EQ(all_of<Remarked>(x.log).back().request_id, Name{"r1"});
}

// ---- Dry runs -----------------------------------------------------------------------------------

TEST(DryRuns, CountTheOpenOrdersOfWhatTheyAreAbout) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  for (int i = 0; i < 3; ++i) {
    x.run(x.order("alice", "RAIN", Side::Bid, "1", "0.40"),
          {SessionId{1}, SessionEpoch{1}, MsgSeqNum{1}});
  }
  x.buy("bob", "1", "0.40");
  x.lay("bob", "1", "2");
  const auto open_orders = [&x](const CommandBody& body) {
    return x.engine.dry_run({.timestamp = x.now(), .body = body}).open_orders;
  };
  EXPECT_EQ(open_orders(SuspendMarket{.market = kRain}), 4U);
  EXPECT_EQ(open_orders(CloseMarket{.market = kHorse}), 1U);
  EXPECT_EQ(open_orders(SuspendAccount{.account = Name{"bob"}, .cancel_orders = true}), 2U);
  EXPECT_EQ(open_orders(SuspendSession{.comp_id = Name{"BROKER1"}, .cancel_orders = true}), 3U);
  EXPECT_EQ(open_orders(CancelOnBehalf{.account = Name{"alice"}}), 3U);
}

}  // namespace
}  // namespace betex::matching::testing
