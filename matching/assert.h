// BETEX_ASSERT: a check of our own code, always on. A failure is a programming error; the process
// stops at once, so that nothing wrong is journaled or told to anyone.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace betex {

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace betex

#define BETEX_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::betex::assertion_failed(#condition, __FILE__, __LINE__))
