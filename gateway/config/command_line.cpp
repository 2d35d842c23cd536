#include "gateway/config/command_line.h"

#include <sstream>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "gateway/config/credentials.h"
#include "journal/process/command_line.h"

namespace betex::gateway {

namespace {

constexpr const char* kVersionText = "betex-gateway " BETEX_VERSION;

std::string check_username(const std::string& username) {
  return valid_username(username) ? "" : "'" + username + "' is not 1 to 31 printable characters";
}

// Values of the configuration that the command line gives in place of the file.
void add_overrides(CLI::App& app, Overrides& overrides) {
  app.add_option("--wal-root", overrides.wal_root, "Folder of the write-ahead log")
      ->type_name("FOLDER");
  app.add_option("--fix-port", overrides.fix_port, "Port for plain FIX, 0: any free one")
      ->transform(process::decimal())
      ->type_name("PORT");
  app.add_option("--tls-port", overrides.tls_port, "Port for FIX over TLS, 0: any free one")
      ->transform(process::decimal())
      ->type_name("PORT");
  app.add_option("--market-data-port",
                 overrides.market_data_port,
                 "Port for market data by FIX, 0: any free one")
      ->transform(process::decimal())
      ->type_name("PORT");
  app.add_option("--http-port", overrides.http_port, "Port for probes and metrics, 0: any free one")
      ->transform(process::decimal())
      ->type_name("PORT");
  app.add_option("--max-segment-events",
                 overrides.max_segment_events,
                 "Events after which the log begins a new segment, about")
      ->transform(process::decimal())
      ->type_name("NUMBER");
  app.add_option("--node", overrides.cluster_node, "This node's name in its cluster")
      ->type_name("NAME");
  app.add_option("--notice",
                 overrides.stop_notice_s,
                 "Seconds from SIGTERM to the stop, which all sessions are told of, 0: none")
      ->transform(process::decimal())
      ->type_name("SECONDS");
}

// What may be done at a start only when somebody has said so.
void add_permissions(CLI::App& app, CommandLine& line) {
  app.add_flag("--accept-clock",
               line.accept_clock,
               "Start on the machine's clock as it is, though the log is ahead of it or the kernel "
               "calls it unsynchronised");
  app.add_flag("--new-epochs",
               line.new_epochs,
               "Start though the session cache or the witness know more than the log, which was "
               "restored: every session begins again at MsgSeqNum 1");
  auto* const init = app.add_flag("--init-quorum-log",
                                  line.init_quorum_log,
                                  "Make the log of a replicated cluster, once: this node's "
                                  "journal, empty or not, is its truth");
  app.add_flag(
         "--adopt-quorum-log",
         line.adopt_quorum_log,
         "Have the cluster's log go on from this node's journal, after etcd has been restored "
         "from a backup: this node's must be the one that is farthest")
      ->excludes(init);
}

// What may be asked for instead of a start.
struct Actions {
  CLI::Option* check;
  CLI::Option* print;
  CLI::Option* hash;

  [[nodiscard]] Action chosen() const {
    if (hash->count() != 0) {
      return Action::HashPassword;
    }
    if (check->count() != 0) {
      return Action::CheckConfig;
    }
    return print->count() != 0 ? Action::PrintConfig : Action::Run;
  }
};

Actions add_actions(CLI::App& app, CommandLine& line) {
  auto* const check =
      app.add_flag("--check-config")->description("Check the configuration and end");
  auto* const print = app.add_flag("--print-config")
                          ->description("Print the values in force, secrets masked")
                          ->excludes(check);
  auto* const hash =
      app.add_option("--hash-password",
                     line.username,
                     "Read a password from standard input, print this user's line for the "
                     "credentials file")
          ->type_name("USERNAME")
          ->check(check_username)
          ->excludes(check)
          ->excludes(print);
  app.add_flag("--generate", line.generate_password)
      ->description(
          "With --hash-password: make a password of 256 random bits, which standard error shows "
          "this once, instead of reading one")
      ->needs(hash);
  return {.check = check, .print = print, .hash = hash};
}

}  // namespace

std::string_view program_version() noexcept {
  return BETEX_VERSION;
}

std::variant<CommandLine, EarlyExit> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app{"The betex FIX exchange gateway.", "betex-gateway"};
  app.set_version_flag("--version", kVersionText);
  auto* const config =
      app.add_option("--config", line.config_file, "The configuration, gateway.toml")
          ->type_name("FILE");
  add_overrides(app, line.overrides);
  add_permissions(app, line);
  const Actions actions = add_actions(app, line);
  try {
    process::parse(app, argc, argv);
    if (actions.hash->count() == 0 && config->count() == 0) {
      throw CLI::RequiredError{"--config"};
    }
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const bool wrong = app.exit(error, text, text) != 0;
    return EarlyExit{.code = wrong ? process::kExitUsage : 0, .text = text.str()};
  }
  line.action = actions.chosen();
  return line;
}

void check_options(const CommandLine& line, const Config& config) {
  std::vector<Finding> findings;
  const auto needs_quorum_log = [&](bool given, const char* option) {
    if (given && config.cluster.mode != ClusterMode::Replicated) {
      findings.push_back({.file = "command line",
                          .line = 0,
                          .key = option,
                          .problem = "is about the log of a replicated cluster, and there is none",
                          .remedy = "leave it out, or give mode = \"replicated\" in [cluster]"});
    }
  };
  needs_quorum_log(line.init_quorum_log, "--init-quorum-log");
  needs_quorum_log(line.adopt_quorum_log, "--adopt-quorum-log");
  if (!findings.empty()) {
    throw ConfigError{std::move(findings)};
  }
}

}  // namespace betex::gateway
