// What a process mixes into the hashes of ClOrdIDs, so that no client can choose ids that collide
// and make the table slow for everybody. Nothing that is saved, journaled, hashed
// into the state or sent depends on it: with any key the same commands give the same events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "matching/hash.h"
#include "matching/types.h"

namespace betex::matching {

// Immutable. All zero: no secret, for tests and tools that take no orders from strangers.
class ClOrdIdKey {
 public:
  // A word for each of an id's, and one for the account.
  static constexpr std::size_t kWords = ClOrdId::kWords + 1;

  constexpr ClOrdIdKey() noexcept = default;

  // `words` should be random, and known to nobody outside the process.
  constexpr explicit ClOrdIdKey(const std::array<std::uint64_t, kWords>& words) noexcept
      : words_{words} {}

  // Each word has a secret of its own. With one for all of them, ids that have the same words in
  // another order would collide, whatever the secret is.
  [[nodiscard]] std::uint64_t hash(AccountId account, const ClOrdId& id) const noexcept {
    static_assert(kWords % 2 == 0);
    const auto pair = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      constexpr bool kLast = 2 * I + 2 == kWords;
      return mix(id.word(2 * I) ^ words_[2 * I],
                 (kLast ? account.value() : id.word(kLast ? 0 : 2 * I + 1)) ^ words_[2 * I + 1]);
    };
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (pair(std::integral_constant<std::size_t, I>{}) ^ ...);
    }
    (std::make_index_sequence<kWords / 2>{});
  }

 private:
  std::array<std::uint64_t, kWords> words_{};
};

}  // namespace betex::matching
