#include "gateway/process/signals.h"

#include <csignal>
#include <ctime>

#include <unistd.h>

#include "matching/assert.h"

namespace betex::gateway {
namespace {

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGUSR1);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = handled_signals();
  BETEX_ASSERT(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  // Writing fails then, and whoever writes says so: to a socket, and to a file that has reached the
  // limit on its size.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::optional<Signal> wait_for_signal(std::optional<std::chrono::milliseconds> timeout) {
  const sigset_t set = handled_signals();
  int number = 0;
  if (timeout) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*timeout);
    const std::chrono::nanoseconds rest = *timeout - seconds;
    const timespec limit{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
    number = sigtimedwait(&set, nullptr, &limit);
  } else {
    do {
      number = sigwaitinfo(&set, nullptr);
    } while (number == -1);
  }
  if (number == -1) {
    return std::nullopt;
  }
  switch (number) {
    case SIGHUP:
      return Signal::Reload;
    case SIGUSR1:
      return Signal::Wake;
    default:
      return Signal::Terminate;
  }
}

void wake_main_thread() {
  BETEX_ASSERT(::kill(::getpid(), SIGUSR1) == 0);
}

}  // namespace betex::gateway
