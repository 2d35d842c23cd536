// Books as people and programs read them.
#include "gateway/tools/price_lines.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/tools/ladder_picture.h"
#include "tests/support/fix_text.h"

namespace betex::tools {
namespace {

using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kOddsImage =
    "35=W|55=EPL.HOME|83=7|262=r|264=10|268=6|269=0|270=2.08|271=50.00|1023=1|269=0|270=2.1|"
    "271=10.00|1023=2|269=1|270=2.04|271=30.00|1023=1|269=2|270=2.04|271=5.00|1003=90|2446=1|"
    "269=B|271=25.00|269=B|270=2.06|271=25.00|779=20261122-14:00:00.123456|893=Y|1021=2|1187=Y|"
    "1300=EPL|1682=17|20005=3|20033=Y|";

class PriceLinesTest : public ::testing::Test {
 protected:
  // The change that the last of these messages makes.
  client::BookChange after(const std::vector<std::string>& messages) {
    client::BookChange last;
    for (const std::string& message : messages) {
      last = subscription_.apply(message_of(message)).back();
    }
    return last;
  }

  [[nodiscard]] const client::ClientBook& book(const client::BookChange& change) const {
    return *subscription_.find(change.symbol);
  }

  [[nodiscard]] std::vector<std::string> picture(const client::BookChange& change,
                                                 std::size_t lines = kNoLimit) const {
    std::vector<std::string> texts;
    for (const ScreenLine& line : ladder_picture(change.symbol, book(change), lines)) {
      texts.push_back(line.text);
    }
    return texts;
  }

