#include "gateway/market_data/level_book.h"

#include <optional>

#include "gateway/market_data/must.h"

namespace betex::gateway {

using matching::KeySet;
using matching::Quantity;
using matching::Side;
using matching::Tick;

KeySet LevelBook::keys(Side side) const noexcept {
  const Key count = ladder_->tick_count();
  return {keys_.get() + index(side) * KeySet::words_for(count), count};
}

void LevelBook::allocate() {
  const Key count = ladder_->tick_count();
  volumes_ = std::make_unique<Quantity[]>(static_cast<std::size_t>(count));
  keys_ = std::make_unique<std::uint64_t[]>(2 * KeySet::words_for(count));
}

void LevelBook::add(Side side, Tick tick, Quantity quantity) {
  must(ladder_->contains(tick) && quantity > Quantity{0}, "md: an order that can not rest");
  if (volumes_ == nullptr) {
    allocate();
  }
  const Key key = turned(tick.value());
  Quantity& volume = volumes_[static_cast<std::size_t>(key)];
  if (volume == Quantity{0}) {
    keys(side).insert(key);
    ++counts_[index(side)];
  }
  volume += quantity;
}

void LevelBook::take_off(Side side, Tick tick, Quantity quantity) {
  must(ladder_->contains(tick) && volumes_ != nullptr, "md: no such level");
  const Key key = turned(tick.value());
  Quantity& volume = volumes_[static_cast<std::size_t>(key)];
  must(volume >= quantity, "md: a level has less than is taken off it");
  if (quantity == Quantity{0}) {
    return;
  }
  volume -= quantity;
  if (volume == Quantity{0}) {
    keys(side).erase(key);
    --counts_[index(side)];
  }
}

std::size_t LevelBook::best(Side side, std::span<BookLevel> levels) const noexcept {
  if (counts_[index(side)] == 0) {
    return 0;
  }
  const KeySet set = keys(side);
  const Key last = ladder_->tick_count() - 1;
  std::size_t filled = 0;
  std::optional<Key> key = side == Side::Bid ? set.at_or_below(last) : set.at_or_above(0);
  while (key && filled < levels.size()) {
    levels[filled++] = {.tick = Tick{turned(*key)},
                        .volume = volumes_[static_cast<std::size_t>(*key)]};
    if (filled == counts_[index(side)]) {
      break;
    }
    key = side == Side::Bid ? set.at_or_below(*key - 1) : set.at_or_above(*key + 1);
  }
  return filled;
}

void LevelBook::clear() noexcept {
  volumes_.reset();
  keys_.reset();
  counts_ = {};
}

void LevelBook::release_if_empty() noexcept {
  if (counts_[0] == 0 && counts_[1] == 0) {
    clear();
  }
}

std::size_t LevelBook::allocated_bytes() const noexcept {
  const Key count = ladder_->tick_count();
  return volumes_ == nullptr ? 0
                             : static_cast<std::size_t>(count) * sizeof(Quantity) +
                                   2 * KeySet::words_for(count) * sizeof(std::uint64_t);
}

}  // namespace betex::gateway
