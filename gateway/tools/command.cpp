#include "gateway/tools/command.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace betex::tools {
namespace {

std::string upper(std::string_view name) {
  std::string text{name};
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  return text;
}

}  // namespace

void Words::put(std::string_view argument, std::vector<std::string> values) {
  values_.insert_or_assign(std::string{argument}, std::move(values));
}

bool Words::has(std::string_view argument) const {
  return values_.contains(argument);
}

std::string Words::get(std::string_view argument) const {
  const auto found = values_.find(argument);
  return found == values_.end() || found->second.empty() ? std::string{} : found->second.front();
}

std::vector<std::string> Words::all(std::string_view argument) const {
  const auto found = values_.find(argument);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = [] {
    std::vector<Command> all;
    for (auto part : {order_commands(),
                      order_group_commands(),
                      price_commands(),
                      market_commands(),
                      account_commands(),
                      exchange_commands()}) {
      std::move(part.begin(), part.end(), std::back_inserter(all));
    }
    return all;
  }();
  return kCommands;
}

std::string_view group_help(std::string_view first_word) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kGroups{
      {{"market", "markets: show one; operators create, open, suspend, settle them"},
       {"group", "brokers: groups of orders that are cancelled when too much of them is filled"},
       {"md", "market data: images of books, their changes, instruments; for scripts"},
       {"runner", "operators: the runners of a market"},
       {"account", "accounts: show one; operators create, pay, limit, suspend them"},
       {"session", "operators: FIX sessions"},
       {"exchange", "operators: the whole exchange"}}};
  const auto* const found = std::find_if(
      kGroups.begin(), kGroups.end(), [&](const auto& group) { return group.first == first_word; });
  return found == kGroups.end() ? std::string_view{} : found->second;
}

std::string usage(const Command& command) {
  std::string line{command.words};
  bool options = false;
  for (const Argument& argument : command.arguments) {
    options = options || argument.is_option();
    if (!argument.is_option()) {
      const std::string word = upper(argument.name) + (argument.most > 2 ? "..." : "");
      line += argument.least == 0 ? fmt::format(" [{}]", word) : " " + word;
    }
  }
  return line + (options ? " [OPTION...]" : "");
}

std::string_view code_of(const Argument& argument, std::string_view word) {
  const auto found = std::find_if(argument.choices.begin(),
                                  argument.choices.end(),
                                  [word](const Choice& choice) { return choice.word == word; });
  return found == argument.choices.end() ? word : found->code;
}

const Argument& argument_of(const Command& command, std::string_view name) {
  const auto found = std::find_if(command.arguments.begin(),
                                  command.arguments.end(),
                                  [name](const Argument& each) { return each.name == name; });
  if (found == command.arguments.end()) {
    throw std::logic_error{fmt::format("{} takes no {}", command.words, name)};
  }
  return *found;
}

}  // namespace betex::tools
