// A command of the operator's: one that has the storage refuse an older writer (fence_command), one
// that brings what this node lacks (seed_command).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace betex::cluster {

// Runs it by `/bin/sh -c`, in a process group of its own and with nothing on its standard input.
// *Owned by one thread.*
class ShellCommand {
 public:
  struct Settings {
    std::string name;  // of the setting that it stands in: $0
    std::string command;
    std::vector<std::string> arguments;  // $1, $2 and so on
    // Each line that it writes to standard output or standard error, as said() has it and soon
    // after; by status() and not else. Empty: nobody is told.
    std::function<void(const std::string&)> line{};
  };

  // Throws std::system_error where it cannot be started.
  explicit ShellCommand(const Settings& settings);

  // Kills what still runs of it.
  ~ShellCommand();
  ShellCommand(const ShellCommand&) = delete;
  ShellCommand& operator=(const ShellCommand&) = delete;
  ShellCommand(ShellCommand&&) = delete;
  ShellCommand& operator=(ShellCommand&&) = delete;

  // Its exit code, or minus the signal that ended it; none: it still runs. Does not block. It is to
  // be asked again and again: a command whose output nobody reads stands still.
  [[nodiscard]] std::optional<int> status();

  // The end of what it has written to standard output and standard error, in one line, with a space
  // in the place of each control character.
  [[nodiscard]] std::string said() const;

 private:
  void read_output();
  void take(std::string_view text);
  void end_line();

  const std::function<void(const std::string&)> line_;
  int output_ = -1;  // the end that is read
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::string said_;
  std::string unfinished_;  // the line that is being written; empty where nobody is told of lines
};

// Of a status that is not 0: "exit code 3", "signal 9".
[[nodiscard]] std::string text_of_status(int status);

}  // namespace betex::cluster
