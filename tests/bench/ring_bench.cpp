// What the rings cost: throughput, and the time from publishing to being handled. Conditions are
// printed in the head; run a release build on a quiet machine.
//
//   ring_bench [--smoke] [OPTION OF GOOGLE BENCHMARK...]
//
// --smoke: the least of everything, to see that it works.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "tests/support/waiting_on_rings.h"

namespace betex::gateway {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kCommandSize = 192;
constexpr std::size_t kMessageSize = 256;         // a transaction of two events
constexpr std::chrono::microseconds kPause{100};  // longer than any wait strategy spins

// Of a round. main() sets it, before anything is measured.
struct Effort {
  std::int64_t messages = 200'000;
  std::int64_t hand_overs = 2'000;
};

Effort effort;

struct Command {
  TimePoint sent;
  std::array<std::byte, kCommandSize - sizeof(TimePoint)> body;
};

static_assert(sizeof(Command) == kCommandSize);

WaitKind wait_kind(const benchmark::State& state) {
  return static_cast<WaitKind>(state.range(0));
}

void label(benchmark::State& state) {
  state.SetLabel(name_of(wait_kind(state)));
}

// Both sides on one thread, 64 commands at a time: the ring's own work, without another core.
void command_cost(benchmark::State& state) {
  constexpr std::int64_t kBurst = 64;
  WaitStrategy wait{wait_kind(state)};
  CommandRing<Command> ring{kDefaultRingCapacity, wait};
  for ([[maybe_unused]] auto round : state) {
    for (std::int64_t i = 0; i < kBurst; ++i) {
      if (ring.try_reserve(1)) {
        ring.publish(Command{});
      }
    }
    ring.poll([](const Command& command) { benchmark::DoNotOptimize(command.body.data()); });
  }
  state.SetItemsProcessed(state.iterations() * kBurst);
  label(state);
}

// As command_cost(): one message published, passed by a journal and by a report behind it.
void event_cost(benchmark::State& state) {
  constexpr std::int64_t kBurst = 64;
  const std::array<std::byte, kMessageSize> message{};
  WaitStrategy wait{wait_kind(state)};
  EventRing ring{{}, wait};
  EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = wait});
  EventConsumer& report = ring.add_consumer({.name = "report", .wait = wait, .behind = {&journal}});
  for ([[maybe_unused]] auto round : state) {
    for (std::int64_t i = 0; i < kBurst; ++i) {
      const Claim claim = ring.try_claim(message.size());
      std::memcpy(claim.bytes.data(), message.data(), message.size());
      ring.publish(0);
    }
    for (EventConsumer* const consumer : {&journal, &report}) {
      const EventBatch batch = consumer->poll();
      for (const EventSlot& slot : batch) {
        benchmark::DoNotOptimize(*slot.payload.data());
      }
      consumer->release(batch.end_seq());
    }
  }
  state.SetItemsProcessed(state.iterations() * kBurst);
  label(state);
}

// One credit and one publish per command, `producers` threads, this thread consumes.
void command_throughput(benchmark::State& state) {
  const std::int64_t producers = state.range(1);
  for ([[maybe_unused]] auto round : state) {
    WaitStrategy wait{wait_kind(state)};
    CommandRing<Command> ring{kDefaultRingCapacity, wait};
    std::vector<std::jthread> threads;
    for (std::int64_t producer = 0; producer < producers; ++producer) {
      threads.emplace_back([&ring, producers] {
        for (std::int64_t left = effort.messages / producers; left > 0;) {
          if (ring.try_reserve(1)) {
            ring.publish(Command{});
            --left;
          } else {
            std::this_thread::yield();
          }
        }
      });
    }
    for (std::int64_t left = effort.messages; left > 0;) {
      poll_wait(ring, wait, kNoDeadline, [&left](const Command& command) {
        benchmark::DoNotOptimize(command.body.data());
        --left;
      });
    }
  }
  state.SetItemsProcessed(state.iterations() * effort.messages);
  label(state);
}

void consume_to_the_end(EventConsumer& consumer, WaitStrategy& wait) {
  EventBatch batch;
  while (poll_wait(consumer, wait, batch) == PollOutcome::Ready) {
    for (const EventSlot& slot : batch) {
      benchmark::DoNotOptimize(*slot.payload.data());
    }
    consumer.release(batch.end_seq());
  }
}

