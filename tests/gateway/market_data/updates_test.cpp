// From events to levels, each row of the table, and what of it is told by X.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/market_data/pictures.h"
#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using matching::Side;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Updates : public ::testing::Test {
 protected:
  // Both sides of runner A as people read them: "2.00x10.00 2.02x5.00 / 1.98x1.00".
  std::string book() {
    venue.take();
    const MarketsPicture picture = picture_of(venue.data.books(), "HORSE");
    std::string text;
    for (const PictureLevel& level : picture.runners.front().bids) {
      text += level.price + "x" + level.size + " ";
    }
    text += "/";
    for (const PictureLevel& level : picture.runners.front().offers) {
      text += " " + level.price + "x" + level.size;
    }
    return text;
  }

  matching::PlaceOrder order(Side side, const char* quantity, const char* price) {
    return venue.exchange.order("alice", "A", side, quantity, price);
  }

  matching::AmendOrder amend(std::uint64_t order, const char* quantity, const char* price) {
    return {.account = matching::Name{"alice"},
            .cl_ord_id = venue.exchange.fresh_id(),
            .order_id = matching::OrderId{order},
            .transact_time = venue.exchange.now(),
            .price = matching::testing::decimal(price),
            .quantity = matching::testing::decimal(quantity)};
  }

  // Session 1, subscribed to A with these entry types, in step.
  SubscriberId subscribe(MarketDataRequest request) {
    const SubscriberId session = venue.join();
    venue.ask(session, request);
    venue.turn();
    venue.told(session);
    return session;
  }

  std::vector<std::string> told(SubscriberId session) {
    venue.turn();
    return venue.told(session);
  }

  Venue venue;
};

TEST_F(Updates, OrdersThatRestMakeALevelAndLeaveIt) {
  venue.exchange.back("alice", "10", "2.02");
  EXPECT_EQ(book(), "2.02x10.00 /");
  venue.exchange.back("bob", "5", "2.02");
  venue.exchange.back("bob", "1", "2");
  EXPECT_EQ(book(), "2.00x1.00 2.02x15.00 /");  // the better bid has the lower odds
  venue.exchange.cancel("alice", 1);
  EXPECT_EQ(book(), "2.00x1.00 2.02x5.00 /");
}

TEST_F(Updates, TradesTakeFromTheMakersLevelAndTheRestOfTheTakerRests) {
  venue.exchange.lay("alice", "10", "2.02");
  venue.exchange.back("bob", "4", "2.02");
  EXPECT_EQ(book(), "/ 2.02x6.00");
  venue.exchange.back("bob", "9", "2.02");
  EXPECT_EQ(book(), "2.02x3.00 /");
}

TEST_F(Updates, AmendsKeepTheirPlaceOrRestElsewhereOrTakeOrLeave) {
  venue.exchange.back("alice", "10", "2.02");
  venue.exchange.run(amend(1, "7", "2.02"));
  EXPECT_EQ(book(), "2.02x7.00 /");  // Keeps
  venue.exchange.run(amend(1, "7", "2.06"));
  EXPECT_EQ(book(), "2.06x7.00 /");  // Rests
  venue.exchange.lay("bob", "3", "2.02");
  EXPECT_EQ(book(), "2.06x7.00 / 2.02x3.00");
  venue.exchange.run(amend(1, "7", "2.02"));
  EXPECT_EQ(book(), "2.02x4.00 /");  // Takes
  venue.exchange.run(amend(1, "3", "2.02"));
  EXPECT_EQ(book(), "/");  // Leaves: no more than is filled
}

TEST_F(Updates, ImmediateOrdersThatFindNothingAreNeverSeen) {
  matching::PlaceOrder immediate = order(Side::Bid, "5", "2.02");
  immediate.time_in_force = matching::TimeInForce::Ioc;
  venue.exchange.run(immediate);
  EXPECT_EQ(book(), "/");
}

TEST_F(Updates, ExpiredOrdersGo) {
  matching::PlaceOrder expires = order(Side::Bid, "5", "2.02");
  expires.time_in_force = matching::TimeInForce::Gtd;
  expires.expire_time =
      matching::Timestamp{venue.exchange.now().value() + matching::testing::kSecond};
  venue.exchange.run(expires);
  EXPECT_EQ(book(), "2.02x5.00 /");
  venue.exchange.pass(2 * matching::testing::kSecond);
  EXPECT_EQ(book(), "/");
}

TEST_F(Updates, SelfTradePreventionReducesALevel) {
  venue.exchange.lay("alice", "10", "2.02");
  matching::PlaceOrder own = order(Side::Bid, "4", "2.02");
  own.self_trade_prevention = matching::SelfTradePrevention::Decrement;
  venue.exchange.run(own);
  EXPECT_EQ(book(), "/ 2.02x6.00");
}

