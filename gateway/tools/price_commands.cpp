// Prices: what a market data session may ask for.
#include <charconv>
#include <cstdint>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "gateway/tools/command.h"

namespace betex::tools {
namespace {

using Kind = PricesRequest::Kind;

constexpr int kMaxSymbols = 200;
constexpr int kMaxMarkets = 100;
constexpr int kMaxDepth = 10;
constexpr int kLongestConflationMs = 5'000;
constexpr std::int64_t kLongestMs = std::int64_t{366} * 24 * 3600 * 1000;

// The value of an option that is a number; `otherwise` where it was not given.
std::int64_t number_of(const Words& words,
                       const char* option,
                       std::int64_t otherwise,
                       std::int64_t greatest) {
  if (!words.has(option)) {
    return otherwise;
  }
  const std::string text = words.get(option);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > greatest) {
    throw CLI::ValidationError{option, fmt::format("{} is not one of 0 to {}", text, greatest)};
  }
  return value;
}

PricesRequest read_common(Kind kind, const Words& words) {
  PricesRequest request{
      .kind = kind,
      .symbols = words.all("symbol"),
      .markets = words.all("--market"),
      .depth = static_cast<int>(number_of(words, "--depth", kMaxDepth, kMaxDepth)),
      .conflate_ms = static_cast<int>(number_of(words, "--conflate-ms", 0, kLongestConflationMs)),
      .traded_ladder = words.has("--traded-ladder"),
      .full_refresh = words.has("--full-refresh"),
      .follow = words.has("--follow"),
      .json = words.has("--json")};
  if (words.has("--for-ms")) {
    request.for_time = std::chrono::milliseconds{number_of(words, "--for-ms", 0, kLongestMs)};
  }
  return request;
}

Request read_book(const Command& /*command*/, const Words& words) {
  return {read_common(Kind::Book, words)};
}

Request read_image(const Command& /*command*/, const Words& words) {
  return {read_common(Kind::Image, words)};
}

Request read_watch(const Command& /*command*/, const Words& words) {
  PricesRequest request = read_common(Kind::Watch, words);
  if (request.symbols.empty() == request.markets.empty()) {
    throw CLI::RequiredError{"either instruments or --market"};
  }
  if (request.full_refresh && request.depth == 0) {
    throw CLI::ValidationError{"--full-refresh", "with a --depth of 1 to 10 only"};
  }
  return {request};
}

Request read_list(const Command& /*command*/, const Words& words) {
  PricesRequest request = read_common(Kind::List, words);
  if (request.for_time && !request.follow) {
    throw CLI::RequiredError{"--follow, of which --for-ms is,"};
  }
  return {request};
}

Argument number(std::string_view name, std::string_view help) {
  return {.name = name, .help = help, .takes = Takes::Number};
}

Argument flag(std::string_view name, std::string_view help) {
  return {.name = name, .help = help, .takes = Takes::Nothing};
}

Argument depth() {
  return number("--depth", "levels a side, 1 to 10 (10); 0: all, up to 1 000");
}

Argument conflate() {
  return number("--conflate-ms", "at most one change in so many milliseconds, up to 5000");
}

Argument traded_ladder() {
  return flag("--traded-ladder", "also what was matched price by price");
}

Argument json() {
  return flag("--json", "a JSON object a line");
}

Argument for_ms() {
  return number("--for-ms", "end after this time; without it when it is interrupted");
}

Command book_command() {
  return {.words = "book",
          .help = "an instrument's ladder, as it moves, until interrupted",
          .arguments = {{.name = "symbol", .help = "as EPL-ARS-CHE.HOME", .takes = Takes::Symbol},
                        depth(),
                        traded_ladder(),
                        conflate(),
                        for_ms()},
          .read = read_book};
}

Command image_command() {
  return {.words = "md image",
          .help = "how these instruments' books are now",
          .arguments = {{.name = "symbol",
                         .help = "one or more, as EPL-ARS-CHE.HOME",
                         .takes = Takes::Symbol,
                         .most = kMaxSymbols},
                        depth(),
                        traded_ladder(),
                        json()},
          .read = read_image};
}

Command watch_command() {
  return {.words = "md watch",
          .help = "how books are, and a line for each change, until interrupted",
          .arguments = {{.name = "symbol",
                         .help = "one or more, as EPL-ARS-CHE.HOME",
                         .takes = Takes::Symbol,
                         .least = 0,
                         .most = kMaxSymbols},
                        {.name = "--market",
                         .help = "all runners of these, also those added later",
                         .takes = Takes::Market,
                         .most = kMaxMarkets},
                        depth(),
                        conflate(),
                        traded_ladder(),
                        flag("--full-refresh", "a whole image at each change"),
                        json(),
                        for_ms()},
          .read = read_watch};
}

Command list_command() {
  return {.words = "md list",
          .help = "the instruments that there are, of markets that are not archived",
          .arguments = {flag("--follow", "and how markets come, change and go, until interrupted"),
                        json(),
                        for_ms()},
          .read = read_list};
}

}  // namespace

std::vector<Command> price_commands() {
  return {book_command(), image_command(), watch_command(), list_command()};
}

}  // namespace betex::tools
