#include "gateway/tools/command_parser.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "gateway/tools/command.h"
#include "journal/process/command_line.h"

namespace betex::tools {
namespace {

// FIX has a byte of its own for the end of a field, and others would be obeyed by terminals.
std::string no_control_characters(std::string& text) {
  const bool has_some =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
  return has_some ? "it has control characters" : std::string{};
}

std::vector<std::string> words_of(const std::vector<Choice>& choices) {
  std::vector<std::string> words;
  std::transform(choices.begin(), choices.end(), std::back_inserter(words), [](const Choice& each) {
    return std::string{each.word};
  });
  return words;
}

// One that has several words takes what follows up to its most; of one word it is that word.
CLI::Option* add_option(CLI::App& app, const Argument& argument, Words* words) {
  const std::string name{argument.name};
  const std::string help{argument.help};
  if (argument.most == 1) {
    return app.add_option_function<std::string>(
        name, [words, name](const std::string& value) { words->put(name, {value}); }, help);
  }
  CLI::Option* const option = app.add_option_function<std::vector<std::string>>(
      name,
      [words, name](const std::vector<std::string>& values) { words->put(name, values); },
      help);
  return option->expected(std::max(argument.least, 1), argument.most);
}

CLI::Option* add_value(CLI::App& app, const Argument& argument, Words* words) {
  CLI::Option* const option = add_option(app, argument, words);
  option->transform(field_text());
  if (argument.takes == Takes::Number) {
    option->transform(process::decimal());
  }
  if (!argument.choices.empty()) {
    option->check(CLI::IsMember(words_of(argument.choices)));
    option->type_name("");
  } else {
    option->type_name(argument.takes == Takes::Number ? "NUMBER" : "TEXT");
  }
  return option;
}

void add_argument(CLI::App& app, const Argument& argument, Words* words) {
  if (argument.takes == Takes::Nothing) {
    const std::string name{argument.name};
    app.add_flag_callback(
        name, [words, name] { words->put(name, {}); }, std::string{argument.help});
    return;
  }
  add_value(app, argument, words)->required(!argument.is_option() && argument.least > 0);
}

void add_exclusions(CLI::App& app, const Command& command) {
  for (const Argument& argument : command.arguments) {
    for (const std::string_view other : argument.excludes) {
      app.get_option(std::string{argument.name})->excludes(app.get_option(std::string{other}));
    }
  }
}

// `app` itself, or its subcommand for commands of two words.
CLI::App& group_of(CLI::App& app, std::string_view first_word) {
  const std::string name{first_word};
  const auto known =
      app.get_subcommands([&name](const CLI::App* each) { return each->get_name() == name; });
  if (!known.empty()) {
    return *known.front();
  }
  CLI::App* const group = app.add_subcommand(name, std::string{group_help(first_word)});
  group->require_subcommand(1);
  return *group;
}

void add_command(CLI::App& app,
                 const Command& command,
                 const std::function<void(Request)>& chosen) {
  const std::size_t space = command.words.find(' ');
  CLI::App& parent =
      space == std::string_view::npos ? app : group_of(app, command.words.substr(0, space));
  const std::size_t last = space == std::string_view::npos ? 0 : space + 1;
  CLI::App* const added =
      parent.add_subcommand(std::string{command.words.substr(last)}, std::string{command.help});
  const auto words = std::make_shared<Words>();
  for (const Argument& argument : command.arguments) {
    add_argument(*added, argument, words.get());
  }
  add_exclusions(*added, command);
  added->callback([&command, words, chosen] { chosen(command.read(command, *words)); });
}

std::string described(const Argument& argument) {
  std::string text{argument.help};
  const std::vector<std::string> words = words_of(argument.choices);
  return words.empty() ? text : fmt::format("{}: {}", text, fmt::join(words, ", "));
}

bool is_first_word(std::string_view word) {
  return std::any_of(commands().begin(), commands().end(), [word](const Command& command) {
    return command.words.substr(0, command.words.find(' ')) == word;
  });
}

bool begins_with(std::string_view words, const std::vector<std::string>& first) {
  std::string text;
  for (const std::string& word : first) {
    text += text.empty() ? word : " " + word;
  }
  return words.starts_with(text);
}

}  // namespace

CLI::Validator field_text() {
  return CLI::Validator{no_control_characters, ""};
}

void add_commands(CLI::App& app, std::function<void(Request)> chosen) {
  for (const Command& command : commands()) {
    add_command(app, command, chosen);
  }
}

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = '\0';
  for (const char c : line) {
    const bool blank = c == ' ' || c == '\t' || c == '\r';
    if (quote == '\0' && c == '#') {
      break;
    }
    if (quote == '\0' && blank) {
      in_word = false;
      continue;
    }
    if (!in_word) {
      words.emplace_back();
      in_word = true;
    }
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    } else {
      words.back() += c;
    }
  }
  if (quote != '\0') {
    throw CLI::ValidationError{"line", fmt::format("a {} is not closed", quote)};
  }
  return words;
}

std::optional<Request> parse_line(std::string_view line) {
  std::vector<std::string> words = split_line(line);
  if (words.empty()) {
    return std::nullopt;
  }
  if (!is_first_word(words.front())) {
    throw CLI::ValidationError{
        "command", fmt::format("there is no '{}'; `help` shows what there is", words.front())};
  }
  std::optional<Request> request;
  CLI::App app;
  app.require_subcommand(1);
  add_commands(app, [&request](Request chosen) { request = std::move(chosen); });
  process::parse(app, std::move(words));
  return request;
}

std::string help(const std::vector<std::string>& words) {
  std::string text;
  for (const Command& command : commands()) {
    if (!begins_with(command.words, words)) {
      continue;
    }
    text += fmt::format("  {:<42} {}\n", usage(command), command.help);
    if (words.empty()) {
      continue;
    }
    for (const Argument& argument : command.arguments) {
      text += fmt::format("      {:<20} {}\n", argument.name, described(argument));
    }
  }
  return text.empty() ? "no such command; `help` shows them all\n" : text;
}

}  // namespace betex::tools
