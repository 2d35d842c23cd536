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
  AmendOrder request(const char* account,
                     std::uint64_t order,
                     const char* quantity,
                     const char* price) {
    return {.account = Name{account},
            .cl_ord_id = x.fresh_id(),
            .order_id = OrderId{order},
            .transact_time = x.now(),
            .price = decimal(price),
            .quantity = decimal(quantity)};
  }

  Lines amend(const char* account, std::uint64_t order, const char* quantity, const char* price) {
    return x.run(request(account, order, quantity, price));
  }

  // What the last one says of the order's terms.
  void expect_terms(std::uint64_t guard, Persistence persistence) {
    const OrderAmended event = all_of<OrderAmended>(x.log).back();
    EXPECT_TRUE(event.sets_terms);
    EXPECT_EQ(event.version_guard, guard);
    EXPECT_EQ(event.persistence, persistence);
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

TEST_F(Amends, VersionGuardIsCheckedWhateverElseIsAsked) {
  x.sell("alice", "10", "0.55");
  for (const char* const quantity : {"10", "5", "20"}) {
    AmendOrder stale = request("alice", 1, quantity, "0.55");
    stale.version_guard = 7;
    EXPECT_THAT(x.run(stale), ElementsAre(::testing::EndsWith(": the market has changed since")));
  }
  AmendOrder last = request("alice", 1, "10", "0.5555");
  last.version_guard = 7;
  EXPECT_THAT(x.run(last), ElementsAre(::testing::EndsWith(": the market has changed since")))
      << "before its price is looked at";
}

TEST_F(Amends, VersionGuardReplacesTheOrdersAndKeepsItsPlace) {
  x.sell("alice", "10", "0.55");
  x.sell("bob", "10", "0.55");
  AmendOrder guarded = request("alice", 1, "10", "0.55");
  guarded.version_guard = 1;
  EXPECT_THAT(x.run(guarded), ElementsAre("amended #1 10 @ 0.5500 keeps"));
  expect_terms(1, Persistence::Lapse);
  x.run(ChangeMarket{.market = Name{"RAIN"}, .commission_bp = 100});
  EXPECT_THAT(amend("alice", 1, "9", "0.55"), ElementsAre("amended #1 9 @ 0.5500 keeps"))
      << "the order's own guard is not held against the market";
  expect_terms(1, Persistence::Lapse);
  EXPECT_THAT(x.buy("carol", "2", "0.55").at(1), "trade 2 @ 0.5500 maker #1 taker #3");
}

// Orders with an older guard go with what is material, whatever else they are.
TEST_F(Amends, GivenGuardExposesAnOrderThatPersists) {
  for (int i = 0; i < 2; ++i) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Ask, "10", "0.55");
    order.persistence = Persistence::Persist;
    x.run(order);
  }
  AmendOrder exposed = request("alice", 1, "10", "0.55");
  exposed.version_guard = 1;
  x.run(exposed);
  EXPECT_THAT(x.run(SuspendMarket{.market = Name{"RAIN"}, .scope = CancelScope::LapseOnly}),
              ElementsAre("suspended v2",
                          "batch 1 market-suspended to #2",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 1"));
}

TEST_F(Amends, PersistenceKeepsThePlaceAndDecidesWhatLapses) {
  x.sell("alice", "10", "0.55");
  x.sell("bob", "10", "0.55");
  PlaceOrder kept = x.order("carol", "RAIN", Side::Ask, "10", "0.55");
  kept.persistence = Persistence::Persist;
  x.run(kept);
  AmendOrder persist = request("bob", 2, "10", "0.55");
  persist.persistence = Persistence::Persist;
  EXPECT_THAT(x.run(persist), ElementsAre("amended #2 10 @ 0.5500 keeps"));
  expect_terms(0, Persistence::Lapse);  // it was not given
  persist.cl_ord_id = x.fresh_id();
  persist.persistence_given = true;
  EXPECT_THAT(x.run(persist), ElementsAre("amended #2 10 @ 0.5500 keeps"));
  expect_terms(0, Persistence::Persist);
  AmendOrder lapse = request("carol", 3, "10", "0.55");
  lapse.persistence_given = true;
  EXPECT_THAT(x.run(lapse), ElementsAre("amended #3 10 @ 0.5500 keeps"));
  expect_terms(0, Persistence::Lapse);
  EXPECT_THAT(x.buy("carol", "1", "0.55").at(1), "trade 1 @ 0.5500 maker #1 taker #4");
  EXPECT_THAT(x.run(TurnInPlay{.market = Name{"RAIN"}}),
              ElementsAre("in play v2",
                          "batch 1 turned-in-play to #4",
                          "batch 1 cancelled 2 #1 #3",
                          "batch 1 completed 2"));
}

TEST_F(Amends, TermsGoWithAnAmendThatTakes) {
  x.buy("alice", "10", "0.50");
  x.sell("bob", "4", "0.55");
  AmendOrder taking = request("alice", 1, "10", "0.56");
  taking.version_guard = 1;
  taking.persistence = Persistence::Persist;
  taking.persistence_given = true;
  EXPECT_EQ(x.run(taking).at(0), "amended #1 10 @ 0.5600 takes");
  expect_terms(1, Persistence::Persist);
  EXPECT_EQ(Engine::load(x.saved()).state_hash(), x.engine.state_hash());
}

// An older program's event has no terms: the order's stay.
TEST_F(Amends, EventOfAnOlderProgramLeavesTheTermsAsTheyWere) {
  PlaceOrder order = x.order("alice", "RAIN", Side::Ask, "10", "0.55");
  order.persistence = Persistence::Persist;
  x.run(order);
  amend("alice", 1, "9", "0.55");
  StoredTransaction shorter = x.log.back();
  auto& event = *reinterpret_cast<OrderAmended*>(shorter.events.data());
  ASSERT_EQ(event.header.kind, EventKind::OrderAmended);
  event.header.size = OrderAmended::kFirstSize;
  shorter.header.events_size = OrderAmended::kFirstSize;
  shorter.events.resize(OrderAmended::kFirstSize);
  Engine older;
  for (std::size_t i = 0; i + 1 < x.log.size(); ++i) {
    older.apply(x.log[i].view());
  }
  older.apply(shorter.view());
  EXPECT_EQ(older.state_hash(), x.engine.state_hash());
}

}  // namespace
}  // namespace betex::matching::testing
