// betex-fix: a FIX client for people and scripts, brokers and operators. Sends what they ask for
// and prints the reports as readable lines.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/Error.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "gateway/tools/command_parser.h"
#include "gateway/tools/completion.h"
#include "gateway/tools/desk.h"
#include "gateway/tools/fix_command_line.h"
#include "gateway/tools/interrupts.h"
#include "gateway/tools/prompt.h"
#include "gateway/tools/screen.h"
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
  kWaitsForApproval = 5,
  kUsage = process::kExitUsage,
  kIo = process::kExitIo,
};

constexpr const char* kProgram = "betex-fix";

constexpr std::chrono::milliseconds kStep{100};

void run_watch(Desk& desk, const Interrupts& interrupts, std::optional<std::int64_t> watch_ms) {
  const auto begin = client::Clock::now();
  const auto over = [&] {
    return watch_ms && client::Clock::now() - begin >= std::chrono::milliseconds{*watch_ms};
  };
  do {
    desk.watch(kStep);
  } while (interrupts.came() == 0 && !over() && desk.all_printed());
}

// Standard input cannot be read. Its end is no error.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The next line of standard input; nothing at its end, or when a signal has come. Reports that come
// while nobody has typed are printed at once.
std::optional<std::string> next_line(Desk& desk,
                                     const Interrupts& interrupts,
                                     std::string& pending,
                                     bool& ended) {
  std::size_t line_end = 0;
  while ((line_end = pending.find('\n')) == std::string::npos && !ended) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, static_cast<int>(kStep.count())) == 0) {
      desk.watch(std::chrono::milliseconds{0});
      if (interrupts.came() != 0) {
        return std::nullopt;
      }
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

ExitCode carry_out(Desk& desk, const Request& request) {
  switch (desk.carry_out(request)) {
    case Desk::Outcome::Refused:
      return kRefused;
    case Desk::Outcome::WaitsForApproval:
      return kWaitsForApproval;
    case Desk::Outcome::Accepted:
      break;
  }
  return kDone;
}

// Stops at the first line that it does not understand, or whose reports it cannot print: what
// follows may rely on it.
ExitCode run_script(Desk& desk, const Interrupts& interrupts) {
  ExitCode exit_code = kDone;
  std::string pending;
  bool ended = false;
  for (int number = 1; desk.all_printed(); ++number) {
    const auto line = next_line(desk, interrupts, pending, ended);
    if (!line) {
      break;
    }
    try {
      const auto request = parse_line(*line);
      const ExitCode of_line = request ? carry_out(desk, *request) : kDone;
      exit_code = of_line == kDone || exit_code == kRefused ? exit_code : of_line;
    } catch (const CLI::Error& error) {
      throw UnclearRequest{fmt::format("line {}: {}", number, error.what())};
    } catch (const UnclearRequest& error) {
      throw UnclearRequest{fmt::format("line {}: {}", number, error.what())};
    }
  }
  return exit_code;
}

// ---- The prompt --------------------------------------------------------------------------------

const std::vector<std::string>& words_of_prompt() {
  static const std::vector<std::string> kWords{"help", "quit"};
  return kWords;
}

void say(const char* what) {
  process::print_error(kProgram, journal::escaped(what, ""));
}

void print_help(Screen& screen, const std::vector<std::string>& words) {
  std::istringstream lines{help(words)};
  for (std::string each; std::getline(lines, each);) {
    screen.print(each);
  }
}

// What somebody has typed may be wrong in any way: it is said, and the next line is asked for. Only
// the end of the session ends the prompt.
void carry_out_typed(Desk& desk, Screen& screen, const std::string& line) {
  try {
    std::vector<std::string> words = split_line(line);
    if (!words.empty() && words.front() == "help") {
      words.erase(words.begin());
      print_help(screen, words);
    } else if (const auto request = parse_line(line)) {
      carry_out(desk, *request);
    }
  } catch (const CLI::CallForHelp&) {  // --help behind a command's words
    std::vector<std::string> words = split_line(line);
    words.erase(std::find_if(words.begin(),
                             words.end(),
                             [](const std::string& word) { return word.starts_with('-'); }),
                words.end());
    print_help(screen, words);
  } catch (const CLI::Error& error) {
    say(error.what());
  } catch (const UnclearRequest& error) {
    say(error.what());
  } catch (const client::TimedOut& error) {
    say(error.what());
  }
}

ExitCode run_prompt(Desk& desk,
                    Screen& screen,
                    const Interrupts& interrupts,
                    PromptSettings settings) {
  desk.learn_names();
  settings.completions = [&desk](std::string_view line) {
    return completions(line, desk.names(), words_of_prompt());
  };
  settings.idle = [&desk] { desk.watch(std::chrono::milliseconds{0}); };
  Prompt prompt{std::move(settings), interrupts};
  screen.surround([&prompt] { prompt.hide(); }, [&prompt] { prompt.show(); });
  while (desk.all_printed()) {
    const auto line = prompt.next_line();
    if (!line || *line == "quit" || *line == "exit") {
      break;
    }
    carry_out_typed(desk, screen, *line);
  }
  screen.surround([] {}, [] {});
  return kDone;
}

// ------------------------------------------------------------------------------------------------

PromptSettings prompt_settings(const DeskSettings& settings) {
  return {.text = settings.session.sender + "> ",
          .history = settings.state_file.string() + ".history",
          .completions = {},
          .idle = {}};
}

// What the session is for. Nothing is sent where reports that had waited cannot be printed.
ExitCode use(Desk& desk, Screen& screen, const FixCommandLine& line, PromptSettings settings) {
  if (!desk.all_printed()) {
    return kIo;
  }
  const Interrupts interrupts;
  desk.heed(interrupts);
  if (line.mode == Mode::Watch) {
    run_watch(desk, interrupts, line.watch_ms);
    return desk.all_printed() ? kDone : kIo;
  }
  ExitCode exit_code = kDone;  // when everything has been answered
  try {
    exit_code = line.mode == Mode::Once ? carry_out(desk, *line.request)
                : line.mode == Mode::Script
                    ? run_script(desk, interrupts)
                    : run_prompt(desk, screen, interrupts, std::move(settings));
  } catch (const UnclearRequest& error) {
    say(error.what());
    exit_code = kUsage;
  } catch (const InputError& error) {
    say(error.what());
    exit_code = kIo;
  }
  return exit_code == kDone && !desk.all_printed() ? kNotPrinted : exit_code;
}

ExitCode run(FixCommandLine line) {
  if (line.mode == Mode::Prompt && (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1)) {
    say("a subcommand is needed where there is no terminal; --help lists them");
    return kUsage;
  }
  PromptSettings settings = prompt_settings(line.settings);
  ExitCode exit_code = kNoSession;  // if it ends here; then what is known since
  Screen screen{colours_of(STDOUT_FILENO)};
  std::optional<Desk> desk;
  try {
    desk.emplace(std::move(line.settings), screen);
    desk->log_on();
    exit_code = kOutcomeUnknown;
    exit_code = use(*desk, screen, line, std::move(settings));
    desk->log_out();
  } catch (const client::ClientError& error) {
    say(error.what());
  }
  if (!screen.works()) {
    process::print_error(kProgram,
                         "standard output cannot be written: " + screen.why_not() +
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
