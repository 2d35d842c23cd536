#include "tests/conformance/script.h"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <utility>

namespace betex::conformance {
namespace {

struct Arity {
  std::size_t least = 0;
  std::size_t most = 0;
};

// Words behind a command's name.
const std::map<std::string, Arity>& commands() {
  static const std::map<std::string, Arity> kCommands{
      {"connect", {0, 0}},
      {"disconnect", {0, 0}},
      {"logon", {0, 1}},
      {"relogon", {0, 1}},
      {"logout", {0, 0}},
      {"expect", {1, 3}},
      {"wait", {1, 1}},
      {"fresh", {1, 20}},
      {"set", {2, 2}},
      {"next", {1, 1}},
      {"expected", {1, 1}},
      {"answer-test-requests", {1, 1}},
      {"repeat", {2, 50000}},
      {"operator", {2, 3}},
  };
  return kCommands;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// The first word, which is taken off `text`.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text = trim(text.substr(end));
  return word;
}

std::string_view first_word(std::string_view text) {
  return take_word(text);
}

bool is_connection_name(std::string_view word) {
  return !word.empty() && word.front() >= 'A' && word.front() <= 'Z' &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string{text}};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

// What is wrong with a command; empty if nothing is.
std::string fault_of(const std::vector<std::string>& words) {
  const auto known = commands().find(words.front());
  if (known == commands().end()) {
    return "no such command: " + words.front();
  }
  const std::size_t operands = words.size() - 1;
  if (operands < known->second.least || operands > known->second.most) {
    return "not what belongs behind " + words.front();
  }
  return {};
}

Statement parse_statement(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Statement::Kind>, 4> kMarks{{
      {">", Statement::Kind::Send},
      {">>", Statement::Kind::SendRaw},
      {"<", Statement::Kind::Expect},
      {"<=", Statement::Kind::ExpectOnly},
  }};
  Statement statement{.text = std::string{text}};
  if (is_connection_name(first_word(text))) {
    statement.connection = take_word(text);
  }
  const std::string_view mark = first_word(text);
  for (const auto& [known, kind] : kMarks) {
    if (mark == known) {
      take_word(text);
      statement.kind = kind;
      statement.message = text;
      return statement;
    }
  }
  statement.words = words_of(text);
  return statement;
}

}  // namespace

Script Script::parse(std::string name, std::string_view text, std::string_view dialect) {
  Script script;
  script.name_ = std::move(name);
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto fail = [&](const std::string& what) {
      throw ScriptError{script.name_ + ":" + std::to_string(number) + ": " + what};
    };
    if (first_word(line) == "only") {
      take_word(line);
      script.applies_ = script.applies_ && line == dialect;
      continue;
    }
    if (line.front() == '[') {
      const std::string_view condition = take_word(line);
      if (condition.back() != ']' || line.empty()) {
        fail("not a dialect in brackets and a statement");
      }
      if (condition.substr(1, condition.size() - 2) != dialect) {
        continue;
      }
    }
    Statement statement = parse_statement(line);
    statement.line = number;
    if (statement.kind != Statement::Kind::Command) {
      const bool raw = statement.kind == Statement::Kind::SendRaw;
      if (statement.message.empty() || (!raw && statement.message.find('=') == std::string::npos)) {
        fail("a message needs fields");
      }
    } else if (statement.words.empty()) {
      fail("a connection and nothing to do");
    } else if (const std::string fault = fault_of(statement.words); !fault.empty()) {
      fail(fault);
    }
    script.needs_operator_ =
        script.needs_operator_ ||
        (statement.kind == Statement::Kind::Command && statement.words.front() == "operator");
    script.statements_.push_back(std::move(statement));
  }
  return script;
}

}  // namespace betex::conformance