TEST_F(Updates, OrdersThatAreCancelledInABatchAllGo) {
  venue.exchange.back("alice", "10", "2.02");
  venue.exchange.back("alice", "10", "2.04");
  venue.exchange.back("bob", "1", "2.06");
  venue.exchange.run(matching::SuspendMarket{.market = matching::Name{"HORSE"},
                                             .scope = matching::CancelScope::All});
  venue.exchange.finish_batches();
  EXPECT_EQ(book(), "/");
}

TEST_F(Updates, DelayedOrdersAreSeenWhenTheirDelayIsOver) {
  venue.exchange.run(matching::CreateMarket{.market = matching::Name{"LATE"},
                                            .bet_delay_ms = 5'000,
                                            .runners = {matching::Name{"L"}, matching::Name{"M"}}});
  venue.exchange.run(matching::OpenMarket{.market = matching::Name{"LATE"}});
  venue.exchange.run(matching::TurnInPlay{.market = matching::Name{"LATE"}});
  MarketDataRequest request = levels_of("a", {"L"});
  const SubscriberId session = subscribe(request);
  venue.exchange.run(venue.exchange.order("alice", "L", Side::Bid, "5", "2.02"));
  EXPECT_THAT(told(session), IsEmpty());
  venue.exchange.pass(6 * matching::testing::kSecond);
  EXPECT_EQ(told(session).size(), 1U);
}

TEST_F(Updates, AnUpdateHasWhatIsDifferentNow) {
  venue.exchange.back("alice", "10", "2.02");
  const SubscriberId session = subscribe(levels_of("a", {"A"}));
  venue.exchange.back("bob", "5", "2.02");
  venue.exchange.back("bob", "1", "2");
  EXPECT_THAT(told(session),
              ElementsAre("X 262=a|814=2|268=2|"
                          "279=0|269=0|55=A|270=2.00|271=1.00|60=20231114-22:13:20.000000|83=4|"
                          "20050=2|279=1|269=0|270=2.02|271=15.00|"));
  venue.exchange.cancel("alice", 1);
  EXPECT_THAT(told(session),
              ElementsAre("X 262=a|268=1|279=1|269=0|55=A|270=2.02|271=5.00|"
                          "60=20231114-22:13:20.000000|83=5|20050=4|"));
  venue.exchange.cancel("bob", 3);
  EXPECT_THAT(told(session),
              ElementsAre("X 262=a|268=1|279=2|269=0|55=A|270=2.00|"
                          "60=20231114-22:13:20.000000|83=6|20050=5|"));
}

TEST_F(Updates, ATradeIsToldWithTheMakersPriceAndWhoCameLater) {
  venue.exchange.lay("alice", "10", "2.02");
  MarketDataRequest request = levels_of("a", {"A"});
  request.trades = true;
  request.volume = true;
  request.traded_ladder = true;
  const SubscriberId session = subscribe(request);
  venue.exchange.back("bob", "4", "2");
  const std::uint64_t event =
      matching::testing::all_of<matching::TradeMatched>(venue.exchange.log).size();
  ASSERT_EQ(event, 1U);
  const std::vector<std::string> texts = told(session);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts.front(),
              ::testing::MatchesRegex(
                  "X 262=a.268=4.279=1.269=1.55=A.270=2.02.271=6.00.60=[^|]*.83=3.20050=2."
                  "279=0.269=B.271=4.00.279=0.269=B.270=2.02.271=4.00."
                  "279=0.269=2.270=2.02.271=4.00.1003=[0-9]+.2446=1."));
}

TEST_F(Updates, OpenInterestIsOfBinaryMarkets) {
  MarketDataRequest request = levels_of("a", {"RAIN", "A"});
  request.open_interest = true;
  const SubscriberId session = subscribe(request);
  venue.exchange.deposit("alice", "1000");
  venue.exchange.deposit("bob", "1000");
  venue.exchange.sell("alice", "10", "0.6");
  venue.exchange.buy("bob", "4", "0.6");
  const std::vector<std::string> texts = told(session);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts.front(), ::testing::HasSubstr("279=0|269=1|55=RAIN|270=0.60|271=6|"));
  EXPECT_THAT(texts.front(), ::testing::EndsWith("279=0|269=C|271=4|"));
  venue.exchange.buy("alice", "4", "0.5");
  venue.exchange.sell("bob", "4", "0.5");  // both have nothing any more
  EXPECT_THAT(told(session).front(), ::testing::HasSubstr("279=1|269=C|55=RAIN|271=0|"));
}

