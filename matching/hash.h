// Hashing for the engine's tables of names that an operator chooses, and for the hash of its state.
// The same on every machine and in every run: nothing here is seeded. What clients choose is hashed
// with a key (cl_ord_id_key.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "matching/types.h"

namespace betex::matching {

// Folds two words into one by a wide multiplication; a word that is 0 makes nothing of the other.
constexpr std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const Uint128 product = Uint128{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// What small words are mixed with, so that they are not small.
inline constexpr std::uint64_t kFirstSalt = 0x9e3779b97f4a7c15;
inline constexpr std::uint64_t kSecondSalt = 0xd1342543de82ef95;

constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  return fold(a ^ kFirstSalt, b ^ kSecondSalt);
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

// A text with its hash: whoever makes a command, on whatever thread, has already paid for the
// engine's look-ups.
template <std::size_t Capacity>
class Hashed {
 public:
  Hashed() noexcept : Hashed{Text<Capacity>{}} {}

  // NOLINTNEXTLINE(google-explicit-constructor): it stands for its text, and the other way round
  Hashed(const Text<Capacity>& text) noexcept : text_{text}, hash_{hash_text(text, 0)} {}

  // NOLINTNEXTLINE(google-explicit-constructor): likewise
  operator const Text<Capacity>&() const noexcept { return text_; }

  [[nodiscard]] const Text<Capacity>& text() const noexcept { return text_; }

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

  [[nodiscard]] std::string_view view() const noexcept { return text_.view(); }

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const Hashed& left, const Hashed& right) noexcept {
    return left.hash_ == right.hash_ && left.text_ == right.text_;
  }

  friend bool operator==(const Hashed& left, const Text<Capacity>& right) noexcept {
    return left.text_ == right;
  }

 private:
  Text<Capacity> text_;
  std::uint64_t hash_ = 0;
};

using HashedName = Hashed<Name::kCapacity>;

static_assert(std::has_unique_object_representations_v<HashedName>);

}  // namespace betex::matching
