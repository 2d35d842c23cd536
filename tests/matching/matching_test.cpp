// Price-time matching on both kinds of market: the worked examples of the rules, as event lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;

template <typename Visitor>
void for_each_trade(const Exchange& exchange, Visitor&& visit) {
  for (const StoredTransaction& transaction : exchange.log) {
    for_each_event(transaction.view(), [&](EventSeq, const auto& event) {
      if constexpr (std::is_same_v<std::decay_t<decltype(event)>, TradeMatched>) {
        visit(event);
      }
    });
  }
}

TEST(OddsMatching, BackTakesTheHighestOddsFirstAtTheMakersPrice) {
  Exchange x;
  x.lay("alice", "30", "2.04");
  x.lay("bob", "50", "2.02");
  EXPECT_THAT(x.back("carol", "60", "2.02"),
              ElementsAre("accepted #3 carol bid 60.00 @ 2.02 takes",
                          "trade 30.00 @ 2.04 maker #1 taker #3",
                          "trade 30.00 @ 2.02 maker #2 taker #3"));
  const OrderInfo taker = x.find_order(3);
  EXPECT_FALSE(taker.live);
  EXPECT_EQ(taker.values.notional, Notional{6'000 * 203});  // average 2.03
  EXPECT_EQ(x.find_order(2).values.leaves_qty, Quantity{2'000});
}

TEST(OddsMatching, LayCostsItsLiabilityOpenAndFilled) {
  Exchange x;
  x.lay("alice", "30", "2.04");
  x.lay("bob", "50", "2.02");
  EXPECT_EQ(x.row("alice", "HORSE").exposure, Money{312'000});
  EXPECT_EQ(x.row("bob", "HORSE").exposure, Money{510'000});
  x.back("carol", "60", "2.02");
  EXPECT_EQ(x.row("alice", "HORSE").exposure, Money{312'000});
  EXPECT_EQ(x.row("bob", "HORSE").exposure, Money{510'000});
  EXPECT_EQ(x.row("carol", "HORSE").exposure, Money{600'000});
}

TEST(OddsMatching, RestOfATakerRestsAndIsTheNewBest) {
  Exchange x;
  x.lay("alice", "10", "3.00");
  EXPECT_THAT(x.back("bob", "25", "3.00"),
              ElementsAre("accepted #2 bob bid 25.00 @ 3.00 takes",
                          "trade 10.00 @ 3.00 maker #1 taker #2",
                          "rested #2 15.00"));
  EXPECT_THAT(x.lay("carol", "15", "3.05"),
              ElementsAre("accepted #3 carol ask 15.00 @ 3.05 takes",
                          "trade 15.00 @ 3.00 maker #2 taker #3"));
}

TEST(BinaryMatching, MintsMergesAndTransfersAsInTheWorkedTable) {
  Exchange x;
  x.buy("alice", "100", "0.60");
  x.sell("bob", "100", "0.55");
  x.sell("alice", "40", "0.70");
  x.buy("bob", "40", "0.75");
  x.sell("alice", "30", "0.71");
  x.buy("carol", "30", "0.72");

  struct Row {
    std::int64_t buyer_cash, seller_cash, buyer_holds, seller_holds;
    bool operator==(const Row&) const = default;
  };

  std::vector<Row> rows;
  for_each_trade(x, [&](const TradeMatched& trade) {
    const bool bid_takes = trade.taker_side == Side::Bid;
    const TradeLeg& buyer = bid_takes ? trade.taker : trade.maker;
    const TradeLeg& seller = bid_takes ? trade.maker : trade.taker;
    rows.push_back(
        {buyer.cash.value(), seller.cash.value(), buyer.position.value(), seller.position.value()});
  });
  EXPECT_THAT(rows,
              ElementsAre(Row{-600'000, -400'000, 100, -100},  // mint: pot + 100
                          Row{120'000, 280'000, -60, 60},      // merge: pot - 40
                          Row{-213'000, 213'000, 30, 30}));    // transfer
}

// The legs are told one after the other: the maker's first.
TEST(BinaryMatching, AccountThatTradesWithItselfClosesWhatItHasJustOpened) {
  Exchange x;
  x.sell("alice", "100", "0.58");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "100", "0.60");
  order.self_trade_prevention = SelfTradePrevention::None;
  x.run(order);
  for_each_trade(x, [&](const TradeMatched& trade) {
    EXPECT_EQ(trade.maker.cash, Money{-420'000});
    EXPECT_EQ(trade.maker.position, Quantity{-100});
    EXPECT_EQ(trade.taker.cash, Money{420'000});
    EXPECT_EQ(trade.taker.position, Quantity{0});
    EXPECT_EQ(trade.taker.balance, Money{0});
  });
  EXPECT_EQ(x.row("alice", "RAIN").matched, Quantity{200});
}

TEST(SelfTrade, EachModeOfTheIncomingOrderDoesWhatItsNameSays) {
  struct Row {
    SelfTradePrevention mode;
    Lines expected;
  };

  const Row rows[] = {
      {SelfTradePrevention::CancelTaker, {"cancelled #3 self-trade-taker"}},
      {SelfTradePrevention::CancelMaker,
       {"cancelled #1 self-trade-maker", "trade 30 @ 0.5500 maker #2 taker #3", "rested #3 30"}},
      {SelfTradePrevention::CancelBoth,
       {"cancelled #1 self-trade-both", "cancelled #3 self-trade-both"}},
      {SelfTradePrevention::Decrement,
       {"cancelled #1 self-trade-decrement",
        "reduced #3 by 50 self-trade-decrement",
        "trade 10 @ 0.5500 maker #2 taker #3"}},
      {SelfTradePrevention::None,
       {"trade 50 @ 0.5500 maker #1 taker #3", "trade 10 @ 0.5500 maker #2 taker #3"}},
  };
  for (const Row& row : rows) {
    Exchange x;
    x.sell("alice", "50", "0.55");
    x.sell("bob", "30", "0.55");
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "60", "0.55");
    order.self_trade_prevention = row.mode;
    Lines expected{"accepted #3 alice bid 60 @ 0.5500 takes"};
    expected.insert(expected.end(), row.expected.begin(), row.expected.end());
    EXPECT_EQ(x.run(order), expected) << static_cast<int>(row.mode);
  }
}

TEST(Immediate, RestOfAnIocIsCancelled) {
  Exchange x;
  x.sell("bob", "30", "0.55");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "60", "0.55");
  order.time_in_force = TimeInForce::Ioc;
  EXPECT_THAT(x.run(order),
              ElementsAre("accepted #2 alice bid 60 @ 0.5500 takes",
                          "trade 30 @ 0.5500 maker #1 taker #2",
                          "cancelled #2 immediate-or-cancel"));
}

TEST(Immediate, FokThatMeetsAnOwnOrderIsKilledAndTheMakerStays) {
  Exchange x;
  x.sell("bob", "30", "0.55");
  x.sell("alice", "30", "0.55");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "60", "0.55");
  order.time_in_force = TimeInForce::Fok;
  EXPECT_THAT(x.run(order),
              ElementsAre("accepted #3 alice bid 60 @ 0.5500 takes", "cancelled #3 fill-or-kill"));
  EXPECT_TRUE(x.find_order(1).live);
  EXPECT_TRUE(x.find_order(2).live);
}

TEST(Immediate, MinimumFillIsCountedBeforeAnythingHappens) {
  Exchange x;
  x.sell("bob", "30", "0.55");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "60", "0.55");
  order.time_in_force = TimeInForce::Ioc;
  order.min_quantity = decimal("31");
  EXPECT_THAT(x.run(order),
              ElementsAre("accepted #2 alice bid 60 @ 0.5500 takes", "cancelled #2 minimum-fill"));
  EXPECT_TRUE(x.find_order(1).live);
}

// 20 at 0.55 on the average, but not each of them at 0.55 or better.
TEST(Immediate, FillOrKillIsStrictAboutItsLimit) {
  Exchange x;
  x.sell("bob", "10", "0.50");
  x.sell("bob", "10", "0.60");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "20", "0.55");
  order.time_in_force = TimeInForce::Fok;
  EXPECT_THAT(x.run(order),
              ElementsAre("accepted #3 alice bid 20 @ 0.5500 takes", "cancelled #3 fill-or-kill"));
}

TEST(Immediate, MarketOrderStopsAtItsMaximumCost) {
  Exchange x;
  x.sell("bob", "30", "0.55");
  x.sell("bob", "30", "0.60");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "60", "0");
  order.type = OrderType::Market;
  order.time_in_force = TimeInForce::Day;
  order.extras = OrderExtras{.reference = {}, .order_group = {}, .max_cost = decimal("20")};
  EXPECT_THAT(x.run(order),
              ElementsAre("accepted #3 alice bid 60 @ 0.9900 takes",
                          "trade 30 @ 0.5500 maker #1 taker #3",
                          "trade 5 @ 0.6000 maker #2 taker #3",
                          "cancelled #3 immediate-or-cancel"));
}

TEST(PostOnly, IsRefusedWhereItWouldTake) {
  Exchange x;
  x.sell("bob", "30", "0.55");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "60", "0.55");
  order.post_only = true;
  EXPECT_THAT(x.run(order), ElementsAre("rejected id-2: post-only order would take"));
  order = x.order("alice", "RAIN", Side::Bid, "60", "0.54");
  order.post_only = true;
  EXPECT_THAT(x.run(order), ElementsAre("accepted #2 alice bid 60 @ 0.5400 rests"));
}

TEST(Cancel, TakesAnOrderOutOfTheMiddleOfItsQueue) {
  Exchange x;
  x.sell("alice", "10", "0.55");
  x.sell("bob", "10", "0.55");
  x.sell("alice", "10", "0.55");
  EXPECT_THAT(x.cancel("bob", 2), ElementsAre("cancelled #2 requested"));
  EXPECT_THAT(x.buy("carol", "15", "0.55"),
              ElementsAre("accepted #4 carol bid 15 @ 0.5500 takes",
                          "trade 10 @ 0.5500 maker #1 taker #4",
                          "trade 5 @ 0.5500 maker #3 taker #4"));
}

TEST(Cancel, OfAFinishedOrAForeignOrderIsRefused) {
  Exchange x;
  x.sell("alice", "10", "0.55");
  EXPECT_THAT(x.cancel("bob", 1), ElementsAre("cancel rejected id-2: unknown order"));
  x.cancel("alice", 1);
  EXPECT_THAT(x.cancel("alice", 1), ElementsAre("cancel rejected id-4: order is already finished"));
  EXPECT_THAT(x.cancel("alice", 99), ElementsAre("cancel rejected id-5: unknown order"));
}

}  // namespace
}  // namespace betex::matching::testing