TEST_F(Updates, LevelsThatLeaveTheWindowAreDeletedWhereThatWasAskedFor) {
  for (const char* const odds : {"2.02", "2.04", "2.06"}) {
    venue.exchange.back("alice", "1", odds);
  }
  const SubscriberId drops = subscribe(levels_of("a", {"A"}));
  MarketDataRequest request = levels_of("b", {"A"});
  request.deletes_outside = true;
  const SubscriberId is_told = subscribe(request);
  venue.exchange.back("alice", "1", "2");
  EXPECT_THAT(told(drops).front(), ::testing::Not(::testing::HasSubstr("279=2")));
  EXPECT_THAT(venue.told(is_told).front(), ::testing::HasSubstr("279=2|269=0|55=A|270=2.06|"));
  venue.exchange.cancel("alice", 4);
  for (const SubscriberId session : {drops, is_told}) {
    // What was outside comes into it again.
    EXPECT_THAT(told(session).front(), ::testing::HasSubstr("279=0|269=0|270=2.06|271=1.00|"));
  }
}

TEST_F(Updates, WhatIsOutsideTheWindowIsNotTold) {
  for (const char* const odds : {"2.02", "2.04", "2.06"}) {
    venue.exchange.back("alice", "1", odds);
  }
  const SubscriberId session = subscribe(levels_of("a", {"A"}));
  venue.exchange.back("alice", "1", "2.08");
  EXPECT_THAT(told(session), IsEmpty());
}

TEST_F(Updates, OneMessageHasAllInstrumentsOfARequestThatHaveChanged) {
  MarketDataRequest request = levels_of("a", {});
  request.markets.emplace_back("HORSE");
  const SubscriberId session = subscribe(request);
  venue.exchange.back("alice", "1", "2");
  venue.exchange.run(venue.exchange.order("alice", "B", Side::Bid, "1", "3"));
  const std::vector<std::string> texts = told(session);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts.front(), ::testing::HasSubstr("268=2|"));
  EXPECT_THAT(texts.front(), ::testing::HasSubstr("55=A|"));
  EXPECT_THAT(texts.front(), ::testing::HasSubstr("55=B|"));
}

// A sweep through many levels and many makers: more than a message may hold.
TEST_F(Updates, MoreThanAMessageHoldsComesInSeveral) {
  const int makers = 1'100;
  for (int i = 0; i < makers; ++i) {
    venue.exchange.lay("alice", "1", "2.02");
  }
  MarketDataRequest request = levels_of("a", {"A"});
  request.trades = true;
  const SubscriberId session = subscribe(request);
  venue.exchange.back("bob", "1100", "2.02");
  venue.turn();
  std::size_t trades = 0;
  const std::vector<std::string> texts = venue.told(session);
  EXPECT_GT(texts.size(), 2U);
  for (const std::string& text : texts) {
    for (std::size_t at = text.find("269=2|"); at != std::string::npos;
         at = text.find("269=2|", at + 1)) {
      ++trades;
    }
  }
  EXPECT_EQ(trades, 1'100U);
  // The blocks behind the first one change nothing of the levels: they begin where it ended.
  EXPECT_THAT(texts.front(), ::testing::HasSubstr("279=2|269=1|55=A|"));
  EXPECT_THAT(texts.back(), ::testing::Not(::testing::HasSubstr("269=1|")));
}

TEST_F(Updates, MoreLevelsThanAMessageHoldsAreToldByAnImage) {
  MarketDataRequest request = levels_of("a", {"A"});
  request.depth = 0;
  for (int odds = 102; odds <= 200; ++odds) {
    venue.exchange.back("alice", "1", std::to_string(odds).insert(1, ".").c_str());
  }
  venue.exchange.run(matching::CreateMarket{.market = matching::Name{"FINE"},
                                            .ladder = matching::LadderKind::Finest,
                                            .runners = {matching::Name{"F"}, matching::Name{"G"}}});
  venue.exchange.run(matching::OpenMarket{.market = matching::Name{"FINE"}});
  request.symbols.emplace_back("F");
  const SubscriberId session = subscribe(request);
  for (int odds = 200; odds < 800; ++odds) {
    const std::string text = std::to_string(odds).insert(1, ".");
    venue.exchange.run(venue.exchange.order("bob", "F", Side::Bid, "1", text));
  }
  const std::vector<std::string> texts = told(session);
  ASSERT_GT(texts.size(), 1U);
  EXPECT_THAT(texts, ::testing::Each(::testing::StartsWith("W 262=a|55=F|")));
  EXPECT_THAT(texts.front(), ::testing::HasSubstr("893=N|"));
  EXPECT_THAT(texts.back(), ::testing::HasSubstr("893=Y|"));
}

TEST_F(Updates, AFullRefreshIsAnImageAtEachChange) {
  MarketDataRequest request = levels_of("a", {"A"});
  request.full_refresh = true;
  const SubscriberId session = subscribe(request);
  venue.exchange.back("alice", "1", "2");
  const std::vector<std::string> texts = told(session);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts.front(), ::testing::StartsWith("W 262=a|55=A|1300=HORSE|83=2|"));
  EXPECT_THAT(texts.front(), ::testing::EndsWith("268=1|269=0|270=2.00|271=1.00|1023=1|"));
}

}  // namespace
}  // namespace betex::gateway::testing
