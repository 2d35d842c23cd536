// Lets a live map grow, as a writer of the log might: readers must stand it.
#pragma once

#include <cstddef>
#include <stdexcept>

#include <lmdb.h>

#include "journal/lmdb.h"

namespace betex::test {

// No transaction of this process may be open on `environment`; other processes see it when they
// begin their next view.
inline void grow_map(const journal::Environment& environment, std::size_t bytes) {
  if (const int code = mdb_env_set_mapsize(environment.handle(), bytes); code != MDB_SUCCESS) {
    throw std::runtime_error{mdb_strerror(code)};
  }
}

}  // namespace betex::test
