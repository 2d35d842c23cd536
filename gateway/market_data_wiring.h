// Market data, wired, but for its threads: md, and its sessions' server. What happens to any of it
// happens to nothing else: a failure ends market data, and the gateway goes on.
#pragma once

#include <atomic>
#include <exception>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "gateway/config/config.h"
#include "gateway/link/clock.h"
#include "gateway/link/session_link.h"
#include "gateway/market_data/market_data_stage.h"
#include "gateway/process/market_data_metrics.h"
#include "gateway/ring/event_ring.h"
#include "gateway/ring/wait_strategy.h"
#include "gateway/session/market_data_server.h"
#include "gateway/transport/authenticator.h"
#include "gateway/transport/transport_limits.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "matching/engine.h"

namespace betex::gateway {

// The engine as of the newest whole snapshot of the journal's log; throws std::runtime_error where
// there is none. `journal` has been recovered.
[[nodiscard]] MarketDataStage::LoadState newest_state(std::filesystem::path wal_root,
                                                      const journal::Journal& journal);

// Parts belong to the threads that run them; lost() and metrics() are *thread-safe*.
class MarketDataWiring {
 public:
  // All outlive it.
  struct Parts {
    const Config& config;
    boost::asio::io_context& io;  // that serves nobody else
    EventRing& events;            // nothing is claimed yet
    EventConsumer& journal_events;
    journal::Journal& journal;
    journal::EnvironmentPool& segments;
    const matching::Engine& engine;  // recovered; not run yet
    const fix::Dictionaries& dictionaries;
    CommandPort& commands;
    fix::Authenticator& authenticator;
    const Clock& clock;  // session time
  };

  MarketDataWiring(const Parts& parts,
                   const fix::TransportLimits& limits,
                   const std::vector<matching::SessionInfo>& sessions);

  MarketDataWiring(const MarketDataWiring&) = delete;
  MarketDataWiring& operator=(const MarketDataWiring&) = delete;

  // For md's thread, and what that waits on.
  [[nodiscard]] MarketDataStage& stage() noexcept { return stage_; }

  [[nodiscard]] const MarketDataStage& stage() const noexcept { return stage_; }

  [[nodiscard]] WaitStrategy& wait() noexcept { return wait_; }

  [[nodiscard]] const EventConsumer& events() const noexcept { return events_; }

  // Null: [market_data] is not enabled.
  [[nodiscard]] fix::MarketDataServer* server() noexcept { return server_.get(); }

  // ---- An exception has come out of it, on the thread that it has come out on

  void stage_failed(const std::exception_ptr& error) noexcept;
  void io_failed(const std::exception_ptr& error) noexcept;

  [[nodiscard]] bool lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  [[nodiscard]] MarketDataSources metrics() const noexcept;

 private:
  void lose(std::string_view what, const std::exception_ptr& error) noexcept;

  // It sleeps where stages spin: it must not take a core that orders need.
  WaitStrategy wait_{WaitKind::Block};
  EventConsumer& events_;
  std::atomic<bool> lost_{false};  // relaxed: for metrics
  MarketDataStage stage_;
  const std::unique_ptr<fix::MarketDataServer> server_;
};

}  // namespace betex::gateway
