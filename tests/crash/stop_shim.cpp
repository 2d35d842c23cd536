// Preloaded into the gateway (LD_PRELOAD): ends it, as kill -9 would, at a chosen call.
//
//   BETEX_STOP_AT   PLACE:N. PLACE sync: before the Nth fdatasync, when orders were taken from
//   their
//                   sessions and are not committed; commit: after the write that follows the Nth
//                   fdatasync, when they are committed (LMDB's second page, on a file that syncs by
//                   itself) and nobody has been told; send: before the Nth sendmsg, when what is to
//                   be said is committed and in the session cache, and nothing has left
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

struct Stop {
  Stop() {
    if (const char* const value = std::getenv("BETEX_STOP_AT")) {
      const std::string text = value;
      place = text.substr(0, text.find(':'));
      at = std::stol(text.substr(text.find(':') + 1));
    }
  }

  std::string place;
  long at = 0;
  std::atomic<long> syncs{0};
  std::atomic<long> sends{0};
};

Stop& stop() {
  static Stop instance;
  return instance;
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) {
    ::pause();
  }
}

void written() {
  if (stop().place == "commit" && stop().syncs >= stop().at) {
    die();
  }
}

}  // namespace

extern "C" {

int fdatasync(int file) {
  if (++stop().syncs >= stop().at && stop().place == "sync") {
    die();
  }
  return real<int(int)>("fdatasync")(file);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  const ssize_t result =
      real<ssize_t(int, const void*, size_t, off_t)>("pwrite")(file, data, size, offset);
  written();
  return result;
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
  const ssize_t result =
      real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(file, data, size, offset);
  written();
  return result;
}

ssize_t sendmsg(int socket, const struct msghdr* message, int flags) {
  if (++stop().sends >= stop().at && stop().place == "send") {
    die();
  }
  return real<ssize_t(int, const struct msghdr*, int)>("sendmsg")(socket, message, flags);
}

}  // extern "C"
