#include "gateway/ring/wait_strategy.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/gateway/ring/budget.h"
#include "tests/support/environment.h"
#include "tests/support/waiting_on_rings.h"

namespace betex::gateway {
namespace {

using std::chrono_literals::operator""ms;

class EveryWaitStrategy : public testing::TestWithParam<WaitKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds,
                         EveryWaitStrategy,
                         testing::Values(WaitKind::BusySpin, WaitKind::Yield, WaitKind::Block),
                         [](const auto& kind) { return name_of(kind.param); });

TEST_P(EveryWaitStrategy, AsksOnceWhenThePredicateHolds) {
  WaitStrategy wait{GetParam()};
  int looks = 0;
  EXPECT_TRUE(wait.wait_until([&] { return ++looks > 0; }, TimePoint::min()));
  EXPECT_EQ(looks, 1);
}

TEST_P(EveryWaitStrategy, EndsAtItsDeadline) {
  WaitStrategy wait{GetParam()};
  const TimePoint deadline = std::chrono::steady_clock::now() + 5ms;
  EXPECT_FALSE(wait.wait_until([] { return false; }, deadline));
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
}

TEST_P(EveryWaitStrategy, AsksOnceMoreWhenTheDeadlineIsOver) {
  WaitStrategy wait{GetParam()};
  const TimePoint deadline = std::chrono::steady_clock::now() + 5ms;
  EXPECT_TRUE(
      wait.wait_until([&] { return std::chrono::steady_clock::now() >= deadline; }, deadline));
}

TEST_P(EveryWaitStrategy, SeesAChangeOfAnotherThread) {
  WaitStrategy wait{GetParam()};
  std::atomic<bool> changed{false};
  std::jthread other{[&] {
    changed.store(true, std::memory_order_release);
    wait.signal();
  }};
  EXPECT_TRUE(wait.wait_until([&] { return changed.load(std::memory_order_acquire); }, lost()));
  other.join();
}

TEST(BlockingWait, IdleLooksAtItsPredicateOnlyAFewTimes) {
  WaitStrategy wait;
  std::uint64_t looks = 0;
  wait.wait_until([&] { return ++looks == 0; }, std::chrono::steady_clock::now() + 50ms);
  // Spinning once, sleeping to the deadline; twice if the kernel wakes it without a cause.
  EXPECT_LE(looks, 3 * WaitStrategy::kDefaultSpins);
}

TEST(BlockingWait, SignalsMakeNoSystemCallWhileNobodySleeps) {
  WaitStrategy wait;
  for (int i = 0; i < 1000; ++i) {
    wait.signal();
  }
  EXPECT_EQ(wait.wake_ups(), 0U);
}

TEST(BlockingWait, OneSystemCallWakesASleeperHoweverManySignalsFollow) {
  WaitStrategy wait{WaitKind::Block, 0};
  std::atomic<int> looks{0};
  std::atomic<bool> changed{false};
  std::jthread sleeper{[&] {
    wait.wait_until(
        [&] {
          ++looks;
          return changed.load(std::memory_order_acquire);
        },
        lost());
  }};
  while (looks.load() < 2) {  // the second look is the one after the announcement
    std::this_thread::yield();
  }
  changed.store(true, std::memory_order_release);
  for (int i = 0; i < 1000; ++i) {
    wait.signal();
  }
  sleeper.join();
  EXPECT_EQ(wait.wake_ups(), 1U);
}

// As if another thread made its change between the last look and going to sleep: its signal found
// nobody, so the waiter has to look again.
TEST(BlockingWait, LooksOnceMoreAfterItSaidThatItWillSleep) {
  WaitStrategy wait{WaitKind::Block, 0};
  bool changed = false;
  int looks = 0;
  const auto look = [&] {
    const bool seen = changed;
    if (++looks == 1) {
      changed = true;
      wait.signal();
    }
    return seen;
  };
  EXPECT_TRUE(wait.wait_until(look, lost()));
  EXPECT_EQ(looks, 2);
  EXPECT_EQ(wait.wake_ups(), 0U);
}

TEST(BlockingWait, SignalsForOtherThingsDoNotHideTheDeadline) {
  WaitStrategy wait{WaitKind::Block, 0};
  std::atomic<bool> over{false};
  std::jthread noise{[&] {
    while (!over.load()) {
      wait.signal();
    }
  }};
  EXPECT_FALSE(wait.wait_until([] { return false; }, std::chrono::steady_clock::now() + 20ms));
  over.store(true);
  noise.join();
}

TEST(BlockingWait, WakesEveryThreadThatSleeps) {
  WaitStrategy wait{WaitKind::Block, 0};
  std::atomic<bool> changed{false};
  std::atomic<int> woken{0};
  const auto sleep = [&] {
    woken += wait.wait_until([&] { return changed.load(std::memory_order_acquire); }, lost());
  };
  std::jthread first{sleep};
  std::jthread second{sleep};
  std::this_thread::sleep_for(1ms);
  changed.store(true, std::memory_order_release);
  wait.signal();
  first.join();
  second.join();
  EXPECT_EQ(woken.load(), 2);
}

// Each thread answers the other's number, so that every hand-over needs its wake-up. Random pauses
// move the signal over the whole of the other's way to sleep.
void hand_over_many_times(std::size_t spins, std::uint64_t seed) {
  constexpr std::uint64_t kRounds = 20'000;
  constexpr std::uint64_t kOver = kRounds + 1;
  constexpr std::uint64_t kMaxPause = 64;
  const Budget budget;
  WaitStrategy waits[2] = {WaitStrategy{WaitKind::Block, spins},
                           WaitStrategy{WaitKind::Block, spins}};
  std::atomic<std::uint64_t> turn{0};
  const auto play = [&](std::uint64_t me) {
    std::mt19937_64 random{seed + me};
    for (std::uint64_t round = me; round < kRounds && turn.load() != kOver; round += 2) {
      const bool mine = waits[me].wait_until(
          [&] { return turn.load(std::memory_order_acquire) >= round; }, lost());
      ASSERT_TRUE(mine) << "lost wake-up in round " << round << ", BETEX_SEED=" << seed;
      for (std::uint64_t pause = random() % kMaxPause; pause > 0; --pause) {
        [[maybe_unused]] const volatile std::uint64_t spent = pause;
      }
      turn.store(budget.left() ? round + 1 : kOver, std::memory_order_release);
      waits[1 - me].signal();
    }
  };
  std::jthread other{[&] { play(1); }};
  play(0);
  other.join();
}

TEST(BlockingWait, LosesNoWakeUpWhenItSleepsAtOnce) {
  hand_over_many_times(0, test::seed_from_environment());
}

TEST(BlockingWait, LosesNoWakeUpWhenItSpinsFirst) {
  hand_over_many_times(8, test::seed_from_environment());
}

// Several signallers, each for a change of its own: none may rely on another's wake-up.
TEST(BlockingWait, LosesNoWakeUpOfSeveralSignallers) {
  constexpr std::uint64_t kRounds = 50'000;
  WaitStrategy wait{WaitKind::Block, 0};
  std::atomic<std::uint64_t> done[2] = {0, 0};
  const auto count = [&](std::size_t me) {
    for (std::uint64_t round = 1; round <= kRounds; ++round) {
      done[me].store(round, std::memory_order_release);
      wait.signal();
    }
  };
  std::jthread first{count, 0};
  std::jthread second{count, 1};
  std::uint64_t seen = 0;
  while (seen < 2 * kRounds) {
    ASSERT_TRUE(wait.wait_until(
        [&] { return done[0].load(std::memory_order_acquire) + done[1].load() > seen; }, lost()));
    seen = done[0].load() + done[1].load();
  }
  first.join();
  second.join();
}

// The match stage does this: its duty cycle waits for room in the event ring.
TEST(BlockingWait, PredicateMayWaitOnTheSameStrategy) {
  constexpr std::uint64_t kRounds = 5'000;
  constexpr std::uint64_t kOver = 2 * kRounds + 1;
  const Budget budget;
  WaitStrategy wait{WaitKind::Block, 0};
  WaitStrategy back{WaitKind::Block, 0};
  std::atomic<std::uint64_t> step{0};
  std::atomic<std::uint64_t> taken{0};
  std::jthread other{[&] {
    for (std::uint64_t next = 1; next <= 2 * kRounds && taken.load() != kOver; ++next) {
      step.store(next, std::memory_order_release);
      wait.signal();
      ASSERT_TRUE(back.wait_until([&] { return taken.load() >= next; }, lost()));
    }
  }};
  const auto take = [&](std::uint64_t number) {
    const bool came = step.load(std::memory_order_acquire) >= number;
    if (came) {
      taken.store(number);
      back.signal();
    }
    return came;
  };
  for (std::uint64_t number = 1; number < 2 * kRounds && budget.left(); number += 2) {
    ASSERT_TRUE(wait.wait_until(
        [&] {
          // The outer wait has announced itself when the inner one begins.
          return take(number) && wait.wait_until([&] { return take(number + 1); }, lost());
        },
        lost()));
  }
  taken.store(kOver);
  back.signal();
  other.join();
}

}  // namespace
}  // namespace betex::gateway
