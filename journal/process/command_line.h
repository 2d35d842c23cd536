// What the command lines of all programs have in common, on top of CLI11, which takes an empty
// value for none and the next option in its place, and 010 for 8.
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace betex::process {

inline constexpr int kExitUsage = 64;  // EX_USAGE: the command line is wrong

// For Option::transform(), of each option that is a number: decimal digits and nothing else. Zeros
// in front mean nothing, as in the names of segments.
[[nodiscard]] CLI::Validator decimal();

// Parses as CLI11 does, once, but refuses a value that is empty or begins with "--": where one was
// forgotten, or a variable in a script was not set, the next option is no value. Throws
// CLI::ParseError.
void parse(CLI::App& app, int argc, const char* const* argv);
void parse(CLI::App& app, std::vector<std::string> words);

}  // namespace betex::process
