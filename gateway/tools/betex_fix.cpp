// betex-fix: a FIX client for people and scripts. Sends orders as a broker and prints the reports
// as readable lines.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include <CLI/Error.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "gateway/tools/broker.h"
#include "gateway/tools/fix_command_line.h"
#include "gateway/tools/fix_request.h"
#include "journal/process/command_line.h"
#include "journal/process/standard_streams.h"
#include "journal/quoted.h"

namespace betex::tools {
namespace {

enum ExitCode : int {
  kDone = 0,
  kRefused = 1,
  kNoSession = 2,
  kOutcomeUnknown = 3,
  kNotPrinted = 4,
  kUsage = process::kExitUsage,
  kIo = process::kExitIo,
};

constexpr const char* kProgram = "betex-fix";

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
  } while (!interrupts.came() && !over() && broker.all_printed());
}

// Standard input cannot be read. Its end is no error.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

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
    if (count < 0) {
      throw InputError{fmt::format("standard input cannot be read: {}", std::strerror(errno))};
    }
    ended = count == 0;
    pending.append(buffer.data(), static_cast<std::size_t>(count));
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

// Stops at the first line that it does not understand, or whose reports it cannot print: what
// follows may rely on it.
ExitCode run_script(Broker& broker) {
  ExitCode exit_code = kDone;
  std::string pending;
  bool ended = false;
  for (int number = 1; broker.all_printed(); ++number) {
    const auto line = next_line(broker, pending, ended);
    if (!line) {
      break;
    }
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

ExitCode run_requests(Broker& broker, const FixCommandLine& line) {
  try {
    return line.request ? carry_out(broker, *line.request) : run_script(broker);
  } catch (const UnclearRequest& error) {
    process::print_error(kProgram, journal::escaped(error.what(), ""));
    return kUsage;
  } catch (const InputError& error) {
    process::print_error(kProgram, error.what());
    return kIo;
  }
}

// What the session is for. Nothing is sent where reports that had waited cannot be printed.
ExitCode use(Broker& broker, const FixCommandLine& line) {
  if (!broker.all_printed()) {
    return kIo;
  }
  if (!line.request && !line.script) {
    run_watch(broker, line.watch_ms);
    return broker.all_printed() ? kDone : kIo;
  }
  const ExitCode exit_code = run_requests(broker, line);  // everything has been answered
  return exit_code == kDone && !broker.all_printed() ? kNotPrinted : exit_code;
}

ExitCode run(FixCommandLine line) {
  ExitCode exit_code = kNoSession;  // if it ends here; then what is known since
  std::optional<Broker> broker;
  try {
    broker.emplace(std::move(line.settings));
    broker->log_on();
    exit_code = kOutcomeUnknown;
    exit_code = use(*broker, line);
    broker->log_out();
  } catch (const client::ClientError& error) {
    process::print_error(kProgram, journal::escaped(error.what(), ""));
  }
  if (broker && !broker->all_printed()) {
    process::print_error(kProgram,
                         "standard output cannot be written: " + broker->why_not_printed() +
                             "; what is missing is printed at the next logon");
    std::clearerr(stdout);  // it has been said
  }
  return exit_code;
}

}  // namespace
}  // namespace betex::tools

int main(int argc, char** argv) {
  using namespace betex;
  process::open_standard_descriptors();
  process::disable_core_dumps();
  // OpenSSL writes to connections that may have ended, and standard output to pipes.
  std::signal(SIGPIPE, SIG_IGN);
  auto parsed = tools::parse_fix_command_line(argc, argv);
  int exit_code = tools::kDone;
  if (const auto* const exit = std::get_if<tools::EarlyExit>(&parsed)) {
    exit_code = exit->code;
    std::fputs(exit->text.c_str(), exit_code == tools::kDone ? stdout : stderr);
  } else {
    exit_code = tools::run(std::get<tools::FixCommandLine>(std::move(parsed)));
  }
  return process::exit_code_after_output(tools::kProgram, exit_code);
}
