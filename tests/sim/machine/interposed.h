// What the definitions of the C library's calls in this folder (libc_*.cpp) have in common. The
// linker puts a program's own definition before that of a shared library, for the calls of all
// shared libraries too. Each of them passes on, to the real one, what is not the simulated
// machine's.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>

#include <sys/time.h>

#include "tests/sim/machine/clocks.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/network_inside.h"

namespace betex::sim {

// The program ends where there is none.
[[nodiscard]] void* next_definition_of(const char* name) noexcept;

// The next definition of a call behind the program's own: the C library's, or a sanitizer's. For
// objects that are there before any code runs, since calls come that early.
template <typename Call>
class RealCall {
 public:
  constexpr explicit RealCall(const char* name) noexcept : name_{name} {}

  // NOLINTNEXTLINE(google-explicit-constructor): to be called as what it stands for
  operator Call*() const noexcept {
    void* found = found_.load(std::memory_order_acquire);
    if (found == nullptr) {
      found = next_definition_of(name_);
      found_.store(found, std::memory_order_release);
    }
    return reinterpret_cast<Call*>(found);
  }

 private:
  const char* name_;
  mutable std::atomic<void*> found_{nullptr};
};

// Whose a call is that comes now.
[[nodiscard]] inline int current_process() noexcept {
  const Fiber* const fiber = Fiber::current();
  return fiber == nullptr ? kNoProcess : fiber->process();
}

// What the C library gives for what the kernel gives.
template <typename Result>
Result told(Result result) noexcept {
  if (result >= 0) {
    return result;
  }
  errno = static_cast<int>(-result);
  return -1;
}

// Null where the descriptor is none of the simulated network's.
[[nodiscard]] inline Network::Inside* network_of(int descriptor) noexcept {
  Machine* const machine = descriptor < Network::kFirstDescriptor ? nullptr : Machine::current();
  return machine == nullptr ? nullptr : &machine->network.inside();
}

// ---- Times

[[nodiscard]] inline Clocks::Time to_time(const timespec& time) noexcept {
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

[[nodiscard]] inline Clocks::Time to_time(const timeval& time) noexcept {
  return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

[[nodiscard]] inline timespec to_timespec(Clocks::Time time) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
}

// So long from now.
[[nodiscard]] inline Clocks::Time deadline_in(const Machine& machine, Clocks::Time time) noexcept {
  return machine.clocks.now() + std::max(time, Clocks::Time{0});
}

// Lets so much time pass, for whoever calls.
inline void sleep_until(Machine& machine, Clocks::Time deadline) {
  machine.wait([] { return false; }, deadline);
}

}  // namespace betex::sim
