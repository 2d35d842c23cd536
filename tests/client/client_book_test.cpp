// A client's book by the rules of engagement: images, the chain of updates, the window, and all
// that does not fit.
#include "gateway/client/client_book.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/subscription.h"
#include "tests/support/fix_text.h"

namespace betex::client {
namespace {

using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = ClientBook::State;

BookEntry level(EntryType side, const char* price, const char* size, int place) {
  return {.type = side, .price = price, .size = size, .level = place};
}

BookEntry change(UpdateAction action, EntryType side, const char* price, const char* size) {
  return {.action = action, .type = side, .price = price, .size = size};
}

MarketImage image(std::int64_t rpt_seq, std::vector<BookEntry> entries) {
  MarketImage image{.symbol = "A", .market = "M", .rpt_seq = rpt_seq};
  image.status.trading_status = "17";
  image.entries = std::move(entries);
  return image;
}

MarketUpdate update(std::int64_t prev, std::int64_t rpt_seq, std::vector<BookEntry> entries) {
  return {.symbol = "A", .rpt_seq = rpt_seq, .prev_rpt_seq = prev, .entries = std::move(entries)};
}

constexpr EntryType kBid = EntryType::Bid;
constexpr EntryType kOffer = EntryType::Offer;

class ClientBookTest : public ::testing::Test {
 protected:
  void have_odds() {
    ASSERT_TRUE(book_.apply(image(7,
                                  {level(kBid, "2.08", "50", 1),
                                   level(kBid, "2.1", "10", 2),
                                   level(kOffer, "2.04", "30", 1),
                                   level(kOffer, "2.02", "20", 2)})));
  }

  void expect_lost(const char* why) {
    EXPECT_EQ(book_.state(), State::OutOfStep);
    EXPECT_THAT(book_.problem(), HasSubstr(why));
    EXPECT_FALSE(book_.apply(update(7, 8, {}))) << "only an image helps";
    have_odds();
    EXPECT_EQ(book_.state(), State::InStep);
    EXPECT_THAT(book_.problem(), IsEmpty());
  }

