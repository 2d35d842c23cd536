// The thread that tells reports again, and the one that makes late reports of events before the
// snapshot that the gateway began with, wired: they read the journal beside its writer and begin at
// the snapshots that retention keeps. What happens to one of them happens to nothing else: a
// failure ends what it does, and the gateway goes on.
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

// The same, of the stage that makes late reports.
[[nodiscard]] ReplayStage::Parts earlier_parts(const ReplaySources& sources, WaitStrategy& wait);

// An exception has come out of the stage, on the thread that runs it.
void lose_replays(ReplayStage& stage, const std::exception_ptr& error) noexcept;
void lose_earlier(ReplayStage& stage, const std::exception_ptr& error) noexcept;

// *Owned by the main thread*, but for the ports, the feeds and the figures.
class ReplaySide {
 public:
  using Parts = ReplaySources;

  explicit ReplaySide(const Parts& parts);

  [[nodiscard]] ReplayPort& port() noexcept { return replay_; }

  [[nodiscard]] ReplayFeed& feed() noexcept { return replay_; }

  // For ReportStage::connect_earlier().
  [[nodiscard]] ReplayStage& earlier() noexcept { return earlier_; }

  [[nodiscard]] const ReplayFigures& figures() const noexcept { return replay_.figures(); }

  [[nodiscard]] const ReplayFigures& earlier_figures() const noexcept { return earlier_.figures(); }

  // Once. Both must outlive the threads: what is told again goes to `sink`, late reports to
  // `earlier`.
  void start(ReplaySink& sink, ReplaySink& earlier);

  // Ends the threads after what they are doing, which may be a large snapshot that one reads: what
  // they do then touches neither the journal nor what others wait for. Does not wait.
  void stop() noexcept {
    runner_.stop();
    earlier_runner_.stop();
  }

  void join() {
    runner_.join();
    earlier_runner_.join();
  }

 private:
  // They sleep where stages spin: they must not take a core that orders need.
  WaitStrategy wait_{WaitKind::Block};
  WaitStrategy earlier_wait_{WaitKind::Block};
  ReplayStage replay_;
  ReplayStage earlier_;
  AgentRunner runner_;
  AgentRunner earlier_runner_;
};

}  // namespace betex::gateway
