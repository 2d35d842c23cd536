// The simulated machine by itself: fibers, clocks, waiting, random numbers, deaths. Its network is
// tested in network_test.cpp.
#include "tests/sim/machine/machine.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/random.h>

#include "tests/sim/machine/fiber.h"
#include "tests/sim/machine/test_machine.h"

namespace betex::sim {
namespace {

using namespace std::chrono_literals;

// ---- Fibers

TEST(Fiber, RunsInTurnsFromWhereItWas) {
  std::string order;
  Fiber one{"one", 1, [&] {
              order += 'a';
              Fiber::yield();
              order += 'c';
            }};
  Fiber other{"other", 2, [&] {
                order += 'b';
                Fiber::yield();
                order += 'd';
              }};
  for (int i = 0; i < 2; ++i) {
    one.resume();
    other.resume();
  }
  EXPECT_EQ(order, "abcd");
  EXPECT_TRUE(one.over());
  EXPECT_FALSE(one.abandoned());
}

TEST(Fiber, IsTheCurrentOneWhileItRuns) {
  const Fiber* seen = nullptr;
  Fiber fiber{"fiber", 7, [&] { seen = Fiber::current(); }};
  EXPECT_EQ(Fiber::current(), nullptr);
  fiber.resume();
  EXPECT_EQ(seen, &fiber);
  EXPECT_EQ(Fiber::current(), nullptr);
  EXPECT_EQ(fiber.process(), 7);
  EXPECT_EQ(fiber.name(), "fiber");
}

// The C++ runtime has one stack of caught exceptions for each real thread.
TEST(Fiber, HasItsOwnExceptions) {
  std::vector<std::string> caught;
  const auto body = [&](const char* what) {
    return [&caught, what] {
      try {
        throw std::runtime_error{what};
      } catch (const std::exception&) {
        Fiber::yield();
        try {
          throw;
        } catch (const std::exception& again) {
          caught.emplace_back(again.what());
        }
      }
    };
  };
  Fiber one{"one", 1, body("of one")};
  Fiber other{"other", 1, body("of other")};
  one.resume();
  other.resume();
  EXPECT_EQ(std::current_exception(), nullptr);
  one.resume();
  other.resume();
  EXPECT_EQ(caught, (std::vector<std::string>{"of one", "of other"}));
}

TEST(Fiber, YieldsWhileAnExceptionFlies) {
  struct Guard {
    ~Guard() { Fiber::yield(); }
  };

  Fiber fiber{"fiber", 1, [] {
                try {
                  const Guard guard;
                  throw std::runtime_error{"thrown"};
                } catch (const std::exception&) {
                }
              }};
  fiber.resume();
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  EXPECT_FALSE(fiber.over());
  fiber.resume();
  EXPECT_TRUE(fiber.over());
}

TEST(Fiber, LetsAnExceptionOfItsBodyOut) {
  Fiber fiber{"fiber", 1, [] { throw std::runtime_error{"out"}; }};
  EXPECT_THROW(fiber.resume(), std::runtime_error);
  EXPECT_TRUE(fiber.over());
  EXPECT_FALSE(fiber.abandoned());
}

TEST(Fiber, DestroysNothingWhenItIsAbandoned) {
  static int destroyed = 0;
  destroyed = 0;

  struct Counted {
    ~Counted() { ++destroyed; }
  };

  {
    Fiber fiber{"fiber", 1, [captured = std::make_shared<Counted>()] {
                  const Counted local;
                  Fiber::abandon();
                }};
    fiber.resume();
    EXPECT_TRUE(fiber.over());
    EXPECT_TRUE(fiber.abandoned());
  }
  {
    Fiber waiting{"waiting", 1, [captured = std::make_shared<Counted>()] {
                    const Counted local;
                    Fiber::yield();
                  }};
    waiting.resume();
  }
  EXPECT_EQ(destroyed, 0);
}

TEST(Fiber, KeepsErrno) {
  int seen = 0;
  Fiber fiber{"fiber", 1, [&] {
                errno = ENOSPC;
                Fiber::yield();
                seen = errno;
              }};
  fiber.resume();
  errno = EAGAIN;
  fiber.resume();
  EXPECT_EQ(seen, ENOSPC);
  EXPECT_EQ(errno, EAGAIN);
}

// ---- Clocks

TEST(Machine, HasTimeThatStandsStill) {
  TestMachine machine;
  const auto before = std::chrono::steady_clock::now();
  const auto wall = std::chrono::system_clock::now();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(std::chrono::steady_clock::now(), before);
  }
  machine->clocks.advance(3s);
  machine->clocks.step_wall(-10s);
  EXPECT_EQ(std::chrono::steady_clock::now() - before, 3s);
  EXPECT_EQ(std::chrono::system_clock::now() - wall, -7s);
}

TEST(Machine, SleepsInNoTime) {
  TestMachine machine;
  const Clocks::Time before = machine->clocks.now();
  std::this_thread::sleep_for(24h);
  EXPECT_EQ(machine->clocks.now() - before, 24h);
  std::this_thread::sleep_until(std::chrono::steady_clock::now() + 1h);
  EXPECT_EQ(machine->clocks.now() - before, 25h);
}

TEST(Machine, LetsFibersGoOnWhenTheirTimeHasCome) {
  TestMachine machine;
  const Clocks::Time start = machine->clocks.now();
  std::vector<std::string> woken;
  for (const int seconds : {3, 1, 2}) {
    machine->spawn(std::to_string(seconds), 1, [&woken, seconds] {
      std::this_thread::sleep_for(std::chrono::seconds{seconds});
      woken.push_back(std::to_string(seconds));
    });
  }
  EXPECT_EQ(machine->next_event(), Clocks::kNever);  // they have not begun
  machine.run();
  EXPECT_EQ(woken, (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(machine->clocks.now() - start, 3s);
  EXPECT_TRUE(machine->ready_fibers().empty());
}

TEST(Machine, TellsTheNextEvent) {
  TestMachine machine;
  const Clocks::Time start = machine->clocks.now();
  Fiber& fiber = machine->spawn("sleeper", 1, [] { std::this_thread::sleep_for(5s); });
  ASSERT_EQ(machine->ready_fibers(), std::vector<Fiber*>{&fiber});
  machine->run_fiber(fiber);
  EXPECT_TRUE(machine->ready_fibers().empty());
  EXPECT_EQ(machine->next_event(), start + 5s);
}

TEST(Machine, TellsWhetherWhatAFiberWaitsForHasCome) {
  TestMachine machine;
  bool is_there = false;
  std::vector<bool> results;
  machine->spawn("waiter", 1, [&] {
    results.push_back(machine->wait([&] { return is_there; }, machine->clocks.now() + 1s));
    results.push_back(machine->wait([&] { return is_there; }, machine->clocks.now() + 9s));
  });
  machine->spawn("other", 2, [&] {
    std::this_thread::sleep_for(2s);
    is_there = true;
  });
  machine.run();
  EXPECT_EQ(results, (std::vector<bool>{false, true}));
}

TEST(Machine, LetsOthersGoOnAlsoWhereNothingIsWaitedFor) {
  TestMachine machine;
  std::string order;
  const auto body = [&](char letter) {
    return [&, letter] {
      for (int i = 0; i < 2; ++i) {
        order += letter;
        EXPECT_TRUE(machine->wait([] { return true; }, Clocks::kNever));
        EXPECT_FALSE(machine->wait([] { return false; }, machine->clocks.now()));
      }
    };
  };
  Fiber& one = machine->spawn("one", 1, body('a'));
  Fiber& other = machine->spawn("other", 2, body('b'));
  for (Fiber* const each : {&one, &other, &one, &other, &one, &other}) {
    machine->run_fiber(*each);
  }
  EXPECT_EQ(order, "abab");
}

TEST(Machine, LetsExceptionsOfAFiberOutAndForgetsIt) {
  TestMachine machine;
  Fiber& fiber = machine->spawn("thrower", 1, [] { throw std::runtime_error{"out"}; });
  EXPECT_THROW(machine->run_fiber(fiber), std::runtime_error);
  EXPECT_TRUE(machine->ready_fibers().empty());
}

// ---- Waiting for other fibers

TEST(Machine, WakesWhoWaitsForACondition) {
  TestMachine machine;
  std::mutex mutex;
  std::condition_variable changed;
  int value = 0;
  bool in_time = true;
  machine->spawn("waiter", 1, [&] {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return value == 1; });
    in_time = changed.wait_for(lock, 5s, [&] { return value == 3; });
    value = 2;
  });
  machine->spawn("changer", 1, [&] {
    std::this_thread::sleep_for(1s);
    const std::lock_guard lock{mutex};
    value = 1;
    changed.notify_one();
  });
  const Clocks::Time start = machine->clocks.now();
  machine.run();
  EXPECT_EQ(value, 2);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(machine->clocks.now() - start, 6s);
}

TEST(Machine, WakesWhoWaitsForAnAtomic) {
  TestMachine machine;
  std::atomic<int> value{0};
  int seen = 0;
  machine->spawn("waiter", 1, [&] {
    value.wait(0);
    seen = value;
  });
  machine->spawn("changer", 1, [&] {
    std::this_thread::sleep_for(1s);
    value = 5;
    value.notify_all();
  });
  machine.run();
  EXPECT_EQ(seen, 5);
}

TEST(Machine, LetsTimePassForWhoSpins) {
  TestMachine machine;
  const auto end = std::chrono::steady_clock::now() + 1ms;
  machine->spawn("spinner", 1, [&] {
    while (std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
  });
  machine.run();
  EXPECT_EQ(std::chrono::steady_clock::now(), end);
}

// The logger's thread, say, is none of the simulation.
TEST(Machine, LeavesOtherThreadsAsTheyAre) {
  TestMachine machine;
  std::mutex mutex;
  std::condition_variable changed;
  bool has_come = false;
  std::chrono::steady_clock::duration passed{};
  std::thread thread{[&] {
    const auto before = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(1ms);
    passed = std::chrono::steady_clock::now() - before;
    const std::lock_guard lock{mutex};
    has_come = true;
    changed.notify_one();
  }};
  const auto before = std::chrono::steady_clock::now();
  {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return has_come; });
  }
  thread.join();
  EXPECT_GE(passed, 1ms);
  EXPECT_EQ(std::chrono::steady_clock::now(), before);
}

