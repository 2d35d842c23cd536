// betex-gateway: reads the command line and the configuration, runs the gateway until a signal.
// Every failure is one clear line on stderr and its own exit code (README.md).

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "gateway/config/command_line.h"
#include "gateway/config/config.h"
#include "gateway/config/open_secrets.h"
#include "gateway/config/settings_in_force.h"
#include "gateway/gateway.h"
#include "gateway/log/log.h"
#include "gateway/process/fail_stop.h"
#include "gateway/process/heap.h"
#include "gateway/process/password_command.h"
#include "gateway/process/signals.h"
#include "gateway/start/named_files.h"
#include "gateway/time/clock_at_start.h"
#include "journal/process/command_line.h"
#include "journal/process/standard_streams.h"

namespace betex::gateway {
namespace {

constexpr const char* kProgram = "betex-gateway";

// The line that scripts and tests read to learn the ports. Brokers do not need it.
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
  std::printf("%s\n", line.c_str());
  if (const auto failure = process::flush_standard_output()) {
    spdlog::warn("{}; standard output cannot be written: {}", line, *failure);
    std::clearerr(stdout);  // it has been said
  }
}

// Throws ConfigError with what is wrong.
Config checked_config(const CommandLine& command_line) {
  Config config = load_config(command_line.config_file, command_line.overrides);
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

// SIGHUP. What is wrong in the files is logged, and everything stays as it was but for the log's
// own file, which may have been rotated.
void reload(const CommandLine& command_line, Gateway& gateway, SettingsInForce& in_force) {
  reopen_log();
  try {
    const Config config = checked_config(command_line);
    gateway.reload(config);
    set_log_level(config.log.level);
    log_warnings(config);
    for (const std::string& name : in_force.take_over(config)) {
      spdlog::warn("not taken over, which needs a restart: {}", name);
    }
    spdlog::info(
        "reloaded: certificates, credentials, connection limits, sessions, accounts, four eyes, "
        "log level");
  } catch (const ConfigError& error) {
    for (const Finding& finding : error.findings()) {
      spdlog::error("not reloaded, nothing has changed: {}", to_string(finding));
    }
  } catch (const std::exception& error) {
    spdlog::error("not reloaded, nothing has changed: {}", error.what());
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

int run(const CommandLine& command_line, const Config& config) {
  set_up_logging(config.log);
  log_warnings(config);
  Gateway gateway{config,
                  {.accept_clock = command_line.accept_clock,
                   .new_epochs = command_line.new_epochs,
                   .pause = pause_unless_asked_to_stop}};
  print_ports(gateway.start());
  SettingsInForce in_force{config};
  while (wait_for_signal() != Signal::Terminate) {
    reload(command_line, gateway, in_force);
  }
  spdlog::info("stopping");
  gateway.stop(asked_again);
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
