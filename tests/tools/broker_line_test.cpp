// Order groups, replays and limits, as people and programs read them.
#include "gateway/tools/broker_line.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/tools/report_json.h"
#include "gateway/tools/report_line.h"
#include "tests/support/fix_text.h"

namespace betex::tools {
namespace {

using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kActive =
    "35=UOH|1=BROKER1|11=g-1|60=20261122-14:05:01.123456|20080=QUOTES|20081=1|20082=500.00|"
    "20083=2000|20084=1|20085=1|20086=N|20087=0|20088=0|";
constexpr const char* kTripped =
    "35=UOH|1=BROKER1|60=20261122-14:05:01.123456|533=12|20080=QUOTES|20081=4|20082=500.00|"
    "20083=2000|20084=2|20085=2|20086=Y|20087=510.00|20088=0|";

std::vector<std::string> lines(const char* message) {
  return to_lines(client::to_report(message_of(message)));
}

std::string json(const std::string& message) {
  return report_json(client::to_report(message_of(message)));
}

TEST(BrokerLineTest, AnOrderGroupSaysHowItStands) {
  EXPECT_THAT(lines(kActive),
              ElementsAre("2026-11-22 14:05:01.123456 group QUOTES          ACTIVE: filled 0 of "
                          "500.00 in 2000 ms, live orders 0  id g-1"));
  EXPECT_THAT(lines(kTripped),
              ElementsAre("2026-11-22 14:05:01.123456 group QUOTES          TRIPPED: filled 510.00 "
                          "of 500.00 in 2000 ms while resting, live orders 0, cancelled 12, "
                          "cancelled on disconnect"));
  EXPECT_EQ(tone_of(message_of(kTripped)), Tone::Notice);
  EXPECT_EQ(tone_of(message_of(kActive)), Tone::Good);
  EXPECT_FALSE(refused(message_of(kTripped)));
}

TEST(BrokerLineTest, AGroupThatIsDeletedOrRefusedHasNoStanding) {
  EXPECT_THAT(
      lines("35=UOH|1=B|11=g-2|60=20261122-14:05:01|797=Y|20080=QUOTES|20081=5|"),
      ElementsAre("2026-11-22 14:05:01        group QUOTES          DELETED (copy, account B)  "
                  "id g-2"));
  const char* const refusal =
      "35=UOH|1=B|11=g-3|58=no such order "
      "group|60=20261122-14:05:01|20001=69|20080=QUOTES|20081=3|";
  EXPECT_THAT(lines(refusal),
              ElementsAre("2026-11-22 14:05:01        group QUOTES          reset REFUSED: no such "
                          "order group (reason 69)  id g-3"));
  EXPECT_TRUE(refused(message_of(refusal)));
  EXPECT_EQ(tone_of(message_of(refusal)), Tone::Bad);
}

TEST(BrokerLineTest, AReplaySaysWhatItIsOfAndWhatCannotBeHad) {
  EXPECT_THAT(lines("35=BX|52=20261122-14:05:01|1346=r|1348=0|1351=1|1355=BETEX|1182=7|1183=90|"),
              ElementsAre("2026-11-22 14:05:01        replay r BEGINS: events 7 to 90"));
  const char* const late =
      "35=BX|52=20261122-14:05:01|1346=r|1348=2|1351=1|1355=BETEX|1182=7|1183=90|20076=50|";
  EXPECT_THAT(lines(late),
              ElementsAre("2026-11-22 14:05:01        replay r REFUSED: events 7 to 90 cannot be "
                          "had any more; those from 50 on can"));
  EXPECT_TRUE(refused(message_of(late)));
  EXPECT_THAT(lines("35=BX|52=20261122-14:05:01|1346=r|1348=1|").front(),
              HasSubstr("REFUSED: the exchange has no such application"));
  EXPECT_THAT(lines("35=BY|52=20261122-14:05:01|1346=r|1426=3|1351=1|1355=BETEX|1357=90|20077=12|"),
              ElementsAre("2026-11-22 14:05:01        replay r COMPLETE: 12 reports, up to event "
                          "90"));
}

TEST(BrokerLineTest, LimitsAreALineEach) {
  EXPECT_THAT(lines("35=BF|553=B|923=l|926=1|1610=2|1611=2|1612=0|1613=100|1614=1000|1615=3|"
                    "20075=43|1611=0|1612=1|1613=1024|20075=1023|"),
              ElementsAre("limit: 100 messages in 1000 ms, 43 left; one more is refused",
                          "limit: 1024 unanswered messages, 1023 left; one more waits"));
  EXPECT_THAT(lines("35=BF|553=B|923=l|926=1|"), ElementsAre("no limits"));
}

TEST(ReportJsonTest, AnOrderGroupIsAnObject) {
  EXPECT_EQ(json(kTripped),
            R"({"event":"order_group","time":"2026-11-22T14:05:01.123456Z","account":"BROKER1",)"
            R"("group":"QUOTES","action":"trip","state":"tripped","limit":"500.00",)"
            R"("filled":"510.00","window_ms":2000,"scope":"resting","live_orders":0,)"
            R"("cancelled":12,"cancel_on_disconnect":true})");
  EXPECT_THAT(json(kActive), HasSubstr(R"("state":"active")"));
  EXPECT_THAT(json(kActive), HasSubstr(R"("id":"g-1")"));
  EXPECT_THAT(json("35=UOH|1=B|11=g|58=no|60=20261122-14:05:01|20001=69|20080=Q|20081=3|"),
              HasSubstr(R"("reason":69,"text":"no")"));
}

TEST(ReportJsonTest, ATradeNamesItsTradeAndWhoTook) {
  const std::string fill =
      "35=8|11=a|14=10.00|17=90-1|31=2.04|32=10.00|37=17|38=30.00|39=1|44=2.04|54=2|55=R|6=2.04|"
      "60=20261122-14:05:01|150=F|151=20.00|583=desk-7|880=90|20080=QUOTES|";
  EXPECT_EQ(json(fill + "1057=N|"),
            R"({"event":"order","time":"2026-11-22T14:05:01Z","exec_id":"90-1","exec_type":"F",)"
            R"("status":"1","order":"17","id":"a","symbol":"R","side":"2","quantity":"30.00",)"
            R"("price":"2.04","filled":"10.00","leaves":"20.00","average":"2.04",)"
            R"("last":{"price":"2.04","size":"10.00","id":"90","taker":false},)"
            R"("reference":"desk-7","group":"QUOTES"})");
  EXPECT_THAT(json(fill), Not(HasSubstr("taker")));
  EXPECT_THAT(json(fill + "97=Y|"), HasSubstr(R"("possible_repeat":true)"));
}

// Whoever reads a replay by a program must see where it ends, and what it did not get.
TEST(ReportJsonTest, AReplayBeginsAndEnds) {
  EXPECT_EQ(json("35=BX|1346=r|1348=2|1351=1|1355=BETEX|1182=7|1183=90|20076=50|"),
            R"({"event":"replay","id":"r","accepted":false,"first":7,"last":90,)"
            R"("available_from":50})");
  EXPECT_EQ(json("35=BY|1346=r|1426=3|1351=1|1355=BETEX|1357=90|20077=12|"),
            R"({"event":"replay_end","id":"r","last":90,"reports":12})");
}

TEST(ReportJsonTest, LimitsAreAList) {
  EXPECT_EQ(
      json("35=BF|553=B|923=l|926=1|1610=1|1611=2|1612=0|1613=100|1614=1000|1615=3|20075=43|"),
      R"({"event":"limits","limits":[{"messages":"100","interval":"1000","unit":"ms",)"
      R"("left":"43","one_more":"refused"}]})");
}

TEST(ReportJsonTest, AnythingElseHasItsLines) {
  EXPECT_EQ(json("35=B|42=20261122-14:05:01|148=rain|"),
            R"({"event":"message","type":"B","lines":["2026-11-22 14:05:01        NEWS: rain"]})");
}

// What others have chosen stays on its line, and in its quotes.
TEST(ReportJsonTest, NothingLeavesItsText) {
  EXPECT_THAT(json("35=UOH|1=B|60=20261122-14:05:01|20080=Q\"\\\x1b|20081=5|"),
              HasSubstr(R"("group":"Q\"\\\u001b")"));
}

}  // namespace
}  // namespace betex::tools
