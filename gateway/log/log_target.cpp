#include "gateway/log/log_target.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace betex::gateway {

namespace {

constexpr mode_t kMode = 0640;

// O_NONBLOCK: a fifo without a reader is an error, and does not hold up the start.
constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

int open_new(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), kFlags | O_CREAT | O_EXCL, kMode);
  if (descriptor >= 0) {
    static_cast<void>(::fchmod(descriptor, kMode));
  }
  return descriptor;
}

int open_log(const std::filesystem::path& file) {
  int descriptor = open_new(file);
  if (descriptor < 0 && errno == EEXIST) {
    descriptor = ::open(file.c_str(), kFlags);
  }
  if (descriptor < 0 && errno == ENOENT) {  // deleted between the two
    descriptor = open_new(file);
  }
  if (descriptor < 0) {
    throw std::system_error{errno, std::generic_category(), "cannot open " + file.string()};
  }
  static_cast<void>(::fcntl(descriptor, F_SETFL, kFlags & ~O_NONBLOCK));
  return descriptor;
}

// All of it, or as much as goes. An inherited descriptor may be non-blocking because somebody else
// wants it so: then this waits instead.
std::size_t write_bytes(int descriptor, std::string_view bytes) noexcept {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};
      static_cast<void>(::poll(&room, 1, -1));
    } else if (count == 0 || errno != EINTR) {
      break;
    }
  }
  return written;
}

}  // namespace

LogTarget::LogTarget(std::filesystem::path file)
    : file_{std::move(file)}, descriptor_{open_log(file_)} {}

LogTarget::LogTarget(LogTarget&& other) noexcept
    : file_{std::exchange(other.file_, {})},
      descriptor_{std::exchange(other.descriptor_, -1)},
      torn_{other.torn_} {}

LogTarget::~LogTarget() {
  if (!file_.empty()) {
    ::close(descriptor_);
  }
}

std::size_t LogTarget::write(std::string_view lines) noexcept {
  if (torn_ && write_bytes(descriptor_, "\n") == 1) {
    torn_ = false;
  }
  const std::string_view rest = lines.substr(write_bytes(descriptor_, lines));
  if (rest.size() < lines.size() && !rest.empty()) {
    torn_ = lines[lines.size() - rest.size() - 1] != '\n';
  }
  return static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n'));
}

void LogTarget::reopen() {
  if (!file_.empty()) {
    const int fresh = open_log(file_);
    ::close(std::exchange(descriptor_, fresh));
    torn_ = false;
  }
}

}  // namespace betex::gateway
