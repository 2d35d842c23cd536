#include "matching/book.h"

#include <bit>

#include "matching/assert.h"

namespace betex::matching {
namespace {

constexpr std::size_t kWordBits = 64;

std::size_t word_of(std::size_t bit) {
  return bit / kWordBits;
}

constexpr std::size_t words_to_hold(std::size_t bits) {
  return (bits + kWordBits - 1) / kWordBits;
}

std::uint64_t mask_of(std::size_t bit) {
  return std::uint64_t{1} << (bit % kWordBits);
}

// The highest set bit at or below `bit`, or the lowest at or above; none if there is none.
std::optional<std::size_t> scan_down(std::span<const std::uint64_t> words, std::size_t bit) {
  std::size_t i = word_of(bit);
  std::uint64_t word = words[i] & (mask_of(bit) | (mask_of(bit) - 1));
  while (word == 0) {
    if (i == 0) {
      return std::nullopt;
    }
    word = words[--i];
  }
  return i * kWordBits + (kWordBits - 1 - static_cast<std::size_t>(std::countl_zero(word)));
}

std::optional<std::size_t> scan_up(std::span<const std::uint64_t> words, std::size_t bit) {
  std::size_t i = word_of(bit);
  std::uint64_t word = words[i] & ~(mask_of(bit) - 1);
  while (word == 0) {
    if (++i == words.size()) {
      return std::nullopt;
    }
    word = words[i];
  }
  return i * kWordBits + static_cast<std::size_t>(std::countr_zero(word));
}

}  // namespace

std::size_t KeySet::words_for(Key count) noexcept {
  const std::size_t words = words_to_hold(static_cast<std::size_t>(count));
  return words + words_to_hold(words);
}

KeySet::KeySet(std::uint64_t* words, Key count) noexcept
    : words_{words, words_to_hold(static_cast<std::size_t>(count))},
      summary_{words + words_.size(), words_to_hold(words_.size())} {}

void KeySet::insert(Key key) noexcept {
  const auto bit = static_cast<std::size_t>(key);
  words_[word_of(bit)] |= mask_of(bit);
  summary_[word_of(word_of(bit))] |= mask_of(word_of(bit));
}

void KeySet::erase(Key key) noexcept {
  const auto bit = static_cast<std::size_t>(key);
  std::uint64_t& word = words_[word_of(bit)];
  word &= ~mask_of(bit);
  if (word == 0) {
    summary_[word_of(word_of(bit))] &= ~mask_of(word_of(bit));
  }
}

std::optional<Key> KeySet::at_or_below(Key key) const noexcept {
  if (key < 0) {
    return std::nullopt;
  }
  const auto bit = static_cast<std::size_t>(key);
  const std::uint64_t near = words_[word_of(bit)] & (mask_of(bit) | (mask_of(bit) - 1));
  if (near != 0) {
    return static_cast<Key>(word_of(bit) * kWordBits + kWordBits - 1 -
                            static_cast<std::size_t>(std::countl_zero(near)));
  }
  if (word_of(bit) == 0) {
    return std::nullopt;
  }
  const auto word = scan_down(summary_, word_of(bit) - 1);
  return word ? std::optional{static_cast<Key>(*scan_down(words_, *word * kWordBits + 63))}
              : std::nullopt;
}

std::optional<Key> KeySet::at_or_above(Key key) const noexcept {
  const auto bit = static_cast<std::size_t>(key);
  if (word_of(bit) >= words_.size()) {
    return std::nullopt;
  }
  const std::uint64_t near = words_[word_of(bit)] & ~(mask_of(bit) - 1);
  if (near != 0) {
    return static_cast<Key>(word_of(bit) * kWordBits +
                            static_cast<std::size_t>(std::countr_zero(near)));
  }
  if (word_of(bit) + 1 == words_.size()) {
    return std::nullopt;
  }
  const auto word = scan_up(summary_, word_of(bit) + 1);
  return word ? std::optional{static_cast<Key>(*scan_up(words_, *word * kWordBits))} : std::nullopt;
}

void Book::allocate() {
  const Key count = ladder_->tick_count();
  levels_ = std::make_unique<Level[]>(index(count));
  keys_ = std::make_unique<std::uint64_t[]>(2 * KeySet::words_for(count));
}

void Book::push_back(OrderPool& orders, Slot slot) {
  if (levels_ == nullptr) {
    allocate();
  }
  Order& order = orders.at(slot);
  const Key key = key_of(order.tick);
  BETEX_ASSERT(key >= 0 && key < ladder_->tick_count());
  Level& level = levels_[index(key)];
  order.previous = level.last;
  order.next = 0;
  if (level.last == 0) {
    level.first = slot;
    keys(order.side).insert(key);
    Key& best = best_[side_index(order.side)];
    if (best == kNoKey || reaches(order.side, key, best)) {
      best = key;
    }
  } else {
    orders.at(level.last).next = slot;
  }
  level.last = slot;
  level.volume += order.values.leaves_qty;
  volumes_[side_index(order.side)] += order.values.leaves_qty;
}

void Book::remove(OrderPool& orders, Slot slot, Quantity leaves) {
  Order& order = orders.at(slot);
  const Key key = key_of(order.tick);
  Level& level = levels_[index(key)];
  (order.previous == 0 ? level.first : orders.at(order.previous).next) = order.next;
  (order.next == 0 ? level.last : orders.at(order.next).previous) = order.previous;
  order.previous = 0;
  order.next = 0;
  level.volume -= leaves;
  volumes_[side_index(order.side)] -= leaves;
  if (level.first == 0) {
    BETEX_ASSERT(level.volume == Quantity{});
    keys(order.side).erase(key);
    Key& best = best_[side_index(order.side)];
    if (best == key) {
      best = next_worse(order.side, key).value_or(kNoKey);
    }
  }
}

void Book::reduce(const Order& order, Quantity quantity) {
  levels_[index(key_of(order.tick))].volume -= quantity;
  volumes_[side_index(order.side)] -= quantity;
}

std::optional<Key> Book::next_worse(Side side, Key key) const noexcept {
  return side == Side::Bid ? keys(side).at_or_below(key - 1) : keys(side).at_or_above(key + 1);
}

}  // namespace betex::matching
