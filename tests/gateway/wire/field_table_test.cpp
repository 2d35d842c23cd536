#include "gateway/wire/field_table.h"

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/wire/fix_text.h"

namespace betex::fix {
namespace {

using testing::wire;
using Fault = FieldTable::Fault;
using Pairs = std::vector<std::pair<std::uint32_t, std::string>>;

Pairs pairs_of(const FieldTable& table) {
  Pairs pairs;
  for (const Field& field : table.fields()) {
    pairs.emplace_back(field.tag, field.value);
  }
  return pairs;
}

TEST(FieldTable, HoldsEveryFieldInItsOrder) {
  const std::string frame = wire("8=FIX.4.4|9=5|35=D|11=a=b|58= x |999999999=y|10=000|");
  FieldTable table;
  EXPECT_EQ(table.read(frame), Fault::None);
  EXPECT_EQ(pairs_of(table),
            (Pairs{{8, "FIX.4.4"},
                   {9, "5"},
                   {35, "D"},
                   {11, "a=b"},
                   {58, " x "},
                   {999999999, "y"},
                   {10, "000"}}));
}

TEST(FieldTable, FindsTheFirstFieldOfATag) {
  const std::string frame = wire("35=D|11=a|11=b|10=000|");
  FieldTable table;
  table.read(frame);
  ASSERT_NE(table.find(11), nullptr);
  EXPECT_EQ(table.find(11)->value, "a");
  EXPECT_EQ(table.value(11), "a");
  EXPECT_EQ(table.find(55), nullptr);
  EXPECT_EQ(table.value(55), "");
}

TEST(FieldTable, HasTheHeaderAtHand) {
  const std::string frame = wire(
      "8=FIXT.1.1|9=5|35=AE|34=000000042|43=Y|49=SENDER|52=20261122-14:20:31|56=TARGET|97=N|"
      "10=000|");
  FieldTable table;
  table.read(frame);
  EXPECT_EQ(table.begin_string(), "FIXT.1.1");
  EXPECT_EQ(table.msg_type(), "AE");
  EXPECT_EQ(table.msg_seq_num(), matching::MsgSeqNum{42});
  EXPECT_EQ(table.sender_comp_id(), "SENDER");
  EXPECT_EQ(table.target_comp_id(), "TARGET");
  EXPECT_EQ(table.sending_time(), "20261122-14:20:31");
  EXPECT_TRUE(table.poss_dup());
  EXPECT_FALSE(table.poss_resend());
}

TEST(FieldTable, ForgetsTheFrameBefore) {
  const std::string first = wire("8=FIX.4.4|35=D|34=7|43=Y|10=000|");
  const std::string second = wire("8=FIX.4.4|35=0|10=000|");
  FieldTable table;
  table.read(first);
  table.read(second);
  EXPECT_EQ(table.fields().size(), 3U);
  EXPECT_FALSE(table.msg_seq_num().has_value());
  EXPECT_FALSE(table.poss_dup());
}

TEST(FieldTable, TakesNoMsgSeqNumThatQuickFixWouldReadOtherwise) {
  FieldTable table;
  for (const std::string number :
       {"0", "4294967297", "1000000000", "-1", "+1", "1.0", "1e3", " 1", "0x1", "one"}) {
    const std::string frame = wire("35=D|34=" + number + "|");
    table.read(frame);
    EXPECT_FALSE(table.msg_seq_num().has_value()) << number;
  }
}

struct FaultCase {
  std::string text;
  Fault fault;
  std::size_t fields_before;
  std::uint32_t fault_tag = 0;
};

TEST(FieldTable, StopsAtTheFirstFault) {
  for (const auto& [text, fault, fields_before, fault_tag] : std::vector<FaultCase>{
           {"35=D|=x|11=a|", Fault::BadTag, 1},
           {"35=D|x|11=a|", Fault::BadTag, 1},
           {"35=D|11|12=a|", Fault::BadTag, 1},
           {"35=D||11=a|", Fault::BadTag, 1},
           {"35=D|1a=x|", Fault::BadTag, 1},
           {"35=D|-1=x|", Fault::BadTag, 1},
           {"35=D|+1=x|", Fault::BadTag, 1},
           {"35=D| 1=x|", Fault::BadTag, 1},
           {"35=D|0=x|", Fault::BadTag, 1},
           {"35=D|011=x|", Fault::BadTag, 1},
           {"35=D|1000000000=x|", Fault::BadTag, 1},
           {"35=D|4294967307=x|", Fault::BadTag, 1},
           {"35=D|11=a|12=b", Fault::BadTag, 2},
           {"35=D|11", Fault::BadTag, 1},
           {"35=D|11=|12=b|", Fault::NoValue, 1, 11},
       }) {
    const std::string frame = wire(text);
    FieldTable table;
    EXPECT_EQ(table.read(frame), fault) << text;
    EXPECT_EQ(table.fault(), fault) << text;
    EXPECT_EQ(table.fault_tag(), fault_tag) << text;
    EXPECT_EQ(table.fields().size(), fields_before) << text;
  }
}

TEST(FieldTable, HoldsAsManyFieldsAsItMayAndNoMore) {
  std::string frame;
  for (std::size_t i = 1; i <= FieldTable::kMaxFields; ++i) {
    frame += std::to_string(i) + "=x\001";
  }
  FieldTable table;
  EXPECT_EQ(table.read(frame), Fault::None);
  EXPECT_EQ(table.fields().size(), FieldTable::kMaxFields);
  EXPECT_EQ(table.read(frame + "1=x\001"), Fault::TooManyFields);
  EXPECT_EQ(table.read(frame, 100), Fault::TooManyFields);
  EXPECT_EQ(table.fields().size(), 100U);
}

TEST(FieldTable, SurvivesRandomBytes) {
  std::mt19937 random{1};
  const std::string alphabet = wire("0123456789=|Ax");
  FieldTable table;
  for (int run = 0; run < 20'000; ++run) {
    std::string frame;
    for (std::size_t i = random() % 40; i > 0; --i) {
      frame += alphabet[random() % alphabet.size()];
    }
    const Fault fault = table.read(frame);
    std::string again;
    for (const Field& field : table.fields()) {
      again += std::to_string(field.tag) + "=" + std::string{field.value} + "\001";
    }
    ASSERT_TRUE(frame.starts_with(again)) << testing::readable(frame);
    ASSERT_EQ(fault == Fault::None, again.size() == frame.size()) << testing::readable(frame);
  }
}

// The number of what is refused has to be known.
TEST(FieldTable, ReadsTheNumberBehindAFault) {
  struct Case {
    std::string fields;
    std::optional<matching::MsgSeqNum> number;
  };

  const matching::MsgSeqNum seven{7};
  for (const auto& [text, number] :
       std::vector<Case>{{"35=D|49=|34=7|", seven},
                         {"35=D|abc=1|34=7|", seven},
                         {"35=D|x|34=7|11=a|", seven},
                         {"35=D|=|34=7|", seven},
                         {"35=D|0=1|134=8|034=9|34=7|34=8|", seven},
                         {"35=D|34=3|49=|34=7|", matching::MsgSeqNum{3}},
                         {"35=D|34=|34=7|", seven},
                         {"35=D|49=|34=x|", std::nullopt},
                         {"35=D|49=|34=|", std::nullopt},
                         {"35=D|49=|58=34=7|", std::nullopt}}) {
    const std::string frame = wire("8=FIX.4.4|9=5|" + text + "10=000|");
    FieldTable table;
    EXPECT_NE(table.read(frame), Fault::None) << text;
    EXPECT_EQ(table.msg_seq_num(), number) << text;
  }
  const std::string frame = wire("8=FIX.4.4|9=5|35=D|49=a|34=7|10=000|");
  FieldTable table;
  EXPECT_EQ(table.read(frame, 4), Fault::TooManyFields);
  EXPECT_EQ(table.msg_seq_num(), seven);
}

}  // namespace
}  // namespace betex::fix
