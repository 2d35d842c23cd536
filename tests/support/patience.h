// How long tests wait for what must happen, on a machine that may be busy.
#pragma once

#include <chrono>
#include <thread>

namespace betex::test {

inline constexpr std::chrono::seconds kPatience{40};

// Asks again and again, a millisecond apart, until it is so: true. False: it has not come to that
// within kPatience.
template <typename Condition>
[[nodiscard]] bool comes_to(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

}  // namespace betex::test
