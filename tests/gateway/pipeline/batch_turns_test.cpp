#include "gateway/pipeline/batch_turns.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using matching::PendingBatch;
using matching::Timestamp;
using Load = BatchTurns::Load;

constexpr std::int64_t kBegin = 1'800'000'000'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;

constexpr Timestamp after(std::int64_t nanos) {
  return Timestamp{kBegin + nanos};
}

TEST(BatchTurns, NothingThatIsPendingHasNoTurn) {
  BatchTurns turns;
  EXPECT_FALSE(turns.take(PendingBatch::None, Load::Idle, after(0)));
  EXPECT_FALSE(turns.take(PendingBatch::None, Load::Busy, after(0)));
}

TEST(BatchTurns, CancelsGoOnAfterEachCommandAndWhenIdle) {
  BatchTurns turns;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(turns.take(PendingBatch::Orders, Load::Busy, after(0)));
    EXPECT_TRUE(turns.take(PendingBatch::Orders, Load::Idle, after(0)));
  }
}

TEST(BatchTurns, PaymentsGoOnWhenIdle) {
  BatchTurns turns;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Idle, after(0)));
  }
}

TEST(BatchTurns, UnderLoadPaymentsHaveOneTurnInAMillisecond) {
  BatchTurns turns;
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Busy, after(0)));
  EXPECT_FALSE(turns.take(PendingBatch::Payments, Load::Busy, after(0)));
  EXPECT_FALSE(turns.take(PendingBatch::Payments, Load::Busy, after(kMillisecond - 1)));
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Busy, after(kMillisecond)));
  EXPECT_FALSE(turns.take(PendingBatch::Payments, Load::Busy, after(kMillisecond + 1)));
}

TEST(BatchTurns, LoadLastsALittleLongerThanTheLastCommand) {
  BatchTurns turns;
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Busy, after(0)));
  EXPECT_FALSE(turns.take(PendingBatch::Payments, Load::Idle, after(1)));
  EXPECT_EQ(turns.next_payment(), after(kMillisecond));
  for (int i = 1; i <= 4; ++i) {
    EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Idle, after(i * kMillisecond)));
    EXPECT_FALSE(turns.take(PendingBatch::Payments, Load::Idle, after(i * kMillisecond + 1)));
  }
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Idle, after(5 * kMillisecond)));
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Idle, after(5 * kMillisecond + 1)));
}

TEST(BatchTurns, CancelsInBetweenTakeNoTurnOfThePayments) {
  BatchTurns turns;
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Busy, after(0)));
  EXPECT_TRUE(turns.take(PendingBatch::Orders, Load::Busy, after(kMillisecond)));
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Busy, after(kMillisecond)));
}

TEST(BatchTurns, WhatRanWhenIdleCountsForTheLoadThatFollows) {
  BatchTurns turns;
  EXPECT_TRUE(turns.take(PendingBatch::Payments, Load::Idle, after(0)));
  EXPECT_FALSE(turns.take(PendingBatch::Payments, Load::Busy, after(1)));
}

}  // namespace
}  // namespace betex::gateway
