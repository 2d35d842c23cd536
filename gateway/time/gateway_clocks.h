// The gateway's two clocks, for all its threads: session time and exchange time over the machine's.
#pragma once

#include <atomic>
#include <chrono>

#include "gateway/link/clock.h"
#include "gateway/link/published.h"
#include "gateway/time/clock_state.h"
#include "gateway/time/exchange_time.h"
#include "gateway/time/machine_clock.h"
#include "gateway/time/session_time.h"

namespace betex::gateway {

// *Thread-safe*, but for look(). Read at the same moment on two threads it may differ by
// microseconds around a look(); each reader by itself sees it grow.
class SessionClock final : public Clock {
 public:
  // Starts at the wall clock. `machine` must outlive it.
  explicit SessionClock(const MachineClock& machine);

  [[nodiscard]] matching::Timestamp now() const override;
  [[nodiscard]] bool certain() const override;

  [[nodiscard]] matching::Timestamp at(std::chrono::nanoseconds boottime) const;

  // How far it is ahead of the wall clock now; negative: behind.
  [[nodiscard]] std::chrono::nanoseconds ahead_of_wall() const;

  struct Look {
    std::chrono::nanoseconds ahead_of_wall{0};
    ClockState state = ClockState::Right;
  };

  // Looks at the wall clock: is drawn to it from now on, and judged. One thread's, a few times a
  // second. Where nobody looks time goes on by itself.
  Look look();

 private:
  [[nodiscard]] SessionTime load() const;
  void publish();

  const MachineClock& machine_;
  SessionTime time_;  // the looking thread's
  ClockJudge judge_;  // the looking thread's
  std::atomic<bool> certain_{true};

  Published<3> published_;  // time_, for the other threads
};

// *Thread-safe.*
class ExchangeClock final : public Clock {
 public:
  // `last`: the log's. Both clocks must outlive it.
  ExchangeClock(const MachineClock& machine, const SessionClock& session, matching::Timestamp last);

  [[nodiscard]] matching::Timestamp now() const override;

  [[nodiscard]] bool certain() const override { return session_.certain(); }

 private:
  const MachineClock& machine_;
  const SessionClock& session_;
  const ExchangeTime time_;
};

// Both begin at the same moment.
struct GatewayClocks {
  GatewayClocks(const MachineClock& machine, matching::Timestamp last)
      : session{machine}, exchange{machine, session, last} {}

  SessionClock session;
  ExchangeClock exchange;
};

}  // namespace betex::gateway
