// Hashing for the engine's own tables and for the hash of its state. The same on every machine and
// in every run: nothing here is seeded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "matching/types.h"

namespace betex::matching {

__extension__ using Uint128 = unsigned __int128;

// Folds two words into one by a wide multiplication.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t kFirst = 0x9e3779b97f4a7c15;
  constexpr std::uint64_t kSecond = 0xd1342543de82ef95;
  const Uint128 product = Uint128{a ^ kFirst} * (b ^ kSecond);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// The words are folded in pairs, so that the multiplications do not wait for each other.
template <std::size_t Capacity>
std::uint64_t hash_text(const Text<Capacity>& text, std::uint64_t seed) noexcept {
  static_assert(sizeof(text) % sizeof(std::uint64_t) == 0);
  std::array<std::uint64_t, sizeof(text) / sizeof(std::uint64_t)> words;
  std::memcpy(words.data(), &text, sizeof(text));
  std::uint64_t hash = seed;
  std::size_t i = 0;
  for (; i + 1 < words.size(); i += 2) {
    hash ^= mix(words[i] + i, words[i + 1]);
  }
  return mix(hash, i < words.size() ? words[i] : 0);
}

}  // namespace betex::matching
