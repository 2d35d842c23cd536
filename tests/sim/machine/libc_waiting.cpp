// The C library's waiting for other threads: of a fiber, which must let others go on, and not the
// real thread that all of them are. Mutexes are the real ones: no fiber lets others go on while it
// has one that they want.
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/sim/machine/interposed.h"
#include "tests/sim/machine/libc_random.h"
#include "tests/sim/machine/machine_inside.h"

namespace {

using namespace betex::sim;

constinit const RealCall<int(pthread_cond_t*, pthread_mutex_t*)> real_cond_wait{
    "pthread_cond_wait"};
constinit const RealCall<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)>
    real_cond_timedwait{"pthread_cond_timedwait"};
constinit const RealCall<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>
    real_cond_clockwait{"pthread_cond_clockwait"};
constinit const RealCall<int(pthread_cond_t*)> real_cond_signal{"pthread_cond_signal"};
constinit const RealCall<int(pthread_cond_t*)> real_cond_broadcast{"pthread_cond_broadcast"};
constinit const RealCall<int()> real_sched_yield{"sched_yield"};
constinit const RealCall<long(long, ...)> real_syscall{"syscall"};

// What it costs to look again, so that time passes for who does nothing else.
constexpr Clocks::Time kLook = std::chrono::microseconds{1};

// Whether it was woken, or what it waits for may have come for another reason, before the deadline.
template <typename Changed>
bool sleep_at(Machine& machine, const void* address, Clocks::Time deadline, Changed&& changed) {
  Sleepers& sleepers = machine.inside().sleepers;
  const std::uint64_t before = sleepers.come(address);
  const bool woken =
      machine.wait([&] { return sleepers.wakes(address) != before || changed(); }, deadline);
  sleepers.leave(address);
  return woken;
}

int wait_for_condition(Machine& machine,
                       pthread_cond_t* condition,
                       pthread_mutex_t* mutex,
                       Clocks::Time deadline) {
  pthread_mutex_unlock(mutex);
  const bool woken = sleep_at(machine, condition, deadline, [] { return false; });
  while (pthread_mutex_trylock(mutex) == EBUSY) {
    sleep_until(machine, machine.clocks.now() + kLook);
  }
  return woken ? 0 : ETIMEDOUT;
}

// Of an absolute time of a clock.
Clocks::Time deadline_at(const Machine& machine, clockid_t clock, const timespec& time) noexcept {
  const Clocks::Time now = clock == CLOCK_REALTIME ? machine.clocks.wall() : machine.clocks.now();
  return deadline_in(machine, to_time(time) - now);
}

// Where no fiber runs, only another real thread could end an endless wait.
bool is_simulated(const Machine* machine, bool has_deadline) noexcept {
  return machine != nullptr && (has_deadline || Fiber::current() != nullptr);
}

// The C library keeps it in the condition (glibc: nptl/pthread_cond_common.c).
clockid_t clock_of(const pthread_cond_t& condition) noexcept {
  constexpr unsigned kMonotonic = 2;
  return (condition.__data.__wrefs & kMonotonic) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

long wait_for_word(Machine& machine,
                   const std::uint32_t* word,
                   std::uint32_t value,
                   Clocks::Time deadline) {
  const auto has_changed = [&] { return __atomic_load_n(word, __ATOMIC_SEQ_CST) != value; };
  if (has_changed()) {
    return -EAGAIN;
  }
  return sleep_at(machine, word, deadline, has_changed) ? 0 : -ETIMEDOUT;
}

struct FutexCall {
  std::uint32_t* word;
  int operation;
  std::uint32_t value;
  const timespec* timeout;

  [[nodiscard]] int command() const noexcept { return operation & FUTEX_CMD_MASK; }

  [[nodiscard]] bool waits() const noexcept {
    return command() == FUTEX_WAIT || command() == FUTEX_WAIT_BITSET;
  }

  [[nodiscard]] bool wakes() const noexcept {
    return command() == FUTEX_WAKE || command() == FUTEX_WAKE_BITSET;
  }

  [[nodiscard]] Clocks::Time deadline(const Machine& machine) const noexcept {
    if (timeout == nullptr) {
      return Clocks::kNever;
    }
    if (command() == FUTEX_WAIT) {
      return deadline_in(machine, to_time(*timeout));
    }
    const bool is_wall = (operation & FUTEX_CLOCK_REALTIME) != 0;
    return deadline_at(machine, is_wall ? CLOCK_REALTIME : CLOCK_MONOTONIC, *timeout);
  }
};

}  // namespace

extern "C" {

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  Machine* const machine = Machine::current();
  return is_simulated(machine, false)
             ? wait_for_condition(*machine, condition, mutex, Clocks::kNever)
             : real_cond_wait(condition, mutex);
}

int pthread_cond_clockwait(pthread_cond_t* condition,
                           pthread_mutex_t* mutex,
                           clockid_t clock,
                           const timespec* time) {
  Machine* const machine = Machine::current();
  return is_simulated(machine, true)
             ? wait_for_condition(*machine, condition, mutex, deadline_at(*machine, clock, *time))
             : real_cond_clockwait(condition, mutex, clock, time);
}

int pthread_cond_timedwait(pthread_cond_t* condition,
                           pthread_mutex_t* mutex,
                           const timespec* time) {
  return Machine::current() == nullptr
             ? real_cond_timedwait(condition, mutex, time)
             : pthread_cond_clockwait(condition, mutex, clock_of(*condition), time);
}

// Others than fibers may wait for it, too.
int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (Machine* const machine = Machine::current()) {
    machine->inside().sleepers.wake(condition);
  }
  return real_cond_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (Machine* const machine = Machine::current()) {
    machine->inside().sleepers.wake(condition);
  }
  return real_cond_broadcast(condition);
}

int sched_yield() noexcept {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_sched_yield();
  }
  sleep_until(*machine, machine->clocks.now() + kLook);
  return 0;
}

// The calls that the C library has no names for: the gateway's and the C++ library's futexes, and
// OpenSSL's random numbers.
long syscall(long number, ...) noexcept {
  std::va_list list;
  va_start(list, number);
  long arguments[6];
  for (long& each : arguments) {
    each = va_arg(list, long);
  }
  va_end(list);
  const auto pass_on = [&] {
    return real_syscall(
        number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  };
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return pass_on();
  }
  if (number == SYS_getrandom) {
    fill(machine->inside().kernel_entropy,
         reinterpret_cast<void*>(arguments[0]),
         static_cast<std::size_t>(arguments[1]));
    return arguments[1];
  }
  if (number != SYS_futex) {
    return pass_on();
  }
  const FutexCall futex{.word = reinterpret_cast<std::uint32_t*>(arguments[0]),
                        .operation = static_cast<int>(arguments[1]),
                        .value = static_cast<std::uint32_t>(arguments[2]),
                        .timeout = reinterpret_cast<const timespec*>(arguments[3])};
  if (futex.waits() && is_simulated(machine, futex.timeout != nullptr)) {
    return told(wait_for_word(*machine, futex.word, futex.value, futex.deadline(*machine)));
  }
  if (futex.wakes()) {
    const auto woken = static_cast<long>(machine->inside().sleepers.wake(futex.word));
    return std::max(woken, pass_on());
  }
  return pass_on();
}

}  // extern "C"
