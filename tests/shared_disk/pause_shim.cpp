// Preloaded into a gateway (LD_PRELOAD): it stops itself, as SIGSTOP does, at a chosen call, once;
// the call is made when it goes on.
//
// BETEX_PAUSE_AT=PLACE, and BETEX_PAUSE_ARMED=FILE, without which it never stops. PLACE is one of
//   before-commit    before a sync of the journal: what was checked before it is old by then
//   after-commit     after the write of LMDB's meta page that follows a sync
//   before-segment   before a new segment gets its name
//   before-epoch     before the file `epoch` gets its new content
//   before-retire    before a segment is moved to retired/
//   before-snapshot  before a snapshot gets its name
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

bool is_place(std::string_view place) {
  static const char* const chosen = std::getenv("BETEX_PAUSE_AT");
  return chosen != nullptr && place == chosen;
}

bool is_armed() {
  static const char* const file = std::getenv("BETEX_PAUSE_ARMED");
  return file != nullptr && ::access(file, F_OK) == 0;
}

// Returns when the process goes on: the signal is this thread's, and taken before it does.
void pause_once(std::string_view place) {
  static std::atomic<bool> paused{false};
  if (is_place(place) && is_armed() && !paused.exchange(true)) {
    ::raise(SIGSTOP);
  }
}

thread_local bool commit_under_way = false;

template <typename Function>
Function* next_definition(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Not of a segment that is being made.
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
  if (is_current_segment(file)) {
    commit_under_way = true;
    pause_once("before-commit");
  }
  return next(file);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  static auto* const next = next_definition<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const ssize_t result = next(file, data, size, offset);
  if (commit_under_way) {
    commit_under_way = false;
    pause_once("after-commit");
  }
  return result;
}

int rename(const char* from, const char* to) noexcept {
  static auto* const next = next_definition<int(const char*, const char*)>("rename");
  const std::string_view target{to};
  if (target.find("/.new") == target.npos) {
    if (target.find("/segments/") != target.npos) {
      pause_once("before-segment");
    } else if (target.find("/retired/") != target.npos) {
      pause_once("before-retire");
    } else if (target.find("/snapshots/") != target.npos) {
      pause_once("before-snapshot");
    } else if (target.ends_with("/epoch")) {
      pause_once("before-epoch");
    }
  }
  return next(from, to);
}

}  // extern "C"
