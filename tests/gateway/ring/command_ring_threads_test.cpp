// The command ring between threads. Every wait has a bound that only a fault reaches.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/ring/command_ring.h"

namespace betex::gateway {
namespace {

using std::chrono_literals::operator""s;

TimePoint lost() {
  return std::chrono::steady_clock::now() + 30s;
}

struct Numbered {
  std::size_t producer;
  std::uint64_t number;
  std::array<std::uint64_t, 9> body;  // spans cache lines; all equal to `number`
};

Numbered numbered(std::size_t producer, std::uint64_t number) {
  Numbered made{.producer = producer, .number = number, .body = {}};
  made.body.fill(number);
  return made;
}

void reserve(CommandRing<Numbered>& ring, std::size_t credits) {
  const TimePoint end = lost();
  while (!ring.try_reserve(credits)) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    std::this_thread::yield();
  }
}

struct Load {
  std::size_t producers;
  std::size_t capacity;
  std::uint64_t each;
  WaitKind kind;
};

// Runs one thread per producer, consumes on this one until all have published all, and checks that
// each producer's numbers come complete, once, and in order.
void expect_every_command_once_in_order(
    const Load& load, const std::function<void(CommandRing<Numbered>&, std::size_t)>& produce) {
  WaitStrategy wait{load.kind, 4};
  CommandRing<Numbered> ring{load.capacity, wait};
  std::vector<std::jthread> threads;
  for (std::size_t producer = 0; producer < load.producers; ++producer) {
    threads.emplace_back([&, producer] { produce(ring, producer); });
  }
  std::vector<std::uint64_t> next(load.producers, 0);
  std::uint64_t left = load.producers * load.each;
  while (left > 0) {
    const PollOutcome outcome = ring.poll_wait(
        [&](const Numbered& command) {
          EXPECT_EQ(command.number, next.at(command.producer));
          EXPECT_EQ(command.body.front(), command.number);
          EXPECT_EQ(command.body.back(), command.number);
          next.at(command.producer) = command.number + 1;
          --left;
        },
        lost());
    ASSERT_EQ(outcome, PollOutcome::Ready) << left << " commands are missing";
    EXPECT_LE(ring.reserved(), load.capacity);
  }
  threads.clear();
  EXPECT_EQ(ring.reserved(), 0U);
  EXPECT_EQ(ring.poll([](const Numbered&) {}), 0U);
}

class CommandRingThreads : public testing::TestWithParam<Load> {};

INSTANTIATE_TEST_SUITE_P(Loads,
                         CommandRingThreads,
                         testing::Values(Load{1, 8, 100'000, WaitKind::Block},
                                         Load{2, 2, 20'000, WaitKind::Block},
                                         Load{3, 64, 40'000, WaitKind::Block},
                                         Load{3, 64, 40'000, WaitKind::Yield},
                                         Load{2, 1024, 50'000, WaitKind::BusySpin}));

TEST_P(CommandRingThreads, LoseNothingRepeatNothingAndKeepEachProducersOrder) {
  const Load load = GetParam();
  expect_every_command_once_in_order(load, [&](CommandRing<Numbered>& ring, std::size_t me) {
    for (std::uint64_t number = 0; number < load.each; ++number) {
      reserve(ring, 1);
      ring.publish(numbered(me, number));
    }
  });
}

// Credits taken by the handful near a full ring, some given back unused: a slot given twice would
// overwrite a command, a credit lost would end in a ring that stays full.
TEST_P(CommandRingThreads, NeitherLoseNorInventCreditsNearFull) {
  const Load load = GetParam();
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  expect_every_command_once_in_order(load, [&](CommandRing<Numbered>& ring, std::size_t me) {
    std::mt19937_64 random{seed + me};
    std::uint64_t number = 0;
    while (number < load.each) {
      const std::size_t wanted = 1 + random() % std::min<std::size_t>(load.capacity, 5);
      reserve(ring, wanted);
      const std::size_t used = std::min<std::size_t>(random() % (wanted + 1), load.each - number);
      for (std::size_t i = 0; i < used; ++i) {
        ring.publish(numbered(me, number++));
      }
      ring.release(wanted - used);
    }
  });
}

TEST(CommandRingShutdown, WakesAConsumerThatWaits) {
  WaitStrategy wait{WaitKind::Block, 0};
  CommandRing<int> ring{4, wait};
  std::atomic<bool> waiting{false};
  std::jthread closer{[&] {
    while (!waiting.load()) {
      std::this_thread::yield();
    }
    ring.close();
  }};
  waiting.store(true);
  EXPECT_EQ(ring.poll_wait([](int) { FAIL(); }, lost()), PollOutcome::Closed);
}

TEST(CommandRingShutdown, WakesAConsumerThatWaitsForTheLastCredit) {
  WaitStrategy wait{WaitKind::Block, 0};
  CommandRing<int> ring{4, wait};
  ASSERT_TRUE(ring.try_reserve(2));
  ring.close();
  std::atomic<bool> waiting{false};
  std::jthread holder{[&] {
    while (!waiting.load()) {
      std::this_thread::yield();
    }
    ring.release(2);
  }};
  waiting.store(true);
  EXPECT_EQ(ring.poll_wait([](int) { FAIL(); }, lost()), PollOutcome::Closed);
}

// Closing races with reserving: whoever got a credit is heard, and Closed is said after that.
TEST(CommandRingShutdown, ConsumerHearsEveryCommandThatWasPaidForBeforeTheClose) {
  for (int round = 0; round < 300; ++round) {
    WaitStrategy wait{WaitKind::Block, 0};
    CommandRing<int> ring{8, wait};
    std::atomic<bool> closed{false};
    std::atomic<std::uint64_t> published{0};
    const auto produce = [&] {
      while (!closed.load()) {
        if (ring.try_reserve(2)) {
          ring.publish(1);
          published.fetch_add(1);
          ring.release(1);
        } else {
          std::this_thread::yield();
        }
      }
    };
    std::uint64_t consumed = 0;
    PollOutcome outcome = PollOutcome::Ready;
    {
      std::jthread first{produce};
      std::jthread second{produce};
      std::jthread closer{[&] {
        for (int pause = 0; pause < round % 8; ++pause) {
          std::this_thread::yield();
        }
        ring.close();
        closed.store(true);
      }};
      while (outcome == PollOutcome::Ready) {
        outcome = ring.poll_wait([&](int) { ++consumed; }, lost());
      }
    }
    ASSERT_EQ(outcome, PollOutcome::Closed);
    ASSERT_EQ(consumed, published.load());
  }
}

}  // namespace
}  // namespace betex::gateway
