// The words of betex-fix as a table: what commands there are, what each takes, and how it becomes
// a request. Parser, help, completion and their tests read it, so no two of them can differ.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tools/request.h"

namespace betex::tools {

// What kind of word an argument is; completion goes by it.
enum class Takes { Nothing, Word, Number, Choice, Symbol, Market, Account, Session, Group };

// A word that stands for a code of FIX.
struct Choice {
  std::string_view word;
  std::string_view code;
};

struct Argument {
  std::string_view name;  // "market"; of an option with its dashes, "--side"
  std::string_view help;
  Takes takes = Takes::Word;  // Nothing: a flag
  int tag = 0;                // the field that carries it in an operation; 0: none does as it is
  int least = 1;              // words; of an option where it is given
  int most = 1;
  std::vector<Choice> choices{};
  std::vector<std::string_view> excludes{};  // options

  [[nodiscard]] bool is_option() const { return name.starts_with("--"); }
};

// What was given for a command's arguments.
class Words {
 public:
  void put(std::string_view argument, std::vector<std::string> values);

  [[nodiscard]] bool has(std::string_view argument) const;

  // The first; empty where there is none.
  [[nodiscard]] std::string get(std::string_view argument) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view argument) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct Command {
  std::string_view words;  // "market suspend"
  std::string_view help;
  std::vector<Argument> arguments;
  // Throws CLI::ValidationError or CLI::RequiredError.
  Request (*read)(const Command& command, const Words& words) = nullptr;
  std::string_view operation{};  // 20011 of an OperationsCommand
};

// All of them; those with the same first word stand together.
[[nodiscard]] const std::vector<Command>& commands();

// What the groups are about: "market" and the other first words of commands that have two.
[[nodiscard]] std::string_view group_help(std::string_view first_word);

// "market suspend MARKET REASON [OPTION...]", for a help.
[[nodiscard]] std::string usage(const Command& command);

// The FIX code of a choice that was checked before.
[[nodiscard]] std::string_view code_of(const Argument& argument, std::string_view word);
[[nodiscard]] const Argument& argument_of(const Command& command, std::string_view name);

// The parts of the table. `read` of all but the order, order group and price commands makes an
// Operation.
[[nodiscard]] std::vector<Command> order_commands();
[[nodiscard]] std::vector<Command> order_group_commands();
[[nodiscard]] std::vector<Command> market_commands();
[[nodiscard]] std::vector<Command> account_commands();
[[nodiscard]] std::vector<Command> exchange_commands();
[[nodiscard]] std::vector<Command> price_commands();

}  // namespace betex::tools
