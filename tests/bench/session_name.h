// What both servers of the end-to-end benchmark call their sessions.
#pragma once

#include <algorithm>
#include <string>

namespace betex::bench {

[[nodiscard]] inline std::string numbered_name(char letter, int index) {
  const std::string digits = std::to_string(index + 1);
  return letter + std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits;
}

// "S0001" for 0.
[[nodiscard]] inline std::string session_name(int index) {
  return numbered_name('S', index);
}

// "P0001" for 0: a market data session.
[[nodiscard]] inline std::string reader_name(int index) {
  return numbered_name('P', index);
}

}  // namespace betex::bench
