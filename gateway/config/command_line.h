// The command line of betex-gateway.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/config/config.h"

namespace betex::gateway {

// "0.1.0", without blanks. Static storage.
[[nodiscard]] std::string_view program_version() noexcept;

enum class Action : std::uint8_t { Run, CheckConfig, PrintConfig, HashPassword };

struct CommandLine {
  Action action = Action::Run;
  std::filesystem::path config_file;  // empty for HashPassword only
  Overrides overrides;
  bool accept_clock = false;       // Run only: start on the machine's clock as it is
  bool new_epochs = false;         // Run only: every session begins again at number 1
  bool init_quorum_log = false;    // Run only: make the cluster's log from this node's journal
  bool adopt_quorum_log = false;   // Run only: the cluster's log goes on from this node's journal
  std::string username;            // HashPassword only: the line is made for this one
  bool generate_password = false;  // HashPassword only: none is read
};

// Nothing to run: `text` goes to stdout when `code` is 0 (--help, --version), else to stderr.
struct EarlyExit {
  int code = 0;
  std::string text;
};

[[nodiscard]] std::variant<CommandLine, EarlyExit> parse_command_line(int argc,
                                                                      const char* const* argv);

// Throws ConfigError where an option is of no use with this configuration.
void check_options(const CommandLine& line, const Config& config);

}  // namespace betex::gateway