  ClientBook book_{3};
};

TEST_F(ClientBookTest, OddsHaveTheLowestBidAndTheHighestOfferFirst) {
  EXPECT_EQ(book_.state(), State::Waiting);
  have_odds();
  EXPECT_EQ(book_.rpt_seq(), 7);
  EXPECT_EQ(book_.has_odds(), true);
  EXPECT_THAT(book_.bids(), ElementsAre(Level{"2.08", "50"}, Level{"2.1", "10"}));
  EXPECT_THAT(book_.offers(), ElementsAre(Level{"2.04", "30"}, Level{"2.02", "20"}));
  EXPECT_FALSE(book_.crossed());
}

TEST_F(ClientBookTest, BinaryPricesHaveTheHighestBidAndTheLowestOfferFirst) {
  ASSERT_TRUE(book_.apply(image(7,
                                {level(kBid, "0.58", "50", 1),
                                 level(kBid, "0.5", "10", 2),
                                 level(kOffer, "0.6", "30", 1),
                                 level(kOffer, "0.61", "20", 2)})));
  EXPECT_EQ(book_.has_odds(), false);
  EXPECT_THAT(book_.bids(), ElementsAre(Level{"0.58", "50"}, Level{"0.5", "10"}));
  EXPECT_THAT(book_.offers(), ElementsAre(Level{"0.6", "30"}, Level{"0.61", "20"}));
  EXPECT_FALSE(book_.crossed());
  ASSERT_TRUE(book_.apply(update(7, 8, {change(UpdateAction::New, kBid, "0.6", "1")})));
  EXPECT_TRUE(book_.crossed());
}

TEST_F(ClientBookTest, UpdatesBuildOnOneAnother) {
  have_odds();
  EXPECT_TRUE(book_.apply(update(7,
                                 9,
                                 {change(UpdateAction::Change, kBid, "2.08", "40"),
                                  change(UpdateAction::Delete, kOffer, "2.02", ""),
                                  change(UpdateAction::New, kBid, "2.06", "5")})));
  EXPECT_TRUE(book_.apply(update(9, 12, {change(UpdateAction::Delete, kBid, "2.1", "")})));
  EXPECT_EQ(book_.rpt_seq(), 12);
  EXPECT_THAT(book_.bids(), ElementsAre(Level{"2.06", "5"}, Level{"2.08", "40"}));
  EXPECT_THAT(book_.offers(), ElementsAre(Level{"2.04", "30"}));
  EXPECT_TRUE(book_.apply(update(12, 13, {change(UpdateAction::New, kOffer, "2.06", "1")})));
  EXPECT_TRUE(book_.crossed());
}

TEST_F(ClientBookTest, APriceIsTheSameHoweverItIsWritten) {
  have_odds();
  EXPECT_TRUE(book_.apply(update(7, 8, {change(UpdateAction::Change, kBid, "2.10", "11")})));
  EXPECT_THAT(book_.bids(), ElementsAre(Level{"2.08", "50"}, Level{"2.10", "11"}));
}

TEST_F(ClientBookTest, WhatLeavesTheWindowIsForgotten) {
  have_odds();
  EXPECT_TRUE(book_.apply(update(7,
                                 8,
                                 {change(UpdateAction::New, kBid, "2.06", "1"),
                                  change(UpdateAction::New, kBid, "2.05", "2"),
                                  change(UpdateAction::New, kOffer, "2.03", "3"),
                                  change(UpdateAction::New, kOffer, "2.01", "4")})));
  EXPECT_THAT(book_.bids(),
              ElementsAre(Level{"2.05", "2"}, Level{"2.06", "1"}, Level{"2.08", "50"}));
  EXPECT_THAT(book_.offers(),
              ElementsAre(Level{"2.04", "30"}, Level{"2.03", "3"}, Level{"2.02", "20"}));
  // It comes as a new one when it is inside again.
  EXPECT_TRUE(book_.apply(update(8,
                                 9,
                                 {change(UpdateAction::Delete, kBid, "2.05", ""),
                                  change(UpdateAction::New, kBid, "2.1", "10")})));
  EXPECT_THAT(book_.bids(), SizeIs(3));
}

TEST_F(ClientBookTest, WithinAnUpdateTheWindowMayBeWider) {
  have_odds();
  EXPECT_TRUE(book_.apply(update(7,
                                 8,
                                 {change(UpdateAction::New, kBid, "2.06", "1"),
                                  change(UpdateAction::New, kBid, "2.05", "2"),
                                  change(UpdateAction::Delete, kBid, "2.08", "")})));
  EXPECT_THAT(book_.bids(),
              ElementsAre(Level{"2.05", "2"}, Level{"2.06", "1"}, Level{"2.1", "10"}));
}

TEST_F(ClientBookTest, AMissedUpdateIsNoticed) {
  have_odds();
  EXPECT_FALSE(book_.apply(update(8, 9, {})));
  expect_lost("83=8");
  EXPECT_FALSE(book_.apply(update(6, 9, {})));
  expect_lost("83=6");
  EXPECT_FALSE(book_.apply(update(7, 6, {})));
  expect_lost("goes back");
}

TEST_F(ClientBookTest, WhatDoesNotFitIsNoticed) {
  have_odds();
  EXPECT_FALSE(book_.apply(update(7, 8, {change(UpdateAction::New, kBid, "2.08", "1")})));
  expect_lost("that was there");
  EXPECT_FALSE(book_.apply(update(7, 8, {change(UpdateAction::Change, kBid, "2.09", "1")})));
  expect_lost("no such level");
  EXPECT_FALSE(book_.apply(update(7, 8, {change(UpdateAction::Delete, kOffer, "2.08", "")})));
  expect_lost("no such level");
  EXPECT_FALSE(book_.apply(image(9, {level(kBid, "2.08", "50", 2), level(kBid, "2.1", "10", 1)})));
  expect_lost("1023");
}

TEST_F(ClientBookTest, AnUpdateBeforeTheImageIsNoticed) {
  EXPECT_FALSE(book_.apply(update(7, 8, {})));
  expect_lost("before the whole image");
}

TEST_F(ClientBookTest, BeforeItsMarketOpensABookIsAtZero) {
  EXPECT_TRUE(book_.apply(image(0, {})));
  EXPECT_TRUE(book_.apply(update(0, 2, {change(UpdateAction::New, kBid, "2.08", "50")})));
  EXPECT_EQ(book_.rpt_seq(), 2);
  EXPECT_EQ(book_.state(), State::InStep);
}

TEST_F(ClientBookTest, AnImageMayComeInParts) {
  have_odds();
  MarketImage first = image(9, {level(kBid, "3.1", "1", 1)});
  first.last_fragment = false;
  MarketImage second = image(9, {level(kBid, "3.2", "2", 2)});
  second.last_fragment = false;
  const MarketImage last = image(9, {level(kOffer, "3", "4", 1)});
  EXPECT_FALSE(book_.apply(first));
  EXPECT_EQ(book_.rpt_seq(), 7) << "the one before, until it is whole";
  EXPECT_FALSE(book_.apply(second));
  EXPECT_TRUE(book_.apply(last));
  EXPECT_THAT(book_.bids(), ElementsAre(Level{"3.1", "1"}, Level{"3.2", "2"}));
  EXPECT_THAT(book_.offers(), ElementsAre(Level{"3", "4"}));
  EXPECT_FALSE(book_.apply(first));
  EXPECT_FALSE(book_.apply(update(9, 10, {}))) << "not before the image is whole";
  EXPECT_EQ(book_.state(), State::OutOfStep);
  EXPECT_FALSE(book_.apply(image(10, {}))) << "of another one";
  EXPECT_THAT(book_.problem(), HasSubstr("two images"));
}

TEST_F(ClientBookTest, TradesAndVolumesAreKept) {
  EXPECT_THAT(book_.last_trade().size, IsEmpty());
  MarketImage traded = image(7, {});
  traded.entries.push_back({.type = EntryType::Trade, .price = "2.04", .size = "5"});
  traded.entries.push_back({.type = EntryType::TradedVolume, .size = "25"});
  traded.entries.push_back({.type = EntryType::TradedVolume, .price = "2.06", .size = "20"});
  traded.entries.push_back({.type = EntryType::TradedVolume, .price = "2.04", .size = "5"});
  ASSERT_TRUE(book_.apply(traded));
  EXPECT_EQ(book_.has_odds(), true) << "by the trade's price";
  EXPECT_EQ(book_.last_trade().price, "2.04");
  EXPECT_EQ(book_.traded_volume(), "25");
  EXPECT_THAT(book_.traded_ladder(), ElementsAre(Level{"2.04", "5"}, Level{"2.06", "20"}));
  EXPECT_TRUE(book_.apply(
      update(7,
             8,
             {{.action = UpdateAction::New, .type = EntryType::Trade, .price = "2.06", .size = "1"},
              {.action = UpdateAction::Change, .type = EntryType::TradedVolume, .size = "26"},
              {.action = UpdateAction::Change,
               .type = EntryType::TradedVolume,
               .price = "2.06",
               .size = "21"},
              {.action = UpdateAction::Change, .type = EntryType::OpenInterest, .size = "9"}})));
  EXPECT_EQ(book_.last_trade().price, "2.06");
  EXPECT_EQ(book_.traded_volume(), "26");
  EXPECT_EQ(book_.open_interest(), "9");
  EXPECT_THAT(book_.traded_ladder(), ElementsAre(Level{"2.04", "5"}, Level{"2.06", "21"}));
  ASSERT_TRUE(book_.apply(image(9, {})));
  EXPECT_THAT(book_.traded_volume(), IsEmpty()) << "an image takes the place of all";
  EXPECT_THAT(book_.traded_ladder(), IsEmpty());
}

TEST_F(ClientBookTest, OfASettledMarketNothingMoreComes) {
  have_odds();
  book_.apply(MarketStatus{.trading_status = "2", .suspend_reason = "1"});
  EXPECT_EQ(book_.state(), State::InStep);
  EXPECT_EQ(book_.status().suspend_reason, "1");
  book_.apply(MarketStatus{.trading_status = "101"});
  EXPECT_EQ(book_.state(), State::Over);
  EXPECT_FALSE(book_.apply(update(7, 8, {})));
  EXPECT_EQ(book_.state(), State::Over);
  MarketImage empty = image(9, {});
  empty.status.trading_status = "102";
  EXPECT_TRUE(book_.apply(empty));
  EXPECT_EQ(book_.state(), State::Over);
  EXPECT_THAT(book_.bids(), IsEmpty());
}

// ---- A subscription of several instruments ------------------------------------------------------

std::string whole_image(const std::string& symbol, int rpt_seq) {
  return "35=W|55=" + symbol + "|83=" + std::to_string(rpt_seq) +
         "|262=r|264=3|268=1|269=1|270=2.04|271=30|1023=1|779=T|893=Y|1021=2|1187=Y|1300=M|"
         "1682=17|20033=N|";
}

using Kind = BookChange::Kind;

TEST(SubscriptionTest, HasABookOfEachInstrument) {
  Subscription subscription{{.id = "r", .depth = 3, .symbols = {"A", "B"}}};
  EXPECT_EQ(subscription.find("A"), nullptr);
  EXPECT_THAT(subscription.apply(message_of(whole_image("A", 7))), SizeIs(1));
  EXPECT_THAT(subscription.apply(message_of(whole_image("B", 8))), SizeIs(1));
  const auto changes = subscription.apply(
      message_of("35=X|262=r|268=3|279=0|269=2|55=A|270=2.04|271=10|1003=5|83=9|20050=7|"
                 "279=1|269=1|270=2.04|271=20|279=2|269=1|55=B|270=2.04|83=9|20050=8|"));
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0].symbol, "A");
  EXPECT_EQ(changes[0].kind, Kind::Update);
  ASSERT_THAT(changes[0].trades, SizeIs(1));
  EXPECT_EQ(changes[0].trades[0].trade_id, "5");
  EXPECT_THAT(changes[1].trades, IsEmpty());
  EXPECT_THAT(subscription.find("A")->offers(), ElementsAre(Level{"2.04", "20"}));
  EXPECT_THAT(subscription.find("B")->offers(), IsEmpty());
}

