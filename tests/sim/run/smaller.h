// Makes a plan that fails smaller, until nothing can be taken out of it any more: what is left is
// what the fault needs.
#pragma once

#include <functional>

#include "tests/sim/run/plan.h"

namespace betex::sim {

// Whether a plan fails as it should. It is called with plans that were never run.
using Fails = std::function<bool(const Plan&)>;

// Delta debugging (Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002)
// over the plan's faults, then fewer users and fewer requests. `plan` fails; so does what is
// returned. At most `tries` plans are run.
[[nodiscard]] Plan smaller(Plan plan, const Fails& fails, unsigned tries = 200);

}  // namespace betex::sim
