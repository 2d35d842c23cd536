#include "gateway/market_data_side.h"

#include <cstddef>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/pipeline/journal_link.h"
#include "gateway/process/fail_stop.h"
#include "gateway/start/fix_settings.h"
#include "journal/recovery.h"
#include "journal/snapshot.h"

namespace betex::gateway {
namespace {

// Where processors are few, orders come before prices.
constexpr int kNiceness = 5;

MarketDataLimits limits_of(const MarketDataSessionLimits& limits, std::size_t most_unsent) {
  return {.max_instruments = limits.instruments_per_session,
          .max_requests = limits.requests,
          .requests_per_second = limits.requests_a_second,
          .requests_at_once = limits.requests,
          .slow_above = limits.slow_bytes,
          .fast_below = limits.normal_bytes,
          .most_unsent = most_unsent};
}

std::unique_ptr<PortReservation> reserve(const MarketDataConfig& config,
                                         std::optional<std::uint16_t> port,
                                         const std::string& option) {
  return config.enabled && port ? std::make_unique<PortReservation>(config.address, *port, option)
                                : nullptr;
}

}  // namespace

MarketDataStage::LoadState newest_state(std::filesystem::path wal_root,
                                        const journal::Journal& journal) {
  return [root = std::move(wal_root), id = journal.wal_id()] {
    std::vector<std::string> warnings;
    std::optional<journal::Snapshot> snapshot =
        journal::newest_snapshot({.wal_root = root, .wal_id = id, .warnings = warnings},
                                 matching::EventSeq{std::numeric_limits<std::uint64_t>::max()});
    for (const std::string& warning : warnings) {
      spdlog::warn("{}", warning);
    }
    if (!snapshot) {
      throw std::runtime_error{"there is no whole snapshot in " + root.string()};
    }
    return std::make_unique<const matching::Engine>(std::move(snapshot->engine));
  };
}

// ---- The ports

MarketDataPorts::MarketDataPorts(const MarketDataConfig& config)
    : plain_{reserve(config, config.port, "--market-data-port")},
      tls_{reserve(config, config.tls_port, "tls_port in [market_data]")},
      io_{1, "md-io", [this](const std::exception_ptr& error) { fail(error); }, kNiceness} {}

void MarketDataPorts::on_failure(std::function<void(const std::exception_ptr&)> act) {
  const std::lock_guard lock{mutex_};
  act_ = std::move(act);
}

void MarketDataPorts::fail(const std::exception_ptr& error) {
  const std::lock_guard lock{mutex_};
  if (act_) {
    act_(error);
  } else {
    spdlog::error("md-io: {}", text_of(error));
  }
}

// ---- All of it

MarketDataSide::MarketDataSide(const Parts& parts,
                               const fix::TransportLimits& limits,
                               const std::vector<matching::SessionInfo>& sessions)
    : config_{parts.config},
      ports_{parts.ports},
      events_{parts.events.add_consumer(
          {.name = "md", .wait = wait_, .behind = {&parts.journal_events}, .may_leave = true})},
      stage_{{.events = events_,
              .ring_slots = parts.events.capacity(),
              .wait = wait_,
              .open_source = retiring_journal_sources(parts.config.wal.root, parts.segments),
              .load_state = newest_state(parts.config.wal.root, parts.journal)},
             parts.engine,
             limits_of(parts.config.market_data.limits, limits.outbound_queue_bytes)},
      server_{parts.config.market_data.enabled
                  ? std::make_unique<fix::MarketDataServer>(
                        fix::MarketDataServer::Parts{.io = parts.ports.io().context(),
                                                     .dictionaries = parts.dictionaries,
                                                     .commands = parts.commands,
                                                     .feed = stage_,
                                                     .authenticator = parts.authenticator,
                                                     .clock = parts.clock},
                        limits,
                        parts.config.market_data.limits.sessions,
                        session_settings(parts.config),
                        sessions)
                  : nullptr},
      runner_{{.thread_name = "md", .agents = {&stage_}, .niceness = kNiceness},
              wait_,
              [this](std::string_view agent, const std::exception_ptr& error) {
                stage_.fail();
                lose(agent, error);
              }} {
  ports_.on_failure([this](const std::exception_ptr& error) {
    lose("md-io", error);
    if (server_) {
      server_->close();  // what was under way in a session may be half done
    }
  });
}

MarketDataSide::~MarketDataSide() {
  stop();
  ports_.io().stop();
  ports_.on_failure({});
}

// Orders, their reports and the process go on.
void MarketDataSide::lose(std::string_view what, const std::exception_ptr& error) noexcept {
  try {
    lost_.store(true, std::memory_order_relaxed);
    spdlog::critical(
        "{} failed: there is no market data from now on, everything else goes on; to have it "
        "again, start the gateway again when it suits: {}",
        what,
        text_of(error));
    if (server_) {
      server_->give_up("There is no market data: an internal error");
    }
  } catch (const std::exception& further) {
    spdlog::critical("market data sessions could not be told: {}", further.what());
  }
}

MarketDataSources MarketDataSide::metrics() const noexcept {
  return {.stage = stage_.figures(),
          .lost = lost_,
          .sessions = server_ ? &server_->metrics() : nullptr};
}

void MarketDataSide::start(Health& health) {
  runner_.start();
  health.watch_while_there(runner_, events_);
}

MarketDataSide::Listening MarketDataSide::listen() {
  Listening listening;
  if (ports_.plain() != nullptr) {
    listening.plain = server_->listen(config_.market_data.address, ports_.plain()->port());
    ports_.plain()->release();
  }
  if (ports_.tls() != nullptr) {
    listening.tls =
        server_->listen_tls(config_.market_data.address, ports_.tls()->port(), *tls_files(config_));
    ports_.tls()->release();
  }
  return listening;
}

void MarketDataSide::reload(const Config& config, const fix::TransportLimits& limits) {
  if (server_) {
    server_->reload(limits,
                    session_settings(config),
                    ports_.tls() != nullptr ? tls_files(config) : std::optional<fix::TlsFiles>{});
  }
}

// Its sessions' ends are journaled, so this comes before the command ring is closed.
void MarketDataSide::stop_reading(matching::SessionDownReason reason) {
  if (server_) {
    server_->stop_reading();
    server_->sessions_down(reason);
  }
}

void MarketDataSide::stop() {
  runner_.stop();
  runner_.join();
}

void MarketDataSide::log_out(std::chrono::milliseconds deadline,
                             const std::function<bool()>& impatient) {
  if (server_) {
    server_->log_out(deadline, impatient);
  }
}

}  // namespace betex::gateway
