// The thread that tells reports again, wired: it reads the journal beside its writer and begins at
// the snapshots that retention keeps. What happens to it happens to nothing else: a failure ends
// replays, and the gateway goes on.
#pragma once

#include <exception>

#include "gateway/agent/agent_runner.h"
#include "gateway/config/config.h"
#include "gateway/replay/replay_stage.h"
#include "gateway/ring/wait_strategy.h"
#include "gateway/start/retention.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"

namespace betex::gateway {

// What replays are made from. All outlive whoever makes them.
struct ReplaySources {
  const Config& config;             // who is told of what: Audience
  const journal::Journal& journal;  // recovered
  journal::EnvironmentPool& segments;
  const Retention& retention;
};

// `wait` is what the stage's thread waits on, and outlives it.
[[nodiscard]] ReplayStage::Parts replay_parts(const ReplaySources& sources, WaitStrategy& wait);

// An exception has come out of the stage, on the thread that runs it.
void lose_replays(ReplayStage& stage, const std::exception_ptr& error) noexcept;

// *Owned by the main thread*, but for port(), feed() and figures().
class ReplaySide {
 public:
  using Parts = ReplaySources;

  explicit ReplaySide(const Parts& parts);

  [[nodiscard]] ReplayPort& port() noexcept { return stage_; }

  [[nodiscard]] ReplayFeed& feed() noexcept { return stage_; }

  [[nodiscard]] const ReplayFigures& figures() const noexcept { return stage_.figures(); }

  // Once. `sink` must outlive the thread.
  void start(ReplaySink& sink);

  // Ends the thread after what it is doing, which may be a snapshot that it reads; does not wait.
  void stop() noexcept { runner_.stop(); }

  void join() { runner_.join(); }

 private:
  // It sleeps where stages spin: it must not take a core that orders need.
  WaitStrategy wait_{WaitKind::Block};
  ReplayStage stage_;
  AgentRunner runner_;
};

}  // namespace betex::gateway