// ---- Random numbers

std::vector<std::uint64_t> random_numbers(std::uint64_t seed) {
  const TestMachine machine{seed};
  std::random_device device;
  std::uint64_t by_call = 0;
  EXPECT_EQ(getentropy(&by_call, sizeof by_call), 0);
  return {device(), device(), by_call};
}

TEST(Machine, GivesEqualRandomNumbersForEqualSeeds) {
  EXPECT_EQ(random_numbers(1), random_numbers(1));
  EXPECT_NE(random_numbers(1), random_numbers(2));
  std::random_device real;
  EXPECT_NE((std::vector<std::uint64_t>{real(), real()}),
            (std::vector<std::uint64_t>{real(), real()}));
}

// ---- Processes

TEST(Machine, KillsAProcess) {
  TestMachine machine;
  static int destroyed = 0;
  destroyed = 0;

  struct Counted {
    ~Counted() { ++destroyed; }
  };

  int rounds = 0;
  int rounds_of_other = 0;
  const auto body = [](int& count) {
    return [&count] {
      const Counted local;
      for (; count < 10; ++count) {
        std::this_thread::sleep_for(1s);
      }
    };
  };
  machine->spawn("victim", 1, body(rounds));
  machine->spawn("other", 2, body(rounds_of_other));
  machine->spawn("killer", 3, [&] {
    std::this_thread::sleep_for(5500ms);
    machine->kill(1);
    machine->kill(1);
  });
  machine.run();
  EXPECT_TRUE(machine->is_dead(1));
  EXPECT_FALSE(machine->is_dead(2));
  EXPECT_EQ(rounds, 5);
  EXPECT_EQ(rounds_of_other, 10);
  EXPECT_EQ(destroyed, 1);
}

