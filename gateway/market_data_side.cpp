#include "gateway/market_data_side.h"

#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/process/fail_stop.h"
#include "gateway/start/fix_settings.h"

namespace betex::gateway {
namespace {

// Where processors are few, orders come before prices.
constexpr int kNiceness = 5;

std::unique_ptr<PortReservation> reserve(const MarketDataConfig& config,
                                         std::optional<std::uint16_t> port,
                                         const std::string& option) {
  return config.enabled && port ? std::make_unique<PortReservation>(config.address, *port, option)
                                : nullptr;
}

}  // namespace

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
      wiring_{{.config = parts.config,
               .io = parts.ports.io().context(),
               .events = parts.events,
               .journal_events = parts.journal_events,
               .journal = parts.journal,
               .segments = parts.segments,
               .engine = parts.engine,
               .dictionaries = parts.dictionaries,
               .commands = parts.commands,
               .authenticator = parts.authenticator,
               .clock = parts.clock},
              limits,
              sessions},
      runner_{{.thread_name = "md", .agents = {&wiring_.stage()}, .niceness = kNiceness},
              wiring_.wait(),
              [this](std::string_view /*agent*/, const std::exception_ptr& error) {
                wiring_.stage_failed(error);
              }} {
  ports_.on_failure([this](const std::exception_ptr& error) { wiring_.io_failed(error); });
}

MarketDataSide::~MarketDataSide() {
  stop();
  ports_.io().stop();
  ports_.on_failure({});
}

void MarketDataSide::start(Health& health) {
  runner_.start();
  health.watch_while_there(runner_, wiring_.events());
}

MarketDataSide::Listening MarketDataSide::listen() {
  Listening listening;
  if (ports_.plain() != nullptr) {
    listening.plain = server()->listen(config_.market_data.address, ports_.plain()->port());
    ports_.plain()->release();
  }
  if (ports_.tls() != nullptr) {
    listening.tls = server()->listen_tls(
        config_.market_data.address, ports_.tls()->port(), *tls_files(config_));
    ports_.tls()->release();
  }
  return listening;
}

void MarketDataSide::reload(const Config& config, const fix::TransportLimits& limits) {
  if (server() != nullptr) {
    server()->reload(limits,
                     session_settings(config),
                     ports_.tls() != nullptr ? tls_files(config) : std::optional<fix::TlsFiles>{});
  }
}

// Its sessions' ends are journaled, so this comes before the command ring is closed.
void MarketDataSide::stop_reading(matching::SessionDownReason reason) {
  if (server() != nullptr) {
    server()->stop_reading();
    server()->sessions_down(reason);
  }
}

void MarketDataSide::stop() {
  runner_.stop();
  runner_.join();
}

void MarketDataSide::log_out(std::chrono::milliseconds deadline,
                             const std::function<bool()>& impatient) {
  if (server() != nullptr) {
    server()->log_out(deadline, impatient);
  }
}

}  // namespace betex::gateway
