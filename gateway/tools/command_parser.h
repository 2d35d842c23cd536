// From words to requests, by the table of commands: the same on the command line, in each line of
// a script, and at the prompt. What follows # in a line is a comment; a word in quotes may have
// blanks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "gateway/tools/request.h"

namespace betex::tools {

// For Option::transform(), of what becomes the value of a field.
[[nodiscard]] CLI::Validator field_text();

// Adds the table's commands to `app`, which must be parsed only once. The one that was given is
// told to `chosen` at the end of the parse; wrong words are CLI::ParseErrors of the parse.
void add_commands(CLI::App& app, std::function<void(Request)> chosen);

// Throws CLI::ValidationError where a quote is not closed.
[[nodiscard]] std::vector<std::string> split_line(std::string_view line);

// Nothing for an empty line or a comment. Throws CLI::ParseError.
[[nodiscard]] std::optional<Request> parse_line(std::string_view line);

// What the prompt answers to `help`: the commands that begin with `words`, all where there are
// none, one a line.
[[nodiscard]] std::string help(const std::vector<std::string>& words);

}  // namespace betex::tools
