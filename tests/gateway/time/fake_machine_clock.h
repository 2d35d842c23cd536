// The clocks of a machine that a test sets, suspends and lets run.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "gateway/time/machine_clock.h"

namespace betex::gateway::testing {

// *Thread-safe.*
class FakeMachineClock final : public MachineClock {
 public:
  static constexpr matching::Timestamp kStart{1'800'000'000'000'000'000};

  // Time passes, the machine running or suspended.
  void pass(std::chrono::nanoseconds time) {
    wall_ += time.count();
    boottime_ += time.count();
  }

  // Somebody sets the clock.
  void step(std::chrono::nanoseconds by) { wall_ += by.count(); }

  [[nodiscard]] std::chrono::nanoseconds boottime() const override {
    return std::chrono::nanoseconds{boottime_};
  }

  [[nodiscard]] ClockReading read() const override {
    return {.wall = matching::Timestamp{wall_}, .boottime = boottime()};
  }

  [[nodiscard]] ClockSynchronisation synchronised() const override { return synchronisation; }

  std::atomic<ClockSynchronisation> synchronisation{ClockSynchronisation::Yes};

 private:
  std::atomic<std::int64_t> wall_{kStart.value()};
  std::atomic<std::int64_t> boottime_{1'000'000'000'000};
};

// What has passed since the start.
[[nodiscard]] constexpr std::chrono::nanoseconds since_start(matching::Timestamp time) {
  return std::chrono::nanoseconds{(time - FakeMachineClock::kStart).value()};
}

}  // namespace betex::gateway::testing
