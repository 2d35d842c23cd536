// betex-fix: a FIX client for people and scripts, brokers and operators. Sends what they ask for
// and prints the reports as readable lines.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
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
#include "gateway/tools/say.h"
#include "gateway/tools/screen.h"
#include "journal/process/command_line.h"
#include "journal/process/standard_streams.h"

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
  kSignal = 128,  // and its number, as of a program that it has ended
};

constexpr std::chrono::milliseconds kStep{100};

void run_watch(Desk& desk, Interrupts& interrupts, std::optional<std::int64_t> watch_ms) {
  const auto begin = client::Clock::now();
  const auto over = [&] {
    return watch_ms && client::Clock::now() - begin >= std::chrono::milliseconds{*watch_ms};
  };
  do {
    desk.print_next(kStep);
  } while (interrupts.came() == 0 && !over() && desk.all_printed());
}

// ---- A script ----------------------------------------------------------------------------------

constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

// Standard input cannot be read. Its end is no error.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A signal has come before the script's end.
struct ScriptInterrupted {
  int signal = 0;
};

// The lines of standard input. Reports that come while nobody has typed are printed at once.
class Script {
 public:
  Script(Desk& desk, Interrupts& interrupts) : desk_{desk}, interrupts_{interrupts} {}

  // Nothing at the end. Throws InputError, ScriptInterrupted, and UnclearRequest for a line that is
  // too long to be one.
  std::optional<std::string> next_line();

 private:
  void read_some();
  void heed_signals();

  Desk& desk_;
  Interrupts& interrupts_;
  std::string pending_;
  bool ended_ = false;
};

std::optional<std::string> Script::next_line() {
  heed_signals();
  std::size_t line_end = 0;
  while ((line_end = pending_.find('\n')) == std::string::npos && !ended_) {
    if (pending_.size() > kLongestLine) {
      throw UnclearRequest{fmt::format("it is longer than {} bytes", kLongestLine)};
    }
    read_some();
  }
  if (pending_.empty()) {
    return std::nullopt;
  }
  std::string line = pending_.substr(0, line_end);
  pending_.erase(0, line_end == std::string::npos ? line_end : line_end + 1);
  return line;
}

void Script::read_some() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, static_cast<int>(kStep.count())) <= 0) {
    desk_.print_arrived();
    heed_signals();
    return;
  }
  std::array<char, 4096> buffer;
  const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) {
    return;
  }
  if (count < 0) {
    throw InputError{fmt::format("standard input cannot be read: {}", std::strerror(errno))};
  }
  ended_ = count == 0;
  pending_.append(buffer.data(), static_cast<std::size_t>(count));
}

void Script::heed_signals() {
  if (const int signal = interrupts_.came(); signal != 0) {
    throw ScriptInterrupted{signal};
  }
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
ExitCode run_script(Desk& desk, Interrupts& interrupts) {
  ExitCode exit_code = kDone;
  Script script{desk, interrupts};
  for (int number = 1; desk.all_printed(); ++number) {
    try {
      const auto line = script.next_line();
      if (!line) {
        break;
      }
      const auto request = parse_line(*line);
      const ExitCode of_line = request ? carry_out(desk, *request) : kDone;
      exit_code = of_line == kDone || exit_code == kRefused ? exit_code : of_line;
    } catch (const CLI::CallForHelp&) {
      throw UnclearRequest{fmt::format("line {}: --help is no request", number)};
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

ExitCode run_prompt(Desk& desk, Screen& screen, Interrupts& interrupts, PromptSettings settings) {
  desk.learn_names();
  settings.completions = [&desk](std::string_view line) {
    return completions(line, desk.names(), words_of_prompt());
  };
  settings.idle = [&desk] { desk.print_arrived(); };
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
ExitCode use(Desk& desk,
             Screen& screen,
             Interrupts& interrupts,
             const FixCommandLine& line,
             PromptSettings settings) {
  if (!desk.all_printed()) {
    return kIo;
  }
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
  } catch (const ScriptInterrupted& interrupted) {
    say("interrupted: the rest of the script was not sent");
    exit_code = static_cast<ExitCode>(kSignal + interrupted.signal);
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
  std::optional<Interrupts> interrupts;  // none before a session is there that must be ended
  std::optional<Desk> desk;
  try {
    desk.emplace(std::move(line.settings), screen);
    desk->log_on();
    desk->heed(interrupts.emplace());
    exit_code = kOutcomeUnknown;
    exit_code = use(*desk, screen, *interrupts, line, std::move(settings));
    desk->log_out();
  } catch (const std::exception& error) {
    say(error.what());
  }
  if (!screen.works()) {
    say("standard output cannot be written: " + screen.why_not() +
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