// This thread produces; `consumers` threads, each behind the one before.
void event_throughput(benchmark::State& state) {
  const std::int64_t consumers = state.range(1);
  const std::array<std::byte, kMessageSize> message{};
  for ([[maybe_unused]] auto round : state) {
    state.PauseTiming();  // the arena's first touch is paid at the gateway's start
    std::array<WaitStrategy, 3> waits{WaitStrategy{wait_kind(state)},
                                      WaitStrategy{wait_kind(state)},
                                      WaitStrategy{wait_kind(state)}};
    EventRing ring{{}, waits[0]};
    std::vector<EventConsumer*> stages;
    for (std::int64_t consumer = 0; consumer < consumers; ++consumer) {
      stages.push_back(
          &ring.add_consumer({.name = "stage",
                              .wait = waits.at(static_cast<std::size_t>(consumer) + 1),
                              .behind = stages.empty() ? stages : std::vector{stages.back()}}));
    }
    state.ResumeTiming();
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      threads.emplace_back(
          [&stage = *stages[i], &wait = waits.at(i + 1)] { consume_to_the_end(stage, wait); });
    }
    for (std::int64_t sent = 0; sent < effort.messages; ++sent) {
      const Claim claimed = claim(ring, waits[0], message.size());
      std::memcpy(claimed.bytes.data(), message.data(), message.size());
      ring.publish(0);
    }
    ring.close();
    threads.clear();
  }
  state.SetItemsProcessed(state.iterations() * effort.messages);
  label(state);
}

void report_percentiles(benchmark::State& state, std::vector<Clock::duration>& delays) {
  std::sort(delays.begin(), delays.end());
  const auto at = [&delays](std::size_t per_mille) {
    const Clock::duration delay = delays[(delays.size() - 1) * per_mille / 1000];
    return static_cast<double>(std::chrono::nanoseconds{delay}.count());
  };
  state.counters["p50_ns"] = at(500);
  state.counters["p99_ns"] = at(990);
  state.counters["p99.9_ns"] = at(999);
}

// From before the reserve to inside the handler, one command at a time. With a pause before each
// the consumer has gone to sleep (block) or given its core away (yield).
void hand_over(benchmark::State& state) {
  const bool pausing = state.range(1) != 0;
  std::vector<Clock::duration> delays;
  for ([[maybe_unused]] auto round : state) {
    WaitStrategy wait{wait_kind(state)};
    CommandRing<Command> ring{kDefaultRingCapacity, wait};
    std::atomic<std::int64_t> handled{0};
    std::jthread consumer{[&] {
      const auto handle = [&](const Command& command) {
        delays.push_back(Clock::now() - command.sent);
        handled.fetch_add(1, std::memory_order_release);
      };
      while (poll_wait(ring, wait, kNoDeadline, handle) == PollOutcome::Ready) {
      }
    }};
    for (std::int64_t sent = 0; sent < effort.hand_overs; ++sent) {
      if (pausing) {
        std::this_thread::sleep_for(kPause);
      }
      Command command{};
      command.sent = Clock::now();
      if (!ring.try_reserve(1)) {
        state.SkipWithError("the ring is full though each command was handled");
        break;
      }
      ring.publish(Command{command});
      while (handled.load(std::memory_order_acquire) <= sent) {
        std::this_thread::yield();
      }
    }
    ring.close();
  }
  report_percentiles(state, delays);
  label(state);
}

constexpr std::int64_t kBusySpin = static_cast<std::int64_t>(WaitKind::BusySpin);
constexpr std::int64_t kYield = static_cast<std::int64_t>(WaitKind::Yield);
constexpr std::int64_t kBlock = static_cast<std::int64_t>(WaitKind::Block);

BENCHMARK(command_cost)->ArgName("wait")->Arg(kYield)->Arg(kBlock);
BENCHMARK(event_cost)->ArgName("wait")->Arg(kYield)->Arg(kBlock);
BENCHMARK(command_throughput)
    ->ArgNames({"wait", "producers"})
    ->ArgsProduct({{kYield, kBlock}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(event_throughput)
    ->ArgNames({"wait", "consumers"})
    ->ArgsProduct({{kYield, kBlock}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(hand_over)
    ->ArgNames({"wait", "pause"})
    ->ArgsProduct({{kBusySpin, kYield, kBlock}, {0, 1}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace betex::gateway

int main(int argc, char** argv) {
  namespace gateway = betex::gateway;
  if (argc > 1 && std::string_view{argv[1]} == "--smoke") {  // the least, to see that it works
    gateway::effort = {.messages = 2'000, .hand_overs = 20};
    argv[1] = argv[0];
    ++argv;
    --argc;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::AddCustomContext("slots in each ring", std::to_string(gateway::kDefaultRingCapacity));
  benchmark::AddCustomContext("bytes of a command", std::to_string(gateway::kCommandSize));
  benchmark::AddCustomContext("bytes of a message", std::to_string(gateway::kMessageSize));
  benchmark::AddCustomContext("messages a round", std::to_string(gateway::effort.messages));
  benchmark::AddCustomContext("hand-overs a round", std::to_string(gateway::effort.hand_overs));
  benchmark::AddCustomContext("pause before a hand-over, us",
                              std::to_string(gateway::kPause.count()));
  benchmark::AddCustomContext("compiler", __VERSION__);
#if defined(__OPTIMIZE__)
  benchmark::AddCustomContext("optimised", "yes");
#else
  benchmark::AddCustomContext("optimised", "no: the figures mean nothing");
#endif
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
