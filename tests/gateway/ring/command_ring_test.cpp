#include "gateway/ring/command_ring.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/waiting_on_rings.h"

namespace betex::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TimePoint now() {
  return std::chrono::steady_clock::now();
}

void publish_paid(CommandRing<int>& ring, int value) {
  ASSERT_TRUE(ring.try_reserve(1));
  ring.publish(int{value});
}

std::vector<int> take(CommandRing<int>& ring, std::size_t max = CommandRing<int>::kAll) {
  std::vector<int> taken;
  ring.poll([&](int value) { taken.push_back(value); }, max);
  return taken;
}

struct CommandRingTest : testing::Test {
  WaitStrategy wait;
  CommandRing<int> ring{4, wait};
};

TEST_F(CommandRingTest, LeavesFreeWhatIsKeptForOthers) {
  EXPECT_FALSE(ring.try_reserve(3, 2));
  EXPECT_TRUE(ring.try_reserve(2, 2));
  EXPECT_FALSE(ring.try_reserve(1, 2));
  EXPECT_TRUE(ring.try_reserve(2)) << "which they may take";
  EXPECT_FALSE(ring.try_reserve(1));
  ring.release(4);
  EXPECT_TRUE(ring.try_reserve(1, 3));
  ring.release(1);
}

TEST(CommandRingSize, MustBeAPowerOfTwo) {
  WaitStrategy wait;
  for (const std::size_t size : {0U, 1U, 3U, 1000U, (1U << 24) + 1}) {
    EXPECT_THROW((CommandRing<int>{size, wait}), std::invalid_argument) << size;
  }
  try {
    const CommandRing<int> ring{1000, wait};
    FAIL();
  } catch (const std::invalid_argument& refusal) {
    EXPECT_STREQ(refusal.what(),
                 "command ring size = 1000: a ring's size must be a power of two from 2 to "
                 "16777216, for example 1024");
  }
}

TEST_F(CommandRingTest, GivesCommandsInTheOrderOfTheirPublishing) {
  ASSERT_TRUE(ring.try_reserve(3));
  ring.publish(1);
  ring.publish(2);
  ring.publish(3);
  EXPECT_THAT(take(ring), ElementsAre(1, 2, 3));
  EXPECT_THAT(take(ring), ElementsAre());
}

TEST_F(CommandRingTest, WrapsAround) {
  for (int value = 0; value < 1000; value += 3) {
    for (int i = 0; i < 3; ++i) {
      publish_paid(ring, value + i);
    }
    ASSERT_THAT(take(ring), ElementsAre(value, value + 1, value + 2));
  }
}

TEST_F(CommandRingTest, PollTakesNoMoreThanItsMaximum) {
  ASSERT_TRUE(ring.try_reserve(3));
  ring.publish(1);
  ring.publish(2);
  ring.publish(3);
  EXPECT_THAT(take(ring, 2), ElementsAre(1, 2));
  EXPECT_EQ(ring.fill(), 1U);
  EXPECT_THAT(take(ring, 0), ElementsAre());
  EXPECT_THAT(take(ring, 2), ElementsAre(3));
}

TEST_F(CommandRingTest, HandlerCanStopAfterACommand) {
  publish_paid(ring, 1);
  publish_paid(ring, 2);
  publish_paid(ring, 3);
  const std::size_t taken =
      ring.poll([](int value) { return value == 2 ? AfterSlot::Stop : AfterSlot::Continue; });
  EXPECT_EQ(taken, 2U);
  EXPECT_THAT(take(ring), ElementsAre(3));
}

TEST_F(CommandRingTest, HandlerSeesWhatIsPublishedAfterItsCommand) {
  for (int round = 0; round < 5; ++round) {  // around the ring
    publish_paid(ring, 1);
    publish_paid(ring, 2);
    publish_paid(ring, 3);
    std::vector<std::optional<int>> ahead;
    ring.poll([&](int) {
      const int* const next = ring.ahead(2);
      ahead.push_back(next == nullptr ? std::nullopt : std::optional{*next});
    });
    EXPECT_THAT(ahead, ElementsAre(3, std::nullopt, std::nullopt));
  }
}

TEST_F(CommandRingTest, CommandWhoseHandlerThrowsIsConsumed) {
  publish_paid(ring, 1);
  publish_paid(ring, 2);
  EXPECT_THROW(ring.poll([](int) { throw std::runtime_error("handler"); }), std::runtime_error);
  EXPECT_EQ(ring.fill(), 1U);
  EXPECT_THAT(take(ring), ElementsAre(2));
}

TEST_F(CommandRingTest, CreditsAreGivenForCertainSlotsOnly) {
  EXPECT_FALSE(ring.try_reserve(5));
  EXPECT_TRUE(ring.try_reserve(3));
  EXPECT_FALSE(ring.try_reserve(2));
  EXPECT_TRUE(ring.try_reserve(1));
  EXPECT_FALSE(ring.try_reserve(1));
  EXPECT_TRUE(ring.try_reserve(0));
  ring.release(4);
}

