// The command line of betex-fix: whose session with which gateway, and what to do in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "gateway/tools/desk.h"
#include "gateway/tools/price_desk.h"
#include "gateway/tools/request.h"

namespace betex::tools {

enum class Mode {
  Once,    // one request
  Prices,  // the same, of a market data session
  Script,  // requests from standard input
  Watch,   // none, only reports
  Prompt,  // requests as somebody types them
};

struct FixCommandLine {
  DeskSettings settings;     // not of Prices
  PriceDeskSettings prices;  // of Prices; else of what scripts and prompts ask for of that kind
  Mode mode = Mode::Prompt;
  std::optional<Request> request;        // of Once and Prices
  std::optional<std::int64_t> watch_ms;  // of Watch; none: until it is interrupted
};

// Nothing to do: `text` goes to standard output when `code` is 0 (--help), else to standard error.
struct EarlyExit {
  int code = 0;
  std::string text;
};

// Reads the password as well, from its file or the environment.
[[nodiscard]] std::variant<FixCommandLine, EarlyExit> parse_fix_command_line(
    int argc, const char* const* argv);

}  // namespace betex::tools
