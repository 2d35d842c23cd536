// Preloaded into the gateway (LD_PRELOAD): its machine's clocks as a test sets them, through the
// file BETEX_CLOCK_FILE (clock_control.h). CLOCK_MONOTONIC, which stands still while a machine is
// suspended, is left alone.
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>

#include "tests/e2e/clock_control.h"

namespace {

using betex::test::ClockControl;

const ClockControl* control() {
  static const ClockControl* const mapped = [] {
    const char* const path = std::getenv("BETEX_CLOCK_FILE");
    const int file = ::open(path == nullptr ? "" : path, O_RDONLY | O_CLOEXEC);
    void* const memory = ::mmap(nullptr, sizeof(ClockControl), PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
      std::abort();
    }
    ::close(file);
    return static_cast<const ClockControl*>(memory);
  }();
  return mapped;
}

std::int64_t offset_ns(clockid_t id) {
  switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      return control()->wall_offset_ns.load(std::memory_order_relaxed);
    case CLOCK_BOOTTIME:
      return control()->boottime_offset_ns.load(std::memory_order_relaxed);
    default:
      return 0;
  }
}

int read_clock(clockid_t id, timespec* time) {
  static auto* const next =
      reinterpret_cast<int (*)(clockid_t, timespec*)>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = next(id, time);
  if (const std::int64_t offset = offset_ns(id); result == 0 && offset != 0) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t sum = time->tv_sec * kSecond + time->tv_nsec + offset;
    time->tv_sec = sum / kSecond;
    time->tv_nsec = sum % kSecond;
  }
  return result;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* time) noexcept {
  return read_clock(id, time);
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec now{};
  const int result = read_clock(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  read_clock(CLOCK_REALTIME, &now);
  if (out != nullptr) {
    *out = now.tv_sec;
  }
  return now.tv_sec;
}

int adjtimex(timex* state) noexcept {
  const auto says = control()->unsynchronised.load(std::memory_order_relaxed);
  if (says == 2) {
    errno = EPERM;
    return -1;
  }
  state->status = says == 0 ? 0 : STA_UNSYNC;
  return says == 0 ? TIME_OK : TIME_ERROR;
}

}  // extern "C"
