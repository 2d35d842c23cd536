#include "gateway/client/market_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "tests/support/fix_text.h"

namespace betex::client {
namespace {

using test::message_of;
using test::text_of;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(MarketDataTest, ARequestIsItsMessage) {
  MarketDataRequest request{.id = "r", .symbols = {"A", "B"}};
  EXPECT_EQ(text_of(to_message(request)),
            "35=V|262=r|263=1|264=10|265=1|267=5|269=0|269=1|269=2|269=B|269=C|146=2|55=A|55=B|");
  request = {.id = "r",
             .type = MarketDataRequest::Type::Image,
             .depth = 3,
             .entries = {EntryType::TradedVolume},
             .markets = {"M"}};
  EXPECT_EQ(text_of(to_message(request)), "35=V|262=r|263=0|264=3|267=1|269=B|1310=1|1300=M|");
  request = {.id = "r",
             .depth = 1,
             .full_refresh = true,
             .deletes_outside = true,
             .log_out_when_slow = true,
             .conflate_ms = 250,
             .traded_ladder = true,
             .entries = {EntryType::Bid, EntryType::Offer},
             .symbols = {"A"}};
  EXPECT_EQ(text_of(to_message(request)),
            "35=V|262=r|263=1|264=1|265=0|547=N|815=3|267=2|269=0|269=1|146=1|55=A|20051=250|"
            "20052=Y|");
}

TEST(MarketDataTest, AnImageIsRead) {
  const MarketImage image = to_market_image(message_of(
      "35=W|55=A|83=7|262=r|264=3|268=4|269=0|270=2.08|271=50|1023=1|269=1|270=2.04|271=30|1023=1|"
      "269=2|270=2.06|271=10|272=20261122|273=14:00:00.123456|1003=99|2446=2|269=B|271=120|"
      "779=20261122-14:00:01.000000|814=2|893=N|1021=2|1187=Y|1300=M|1682=2|20005=4|20032=1|"
      "20033=Y|"));
  EXPECT_EQ(image.request_id, "r");
  EXPECT_EQ(image.symbol, "A");
  EXPECT_EQ(image.market, "M");
  EXPECT_EQ(image.rpt_seq, 7);
  EXPECT_EQ(image.depth, 3);
  EXPECT_EQ(image.time, "20261122-14:00:01.000000");
  EXPECT_TRUE(image.stands_for_more);
  EXPECT_FALSE(image.last_fragment);
  EXPECT_EQ(image.status.trading_status, "2");
  EXPECT_EQ(image.status.suspend_reason, "1");
  EXPECT_EQ(image.status.market_version, "4");
  EXPECT_TRUE(image.status.in_play);
  ASSERT_THAT(image.entries, SizeIs(4));
  EXPECT_EQ(image.entries[0].type, EntryType::Bid);
  EXPECT_EQ(image.entries[1].level, 1);
  EXPECT_EQ(image.entries[2].trade_time, "20261122-14:00:00.123456");
  EXPECT_EQ(image.entries[2].trade_id, "99");
  EXPECT_EQ(image.entries[2].aggressor, '2');
  EXPECT_THAT(image.entries[3].price, IsEmpty());
  EXPECT_EQ(image.entries[3].size, "120");
}

TEST(MarketDataTest, UpdatesAreSplitByInstrument) {
  const MarketUpdates updates = to_market_updates(message_of(
      "35=X|262=r|268=4|279=1|269=0|55=A|270=2.08|271=40|60=20261122-14:00:00.000001|83=9|20050=7|"
      "279=0|269=2|270=2.08|271=10|1003=100|2446=1|279=2|269=1|55=B|270=3|83=9|20050=8|"
      "279=1|269=B|271=5|814=2|"));
  EXPECT_EQ(updates.request_id, "r");
  EXPECT_TRUE(updates.conflated);
  ASSERT_THAT(updates.instruments, SizeIs(2));
  const MarketUpdate& a = updates.instruments[0];
  EXPECT_EQ(a.symbol, "A");
  EXPECT_EQ(a.rpt_seq, 9);
  EXPECT_EQ(a.prev_rpt_seq, 7);
  EXPECT_EQ(a.time, "20261122-14:00:00.000001");
  ASSERT_THAT(a.entries, SizeIs(2));
  EXPECT_EQ(a.entries[0].action, UpdateAction::Change);
  EXPECT_EQ(a.entries[1].type, EntryType::Trade);
  const MarketUpdate& b = updates.instruments[1];
  EXPECT_EQ(b.symbol, "B");
  EXPECT_EQ(b.prev_rpt_seq, 8);
  ASSERT_THAT(b.entries, SizeIs(2));
  EXPECT_EQ(b.entries[0].action, UpdateAction::Delete);
}

TEST(MarketDataTest, AChainMayBeginAtZero) {
  const MarketImage image = to_market_image(
      message_of("35=W|55=A|83=0|262=r|264=3|1187=Y|1300=M|1682=18|893=Y|779=T|268=0|"));
  EXPECT_EQ(image.rpt_seq, 0);
  const MarketUpdates updates =
      to_market_updates(message_of("35=X|262=r|268=1|279=0|269=0|55=A|270=2|271=1|83=2|20050=0|"));
  ASSERT_THAT(updates.instruments, SizeIs(1));
  EXPECT_EQ(updates.instruments[0].rpt_seq, 2);
  EXPECT_EQ(updates.instruments[0].prev_rpt_seq, 0);
}

TEST(MarketDataTest, WhatIsNotAsTheRulesSayIsAnError) {
  const std::string image = "35=W|55=A|83=7|262=r|264=3|1187=Y|1300=M|1682=17|893=Y|779=T|";
  EXPECT_NO_THROW(to_market_image(message_of(image + "268=0|")));
  for (const char* const wrong : {"268=1|",
                                  "268=0|269=0|270=2|271=1|1023=1|",
                                  "268=1|269=0|270=2|1023=1|",
                                  "268=1|269=0|271=1|1023=1|",
                                  "268=1|269=7|270=2|271=1|",
                                  ""}) {
    EXPECT_THROW(to_market_image(message_of(image + wrong)), ProtocolError) << wrong;
  }
  EXPECT_THROW(to_market_image(message_of("35=W|55=A|83=7|262=r|264=3|1300=M|1682=17|893=Y|779=T|"
                                          "268=0|")),
               ProtocolError)
      << "no 1187";
  for (const char* const wrong :
       {"268=1|279=0|269=0|270=2|271=1|",                       // of no instrument
        "268=1|279=0|269=0|55=A|270=2|271=1|83=7|",             // 20050
        "268=1|279=0|269=0|55=A|270=2|271=1|20050=6|",          // 83
        "268=1|279=0|269=0|55=A|270=2|83=7|20050=6|",           // a size
        "268=1|279=5|269=0|55=A|270=2|271=1|83=7|20050=6|",     // 279
        "268=2|279=0|269=0|55=A|270=2|271=1|83=7|20050=6|"}) {  // one of two
    EXPECT_THROW(to_market_updates(message_of(std::string{"35=X|262=r|"} + wrong)), ProtocolError)
        << wrong;
  }
}

TEST(MarketDataTest, AStatusLeavesWhatItDoesNotSay) {
  MarketStatus status{.trading_status = "17", .suspend_reason = "", .market_version = "3"};
  status = changed_by(message_of("35=f|55=A|326=2|20005=4|20032=1|"), status);
  EXPECT_EQ(status.trading_status, "2");
  EXPECT_EQ(status.suspend_reason, "1");
  EXPECT_EQ(status.market_version, "4");
  status = changed_by(message_of("35=f|55=A|20005=5|"), status);  // the terms have changed
  EXPECT_EQ(status.trading_status, "2");
  EXPECT_EQ(status.suspend_reason, "1");
  status = changed_by(message_of("35=f|55=A|326=3|20005=6|20033=Y|"), status);
  EXPECT_EQ(status.suspend_reason, "");
  EXPECT_TRUE(status.in_play);
  EXPECT_FALSE(status.over());
  EXPECT_TRUE(changed_by(message_of("35=f|55=A|326=101|"), status).over());
}

TEST(MarketDataTest, ARefusalNamesWhatItIsFor) {
  const MarketDataReject reject = to_market_data_reject(
      message_of("35=Y|55=A|58=unknown instrument|262=r|281=0|20001=33|20002=N|"));
  EXPECT_EQ(reject.request_id, "r");
  EXPECT_EQ(reject.code, '0');
  EXPECT_EQ(reject.subject, "A");
  EXPECT_EQ(reject.reason, 33);
  EXPECT_EQ(reject.text, "unknown instrument");
}

}  // namespace
}  // namespace betex::client
