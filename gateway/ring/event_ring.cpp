#include "gateway/ring/event_ring.h"

#include <algorithm>
#include <utility>

#include "matching/assert.h"

namespace betex::gateway {

EventRing::EventRing(const EventRingConfig& config, WaitStrategy& producer_wait)
    : slots_(checked_ring_capacity("event ring size", config.capacity)),
      memory_(config.capacity),
      arena_(config.arena_size),
      producer_wait_(producer_wait) {}

EventRing::~EventRing() = default;

EventConsumer& EventRing::add_consumer(EventConsumerConfig config) {
  BETEX_ASSERT(producer_.next == 0 && !producer_.claimed);
  if (config.behind.empty()) {
    wake_on_publish_.push_back(&config.wait);
  }
  // Not make_unique: the constructor is for the ring alone.
  consumers_.push_back(std::unique_ptr<EventConsumer>(new EventConsumer(*this, std::move(config))));
  return *consumers_.back();
}

Claim EventRing::try_claim(std::size_t size) {
  BETEX_ASSERT(!producer_.claimed && !consumers_.empty());
  if (closed_.load(std::memory_order_relaxed)) {
    return {.outcome = ClaimOutcome::Closed};
  }
  if (producer_.next - producer_.freed == capacity() || producer_.block_bytes > 0) {
    free_released();
  }
  if (producer_.next - producer_.freed == capacity()) {
    return no_room();
  }
  Memory& memory = memory_[index(producer_.next)];
  std::byte* bytes = try_allocate(size, memory);
  if (bytes == nullptr) {
    free_released();
    bytes = try_allocate(size, memory);
    if (bytes == nullptr) {
      return no_room();
    }
  }
  if (full()) {
    full_.store(false, std::memory_order_relaxed);
  }
  memory.arena_mark = arena_.mark();
  slots_[index(producer_.next)].payload = {bytes, size};
  producer_.claimed = true;
  return {.outcome = ClaimOutcome::Claimed, .bytes = {bytes, size}};
}

// A consumer that may leave wants to know at once that it is waited for.
Claim EventRing::no_room() noexcept {
  if (!full()) {
    full_.store(true, std::memory_order_relaxed);
    for (const auto& consumer : consumers_) {
      if (consumer->may_leave_) {
        consumer->wait_.signal();
      }
    }
  }
  return {.outcome = ClaimOutcome::Full};
}

void EventRing::publish(std::uint32_t tag) noexcept {
  BETEX_ASSERT(producer_.claimed);
  slots_[index(producer_.next)].tag = tag;
  producer_.claimed = false;
  published_.advance_to(++producer_.next);
  for (WaitStrategy* const waiting : wake_on_publish_) {
    waiting->signal();
  }
}

void EventRing::close() noexcept {
  closed_.store(true, std::memory_order_release);
  producer_wait_.signal();
  for (const auto& consumer : consumers_) {
    consumer->wait_.signal();
  }
}

std::size_t EventRing::fill() const noexcept {
  // The consumers first: they only follow, so the difference cannot be negative.
  const SlotSeq released = slowest_released();
  return published_.acquire() - released;
}

SlotSeq EventRing::slowest_released() const noexcept {
  SlotSeq slowest = published_.acquire();
  for (const auto& consumer : consumers_) {
    if (!consumer->away()) {
      slowest = std::min(slowest, consumer->released());
    }
  }
  return slowest;
}

std::byte* EventRing::try_allocate(std::size_t size, Memory& memory) {
  if (size <= arena_.max_allocation()) {
    return arena_.try_allocate(size);
  }
  if (producer_.block_bytes > 0 && producer_.block_bytes + size > arena_.size()) {
    return nullptr;
  }
  memory.block = std::make_unique_for_overwrite<std::byte[]>(size);
  memory.block_size = size;
  producer_.block_bytes += size;
  return memory.block.get();
}

void EventRing::free_released() noexcept {
  SlotSeq released = slowest_released();
  for (const auto& consumer : consumers_) {
    if (consumer->may_leave_ && !consumer->absence_.lets_use(released)) {
      released = std::min(released, consumer->released());
    }
  }
  if (released == producer_.freed) {
    return;
  }
  if (producer_.block_bytes > 0) {
    for (SlotSeq seq = producer_.freed; seq != released; ++seq) {
      Memory& memory = memory_[index(seq)];
      producer_.block_bytes -= std::exchange(memory.block_size, 0);
      memory.block.reset();
    }
  }
  arena_.free_to(memory_[index(released - 1)].arena_mark);
  producer_.freed = released;
}

EventConsumer::EventConsumer(EventRing& ring, EventConsumerConfig config)
    : ring_(ring),
      name_(std::move(config.name)),
      may_leave_(config.may_leave),
      wait_(config.wait),
      behind_(config.behind.begin(), config.behind.end()),
      wake_on_release_{&ring.producer_wait_} {
  for (EventConsumer* const gate : config.behind) {
    BETEX_ASSERT(&gate->ring_ == &ring && !gate->may_leave_);
    gate->wake_on_release_.push_back(&wait_);
  }
}

EventBatch EventConsumer::poll(std::size_t max) noexcept {
  BETEX_ASSERT(!may_leave_ || !away());
  const SlotSeq begin = next_;
  next_ += std::min<SlotSeq>(visible_end() - begin, max);
  return {ring_, begin, next_};
}

void EventConsumer::release(SlotSeq up_to) noexcept {
  BETEX_ASSERT(released_.relaxed() <= up_to && up_to <= next_);
  if (up_to == released_.relaxed()) {
    return;
  }
  released_.advance_to(up_to);
  for (WaitStrategy* const waiting : wake_on_release_) {
    waiting->signal();
  }
}

bool EventConsumer::drained() const noexcept {
  return ring_.closed_.load(std::memory_order_acquire) && !away() && next_ == ring_.published();
}

void EventConsumer::leave() noexcept {
  BETEX_ASSERT(may_leave_);
  absence_.begin(released_.relaxed());
  ring_.producer_wait_.signal();
}

bool EventConsumer::come_back(SlotSeq place) noexcept {
  BETEX_ASSERT(released_.relaxed() <= place && place <= visible_end());
  // Before the absence ends: a producer that sees that sees this.
  released_.advance_to(place);
  if (!absence_.end_at(place)) {
    return false;
  }
  next_ = place;
  return true;
}

bool EventConsumer::holds_producer() const noexcept {
  if (!ring_.full() || away()) {
    return false;
  }
  const SlotSeq own = released();
  return std::ranges::all_of(ring_.consumers_, [&](const auto& other) {
    return other.get() == this || other->away() || other->released() > own;
  });
}

std::size_t EventConsumer::lag() const noexcept {
  const SlotSeq released = released_.acquire();
  return ring_.published() - released;
}

SlotSeq EventConsumer::visible_end() const noexcept {
  if (behind_.empty()) {
    return ring_.published();
  }
  SlotSeq end = behind_.front()->released();
  for (const EventConsumer* const gate : behind_) {
    end = std::min(end, gate->released());
  }
  return end;
}

}  // namespace betex::gateway
