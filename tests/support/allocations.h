// Counts what a test program allocates: linked in, it takes the place of operator new and delete.
#pragma once

#include <cstddef>

namespace betex::test {

// By this program so far. For programs with one thread.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace betex::test
