// The ring into the match stage: several producers, one consumer, slots of one type. Producers pay
// with credits: who holds one can publish without blocking and without failing, so back-pressure
// is applied where waiting is harmless (before a socket is read), never half-way through a message.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "gateway/ring/finally.h"
#include "gateway/ring/sequence.h"
#include "gateway/ring/wait_strategy.h"
#include "matching/assert.h"

namespace betex::gateway {

// What a handler may return to end a poll early; one that returns void goes on.
enum class AfterSlot : std::uint8_t { Continue, Stop };

// The capacity is a power of two (else std::invalid_argument). try_reserve(), release(), claim(),
// publish(), close() and the metrics are *thread-safe*; poll(), ahead() and drained() are *owned by
// the consumer thread*. Order: slots are consumed in the order in which they were claimed, so each
// producer's commands keep their order.
template <typename T>
class CommandRing {
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>,
                "publish() must not fail once it has claimed a slot");

 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  // `consumer_wait` is what the consumer's thread waits on; it must outlive the ring.
  CommandRing(std::size_t capacity, WaitStrategy& consumer_wait)
      : capacity_(checked_ring_capacity("command ring size", capacity)),
        slots_(std::make_unique<Slot[]>(capacity)),
        consumer_wait_(consumer_wait) {}

  CommandRing(const CommandRing&) = delete;
  CommandRing& operator=(const CommandRing&) = delete;
  CommandRing(CommandRing&&) = delete;
  CommandRing& operator=(CommandRing&&) = delete;

  // Destroys what was published and never consumed. No other thread may use the ring any more.
  ~CommandRing() {
    poll([](T&) {});
  }

  // Takes `n` credits if that many slots are certain, and `keep` others besides, else none; never
  // waits. False also when the ring is closed, and always for more than the capacity. Each credit
  // must be published or released, by any thread.
  [[nodiscard]] bool try_reserve(std::size_t n, std::size_t keep = 0) noexcept {
    // Acquire: who raised the count to this had seen `consumed` that far; so do we, then.
    std::uint64_t reserved = producers_.reserved.load(std::memory_order_acquire);
    do {
      if ((reserved & kClosedBit) != 0 || n > capacity_ ||
          reserved + n + keep > consumed_.acquire() + capacity_) {
        return false;
      }
    } while (!producers_.reserved.compare_exchange_weak(
        reserved, reserved + n, std::memory_order_acq_rel, std::memory_order_acquire));
    return true;
  }

  // Gives `n` unused credits back.
  void release(std::size_t n) noexcept {
    const SlotSeq claimed = producers_.claimed.load(std::memory_order_relaxed);
    const std::uint64_t before = producers_.reserved.fetch_sub(n, std::memory_order_acq_rel);
    BETEX_ASSERT(credits(before) >= n + claimed);
    if ((before & kClosedBit) != 0) {
      consumer_wait_.signal();  // these may have been the last that it waits for
    }
  }

  // The place of a command that is being made. Nothing behind it is consumed before it is
  // published, so that must follow at once and can't fail.
  struct Place {
    T* value = nullptr;  // memory of a T, and no T yet: whoever has claimed it constructs one
    SlotSeq seq = 0;
  };

  // The next slot, for one credit. Never blocks, never fails.
  [[nodiscard]] Place claim() noexcept {
    // Acquire and release: publishers follow each other, so that the slot's last consumer, seen by
    // whoever reserved it, has left it for this thread too.
    const SlotSeq seq = producers_.claimed.fetch_add(1, std::memory_order_acq_rel);
    BETEX_ASSERT(seq < credits(producers_.reserved.load(std::memory_order_relaxed)));
    return {.value = reinterpret_cast<T*>(slot_at(seq).storage), .seq = seq};
  }

  // What has been constructed there is a command from now on.
  void publish(const Place& place) noexcept {
    // Release pairs with poll().
    slot_at(place.seq).published.store(place.seq + 1, std::memory_order_release);
    consumer_wait_.signal();
  }

  // Moves `value` into the next slot, for one credit. Never blocks, never fails.
  void publish(T&& value) noexcept {
    const Place place = claim();
    std::construct_at(place.value, std::move(value));
    publish(place);
  }

  // Nobody can reserve from now on; credits already held may still be published or released.
  void close() noexcept {
    producers_.reserved.fetch_or(kClosedBit, std::memory_order_acq_rel);
    consumer_wait_.signal();
  }

