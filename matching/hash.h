// Hashing for the engine's own tables and for the hash of its state. The same on every machine and
// in every run: nothing here is seeded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

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
  constexpr std::size_t kWords = Text<Capacity>::kWords;
  constexpr std::size_t kPairs = kWords / 2;
  const std::uint64_t last = kWords % 2 == 0 ? 0 : text.word(kWords - 1);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return mix((seed ^ ... ^ mix(text.word(2 * I) + 2 * I, text.word(2 * I + 1))), last);
  }
  (std::make_index_sequence<kPairs>{});
}

}  // namespace betex::matching
