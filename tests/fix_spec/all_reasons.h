// The engine's reasons.
#pragma once

#include <vector>

#include "matching/reason.h"

namespace betex::fix::testing {

// All: those that have words.
inline std::vector<matching::Reason> all_reasons() {
  std::vector<matching::Reason> reasons;
  for (int value = 1; value < 65'536; ++value) {
    const auto reason = static_cast<matching::Reason>(value);
    if (matching::to_text(reason) != "unknown reason") {
      reasons.push_back(reason);
    }
  }
  return reasons;
}

}  // namespace betex::fix::testing
