#include "gateway/session/outbound_numbers.h"

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;

constexpr std::uint32_t kBlock = OutboundNumbers::kBlock;

class OutboundNumbersTest : public testing::Test {
 protected:
  OutboundNumbersTest() {
    numbers_.recover({.epoch = SessionEpoch{1},
                      .last_number = MsgSeqNum{4},
                      .sent = {.event = EventSeq{40}, .leg = 1},
                      .poss_resend_to = {.event = EventSeq{20}, .leg = 0}});
    numbers_.set_reserved_to(MsgSeqNum{kBlock});
  }

  OutboundNumbers numbers_;
};

TEST_F(OutboundNumbersTest, GoesOnInTheSameEpoch) {
  EXPECT_FALSE(numbers_.begin_epoch(SessionEpoch{1}, EventSeq{30}));
  EXPECT_EQ(numbers_.last(), MsgSeqNum{4});
  EXPECT_EQ(numbers_.next(), MsgSeqNum{5});
  EXPECT_EQ(numbers_.state().sent.event, EventSeq{40});
}

TEST_F(OutboundNumbersTest, SendsWhatIsNotProvenAgainInANewEpochAndMarksIt) {
  EXPECT_TRUE(numbers_.begin_epoch(SessionEpoch{2}, EventSeq{30}));
  EXPECT_EQ(numbers_.next(), MsgSeqNum{1});
  EXPECT_EQ(numbers_.state().epoch, SessionEpoch{2});
  EXPECT_EQ(numbers_.state().sent, (ReportId{.event = EventSeq{30}, .leg = kAllLegs}));
  EXPECT_TRUE(numbers_.is_poss_resend({.event = EventSeq{31}}));
  EXPECT_TRUE(numbers_.is_poss_resend({.event = EventSeq{40}, .leg = 1}));
  EXPECT_FALSE(numbers_.is_poss_resend({.event = EventSeq{40}, .leg = 2}));
  EXPECT_FALSE(numbers_.is_poss_resend({.event = EventSeq{41}}));
}

// An epoch that ends before it has sent as far as the one before it.
TEST_F(OutboundNumbersTest, AnEpochOfFewReportsMarksNoFewer) {
  EXPECT_TRUE(numbers_.begin_epoch(SessionEpoch{2}, EventSeq{30}));
  numbers_.use(MsgSeqNum{1});
  numbers_.report_sent({.event = EventSeq{31}});
  EXPECT_TRUE(numbers_.begin_epoch(SessionEpoch{3}, EventSeq{30}));
  EXPECT_TRUE(numbers_.is_poss_resend({.event = EventSeq{40}, .leg = 1}));
}

TEST_F(OutboundNumbersTest, UsesWhatIsReservedAndNoMore) {
  EXPECT_EQ(numbers_.left(), kBlock - 4);
  EXPECT_TRUE(numbers_.may_use(MsgSeqNum{kBlock}));
  EXPECT_FALSE(numbers_.may_use(MsgSeqNum{kBlock + 1}));
  numbers_.use(MsgSeqNum{kBlock});
  EXPECT_EQ(numbers_.left(), 0U);
  numbers_.set_reserved_to(MsgSeqNum{10});  // by an operator
  EXPECT_EQ(numbers_.left(), 0U);
}

TEST_F(OutboundNumbersTest, AsksForABlockWhenHalfOfOneIsLeft) {
  numbers_.use(MsgSeqNum{kBlock / 2});
  EXPECT_EQ(numbers_.block_to_ask_for(), std::nullopt);
  numbers_.use(MsgSeqNum{kBlock / 2 + 1});
  EXPECT_EQ(numbers_.block_to_ask_for(), MsgSeqNum{2 * kBlock});
}

TEST_F(OutboundNumbersTest, AsksOnceUntilItIsAnswered) {
  numbers_.use(MsgSeqNum{kBlock});
  EXPECT_EQ(numbers_.block_to_ask_for(), MsgSeqNum{2 * kBlock});
  EXPECT_EQ(numbers_.block_to_ask_for(), std::nullopt);
  numbers_.block_answered();
  EXPECT_EQ(numbers_.block_to_ask_for(), MsgSeqNum{2 * kBlock}) << "it was refused";
  numbers_.set_reserved_to(MsgSeqNum{2 * kBlock});
  numbers_.block_answered();
  EXPECT_EQ(numbers_.block_to_ask_for(), std::nullopt);
}

// The session cache may know of more numbers than the journal has reserved: an operator's doing.
TEST_F(OutboundNumbersTest, AsksForABlockAboveWhatIsUsed) {
  numbers_.set_reserved_to({});
  EXPECT_EQ(numbers_.block_to_ask_for(), MsgSeqNum{kBlock + 4});
}

}  // namespace
}  // namespace betex::fix
