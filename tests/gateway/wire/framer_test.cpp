#include "gateway/wire/framer.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/wire/fix_text.h"

namespace betex::fix {
namespace {

using testing::message;
using testing::message_of;
using testing::wire;
using Status = Framer::Status;

constexpr std::size_t kMaxSize = 512;
constexpr std::size_t kWhole = ~std::size_t{0};

struct Outcome {
  std::vector<std::string> frames;
  std::size_t garbled = 0;
  bool fatal = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

void drain(Framer& framer, Outcome& outcome) {
  for (;;) {
    const Framer::Result result = framer.next();
    switch (result.status) {
      case Status::Frame:
        outcome.frames.emplace_back(result.bytes);
        break;
      case Status::Garbled:
        ++outcome.garbled;
        EXPECT_FALSE(result.bytes.empty());
        break;
      case Status::NeedMore:
        return;
      case Status::Fatal:
        outcome.fatal = true;
        return;
    }
  }
}

// Feeds `stream` in pieces of at most `piece` bytes.
Outcome frame_all(std::string_view stream, std::size_t piece = kWhole) {
  Framer framer{kMaxSize};
  Outcome outcome;
  while (!stream.empty() && !outcome.fatal) {
    const std::span<char> room = framer.prepare();
    EXPECT_FALSE(room.empty());
    const std::size_t size = std::min({stream.size(), piece, room.size()});
    std::memcpy(room.data(), stream.data(), size);
    framer.commit(size);
    stream.remove_prefix(size);
    drain(framer, outcome);
  }
  return outcome;
}

std::string heartbeat(int number) {
  return message(FixVersion::Fixt11,
                 "35=0|49=A|56=B|34=" + std::to_string(number) + "|52=20261122-14:20:31.000|");
}

TEST(Framer, GivesEachMessageWhole) {
  const std::string stream = heartbeat(1) + heartbeat(2) + heartbeat(3);
  const Outcome outcome = frame_all(stream);
  EXPECT_EQ(outcome.frames, (std::vector{heartbeat(1), heartbeat(2), heartbeat(3)}));
  EXPECT_EQ(outcome.garbled, 0U);
  EXPECT_FALSE(outcome.fatal);
}

TEST(Framer, DoesNotCareHowTheStreamIsCut) {
  std::string stream = "garbage" + heartbeat(1) + "8=FIX" + heartbeat(2) + "x" + heartbeat(3);
  const std::string bad = message(FixVersion::Fixt11, "35=0|34=4|58=bad sum|");
  stream += bad.substr(0, bad.size() - 4) + wire("999|") + heartbeat(5);
  stream += wire("8=FIXT.1.1|9=20|35=0|34=6|10=000|") + heartbeat(7);
  const Outcome expected = frame_all(stream);
  EXPECT_EQ(expected.frames,
            (std::vector{heartbeat(1), heartbeat(2), heartbeat(3), heartbeat(5), heartbeat(7)}));
  EXPECT_EQ(expected.garbled, 5U);
  for (std::size_t piece = 1; piece < stream.size(); ++piece) {
    ASSERT_EQ(frame_all(stream, piece), expected) << "in pieces of " << piece;
  }
}

TEST(Framer, TakesAMessageInTwoPartsCutAnywhere) {
  const std::string stream = heartbeat(1) + heartbeat(2);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Framer framer{kMaxSize};
    Outcome outcome;
    for (const std::string_view part :
         {std::string_view{stream}.substr(0, cut), std::string_view{stream}.substr(cut)}) {
      std::memcpy(framer.prepare().data(), part.data(), part.size());
      framer.commit(part.size());
      drain(framer, outcome);
    }
    ASSERT_EQ(outcome.frames, (std::vector{heartbeat(1), heartbeat(2)})) << "cut at " << cut;
    ASSERT_EQ(outcome.garbled, 0U);
  }
}

struct GarbledCase {
  std::string name;
  std::string stream;
  std::size_t garbled = 1;
};

TEST(Framer, SkipsWhatIsGarbledAndGoesOn) {
  const std::vector<GarbledCase> cases{
      {"garbage", "hello, world\r\n"},
      {"a foreign protocol", "GET / HTTP/1.1\r\nHost: 8=8=8=FI\r\n\r\n"},
      {"wrong checksum", wire("8=FIX.4.4|9=10|35=0|34=1|10=000|")},
      {"checksum of two digits", wire("8=FIX.4.4|9=10|35=0|34=1|10=00|")},
      {"checksum of letters", wire("8=FIX.4.4|9=10|35=0|34=1|10=abc|")},
      {"length too short", wire("8=FIX.4.4|9=9|35=0|34=1|10=016|")},
      {"length cutting into a field", wire("8=FIX.4.4|9=7|35=0|34=1|10=016|")},
      {"length below any body", wire("8=FIX.4.4|9=0|35=0|34=1|10=016|")},
      {"no length", wire("8=FIX.4.4|9=|35=0|34=1|10=016|")},
      {"signed length", wire("8=FIX.4.4|9=+10|35=0|34=1|10=016|")},
      {"length of letters", wire("8=FIX.4.4|9=1a|35=0|34=1|10=016|")},
      {"length not second", wire("8=FIX.4.4|35=0|9=10|34=1|10=016|")},
      {"endless BeginString", "8=FIX" + std::string(30, '4')},
      {"MsgType not third", message_of("FIX.4.4", "34=1|35=0|52=20261122-14:20:31|")},
      {"MsgType without a value", message_of("FIX.4.4", "35=|34=1|52=20261122-14:20:31|")},
      {"two faults in a row", "rubbish" + wire("8=FIX.4.4|9=10|35=0|34=1|10=000|"), 2},
  };
  for (const auto& [name, stream, garbled] : cases) {
    const Outcome outcome = frame_all(heartbeat(1) + stream + heartbeat(2));
    EXPECT_EQ(outcome.frames, (std::vector{heartbeat(1), heartbeat(2)})) << name;
    EXPECT_EQ(outcome.garbled, garbled) << name;
    EXPECT_FALSE(outcome.fatal) << name;
  }
}

// The length says more than there is, so good messages seem to be its body: they are found again.
TEST(Framer, FindsTheMessagesThatATooLongLengthSwallowed) {
  const std::string stream =
      wire("8=FIX.4.4|9=100|35=0|34=1|10=016|") + heartbeat(2) + heartbeat(3) + heartbeat(4);
  const Outcome outcome = frame_all(stream);
  EXPECT_EQ(outcome.frames, (std::vector{heartbeat(2), heartbeat(3), heartbeat(4)}));
  EXPECT_EQ(outcome.garbled, 1U);
}

// A message inside a text field is not taken for one where only the outer checksum is wrong.
TEST(Framer, DoesNotLookForMessagesInsideOneWhoseChecksumIsWrong) {
  std::string outer = message(FixVersion::Fixt11, "35=B|34=1|58=" + heartbeat(9) + "|");
  outer[outer.size() - 2] = outer[outer.size() - 2] == '0' ? '1' : '0';
  const Outcome outcome = frame_all(outer + heartbeat(2));
  EXPECT_EQ(outcome.frames, (std::vector{heartbeat(2)}));
  EXPECT_EQ(outcome.garbled, 1U);
}

TEST(Framer, AcceptsLeadingZerosInTheLength) {
  std::string text = wire("8=FIX.4.4|9=000000017|35=0|34=1|58=abc|");
  text += "10=" + std::to_string(1000 + checksum(text)).substr(1) + "\001";
  EXPECT_EQ(frame_all(text).frames, (std::vector{text}));
}

TEST(Framer, TakesAMessageOfExactlyTheLimitAndNoMore) {
  const auto of_size = [](std::size_t size) {
    std::string body = "35=B|34=1|58=|";
    const std::size_t rest = message(FixVersion::Fix44, body).size() + 1;  // 9= grows by a digit
    body.insert(body.size() - 1, std::string(size - rest, 'x'));
    return message(FixVersion::Fix44, body);
  };
  ASSERT_EQ(of_size(kMaxSize).size(), kMaxSize);
  EXPECT_EQ(frame_all(of_size(kMaxSize)).frames.size(), 1U);
  EXPECT_EQ(frame_all(of_size(kMaxSize), 1).frames.size(), 1U);
  const Outcome outcome = frame_all(of_size(kMaxSize + 1));
  EXPECT_TRUE(outcome.fatal);
  EXPECT_TRUE(outcome.frames.empty());
}

TEST(Framer, IsFatalForALengthBeyondTheLimitAtOnce) {
  for (const std::string length : {"1000",
                                   "999999999",
                                   "1000000000",
                                   "18446744073709551617",
                                   "4294967301",
                                   "99999999999999999999999999"}) {
    EXPECT_TRUE(frame_all(wire("8=FIX.4.4|9=" + length + "|35=0|")).fatal) << length;
  }
}

TEST(Framer, IsFatalWhereNoMessageComesInAsMuchAsTheLimit) {
  EXPECT_TRUE(frame_all(std::string(kMaxSize + 1, 'x')).fatal);
  EXPECT_FALSE(frame_all(std::string(kMaxSize, 'x')).fatal);
  std::string bad_sums;
  while (bad_sums.size() <= kMaxSize) {
    bad_sums += wire("8=FIX.4.4|9=10|35=0|34=1|10=000|");
  }
  EXPECT_TRUE(frame_all(bad_sums).fatal);
  EXPECT_TRUE(frame_all(std::string(kMaxSize + 2, '8')).fatal);
}

TEST(Framer, StaysFatal) {
  Framer framer{kMaxSize};
  const std::string bytes = wire("8=FIX.4.4|9=99999|") + heartbeat(1);
  std::memcpy(framer.prepare().data(), bytes.data(), bytes.size());
  framer.commit(bytes.size());
  EXPECT_EQ(framer.next().status, Status::Fatal);
  EXPECT_EQ(framer.next().status, Status::Fatal);
}

TEST(Framer, CountsARunOfGarbageOnceHoweverItArrives) {
  const std::string stream = std::string(300, 'x') + heartbeat(1) + std::string(300, 'y');
  EXPECT_EQ(frame_all(stream, 1).garbled, 2U);
  EXPECT_EQ(frame_all(stream, 7).garbled, 2U);
}

TEST(Framer, KeepsFramesOfOneReadValidTogether) {
  Framer framer{kMaxSize};
  const std::string stream = heartbeat(1) + heartbeat(2);
  std::memcpy(framer.prepare().data(), stream.data(), stream.size());
  framer.commit(stream.size());
  const Framer::Result first = framer.next();
  const Framer::Result second = framer.next();
  EXPECT_EQ(framer.next().status, Status::NeedMore);
  EXPECT_EQ(first.bytes, heartbeat(1));
  EXPECT_EQ(second.bytes, heartbeat(2));
}

TEST(Framer, AlwaysHasRoomOverALongStreamOfMessagesOfAllSizes) {
  std::string stream;
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < 400; ++i) {
    sent.push_back(
        message(FixVersion::Fixt11, "35=B|34=1|58=" + std::string(1 + i * 37 % 440, 'z') + "|"));
    stream += sent.back();
  }
  for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, std::size_t{511}, kWhole}) {
    const Outcome outcome = frame_all(stream, piece);
    EXPECT_EQ(outcome.frames, sent);
    EXPECT_EQ(outcome.garbled, 0U);
  }
}

