#include "gateway/agent/thread_turns.h"

#include <cstdint>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace betex::gateway {
namespace {

// Of the calling thread.
int niceness() {
  return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
}

// In nanoseconds, of the calling thread; 0: this kernel does not tell (before Linux 6.12).
std::uint64_t slice() {
  struct {
    std::uint32_t size, policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
  } attributes{};
  EXPECT_EQ(::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0), 0);
  return attributes.runtime;
}

TEST(ThreadTurns, WhoOrdersWaitForStaysAsNiceAsItIs) {
  std::thread{[] {
    ASSERT_EQ(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19), 0);
    take_turns(0);
    EXPECT_EQ(niceness(), 19);
  }}.join();
}

TEST(ThreadTurns, NicenessIsTheThreadsOwn) {
  const int before = niceness();
  std::thread{[] {
    take_turns(19);
    EXPECT_EQ(niceness(), 19);
  }}.join();
  EXPECT_EQ(niceness(), before);
}

TEST(ThreadTurns, WhoOrdersWaitForMayInterruptTheNice) {
  std::uint64_t of_orders = 0;
  std::uint64_t of_the_nice = 0;
  const std::uint64_t before = slice();
  std::thread{[&] {
    take_turns(0);
    of_orders = slice();
  }}.join();
  std::thread{[&] {
    take_turns(19);
    of_the_nice = slice();
  }}.join();
  if (before == 0) {
    GTEST_SKIP() << "this kernel has no slices of a thread's own";
  }
  EXPECT_LT(of_orders, of_the_nice);
  EXPECT_LT(of_the_nice, before);
}

TEST(ThreadTurns, APolicyThatSomebodyHasChosenStays) {
  std::thread{[] {
    const sched_param parameters{};
    ASSERT_EQ(::sched_setscheduler(0, SCHED_BATCH, &parameters), 0);
    take_turns(0);
    EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH);
    take_turns(19);
    EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH);
    EXPECT_EQ(niceness(), 19);
  }}.join();
}

}  // namespace
}  // namespace betex::gateway
