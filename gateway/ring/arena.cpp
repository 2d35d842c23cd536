#include "gateway/ring/arena.h"

#include <stdexcept>
#include <string>

#include "matching/assert.h"

namespace betex::gateway {

namespace {

constexpr std::size_t kMinSize = 4096;

constexpr std::size_t round_up(std::size_t size) noexcept {
  return (size + Arena::kAlignment - 1) & ~(Arena::kAlignment - 1);
}

std::size_t checked_size(std::size_t size) {
  if (size < kMinSize) {
    throw std::invalid_argument("event arena size = " + std::to_string(size) +
                                ": must be at least " + std::to_string(kMinSize) + " bytes");
  }
  return round_up(size);
}

}  // namespace

// make_unique zeroes the bytes, and that is the first touch of every page.
Arena::Arena(std::size_t size)
    : size_(checked_size(size)), bytes_(std::make_unique<std::byte[]>(size_)) {
  static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= kAlignment);
}

std::byte* Arena::try_allocate(std::size_t size) noexcept {
  BETEX_ASSERT(size <= max_allocation());
  const std::size_t rounded = round_up(size);
  const std::size_t position = head_ % size_;
  const std::size_t to_end = size_ - position;
  // A message is contiguous: what is left before the end is skipped if it is too short.
  const std::size_t skipped = rounded > to_end ? to_end : 0;
  if (used() + skipped + rounded > size_) {
    return nullptr;
  }
  head_ += skipped + rounded;
  return bytes_.get() + (position + skipped) % size_;
}

void Arena::free_to(std::uint64_t mark) noexcept {
  BETEX_ASSERT(tail_ <= mark && mark <= head_);
  tail_ = mark;
}

}  // namespace betex::gateway
