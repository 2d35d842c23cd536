// What operators ask for besides the steps of a market's life, and how they are kept from each
// other's mistakes (RULES.md sections 4 and 5). What their requests leave running:
// operators_processes_test.cpp; what a market is created with, and changed to:
// market_terms_test.cpp.
#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
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

// ---- Watched markets, refusals, planned stops ---------------------------------------------------

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
