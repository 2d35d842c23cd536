// What a consumer of the event ring gets from a poll: a range of slots, read in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "gateway/ring/sequence.h"

namespace betex::gateway {

class EventRing;

// One message. `tag` means what producer and consumers agree on. `payload` may be empty and is
// aligned to 8 bytes.
struct EventSlot {
  std::span<const std::byte> payload;
  std::uint32_t tag = 0;
};

// The slots [begin_seq, end_seq) as a range of EventSlot. A slot and its payload are valid until
// the consumer that polled them releases that slot.
class EventBatch {
 public:
  class Iterator;

  EventBatch() = default;

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }

  [[nodiscard]] Iterator begin() const noexcept;
  [[nodiscard]] Iterator end() const noexcept;

  [[nodiscard]] SlotSeq begin_seq() const noexcept { return begin_; }

  // Behind the last slot: what to release when all of them are done.
  [[nodiscard]] SlotSeq end_seq() const noexcept { return end_; }

 private:
  friend class EventConsumer;

  EventBatch(const EventRing& ring, SlotSeq begin, SlotSeq end) noexcept
      : ring_(&ring), begin_(begin), end_(end) {}

  const EventRing* ring_ = nullptr;
  SlotSeq begin_ = 0;
  SlotSeq end_ = 0;
};

class EventBatch::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = EventSlot;
  using difference_type = std::ptrdiff_t;
  using pointer = const EventSlot*;
  using reference = const EventSlot&;

  Iterator() = default;
  [[nodiscard]] reference operator*() const noexcept;

  [[nodiscard]] pointer operator->() const noexcept { return &**this; }

  Iterator& operator++() noexcept {
    ++seq_;
    return *this;
  }

  Iterator operator++(int) noexcept { return {ring_, seq_++}; }

  [[nodiscard]] bool operator==(const Iterator&) const noexcept = default;

  // Where this slot is in the ring; release(seq() + 1) is done with it and all before.
  [[nodiscard]] SlotSeq seq() const noexcept { return seq_; }

 private:
  friend class EventBatch;

  Iterator(const EventRing* ring, SlotSeq seq) noexcept : ring_(ring), seq_(seq) {}

  const EventRing* ring_ = nullptr;
  SlotSeq seq_ = 0;
};

inline EventBatch::Iterator EventBatch::begin() const noexcept {
  return {ring_, begin_};
}

inline EventBatch::Iterator EventBatch::end() const noexcept {
  return {ring_, end_};
}

}  // namespace betex::gateway
