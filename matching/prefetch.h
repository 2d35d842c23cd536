// Hints to the processor about memory that will be used soon.
#pragma once

#include <cstddef>

namespace betex::matching {

inline constexpr std::size_t kCacheLine = 64;

// Starts to fetch the cache line. The empty statement for the assembler is there because GCC takes
// a function that does nothing but prefetch for one without any effect, and drops the calls to it.
inline void prefetch_line(const void* address) noexcept {
  __builtin_prefetch(address);
  __asm__ volatile("");
}

// All lines of an object that starts at the beginning of one.
template <typename T>
void prefetch_object(const T& object) noexcept {
  const char* const bytes = reinterpret_cast<const char*>(&object);
  for (std::size_t line = 0; line < sizeof(T); line += kCacheLine) {
    prefetch_line(bytes + line);
  }
}

}  // namespace betex::matching
