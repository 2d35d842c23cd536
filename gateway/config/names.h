// What may name a CompID, an account, a market or an instrument: what fits matching::Name and
// stands unambiguously in a FIX field, a log line and a comma-separated list.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "matching/types.h"

namespace betex::gateway {

[[nodiscard]] inline bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= matching::Name::kCapacity &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != ','; });
}

[[nodiscard]] inline std::string name_advice() {
  return "give 1 to " + std::to_string(matching::Name::kCapacity) +
         " printable characters, no space, no comma";
}

}  // namespace betex::gateway
