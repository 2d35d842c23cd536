// The C library's clocks and sleeps, as the simulated machine has them.
#include <cerrno>
#include <ctime>

#include <sys/select.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>

#include "tests/sim/machine/interposed.h"

namespace {

using namespace betex::sim;

constinit const RealCall<int(clockid_t, timespec*)> real_clock_gettime{"clock_gettime"};
constinit const RealCall<int(timeval*, void*)> real_gettimeofday{"gettimeofday"};
constinit const RealCall<time_t(time_t*)> real_time{"time"};
constinit const RealCall<int(const timespec*, timespec*)> real_nanosleep{"nanosleep"};
constinit const RealCall<int(clockid_t, int, const timespec*, timespec*)> real_clock_nanosleep{
    "clock_nanosleep"};
constinit const RealCall<int(useconds_t)> real_usleep{"usleep"};
constinit const RealCall<unsigned(unsigned)> real_sleep{"sleep"};
constinit const RealCall<int(timex*)> real_adjtimex{"adjtimex"};

bool is_wall_clock(clockid_t clock) noexcept {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

}  // namespace

extern "C" {

// Time that the processor works for a process is no other than the machine's: it works in no time.
int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_clock_gettime(clock, time);
  }
  *time = to_timespec(is_wall_clock(clock) ? machine->clocks.wall() : machine->clocks.now());
  return 0;
}

int gettimeofday(timeval* time, void* zone) noexcept {
  const Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_gettimeofday(time, zone);
  }
  const timespec now = to_timespec(machine->clocks.wall());
  *time = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* seconds) noexcept {
  const Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_time(seconds);
  }
  const time_t now = to_timespec(machine->clocks.wall()).tv_sec;
  if (seconds != nullptr) {
    *seconds = now;
  }
  return now;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* request, timespec* remaining) {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_clock_nanosleep(clock, flags, request, remaining);
  }
  Clocks::Time time = to_time(*request);
  if ((flags & TIMER_ABSTIME) != 0) {
    time -= is_wall_clock(clock) ? machine->clocks.wall() : machine->clocks.now();
  }
  sleep_until(*machine, deadline_in(*machine, time));
  return 0;
}

int nanosleep(const timespec* request, timespec* remaining) {
  return Machine::current() == nullptr ? real_nanosleep(request, remaining)
                                       : clock_nanosleep(CLOCK_MONOTONIC, 0, request, nullptr);
}

int usleep(useconds_t microseconds) {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_usleep(microseconds);
  }
  sleep_until(*machine, deadline_in(*machine, std::chrono::microseconds{microseconds}));
  return 0;
}

unsigned sleep(unsigned seconds) {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_sleep(seconds);
  }
  sleep_until(*machine, deadline_in(*machine, std::chrono::seconds{seconds}));
  return 0;
}

// Whether the wall clock is held to a better one: the simulated machine says so, right or wrong.
int adjtimex(timex* state) noexcept {
  const Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_adjtimex(state);
  }
  if (state->modes != 0) {
    errno = EPERM;
    return -1;
  }
  *state = {};
  const timespec now = to_timespec(machine->clocks.wall());
  state->time = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
  return TIME_OK;
}

}  // extern "C"
