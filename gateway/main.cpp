// betex-gateway: reads the command line and the configuration, runs the gateway until a signal.
// Every failure is one clear line on stderr and its own exit code (README.md).

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "gateway/cluster/seeding.h"
#include "gateway/config/command_line.h"
#include "gateway/config/config.h"
#include "gateway/config/open_secrets.h"
#include "gateway/config/settings_in_force.h"
#include "gateway/gateway.h"
#include "gateway/log/log.h"
#include "gateway/process/fail_stop.h"
#include "gateway/process/heap.h"
#include "gateway/process/password_command.h"
#include "gateway/process/planned_stop.h"
#include "gateway/process/service_manager.h"
#include "gateway/process/signals.h"
#include "gateway/process/signs_of_life.h"
#include "gateway/process/stop_requests.h"
#include "gateway/reports/news.h"
#include "gateway/start/named_files.h"
#include "gateway/time/clock_at_start.h"
#include "journal/process/standard_streams.h"
#include "matching/commands.h"

namespace betex::gateway {
namespace {

constexpr const char* kProgram = "betex-gateway";

// A line that scripts and tests read.
void print_line(const std::string& line) {
  std::printf("%s\n", line.c_str());
  if (const auto failure = process::flush_standard_output()) {
    spdlog::warn("{}; standard output cannot be written: {}", line, *failure);
    std::clearerr(stdout);  // it has been said
  }
}

// From it they learn the ports. Brokers do not need it.
void print_ports(const Ports& ports) {
  std::string line = "listening fix=" + std::to_string(ports.fix);
  if (ports.tls) {
    line += " tls=" + std::to_string(*ports.tls);
  }
  if (ports.http) {
    line += " http=" + std::to_string(*ports.http);
  }
  if (ports.market_data) {
    line += " md=" + std::to_string(*ports.market_data);
  }
  if (ports.market_data_tls) {
    line += " md_tls=" + std::to_string(*ports.market_data_tls);
  }
  print_line(line);
}

void print_standby(std::optional<std::uint16_t> http) {
  print_line(http ? "standing by http=" + std::to_string(*http) : "standing by");
}

// Throws ConfigError with what is wrong.
Config checked_config(const CommandLine& command_line) {
  Config config = load_config(command_line.config_file, command_line.overrides);
  check_options(command_line, config);
  check_named_files(config);
  return config;
}

std::vector<std::string> all_warnings(const Config& config) {
  std::vector<std::string> lines = warnings(config);
  for (const auto& of_files : {named_files_warnings(config), open_secrets(config)}) {
    lines.insert(lines.end(), of_files.begin(), of_files.end());
  }
  return lines;
}

void log_warnings(const Config& config) {
  for (const std::string& line : all_warnings(config)) {
    spdlog::warn("{}", line);
  }
}

// What main has in hand while the gateway runs.
struct Running {
  const CommandLine& command_line;
  Gateway& gateway;
  StopRequests& stop_requests;
  SettingsInForce in_force;
  std::chrono::seconds stop_notice;  // from SIGTERM to the stop
  PlannedStop planned{};
};

// SIGHUP. What is wrong in the files is logged, and everything stays as it was but for the log's
// own file, which may have been rotated.
void reload(Running& running) {
  reopen_log();
  try {
    const Config config = checked_config(running.command_line);
    running.gateway.reload(config);
    running.stop_notice = config.exchange.stop_notice;
    set_log_level(config.log.level);
    log_warnings(config);
    for (const std::string& name : running.in_force.take_over(config)) {
      spdlog::warn("not taken over, which needs a restart: {}", name);
    }
    spdlog::info(
        "reloaded: certificates, credentials, connection limits, sessions, accounts, four eyes, "
        "notice before a stop, log level");
  } catch (const ConfigError& error) {
    for (const Finding& finding : error.findings()) {
      spdlog::error("not reloaded, nothing has changed: {}", to_string(finding));
    }
  } catch (const std::exception& error) {
    spdlog::error("not reloaded, nothing has changed: {}", error.what());
  }
}

// Journaled, and so told to all sessions. Without it the stop comes all the same.
void tell_everybody(Gateway& gateway, matching::CommandBody news) {
  try {
    gateway.operate(std::move(news));
  } catch (const std::exception& error) {
    spdlog::warn("sessions are not told of the stop: {}", error.what());
  }
}

// The sessions have been told of it, or will be.
void plan_stop(Running& running, std::chrono::seconds notice) {
  running.planned.plan(notice, PlannedStop::Steady::now());
  running.gateway.expect_stop(running.planned.at().value());
}

// The first SIGTERM. False: it stops at once.
bool stop_with_notice(Running& running) {
  const std::chrono::seconds notice = running.stop_notice;
  if (notice == std::chrono::seconds{0}) {
    return false;
  }
  const auto planned = running.planned.at();
  if (planned && *planned <= PlannedStop::Steady::now() + notice) {
    spdlog::info(
        "asked to stop, as an operator has announced already; a second signal stops it at once");
    return true;
  }
  spdlog::info("asked to stop: in {} s, all sessions are told; a second signal stops it at once",
               notice.count());
  tell_everybody(running.gateway,
                 matching::StopExchange{.notice_s = static_cast<std::uint32_t>(notice.count()),
                                        .request_id = {},
                                        .transact_time = {}});
  plan_stop(running, notice);
  return true;
}

// Returns when it is to be stopped.
void run_until_stop(Running& running) {
  bool asked = false;  // by a signal
  for (;;) {
    const auto signal = wait_for_signal(running.planned.until_due(PlannedStop::Steady::now()));
    if (signal == Signal::Reload) {
      reload(running);
    } else if (signal == Signal::Terminate) {
      if (std::exchange(asked, true)) {
        spdlog::warn("asked to stop again: before the notice is over");
        return;
      }
      if (!stop_with_notice(running)) {
        return;
      }
    }
    if (const auto notice = running.stop_requests.take()) {
      spdlog::info("an operator has asked to stop: in {} s", notice->count());
      plan_stop(running, *notice);
    }
    const PlannedStop::Due due = running.planned.take_due(PlannedStop::Steady::now());
    if (due.stop) {
      return;
    }
    if (due.remind) {
      const auto left = static_cast<std::uint32_t>(due.remind->count());
      tell_everybody(running.gateway,
                     matching::Announce{.subject = {},
                                        .headline = stop_headline(left),
                                        .urgent = true,
                                        .request_id = {},
                                        .transact_time = {}});
    }
  }
}

bool asked_again() {
  const bool again = wait_for_signal(std::chrono::milliseconds{0}) == Signal::Terminate;
  if (again) {
    spdlog::warn("asked to stop again: no Logout is waited for");
  }
  return again;
}

// While a start waits for the clock. A reload has nothing to act on yet.
bool pause_unless_asked_to_stop(std::chrono::milliseconds time) {
  const auto signal = wait_for_signal(time);
  if (signal == Signal::Reload) {
    reopen_log();
    spdlog::warn("not reloaded: still starting; send SIGHUP again when it listens");
  }
  return signal != Signal::Terminate;
}

// The same of a node of a cluster, which may be days. What was asked for is done when it leads.
class StandbyPause {
 public:
  bool operator()(std::chrono::milliseconds time) {
    const auto signal = wait_for_signal(time);
    if (signal == Signal::Reload) {
      reopen_log();
      reload_ = true;
      spdlog::warn(
          "reloaded while standing by: the log's file alone is opened anew; the rest is taken over "
          "when this node leads");
    }
    return signal != Signal::Terminate;
  }