  // Gives each available command to `handler(T&)`, at most `max`, then returns their slots and
  // credits; a handler that returns AfterSlot can stop after a command. If it throws, its command
  // counts as consumed. Returns how many; does not wait.
  template <typename Handler>
  std::size_t poll(Handler&& handler, std::size_t max = kAll) {
    const SlotSeq begin = next_;
    const Finally return_credits{[this] {
      if (consumed_.relaxed() != next_) {
        consumed_.advance_to(next_);
      }
    }};
    while (next_ - begin < max && next_is_published()) {
      T& value = *slot_at(next_).value();
      const Finally leave_slot{[this, &value] {
        std::destroy_at(&value);
        ++next_;
      }};
      if (invoke(handler, value) == AfterSlot::Stop) {
        break;
      }
    }
    return next_ - begin;
  }

  // For a handler within poll(): the command `distance` after the one that it has, to prepare for;
  // null where none is published there yet. Valid until that command is handled.
  [[nodiscard]] const T* ahead(std::size_t distance) noexcept {
    const SlotSeq seq = next_ + distance;
    Slot& slot = slot_at(seq);
    return slot.published.load(std::memory_order_acquire) == seq + 1 ? slot.value() : nullptr;
  }

  // Closed, all consumed, and no credit held: nothing can come any more.
  [[nodiscard]] bool drained() const noexcept {
    return producers_.reserved.load(std::memory_order_acquire) == (next_ | kClosedBit);
  }

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  // For metrics: commands published or being published, not yet consumed; about now.
  [[nodiscard]] std::size_t fill() const noexcept {
    const SlotSeq consumed = consumed_.relaxed();
    const SlotSeq claimed = producers_.claimed.load(std::memory_order_relaxed);
    return claimed > consumed ? claimed - consumed : 0;
  }

  // For metrics: as fill(), and the credits held.
  [[nodiscard]] std::size_t reserved() const noexcept {
    const SlotSeq consumed = consumed_.relaxed();
    const SlotSeq reserved = credits(producers_.reserved.load(std::memory_order_relaxed));
    return reserved > consumed ? reserved - consumed : 0;
  }

 private:
  // A slot has its lines to itself: two producers fill neighbours at the same time.
  struct alignas(kCacheLineSize) Slot {
    // seq + 1 once `value` of that sequence is there. Written by its publisher, read by the
    // consumer; release and acquire. An older round's number is smaller, so it is never cleared.
    std::atomic<SlotSeq> published{0};
    alignas(T) std::byte storage[sizeof(T)] = {};  // zeroed: touched before it is needed

    T* value() noexcept { return std::launder(reinterpret_cast<T*>(storage)); }
  };

  // Both counters belong to the producers, who mostly move them in pairs.
  struct alignas(kCacheLineSize) ProducerSide {
    // Credits ever taken and not given back: all slots before it are paid for. The top bit says
    // closed, so that closing and reserving exclude each other. Moved by producers and close();
    // read by the consumer only to see the end.
    std::atomic<std::uint64_t> reserved{0};
    // Slots handed to publishers; never beyond `reserved`. Moved by producers.
    std::atomic<SlotSeq> claimed{0};
  };

  static_assert(sizeof(ProducerSide) == kCacheLineSize);

  static constexpr std::uint64_t kClosedBit = std::uint64_t{1} << 63;

  [[nodiscard]] static constexpr SlotSeq credits(std::uint64_t reserved) noexcept {
    return reserved & ~kClosedBit;
  }

  [[nodiscard]] Slot& slot_at(SlotSeq seq) noexcept { return slots_[seq & (capacity_ - 1)]; }

  [[nodiscard]] bool next_is_published() noexcept {
    return slot_at(next_).published.load(std::memory_order_acquire) == next_ + 1;
  }

  template <typename Handler>
  static AfterSlot invoke(Handler& handler, T& value) {
    if constexpr (std::is_void_v<std::invoke_result_t<Handler&, T&>>) {
      handler(value);
      return AfterSlot::Continue;
    } else {
      return handler(value);
    }
  }

  const std::size_t capacity_;
  const std::unique_ptr<Slot[]> slots_;
  WaitStrategy& consumer_wait_;

  ProducerSide producers_;
  Sequence consumed_;  // slots free again; moved by the consumer, read by producers
  alignas(kCacheLineSize) SlotSeq next_ = 0;  // the consumer's own
};

}  // namespace betex::gateway
