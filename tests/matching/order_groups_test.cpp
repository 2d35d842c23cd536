// Order groups, rule by rule (RULES.md section 3). Windows are of 64 s and so buckets of 1 s; the
// fixture's clock starts at the beginning of one.
#include <algorithm>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kWindowMs = 64'000;
constexpr std::int64_t kBucket = kSecond;

constexpr const char* kBrake = "brake";

class OrderGroups : public ::testing::Test {
 protected:
  // Whatever a test has come to survives a restart, by replay and by a snapshot.
  void TearDown() override {
    Engine replayed;
    for (const StoredTransaction& transaction : x.log) {
      replayed.apply(transaction.view());
    }
    EXPECT_EQ(replayed.state_hash(), x.engine.state_hash());
    EXPECT_EQ(Engine::load(x.saved()).state_hash(), x.engine.state_hash());
  }

  OrderGroupRequest request(OrderGroupAction action,
                            const char* limit = "10",
                            const char* account = "alice",
                            const char* name = kBrake) {
    return {.account = Name{account},
            .cl_ord_id = x.fresh_id(),
            .group = Reference{name},
            .limit = decimal(limit),
            .window_ms = kWindowMs,
            .counted = CountedFills::All,
            .action = action,
            .transact_time = x.now()};
  }

  Lines create(const char* limit = "10",
               const char* account = "alice",
               CountedFills counted = CountedFills::All) {
    OrderGroupRequest asked = request(OrderGroupAction::Create, limit, account);
    asked.counted = counted;
    return x.run(asked);
  }

  PlaceOrder order(const char* account,
                   const char* symbol,
                   Side side,
                   const char* quantity,
                   const char* price,
                   const char* name = kBrake) {
    PlaceOrder made = x.order(account, symbol, side, quantity, price);
    made.extras = OrderExtras{.order_group = Reference{name}};
    made.persistence = Persistence::Persist;
    return made;
  }

  // Of alice's group.
  Lines sell(const char* quantity, const char* price) {
    return x.run(order("alice", "RAIN", Side::Ask, quantity, price));
  }

  AmendOrder amend(const char* account, std::uint64_t id, const char* quantity, const char* price) {
    return {.account = Name{account},
            .cl_ord_id = x.fresh_id(),
            .order_id = OrderId{id},
            .transact_time = x.now(),
            .price = decimal(price),
            .quantity = decimal(quantity)};
  }

  std::optional<OrderGroupInfo> group(std::uint32_t number = 1) {
    std::optional<OrderGroupInfo> found;
    x.engine.visit_order_groups([&](const OrderGroupInfo& info) {
      if (info.number == number) {
        found = info;
      }
    });
    return found;
  }

  // What is within the window now, as an update tells it that changes nothing.
  Decimal filled(const char* limit) {
    x.run(request(OrderGroupAction::Update, limit));
    return all_of<OrderGroupSet>(x.log).back().standing.filled;
  }

  // A binary market in play, with a bet delay.
  void open_play(std::uint32_t delay_ms = 5'000) {
    x.run(CreateMarket{.market = Name{"PLAY"},
                       .bet_delay_ms = delay_ms,
                       .kind = MarketKind::Binary,
                       .ladder = LadderKind::LinearCent});
    x.run(OpenMarket{.market = Name{"PLAY"}});
  }

  void turn_in_play() { x.run(TurnInPlay{.market = Name{"PLAY"}}); }

  Exchange x;
};

// ---- Requests -----------------------------------------------------------------------------------

