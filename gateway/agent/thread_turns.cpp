#include "gateway/agent/thread_turns.h"

#include <cstdint>

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;

// A slice bounds nobody's share of a processor: it says how soon a thread wants its next part of
// it. The first is the least that Linux has; the second is greater, so that the others may
// interrupt. Who offers its processor gives the rest of its slice away, so it does that when
// nothing is left of it: prices keep their share.
constexpr std::chrono::nanoseconds kSlice = 100us;
constexpr std::chrono::nanoseconds kSliceOfTheNice = 200us;
constexpr std::chrono::nanoseconds kBetweenOffers = kSliceOfTheNice;

// The kernel's `struct sched_attr` in its first form, SCHED_ATTR_SIZE_VER0; Debian 12's libc has no
// declaration of it.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // nanoseconds; of SCHED_OTHER: its slice
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);

void ask_for_slices(std::chrono::nanoseconds length) noexcept {
  constexpr pid_t kThisThread = 0;
  SchedulingAttributes attributes;
  if (::syscall(SYS_sched_getattr, kThisThread, &attributes, sizeof attributes, 0) == 0 &&
      attributes.policy == SCHED_OTHER) {
    attributes.runtime = static_cast<std::uint64_t>(length.count());
    ::syscall(SYS_sched_setattr, kThisThread, &attributes, 0);
  }
}

}  // namespace

void take_turns(int niceness) noexcept {
  if (niceness > 0) {  // on Linux a thread has a niceness of its own
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
  }
  ask_for_slices(niceness > 0 ? kSliceOfTheNice : kSlice);
}

void Courtesy::make_room() noexcept {
  const auto now = std::chrono::steady_clock::now();
  if (now - offered_ >= kBetweenOffers) {
    ::sched_yield();
    offered_ = now;
  }
}

}  // namespace betex::gateway
