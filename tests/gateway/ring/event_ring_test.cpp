// The event ring on one thread: what each side sees at each step.
#include "gateway/ring/event_ring.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/environment.h"
#include "tests/support/waiting_on_rings.h"

namespace betex::gateway {
namespace {

using testing::ElementsAre;

constexpr std::size_t kSmallestArena = 4096;

TimePoint now() {
  return std::chrono::steady_clock::now();
}

std::string text(const EventSlot& slot) {
  return {reinterpret_cast<const char*>(slot.payload.data()), slot.payload.size()};
}

std::vector<std::string> texts(const EventBatch& batch) {
  std::vector<std::string> all;
  std::transform(batch.begin(), batch.end(), std::back_inserter(all), text);
  return all;
}

ClaimOutcome try_publish(EventRing& ring, std::string_view message, std::uint32_t tag = 0) {
  const Claim claim = ring.try_claim(message.size());
  if (claim.outcome == ClaimOutcome::Claimed) {
    std::memcpy(claim.bytes.data(), message.data(), message.size());
    ring.publish(tag);
  }
  return claim.outcome;
}

void publish(EventRing& ring, std::string_view message) {
  ASSERT_EQ(try_publish(ring, message), ClaimOutcome::Claimed);
}

void pass_all(EventConsumer& consumer) {
  consumer.release(consumer.poll().end_seq());
}

// As in the gateway: the report stage stands behind the journal stage.
struct EventRingTest : testing::Test {
  WaitStrategy wait;
  EventRing ring{{.capacity = 4, .arena_size = kSmallestArena}, wait};
  EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = wait});
  EventConsumer& report = ring.add_consumer({.name = "report", .wait = wait, .behind = {&journal}});

  void pass_both() {
    pass_all(journal);
    pass_all(report);
  }
};

TEST(EventRingSize, MustBeAPowerOfTwo) {
  WaitStrategy wait;
  EXPECT_THROW((EventRing{{.capacity = 1000, .arena_size = kSmallestArena}, wait}),
               std::invalid_argument);
  EXPECT_THROW((EventRing{{.capacity = 4, .arena_size = 100}, wait}), std::invalid_argument);
}

TEST_F(EventRingTest, GivesPayloadAndTagAsPublished) {
  EXPECT_EQ(try_publish(ring, "order", 7), ClaimOutcome::Claimed);
  EXPECT_EQ(try_publish(ring, "", 8), ClaimOutcome::Claimed);
  const EventBatch batch = journal.poll();
  EXPECT_EQ(batch.begin_seq(), 0U);
  EXPECT_EQ(batch.end_seq(), 2U);
  EventBatch::Iterator at = batch.begin();
  EXPECT_EQ(text(*at), "order");
  EXPECT_EQ(at->tag, 7U);
  ++at;
  EXPECT_TRUE(at->payload.empty());
  EXPECT_EQ(at->tag, 8U);
  EXPECT_EQ(at.seq(), 1U);
  EXPECT_EQ(++at, batch.end());
}

TEST_F(EventRingTest, AlignsPayloadsForFixedLayoutStructs) {
  publish(ring, "1");
  publish(ring, "two");
  publish(ring, std::string(3000, 'x'));
  for (const EventSlot& slot : journal.poll()) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slot.payload.data()) % 8, 0U);
  }
}

TEST_F(EventRingTest, ClaimedSlotIsSeenWhenPublishedNotBefore) {
  ASSERT_EQ(ring.try_claim(8).outcome, ClaimOutcome::Claimed);
  EXPECT_TRUE(journal.poll().empty());
  ring.publish(0);
  EXPECT_EQ(journal.poll().size(), 1U);
}

TEST_F(EventRingTest, PollGivesEverythingThatIsNewOrAsMuchAsAskedFor) {
  publish(ring, "a");
  publish(ring, "b");
  publish(ring, "c");
  EXPECT_THAT(texts(journal.poll(2)), ElementsAre("a", "b"));
  publish(ring, "d");
  EXPECT_THAT(texts(journal.poll()), ElementsAre("c", "d"));
  EXPECT_TRUE(journal.poll().empty());
}

