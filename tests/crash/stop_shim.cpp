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
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

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

bool is_reached(std::string_view place, long count) {
  static const Stop stop = stop_from_environment();
  return count == stop.at && place == stop.place;
}

bool is_armed() {
  static const char* const file = std::getenv("BETEX_STOP_ARMED");
  static std::atomic<bool> armed{file == nullptr};
  if (!armed.load(std::memory_order_relaxed) && ::access(file, F_OK) == 0) {
    armed.store(true, std::memory_order_relaxed);
  }
  return armed.load(std::memory_order_relaxed);
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) {
    ::pause();
  }
}

std::atomic<long> commits{0};
std::atomic<long> sends{0};
thread_local long commit_under_way = 0;

template <typename Function>
Function* next_definition(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Not of a segment that is being prepared.
bool is_current_segment(int file) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  const std::string_view name{path.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  return name.find("/segments/") != name.npos && name.find("/.new-") == name.npos;
}

}  // namespace

extern "C" {

int fdatasync(int file) {
  static auto* const next = next_definition<int(int)>("fdatasync");
  if (is_current_segment(file) && is_armed()) {
    commit_under_way = ++commits;
    if (is_reached("before-commit", commit_under_way)) {
      die();
    }
  }
  return next(file);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  static auto* const next = next_definition<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const ssize_t result = next(file, data, size, offset);
  if (commit_under_way != 0 && is_reached("after-commit", commit_under_way)) {
    die();
  }
  commit_under_way = 0;
  return result;
}

ssize_t sendmsg(int socket, const struct msghdr* message, int flags) {
  static auto* const next = next_definition<ssize_t(int, const struct msghdr*, int)>("sendmsg");
  if (is_armed() && is_reached("before-send", ++sends)) {
    die();
  }
  return next(socket, message, flags);
}

}  // extern "C"
