// What an engine makes room for, for whoever configures one and needs nothing else of it.
#pragma once

#include <cstddef>

namespace betex::matching {

// What an engine makes room for before it is needed.
struct EngineCapacity {
  std::size_t live_orders = 0;      // at a time
  std::size_t finished_orders = 0;  // as long as they are known: see RULES.md section 3
  std::size_t cl_ord_ids = 0;       // that come in one generation
};

}  // namespace betex::matching
