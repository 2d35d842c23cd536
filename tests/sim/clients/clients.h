// The users of a simulated exchange, as a plan asks for them.
#pragma once

#include <memory>

#include "tests/sim/clients/client.h"
#include "tests/sim/clients/witness.h"
#include "tests/sim/run/plan.h"

namespace betex::sim {

// `index` counts from 0. `witness` must outlive them.
[[nodiscard]] std::unique_ptr<Client> make_trader(unsigned index,
                                                  const Plan& plan,
                                                  Witness& witness);

// Works through one market after the other.
[[nodiscard]] std::unique_ptr<Client> make_operator(const Plan& plan, Witness& witness);

// Approves what the operator proposes, or declines it.
[[nodiscard]] std::unique_ptr<Client> make_second_operator(const Plan& plan, Witness& witness);

[[nodiscard]] std::unique_ptr<Client> make_watcher(unsigned index,
                                                   const Plan& plan,
                                                   Witness& witness);

[[nodiscard]] std::unique_ptr<Client> make_drop_copy(const Plan& plan, Witness& witness);

}  // namespace betex::sim
