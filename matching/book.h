// The book of one instrument, for both kinds of market: price levels in a flat array ordered by
// probability, bitmaps of the levels that hold orders, and a first-in-first-out queue per level,
// linked through the orders themselves. Owned by the engine's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "matching/ladder.h"
#include "matching/order.h"
#include "matching/prefetch.h"
#include "matching/seldom.h"
#include "matching/types.h"

namespace betex::matching {

// A level's place in the book. A higher key is a higher probability: odds run against it
// (RULES.md section 2). Bids and asks cross if and only if bid key >= ask key.
using Key = std::int32_t;

// True if a bid at `limit` may take an ask at `price`, or an ask at `limit` a bid at `price`.
[[nodiscard]] constexpr bool reaches(Side taker, Key limit, Key price) noexcept {
  return taker == Side::Bid ? limit >= price : limit <= price;
}

// A set of keys that finds the next member in either direction by words of 64: one bit a key, then
// one bit a word that is not zero. The memory is another's.
class KeySet {
 public:
  static std::size_t words_for(Key count) noexcept;

  // `words` holds words_for(count) of them, zero at first.
  KeySet(std::uint64_t* words, Key count) noexcept;

  void insert(Key key) noexcept;
  void erase(Key key) noexcept;

  // The nearest member at or below, or at or above; none if there is none.
  [[nodiscard]] std::optional<Key> at_or_below(Key key) const noexcept;
  [[nodiscard]] std::optional<Key> at_or_above(Key key) const noexcept;

 private:
  std::span<std::uint64_t> words_;
  std::span<std::uint64_t> summary_;
};

struct Level {
  Slot first = 0;
  Slot last = 0;
  Quantity volume;  // of all leaves in its queue
};

class Book {
 public:
  // `ladder` must outlive it.
  explicit Book(const Ladder& ladder) noexcept : ladder_{&ladder} {}

  [[nodiscard]] const Ladder& ladder() const noexcept { return *ladder_; }

  [[nodiscard]] Key key_of(Tick tick) const noexcept { return turned(tick.value()); }

  [[nodiscard]] Tick tick_of(Key key) const noexcept { return Tick{turned(key)}; }

  // Puts the order at the end of its level's queue. That its tick is on the ladder is asserted.
  void push_back(OrderPool& orders, Slot slot);

  // `leaves` is what the order counted for in its level.
  void remove(OrderPool& orders, Slot slot, Quantity leaves);

  // The order keeps its place with `quantity` less.
  void reduce(const Order& order, Quantity quantity);

  [[nodiscard]] std::optional<Key> best(Side side) const noexcept {
    const Key key = best_[side_index(side)];
    return key == kNoKey ? std::nullopt : std::optional{key};
  }

  // The next level of `side` behind `key`, away from the other side.
  [[nodiscard]] std::optional<Key> next_worse(Side side, Key key) const noexcept;

  // `key` must be one that best or next_worse gave.
  [[nodiscard]] const Level& level(Key key) const noexcept { return levels_[index(key)]; }

  // A hint that an order will soon be put in or taken out at the level.
  void prefetch(Tick tick) const noexcept {
    if (levels_ != nullptr) {
      prefetch_line(&levels_[index(key_of(tick))]);
      prefetch_line(keys_.get());
    }
  }

  // Σ leaves of one side.
  [[nodiscard]] Quantity volume(Side side) const noexcept { return volumes_[side_index(side)]; }

 private:
  static constexpr Key kNoKey = -1;

  static std::size_t index(Key key) noexcept { return static_cast<std::size_t>(key); }

  static std::size_t side_index(Side side) noexcept { return side == Side::Bid ? 0 : 1; }

  // From a tick to its key, and back.
  [[nodiscard]] std::int32_t turned(std::int32_t value) const noexcept {
    return ladder_->market() == MarketKind::ExchangeOdds ? ladder_->tick_count() - 1 - value
                                                         : value;
  }

  [[nodiscard]] KeySet keys(Side side) const noexcept {
    const Key count = ladder_->tick_count();
    return {keys_.get() + side_index(side) * KeySet::words_for(count), count};
  }

  BETEX_SELDOM void allocate();

  // Made when the first order rests. An uncrossed book has at most one side's orders at a key, so
  // both sides share the levels.
  std::unique_ptr<Level[]> levels_;
  std::unique_ptr<std::uint64_t[]> keys_;  // those of the bids, then those of the asks
  const Ladder* ladder_;
  Quantity volumes_[2];
  Key best_[2] = {kNoKey, kNoKey};
};

}  // namespace betex::matching
