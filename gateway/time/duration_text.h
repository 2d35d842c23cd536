// A length of time for people: "12 h 0 min 5 s", "61 s", "5.2 s".
#pragma once

#include <chrono>
#include <string>

#include <fmt/format.h>

namespace betex::gateway {

// `time` is not negative.
[[nodiscard]] inline std::string duration_text(std::chrono::nanoseconds time) {
  using namespace std::chrono_literals;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time);
  if (milliseconds < 10s) {
    return fmt::format("{}.{} s", milliseconds / 1s, milliseconds % 1s / 100ms);
  }
  if (milliseconds < 2min) {
    return fmt::format("{} s", milliseconds / 1s);
  }
  return fmt::format(
      "{} h {} min {} s", milliseconds / 1h, milliseconds % 1h / 1min, milliseconds % 1min / 1s);
}

}  // namespace betex::gateway
