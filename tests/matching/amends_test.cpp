// Amends: what keeps an order's place, what loses it, and what is refused.
#include <cstdint>
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;

class Amends : public ::testing::Test {
 protected:
  Lines amend(const char* account, std::uint64_t order, const char* quantity, const char* price) {
    return x.run(AmendOrder{.account = Name{account},
                            .cl_ord_id = x.fresh_id(),
                            .order_id = OrderId{order},
                            .transact_time = x.now(),
                            .price = decimal(price),
                            .quantity = decimal(quantity)});
  }

  Exchange x;
};

TEST_F(Amends, ReducingKeepsThePlaceAndRaisingLosesIt) {
  x.sell("alice", "10", "0.55");
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "5", "0.55"), ElementsAre("amended #1 5 @ 0.5500 keeps"));
  EXPECT_THAT(x.buy("carol", "2", "0.55").at(1), "trade 2 @ 0.5500 maker #1 taker #3");
  EXPECT_THAT(amend("alice", 1, "8", "0.55"), ElementsAre("amended #1 8 @ 0.5500 rests"));
  EXPECT_THAT(x.buy("carol", "2", "0.55").at(1), "trade 2 @ 0.5500 maker #2 taker #4");
}

TEST_F(Amends, WithoutAChangeKeepsThePlace) {
  x.sell("alice", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "10", "0.55"), ElementsAre("amended #1 10 @ 0.5500 keeps"));
}

TEST_F(Amends, RepriceThroughTheOppositeBestMatchesAtOnce) {
  x.buy("alice", "10", "0.50");
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(
      amend("alice", 1, "15", "0.56"),
      ElementsAre(
          "amended #1 15 @ 0.5600 takes", "trade 10 @ 0.5500 maker #2 taker #1", "rested #1 5"));
}

TEST_F(Amends, NewTotalIsComparedWithWhatIsFilled) {
  x.sell("alice", "10", "0.55");
  x.buy("bob", "4", "0.55");
  EXPECT_THAT(amend("alice", 1, "3", "0.55"),
              ElementsAre("cancel rejected id-3: new quantity is below what is filled"));
  EXPECT_THAT(amend("alice", 1, "4", "0.55"), ElementsAre("amended #1 4 @ 0.5500 leaves"));
  EXPECT_FALSE(x.find_order(1).live);
  EXPECT_THAT(amend("alice", 1, "20", "0.55"),
              ElementsAre("cancel rejected id-5: order is already finished"));
}

TEST_F(Amends, TakingOffTheRestNeedsNeitherAPriceNorADelay) {
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.50");
  order.post_only = true;
  order.persistence = Persistence::Persist;
  x.run(order);
  x.sell("bob", "4", "0.50");
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "4", "0.60"), ElementsAre("amended #1 4 @ 0.6000 leaves"));
}

TEST_F(Amends, PostOnlyThatWouldCrossLeavesTheOrderAsItWas) {
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.50");
  order.post_only = true;
  x.run(order);
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "10", "0.55"),
              ElementsAre("cancel rejected id-3: post-only order would take"));
  EXPECT_THAT(x.sell("bob", "10", "0.50").at(1), "trade 10 @ 0.5000 maker #1 taker #3");
}

TEST_F(Amends, MayNotChangeTheTimeInForce) {
  x.buy("alice", "10", "0.40");  // good till cancelled
  AmendOrder request{.account = Name{"alice"},
                     .cl_ord_id = x.fresh_id(),
                     .order_id = OrderId{1},
                     .transact_time = x.now(),
                     .price = decimal("0.40"),
                     .quantity = decimal("5"),
                     .time_in_force = TimeInForce::Day,
                     .time_in_force_given = true};
  EXPECT_THAT(x.run(request),
              ElementsAre(::testing::EndsWith("unsupported combination of order attributes")));
  request.cl_ord_id = x.fresh_id();
  request.time_in_force = TimeInForce::Gtc;
  EXPECT_THAT(x.run(request), ElementsAre("amended #1 5 @ 0.4000 keeps"));
}

}  // namespace
}  // namespace betex::matching::testing