TEST_F(EventRingTest, ConsumerSeesNothingThatItsGateHasNotReleased) {
  publish(ring, "a");
  publish(ring, "b");
  EXPECT_TRUE(report.poll().empty());
  EXPECT_EQ(journal.poll().size(), 2U);
  EXPECT_TRUE(report.poll().empty());  // taken is not committed
  journal.release(1);
  EXPECT_THAT(texts(report.poll()), ElementsAre("a"));
  journal.release(2);
  EXPECT_THAT(texts(report.poll()), ElementsAre("b"));
}

TEST(EventRing, ConsumerBehindTwoSeesWhatBothHaveReleased) {
  WaitStrategy wait;
  EventRing ring{{.capacity = 4, .arena_size = kSmallestArena}, wait};
  EventConsumer& first = ring.add_consumer({.name = "first", .wait = wait});
  EventConsumer& second = ring.add_consumer({.name = "second", .wait = wait});
  EventConsumer& last =
      ring.add_consumer({.name = "last", .wait = wait, .behind = {&first, &second}});
  publish(ring, "a");
  publish(ring, "b");
  pass_all(first);
  EXPECT_TRUE(last.poll().empty());
  EXPECT_EQ(second.poll().size(), 2U);
  second.release(1);
  EXPECT_THAT(texts(last.poll()), ElementsAre("a"));
}

TEST_F(EventRingTest, IsFullUntilTheSlowestConsumerReleases) {
  for (int i = 0; i < 4; ++i) {
    publish(ring, "x");
  }
  EXPECT_EQ(try_publish(ring, "x"), ClaimOutcome::Full);
  pass_all(journal);
  EXPECT_EQ(try_publish(ring, "x"), ClaimOutcome::Full);
  EXPECT_EQ(report.poll().size(), 4U);
  report.release(1);
  EXPECT_EQ(try_publish(ring, "x"), ClaimOutcome::Claimed);
  EXPECT_EQ(try_publish(ring, "x"), ClaimOutcome::Full);
}

TEST_F(EventRingTest, WrapsAround) {
  for (int round = 0; round < 1000; ++round) {
    publish(ring, std::to_string(round));
    publish(ring, std::to_string(-round));
    pass_all(journal);
    const EventBatch batch = report.poll();
    ASSERT_THAT(texts(batch), ElementsAre(std::to_string(round), std::to_string(-round)));
    report.release(batch.end_seq());
  }
}

TEST_F(EventRingTest, WaitsForArenaMemoryAsForSlots) {
  const std::string quarter(kSmallestArena / 4, 'q');
  WaitStrategy other;
  EventRing wide{{.capacity = 64, .arena_size = kSmallestArena}, other};
  EventConsumer& only = wide.add_consumer({.name = "only", .wait = other});
  for (int i = 0; i < 4; ++i) {
    publish(wide, quarter);
  }
  EXPECT_EQ(try_publish(wide, "x"), ClaimOutcome::Full);
  EXPECT_EQ(try_publish(wide, ""), ClaimOutcome::Claimed);  // a barrier needs no memory
  EXPECT_EQ(only.poll().size(), 5U);
  only.release(1);
  EXPECT_EQ(try_publish(wide, quarter), ClaimOutcome::Claimed);
}

TEST_F(EventRingTest, TakesAMessageLargerThanTheArena) {
  const std::string large(3 * kSmallestArena, 'L');
  publish(ring, "before");
  publish(ring, large);
  publish(ring, "after");
  pass_all(journal);
  EXPECT_THAT(texts(report.poll()), ElementsAre("before", large, "after"));
}

