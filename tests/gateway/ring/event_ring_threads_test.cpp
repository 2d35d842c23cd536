// The event ring between threads. Every wait has a bound that only a fault reaches.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/ring/event_ring.h"
#include "tests/gateway/ring/budget.h"
#include "tests/support/waiting_on_rings.h"

namespace betex::gateway {
namespace {

using std::chrono_literals::operator""ms;

constexpr std::size_t kSmallestArena = 4096;

// A message says in every byte which it is, and its length follows from its number.
std::size_t length(SlotSeq seq) {
  return seq % 97 == 0 ? 3 * kSmallestArena / 2 : (seq * 37) % 300;
}

std::byte pattern(SlotSeq seq) {
  return static_cast<std::byte>(seq % 251);
}

bool is_message(const EventSlot& slot, SlotSeq seq) {
  if (slot.tag != seq % 1000 || slot.payload.size() != length(seq)) {
    return false;
  }
  for (const std::byte byte : slot.payload) {
    if (byte != pattern(seq)) {
      return false;
    }
  }
  return true;
}

void produce(EventRing& ring, WaitStrategy& wait, SlotSeq count) {
  const Budget budget;
  for (SlotSeq seq = 0; seq < count && budget.left(); ++seq) {
    const Claim claimed = claim(ring, wait, length(seq));
    ASSERT_EQ(claimed.outcome, ClaimOutcome::Claimed);
    std::memset(claimed.bytes.data(), std::to_integer<int>(pattern(seq)), claimed.bytes.size());
    ring.publish(static_cast<std::uint32_t>(seq % 1000));
  }
  ring.close();
}

// Polls to the end, checks each message, calls `before_release(batch)`, releases.
template <typename BeforeRelease>
void consume(EventRing& ring,
             EventConsumer& consumer,
             WaitStrategy& wait,
             BeforeRelease&& before_release) {
  SlotSeq next = 0;
  EventBatch batch;
  PollOutcome outcome = PollOutcome::Ready;
  while ((outcome = poll_wait(consumer, wait, batch, lost())) == PollOutcome::Ready) {
    for (const EventSlot& slot : batch) {
      ASSERT_TRUE(is_message(slot, next)) << consumer.name() << ", message " << next;
      ++next;
    }
    before_release(batch);
    consumer.release(batch.end_seq());
  }
  EXPECT_EQ(outcome, PollOutcome::Closed) << consumer.name();
  EXPECT_EQ(next, ring.published()) << consumer.name();
}

struct Load {
  std::size_t capacity;
  SlotSeq count;
  WaitKind kind;
};

class EventRingThreads : public testing::TestWithParam<Load> {};

INSTANTIATE_TEST_SUITE_P(Loads,
                         EventRingThreads,
                         testing::Values(Load{2, 10'000, WaitKind::Block},
                                         Load{64, 40'000, WaitKind::Block},
                                         Load{64, 20'000, WaitKind::Yield},
                                         Load{1024, 20'000, WaitKind::BusySpin}));

TEST_P(EventRingThreads, EveryConsumerSeesEverythingOnceAndNothingBeforeItsGate) {
  const Load load = GetParam();
  WaitStrategy waits[4] = {WaitStrategy{load.kind, 4},
                           WaitStrategy{load.kind, 4},
                           WaitStrategy{load.kind, 4},
                           WaitStrategy{load.kind, 4}};
  EventRing ring{{.capacity = load.capacity, .arena_size = kSmallestArena}, waits[0]};
  EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = waits[1]});
  EventConsumer& report =
      ring.add_consumer({.name = "report", .wait = waits[2], .behind = {&journal}});
  EventConsumer& other = ring.add_consumer({.name = "other", .wait = waits[3]});

  std::atomic<SlotSeq> committed{0};
  std::jthread journaling{[&] {
    consume(ring, journal, waits[1], [&](const EventBatch& batch) {
      // Relaxed: it is the ring that has to make it visible to the report stage.
      committed.store(batch.end_seq(), std::memory_order_relaxed);
    });
  }};
  std::jthread reporting{[&] {
    consume(ring, report, waits[2], [&](const EventBatch& batch) {
      EXPECT_LE(batch.end_seq(), committed.load(std::memory_order_relaxed));
    });
  }};
  std::jthread watching{[&] { consume(ring, other, waits[3], [](const EventBatch&) {}); }};
  produce(ring, waits[0], load.count);
}

TEST(EventRing, SlowConsumerHoldsTheProducerAndLosesNothing) {
  constexpr SlotSeq kCount = 2'000;
  WaitStrategy waits[3];
  EventRing ring{{.capacity = 16, .arena_size = kSmallestArena}, waits[0]};
  EventConsumer& fast = ring.add_consumer({.name = "fast", .wait = waits[1]});
  EventConsumer& slow = ring.add_consumer({.name = "slow", .wait = waits[2]});
  std::jthread quick{[&] { consume(ring, fast, waits[1], [](const EventBatch&) {}); }};
  std::jthread lazy{[&] {
    consume(ring, slow, waits[2], [&](const EventBatch& batch) {
      EXPECT_LE(ring.published() - batch.begin_seq(), 16U);
      if (batch.begin_seq() % 8 == 0) {
        std::this_thread::sleep_for(1ms);
      }
    });
  }};
  produce(ring, waits[0], kCount);
}

// A producer that waits, for slots or for memory, and what frees it.
struct FullRing : testing::TestWithParam<std::size_t> {
  WaitStrategy producer_wait{WaitKind::Block, 0};
  WaitStrategy consumer_wait;
  EventRing ring{{.capacity = 8, .arena_size = kSmallestArena}, producer_wait};
  EventConsumer& consumer = ring.add_consumer({.name = "only", .wait = consumer_wait});

  void fill() {
    while (ring.try_claim(GetParam()).outcome == ClaimOutcome::Claimed) {
      ring.publish(0);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(SlotsArenaBlocks,
                         FullRing,
                         testing::Values(0, kSmallestArena / 4, kSmallestArena));

TEST_P(FullRing, ClaimWaitsUntilAConsumerReleases) {
  fill();
  std::atomic<bool> released{false};
  std::jthread releasing{[&] {
    std::this_thread::sleep_for(1ms);
    const EventBatch batch = consumer.poll();
    released.store(true);
    consumer.release(batch.begin_seq() + 1);
  }};
  EXPECT_EQ(claim(ring, producer_wait, GetParam()).outcome, ClaimOutcome::Claimed);
  EXPECT_TRUE(released.load());
}

TEST_P(FullRing, CloseFreesAProducerThatWaits) {
  fill();
  std::atomic<bool> closed{false};
  std::jthread closing{[&] {
    std::this_thread::sleep_for(1ms);
    closed.store(true);
    ring.close();
  }};
  EXPECT_EQ(claim(ring, producer_wait, GetParam()).outcome, ClaimOutcome::Closed);
  EXPECT_TRUE(closed.load());
}

TEST(EventRingShutdown, WakesEveryConsumerThatWaits) {
  WaitStrategy waits[3] = {WaitStrategy{WaitKind::Block, 0},
                           WaitStrategy{WaitKind::Block, 0},
                           WaitStrategy{WaitKind::Block, 0}};
  EventRing ring{{.capacity = 8, .arena_size = kSmallestArena}, waits[0]};
  EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = waits[1]});
  EventConsumer& report =
      ring.add_consumer({.name = "report", .wait = waits[2], .behind = {&journal}});
  const auto expect_closed = [](EventConsumer& consumer, WaitStrategy& wait) {
    EventBatch batch;
    EXPECT_EQ(poll_wait(consumer, wait, batch, lost()), PollOutcome::Closed);
  };
  std::jthread first{expect_closed, std::ref(journal), std::ref(waits[1])};
  std::jthread second{expect_closed, std::ref(report), std::ref(waits[2])};
  std::this_thread::sleep_for(1ms);
  ring.close();
}

// A consumer that leaves at any moment and comes back while the producer goes round a small ring:
// it never sees a slot that was used again, and what it sees has no gap but those that it left.
TEST_P(EventRingThreads, AConsumerLeavesAndComesBackAndNeverSeesASlotThatWasUsedAgain) {
  const Load load = GetParam();
  WaitStrategy waits[3] = {
      WaitStrategy{load.kind, 4}, WaitStrategy{load.kind, 4}, WaitStrategy{load.kind, 4}};
  EventRing ring{{.capacity = load.capacity, .arena_size = kSmallestArena}, waits[0]};
  EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = waits[1]});
  EventConsumer& guest = ring.add_consumer(
      {.name = "guest", .wait = waits[2], .behind = {&journal}, .may_leave = true});

  std::jthread journaling{[&] { consume(ring, journal, waits[1], [](const EventBatch&) {}); }};
  std::jthread visiting{[&] {
    std::minstd_rand random{17};
    std::size_t visits = 0;
    std::size_t refused = 0;
    EventBatch batch;
    PollOutcome outcome = PollOutcome::Ready;
    while (outcome == PollOutcome::Ready) {
      SlotSeq next = guest.released();
      for (std::size_t stay = random() % 4; outcome == PollOutcome::Ready && stay > 0; --stay) {
        outcome = poll_wait(guest, waits[2], batch, lost());
        ASSERT_EQ(batch.empty() ? next : batch.begin_seq(), next);
        for (const EventSlot& slot : batch) {
          ASSERT_TRUE(is_message(slot, next)) << "message " << next;
          ++next;
        }
        if (random() % 3 == 0) {
          break;  // it leaves with slots in its hands: whoever kept them and waited would wait for
                  // ever
        }
        guest.release(batch.end_seq());
      }
      if (outcome != PollOutcome::Ready) {
        break;
      }
      guest.leave();
      ++visits;
      for (;;) {
        const SlotSeq place = guest.visible_end();
        for (std::size_t pause = random() % 64; pause > 0; --pause) {
          std::this_thread::yield();
        }
        if (guest.come_back(place)) {
          ASSERT_EQ(guest.released(), place);
          break;
        }
        ++refused;
      }
    }
    EXPECT_EQ(outcome, PollOutcome::Closed);
    EXPECT_GT(visits, 0U);
    RecordProperty("visits", static_cast<int>(visits));
    RecordProperty("refused", static_cast<int>(refused));
  }};
  produce(ring, waits[0], load.count);
}

// A guest that does nothing at all while it is there is what the producer waits for; the ring tells
// it, and it makes room by leaving.
TEST(EventRing, AConsumerThatMayLeaveIsWokenWhenTheProducerWaitsForIt) {
  constexpr SlotSeq kCount = 2'000;
  WaitStrategy waits[3] = {WaitStrategy{WaitKind::Block, 0},
                           WaitStrategy{WaitKind::Block, 0},
                           WaitStrategy{WaitKind::Block, 0}};
  EventRing ring{{.capacity = 16, .arena_size = kSmallestArena}, waits[0]};
  EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = waits[1]});
  EventConsumer& guest = ring.add_consumer(
      {.name = "guest", .wait = waits[2], .behind = {&journal}, .may_leave = true});
  std::jthread journaling{[&] { consume(ring, journal, waits[1], [](const EventBatch&) {}); }};
  std::jthread idling{[&] {
    EXPECT_TRUE(waits[2].wait_until([&] { return ring.full(); }, lost()));
    guest.leave();
  }};
  produce(ring, waits[0], kCount);
}

}  // namespace
}  // namespace betex::gateway
