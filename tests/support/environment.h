// What a test run is told by the environment: seeds, and for how long.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace betex::test {

[[nodiscard]] inline std::uint64_t number_from_environment(const char* name,
                                                           std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// BETEX_SEED, which repeats a run, or one by chance. Whoever takes it prints it.
[[nodiscard]] inline std::uint32_t seed_from_environment() {
  return static_cast<std::uint32_t>(number_from_environment("BETEX_SEED", std::random_device{}()));
}

// BETEX_LONG=1: for hours, in place of minutes.
[[nodiscard]] inline bool is_long_run() {
  return number_from_environment("BETEX_LONG", 0) != 0;
}

}  // namespace betex::test