TEST(SubscriptionTest, AnotherOnesMessagesChangeNothing) {
  Subscription subscription{{.id = "other", .symbols = {"A"}}};
  EXPECT_THAT(subscription.apply(message_of(whole_image("A", 7))), IsEmpty());
  EXPECT_THAT(subscription.apply(message_of("35=f|55=A|326=2|")), IsEmpty());
  EXPECT_THAT(subscription.apply(message_of("35=Y|262=r|281=0|")), IsEmpty());
  EXPECT_FALSE(subscription.refused());
  EXPECT_THAT(subscription.books(), IsEmpty());
}

// A subscription that conflates is told later than an image that was asked for besides, and from
// where it was itself.
TEST(SubscriptionTest, AnImageAskedForBesidesIsNotItsBook) {
  Subscription conflated{{.id = "r", .depth = 3, .conflate_ms = 1000, .symbols = {"A"}}};
  Subscription besides{
      {.id = "now", .type = MarketDataRequest::Type::Image, .depth = 3, .symbols = {"A"}}};
  const auto both = [&](const std::string& text) {
    const Message message = message_of(text);
    return conflated.apply(message).size() + besides.apply(message).size();
  };
  EXPECT_EQ(both(whole_image("A", 7)), 1U);
  EXPECT_EQ(both("35=W|55=A|83=9|262=now|264=3|268=0|779=T|893=Y|1021=2|1187=Y|1300=M|1682=17|"
                 "20033=N|"),
            1U);
  EXPECT_EQ(conflated.find("A")->rpt_seq(), 7);
  EXPECT_EQ(both("35=X|262=r|268=1|279=1|269=1|55=A|270=2.04|271=20|83=10|20050=7|"), 1U);
  EXPECT_EQ(conflated.find("A")->state(), ClientBook::State::InStep);
  EXPECT_THAT(conflated.find("A")->offers(), ElementsAre(Level{"2.04", "20"}));
  EXPECT_THAT(besides.find("A")->offers(), IsEmpty());
}

