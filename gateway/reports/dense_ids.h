// Tables in which dense ids from 1 are indices.
#pragma once

#include <cstddef>
#include <vector>

#include "matching/assert.h"

namespace betex::gateway {

// Entry `id`, which exists.
template <typename Table, typename Id>
auto& at(Table& table, Id id) {
  BETEX_ASSERT(id.value() < table.size());
  return table[id.value()];
}

// Entry `id`, made where it is not yet.
template <typename Value, typename Id>
Value& grow_to(std::vector<Value>& table, Id id) {
  if (table.size() <= id.value()) {
    table.resize(id.value() + std::size_t{1});
  }
  return table[id.value()];
}

}  // namespace betex::gateway
