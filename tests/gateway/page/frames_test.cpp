#include "gateway/page/frames.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace betex::gateway {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

Sample sample(std::int64_t time_ms, double orders) {
  Sample made{.time_ms = time_ms};
  made[Series::Orders] = orders;
  return made;
}

TEST(PageFrames, FiguresAreTheTimeAndOneForEachSeries) {
  EXPECT_EQ(*figures_frame(sample(1234, 2.34567)),
            "event: figures\ndata: [1234,2.346,null,null,null,null,null,null]\n\n");
}

TEST(PageFrames, HistoryNamesTheSeries) {
  EXPECT_EQ(*history_frame({sample(1, 0.5), sample(2, 4)}),
            "event: history\n"
            "data: {\"series\":[\"orders\",\"ring\",\"commit\",\"lag\",\"durable\",\"segments\","
            "\"disk\"],\"samples\":[[1,0.5,null,null,null,null,null,null],"
            "[2,4.0,null,null,null,null,null,null]]}\n\n");
}

TEST(PageFrames, MarketsAndLadder) {
  MarketsPicture picture;
  picture.markets = {{.name = "M", .state = "Suspended", .in_play = true, .version = 5}};
  picture.market = "M";
  picture.runners = {{.symbol = "M.A",
                      .bids = {{"2.04", "30.00"}, {"2.06", "1.00"}},
                      .offers = {{"2.02", "7.00"}},
                      .last_price = "2.02",
                      .last_size = "3.00",
                      .matched = "12.00"},
                     {.symbol = "M.B"}};
  EXPECT_EQ(*markets_frame(picture.markets),
            "event: markets\n"
            "data: [{\"name\":\"M\",\"state\":\"Suspended\",\"in_play\":true,\"version\":5}]\n\n");
  EXPECT_EQ(*ladder_frame(picture),
            "event: ladder\n"
            "data: {\"market\":\"M\",\"runners\":[{\"symbol\":\"M.A\",\"last_price\":\"2.02\","
            "\"last_size\":\"3.00\",\"matched\":\"12.00\",\"bids\":[[\"2.04\",\"30.00\"],"
            "[\"2.06\",\"1.00\"]],\"offers\":[[\"2.02\",\"7.00\"]]},"
            "{\"symbol\":\"M.B\",\"last_price\":\"\",\"last_size\":\"\",\"matched\":\"\","
            "\"bids\":[],\"offers\":[]}]}\n\n");
}

TEST(PageFrames, SessionsHaveWhatIsKnownOfThem) {
  fix::CounterpartyState on;
  on.comp_id = matching::Name{"BROKER1"};
  on.status = fix::CounterpartyStatus::Connected;
  on.words = "on";
  on.epoch = matching::SessionEpoch{1};
  on.next_in = matching::MsgSeqNum{7};
  on.last_out = matching::MsgSeqNum{8};
  on.queue_bytes = 9;
  on.peer = "127.0.0.1";
  on.last_heard = matching::Timestamp{1'234'567'890};
  fix::CounterpartyState never;
  never.comp_id = matching::Name{"OPS1"};
  never.role = fix::SessionRole::Ops;
  never.status = fix::CounterpartyStatus::DownExpected;
  never.words = "off since the start";
  const std::vector sessions{on, never};
  EXPECT_EQ(
      *sessions_frame(sessions),
      "event: sessions\n"
      "data: [{\"comp_id\":\"BROKER1\",\"role\":\"Broker\",\"status\":\"on\",\"words\":\"on\","
      "\"next_in\":7,\"last_out\":8,\"queue_bytes\":9,\"last_heard\":1234,"
      "\"peer\":\"127.0.0.1\"},"
      "{\"comp_id\":\"OPS1\",\"role\":\"Ops\",\"status\":\"off\","
      "\"words\":\"off since the start\",\"next_in\":null,\"last_out\":null,"
      "\"queue_bytes\":null,\"last_heard\":null,\"peer\":\"\"}]\n\n");
}

TEST(PageFrames, NoTextEndsAFrame) {
  const std::string frame = *alarms_frame({"one\n\ntwo\r<b>", "no \xff UTF-8"});
  EXPECT_EQ(frame.find("\n\n"), frame.size() - 2);
  EXPECT_THAT(frame, HasSubstr("one\\n\\ntwo\\r<b>"));
  EXPECT_THAT(frame, HasSubstr("no \xEF\xBF\xBD UTF-8"));
  EXPECT_THAT(frame, EndsWith("\"]\n\n"));
}

}  // namespace
}  // namespace betex::gateway
