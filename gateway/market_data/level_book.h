// The price levels of one instrument, without orders: how much rests at each, both sides. *Owned by
// one thread.*
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "matching/book.h"
#include "matching/ladder.h"
#include "matching/types.h"

namespace betex::gateway {

struct BookLevel {
  matching::Tick tick;
  matching::Quantity volume;

  friend bool operator==(const BookLevel&, const BookLevel&) = default;
};

class LevelBook {
 public:
  // `ladder` must outlive it.
  explicit LevelBook(const matching::Ladder& ladder) noexcept : ladder_{&ladder} {}

  // The tick must be on the ladder, and no level of the other side.
  void add(matching::Side side, matching::Tick tick, matching::Quantity quantity);

  // There must be so much: throws where there is not, like add() where the tick is on no ladder.
  void take_off(matching::Side side, matching::Tick tick, matching::Quantity quantity);

  // The best levels of one side, the best first: fills `levels`, as far as there are so many, and
  // returns how many it has filled.
  std::size_t best(matching::Side side, std::span<BookLevel> levels) const noexcept;

  // Of one side.
  [[nodiscard]] std::size_t level_count(matching::Side side) const noexcept {
    return counts_[index(side)];
  }

  void clear() noexcept;

  // Gives back what it has allocated, where it has no level.
  void release_if_empty() noexcept;

  [[nodiscard]] std::size_t allocated_bytes() const noexcept;

  [[nodiscard]] const matching::Ladder& ladder() const noexcept { return *ladder_; }

 private:
  // As matching::Book orders levels: the better bid has the higher key, the better offer the lower.
  using Key = matching::Key;

  static constexpr std::size_t index(matching::Side side) noexcept {
    return side == matching::Side::Bid ? 0 : 1;
  }

  [[nodiscard]] Key turned(Key value) const noexcept {
    return ladder_->market() == matching::MarketKind::ExchangeOdds
               ? ladder_->tick_count() - 1 - value
               : value;
  }

  [[nodiscard]] matching::KeySet keys(matching::Side side) const noexcept;
  void allocate();

  // Made when an order rests, with a place for each tick of the ladder. A book that is not crossed
  // has one side's volume at a key, so both sides share them.
  std::unique_ptr<matching::Quantity[]> volumes_;
  std::unique_ptr<std::uint64_t[]> keys_;  // those of the bids, then those of the offers
  const matching::Ladder* ladder_;
  std::array<std::size_t, 2> counts_{};
};

}  // namespace betex::gateway
