// How a thread waits for work, and how others wake it. Each thread has one WaitStrategy; everybody
// who changes something that the thread looks at (a ring, a gate, a mailbox, a stop flag) calls
// signal() afterwards.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "gateway/ring/sequence.h"

namespace betex::gateway {

enum class WaitKind : std::uint8_t {
  BusySpin,  // lowest latency; takes a whole core
  Yield,     // spins, then lets others run; takes what nobody else wants
  Block,     // spins a little, then sleeps until signalled; idle it takes no CPU
};

using TimePoint = std::chrono::steady_clock::time_point;
inline constexpr TimePoint kNoDeadline = TimePoint::max();

// *Thread-safe.* Must outlive every thread that waits on it and everything that signals it.
//
// Why no wake-up is lost: a waiter announces itself (exchange on announced_), evaluates its
// predicate once more, then sleeps. A signaller makes the predicate true, then exchanges too. Of
// two exchanges on one atomic one comes first: either the signaller finds the announcement and
// wakes, or the waiter's last look happens after the signaller's change and sees it.
class WaitStrategy {
 public:
  // Looks at the predicate before the thread yields or sleeps. About a microsecond when a look is
  // cheap: longer would take time from the thread that is waited for where cores are few, shorter
  // would sleep between two commands of a burst.
  static constexpr std::size_t kDefaultSpins = 100;

  explicit WaitStrategy(WaitKind kind = WaitKind::Block, std::size_t spins = kDefaultSpins) noexcept
      : kind_(kind), spins_(spins) {}

  WaitStrategy(const WaitStrategy&) = delete;
  WaitStrategy& operator=(const WaitStrategy&) = delete;
  WaitStrategy(WaitStrategy&&) = delete;
  WaitStrategy& operator=(WaitStrategy&&) = delete;
  ~WaitStrategy() = default;

  // Waits until `ready()` returns true or the deadline has passed, and returns what `ready()` said
  // last; it is asked at least once, and once more when the deadline has passed. It runs on the
  // caller's thread, may do real work, and may itself wait on the same object. A change that nobody
  // signals is noticed only by chance.
  template <typename Predicate>
  bool wait_until(Predicate&& ready, TimePoint deadline = kNoDeadline) {
    for (std::size_t looks = 0;; ++looks) {
      if (ready()) {
        return true;
      }
      if (looks < spins_) {
        relax();
        continue;
      }
      if (kind_ != WaitKind::Block) {
        if (passed(deadline)) {
          return ready();
        }
        if (kind_ == WaitKind::Yield) {
          yield_core();
        } else {
          looks = 0;
        }
        continue;
      }
      const std::uint32_t epoch = announce();
      if (ready()) {
        return true;
      }
      if (!sleep(epoch, deadline)) {
        return ready();
      }
      looks = 0;
    }
  }

  // Wakes whoever sleeps; to be called after the change that they wait for. Costs one atomic
  // exchange while nobody sleeps, nothing at all where waiting never sleeps.
  void signal() noexcept {
    if (kind_ == WaitKind::Block && announced_.exchange(false, std::memory_order_acq_rel)) {
      wake();
    }
  }

  [[nodiscard]] WaitKind kind() const noexcept { return kind_; }

  // How often a signal had to wake somebody by a system call, since the start; for metrics.
  [[nodiscard]] std::uint64_t wake_ups() const noexcept {
    return wake_ups_.load(std::memory_order_relaxed);
  }

 private:
  // Tells the core that this is a spinning loop.
  static void relax() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  static void yield_core() noexcept;
  [[nodiscard]] static bool passed(TimePoint deadline) noexcept;
  // Returns the epoch to sleep on. It is read before the announcement: every signal that finds the
  // announcement moves the epoch after it, so that sleep() cannot miss that signal.
  [[nodiscard]] std::uint32_t announce() noexcept;
  // False if the deadline has passed; true also without a cause.
  [[nodiscard]] bool sleep(std::uint32_t epoch, TimePoint deadline) noexcept;
  void wake() noexcept;

  // Written by waiters and signallers; both by exchange (acquire and release), which orders them.
  alignas(kCacheLineSize) std::atomic<bool> announced_{false};
  // The futex. Moved by a signaller that found an announcement; read by waiters.
  alignas(kCacheLineSize) std::atomic<std::uint32_t> epoch_{0};
  std::atomic<std::uint64_t> wake_ups_{0};
  const WaitKind kind_;
  const std::size_t spins_;
};

}  // namespace betex::gateway
