// A program started by a test, with pipes to its input and output; killed at the latest when the
// object ends.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace betex::test {

class Child {
 public:
  // `variables` ("NAME=value") are added to the environment.
  explicit Child(std::vector<std::string> command, std::vector<std::string> variables = {}) {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
      throw std::system_error{errno, std::generic_category(), "pipe2"};
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (std::string& argument : command) {
      arguments.push_back(argument.data());
    }
    arguments.push_back(nullptr);
    std::vector<char*> environment;
    for (std::string& variable : variables) {  // the first of a name counts
      environment.push_back(variable.data());
    }
    for (char** variable = ::environ; *variable != nullptr; ++variable) {
      environment.push_back(*variable);
    }
    environment.push_back(nullptr);
    const int error =
        ::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
    if (error != 0) {
      throw std::system_error{error, std::generic_category(), command[0]};
    }
  }

  ~Child() {
    kill();
    close_input();
    ::close(output_);
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  [[nodiscard]] int output() const noexcept { return output_; }

  // Up to and without the line feed; what there is at the end of the output.
  std::string read_line() {
    std::string line;
    char c = 0;
    while (::read(output_, &c, 1) == 1 && c != '\n') {
      line += c;
    }
    return line;
  }

  // The last number that it acknowledged (8 bytes each), up to the end of its output; else `none`.
  std::uint64_t last_acknowledged(std::uint64_t none) {
    std::uint64_t number = 0;
    while (::read(output_, &number, sizeof(number)) == sizeof(number)) {
      none = number;
    }
    return none;
  }

  void close_input() {
    if (input_ >= 0) {
      ::close(std::exchange(input_, -1));
    }
  }

  // SIGKILL, and waits until it is gone.
  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    }
  }

  // Its exit code; -1 where a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace betex::test
