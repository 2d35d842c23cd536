#include "journal/process/command_line.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace betex::process {
namespace {

std::string leave_only_digits(std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range && at == end) {
    return "'" + text + "' is too large a number";
  }
  if (error != std::errc{} || at != end) {
    return "'" + text + "' is not a number in decimal digits";
  }
  text = std::to_string(number);
  return {};
}

std::string why_no_value(const std::string& text) {
  if (text.empty()) {
    return "the value is empty";
  }
  return text.starts_with("--") ? "'" + text + "' begins with --: it is an option, and no value"
                                : std::string{};
}

void refuse_misplaced_values(CLI::App& app) {
  for (CLI::Option* const option : app.get_options([](CLI::Option* each) {
         return each->get_items_expected_max() > 0;  // no flag
       })) {
    // As a transform, which goes before what else is asked of the value.
    option->transform(CLI::Validator{[](std::string& text) { return why_no_value(text); }, ""});
  }
  for (CLI::App* const command : app.get_subcommands([](CLI::App*) { return true; })) {
    refuse_misplaced_values(*command);
  }
}

// CLI11 would take the next word for the value.
void refuse_empty_assignments(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--") {
      return;
    }
    if (word.starts_with("--") && word.find('=') == word.size() - 1) {
      throw CLI::ValidationError{word.substr(0, word.size() - 1), why_no_value("")};
    }
  }
}

}  // namespace

CLI::Validator decimal() {
  return CLI::Validator{leave_only_digits, ""};
}

void parse(CLI::App& app, int argc, const char* const* argv) {
  refuse_misplaced_values(app);
  refuse_empty_assignments({argv + std::min(argc, 1), argv + argc});
  app.parse(argc, argv);
}

void parse(CLI::App& app, std::vector<std::string> words) {
  refuse_misplaced_values(app);
  refuse_empty_assignments(words);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  app.parse(std::move(words));
}

}  // namespace betex::process