TEST_F(EventRingTest, HoldsNoMoreLargeMessagesThanFitTheArenaOrOne) {
  const std::string large(kSmallestArena, 'L');
  const std::string third(kSmallestArena / 3, 'T');
  publish(ring, large);
  EXPECT_EQ(try_publish(ring, large), ClaimOutcome::Full);
  EXPECT_EQ(try_publish(ring, third), ClaimOutcome::Full);
  publish(ring, "small ones go on");
  pass_both();
  publish(ring, third);
  publish(ring, third);
  publish(ring, third);
  EXPECT_EQ(try_publish(ring, third), ClaimOutcome::Full);
}

TEST_F(EventRingTest, TellsHowFarEachConsumerIs) {
  publish(ring, "a");
  publish(ring, "b");
  EXPECT_EQ(journal.poll().size(), 2U);
  journal.release(1);
  EXPECT_EQ(ring.published(), 2U);
  EXPECT_EQ(journal.released(), 1U);
  EXPECT_EQ(journal.lag(), 1U);
  EXPECT_EQ(report.lag(), 2U);
  EXPECT_EQ(ring.fill(), 2U);
  EXPECT_EQ(ring.capacity(), 4U);
  EXPECT_EQ(report.name(), "report");
}

TEST_F(EventRingTest, PollWaitEndsAtItsDeadline) {
  EventBatch batch;
  EXPECT_EQ(poll_wait(journal, wait, batch, now()), PollOutcome::TimedOut);
  EXPECT_TRUE(batch.empty());
}

TEST_F(EventRingTest, ClosedRingTakesNothing) {
  ring.close();
  EXPECT_EQ(ring.try_claim(1).outcome, ClaimOutcome::Closed);
  EXPECT_EQ(claim(ring, wait, 1).outcome, ClaimOutcome::Closed);
}

TEST_F(EventRingTest, ClosedRingIsDrainedBeforeItSaysSo) {
  publish(ring, "a");
  publish(ring, "b");
  ring.close();
  EventBatch batch;
  EXPECT_EQ(journal.poll(1).size(), 1U);
  EXPECT_FALSE(journal.drained());
  EXPECT_EQ(poll_wait(journal, wait, batch), PollOutcome::Ready);
  EXPECT_TRUE(journal.drained());
  EXPECT_EQ(poll_wait(journal, wait, batch), PollOutcome::Closed);
}

TEST_F(EventRingTest, ConsumerIsNotToldOfTheEndBeforeItsGateHasReleasedAll) {
  publish(ring, "a");
  ring.close();
  EventBatch batch;
  EXPECT_EQ(journal.poll().size(), 1U);
  EXPECT_EQ(poll_wait(report, wait, batch, now()), PollOutcome::TimedOut);
  journal.release(1);
  EXPECT_EQ(poll_wait(report, wait, batch), PollOutcome::Ready);
  EXPECT_EQ(poll_wait(report, wait, batch), PollOutcome::Closed);
}

TEST_F(EventRingTest, SlotClaimedBeforeTheCloseIsStillPublished) {
  ASSERT_EQ(ring.try_claim(0).outcome, ClaimOutcome::Claimed);
  ring.close();
  ring.publish(9);
  const EventBatch batch = journal.poll();
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.begin()->tag, 9U);
}

