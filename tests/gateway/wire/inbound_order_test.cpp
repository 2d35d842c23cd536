#include "gateway/wire/inbound_order.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/wire/fix_text.h"

namespace betex::fix {
namespace {

using matching::MsgSeqNum;
using testing::wire;

constexpr MsgSeqNum kNext{5};

Turn turn(const std::string& body, std::uint32_t number) {
  const std::string frame = wire("8=FIX.4.4|9=1|" + body);
  FieldTable fields;
  fields.read(frame);
  return turn_of(fields, MsgSeqNum{number}, kNext);
}

TEST(InboundOrder, WhatIsInSequenceHasItsTurn) {
  for (const std::string type : {"0", "1", "2", "3", "4", "5", "D", "j"}) {
    for (const std::string dup : {"", "43=Y|"}) {
      EXPECT_EQ(turn("35=" + type + "|" + dup, 5), Turn::Now) << type;
    }
  }
}

TEST(InboundOrder, AboveAGapAllWaitsButWhatWouldWaitForEver) {
  for (const std::string type : {"0", "1", "3", "D", "F", "j"}) {
    EXPECT_EQ(turn("35=" + type + "|", 6), Turn::AboveGap) << type;
    EXPECT_EQ(turn("35=" + type + "|43=Y|", 999'999'999), Turn::AboveGap) << type;
  }
  EXPECT_EQ(turn("35=4|123=Y|36=9|", 6), Turn::AboveGap);
  EXPECT_EQ(turn("35=2|7=1|16=0|", 6), Turn::Now);
  EXPECT_EQ(turn("35=5|", 6), Turn::Now);
}

TEST(InboundOrder, BelowItIsARepetitionOrTooLow) {
  for (const std::string type : {"0", "1", "2", "3", "D", "F", "j"}) {
    EXPECT_EQ(turn("35=" + type + "|", 4), Turn::TooLow) << type;
    EXPECT_EQ(turn("35=" + type + "|43=N|", 1), Turn::TooLow) << type;
    EXPECT_EQ(turn("35=" + type + "|43=Y|", 4), Turn::Repetition) << type;
  }
  EXPECT_EQ(turn("35=4|123=Y|36=9|", 4), Turn::TooLow);
  EXPECT_EQ(turn("35=4|43=Y|123=Y|36=9|", 4), Turn::Repetition);
  EXPECT_EQ(turn("35=5|", 4), Turn::Now);
  EXPECT_EQ(turn("35=5|43=Y|", 4), Turn::Repetition);
}

TEST(InboundOrder, AResetsOwnNumberMeansNothing) {
  for (const std::uint32_t number : {1U, 4U, 5U, 6U, 999'999'999U}) {
    EXPECT_EQ(turn("35=4|36=9|", number), Turn::Now);
    EXPECT_EQ(turn("35=4|36=9|123=N|", number), Turn::Now);
    EXPECT_EQ(turn("35=4|43=Y|36=9|123=N|", number), Turn::Now);
  }
}

TEST(InboundOrder, OrigSendingTimeIsAskedForWithPossDupFlag) {
  struct Case {
    std::string fields;
    std::uint16_t reason;  // 0: all right
  };

  for (const auto& [text, reason] :
       std::vector<Case>{{"35=D|52=20261122-14:20:31|", 0},
                         {"35=D|52=20261122-14:20:31|43=N|", 0},
                         {"35=D|52=20261122-14:20:31|43=Y|", 1},
                         {"35=D|52=20261122-14:20:31|43=Y|122=20261122-14:20:31|", 0},
                         {"35=D|52=20261122-14:20:31|43=Y|122=20261122-14:20:30.999|", 0},
                         {"35=D|52=20261122-14:20:31|43=Y|122=20261122-14:20:31.001|", 10},
                         {"35=0|52=20261122-14:20:31|43=Y|122=20271122-14:20:31|", 10},
                         {"35=D|52=20261122-14:20:31|43=Y|122=noon|", 0},
                         {"35=4|52=20261122-14:20:31|43=Y|123=Y|36=9|", 0},
                         {"35=4|52=20261122-14:20:31|43=Y|122=20271122-14:20:31|123=Y|36=9|", 0}}) {
    const std::string frame = wire("8=FIX.4.4|9=1|" + text);
    FieldTable fields;
    fields.read(frame);
    const auto refusal = check_orig_sending_time(fields);
    EXPECT_EQ(refusal ? refusal->session_reject_reason : 0, reason) << text;
    EXPECT_TRUE(!refusal || refusal->ref_tag_id == 122) << text;
  }
}

}  // namespace
}  // namespace betex::fix
