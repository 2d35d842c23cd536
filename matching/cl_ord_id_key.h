// What a process mixes into the hashes of ClOrdIDs, so that no client can choose ids that collide
// and make the table slow for everybody. Nothing that is saved, journaled, hashed into the state or
// sent depends on it: with any key the same commands give the same events.
//
// Most of a hash follows from the id alone, so whoever makes a command, on whatever thread, can
// take that part, with the process's key, for the engine to add the account. A hash without the
// secret would not do: ids that collide there collide in every table that is made from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "matching/hash.h"
#include "matching/types.h"

namespace betex::matching {

// A ClOrdID, and its hash by the process's key where somebody has taken that.
class KeyedClOrdId {
 public:
  KeyedClOrdId() noexcept = default;

  // NOLINTNEXTLINE(google-explicit-constructor): it stands for its text, and the other way round
  KeyedClOrdId(const ClOrdId& text) noexcept : text_{text} {}

  // NOLINTNEXTLINE(google-explicit-constructor): likewise
  operator const ClOrdId&() const noexcept { return text_; }

  [[nodiscard]] const ClOrdId& text() const noexcept { return text_; }

  [[nodiscard]] std::string_view view() const noexcept { return text_.view(); }

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const KeyedClOrdId& left, const KeyedClOrdId& right) noexcept {
    return left.text_ == right.text_;
  }

  friend bool operator==(const KeyedClOrdId& left, const ClOrdId& right) noexcept {
    return left.text_ == right;
  }

 private:
  friend class ClOrdIdKey;

  ClOrdId text_;
  std::uint64_t hash_ = 0;  // 0: not taken
};

// Immutable. All zero: no secret, for tests and tools that take no orders from strangers.
class ClOrdIdKey {
  static constexpr std::size_t kPairs = (ClOrdId::kWords + 1) / 2;

 public:
  // One for each word of an id, in pairs, and one for the account.
  static constexpr std::size_t kWords = 2 * kPairs + 1;

  constexpr ClOrdIdKey() noexcept : ClOrdIdKey{std::array<std::uint64_t, kWords>{}} {}

  // `words` should be random, and known to nobody outside the process.
  constexpr explicit ClOrdIdKey(const std::array<std::uint64_t, kWords>& words) noexcept
      : words_{words} {
    for (std::size_t i = 0; i < kWords; ++i) {
      words_[i] ^= i % 2 == 0 ? kFirstSalt : kSecondSalt;
    }
  }

  // Takes the part that needs no account. The engine that gets the id must have the same key.
  void take_hash(KeyedClOrdId& id) const noexcept { id.hash_ = hash(id.text_); }

  [[nodiscard]] std::uint64_t hash(AccountId account, const ClOrdId& id) const noexcept {
    return with_account(hash(id), account);
  }

  [[nodiscard]] std::uint64_t hash(AccountId account, const KeyedClOrdId& id) const noexcept {
    return with_account(id.hash_ != 0 ? id.hash_ : hash(id.text_), account);
  }

  // Of a name that the account has given to something else.
  [[nodiscard]] std::uint64_t hash(AccountId account, const Reference& name) const noexcept {
    static_assert(Reference::kWords == 2);
    return with_account(fold(name.word(0) ^ words_[0], name.word(1) ^ words_[1]), account);
  }

 private:
  // Each word has a secret of its own. With one for all of them, ids that have the same words in
  // another order would collide, whatever the secret is.
  [[nodiscard]] std::uint64_t hash(const ClOrdId& id) const noexcept {
    const auto word = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      if constexpr (I < ClOrdId::kWords) {
        return id.word(I) ^ words_[I];
      } else {
        return words_[I];
      }
    };
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (fold(word(std::integral_constant<std::size_t, 2 * I>{}),
                   word(std::integral_constant<std::size_t, 2 * I + 1>{})) ^
              ...);
    }
    (std::make_index_sequence<kPairs>{});
  }

  [[nodiscard]] std::uint64_t with_account(std::uint64_t hash, AccountId account) const noexcept {
    return fold(hash ^ kSecondSalt, account.value() ^ words_.back());
  }

  std::array<std::uint64_t, kWords> words_;  // salted, so that an empty secret hashes too
};

}  // namespace betex::matching
