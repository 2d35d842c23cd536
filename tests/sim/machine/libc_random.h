// For who gives random bytes of the simulated machine.
#pragma once

#include <cstddef>

#include "tests/sim/machine/random.h"

namespace betex::sim {

void fill(Random& random, void* buffer, std::size_t size) noexcept;  // libc_random.cpp

}  // namespace betex::sim
