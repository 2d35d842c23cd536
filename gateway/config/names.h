// What may name a CompID, an account, a market or an instrument: what fits matching::Name and
// stands unambiguously in a FIX field, a log line and a comma-separated list.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/config_error.h"
#include "matching/types.h"

namespace betex::gateway {

// Nothing: it is a name.
[[nodiscard]] inline std::optional<Complaint> wrong_name(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= matching::Name::kCapacity;
  if (fits && std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != ','; })) {
    return std::nullopt;
  }
  return Complaint{"'" + std::string{name} + "' is not a name",
                   "give 1 to " + std::to_string(matching::Name::kCapacity) +
                       " printable characters, no space, no comma"};
}

}  // namespace betex::gateway
