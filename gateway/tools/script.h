// Requests from standard input, one a line.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "gateway/tools/desk.h"
#include "gateway/tools/interrupts.h"

namespace betex::tools {

// Standard input cannot be read. Its end is no error.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A signal has come before the script's end.
struct ScriptInterrupted {
  int signal = 0;
};

// The lines of standard input. Reports that come while nobody has typed are printed at once. One
// thread.
class Script {
 public:
  // Both must outlive it.
  Script(Desk& desk, Interrupts& interrupts) : desk_{desk}, interrupts_{interrupts} {}

  // Nothing at the end. Throws InputError, ScriptInterrupted, and UnclearRequest for a line that is
  // too long to be one.
  std::optional<std::string> next_line();

 private:
  void read_some();
  void heed_signals();

  Desk& desk_;
  Interrupts& interrupts_;
  std::string pending_;
  bool ended_ = false;
};

}  // namespace betex::tools
