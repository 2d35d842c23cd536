#include "gateway/client/message.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

std::string wire(std::string_view readable_frame) {
  std::string frame{readable_frame};
  for (char& c : frame) {
    if (c == '|') {
      c = kSoh;
    }
  }
  return frame;
}

// The length and the sum were computed apart from this code.
constexpr std::string_view kHeartbeat =
    "8=FIXT.1.1|9=58|35=0|34=7|49=BETEX|52=20261122-14:00:00.000001|56=BROKER1|10=017|";

TEST(MessageTest, EncodesHeaderBodyAndTrailerInTheStandardOrder) {
  const std::string frame = encode(Header{.begin_string = "FIXT.1.1",
                                          .sender = "BETEX",
                                          .target = "BROKER1",
                                          .seq_num = 7,
                                          .sending_time = "20261122-14:00:00.000001"},
                                   Message{"0"});
  EXPECT_EQ(readable(frame), kHeartbeat);
  EXPECT_EQ(readable("58=a\x1b[2J|b\x01"
                     "59=\n\x01"),
            "58=a\\x1b[2J\\|b|59=\\x0a|");
}

TEST(MessageTest, MarksAResentMessageAsPossibleDuplicate) {
  Message order{"D"};
  order.add(11, "a");
  const std::string frame = encode(Header{.begin_string = "FIX.4.4",
                                          .sender = "S",
                                          .target = "T",
                                          .seq_num = 3,
                                          .sending_time = "20261122-14:00:01.000000",
                                          .orig_sending_time = "20261122-14:00:00.000000"},
                                   order);
  const Message parsed = Message::parse(frame);
  EXPECT_TRUE(parsed.poss_dup());
  EXPECT_EQ(parsed.get(tag::kOrigSendingTime), "20261122-14:00:00.000000");
  EXPECT_EQ(parsed.get(11), "a");
}

TEST(MessageTest, ParsesWhatItEncodes) {
  const Message parsed = Message::parse(wire(kHeartbeat));
  EXPECT_EQ(parsed.type(), "0");
  EXPECT_EQ(parsed.seq_num(), 7U);
  EXPECT_EQ(parsed.get(tag::kSenderCompId), "BETEX");
  EXPECT_TRUE(parsed.administrative());
  EXPECT_FALSE(parsed.find(112).has_value());
  EXPECT_THROW(static_cast<void>(parsed.get(112)), ProtocolError);
}

TEST(MessageTest, RefusesWrongBytes) {
  const auto refused = [](std::string_view frame) {
    EXPECT_THROW(Message::parse(wire(frame)), ProtocolError) << frame;
  };
  refused("8=FIXT.1.1|9=58|35=0|34=7|49=BETEX|52=20261122-14:00:00.000001|56=BROKER1|10=018|");
  refused("8=FIXT.1.1|9=59|35=0|34=7|49=BETEX|52=20261122-14:00:00.000001|56=BROKER1|10=017|");
  refused("8=FIXT.1.1|9=57|35=0|34=7|49=BETEX|52=20261122-14:00:00.000001|56=BROKER1|10=017|");
  refused("9=58|8=FIXT.1.1|35=0|34=7|49=BETEX|52=20261122-14:00:00.000001|56=BROKER1|10=017|");
  refused("8=FIXT.1.1|9=58|34=7|35=0|49=BETEX|52=20261122-14:00:00.000001|56=BROKER1|10=017|");
  refused("8=FIXT.1.1|9=15|35=0|34=7|112=|10=000|");
  refused("8=FIXT.1.1|9=14|35=0|34=7|x=1|10=000|");
}

TEST(MessageTest, RefusesToBuildAFieldThatWouldBreakTheFrame) {
  Message message{"D"};
  EXPECT_THROW(message.add(11, ""), std::invalid_argument);
  EXPECT_THROW(message.add(11, wire("a|38=9")), std::invalid_argument);
}

TEST(FrameLengthTest, WaitsForTheWholeMessage) {
  const std::string frame = wire(kHeartbeat);
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(frame_length(std::string_view{frame}.substr(0, size)).has_value()) << size;
  }
  EXPECT_EQ(frame_length(frame + "8=FIXT.1.1"), frame.size());
}

TEST(FrameLengthTest, RefusesBytesThatAreNoMessage) {
  EXPECT_THROW(frame_length("HTTP/1.1 400"), ProtocolError);
  EXPECT_THROW(frame_length(wire("8=FIX.4.4|35=0|")), ProtocolError);
  EXPECT_THROW(frame_length(wire("8=FIX.4.4|9=99999999|")), ProtocolError);
}

TEST(ParseDecimalTest, IsExact) {
  EXPECT_EQ(parse_decimal("2.04", 2), 204);
  EXPECT_EQ(parse_decimal("30", 2), 3000);
  EXPECT_EQ(parse_decimal("0.60", 4), 6000);
  EXPECT_EQ(parse_decimal("2.03000000", 2), 203);
  EXPECT_THROW(parse_decimal("2.045", 2), ProtocolError);
  EXPECT_THROW(parse_decimal("", 2), ProtocolError);
  EXPECT_THROW(parse_decimal(".5", 2), ProtocolError);
  EXPECT_THROW(parse_decimal("1e3", 2), ProtocolError);
}

}  // namespace
}  // namespace betex::client
