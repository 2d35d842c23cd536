// For a shim that is preloaded into a gateway (LD_PRELOAD) and does something at a chosen call:
// this header interposes the two calls that make a commit of the journal, and calls what the shim
// defines. To be included by one file of a shim.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

namespace betex::test {

// ---- What the shim defines; the thread is the one that commits

// Before a sync of the journal.
void before_commit();

// After the write of LMDB's meta page that follows the sync.
void after_commit();

// ---- What else it may need

template <typename Function>
Function* next_definition(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Whether the file is there that the environment variable names, or has been before; `otherwise`
// where there is no such variable. Any thread.
class Arming {
 public:
  Arming(const char* variable, bool otherwise)
      : file_{std::getenv(variable)}, armed_{file_ == nullptr && otherwise} {}

  [[nodiscard]] bool is_armed() {
    if (!armed_.load(std::memory_order_relaxed) && file_ != nullptr && ::access(file_, F_OK) == 0) {
      armed_.store(true, std::memory_order_relaxed);
    }
    return armed_.load(std::memory_order_relaxed);
  }

 private:
  const char* file_;
  std::atomic<bool> armed_;
};

// ---- The interposed calls

// Not of a segment that is being prepared.
inline bool is_current_segment(int file) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  const std::string_view name{path.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  return name.find("/segments/") != name.npos && name.find("/.new-") == name.npos;
}

inline thread_local bool commit_under_way = false;

}  // namespace betex::test

extern "C" {

int fdatasync(int file) {
  static auto* const next = betex::test::next_definition<int(int)>("fdatasync");
  if (betex::test::is_current_segment(file)) {
    betex::test::commit_under_way = true;
    betex::test::before_commit();
  }
  return next(file);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  static auto* const next =
      betex::test::next_definition<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const ssize_t result = next(file, data, size, offset);
  if (betex::test::commit_under_way) {
    betex::test::commit_under_way = false;
    betex::test::after_commit();
  }
  return result;
}

}  // extern "C"
