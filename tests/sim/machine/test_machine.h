// A machine for a test, and whoever chooses which of its fibers goes on.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "tests/sim/machine/machine.h"
#include "tests/support/temp_folder.h"

namespace betex::sim {

class TestMachine {
 public:
  explicit TestMachine(std::uint64_t seed = 1)
      : machine_{seed, folder_.path()}, order_{seed, "order"} {}

  Machine* operator->() { return &machine_; }

  Machine& operator*() { return machine_; }

  // Until nothing happens any more.
  void run() {
    constexpr int kMostSteps = 1'000'000;
    for (int i = 0; i < kMostSteps; ++i) {
      const std::vector<Fiber*> ready = machine_.ready_fibers();
      if (!ready.empty()) {
        machine_.run_fiber(*ready[order_.below(ready.size())]);
      } else if (machine_.next_event() != Clocks::kNever) {
        machine_.clocks.advance_to(machine_.next_event());
      } else {
        return;
      }
    }
    throw std::runtime_error{"it goes on for ever"};
  }

 private:
  test::TempFolder folder_{"/dev/shm"};
  Machine machine_;
  Random order_;
};

}  // namespace betex::sim
