#include "gateway/tools/completion.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>

#include "gateway/tools/command.h"

namespace betex::tools {
namespace {

using Candidates = std::set<std::string, std::less<>>;

struct Typed {
  std::vector<std::string_view> words;  // whole ones
  std::string_view last;                // what is being typed, or empty
};

Typed split(std::string_view line) {
  Typed typed;
  std::size_t at = 0;
  for (std::size_t blank = line.find(' '); blank != std::string_view::npos;
       blank = line.find(' ', at)) {
    if (blank > at) {
      typed.words.push_back(line.substr(at, blank - at));
    }
    at = blank + 1;
  }
  typed.last = line.substr(at);
  return typed;
}

std::vector<std::string_view> words_of(const Command& command) {
  Typed words = split(command.words);
  words.words.push_back(words.last);
  return words.words;
}

// The command that has been typed whole, and the place of its first argument.
const Command* whole_command(const Typed& typed, std::size_t& first_argument) {
  for (const Command& command : commands()) {
    const std::vector<std::string_view> words = words_of(command);
    if (typed.words.size() >= words.size() &&
        std::equal(words.begin(), words.end(), typed.words.begin())) {
      first_argument = words.size();
      return &command;
    }
  }
  return nullptr;
}

void add_command_words(Candidates& candidates, const Typed& typed) {
  for (const Command& command : commands()) {
    const std::vector<std::string_view> words = words_of(command);
    if (words.size() > typed.words.size() &&
        std::equal(typed.words.begin(), typed.words.end(), words.begin())) {
      candidates.emplace(words[typed.words.size()]);
    }
  }
}

void add_values(Candidates& candidates, const Argument& argument, const KnownNames& names) {
  for (const Choice& choice : argument.choices) {
    candidates.emplace(choice.word);
  }
  const auto& known = names.of(argument.takes);
  candidates.insert(known.begin(), known.end());
}

const Argument* option_named(const Command& command, std::string_view name) {
  const auto found =
      std::find_if(command.arguments.begin(), command.arguments.end(), [name](const auto& each) {
        return each.is_option() && each.name == name;
      });
  return found == command.arguments.end() ? nullptr : &*found;
}

// Where in the command's arguments the typed word stands.
struct Place {
  const Argument* option = nullptr;  // it is a value of this one
  std::size_t positionals = 0;       // whole ones before it
  std::set<std::string_view> used;   // options
};

Place place_of(const Command& command, const Typed& typed, std::size_t first_argument) {
  Place place;
  int values = 0;  // that the option may still have
  for (std::size_t i = first_argument; i < typed.words.size(); ++i) {
    const std::string_view word = typed.words[i];
    const Argument* const option = option_named(command, word);
    if (option != nullptr) {
      place.used.insert(word);
      place.option = option->takes == Takes::Nothing ? nullptr : option;
      values = option->most;
    } else if (place.option == nullptr) {
      ++place.positionals;
    } else if (--values == 0) {
      place.option = nullptr;
    }
  }
  return place;
}

// The last positional argument that may have several words takes all that follow.
const Argument* positional_at(const Command& command, std::size_t place) {
  for (const Argument& argument : command.arguments) {
    if (argument.is_option()) {
      continue;
    }
    const auto room = static_cast<std::size_t>(argument.most);
    if (place < room) {
      return &argument;
    }
    place -= room;
  }
  return nullptr;
}

void add_arguments(Candidates& candidates,
                   const Command& command,
                   const Place& place,
                   const KnownNames& names) {
  if (place.option != nullptr) {
    add_values(candidates, *place.option, names);
    const bool may_end = place.option->most > 1;
    if (!may_end) {
      return;
    }
  } else if (const Argument* const argument = positional_at(command, place.positionals)) {
    add_values(candidates, *argument, names);
  }
  for (const Argument& argument : command.arguments) {
    if (argument.is_option() && !place.used.contains(argument.name)) {
      candidates.emplace(argument.name);
    }
  }
}

// They stand before all names: '-' comes before letters and digits.
bool is_option(std::string_view word) {
  return word.starts_with("--");
}

}  // namespace

std::vector<std::string> completions(std::string_view line,
                                     const KnownNames& names,
                                     const std::vector<std::string>& own) {
  const Typed typed = split(line);
  Candidates candidates;
  std::size_t first_argument = 0;
  if (const Command* const command = whole_command(typed, first_argument)) {
    add_arguments(candidates, *command, place_of(*command, typed, first_argument), names);
  } else {
    add_command_words(candidates, typed);
    if (typed.words.empty()) {
      candidates.insert(own.begin(), own.end());
    }
  }
  std::vector<std::string> fitting;
  std::copy_if(
      candidates.begin(), candidates.end(), std::back_inserter(fitting), [&](const auto& each) {
        return each.starts_with(typed.last);
      });
  // Where a word is to be expected, options are offered once one is begun.
  const auto first_other = std::find_if_not(fitting.begin(), fitting.end(), is_option);
  if (typed.last.empty() && first_other != fitting.end()) {
    fitting.erase(fitting.begin(), first_other);
  }
  return fitting;
}

std::string common_beginning(const std::vector<std::string>& words) {
  if (words.empty()) {
    return {};
  }
  std::string common = words.front();
  for (const std::string& word : words) {
    const auto [end, ignored] =
        std::mismatch(common.begin(), common.end(), word.begin(), word.end());
    common.erase(end, common.end());
  }
  return common;
}

}  // namespace betex::tools
