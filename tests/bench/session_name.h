// What both servers of the end-to-end benchmark call their sessions.
#pragma once

#include <algorithm>
#include <string>

namespace betex::bench {

// "S0001" for 0.
[[nodiscard]] inline std::string session_name(int index) {
  const std::string digits = std::to_string(index + 1);
  return "S" + std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits;
}

}  // namespace betex::bench