TEST(Machine, KillsTheProcessThatAsksForIt) {
  TestMachine machine;
  bool goes_on = false;
  machine->spawn("suicide", 1, [&] {
    machine->kill(1);
    goes_on = true;
  });
  machine->spawn("its other fiber", 1, [&] { goes_on = true; });
  machine->run_fiber(*machine->ready_fibers().front());
  EXPECT_TRUE(machine->ready_fibers().empty());
  EXPECT_FALSE(goes_on);
}

TEST(Machine, KillsAtACall) {
  for (const auto moment : {Machine::Moment::Before, Machine::Moment::After}) {
    TestMachine machine;
    std::vector<int> passed;
    machine->spawn("caller", 1, [&] {
      for (int i = 1; i <= 5; ++i) {
        machine->pass(1, Machine::Moment::Before);
        passed.push_back(i);
        machine->pass(1, Machine::Moment::After);
        passed.push_back(-i);
      }
    });
    machine->die_at_call(1, 2, moment);
    machine.run();
    EXPECT_TRUE(machine->is_dead(1));
    EXPECT_EQ(passed,
              moment == Machine::Moment::Before ? (std::vector<int>{1, -1})
                                                : (std::vector<int>{1, -1, 2}));
  }
}

// ---- The trace

TEST(Machine, KeepsATrace) {
  TestMachine machine;
  machine->note("not kept");
  const std::uint64_t before = machine->trace_hash();
  machine->keep_trace(true);
  machine->clocks.advance(1500ms);
  machine->note("kept");
  EXPECT_EQ(machine->trace(), std::vector<std::string>{"3601.500000000 kept"});
  EXPECT_NE(machine->trace_hash(), before);
}

