// betex-fix: a FIX client for people and scripts. Sends orders as a broker and prints the reports
// as readable lines.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "gateway/tools/broker.h"
#include "gateway/tools/fix_request.h"

namespace betex::tools {
namespace {

enum ExitCode : int {
  kDone = 0,
  kRefused = 1,
  kNoSession = 2,
  kOutcomeUnknown = 3,
  kUsage = 64,
};

constexpr const char* kFooter = R"(
Exit codes: 0 carried out; 1 the exchange refused (one of) the request(s); 2 no connection or
logon; 3 the session ended, or nothing came within --wait-ms, before the answer: the outcome is
not known yet, and comes with the next logon; 64 wrong words.

Sequence numbers, and what was sent, are kept in a state file, so that reports made while nobody
was logged on are printed at the next logon. A password is better given in BETEX_FIX_PASSWORD.)";

constexpr std::uint16_t kTlsPort = 9881;

struct CommandLine {
  BrokerSettings settings;
  std::optional<Request> request;
  bool script = false;
  std::string state_file;
  std::optional<std::int64_t> watch_ms;  // none: until it is interrupted
};

std::filesystem::path default_state_file(const BrokerSettings& settings) {
  const char* const state_home = std::getenv("XDG_STATE_HOME");
  const char* const home = std::getenv("HOME");
  std::filesystem::path folder = std::filesystem::temp_directory_path();
  if (state_home != nullptr && *state_home != '\0') {
    folder = state_home;
  } else if (home != nullptr && *home != '\0') {
    folder = std::filesystem::path{home} / ".local" / "state";
  }
  return folder / "betex-fix" /
         fmt::format("{}@{}:{}", settings.session.sender, settings.host, settings.port);
}

void add_session_options(CLI::App& app, CommandLine& line) {
  BrokerSettings& settings = line.settings;
  settings.session.password = "demo";
  app.add_option("--as,--sender", settings.session.sender, "SenderCompID and Username")
      ->required()
      ->type_name("COMPID");
  app.add_option("--password", settings.session.password, "of that user")
      ->envname("BETEX_FIX_PASSWORD")
      ->capture_default_str();
  app.add_option("--host", settings.host, "of the gateway")->capture_default_str();
  CLI::Option* const port = app.add_option(
      "--port", settings.port, "of the gateway's plain FIX; with --tls of its FIX over TLS (9881)");
  port->capture_default_str();
  app.add_option_function<std::string>(
         "--tls",
         [&settings, port](const std::string& ca) {
           settings.tls.emplace().ca = ca;
           if (port->count() == 0) {
             settings.port = kTlsPort;
           }
         },
         "speak TLS; the PEM file of who has signed the gateway's certificate")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--certificate",
         [&settings](const std::string& file) {
           settings.tls = settings.tls.value_or(client::TlsFiles{});
           settings.tls->certificate = file;
         },
         "with --tls: our own certificate, a PEM file")
      ->type_name("FILE")
      ->needs("--tls");
  app.add_option_function<std::string>(
         "--key",
         [&settings](const std::string& file) {
           settings.tls = settings.tls.value_or(client::TlsFiles{});
           settings.tls->key = file;
         },
         "with --tls: its key, a PEM file")
      ->type_name("FILE")
      ->needs("--certificate");
  app.add_option("--target", settings.session.target, "TargetCompID")->capture_default_str();
  app.add_option("--account", settings.account, "Account; without it the session's own");
  app.add_flag_callback(
      "--fix44",
      [&settings] { settings.session.dialect = client::Dialect::Fix44; },
      "speak FIX.4.4 instead of FIXT.1.1 with FIX.5.0SP2");
  app.add_flag_callback(
      "--reset",
      [&settings] { settings.reset = client::ResetNumbers::Yes; },
      "begin both sides' sequence numbers anew (141=Y)");
  app.add_option("--state", line.state_file, "state file, instead of one per sender and gateway");
  app.add_option_function<std::int64_t>(
         "--wait-ms",
         [&settings](std::int64_t ms) { settings.patience = std::chrono::milliseconds{ms}; },
         "how long to wait for an answer (5000)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{600'000}));
  app.add_flag_callback(
      "--raw",
      [&settings] { settings.output = Output::RawMessages; },
      "print the FIX messages of both directions instead of lines");
}

void add_commands(CLI::App& app, CommandLine& line) {
  app.require_subcommand(1);
  add_requests(app, [&line](Request request) { line.request = std::move(request); });
  CLI::App* const watch = app.add_subcommand("watch", "print reports until interrupted");
  watch->add_option("--for-ms", line.watch_ms, "or until this time has passed");
  app.add_subcommand("script", "read requests from standard input, one a line, in these words")
      ->callback([&line] { line.script = true; });
}

// SIGINT and SIGTERM are blocked and looked for between two waits, so that a session always ends
// with a Logout.
class Interrupts {
 public:
  Interrupts() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals_, nullptr);
  }

  [[nodiscard]] bool came() const {
    const timespec at_once{};
    return sigtimedwait(&signals_, nullptr, &at_once) > 0;
  }

 private:
  sigset_t signals_{};
};

