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
#include "tests/gateway/ring/budget.h"
#include "tests/support/environment.h"
#include "tests/support/waiting_on_rings.h"

namespace betex::gateway {
namespace {

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

using Produce = std::function<std::uint64_t(CommandRing<Numbered>&, std::size_t)>;

// Runs `produce` on one thread per producer (it returns how many it published), consumes on this
// one to the end, and checks that each producer's numbers come complete, once, and in order.
void expect_every_command_once_in_order(const Load& load, const Produce& produce) {
  WaitStrategy wait{load.kind, 4};
  CommandRing<Numbered> ring{load.capacity, wait};
  std::vector<std::uint64_t> published(load.producers, 0);
  std::atomic<std::size_t> running{load.producers};
  std::vector<std::jthread> threads;
  for (std::size_t producer = 0; producer < load.producers; ++producer) {
    threads.emplace_back([&, producer] {
      published.at(producer) = produce(ring, producer);
      if (running.fetch_sub(1) == 1) {
        ring.close();
      }
    });
  }
  std::vector<std::uint64_t> next(load.producers, 0);
  const auto check = [&](const Numbered& command) {
    EXPECT_EQ(command.number, next.at(command.producer));
    EXPECT_EQ(command.body.front(), command.number);
    EXPECT_EQ(command.body.back(), command.number);
    next.at(command.producer) = command.number + 1;
  };
  PollOutcome outcome = PollOutcome::Ready;
  while (outcome == PollOutcome::Ready) {
    outcome = poll_wait(ring, wait, lost(), check);
    EXPECT_LE(ring.reserved(), load.capacity);
  }
  EXPECT_EQ(outcome, PollOutcome::Closed);
  threads.clear();
  EXPECT_EQ(next, published);
  EXPECT_EQ(ring.reserved(), 0U);
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
    const Budget budget;
    std::uint64_t number = 0;
    while (number < load.each && budget.left()) {
      reserve(ring, 1);
      ring.publish(numbered(me, number++));
    }
    return number;
  });
}

// Credits taken by the handful near a full ring, some given back unused: a slot given twice would
// overwrite a command, a credit lost would end in a ring that stays full.
TEST_P(CommandRingThreads, NeitherLoseNorInventCreditsNearFull) {
  const Load load = GetParam();
  const std::uint64_t seed = test::seed_from_environment();
  SCOPED_TRACE("BETEX_SEED=" + std::to_string(seed));
  expect_every_command_once_in_order(load, [&](CommandRing<Numbered>& ring, std::size_t me) {
    std::mt19937_64 random{seed + me};
    const Budget budget;
    std::uint64_t number = 0;
    while (number < load.each && budget.left()) {
      const std::size_t wanted = 1 + random() % std::min<std::size_t>(load.capacity, 5);
      reserve(ring, wanted);
      const std::size_t used = std::min<std::size_t>(random() % (wanted + 1), load.each - number);
      for (std::size_t i = 0; i < used; ++i) {
        ring.publish(numbered(me, number++));
      }
      ring.release(wanted - used);
    }
    return number;
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
  EXPECT_EQ(poll_wait(ring, wait, lost(), [](int) { FAIL(); }), PollOutcome::Closed);
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
  EXPECT_EQ(poll_wait(ring, wait, lost(), [](int) { FAIL(); }), PollOutcome::Closed);
}

// Closing races with reserving: whoever got a credit is heard, and Closed is said after that.
TEST(CommandRingShutdown, ConsumerHearsEveryCommandThatWasPaidForBeforeTheClose) {
  const Budget budget;
  for (int round = 0; round < 300 && budget.left(); ++round) {
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
        outcome = poll_wait(ring, wait, lost(), [&](int) { ++consumed; });
      }
    }
    ASSERT_EQ(outcome, PollOutcome::Closed);
    ASSERT_EQ(consumed, published.load());
  }
}

}  // namespace
}  // namespace betex::gateway