TEST(Machine, KeepsTheNewestLines) {
  TestMachine machine;
  machine->keep_trace(true);
  for (int i = 0; i < 300'000; ++i) {
    machine->note(std::to_string(i));
  }
  ASSERT_EQ(machine->trace().size(), 100'000U);
  EXPECT_TRUE(machine->trace().back().ends_with(" 299999"));
}

// ---- The calls

// Where a shared library calls it, too: the linker must have shown the program's own definition.
TEST(Calls, EndAtTheProgramsOwnDefinitions) {
  constexpr std::array kCalls{"clock_gettime",
                              "gettimeofday",
                              "time",
                              "nanosleep",
                              "clock_nanosleep",
                              "usleep",
                              "sleep",
                              "adjtimex",
                              "socket",
                              "bind",
                              "listen",
                              "accept",
                              "accept4",
                              "connect",
                              "getsockname",
                              "getpeername",
                              "getsockopt",
                              "setsockopt",
                              "shutdown",
                              "send",
                              "sendto",
                              "sendmsg",
                              "recv",
                              "recvfrom",
                              "recvmsg",
                              "read",
                              "readv",
                              "write",
                              "writev",
                              "close",
                              "fcntl",
                              "fcntl64",
                              "ioctl",
                              "poll",
                              "ppoll",
                              "select",
                              "epoll_create",
                              "epoll_create1",
                              "epoll_ctl",
                              "epoll_wait",
                              "epoll_pwait",
                              "eventfd",
                              "timerfd_create",
                              "timerfd_settime",
                              "timerfd_gettime",
                              "pthread_cond_wait",
                              "pthread_cond_timedwait",
                              "pthread_cond_clockwait",
                              "pthread_cond_signal",
                              "pthread_cond_broadcast",
                              "sched_yield",
                              "syscall",
                              "getrandom",
                              "getentropy",
                              "arc4random",
                              "arc4random_buf",
                              "arc4random_uniform",
                              "__read_chk",
                              "__recv_chk",
                              "__recvfrom_chk",
                              "__poll_chk",
                              "_ZNSt13random_device9_M_getvalEv"};
  void* const program = dlopen(nullptr, RTLD_NOW);
  ASSERT_NE(program, nullptr);
  Dl_info own{};
  static const int kOfTheProgram = 0;
  ASSERT_NE(dladdr(&kOfTheProgram, &own), 0);
  for (const char* const name : kCalls) {
    Dl_info found{};
    void* const call = dlsym(program, name);
    ASSERT_NE(call, nullptr) << name;
    ASSERT_NE(dladdr(call, &found), 0) << name;
    EXPECT_EQ(found.dli_fbase, own.dli_fbase) << name << " is that of " << found.dli_fname;
  }
}

}  // namespace
}  // namespace betex::sim
