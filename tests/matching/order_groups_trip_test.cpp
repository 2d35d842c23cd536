// Order groups that trip (RULES.md section 3): by which fill, what goes with them and in which
// order, and what is refused from then on.
#include <cstddef>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/order_groups_fixture.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace betex::matching::testing