  client::Subscription subscription_{{.id = "r", .symbols = {"EPL.HOME"}}};
};

TEST_F(PriceLinesTest, AnImageIsALine) {
  const client::BookChange change = after({kOddsImage});
  EXPECT_THAT(price_lines(book(change), change),
              ElementsAre("2026-11-22 14:00:00.123456 EPL.HOME           IMAGE  OPEN, in play, "
                          "version 3; to back 2.04 x 30.00; to lay 2.08 x 50.00, 2.1 x 10.00; "
                          "last 2.04 x 5.00, matched 25.00"));
}

TEST_F(PriceLinesTest, OfAnUpdateTradesComeFirst) {
  const client::BookChange change =
      after({kOddsImage,
             "35=X|262=r|814=2|268=3|279=0|269=2|55=EPL.HOME|270=2.04|271=30.00|1003=91|"
             "60=20261122-14:00:01.000000|2446=1|83=9|20050=7|279=2|269=1|270=2.04|"
             "279=1|269=B|271=55.00|"});
  EXPECT_THAT(price_lines(book(change), change),
              ElementsAre("2026-11-22 14:00:01.000000 EPL.HOME           TRADE  2.04 x 30.00, "
                          "backed, id 91",
                          "2026-11-22 14:00:01.000000 EPL.HOME           CHANGE to back none; to "
                          "lay 2.08 x 50.00, 2.1 x 10.00; last 2.04 x 30.00, matched 55.00; "
                          "stands for several changes"));
}

TEST_F(PriceLinesTest, AStatusIsALine) {
  const client::BookChange change = after({kOddsImage, "35=f|55=EPL.HOME|326=2|20032=1|20005=4|"});
  EXPECT_THAT(price_lines(book(change), change),
              ElementsAre(HasSubstr("STATUS HALTED (goal), in play, version 4")));
}

TEST_F(PriceLinesTest, WhatOthersHaveChosenIsNotObeyed) {
  const client::BookChange change =
      after({"35=W|55=\x1b[2J|83=7|262=r|264=10|268=0|779=T|893=Y|1187=Y|1300=\x1b[1m|1682=17|"});
  const std::vector<std::string> lines = price_lines(book(change), change);
  EXPECT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
  EXPECT_EQ(price_json(book(change), change).find('\x1b'), std::string::npos);
  const std::vector<std::string> ladder = picture(change);
  EXPECT_FALSE(ladder.empty());
  for (const std::string& line : ladder) {
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
}

TEST_F(PriceLinesTest, InJsonIsAllThatIsKnown) {
  const client::BookChange change = after({kOddsImage});
  EXPECT_EQ(price_json(book(change), change),
            R"({"event":"image","symbol":"EPL.HOME","market":"EPL","rpt_seq":7,)"
            R"("time":"2026-11-22T14:00:00.123456Z","status":"17","in_play":true,)"
            R"("market_version":"3","offers":[["2.04","30.00"]],)"
            R"("bids":[["2.08","50.00"],["2.1","10.00"]],)"
            R"("last":{"price":"2.04","size":"5.00","id":"90","aggressor":"1"},)"
            R"("matched":"25.00","traded_ladder":[["2.06","25.00"]]})");
}

TEST_F(PriceLinesTest, ALadderHasPricesDownwardAndBackersOnTheLeft) {
  const client::BookChange change = after({kOddsImage});
  EXPECT_THAT(
      picture(change),
      ElementsAre(
          "EPL.HOME of EPL  OPEN, in play, version 3",
          "last 2.04 x 5.00, matched 25.00",
          "                  to back |    odds | to lay                         matched",
          "                          |     2.1 | 10.00        ##",
          "                          |    2.08 | 50.00        ############",
          "                          |    2.06 |                                  25.00",
          "     #######        30.00 |    2.04 |                                        < last"));
}

TEST_F(PriceLinesTest, OfALongLadderTheMiddleIsShown) {
  const client::BookChange change = after({kOddsImage});
  const std::vector<std::string> lines = picture(change, 5);
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_THAT(lines[3], HasSubstr(" 2.06 "));
  EXPECT_THAT(lines[4], HasSubstr(" 2.04 "));
  EXPECT_THAT(picture(change, 0), SizeIs(5)) << "both sides have room";
}

TEST_F(PriceLinesTest, BuyersAreOnTheLeftOfABinaryMarket) {
  const client::BookChange change = after(
      {"35=W|55=RAIN|83=7|262=r|264=10|268=3|269=0|270=0.58|271=5|1023=1|269=1|270=0.6|271=10|"
       "1023=1|269=C|271=40|779=T|893=Y|1187=Y|1300=RAIN|1682=2|20032=4|"});
  EXPECT_THAT(picture(change),
              ElementsAre("RAIN of RAIN  HALTED (pause)",
                          "no trade, open interest 40",
                          "                   to buy |   price | to sell",
                          "############           10 |     0.6 |",
                          "                          |    0.58 | 5            ######"));
}

TEST_F(PriceLinesTest, AnEmptyBookSaysSo) {
  const client::BookChange change =
      after({"35=W|55=RAIN|83=7|262=r|264=10|268=0|779=T|893=Y|1187=Y|1300=RAIN|1682=18|"});
  EXPECT_THAT(picture(change), SizeIs(4));
  EXPECT_THAT(picture(change)[3], HasSubstr("no orders"));
}

TEST(SecurityJsonTest, IsOfListsAndTheirChanges) {
  EXPECT_THAT(
      security_json(message_of("35=y|146=1|55=RAIN|965=1|320=l|560=0|893=Y|1300=RAIN|20031=2|")),
      ElementsAre(
          R"({"event":"instrument","symbol":"RAIN","market":"RAIN","kind":"binary","status":"1"})"));
  EXPECT_THAT(security_json(message_of("35=BK|146=2|1324=A|55=A|965=10|1324=D|55=B|1300=M|")),
              ElementsAre(R"({"event":"listed","symbol":"A","market":"M","status":"10"})",
                          R"({"event":"removed","symbol":"B","market":"M"})"));
}

TEST(RefusalTest, SaysWhatForAndWhy) {
  const client::MarketDataReject reject{.request_id = "r",
                                        .code = '0',
                                        .subject = "NONE",
                                        .reason = 33,
                                        .text = "unknown instrument"};
  EXPECT_EQ(refusal_line(reject),
            "request r REFUSED, NONE: unknown instrument (reason 33) (unknown symbol or market)");
  EXPECT_EQ(refusal_json(reject),
            R"({"event":"refused","code":"0","text":"unknown instrument","subject":"NONE",)"
            R"("reason":33})");
}

}  // namespace
}  // namespace betex::tools
