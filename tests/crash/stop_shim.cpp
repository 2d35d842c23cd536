// Preloaded into the gateway (LD_PRELOAD): ends it, as kill -9 would, at a chosen call.
//
// BETEX_STOP_AT=PLACE:N, where PLACE is one of
//   before-commit   before the Nth sync of the journal: orders were taken from their sessions and
//                   are not committed
//   after-commit    after the write of LMDB's meta page that follows the Nth sync: they are
//                   committed, nobody was told, and the session cache does not know
//   before-send     before the Nth write to a socket: what is to be said is committed and in the
//                   session cache, and has not left; of a cluster's node it may be a request to
//                   etcd
//
// With BETEX_STOP_ARMED=FILE calls are counted from when there is such a file: until then the
// process may do as much as it needs to become what is to be ended.
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/support/journal_calls.h"

namespace betex::test {
namespace {

struct Stop {
  std::string place;
  long at = 0;
};

Stop stop_from_environment() {
  const char* const value = std::getenv("BETEX_STOP_AT");
  const std::string text = value == nullptr ? ":0" : value;
  const std::size_t colon = text.find(':');
  return {.place = text.substr(0, colon), .at = std::atol(text.c_str() + colon + 1)};
}

// Ends the process where this is the call.
void stop_at(std::string_view place, long count) {
  static const auto* const stop = new Stop{stop_from_environment()};  // also at the process's end
  if (count != stop->at || place != stop->place) {
    return;
  }
  ::kill(::getpid(), SIGKILL);
  for (;;) {
    ::pause();
  }
}

bool is_armed() {
  static Arming arming{"BETEX_STOP_ARMED", true};
  return arming.is_armed();
}

std::atomic<long> commits{0};
std::atomic<long> sends{0};
thread_local long commit = 0;  // of this thread, under way; 0 where it is not counted

void before_send() {
  if (is_armed()) {
    stop_at("before-send", ++sends);
  }
}

}  // namespace

void before_commit() {
  commit = is_armed() ? ++commits : 0;
  if (commit != 0) {
    stop_at("before-commit", commit);
  }
}

void after_commit() {
  if (commit != 0) {
    stop_at("after-commit", commit);
  }
}

}  // namespace betex::test

extern "C" ssize_t sendmsg(int socket, const struct msghdr* message, int flags) {
  static auto* const next =
      betex::test::next_definition<ssize_t(int, const struct msghdr*, int)>("sendmsg");
  betex::test::before_send();
  return next(socket, message, flags);
}