  [[nodiscard]] bool reload() const noexcept { return reload_; }

 private:
  bool reload_ = false;
};

// A node that was away for too long ends there, has seed_command bring what it lacks, and begins
// again. `life` tells that the process lives until it stands by.
std::unique_ptr<Gateway> make_gateway(const Config& config,
                                      StartOptions& options,
                                      std::optional<SignsOfLife>& life) {
  cluster::Seeder seeder{{.command = config.cluster.seed_command,
                          .wal_root = config.wal.root,
                          .pause = options.pause}};
  for (;;) {
    try {
      auto gateway = std::make_unique<Gateway>(config, options);
      life.reset();
      return gateway;
    } catch (const cluster::LeftBehind& behind) {
      life.emplace(ServiceManager::from_environment(), "seeding: seed_command runs");
      if (!seeder.seed(behind)) {
        throw StoppedWhileWaiting{"asked to stop while seed_command ran"};
      }
      options.init_quorum_log = false;  // it has been done
      options.adopt_quorum_log = false;
    }
  }
}

int run(const CommandLine& command_line, const Config& config) {
  set_up_logging(config.log);
  log_warnings(config);
  StopRequests stop_requests;
  StandbyPause standby_pause;
  std::optional<SignsOfLife> life;  // none while a gateway tells of itself
  StartOptions options{
      .accept_clock = command_line.accept_clock,
      .new_epochs = command_line.new_epochs,
      .init_quorum_log = command_line.init_quorum_log,
      .adopt_quorum_log = command_line.adopt_quorum_log,
      .pause = pause_unless_asked_to_stop,
      .standing_by =
          [&](std::optional<std::uint16_t> http) {
            life.reset();
            print_standby(http);
          },
      .stop_requested = [&](std::chrono::seconds notice) { stop_requests.put(notice); }};
  if (config.cluster.mode != ClusterMode::Single) {
    options.pause = std::ref(standby_pause);
  }
  const std::unique_ptr<Gateway> gateway = make_gateway(config, options, life);
  print_ports(gateway->start());
  Running running{.command_line = command_line,
                  .gateway = *gateway,
                  .stop_requests = stop_requests,
                  .in_force = SettingsInForce{config},
                  .stop_notice = config.exchange.stop_notice};
  if (standby_pause.reload()) {
    reload(running);
  }
  run_until_stop(running);
  spdlog::info("stopping");
  gateway->stop(asked_again);
  spdlog::info("stopped");
  shut_down_logging();
  return EXIT_SUCCESS;
}

int act(const CommandLine& command_line) {
  if (command_line.action == Action::HashPassword) {
    return hash_password_command(
        command_line.username,
        command_line.generate_password ? PasswordSource::Generated : PasswordSource::StandardInput);
  }
  const Config config = checked_config(command_line);
  switch (command_line.action) {
    case Action::CheckConfig:
      for (const std::string& line : all_warnings(config)) {
        process::print_error(kProgram, "warning: " + line);
      }
      std::printf("%s: no errors\n", command_line.config_file.c_str());
      return EXIT_SUCCESS;
    case Action::PrintConfig:
      std::fputs(print(config).c_str(), stdout);
      return EXIT_SUCCESS;
    default:
      return run(command_line, config);
  }
}

}  // namespace
}  // namespace betex::gateway

int main(int argc, char** argv) {
  using namespace betex;
  gateway::keep_freed_memory();
  process::open_standard_descriptors();
  process::disable_core_dumps();
  ::umask(0027);  // whatever the shell says: a group may read log and journal, for backups
  gateway::block_signals();
  const auto parsed = gateway::parse_command_line(argc, argv);
  int exit_code = EXIT_SUCCESS;
  if (const auto* const exit = std::get_if<gateway::EarlyExit>(&parsed)) {
    exit_code = exit->code;
    std::fputs(exit->text.c_str(), exit_code == EXIT_SUCCESS ? stdout : stderr);
  } else {
    try {
      exit_code = gateway::act(std::get<gateway::CommandLine>(parsed));
    } catch (const gateway::StoppedWhileWaiting& stopped) {
      spdlog::info("{}", stopped.what());
      gateway::shut_down_logging();
    } catch (const std::exception&) {
      gateway::shut_down_logging();  // what led to it comes first
      process::print_error(gateway::kProgram, gateway::text_of(std::current_exception()));
      exit_code = gateway::exit_code_of(std::current_exception());
    }
  }
  return process::exit_code_after_output(gateway::kProgram, exit_code);
}
