// Runs of plans in processes of their own: what a simulated kill leaks goes with the process, and a
// run that ends it is a fault like any other.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "tests/sim/run/simulation.h"

namespace betex::sim {

// A run that takes longer by the real clock has not come to its end, which is a fault. It takes less
// than a second, but on a machine that has much else to do.
inline constexpr std::chrono::seconds kRealTimeLimit{600};

[[nodiscard]] Outcome run_isolated(const Plan& plan,
                                   const Dictionaries& dictionaries,
                                   const RunOptions& options = {});

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 0;
  Planted planted = Planted::None;
  unsigned jobs = 1;  // processes at once
};

// Each seed's outcome, in the order in which they come to their end; false: run no more of them.
using Hears = std::function<bool(const Plan&, const Outcome&)>;

// Returns how many were run.
std::uint64_t run_seeds(const Seeds& seeds, const Dictionaries& dictionaries, const Hears& hears);

}  // namespace betex::sim
