// The market data side of the gateway on its threads: md on one, its sessions and the page's
// streams on another.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/agent/agent_runner.h"
#include "gateway/config/config.h"
#include "gateway/link/clock.h"
#include "gateway/link/session_link.h"
#include "gateway/market_data_wiring.h"
#include "gateway/process/health.h"
#include "gateway/process/io_threads.h"
#include "gateway/process/market_data_metrics.h"
#include "gateway/process/port_reservation.h"
#include "gateway/ring/event_ring.h"
#include "gateway/session/market_data_server.h"
#include "gateway/transport/authenticator.h"
#include "gateway/transport/transport_limits.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "matching/engine.h"
#include "matching/session_commands.h"

namespace betex::gateway {

// What is there before anything on disk is touched: the ports, and the thread "md-io".
class MarketDataPorts {
 public:
  // Throws std::runtime_error when a port can't be had.
  explicit MarketDataPorts(const MarketDataConfig& config);

  [[nodiscard]] IoThreads& io() noexcept { return io_; }

  // Null: it is not served.
  [[nodiscard]] PortReservation* plain() noexcept { return plain_.get(); }

  [[nodiscard]] PortReservation* tls() noexcept { return tls_.get(); }

  // What is to be done when an exception came out of md-io; once.
  void on_failure(std::function<void(const std::exception_ptr&)> act);

 private:
  void fail(const std::exception_ptr& error);

  const std::unique_ptr<PortReservation> plain_;
  const std::unique_ptr<PortReservation> tls_;
  std::mutex mutex_;
  std::function<void(const std::exception_ptr&)> act_;  // guarded; empty: only the log is told
  IoThreads io_;
};

// *Owned by the main thread*, but for the feeds.
class MarketDataSide {
 public:
  // All outlive it.
  struct Parts {
    const Config& config;
    MarketDataPorts& ports;
    EventRing& events;  // nothing is claimed yet
    EventConsumer& journal_events;
    journal::Journal& journal;
    journal::EnvironmentPool& segments;
    const matching::Engine& engine;  // recovered; not run yet
    const fix::Dictionaries& dictionaries;
    CommandPort& commands;
    fix::Authenticator& authenticator;
    const Clock& clock;  // session time
  };

  MarketDataSide(const Parts& parts,
                 const fix::TransportLimits& limits,
                 const std::vector<matching::SessionInfo>& sessions);
  // Ends its threads, as stop() and MarketDataPorts::io().stop().
  ~MarketDataSide();

  MarketDataSide(const MarketDataSide&) = delete;
  MarketDataSide& operator=(const MarketDataSide&) = delete;

  // Null: [market_data] is not enabled.
  [[nodiscard]] fix::MarketDataServer* server() noexcept { return wiring_.server(); }

  [[nodiscard]] PictureFeed& pictures() noexcept { return wiring_.stage(); }

  [[nodiscard]] MarketDataSources metrics() const noexcept { return wiring_.metrics(); }

  struct Listening {
    std::optional<std::uint16_t> plain;
    std::optional<std::uint16_t> tls;
  };

  void start(Health& health);
  Listening listen();
  void reload(const Config& config, const fix::TransportLimits& limits);

  // ---- The end, in this order

  void stop_reading(matching::SessionDownReason reason = matching::SessionDownReason::Shutdown);
  // When the pipeline has come to its end: tells what is committed, and ends md's thread.
  void stop();
  void log_out(std::chrono::milliseconds deadline, const std::function<bool()>& impatient);

 private:
  const Config& config_;
  MarketDataPorts& ports_;
  MarketDataWiring wiring_;
  AgentRunner runner_;
};

}  // namespace betex::gateway