constexpr std::chrono::milliseconds kStep{100};

void run_watch(Broker& broker, std::optional<std::int64_t> watch_ms) {
  const Interrupts interrupts;
  const auto begin = client::Clock::now();
  const auto over = [&] {
    return watch_ms && client::Clock::now() - begin >= std::chrono::milliseconds{*watch_ms};
  };
  do {
    broker.watch(kStep);
  } while (!interrupts.came() && !over());
}

// The next line of standard input; nothing at its end. Reports that come while nobody has typed
// are printed at once.
std::optional<std::string> next_line(Broker& broker, std::string& pending, bool& ended) {
  std::size_t line_end = 0;
  while ((line_end = pending.find('\n')) == std::string::npos && !ended) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, static_cast<int>(kStep.count())) == 0) {
      broker.watch(std::chrono::milliseconds{0});
      continue;
    }
    std::array<char, 4096> buffer;
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    ended = count <= 0;
    pending.append(buffer.data(), ended ? 0 : static_cast<std::size_t>(count));
  }
  if (pending.empty()) {
    return std::nullopt;
  }
  std::string line = pending.substr(0, line_end);
  pending.erase(0, line_end == std::string::npos ? line_end : line_end + 1);
  return line;
}

ExitCode carry_out(Broker& broker, const Request& request) {
  return broker.carry_out(request) == Broker::Outcome::Refused ? kRefused : kDone;
}

// Stops at the first line that it does not understand: what follows may rely on it.
ExitCode run_script(Broker& broker) {
  ExitCode exit_code = kDone;
  std::string pending;
  bool ended = false;
  for (int number = 1; const auto line = next_line(broker, pending, ended); ++number) {
    try {
      const auto request = parse_line(*line);
      if (request && carry_out(broker, *request) == kRefused) {
        exit_code = kRefused;
      }
    } catch (const CLI::Error& error) {
      throw UnclearRequest{fmt::format("line {}: {}", number, error.what())};
    } catch (const UnclearRequest& error) {
      throw UnclearRequest{fmt::format("line {}: {}", number, error.what())};
    }
  }
  return exit_code;
}

ExitCode run_requests(Broker& broker, const CommandLine& line) {
  try {
    return line.request ? carry_out(broker, *line.request) : run_script(broker);
  } catch (const UnclearRequest& error) {
    fmt::print(stderr, "betex-fix: {}\n", error.what());
    return kUsage;
  }
}

ExitCode run(const CommandLine& line) {
  ExitCode exit_code = kNoSession;  // if it ends here; then what is known since
  try {
    Broker broker{line.settings};
    broker.log_on();
    if (line.request || line.script) {
      exit_code = kOutcomeUnknown;
      exit_code = run_requests(broker, line);  // everything has been answered
    } else {
      run_watch(broker, line.watch_ms);
      exit_code = kDone;
    }
    broker.log_out();
  } catch (const client::ClientError& error) {
    fmt::print(stderr, "betex-fix: {}\n", error.what());
  }
  return exit_code;
}

}  // namespace
}  // namespace betex::tools

int main(int argc, char** argv) {
  using namespace betex::tools;
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to connections that may have ended
  CommandLine line;
  CLI::App app{"A FIX client for people and scripts: sends orders as a broker and prints reports.",
               "betex-fix"};
  app.footer(kFooter);
  app.option_defaults()->always_capture_default(false);
  add_session_options(app, line);
  add_commands(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool help = app.exit(error) == 0;
    return help ? kDone : kUsage;
  }
  line.settings.state_file = line.state_file.empty() ? default_state_file(line.settings)
                                                     : std::filesystem::path{line.state_file};
  return run(line);
}
