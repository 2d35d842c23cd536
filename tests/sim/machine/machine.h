// The simulated machine: while one exists, the process's calls of the C library for time, sockets,
// waiting, random numbers and files below the simulated disk come here (libc_*.cpp) and touch no
// real clock and no real network. One real thread, one Machine at a time.
//
// A simulated process dies as by kill -9 at a call of its own: die_at_call() names which.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/machine/clocks.h"
#include "tests/sim/machine/disk.h"
#include "tests/sim/machine/fiber.h"
#include "tests/sim/machine/network.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {

// Process numbers: the gateways count up with each start, clients have one each.
inline constexpr int kNoProcess = 0;

class Machine {
 public:
  // `folder` is empty, on tmpfs, and this machine's alone: `folder`/disk is its disk,
  // `folder`/memory what only a power cut empties (/dev/shm).
  Machine(std::uint64_t seed, std::filesystem::path folder);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  Machine(Machine&&) = delete;
  Machine& operator=(Machine&&) = delete;

  [[nodiscard]] static Machine* current() noexcept;  // null: the real machine's calls are passed on

  Clocks clocks;
  Network network;
  Disk disk;

  // What std::random_device, arc4random(3), getentropy(3) and getrandom(2) give.
  Random entropy;

  // ---- Fibers, and who waits for what

  // Begins to run at the next run_fiber().
  Fiber& spawn(std::string name, int process, std::function<void()> body);

  // Of the current fiber: it waits until `ready` or `deadline`; returns whether it is ready. Others
  // may go on meanwhile even where it is ready at once, but not where the deadline has passed.
  // Where no fiber runs, time passes instead: nothing else can make it ready.
  bool wait(const std::function<bool()>& ready, Clocks::Time deadline);

  // Fibers that could go on now, in the order in which they were made.
  [[nodiscard]] std::vector<Fiber*> ready_fibers() const;

  // Lets it go on until it waits or is over; those that are over are forgotten, their stacks kept
  // where they were abandoned. An exception out of its body comes out here.
  void run_fiber(Fiber& fiber);

  // When the next thing happens by itself, later than now: a fiber's deadline, a timer, bytes that
  // arrive. kNever: nothing will.
  [[nodiscard]] Clocks::Time next_event() const;

  // ---- Processes

  // Counts the calls by which a process reaches its disk or the network: connect, accept and send
  // where they do something, recv where it gives bytes, and those of the disk. At the `call`th from
  // now (1: the next) it is killed, before the call or after it; 0: it lives on.
  enum class Moment : std::uint8_t { Before, After };
  void die_at_call(int process, std::uint64_t call, Moment moment);

  // Its fibers go no further; its sockets are closed as the kernel does it; its files are closed.
  // What its disk holds then, Disk says.
  void kill(int process);

  [[nodiscard]] bool is_dead(int process) const;

  // By each interposed call that counts, before it and after it: may not return. Leaves errno.
  void pass(int process, Moment moment);

  // ---- What happened, for whoever looks for a fault and for the proof that a seed gives one run

  // A line of the trace, with the simulated time before it.
  void note(std::string_view line);

  [[nodiscard]] std::uint64_t trace_hash() const noexcept;

  // Keep the lines too (the newest 100 000), for printing.
  void keep_trace(bool keep);
  [[nodiscard]] const std::vector<std::string>& trace() const noexcept;

  struct Inside;  // machine.cpp and libc_waiting.cpp

  [[nodiscard]] Inside& inside() noexcept { return *inside_; }

 private:
  std::unique_ptr<Inside> inside_;
};

}  // namespace betex::sim
