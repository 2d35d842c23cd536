// What /livez, /readyz and /startupz say of a gateway. *Thread-safe.*
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/agent/agent_runner.h"
#include "gateway/http/http_server.h"
#include "gateway/link/clock.h"
#include "gateway/link/session_link.h"
#include "gateway/ring/event_ring.h"

namespace betex::gateway {

// Standby: another node leads, and this one follows it.
enum class Phase : std::uint8_t { Recovering, Standby, Accepting, Stopping };

// Whether a loop moves, by the ticks that it counts, looked at now and then.
class Movement {
 public:
  using Steady = std::chrono::steady_clock;  // a machine that was suspended is not stuck

  // A loop whose ticks have stood still for so long is stuck. A commit on a slow disk takes far
  // less, a runner ticks twice a second when idle.
  static constexpr std::chrono::seconds kStuckAfter{10};

  Movement(std::uint64_t ticks, Steady::time_point now) noexcept : ticks_{ticks}, moved_at_{now} {}

  // A look. However long the one before is past, it says that the loop is stuck only where that one
  // saw the same ticks.
  [[nodiscard]] bool is_stuck(std::uint64_t ticks, Steady::time_point now) noexcept {
    if (ticks != ticks_) {
      ticks_ = ticks;
      moved_at_ = now;
    }
    return now - moved_at_ > kStuckAfter;
  }

 private:
  std::uint64_t ticks_;
  Steady::time_point moved_at_;  // when a look has seen that
};

class Health final : public HealthSource {
 public:
  // What time it is, on any thread.
  using Now = std::function<Movement::Steady::time_point()>;

  explicit Health(Now now = &Movement::Steady::now) : now_{std::move(now)} {}

  // Moved by the main thread only.
  void enter(Phase phase) noexcept { phase_.store(phase, std::memory_order_release); }

  [[nodiscard]] Phase phase() const noexcept { return phase_.load(std::memory_order_acquire); }

  // While it starts or stands by: for what. Until Phase::Accepting.
  void wait_for(std::string why);

  // All before Phase::Accepting, and what they name must outlive this.
  void watch(std::vector<const AgentRunner*> runners);
  // One that nobody waits for while its consumer has left the ring: then it may be at length in its
  // work, or have ended.
  void watch_while_there(const AgentRunner& runner, const EventConsumer& consumer);
  void watch(const CommandPort& commands);
  void watch(const gateway::Clock& clock);
  // Why what is decided does not become durable by now; none: it does. Thread-safe, and quick.
  void watch_commits(std::function<std::optional<std::string>()> why_stalled);

  // It is going to stop then, and goes on until then.
  void stops_at(Movement::Steady::time_point time) noexcept {
    stops_at_.store(time.time_since_epoch().count(), std::memory_order_relaxed);
  }

  [[nodiscard]] std::optional<std::string> why_not_live() const override;
  [[nodiscard]] std::optional<std::string> why_not_ready() const override;
  [[nodiscard]] std::optional<std::string> why_not_started() const override;
  [[nodiscard]] std::optional<std::string> remark() const override;

 private:
  [[nodiscard]] std::string why_recovering() const;
  [[nodiscard]] std::string why_standby() const;

  struct Watched {
    const AgentRunner* runner;
    const EventConsumer* consumer;  // null: it is always watched
    Movement movement;
  };

  const Now now_;
  std::atomic<Phase> phase_{Phase::Recovering};  // release by main, acquire by the HTTP port
  const CommandPort* commands_ = nullptr;        // set before Phase::Accepting
  const gateway::Clock* clock_ = nullptr;        // set before Phase::Accepting
  std::function<std::optional<std::string>()> why_stalled_;  // likewise; empty: nobody says
  std::atomic<Movement::Steady::rep> stops_at_{0};  // since the clock's epoch; 0: it is not said
  mutable std::mutex mutex_;
  std::string waits_for_;                 // guarded by mutex_; empty: nothing
  mutable std::vector<Watched> watched_;  // guarded by mutex_
};

}  // namespace betex::gateway
