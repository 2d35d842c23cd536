// betex-fix: a FIX client for people and scripts, brokers and operators. Sends what they ask for
// and prints the reports as readable lines.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/Error.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "gateway/tools/command_parser.h"
#include "gateway/tools/completion.h"
#include "gateway/tools/desk.h"
#include "gateway/tools/fix_command_line.h"
#include "gateway/tools/interrupts.h"
#include "gateway/tools/password.h"
#include "gateway/tools/price_desk.h"
#include "gateway/tools/prompt.h"
#include "gateway/tools/say.h"
#include "gateway/tools/screen.h"
#include "gateway/tools/script.h"
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

// ---- A request ---------------------------------------------------------------------------------

// The session, and another one for each time that somebody asks for prices in it.
struct Desks {
  Desk& desk;
  Screen& screen;
  Interrupts& interrupts;
  const PriceDeskSettings& prices;
};

ExitCode exit_code_of(PriceDesk::Outcome outcome) {
  return outcome == PriceDesk::Outcome::Refused ? kRefused : kDone;
}

// Until its session is on a signal ends the program, as it does before the desk's.
ExitCode show_prices(PriceDesk& prices,
                     const PricesRequest& request,
                     std::function<Interrupts&()> interrupts) {
  ExitCode exit_code = kNoSession;
  try {
    prices.log_on();
    prices.heed(interrupts());
    exit_code = kOutcomeUnknown;
    exit_code = exit_code_of(prices.carry_out(request));
    prices.log_out();
  } catch (const client::ClientError& error) {
    say(error.what());
  }
  return exit_code;
}

// The end of the desk's own session ends it too, and is thrown.
ExitCode carry_out(const Desks& desks, const PricesRequest& request) try {
  std::exception_ptr failure;
  PriceDesk prices{desks.prices, desks.screen};
  prices.meanwhile([&] {
    try {
      desks.desk.print_arrived();
    } catch (const client::ClientError&) {
      failure = std::current_exception();
    }
    return failure == nullptr;
  });
  const ExitCode exit_code =
      show_prices(prices, request, [&]() -> Interrupts& { return desks.interrupts; });
  if (failure) {
    std::rethrow_exception(failure);
  }
  return exit_code;

} catch (const PasswordError& error) {  // its file was another one when the program began

  say(error.what());
  return kUsage;
}

ExitCode carry_out(const Desks& desks, const Request& request) {
  if (const auto* const prices = std::get_if<PricesRequest>(&request.body)) {
    return carry_out(desks, *prices);
  }
  switch (desks.desk.carry_out(request)) {
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
ExitCode run_script(const Desks& desks) {
  ExitCode exit_code = kDone;
  Script script{desks.desk, desks.interrupts};
  for (int number = 1; desks.desk.all_printed(); ++number) {
    try {
      const auto line = script.next_line();
      if (!line) {
        break;
      }
      const auto request = parse_line(*line);
      const ExitCode of_line = request ? carry_out(desks, *request) : kDone;
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
void carry_out_typed(const Desks& desks, const std::string& line) {
  try {
    std::vector<std::string> words = split_line(line);
    if (!words.empty() && words.front() == "help") {
      words.erase(words.begin());
      print_help(desks.screen, words);
    } else if (const auto request = parse_line(line)) {
      carry_out(desks, *request);
    }
  } catch (const CLI::CallForHelp&) {  // --help behind a command's words
    std::vector<std::string> words = split_line(line);
    words.erase(std::find_if(words.begin(),
                             words.end(),
                             [](const std::string& word) { return word.starts_with('-'); }),
                words.end());
    print_help(desks.screen, words);
  } catch (const CLI::Error& error) {
    say(error.what());
  } catch (const UnclearRequest& error) {
    say(error.what());
  } catch (const client::TimedOut& error) {
    say(error.what());
  }
}

ExitCode run_prompt(const Desks& desks, PromptSettings settings) {
  Desk& desk = desks.desk;
  desk.learn_names();
  settings.completions = [&desk](std::string_view line) {
    return completions(line, desk.names(), words_of_prompt());
  };
  settings.idle = [&desk] { desk.print_arrived(); };
  Prompt prompt{std::move(settings), desks.interrupts};
  desks.screen.surround([&prompt] { prompt.hide(); }, [&prompt] { prompt.show(); });
  while (desk.all_printed()) {
    const auto line = prompt.next_line();
    if (!line || *line == "quit" || *line == "exit") {
      break;
    }
    carry_out_typed(desks, *line);
  }
  desks.screen.surround([] {}, [] {});
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
ExitCode use(const Desks& desks, const FixCommandLine& line, PromptSettings settings) {
  Desk& desk = desks.desk;
  if (!desk.all_printed()) {
    return kIo;
  }
  if (line.mode == Mode::Watch) {
    run_watch(desk, desks.interrupts, line.watch_ms);
    return desk.all_printed() ? kDone : kIo;
  }
  ExitCode exit_code = kDone;  // when everything has been answered
  try {
    exit_code = line.mode == Mode::Once     ? carry_out(desks, *line.request)
                : line.mode == Mode::Script ? run_script(desks)
                                            : run_prompt(desks, std::move(settings));
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

// What is missing of prices does not come again.
ExitCode run_prices(const FixCommandLine& line) try {
  Screen screen{colours_of(STDOUT_FILENO)};
  std::optional<Interrupts> interrupts;
  PriceDesk prices{line.prices, screen};
  const ExitCode exit_code = show_prices(prices,
                                         std::get<PricesRequest>(line.request->body),
                                         [&]() -> Interrupts& { return interrupts.emplace(); });
  if (!screen.works()) {
    say("standard output cannot be written: " + screen.why_not());
    std::clearerr(stdout);  // it has been said
    return kIo;
  }
  return exit_code;

} catch (const PasswordError& error) {
  say(error.what());
  return kUsage;
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
    exit_code =
        use({.desk = *desk, .screen = screen, .interrupts = *interrupts, .prices = line.prices},
            line,
            std::move(settings));
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
    auto line = std::get<tools::FixCommandLine>(std::move(parsed));
    exit_code =
        line.mode == tools::Mode::Prices ? tools::run_prices(line) : tools::run(std::move(line));
  }
  return process::exit_code_after_output(tools::kProgram, exit_code);
}
