#include "journal/process/standard_streams.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace betex::process {

void open_standard_descriptors() noexcept {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
      // The lowest free number, which is this one. The wrong way round, so that its use fails.
      const int direction = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
      static_cast<void>(::open("/dev/null", direction));
    }
  }
}

void disable_core_dumps() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
    limit.rlim_cur = 0;
    static_cast<void>(::setrlimit(RLIMIT_CORE, &limit));
  }
}

std::optional<std::string> flush_standard_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
    return std::nullopt;
  }
  return errno == 0 ? "an earlier write failed" : std::strerror(errno);
}

void print_error(std::string_view program, std::string_view text) noexcept try {
  constexpr int kPatienceMs = 1000;
  std::string line{program};
  line.append(": ").append(text).append("\n");
  for (std::string_view rest = line; !rest.empty();) {
    // A pipe that can be written to takes PIPE_BUF bytes without waiting.
    pollfd error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&error, 1, kPatienceMs) <= 0) {
      return;
    }
    const ssize_t written =
        ::write(STDERR_FILENO, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (written <= 0) {
      return;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }

} catch (const std::bad_alloc&) {
  // The exit code says what is left to say.
}

int exit_code_after_output(std::string_view program, int exit_code) {
  const auto failure = flush_standard_output();
  if (!failure) {
    return exit_code;
  }
  print_error(program, "standard output cannot be written: " + *failure);
  return exit_code == 0 ? kExitIo : exit_code;
}

}  // namespace betex::process
