#include "gateway/ring/wait_strategy.h"

#include <climits>
#include <ctime>

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace betex::gateway {

namespace {

// steady_clock is CLOCK_MONOTONIC here, which is what FUTEX_WAIT_BITSET's absolute timeouts use.
timespec to_timespec(TimePoint time) noexcept {
  constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
  const std::int64_t nanos =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  return {.tv_sec = nanos / kNanosPerSecond, .tv_nsec = nanos % kNanosPerSecond};
}

void futex(std::atomic<std::uint32_t>& word,
           int operation,
           std::uint32_t value,
           const timespec* deadline) noexcept {
  static_assert(sizeof(word) == sizeof(std::uint32_t));
  ::syscall(SYS_futex,
            &word,
            operation | FUTEX_PRIVATE_FLAG,
            value,
            deadline,
            nullptr,
            FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

bool WaitStrategy::passed(TimePoint deadline) noexcept {
  return deadline != kNoDeadline && std::chrono::steady_clock::now() >= deadline;
}

void WaitStrategy::yield_core() noexcept {
  ::sched_yield();
}

std::uint32_t WaitStrategy::announce() noexcept {
  const std::uint32_t epoch = epoch_.load(std::memory_order_acquire);
  announced_.exchange(true, std::memory_order_acq_rel);
  return epoch;
}

bool WaitStrategy::sleep(std::uint32_t epoch, TimePoint deadline) noexcept {
  if (deadline == kNoDeadline) {
    futex(epoch_, FUTEX_WAIT_BITSET, epoch, nullptr);
    return true;
  }
  const timespec until = to_timespec(deadline);
  futex(epoch_, FUTEX_WAIT_BITSET, epoch, &until);
  // Asked of the clock, not of the call: signals for other things must not hide the deadline.
  return !passed(deadline);
}

void WaitStrategy::wake() noexcept {
  epoch_.fetch_add(1, std::memory_order_release);
  wake_ups_.fetch_add(1, std::memory_order_relaxed);
  futex(epoch_, FUTEX_WAKE_BITSET, INT_MAX, nullptr);
}

}  // namespace betex::gateway
