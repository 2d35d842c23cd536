// What an order group counts as filled, and for how long (RULES.md section 3).
#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/order_groups_fixture.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;

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

}  // namespace
}  // namespace betex::matching::testing
