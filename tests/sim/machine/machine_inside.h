// What the machine knows, for its own parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/sleepers.h"

namespace betex::sim {

struct Machine::Inside {
  struct Thread {
    std::unique_ptr<Fiber> fiber;
    const std::function<bool()>* ready = nullptr;  // null: it waits for nothing
    Clocks::Time deadline = Clocks::kNever;
    bool is_dead = false;  // its process was killed while it ran
  };

  struct Process {
    bool is_dead = false;
    std::uint64_t calls_left = 0;  // to the one at which it dies; 0: to none
    Moment dies{};
    std::optional<const Fiber*> dies_after;  // who is in that call; null: no fiber
  };

  [[nodiscard]] Thread& thread_of(const Fiber& fiber);
  [[nodiscard]] bool can_go_on(const Thread& thread) const;
  bool pass_time(const std::function<bool()>& ready, Clocks::Time deadline);
  void forget(const Fiber& fiber);
  void trim_trace();

  Machine& machine;
  std::vector<std::unique_ptr<Thread>> threads;  // in the order in which they were made
  std::map<int, Process> processes;
  Sleepers sleepers;
  Random kernel_entropy;  // for who takes as much as it likes: OpenSSL
  std::uint64_t hash = 0;
  bool keeps_trace = false;
  std::vector<std::string> lines;
};

}  // namespace betex::sim