// Random steps of a producer and two consumers against a plain model: what is outstanding, and how
// far each is. Sizes reach from nothing to beyond the arena.
TEST(EventRing, AgreesWithAPlainModelOnRandomSteps) {
  const std::uint64_t seed = test::seed_from_environment();
  SCOPED_TRACE("BETEX_SEED=" + std::to_string(seed));
  std::mt19937_64 random{seed};
  WaitStrategy wait;
  EventRing ring{{.capacity = 16, .arena_size = kSmallestArena}, wait};
  EventConsumer* consumers[2] = {&ring.add_consumer({.name = "journal", .wait = wait}), nullptr};
  consumers[1] = &ring.add_consumer({.name = "report", .wait = wait, .behind = {consumers[0]}});

  std::vector<std::string> published;
  SlotSeq polled[2] = {0, 0};
  SlotSeq released[2] = {0, 0};
  std::size_t refused = 0;
  for (int step = 0; step < 50'000; ++step) {
    const std::uint64_t action = random() % 8;
    if (action < 4) {
      const std::uint64_t limit = random() % 50 == 0 ? 2 * kSmallestArena : 900;
      const std::string message(random() % limit, static_cast<char>('a' + step % 26));
      const ClaimOutcome outcome = try_publish(ring, message);
      ASSERT_TRUE(outcome == ClaimOutcome::Claimed || published.size() > released[1])
          << "an empty ring takes anything";
      if (outcome == ClaimOutcome::Claimed) {
        published.push_back(message);
      }
      refused += outcome == ClaimOutcome::Full;
    } else if (action < 6) {
      const std::size_t who = action % 2;
      const SlotSeq visible = who == 0 ? published.size() : released[0];
      const std::size_t max = 1 + random() % 20;
      const EventBatch batch = consumers[who]->poll(max);
      ASSERT_EQ(batch.begin_seq(), polled[who]);
      ASSERT_EQ(batch.size(), std::min<std::size_t>(max, visible - polled[who]));
      for (auto at = batch.begin(); at != batch.end(); ++at) {
        ASSERT_EQ(text(*at), published.at(at.seq()));
      }
      polled[who] = batch.end_seq();
    } else {
      const std::size_t who = action % 2;
      const SlotSeq up_to = released[who] + random() % (polled[who] - released[who] + 1);
      consumers[who]->release(up_to);
      released[who] = up_to;
    }
    ASSERT_EQ(ring.fill(), published.size() - released[1]);
  }
  EXPECT_GT(published.size(), 1000U);
  EXPECT_GT(refused, 0U);
}

using EventRingDeathTest = EventRingTest;

TEST_F(EventRingDeathTest, PublishingWithoutAClaimIsAnError) {
  EXPECT_DEATH(ring.publish(0), "assertion failed");
}

TEST_F(EventRingDeathTest, ClaimingTwiceIsAnError) {
  ASSERT_EQ(ring.try_claim(1).outcome, ClaimOutcome::Claimed);
  EXPECT_DEATH(static_cast<void>(ring.try_claim(1)), "assertion failed");
}

TEST_F(EventRingDeathTest, ReleasingWhatWasNotPolledIsAnError) {
  publish(ring, "a");
  EXPECT_DEATH(journal.release(1), "assertion failed");
}

TEST_F(EventRingDeathTest, ReleasingBackwardsIsAnError) {
  publish(ring, "a");
  pass_all(journal);
  EXPECT_DEATH(journal.release(0), "assertion failed");
}

TEST_F(EventRingDeathTest, DeclaringAConsumerAfterTheStartIsAnError) {
  publish(ring, "a");
  EXPECT_DEATH(ring.add_consumer({.name = "late", .wait = wait}), "assertion failed");
}

// One that is never waited for, behind the journal.
struct LeavingConsumerTest : EventRingTest {
  EventConsumer& guest =
      ring.add_consumer({.name = "guest", .wait = wait, .behind = {&journal}, .may_leave = true});

  void publish_and_pass(std::string_view message) {
    publish(ring, message);
    pass_both();
  }
};

TEST_F(LeavingConsumerTest, HoldsTheRingWhileItIsThereAndNotWhileItIsAway) {
  for (const char* const message : {"0", "1", "2", "3"}) {
    publish_and_pass(message);
  }
  EXPECT_FALSE(guest.holds_producer());
  EXPECT_EQ(try_publish(ring, "4"), ClaimOutcome::Full);
  EXPECT_TRUE(ring.full());
  EXPECT_TRUE(guest.holds_producer());
  guest.leave();
  EXPECT_FALSE(guest.holds_producer());
  EXPECT_TRUE(guest.away());
  EXPECT_EQ(ring.fill(), 0U);
  publish_and_pass("4");
  EXPECT_FALSE(ring.full());
}

