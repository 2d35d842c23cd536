#include "gateway/cluster/shell_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace betex::cluster {
namespace {

constexpr std::size_t kKept = 2000;  // characters of what it says, and of a line of it

// More than a pipe holds: a command that writes without end does not keep status() from its end.
constexpr int kMostPieces = 32;

// For a log, which has no place for what moves a terminal's cursor.
std::string in_one_line(std::string text) {
  std::replace_if(
      text.begin(),
      text.end(),
      [](char character) { return static_cast<unsigned char>(character) < ' '; },
      ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// What a child begins with: no signal blocked or ignored, though this program does both.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }

  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  SpawnSettings(SpawnSettings&&) = delete;
  SpawnSettings& operator=(SpawnSettings&&) = delete;

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }

  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

ShellCommand::ShellCommand(const Settings& settings) : line_{settings.line} {
  std::vector<std::string> words{"/bin/sh", "-c", settings.command, settings.name};
  words.insert(words.end(), settings.arguments.begin(), settings.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    throw std::system_error{errno, std::generic_category(), "pipe"};
  }
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  const SpawnSettings child{pipe[1]};
  const int error = ::posix_spawn(
      &pid_, "/bin/sh", child.actions(), child.attributes(), arguments.data(), environ);
  ::close(pipe[1]);
  if (error != 0) {
    ::close(pipe[0]);
    throw std::system_error{error, std::generic_category(), "/bin/sh"};
  }
  output_ = pipe[0];
}

ShellCommand::~ShellCommand() {
  if (!status_) {
    ::kill(-pid_, SIGKILL);
    int ignored = 0;
    while (::waitpid(pid_, &ignored, 0) == -1 && errno == EINTR) {
    }
  }
  ::close(output_);
}

std::optional<int> ShellCommand::status() {
  if (status_) {
    return status_;
  }
  read_output();
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == pid_) {
    read_output();
    end_line();
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  } else if (ended == -1 && errno != EINTR) {
    status_ = -SIGKILL;  // nobody will ever know how it ended: not well
  }
  return status_;
}

std::string ShellCommand::said() const {
  return in_one_line(said_);
}

void ShellCommand::read_output() {
  std::array<char, 4096> buffer{};
  for (int pieces = 0; pieces < kMostPieces; ++pieces) {
    const ssize_t size = ::read(output_, buffer.data(), buffer.size());
    if (size <= 0) {
      return;
    }
    take({buffer.data(), static_cast<std::size_t>(size)});
  }
}

void ShellCommand::take(std::string_view text) {
  said_ += text;
  if (said_.size() > kKept) {
    said_.erase(0, said_.size() - kKept);
  }
  if (!line_) {
    return;
  }
  for (const char character : text) {
    if (character == '\n' || unfinished_.size() == kKept) {
      end_line();
    }
    if (character != '\n') {
      unfinished_ += character;
    }
  }
}

// An empty one is nothing to tell.
void ShellCommand::end_line() {
  if (const std::string line = in_one_line(std::exchange(unfinished_, {})); !line.empty()) {
    line_(line);
  }
}

std::string text_of_status(int status) {
  return status >= 0 ? "exit code " + std::to_string(status) : "signal " + std::to_string(-status);
}

}  // namespace betex::cluster
