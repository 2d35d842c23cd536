#include "gateway/session/above_gap.h"

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using matching::MsgSeqNum;

TEST(AboveGap, GivesAMessageWhenItsTurnHasCome) {
  AboveGap above;
  EXPECT_TRUE(above.keep(MsgSeqNum{4}, "four"));
  EXPECT_TRUE(above.keep(MsgSeqNum{3}, "three"));
  EXPECT_EQ(above.first_from(MsgSeqNum{2}), nullptr);

  ASSERT_NE(above.first_from(MsgSeqNum{3}), nullptr);
  EXPECT_EQ(*above.first_from(MsgSeqNum{3}), "three") << "and again, until it is removed";
  above.remove_first();
  ASSERT_NE(above.first_from(MsgSeqNum{4}), nullptr);
  EXPECT_EQ(*above.first_from(MsgSeqNum{4}), "four");
  above.remove_first();
  EXPECT_EQ(above.first_from(MsgSeqNum{5}), nullptr);
}

TEST(AboveGap, KeepsTheFirstOfTwoWithOneNumber) {
  AboveGap above;
  EXPECT_TRUE(above.keep(MsgSeqNum{3}, "first"));
  EXPECT_TRUE(above.keep(MsgSeqNum{3}, "second"));
  EXPECT_EQ(*above.first_from(MsgSeqNum{3}), "first");
}

TEST(AboveGap, DropsWhatHasComeByTheResend) {
  AboveGap above;
  EXPECT_TRUE(above.keep(MsgSeqNum{3}, "three"));
  EXPECT_TRUE(above.keep(MsgSeqNum{5}, "five"));
  ASSERT_NE(above.first_from(MsgSeqNum{5}), nullptr);
  EXPECT_EQ(*above.first_from(MsgSeqNum{5}), "five");
}

TEST(AboveGap, KeepsSoManyMessages) {
  AboveGap above;
  for (std::uint32_t i = 0; i < AboveGap::kMaxMessages; ++i) {
    EXPECT_TRUE(above.keep(MsgSeqNum{10 + i}, "x"));
  }
  EXPECT_FALSE(above.keep(MsgSeqNum{9}, "x"));
  EXPECT_TRUE(above.keep(MsgSeqNum{10}, "x")) << "it is there";

  EXPECT_NE(above.first_from(MsgSeqNum{10}), nullptr);
  above.remove_first();
  EXPECT_TRUE(above.keep(MsgSeqNum{1000}, "x"));
}

TEST(AboveGap, KeepsSoManyBytes) {
  const std::string half(AboveGap::kMaxBytes / 2, 'x');
  AboveGap above;
  EXPECT_TRUE(above.keep(MsgSeqNum{3}, half));
  EXPECT_TRUE(above.keep(MsgSeqNum{4}, half));
  EXPECT_FALSE(above.keep(MsgSeqNum{5}, "x"));

  EXPECT_NE(above.first_from(MsgSeqNum{4}), nullptr) << "3 is dropped, and counts no more";
  EXPECT_TRUE(above.keep(MsgSeqNum{5}, half));
  EXPECT_FALSE(above.keep(MsgSeqNum{6}, "x"));
  above.clear();
  EXPECT_EQ(above.first_from(MsgSeqNum{4}), nullptr);
  EXPECT_TRUE(above.keep(MsgSeqNum{6}, half + half));
}

}  // namespace
}  // namespace betex::fix
