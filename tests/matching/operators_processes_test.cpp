// Operators' requests that go on after their answer: cancels and payments in processes, what is
// told of them and when they are complete, and mass cancels on behalf (RULES.md sections 4 and 5).
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

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

}  // namespace
}  // namespace betex::matching::testing
