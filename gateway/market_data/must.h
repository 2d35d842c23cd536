// What has to hold in this room. Where it does not, prices may be wrong: then market data ends and
// the process goes on, which BETEX_ASSERT would not let it.
#pragma once

#include <stdexcept>

namespace betex::gateway {

// Throws std::logic_error with the text.
inline void must(bool holds, const char* what) {
  if (!holds) [[unlikely]] {
    throw std::logic_error{what};
  }
}

}  // namespace betex::gateway
