// The rings' non-blocking calls, repeated until they give something: for tests and benchmarks that
// have a thread for each side. A stage never waits inside a call: its agent's runner waits for it.
// And what a way of waiting is called in their names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "gateway/ring/wait_strategy.h"

namespace betex::gateway {

enum class PollOutcome : std::uint8_t {
  Ready,     // there was something
  TimedOut,  // nothing until the deadline
  Closed,    // nothing, and nothing can come any more
};

// CommandRing::poll() when there is something; `wait` is what the ring's consumer waits on.
template <typename T, typename Handler>
PollOutcome poll_wait(CommandRing<T>& ring,
                      WaitStrategy& wait,
                      TimePoint deadline,
                      Handler&& handler) {
  std::size_t handled = 0;
  wait.wait_until(
      [&] {
        handled = ring.poll(handler);
        return handled > 0 || ring.drained();
      },
      deadline);
  if (handled > 0) {
    return PollOutcome::Ready;
  }
  return ring.drained() ? PollOutcome::Closed : PollOutcome::TimedOut;
}

// EventConsumer::poll() when there is something; `wait` is the consumer's, `batch` gets it.
inline PollOutcome poll_wait(EventConsumer& consumer,
                             WaitStrategy& wait,
                             EventBatch& batch,
                             TimePoint deadline = kNoDeadline) {
  wait.wait_until(
      [&] {
        batch = consumer.poll();
        return !batch.empty() || consumer.drained();
      },
      deadline);
  if (!batch.empty()) {
    return PollOutcome::Ready;
  }
  return consumer.drained() ? PollOutcome::Closed : PollOutcome::TimedOut;
}

// EventRing::try_claim() when there is room, or the ring is closed: Claimed or Closed. `wait` is
// the producer's, whose consumers all run on other threads.
inline Claim claim(EventRing& ring, WaitStrategy& wait, std::size_t size) {
  Claim claimed;
  wait.wait_until([&] {
    claimed = ring.try_claim(size);
    return claimed.outcome != ClaimOutcome::Full;
  });
  return claimed;
}

// Letters alone, as GoogleTest wants them.
inline std::string name_of(WaitKind kind) {
  return kind == WaitKind::BusySpin ? "busyspin" : kind == WaitKind::Yield ? "yield" : "block";
}

}  // namespace betex::gateway
