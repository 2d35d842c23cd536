#include "tests/sim/machine/machine.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "matching/assert.h"
#include "tests/sim/machine/hash.h"
#include "tests/sim/machine/machine_inside.h"
#include "tests/sim/machine/network_inside.h"

namespace betex::sim {
namespace {

constexpr std::size_t kMostLines = 100'000;

thread_local Machine* machine_of_thread = nullptr;

// Seconds since the machine's boot, and what the line says.
std::string trace_line(Clocks::Time time, std::string_view line) {
  constexpr std::int64_t kNanos = 1'000'000'000;
  const std::string nanos = std::to_string(kNanos + time.count() % kNanos);
  return std::to_string(time.count() / kNanos) + '.' + nanos.substr(1) + ' ' + std::string{line};
}

// What a call that has come so far does to errno is its own business.
class ErrnoKept {
 public:
  ErrnoKept() = default;

  ~ErrnoKept() { errno = error_; }

  ErrnoKept(const ErrnoKept&) = delete;
  ErrnoKept& operator=(const ErrnoKept&) = delete;
  ErrnoKept(ErrnoKept&&) = delete;
  ErrnoKept& operator=(ErrnoKept&&) = delete;

 private:
  int error_ = errno;
};

}  // namespace

Machine::Inside::Thread& Machine::Inside::thread_of(const Fiber& fiber) {
  const auto found = std::find_if(threads.begin(), threads.end(), [&](const auto& each) {
    return each->fiber.get() == &fiber;
  });
  BETEX_ASSERT(found != threads.end());
  return **found;
}

bool Machine::Inside::can_go_on(const Thread& thread) const {
  return thread.ready == nullptr || machine.clocks.now() >= thread.deadline || (*thread.ready)();
}

// From one event to the next.
bool Machine::Inside::pass_time(const std::function<bool()>& ready, Clocks::Time deadline) {
  while (!ready()) {
    const Clocks::Time next = std::min(deadline, machine.network.inside().next_event());
    if (machine.clocks.now() >= deadline || next == Clocks::kNever) {
      return false;
    }
    machine.clocks.advance_to(next);
  }
  return true;
}

void Machine::Inside::forget(const Fiber& fiber) {
  std::erase_if(threads, [&](const auto& each) { return each->fiber.get() == &fiber; });
}

void Machine::Inside::trim_trace() {
  if (lines.size() > kMostLines) {
    lines.erase(lines.begin(), lines.end() - kMostLines);
  }
}

Machine::Machine(std::uint64_t seed, std::filesystem::path folder)
    : network{seed},
      disk{seed, std::move(folder)},
      entropy{seed, "entropy"},
      inside_{std::make_unique<Inside>(Inside{.machine = *this,
                                              .threads = {},
                                              .processes = {},
                                              .sleepers = {},
                                              .kernel_entropy = {seed, "kernel's entropy"},
                                              .hash = kHashStart,
                                              .keeps_trace = false,
                                              .lines = {}})} {
  BETEX_ASSERT(machine_of_thread == nullptr);
  machine_of_thread = this;
}

Machine::~Machine() {
  BETEX_ASSERT(machine_of_thread == this && Fiber::current() == nullptr);
  machine_of_thread = nullptr;
}

Machine* Machine::current() noexcept {
  return machine_of_thread;
}

// ---- Fibers

Fiber& Machine::spawn(std::string name, int process, std::function<void()> body) {
  note("spawn " + name);
  auto thread = std::make_unique<Inside::Thread>();
  thread->fiber = std::make_unique<Fiber>(std::move(name), process, std::move(body));
  return *inside_->threads.emplace_back(std::move(thread))->fiber;
}

bool Machine::wait(const std::function<bool()>& ready, Clocks::Time deadline) {
  const ErrnoKept errno_kept;
  if (Fiber::current() == nullptr) {
    return inside_->pass_time(ready, deadline);
  }
  Inside::Thread& thread = inside_->thread_of(*Fiber::current());
  while (clocks.now() < deadline) {
    thread.ready = &ready;
    thread.deadline = deadline;
    Fiber::yield();
    thread.ready = nullptr;
    if (ready()) {
      return true;
    }
  }
  return ready();
}

std::vector<Fiber*> Machine::ready_fibers() const {
  std::vector<Fiber*> ready;
  for (const auto& each : inside_->threads) {
    if (inside_->can_go_on(*each)) {
      ready.push_back(each->fiber.get());
    }
  }
  return ready;
}

void Machine::run_fiber(Fiber& fiber) {
  note("run " + fiber.name());
  const auto forget_if_over = [&] {
    if (fiber.over() || inside_->thread_of(fiber).is_dead) {
      inside_->forget(fiber);
    }
  };
  try {
    fiber.resume();
  } catch (...) {
    forget_if_over();
    throw;
  }
  forget_if_over();
}

Clocks::Time Machine::next_event() const {
  Clocks::Time next = inside_->machine.network.inside().next_event();
  for (const auto& each : inside_->threads) {
    if (each->ready != nullptr && each->deadline > clocks.now()) {
      next = std::min(next, each->deadline);
    }
  }
  return next;
}

// ---- Processes

void Machine::die_at_call(int process, std::uint64_t call, Moment moment) {
  Inside::Process& its = inside_->processes[process];
  its.calls_left = call;
  its.dies = moment;
  its.dies_after.reset();
}

void Machine::kill(int process) {
  Inside::Process& its = inside_->processes[process];
  if (process == kNoProcess || std::exchange(its.is_dead, true)) {
    return;
  }
  note("process " + std::to_string(process) + " is killed");
  network.inside().close_all(process);
  for (const auto& each : inside_->threads) {
    each->is_dead = each->is_dead || each->fiber->process() == process;
  }
  const Fiber* const current = Fiber::current();
  std::erase_if(inside_->threads,
                [&](const auto& each) { return each->is_dead && each->fiber.get() != current; });
  if (current != nullptr && current->process() == process) {
    Fiber::abandon();
  }
}

bool Machine::is_dead(int process) const {
  const auto found = inside_->processes.find(process);
  return found != inside_->processes.end() && found->second.is_dead;
}

void Machine::pass(int process, Moment moment) {
  const auto found = inside_->processes.find(process);
  if (found == inside_->processes.end()) {
    return;
  }
  const ErrnoKept errno_kept;
  Inside::Process& its = found->second;
  const Fiber* const current = Fiber::current();
  if (moment == Moment::Before) {
    if (its.calls_left == 0 || --its.calls_left > 0) {
      return;
    }
    if (its.dies == Moment::Before) {
      kill(process);
    }
    its.dies_after = current;
  } else if (its.dies_after == current) {
    its.dies_after.reset();
    kill(process);
  }
}

// ---- What happened

void Machine::note(std::string_view line) {
  const std::int64_t now = clocks.now().count();
  const std::string_view time{reinterpret_cast<const char*>(&now), sizeof now};
  inside_->hash = hashed(hashed(hashed(inside_->hash, time), line), "\n");
  if (inside_->keeps_trace) {  // most runs have no use for the text
    inside_->lines.push_back(trace_line(clocks.now(), line));
    if (inside_->lines.size() >= 2 * kMostLines) {
      inside_->trim_trace();
    }
  }
}

std::uint64_t Machine::trace_hash() const noexcept {
  return inside_->hash;
}

void Machine::keep_trace(bool keep) {
  inside_->keeps_trace = keep;
}

const std::vector<std::string>& Machine::trace() const noexcept {
  inside_->trim_trace();
  return inside_->lines;
}

}  // namespace betex::sim
