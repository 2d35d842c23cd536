// What a test run is told by the environment: seeds, and for how long.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace betex::test {

[[nodiscard]] inline std::uint64_t number_from_environment(const char* name,
                                                           std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// BETEX_LONG=1: for hours, in place of minutes.
[[nodiscard]] inline bool is_long_run() {
  return number_from_environment("BETEX_LONG", 0) != 0;
}

}  // namespace betex::test
