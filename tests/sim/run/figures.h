// What many runs have done, added up, for people.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sim/run/simulation.h"

namespace betex::sim {

struct Figures {
  std::uint64_t runs = 0;
  std::uint64_t failed = 0;
  Outcome sums;  // of all of them; without faults and traces

  void add(const Outcome& outcome);

  // A line of sums, and a line for each kind of fault: how many were planned, and took effect.
  [[nodiscard]] std::string text() const;
};

}  // namespace betex::sim