// Random bytes, and good streams with random damage: no crash, and nothing but whole messages.
TEST(Framer, SurvivesRandomBytesAndDamage) {
  std::mt19937 random{4711};
  const auto below = [&](std::size_t n) { return random() % n; };
  const std::string alphabet = wire("8=FIX.4|9=10|35=0|10=|");
  for (int run = 0; run < 2000; ++run) {
    std::string stream;
    if (run % 2 == 0) {
      for (std::size_t i = below(600); i > 0; --i) {
        stream += alphabet[below(alphabet.size())];
      }
    } else {
      stream = heartbeat(1) + heartbeat(2) + heartbeat(3);
      for (std::size_t i = 1 + below(4); i > 0; --i) {
        stream[below(stream.size())] = static_cast<char>(below(256));
      }
    }
    const Outcome whole = frame_all(stream);
    ASSERT_EQ(frame_all(stream, 1 + below(20)), whole) << testing::readable(stream);
    for (const std::string& frame : whole.frames) {
      const auto body = frame.find("\00135=");
      ASSERT_NE(body, std::string::npos);
      ASSERT_EQ(frame.substr(frame.size() - 4, 3),
                std::to_string(1000 + checksum(frame.substr(0, frame.size() - 7))).substr(1));
    }
  }
}

TEST(Checksum, IsTheSumOfAllBytesModulo256) {
  std::mt19937 random{42};
  std::string bytes;
  unsigned sum = 0;
  for (std::size_t size = 0; size < 2000; ++size) {
    ASSERT_EQ(checksum(bytes), sum % 256) << size;
    bytes.push_back(static_cast<char>(random()));
    sum += static_cast<unsigned char>(bytes.back());
  }
  EXPECT_EQ(checksum(std::string(100'000, '\xff')), 255U * 100'000 % 256);
}

}  // namespace
}  // namespace betex::fix
