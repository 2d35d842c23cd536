// A hash of what happens, to hold one run against another: FNV-1a.
#pragma once

#include <cstdint>
#include <string_view>

namespace betex::sim {

inline constexpr std::uint64_t kHashStart = 0xcbf29ce484222325U;

[[nodiscard]] constexpr std::uint64_t hashed(std::uint64_t hash, std::string_view bytes) noexcept {
  constexpr std::uint64_t kPrime = 0x100000001b3U;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * kPrime;
  }
  return hash;
}

}  // namespace betex::sim