TEST(SubscriptionTest, AStatusIsOfAllThatItIsAbout) {
  Subscription subscription{{.id = "r", .symbols = {"A"}}};
  subscription.apply(message_of(whole_image("A", 7)));
  const auto changes = subscription.apply(message_of("35=f|55=A|326=2|20032=1|20005=4|"));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].kind, Kind::Status);
  EXPECT_EQ(subscription.find("A")->status().trading_status, "2");
}

TEST(SubscriptionTest, ABookThatIsLostSaysSoOnceAndIsRightAgainByAnImage) {
  Subscription subscription{{.id = "r", .symbols = {"A"}}};
  subscription.apply(message_of(whole_image("A", 7)));
  const std::string gap = "35=X|262=r|268=1|279=1|269=1|55=A|270=2.04|271=1|83=9|20050=8|";
  const auto changes = subscription.apply(message_of(gap));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].kind, Kind::OutOfStep);
  EXPECT_THAT(subscription.apply(message_of(gap)), IsEmpty());
  EXPECT_EQ(subscription.apply(message_of(whole_image("A", 9))).at(0).kind, Kind::Image);
  EXPECT_EQ(subscription.find("A")->state(), State::InStep);
}

TEST(SubscriptionTest, ARefusalIsKept) {
  Subscription subscription{{.id = "r", .symbols = {"A"}}};
  EXPECT_THAT(subscription.apply(message_of("35=Y|55=A|262=r|281=0|")), IsEmpty());
  ASSERT_TRUE(subscription.refused());
  EXPECT_EQ(subscription.refused()->subject, "A");
}

}  // namespace
}  // namespace betex::client