TEST_F(CommandRingTest, ReservingMoreThanTheRingHasFailsHoweverMuchItIs) {
  EXPECT_FALSE(ring.try_reserve(static_cast<std::size_t>(-1)));
  EXPECT_FALSE(ring.try_reserve(std::size_t{1} << 63));
}

TEST_F(CommandRingTest, ReleasedCreditsCanBeTakenAgain) {
  ASSERT_TRUE(ring.try_reserve(4));
  ring.release(3);
  EXPECT_FALSE(ring.try_reserve(4));
  EXPECT_TRUE(ring.try_reserve(3));
  ring.release(4);
}

TEST_F(CommandRingTest, CreditsComeBackWhenCommandsAreConsumedNotWhenPublished) {
  ASSERT_TRUE(ring.try_reserve(4));
  ring.publish(1);
  ring.publish(2);
  EXPECT_FALSE(ring.try_reserve(1));
  take(ring, 1);
  EXPECT_FALSE(ring.try_reserve(2));
  EXPECT_TRUE(ring.try_reserve(1));
  ring.release(3);
}

TEST_F(CommandRingTest, TellsItsFillLevel) {
  EXPECT_EQ(ring.capacity(), 4U);
  ASSERT_TRUE(ring.try_reserve(3));
  ring.publish(1);
  EXPECT_EQ(ring.fill(), 1U);
  EXPECT_EQ(ring.reserved(), 3U);
  take(ring);
  EXPECT_EQ(ring.fill(), 0U);
  EXPECT_EQ(ring.reserved(), 2U);
  ring.release(2);
}

TEST_F(CommandRingTest, PollWaitEndsAtItsDeadline) {
  EXPECT_EQ(poll_wait(ring, wait, now(), [](int) { FAIL(); }), PollOutcome::TimedOut);
}

TEST_F(CommandRingTest, ClosedRingGivesNoCredits) {
  ring.close();
  EXPECT_FALSE(ring.try_reserve(1));
  EXPECT_FALSE(ring.try_reserve(0));
}

TEST_F(CommandRingTest, ClosedRingIsDrainedBeforeItSaysSo) {
  publish_paid(ring, 1);
  publish_paid(ring, 2);
  ring.close();
  ring.close();
  EXPECT_THAT(take(ring, 1), ElementsAre(1));
  EXPECT_FALSE(ring.drained());
  EXPECT_THAT(take(ring, 1), ElementsAre(2));
  EXPECT_TRUE(ring.drained());
  EXPECT_EQ(poll_wait(ring, wait, kNoDeadline, [](int) { FAIL(); }), PollOutcome::Closed);
}

TEST_F(CommandRingTest, CreditsHeldAtTheCloseCanStillBePublished) {
  ASSERT_TRUE(ring.try_reserve(2));
  ring.close();
  EXPECT_EQ(poll_wait(ring, wait, now(), [](int) { FAIL(); }), PollOutcome::TimedOut);
  ring.publish(7);
  EXPECT_THAT(take(ring), ElementsAre(7));
  EXPECT_EQ(poll_wait(ring, wait, now(), [](int) { FAIL(); }), PollOutcome::TimedOut);
  ring.release(1);
  EXPECT_EQ(poll_wait(ring, wait, kNoDeadline, [](int) { FAIL(); }), PollOutcome::Closed);
}

TEST(CommandRing, MovesItsCommandsAndDestroysThemWhenHandled) {
  WaitStrategy wait;
  CommandRing<std::shared_ptr<int>> ring{2, wait};
  auto command = std::make_shared<int>(5);
  const std::weak_ptr<int> watched = command;
  ASSERT_TRUE(ring.try_reserve(1));
  ring.publish(std::move(command));
  EXPECT_EQ(watched.use_count(), 1);
  ring.poll([](const std::shared_ptr<int>& value) { EXPECT_EQ(*value, 5); });
  EXPECT_TRUE(watched.expired());
}

TEST_F(CommandRingTest, WhatIsClaimedFirstIsConsumedFirstAndNotBeforeItIsPublished) {
  ASSERT_TRUE(ring.try_reserve(2));
  const auto first = ring.claim();
  const auto second = ring.claim();
  std::construct_at(second.value, 2);
  ring.publish(second);
  EXPECT_THAT(take(ring), IsEmpty());
  EXPECT_FALSE(ring.drained());
  std::construct_at(first.value, 1);
  ring.publish(first);
  EXPECT_THAT(take(ring), ElementsAre(1, 2));
}

TEST(CommandRing, DestroysWhatNobodyConsumed) {
  WaitStrategy wait;
  const auto value = std::make_shared<int>(5);
  {
    CommandRing<std::shared_ptr<int>> ring{2, wait};
    ASSERT_TRUE(ring.try_reserve(1));
    ring.publish(std::shared_ptr<int>{value});
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);
}

using CommandRingDeathTest = CommandRingTest;

TEST_F(CommandRingDeathTest, PublishingWithoutACreditIsAnError) {
  EXPECT_DEATH(ring.publish(1), "assertion failed");
}

TEST_F(CommandRingDeathTest, ReleasingACreditThatNobodyHoldsIsAnError) {
  publish_paid(ring, 1);
  EXPECT_DEATH(ring.release(1), "assertion failed");
}

}  // namespace
}  // namespace betex::gateway