TEST_F(OrderGroups, AreCreatedUpdatedResetTrippedAndDeleted) {
  EXPECT_THAT(create(),
              ElementsAre("group 1 alice/brake created window 64000 filled 0 of 10, 0 live"));
  sell("5", "0.55");
  OrderGroupRequest update = request(OrderGroupAction::Update, "20.5");
  update.counted = CountedFills::Makers;
  update.window_ms = 1'000;
  EXPECT_THAT(
      x.run(update),
      ElementsAre("group 1 alice/brake updated window 1000 makers filled 0 of 20.5, 1 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Reset)),
              ElementsAre("group 1 reset filled 0 of 20.5, 1 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Trip)),
              ElementsAre("group 1 order-group-tripped cancelled 1 #1",
                          "group 1 tripped by id-5 total 1 tripped filled 0 of 20.5, 0 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Delete)), ElementsAre("group 1 deleted"));
  EXPECT_THAT(create("7"),
              ElementsAre("group 2 alice/brake created window 64000 filled 0 of 7, 0 live"));
}

TEST_F(OrderGroups, NamesAreEachAccountsOwn) {
  create("10", "alice");
  EXPECT_THAT(create("10", "bob"),
              ElementsAre("group 2 bob/brake created window 64000 filled 0 of 10, 0 live"));
  EXPECT_THAT(create("10", "alice"), ElementsAre("group rejected id-3: already exists"));
  x.run(order("bob", "RAIN", Side::Ask, "5", "0.55"));
  EXPECT_EQ(x.find_order(1).order_group, 2U);
  EXPECT_THAT(x.run(order("carol", "RAIN", Side::Ask, "5", "0.55")),
              ElementsAre("rejected id-5: unknown order group"));
}

TEST_F(OrderGroups, RequestsAreHeldAgainstTheirTerms) {
  const auto refused = [this](const OrderGroupRequest& asked, const std::string& why) {
    EXPECT_THAT(x.run(asked),
                ElementsAre("group rejected " + std::string{asked.cl_ord_id.view()} + ": " + why));
  };
  for (const OrderGroupAction action : {OrderGroupAction::Create, OrderGroupAction::Update}) {
    const auto with = [&](auto&& change) {
      OrderGroupRequest asked = request(action);
      change(asked);
      refused(asked, "invalid parameter");
    };
    with([](auto& asked) { asked.limit = Decimal{}; });
    with([](auto& asked) { asked.limit = Decimal{-1}; });
    with([](auto& asked) { asked.limit = Decimal{1'000'000'000'000'000'001}; });
    with([](auto& asked) { asked.window_ms = 999; });
    with([](auto& asked) { asked.window_ms = 3'600'001; });
    with([](auto& asked) { asked.counted = CountedFills{}; });
    with([](auto& asked) { asked.counted = static_cast<CountedFills>(3); });
    with([](auto& asked) { asked.group = Reference{}; });
    with([](auto& asked) { asked.action = OrderGroupAction{}; });
    with([](auto& asked) { asked.action = static_cast<OrderGroupAction>(6); });
  }
  for (const OrderGroupAction action : {OrderGroupAction::Update,
                                        OrderGroupAction::Reset,
                                        OrderGroupAction::Trip,
                                        OrderGroupAction::Delete}) {
    refused(request(action), "unknown order group");
  }
  refused(request(OrderGroupAction::Create, "10", "nobody"), "unknown account");
  EXPECT_FALSE(all_of<OrderGroupRejected>(x.log).back().id_consumed);

  OrderGroupRequest largest = request(OrderGroupAction::Create);
  largest.limit = Decimal{1'000'000'000'000'000'000};
  largest.window_ms = 3'600'000;
  EXPECT_EQ(x.run(largest).front().substr(0, 8), "group 1 ");
  sell("5", "0.55");
  refused(request(OrderGroupAction::Delete), "not possible in this state");
  OrderGroupRequest bare = request(OrderGroupAction::Reset);
  bare.limit = Decimal{};
  bare.window_ms = 0;
  bare.counted = CountedFills{};
  EXPECT_EQ(x.run(bare).front().substr(0, 13), "group 1 reset") << "it needs no terms";
}

TEST_F(OrderGroups, AnIdActsOnce) {
  const OrderGroupRequest asked = request(OrderGroupAction::Create);
  x.run(asked);
  EXPECT_THAT(x.run(asked), ElementsAre("group rejected id-1: ClOrdID was used before"));
  OrderGroupRequest refused = request(OrderGroupAction::Create);
  x.run(refused);
  EXPECT_THAT(x.run(refused), ElementsAre("group rejected id-2: ClOrdID was used before"));
  for (const OrderGroupAction action : {OrderGroupAction::Update,
                                        OrderGroupAction::Reset,
                                        OrderGroupAction::Trip,
                                        OrderGroupAction::Delete}) {
    const OrderGroupRequest first = request(action);
    x.run(first);
    PlaceOrder second = x.order("alice", "RAIN", Side::Bid, "1", "0.10");
    second.cl_ord_id = first.cl_ord_id;
    EXPECT_THAT(x.run(second),
                ElementsAre("rejected " + std::string{first.cl_ord_id.view()} +
                            ": ClOrdID was used before"));
    second.poss_resend = true;
    EXPECT_THAT(x.run(second), ElementsAre("status #0 finished"));
  }
}

// Also one that trips as well, which says its id twice.
TEST_F(OrderGroups, TheIdOfAnUpdateThatTripsActsOnce) {
  create("10");
  sell("9", "0.55");
  x.buy("bob", "5", "0.55");
  const OrderGroupRequest update = request(OrderGroupAction::Update, "5");
  EXPECT_EQ(x.run(update).size(), 3U);
  EXPECT_THAT(x.run(update), ElementsAre("group rejected id-4: ClOrdID was used before"));
}

TEST_F(OrderGroups, OnlyWhatPutsRiskInMustBeTimely) {
  create();
  const auto late = [this](OrderGroupAction action, const char* name) {
    OrderGroupRequest asked = request(action, "10", "alice", name);
    asked.transact_time = x.now() + Timestamp{-24 * kHour - 1};
    return x.run(asked);
  };
  EXPECT_THAT(late(OrderGroupAction::Create, "other"),
              ElementsAre("group rejected id-2: TransactTime is too old or too far ahead"));
  EXPECT_FALSE(all_of<OrderGroupRejected>(x.log).back().id_consumed);
  for (const OrderGroupAction action : {OrderGroupAction::Update, OrderGroupAction::Reset}) {
    EXPECT_EQ(late(action, kBrake).front().substr(0, 14), "group rejected");
  }
  EXPECT_THAT(late(OrderGroupAction::Trip, kBrake),
              ElementsAre("group 1 tripped by id-5 total 0 tripped filled 0 of 10, 0 live"));
  EXPECT_THAT(late(OrderGroupAction::Delete, kBrake), ElementsAre("group 1 deleted"));
}

TEST_F(OrderGroups, RequestsAreTakenFromTheSuspendedAndWhileTheExchangeIsHalted) {
  create();
  x.run(SuspendAccount{.account = Name{"alice"}});
  x.run(HaltExchange{});
  for (const OrderGroupAction action : {OrderGroupAction::Update,
                                        OrderGroupAction::Reset,
                                        OrderGroupAction::Trip,
                                        OrderGroupAction::Delete,
                                        OrderGroupAction::Create}) {
    EXPECT_EQ(x.run(request(action)).back().substr(0, 6), "group ");
    EXPECT_THAT(all_of<OrderGroupRejected>(x.log), IsEmpty());
  }
}

TEST_F(OrderGroups, AnAccountHasAThousandWithoutThoseThatAreDeleted) {
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "g" + std::to_string(i);
    ASSERT_EQ(x.run(request(OrderGroupAction::Create, "10", "alice", name.c_str())).size(), 1U);
  }
  ASSERT_THAT(all_of<OrderGroupRejected>(x.log), IsEmpty());
  EXPECT_THAT(create(), ElementsAre("group rejected id-1001: too many order groups"));
  EXPECT_THAT(create("10", "bob").size(), 1U);
  x.run(request(OrderGroupAction::Delete, "10", "alice", "g500"));
  EXPECT_THAT(create(),
              ElementsAre("group 1002 alice/brake created window 64000 filled 0 of 10, 0 live"));
  // Each name is found still, also behind the gap that one has left.
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "g" + std::to_string(i);
    const Lines lines = x.run(request(OrderGroupAction::Reset, "10", "alice", name.c_str()));
    ASSERT_EQ(lines.front().substr(0, 14) == "group rejected", i == 500) << i;
  }
}

// ---- Orders of a group --------------------------------------------------------------------------

TEST_F(OrderGroups, OrdersAreCountedFromTheirEntryToTheirEnd) {
  create("1000");
  sell("5", "0.55");  // #1
  sell("5", "0.56");
  sell("5", "0.57");
  PlaceOrder expiring = order("alice", "RAIN", Side::Ask, "5", "0.58");
  expiring.time_in_force = TimeInForce::Gtd;
  expiring.expire_time = x.now() + Timestamp{kSecond};
  x.run(expiring);  // #4
  sell("5", "0.59");
  EXPECT_EQ(group()->standing.live_orders, 5U);
  x.buy("bob", "7", "0.56");  // all of #1, a part of #2
  EXPECT_EQ(group()->standing.live_orders, 4U);
  x.cancel("alice", 2);
  EXPECT_EQ(group()->standing.live_orders, 3U);
  x.run(amend("alice", 3, "3", "0.57"));
  EXPECT_EQ(group()->standing.live_orders, 3U);
  x.pass(kSecond);
  EXPECT_EQ(group()->standing.live_orders, 2U);
  x.run(SuspendMarket{.market = Name{"RAIN"}, .scope = CancelScope::All});
  EXPECT_EQ(group()->standing.live_orders, 0U);
  EXPECT_THAT(x.run(request(OrderGroupAction::Delete)), ElementsAre("group 1 deleted"));
}

TEST_F(OrderGroups, HaveAtMost1024LiveOrders) {
  create("1000");
  for (int i = 0; i < 1'024; ++i) {
    sell("1", "0.60");
  }
  EXPECT_EQ(group()->standing.live_orders, 1'024U);
  PlaceOrder immediate = order("alice", "RAIN", Side::Bid, "1", "0.10");
  immediate.time_in_force = TimeInForce::Ioc;
  for (const PlaceOrder& one_more : {order("alice", "A", Side::Bid, "2", "3"), immediate}) {
    EXPECT_THAT(x.run(one_more),
                ElementsAre("rejected " + std::string{one_more.cl_ord_id.view()} +
                            ": order group has as many live orders as it may"));
  }
  x.cancel("alice", 1);
  EXPECT_EQ(sell("1", "0.60").front().substr(0, 8), "accepted");
  x.run(request(OrderGroupAction::Trip));
  EXPECT_EQ(all_of<OrderGroupCancelled>(x.log).back().count, 1'024U);
  EXPECT_EQ(x.account("alice").open_orders, 0U);
}

TEST_F(OrderGroups, AreCheckedBehindTheTermsOfAnOrderAndBeforeItsMoney) {
  x.run(SetLimits{.account = Name{"alice"}, .max_open_orders = 1});
  x.sell("alice", "1", "0.60");
  PlaceOrder unknown = order("alice", "RAIN", Side::Ask, "1", "0.555");
  EXPECT_THAT(x.run(unknown), ElementsAre("rejected id-2: price is not on the ladder"));
  EXPECT_THAT(sell("1", "0.60"), ElementsAre("rejected id-3: unknown order group"));
  create();
  EXPECT_THAT(sell("1", "0.60"), ElementsAre("rejected id-5: open orders limit"));
  x.run(request(OrderGroupAction::Trip));
  EXPECT_THAT(sell("1", "0.60"), ElementsAre("rejected id-7: order group has tripped"));
  EXPECT_EQ(all_of<OrderRejected>(x.log).back().order_group, Reference{kBrake});
}

TEST_F(OrderGroups, MassCancelGoesByGroup) {
  create("10", "alice");
  create("10", "bob");
  sell("5", "0.55");  // #1
  x.sell("alice", "5", "0.55");
  x.run(order("bob", "RAIN", Side::Ask, "5", "0.55"));
  x.run(order("alice", "A", Side::Bid, "5", "3"));  // #4
  MassCancel cancel{
      .account = Name{"alice"}, .cl_ord_id = x.fresh_id(), .order_group = Reference{"other"}};
  EXPECT_THAT(x.run(cancel), ElementsAre("mass cancel rejected id-7: unknown order group"));
  cancel.cl_ord_id = x.fresh_id();
  cancel.order_group = Reference{kBrake};
  EXPECT_THAT(x.run(cancel),
              ElementsAre("batch 1 mass-cancel to #4",
                          "batch 1 cancelled 1 #4",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 2"));
}

// ---- What is filled -----------------------------------------------------------------------------

TEST_F(OrderGroups, CountStakesAndContracts) {
  create("1000");
  x.run(order("alice", "A", Side::Ask, "2.5", "3"));
  x.back("bob", "2.5", "3");
  EXPECT_EQ(filled("1000"), decimal("2.5"));
  sell("3", "0.55");
  x.buy("bob", "3", "0.55");
  EXPECT_EQ(filled("1000"), decimal("5.5"));
}

TEST_F(OrderGroups, CountMakersAlone) {
  create("100", "alice", CountedFills::Makers);
  x.buy("bob", "10", "0.50");
  sell("4", "0.50");  // takes
  sell("6", "0.55");
  x.buy("carol", "5", "0.55");
  EXPECT_EQ(group()->standing.filled, decimal("5"));
  // One that has taken is a maker with what is left of it.
  x.run(request(OrderGroupAction::Reset));
  sell("9", "0.50");  // takes 6
  x.buy("carol", "3", "0.50");
  EXPECT_EQ(group()->standing.filled, decimal("3"));
}

TEST_F(OrderGroups, CountBothSidesOfATradeWithThemselves) {
  create("100");
  sell("5", "0.55");
  PlaceOrder own = order("alice", "RAIN", Side::Bid, "4", "0.55");
  own.self_trade_prevention = SelfTradePrevention::None;
  x.run(own);
  EXPECT_EQ(group()->standing.filled, decimal("8"));
}

TEST_F(OrderGroups, CountNothingForSelfTradePrevention) {
  create("5");
  for (const SelfTradePrevention mode : {SelfTradePrevention::CancelTaker,
                                         SelfTradePrevention::CancelMaker,
                                         SelfTradePrevention::CancelBoth,
                                         SelfTradePrevention::Decrement}) {
    sell("9", "0.55");
    PlaceOrder own = order("alice", "RAIN", Side::Bid, "7", "0.55");
    own.self_trade_prevention = mode;
    x.run(own);
    EXPECT_EQ(group()->standing.filled, Decimal{});
    EXPECT_EQ(group()->standing.state, OrderGroupState::Active);
    x.run(MassCancel{.account = Name{"alice"}, .cl_ord_id = x.fresh_id()});
  }
}

// ---- The window ---------------------------------------------------------------------------------

TEST_F(OrderGroups, AFillAtTheBeginningOfItsBucketCountsFor65Of64Windows) {
  create("1000");
  sell("5", "0.55");
  x.buy("bob", "5", "0.55");
  x.pass(65 * kBucket - 1);
  EXPECT_EQ(filled("1000"), decimal("5"));
  x.pass(1);
  EXPECT_EQ(filled("1000"), Decimal{});
}

TEST_F(OrderGroups, AFillAtTheEndOfItsBucketCountsForTheWindow) {
  create("1000");
  sell("5", "0.55");
  x.pass(kBucket - 1);
  x.buy("bob", "5", "0.55");
  x.pass(64 * kBucket);
  EXPECT_EQ(filled("1000"), decimal("5"));
  x.pass(1);
  EXPECT_EQ(filled("1000"), Decimal{});
}

TEST_F(OrderGroups, FillsAreForgottenBucketByBucket) {
  create("1000");
  sell("100", "0.55");
  // 1, 2, 3, ... in a bucket each, over several windows.
  std::int64_t expected = 0;
  for (std::int64_t i = 1; i <= 200; ++i) {
    x.buy("bob", std::to_string(i % 2 + 1).c_str(), "0.55");
    expected += i % 2 + 1;
    expected -= i > 65 ? (i - 65) % 2 + 1 : 0;
    ASSERT_EQ(filled("1000"), Decimal{expected * kDecimalScale}) << i;
    x.pass(kBucket);
    if (i % 50 == 0) {
      sell("100", "0.55");
    }
  }
  x.pass(62 * kBucket);
  EXPECT_EQ(filled("1000"), decimal("3"));
  x.pass(kBucket);
  EXPECT_EQ(filled("1000"), decimal("1"));
  x.pass(kBucket);
  EXPECT_EQ(filled("1000"), Decimal{});
}

TEST_F(OrderGroups, AFillThatIsOutOfTheWindowDoesNotTrip) {
  create("10");
  sell("5", "0.55");
  sell("9", "0.55");
  x.buy("bob", "5", "0.55");
  x.pass(65 * kBucket);
  EXPECT_THAT(
      x.buy("bob", "8", "0.55"),
      ElementsAre("accepted #4 bob bid 8 @ 0.5500 takes", "trade 8 @ 0.5500 maker #2 taker #4"));
  x.pass(65 * kBucket - 1);
  sell("1", "0.56");
  EXPECT_THAT(x.buy("bob", "2", "0.56").back(),
              "group 1 tripped total 0 tripped filled 10 of 10, 0 live");
}

TEST_F(OrderGroups, AnotherWindowCountsWhatIsFilledAsFilledNow) {
  create("1000");
  sell("20", "0.55");
  x.buy("bob", "5", "0.55");
  x.pass(60 * kBucket);
  x.buy("bob", "1", "0.55");
  OrderGroupRequest update = request(OrderGroupAction::Update, "1000");
  update.window_ms = 1'000;
  x.run(update);
  EXPECT_EQ(group()->standing.filled, decimal("6"));
  update.cl_ord_id = x.fresh_id();
  x.pass(kSecond);
  x.run(update);
  EXPECT_EQ(group()->standing.filled, decimal("6"));
  update.cl_ord_id = x.fresh_id();
  x.pass(kSecond / 64);  // it was the beginning of a bucket
  x.run(update);
  EXPECT_EQ(group()->standing.filled, Decimal{});
}

TEST_F(OrderGroups, AnUpdateForgetsWhatIsOutOfTheOldWindow) {
  create("1000");
  sell("20", "0.55");
  x.buy("bob", "5", "0.55");
  x.pass(65 * kBucket);
  OrderGroupRequest update = request(OrderGroupAction::Update, "1000");
  update.window_ms = 3'600'000;
  x.run(update);
  EXPECT_EQ(group()->standing.filled, Decimal{});
}

// ---- Trips --------------------------------------------------------------------------------------

TEST_F(OrderGroups, TripBehindAWalkThatGoesThroughTheirOrdersToItsEnd) {
  create("10");
  sell("6", "0.55");
  sell("6", "0.56");
  sell("6", "0.57");
  sell("6", "0.58");
  EXPECT_THAT(x.buy("bob", "15", "0.60"),
              ElementsAre("accepted #5 bob bid 15 @ 0.6000 takes",
                          "trade 6 @ 0.5500 maker #1 taker #5",
                          "trade 6 @ 0.5600 maker #2 taker #5",
                          "trade 3 @ 0.5700 maker #3 taker #5",
                          "group 1 order-group-tripped cancelled 2 #3 #4",
                          "group 1 tripped total 2 tripped filled 15 of 10, 0 live"));
  EXPECT_EQ(x.find_order(3).cancel_cause, CancelCause::OrderGroupTripped);
  EXPECT_EQ(x.find_order(3).values.cum_qty, Quantity{3});
  EXPECT_EQ(x.row("alice", "RAIN").open_sells, Quantity{});
  EXPECT_THAT(sell("1", "0.60"), ElementsAre("rejected id-7: order group has tripped"));
  EXPECT_THAT(x.sell("alice", "1", "0.60").front().substr(0, 8), "accepted");
}

TEST_F(OrderGroups, TripWhereTheLimitIsReachedExactly) {
  create("10");
  sell("20", "0.55");
  EXPECT_EQ(x.buy("bob", "9", "0.55").size(), 2U);
  EXPECT_THAT(x.buy("bob", "1", "0.55"),
              ElementsAre("accepted #3 bob bid 1 @ 0.5500 takes",
                          "trade 1 @ 0.5500 maker #1 taker #3",
                          "group 1 order-group-tripped cancelled 1 #1",
                          "group 1 tripped total 1 tripped filled 10 of 10, 0 live"));
}

TEST_F(OrderGroups, TripWithTheRestOfTheTaker) {
  create("10");
  x.buy("bob", "10", "0.50");
  EXPECT_THAT(sell("15", "0.50"),
              ElementsAre("accepted #2 alice ask 15 @ 0.5000 takes",
                          "trade 10 @ 0.5000 maker #1 taker #2",
                          "rested #2 5",
                          "group 1 order-group-tripped cancelled 1 #2",
                          "group 1 tripped total 1 tripped filled 10 of 10, 0 live"));
}

TEST_F(OrderGroups, LeaveTheRestOfAnImmediateOrderToItself) {
  create("10");
  x.buy("bob", "10", "0.50");
  PlaceOrder immediate = order("alice", "RAIN", Side::Ask, "15", "0.50");
  immediate.time_in_force = TimeInForce::Ioc;
  EXPECT_THAT(x.run(immediate),
              ElementsAre("accepted #2 alice ask 15 @ 0.5000 takes",
                          "trade 10 @ 0.5000 maker #1 taker #2",
                          "cancelled #2 immediate-or-cancel",
                          "group 1 tripped total 0 tripped filled 10 of 10, 0 live"));
}

TEST_F(OrderGroups, FillOrKillGoesThroughOneThatTripsAndOneThatFailsTripsNone) {
  create("5");
  sell("5", "0.55");
  sell("5", "0.55");
  PlaceOrder whole = x.order("bob", "RAIN", Side::Bid, "11", "0.55");
  whole.time_in_force = TimeInForce::Fok;
  EXPECT_THAT(x.run(whole),
              ElementsAre("accepted #3 bob bid 11 @ 0.5500 takes", "cancelled #3 fill-or-kill"));
  whole.cl_ord_id = x.fresh_id();
  whole.quantity = decimal("9");
  EXPECT_THAT(x.run(whole),
              ElementsAre("accepted #4 bob bid 9 @ 0.5500 takes",
                          "trade 5 @ 0.5500 maker #1 taker #4",
                          "trade 4 @ 0.5500 maker #2 taker #4",
                          "group 1 order-group-tripped cancelled 1 #2",
                          "group 1 tripped total 1 tripped filled 9 of 5, 0 live"));
}

TEST_F(OrderGroups, TripBehindAWalkThatSelfTradePreventionEnds) {
  create("5", "bob");
  x.run(order("bob", "RAIN", Side::Ask, "5", "0.55"));
  x.sell("alice", "5", "0.55");
  x.run(order("bob", "RAIN", Side::Ask, "5", "0.56"));
  EXPECT_THAT(x.buy("alice", "9", "0.60"),
              ElementsAre("accepted #4 alice bid 9 @ 0.6000 takes",
                          "trade 5 @ 0.5500 maker #1 taker #4",
                          "cancelled #4 self-trade-taker",
                          "group 1 order-group-tripped cancelled 1 #3",
                          "group 1 tripped total 1 tripped filled 5 of 5, 0 live"));
}

// bob's group has the lower number, alice's account the lower id.
TEST_F(OrderGroups, TripInTheOrderOfAccountsThenNumbers) {
  create("5", "bob");
  create("5", "alice");
  x.run(request(OrderGroupAction::Create, "5", "alice", "second"));
  x.run(order("alice", "RAIN", Side::Ask, "5", "0.55", "second"));
  x.run(order("bob", "RAIN", Side::Ask, "5", "0.55"));
  sell("5", "0.55");
  sell("1", "0.56");
  EXPECT_THAT(x.buy("carol", "15", "0.56"),
              ElementsAre("accepted #5 carol bid 15 @ 0.5600 takes",
                          "trade 5 @ 0.5500 maker #1 taker #5",
                          "trade 5 @ 0.5500 maker #2 taker #5",
                          "trade 5 @ 0.5500 maker #3 taker #5",
                          "group 2 order-group-tripped cancelled 1 #4",
                          "group 2 tripped total 1 tripped filled 5 of 5, 0 live",
                          "group 3 tripped total 0 tripped filled 5 of 5, 0 live",
                          "group 1 tripped total 0 tripped filled 5 of 5, 0 live"));
}

TEST_F(OrderGroups, TripOverSeveralMarkets) {
  create("10");
  open_play();
  turn_in_play();
  sell("10", "0.55");                                     // #1 in the second market
  x.run(order("alice", "B", Side::Ask, "5", "3"));        // #2 in the first
  x.run(order("alice", "PLAY", Side::Ask, "5", "0.55"));  // #3 waits in the third
  x.run(order("alice", "A", Side::Bid, "5", "3"));        // #4 in the first
  sell("5", "0.60");                                      // #5
  x.run(SuspendMarket{.market = Name{"HORSE"}});
  EXPECT_THAT(x.buy("bob", "10", "0.55"),
              ElementsAre("accepted #6 bob bid 10 @ 0.5500 takes",
                          "trade 10 @ 0.5500 maker #1 taker #6",
                          "group 1 order-group-tripped cancelled 2 #2 #4",
                          "group 1 order-group-tripped cancelled 1 #5",
                          "group 1 order-group-tripped cancelled 1 #3",
                          "group 1 tripped total 4 tripped filled 10 of 10, 0 live"));
  EXPECT_EQ(x.account("alice").open_orders, 0U);
  EXPECT_THAT(x.pass(10 * kSecond), IsEmpty()) << "the one that waited has ended";
}

TEST_F(OrderGroups, TripByAnAmendThatTakes) {
  create("10");
  x.buy("bob", "12", "0.50");
  sell("12", "0.60");  // #2
  sell("3", "0.70");
  EXPECT_THAT(x.run(amend("alice", 2, "12", "0.50")),
              ElementsAre("amended #2 12 @ 0.5000 takes",
                          "trade 12 @ 0.5000 maker #1 taker #2",
                          "group 1 order-group-tripped cancelled 1 #3",
                          "group 1 tripped total 1 tripped filled 12 of 10, 0 live"));
}

TEST_F(OrderGroups, ReleasesMeetNoOrderOfAGroupThatHasTripped) {
  create("10");
  open_play();
  x.run(order("alice", "PLAY", Side::Ask, "10", "0.55"));  // #1
  x.run(order("alice", "PLAY", Side::Ask, "10", "0.56"));
  turn_in_play();
  x.run(x.order("bob", "PLAY", Side::Bid, "10", "0.60"));    // #3
  x.run(x.order("carol", "PLAY", Side::Bid, "10", "0.60"));  // #4
  EXPECT_THAT(x.pass(5 * kSecond),
              ElementsAre("released #3 takes",
                          "trade 10 @ 0.5500 maker #1 taker #3",
                          "group 1 order-group-tripped cancelled 1 #2",
                          "group 1 tripped total 1 tripped filled 10 of 10, 0 live",
                          "released #4 rests"));
}

// They come in one transaction, as far as that goes.
TEST_F(OrderGroups, TripInTheMidstOfThousandsOfReleases) {
  create("1000");
  open_play();
  for (int i = 0; i < 1'000; ++i) {
    x.run(order("alice", "PLAY", Side::Ask, "3", "0.55"));
  }
  turn_in_play();
  for (int i = 0; i < 5'000; ++i) {
    x.run(x.order("bob", "PLAY", Side::Bid, "1", "0.60"));
  }
  const std::size_t before = x.log.size();
  const Lines lines = x.pass(5 * kSecond);
  EXPECT_EQ(x.log.size() - before, 2U);
  EXPECT_EQ(all_of<TradeMatched>(x.log).size(), 1'000U);
  EXPECT_EQ(all_of<OrderReleased>(x.log).size(), 5'000U);
  EXPECT_EQ(lines[2'000], "group 1 order-group-tripped cancelled 667");
  EXPECT_EQ(lines[2'001], "group 1 tripped total 667 tripped filled 1000 of 1000, 0 live");
  EXPECT_EQ(lines[2'002], "released #2001 rests");
  EXPECT_EQ(all_of<OrderGroupTripped>(x.log).size(), 1U);
}

TEST_F(OrderGroups, AreTrippedByHandAlsoWhereTheyHaveTripped) {
  create("10");
  sell("15", "0.55");
  x.buy("bob", "4", "0.55");
  EXPECT_THAT(x.run(request(OrderGroupAction::Trip)),
              ElementsAre("group 1 order-group-tripped cancelled 1 #1",
                          "group 1 tripped by id-4 total 1 tripped filled 4 of 10, 0 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Trip)),
              ElementsAre("group 1 tripped by id-5 total 0 tripped filled 4 of 10, 0 live"));
  x.pass(65 * kBucket);
  EXPECT_THAT(x.run(request(OrderGroupAction::Trip)),
              ElementsAre("group 1 tripped by id-6 total 0 tripped filled 0 of 10, 0 live"));
}

TEST_F(OrderGroups, TripWhenTheirLimitIsLoweredToWhatIsFilled) {
  create("10");
  sell("15", "0.55");
  x.buy("bob", "4", "0.55");
  EXPECT_THAT(x.run(request(OrderGroupAction::Update, "4.000001")),
              ElementsAre("group 1 alice/brake updated window 64000 filled 4 of 4.000001, 1 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Update, "4")),
              ElementsAre("group 1 alice/brake updated window 64000 filled 4 of 4, 1 live",
                          "group 1 order-group-tripped cancelled 1 #1",
                          "group 1 tripped by id-5 total 1 tripped filled 4 of 4, 0 live"));
  // One that has tripped stays so, whatever its limit.
  EXPECT_THAT(
      x.run(request(OrderGroupAction::Update, "1")),
      ElementsAre("group 1 alice/brake updated window 64000 tripped filled 4 of 1, 0 live"));
  EXPECT_THAT(
      x.run(request(OrderGroupAction::Update, "100")),
      ElementsAre("group 1 alice/brake updated window 64000 tripped filled 4 of 100, 0 live"));
}

TEST_F(OrderGroups, TakeOrdersAgainOnceTheyAreReset) {
  create("10");
  sell("10", "0.55");
  x.buy("bob", "10", "0.55");
  EXPECT_EQ(group()->standing.state, OrderGroupState::Tripped);
  EXPECT_THAT(x.run(request(OrderGroupAction::Reset)),
              ElementsAre("group 1 reset filled 0 of 10, 0 live"));
  sell("10", "0.55");
  EXPECT_EQ(x.buy("bob", "9", "0.55").size(), 2U) << "nothing of before counts";
  EXPECT_EQ(x.buy("bob", "1", "0.55").back(),
            "group 1 tripped total 0 tripped filled 10 of 10, 0 live");
}

TEST_F(OrderGroups, AmendsOfATrippedOneAreRefused) {
  create("10");
  sell("5", "0.55");
  sell("10", "0.55");
  x.buy("bob", "10", "0.55");  // all of the first
  for (const std::uint64_t order : {1U, 2U}) {
    const AmendOrder asked = amend("alice", order, "4", "0.55");
    EXPECT_THAT(x.run(asked),
                ElementsAre("cancel rejected " + std::string{asked.cl_ord_id.view()} +
                            ": order group has tripped"));
  }
  EXPECT_THAT(x.cancel("alice", 2), ElementsAre("cancel rejected id-7: order is already finished"));
  x.run(request(OrderGroupAction::Reset));
  EXPECT_THAT(x.run(amend("alice", 2, "4", "0.55")),
              ElementsAre("cancel rejected id-9: order is already finished"));
  x.run(request(OrderGroupAction::Trip));
  x.run(request(OrderGroupAction::Delete));
  EXPECT_THAT(x.run(amend("alice", 2, "4", "0.55")),
              ElementsAre("cancel rejected id-12: order is already finished"));
}

TEST_F(OrderGroups, AmendsThatWaitAreRefusedAtTheirRelease) {
  create("10");
  open_play();
  x.run(order("alice", "PLAY", Side::Ask, "10", "0.55"));  // #1
  x.run(order("alice", "PLAY", Side::Ask, "10", "0.56"));
  turn_in_play();
  EXPECT_THAT(x.run(amend("alice", 1, "10", "0.57")), ElementsAre("amend delayed #1"));
  x.pass(kSecond);
  EXPECT_THAT(x.run(amend("alice", 2, "10", "0.58")), ElementsAre("amend delayed #2"));
  x.run(request(OrderGroupAction::Trip));
  EXPECT_THAT(x.pass(4 * kSecond), ElementsAre("cancel rejected id-4: order group has tripped"));
  x.run(request(OrderGroupAction::Reset));
  EXPECT_THAT(x.pass(kSecond), ElementsAre("cancel rejected id-5: order is already finished"));
}

// ---- Deleted groups -----------------------------------------------------------------------------

TEST_F(OrderGroups, AreKnownOnceDeletedAsLongAsTheirOrdersMayBe) {
  create("10");
  sell("5", "0.55");
  x.cancel("alice", 1);
  x.run(request(OrderGroupAction::Delete));
  create("20");
  ASSERT_TRUE(group(1).has_value());
  EXPECT_TRUE(group(1)->deleted);
  EXPECT_EQ(group(1)->name, Reference{kBrake});
  EXPECT_EQ(x.find_order(1).order_group, 1U);
  x.pass(25 * kHour);
  EXPECT_TRUE(group(1).has_value());
  EXPECT_EQ(x.find_order(1).order, OrderId{1});
  TearDown();  // between the two generations
  x.pass(25 * kHour);
  EXPECT_FALSE(group(1).has_value());
  EXPECT_EQ(x.find_order(1).order, OrderId{});
  ASSERT_TRUE(group(2).has_value());
  EXPECT_FALSE(group(2)->deleted);
  x.run(request(OrderGroupAction::Delete));
  EXPECT_EQ(create().front().substr(0, 8), "group 3 ") << "no number is given twice";
}

// ---- Cancel on disconnect -----------------------------------------------------------------------

class BoundGroups : public OrderGroups {
 protected:
  void log_on(const char* session, bool cancels = false, std::uint32_t grace_ms = 0) {
    x.run(
        SessionUp{.comp_id = Name{session}, .cancel_on_disconnect = cancels, .grace_ms = grace_ms});
  }

  Lines log_off(std::uint32_t session, SessionDownReason reason = SessionDownReason::Disconnect) {
    Lines lines = x.run(
        SessionDown{.session = SessionId{session}, .epoch = SessionEpoch{1}, .reason = reason});
    lines.erase(lines.begin());
    return lines;
  }

  void bind(const char* session, const char* name = kBrake, const char* limit = "5000") {
    OrderGroupRequest asked = request(OrderGroupAction::Create, limit, "alice", name);
    asked.cancel_on_disconnect = true;
    x.ask(session, asked);
  }
};

TEST_F(BoundGroups, GoAtOnceWhereTheSessionHasNoCancelOfItsOwn) {
  log_on("ONE");
  log_on("TWO");
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));    // #1
  x.ask("TWO", order("alice", "A", Side::Bid, "5", "3"));          // #2
  x.ask("ONE", x.order("alice", "RAIN", Side::Ask, "5", "0.55"));  // of no group
  EXPECT_THAT(log_off(1), IsEmpty());
  EXPECT_TRUE(x.engine.is_due(x.now()));
  EXPECT_THAT(
      x.pass(0),
      ElementsAre("group 1 disconnected cancelled 1 #2", "group 1 disconnected cancelled 1 #1"));
  EXPECT_EQ(group()->standing.state, OrderGroupState::Active);
  EXPECT_EQ(x.find_order(1).cancel_cause, CancelCause::Disconnected);
  EXPECT_TRUE(x.find_order(3).live);
  EXPECT_EQ(x.ask("TWO", order("alice", "A", Side::Bid, "5", "3")).size(), 1U);
  EXPECT_THAT(x.pass(kSecond), IsEmpty()) << "what comes later stays";
}

TEST_F(BoundGroups, GoWithTheSessionsOwnOrdersAndBeforeThem) {
  log_on("ONE", true, 10'000);
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  x.ask("ONE", x.order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1, SessionDownReason::Logout);
  EXPECT_THAT(x.pass(10 * kSecond - 1), IsEmpty());
  EXPECT_THAT(x.pass(1),
              ElementsAre("group 1 logged-out cancelled 1 #1",
                          "batch 1 logged-out to #2",
                          "batch 1 cancelled 1 #2",
                          "batch 1 completed 1"));
}

TEST_F(BoundGroups, StayWhereTheSessionComesBackInTimeOrIsShutDown) {
  log_on("ONE", true, 10'000);
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1);
  x.pass(9 * kSecond);
  log_on("ONE");
  EXPECT_THAT(x.pass(kHour / 2), IsEmpty());
  log_off(1, SessionDownReason::Shutdown);
  EXPECT_THAT(x.pass(kHour / 2), IsEmpty());
  EXPECT_EQ(group()->standing.live_orders, 1U);
}

TEST_F(BoundGroups, GoOnWaitingAfterARestart) {
  log_on("ONE", true, 10'000);
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1, SessionDownReason::Logout);
  x.pass(9 * kSecond);
  log_off(1, SessionDownReason::Restart);
  EXPECT_THAT(x.pass(9 * kSecond), IsEmpty());
  EXPECT_EQ(x.pass(kSecond).front(), "group 1 logged-out cancelled 1 #1");
}

// Without its own grace a restart finds nothing to begin anew but that of the groups.
TEST_F(BoundGroups, GoAtOnceAfterACrash) {
  log_on("ONE");
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1, SessionDownReason::Restart);
  EXPECT_THAT(x.pass(0), ElementsAre("group 1 disconnected cancelled 1 #1"));
  EXPECT_THAT(
      x.run(SessionDown{
          .session = SessionId{1}, .epoch = SessionEpoch{1}, .reason = SessionDownReason::Restart}),
      ElementsAre("command rejected ONE: not possible in this state"));
}

TEST_F(BoundGroups, TheLastOneSaysThatItIsOver) {
  log_on("ONE");
  bind("ONE", "first");
  bind("ONE", "second");
  bind("ONE", "third");
  x.run(order("alice", "RAIN", Side::Ask, "5", "0.55", "second"));
  log_off(1);
  EXPECT_THAT(
      x.pass(0),
      ElementsAre("group 2 disconnected cancelled 1 #1", "group 3 disconnected cancelled 0"));
  EXPECT_EQ(all_of<OrderGroupCancelled>(x.log).back().header.market, MarketId{});
  log_on("ONE");
  log_off(1);
  EXPECT_THAT(x.pass(0), ElementsAre("group 3 disconnected cancelled 0"));
}

TEST_F(BoundGroups, AreBoundAnewByEachUpdate) {
  log_on("ONE");
  log_on("TWO");
  bind("ONE");
  sell("5", "0.55");
  OrderGroupRequest update = request(OrderGroupAction::Update, "5000");
  update.cancel_on_disconnect = true;
  x.ask("TWO", update);
  log_off(1);
  EXPECT_THAT(x.pass(0), IsEmpty()) << "it has none any more";
  log_off(2);
  TearDown();
  x.run(request(OrderGroupAction::Update, "5000"));
  EXPECT_THAT(x.pass(0), IsEmpty()) << "unbound before it was due";
  EXPECT_EQ(group()->standing.live_orders, 1U);
}

TEST_F(BoundGroups, AreNotWaitedForOnceTheyAreDeleted) {
  log_on("ONE", true, 10'000);
  bind("ONE", "first");
  bind("ONE", "second");
  log_off(1);
  x.run(request(OrderGroupAction::Delete, "10", "alice", "second"));
  TearDown();
  EXPECT_EQ(x.pass(10 * kSecond).front(), "group 1 disconnected cancelled 0");
  log_on("ONE", true, 10'000);
  log_off(1);
  x.run(request(OrderGroupAction::Delete, "10", "alice", "first"));
  EXPECT_EQ(x.pass(10 * kSecond).front(), "batch 2 disconnected to #0");
}

TEST_F(BoundGroups, GoInTransactionsOfABoundedSize) {
  log_on("ONE");
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    bind("ONE", name);
    if (*name == 'g') {
      break;  // it has no orders
    }
    for (int i = 0; i < 1'000; ++i) {
      x.run(order("alice", "RAIN", Side::Ask, "1", "0.60", name));
    }
  }
  log_off(1);
  const std::size_t before = x.log.size();
  EXPECT_THAT(x.pass(0),
              ElementsAre("group 1 disconnected cancelled 1000",
                          "group 2 disconnected cancelled 1000",
                          "group 3 disconnected cancelled 1000",
                          "group 4 disconnected cancelled 1000",
                          "group 5 disconnected cancelled 1000",
                          "group 6 disconnected cancelled 1000",
                          "group 7 disconnected cancelled 0"));
  EXPECT_EQ(x.log.size() - before, 2U);
  EXPECT_EQ(x.log[before].header.event_count, 5U);
}

TEST_F(BoundGroups, AreNotTouchedByASuspension) {
  log_on("ONE");
  bind("ONE");
  sell("5", "0.55");
  x.run(SuspendSession{.comp_id = Name{"ONE"}, .cancel_orders = true});
  EXPECT_THAT(x.pass(kSecond), IsEmpty());
  EXPECT_EQ(group()->standing.live_orders, 1U);
}

// ---- Snapshots ----------------------------------------------------------------------------------

// An engine that is loaded in the midst of a log goes on like the one that was saved.
TEST_F(BoundGroups, GoOnFromASnapshotOfAnyMoment) {
  log_on("ONE", true, 3'000);
  bind("ONE", kBrake, "30");
  bind("ONE", "other", "12");
  create("9", "bob");
  open_play();
  x.run(order("alice", "PLAY", Side::Ask, "10", "0.55"));
  turn_in_play();
  for (int i = 0; i < 40; ++i) {
    sell("2", "0.55");
    x.run(order("alice", "A", Side::Ask, "2.5", "3", "other"));
    x.run(order("bob", "RAIN", Side::Bid, "3", i % 3 == 0 ? "0.55" : "0.50"));
    x.run(order("carol", "A", Side::Bid, "1", "3", ""));
    if (i % 7 == 0) {
      x.run(amend("alice", 1, "10", i % 2 == 0 ? "0.56" : "0.57"));
    }
    x.pass(9 * kBucket + 7);
    if (i % 9 == 8) {
      x.run(request(OrderGroupAction::Reset, "9", "bob"));
      x.run(request(OrderGroupAction::Reset, "30"));
      x.run(request(OrderGroupAction::Trip, "12", "alice", "other"));
      x.run(request(OrderGroupAction::Delete, "12", "alice", "other"));
      bind("ONE", "other", "12");
    }
    if (i == 20) {
      log_off(1);
      x.pass(kSecond);
    }
  }
  ASSERT_FALSE(all_of<OrderGroupTripped>(x.log).empty());
  ASSERT_FALSE(all_of<OrderGroupDeleted>(x.log).empty());
  const auto saved = [](const Engine& engine) {
    std::vector<std::byte> bytes;
    engine.save([&bytes](std::span<const std::byte> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    return bytes;
  };
  Engine engine;
  Engine restarted;
  for (const StoredTransaction& transaction : x.log) {
    engine.apply(transaction.view());
    restarted.apply(transaction.view());
    restarted = Engine::load(saved(restarted));
    ASSERT_EQ(saved(restarted), saved(engine));
  }
  EXPECT_EQ(engine.state_hash(), x.engine.state_hash());
}

}  // namespace
}  // namespace betex::matching::testing
