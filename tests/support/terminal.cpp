#include "tests/support/terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/patience.h"

namespace betex::test {
namespace {

constexpr winsize kSize{.ws_row = 40, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
constexpr int kNotExecuted = 127;

std::vector<std::string> with_environment(const std::vector<std::string>& command,
                                          const std::vector<std::string>& environment) {
  std::vector<std::string> words{"/usr/bin/env", "-u", "NO_COLOR", "TERM=xterm"};
  words.insert(words.end(), environment.begin(), environment.end());
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& command,
                   const std::vector<std::string>& environment) {
  std::vector<std::string> words = with_environment(command, environment);
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = forkpty(&descriptor_, nullptr, nullptr, &kSize);
  if (pid_ < 0) {
    throw std::system_error{errno, std::generic_category(), "forkpty"};
  }
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) {
      execv(argv[0], argv.data());
    }
    _exit(kNotExecuted);
  }
}

Terminal::~Terminal() {
  if (!ended_) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(descriptor_);
}

void Terminal::type(std::string_view keys) const {
  while (!keys.empty()) {
    const ssize_t count = write(descriptor_, keys.data(), keys.size());
    if (count < 0) {
      throw std::system_error{errno, std::generic_category(), "the terminal takes no keys"};
    }
    keys.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string Terminal::read_to(std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::size_t found = 0;
  while ((found = unread_.find(text)) == std::string::npos) {
    if (!read_some(deadline)) {
      throw std::runtime_error{"the terminal does not show '" + std::string{text} +
                               "' but: " + unread_};
    }
  }
  std::string all = unread_.substr(0, found + text.size());
  unread_.erase(0, all.size());
  return all;
}

int Terminal::wait() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (read_some(deadline)) {
  }
  int status = 0;
  if (std::chrono::steady_clock::now() >= deadline) {
    throw std::runtime_error{"the program does not end; it has shown: " + unread_};
  }
  waitpid(pid_, &status, 0);
  ended_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// The end of the program is EIO here.
bool Terminal::read_some(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd output{descriptor_, POLLIN, 0};
  if (left.count() <= 0 || poll(&output, 1, static_cast<int>(left.count())) <= 0) {
    return false;
  }
  std::array<char, 4096> buffer;
  const ssize_t count = read(descriptor_, buffer.data(), buffer.size());
  if (count <= 0) {
    return false;
  }
  unread_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace betex::test
