// A conformance script as its statements: what README.md describes, read and checked, nothing done.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace betex::conformance {

// A script that says something which is not in the language. what() names script and line.
class ScriptError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Statement {
  enum class Kind { Send, SendRaw, Expect, ExpectOnly, Command };

  std::size_t line = 0;
  std::string text;  // the whole line, as written
  std::string connection = "A";
  Kind kind = Kind::Command;
  std::string message;             // of Send to ExpectOnly: the fields, with | for SOH
  std::vector<std::string> words;  // of Command
};

// Immutable.
class Script {
 public:
  // `name` is what errors call it.
  static Script parse(std::string name, std::string_view text, std::string_view dialect);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // False where the script says that it is for another dialect only.
  [[nodiscard]] bool applies() const noexcept { return applies_; }

  // True where the exchange's operator has to act (`operator ...`).
  [[nodiscard]] bool needs_operator() const noexcept { return needs_operator_; }

  [[nodiscard]] const std::vector<Statement>& statements() const noexcept { return statements_; }

 private:
  std::string name_;
  bool applies_ = true;
  bool needs_operator_ = false;
  std::vector<Statement> statements_;
};

}  // namespace betex::conformance
