#include "gateway/time/machine_clock.h"

#include <ctime>

#include <sys/timex.h>

#include "matching/assert.h"

namespace betex::gateway {
namespace {

using std::chrono::nanoseconds;

nanoseconds read_clock(clockid_t id) {
  timespec time{};
  BETEX_ASSERT(clock_gettime(id, &time) == 0);
  return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

}  // namespace

nanoseconds KernelClock::boottime() const {
  return read_clock(CLOCK_BOOTTIME);
}

// A thread that loses its processor between the two would see a wall clock that is off by as much.
ClockReading KernelClock::read() const {
  constexpr nanoseconds kOneMoment = std::chrono::milliseconds{1};
  constexpr int kTries = 100;
  ClockReading reading;
  for (int i = 0; i < kTries; ++i) {
    const nanoseconds before = boottime();
    reading = {.wall = matching::Timestamp{read_clock(CLOCK_REALTIME).count()},
               .boottime = boottime()};
    if (reading.boottime - before < kOneMoment) {
      break;
    }
  }
  return reading;
}

ClockSynchronisation KernelClock::synchronised() const {
  timex state{};  // modes 0: nothing is changed
  const int result = adjtimex(&state);
  if (result < 0) {
    return ClockSynchronisation::Unknown;
  }
  return result == TIME_ERROR || (state.status & STA_UNSYNC) != 0 ? ClockSynchronisation::No
                                                                  : ClockSynchronisation::Yes;
}

}  // namespace betex::gateway
