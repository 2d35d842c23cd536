#include "gateway/cluster/fence_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace betex::cluster {
namespace {

constexpr std::size_t kKept = 2000;  // characters of what it says

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

FenceCommand::FenceCommand(const Fencing& fencing) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    throw std::system_error{errno, std::generic_category(), "pipe"};
  }
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  std::array<std::string, 7> words{"/bin/sh",
                                   "-c",
                                   fencing.command,
                                   "fence_command",
                                   std::to_string(fencing.before.value()),
                                   std::to_string(fencing.epoch.value()),
                                   fencing.node_before};
  std::array<char*, 8> arguments{};  // the last one is null
  std::transform(
      words.begin(), words.end(), arguments.begin(), [](std::string& word) { return word.data(); });
  const SpawnSettings settings{pipe[1]};
  const int error = ::posix_spawn(
      &pid_, "/bin/sh", settings.actions(), settings.attributes(), arguments.data(), environ);
  ::close(pipe[1]);
  if (error != 0) {
    ::close(pipe[0]);
    throw std::system_error{error, std::generic_category(), "/bin/sh"};
  }
  output_ = pipe[0];
}

FenceCommand::~FenceCommand() {
  if (!status_) {
    ::kill(-pid_, SIGKILL);
    int ignored = 0;
    while (::waitpid(pid_, &ignored, 0) == -1 && errno == EINTR) {
    }
  }
  ::close(output_);
}

std::optional<int> FenceCommand::status() {
  if (status_) {
    return status_;
  }
  read_output();
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == pid_) {
    read_output();
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  } else if (ended == -1 && errno != EINTR) {
    status_ = -SIGKILL;  // nobody will ever know how it ended: not well
  }
  return status_;
}

std::string FenceCommand::said() const {
  std::string line = said_;
  std::replace_if(
      line.begin(),
      line.end(),
      [](char character) { return static_cast<unsigned char>(character) < ' '; },
      ' ');
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void FenceCommand::read_output() {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = ::read(output_, buffer.data(), buffer.size());
    if (size <= 0) {
      return;
    }
    said_.append(buffer.data(), static_cast<std::size_t>(size));
    if (said_.size() > kKept) {
      said_.erase(0, said_.size() - kKept);
    }
  }
}

}  // namespace betex::cluster