TEST_F(LeavingConsumerTest, IsNotWhatHoldsTheRingWhereItsGateDoes) {
  for (const char* const message : {"0", "1", "2", "3"}) {
    publish(ring, message);
  }
  EXPECT_EQ(try_publish(ring, "4"), ClaimOutcome::Full);
  EXPECT_FALSE(guest.holds_producer());
  pass_all(journal);
  EXPECT_FALSE(guest.holds_producer()) << "the report stage does as well";
  pass_all(report);
  EXPECT_TRUE(guest.holds_producer());
}

TEST_F(LeavingConsumerTest, ComesBackToWhatIsPublishedFromThereOn) {
  publish_and_pass("0");
  publish_and_pass("1");
  guest.leave();
  const SlotSeq place = guest.visible_end();
  publish_and_pass("2");
  ASSERT_TRUE(guest.come_back(place));
  EXPECT_FALSE(guest.away());
  EXPECT_THAT(texts(guest.poll()), ElementsAre("2"));
}

TEST_F(LeavingConsumerTest, IsWaitedForFromWhereItHasComeBack) {
  guest.leave();
  publish_and_pass("0");
  const SlotSeq place = guest.visible_end();
  ASSERT_TRUE(guest.come_back(place));
  for (const char* const message : {"1", "2", "3", "4"}) {
    publish_and_pass(message);
  }
  EXPECT_EQ(try_publish(ring, "5"), ClaimOutcome::Full);
  EXPECT_THAT(texts(guest.poll(1)), ElementsAre("1"));
  guest.release(place + 1);
  EXPECT_EQ(try_publish(ring, "5"), ClaimOutcome::Claimed);
}

TEST_F(LeavingConsumerTest, DoesNotComeBackToWhatMayBeGone) {
  guest.leave();
  const SlotSeq place = guest.visible_end();
  for (int i = 0; i < 9; ++i) {
    publish_and_pass(std::to_string(i));
  }
  EXPECT_FALSE(guest.come_back(place));
  EXPECT_TRUE(guest.away());
  ASSERT_TRUE(guest.come_back(guest.visible_end()));
  EXPECT_TRUE(guest.poll().empty());
  publish_and_pass("9");
  EXPECT_THAT(texts(guest.poll()), ElementsAre("9"));
}

// Not only when slots run out: memory is used again too.
TEST_F(LeavingConsumerTest, DoesNotComeBackToMemoryThatMayBeGone) {
  guest.leave();
  const SlotSeq place = guest.visible_end();
  publish_and_pass(std::string(kSmallestArena, 'x'));  // a block of its own
  publish_and_pass("and that one is freed");
  EXPECT_FALSE(guest.come_back(place));
}

TEST_F(LeavingConsumerTest, MayLeaveAgain) {
  for (int i = 0; i < 20; ++i) {
    guest.leave();
    publish_and_pass("missed");
    ASSERT_TRUE(guest.come_back(guest.visible_end()));
    publish_and_pass(std::to_string(i));
    EXPECT_THAT(texts(guest.poll()), ElementsAre(std::to_string(i)));
    guest.release(ring.published());
  }
}

TEST_F(LeavingConsumerTest, SeesNothingThatItsGateHasNotReleasedWhenItIsBack) {
  publish_and_pass("0");
  guest.leave();
  publish(ring, "1");
  ASSERT_TRUE(guest.come_back(guest.visible_end()));
  EXPECT_TRUE(guest.poll().empty());
  pass_all(journal);
  EXPECT_THAT(texts(guest.poll()), ElementsAre("1"));
}

TEST_F(LeavingConsumerTest, IsNotDrainedWhileItIsAway) {
  publish_and_pass("0");
  guest.leave();
  ring.close();
  EXPECT_FALSE(guest.drained());
  ASSERT_TRUE(guest.come_back(guest.visible_end()));
  EXPECT_TRUE(guest.drained());
}

}  // namespace
}  // namespace betex::gateway
