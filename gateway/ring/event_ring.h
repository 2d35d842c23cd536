// The ring out of the match stage: one producer, several consumers, each slot one message of any
// length in the producer's arena. Consumers say themselves how far they are done, and a consumer
// can stand behind others: it sees only what they have released. That is the gate of the system:
// the report stage sees what the journal stage has committed, and nothing else.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/ring/absence.h"
#include "gateway/ring/arena.h"
#include "gateway/ring/event_batch.h"
#include "gateway/ring/sequence.h"
#include "gateway/ring/wait_strategy.h"

namespace betex::gateway {

struct EventRingConfig {
  std::size_t capacity = kDefaultRingCapacity;   // slots; a power of two
  std::size_t arena_size = Arena::kDefaultSize;  // bytes
};

class EventConsumer;

// Who consumes, and behind whom.
struct EventConsumerConfig {
  std::string name;
  WaitStrategy& wait;  // what its thread waits on
  std::vector<EventConsumer*> behind = {};
  bool may_leave = false;  // nobody stands behind it
};

enum class ClaimOutcome : std::uint8_t {
  Claimed,
  Full,    // slots or memory are taken
  Closed,  // the ring takes no more
};

struct Claim {
  ClaimOutcome outcome = ClaimOutcome::Full;
  std::span<std::byte> bytes =
      {};  // as many as asked for, if Claimed: the producer's until publish()
};

// The wiring declares all consumers, then starts the threads. try_claim() and publish() are *owned
// by the producer thread*; close() and the metrics are *thread-safe*.
class EventRing {
 public:
  // `producer_wait` is what the producer's thread waits on. All wait strategies must outlive the
  // ring. std::invalid_argument for a capacity or an arena size that will not do.
  EventRing(const EventRingConfig& config, WaitStrategy& producer_wait);
  ~EventRing();

  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;
  EventRing(EventRing&&) = delete;
  EventRing& operator=(EventRing&&) = delete;

  // Before the first claim, and before other threads know the ring. The consumer lives as long as
  // the ring.
  EventConsumer& add_consumer(EventConsumerConfig config);

  // The next slot with `size` bytes of payload, aligned to 8, not zeroed; to be filled and then
  // published before the next claim. A size beyond a quarter of the arena gets a heap block of its
  // own; together these blocks take no more than the arena's size, or one block.
  // Does not wait: the producer may share its thread with a consumer. After Full its wait strategy
  // is signalled when a consumer releases something.
  [[nodiscard]] Claim try_claim(std::size_t size);

  // Makes the claimed slot visible to the consumers. Never waits.
  void publish(std::uint32_t tag) noexcept;

  // No more claims: try_claim() says Closed, and consumers see the end once they have polled all.
  // The producer calls it after its last publish. Another thread may call it to free a producer
  // that waits; a claim given before may then still be published, also after a consumer has drained
  // the ring.
  void close() noexcept;

  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.size(); }

  [[nodiscard]] SlotSeq published() const noexcept { return published_.acquire(); }

  // The last claim found no room: the producer waits for the slowest consumer. About now.
  [[nodiscard]] bool full() const noexcept { return full_.load(std::memory_order_relaxed); }

  // For metrics: slots not yet released by the slowest consumer that is there; about now.
  [[nodiscard]] std::size_t fill() const noexcept;

 private:
  friend class EventBatch;
  friend class EventConsumer;

  // What the producer keeps beside each slot, to free its payload.
  struct Memory {
    std::uint64_t arena_mark = 0;
    std::unique_ptr<std::byte[]> block;
    std::size_t block_size = 0;
  };

  // Owned by the producer thread.
  struct alignas(kCacheLineSize) ProducerSide {
    SlotSeq next = 0;             // to be claimed or published next
    SlotSeq freed = 0;            // payloads before it are freed; also the slowest consumer, as
                                  // last seen
    std::size_t block_bytes = 0;  // in heap blocks that are not freed yet
    bool claimed = false;         // between claim and publish
  };

  static_assert(sizeof(ProducerSide) == kCacheLineSize);

  [[nodiscard]] std::size_t index(SlotSeq seq) const noexcept { return seq & (slots_.size() - 1); }

  // Of the consumers that are there.
  [[nodiscard]] SlotSeq slowest_released() const noexcept;
  [[nodiscard]] Claim no_room() noexcept;
  [[nodiscard]] std::byte* try_allocate(std::size_t size, Memory& memory);
  void free_released() noexcept;

  std::vector<EventSlot> slots_;  // written by the producer, read by consumers up to published_
  std::vector<Memory> memory_;    // the producer's own
  Arena arena_;
  WaitStrategy& producer_wait_;
  // Neither is changed after the first claim.
  std::vector<std::unique_ptr<EventConsumer>> consumers_;
  std::vector<WaitStrategy*> wake_on_publish_;  // of the consumers that stand behind nobody

  ProducerSide producer_;
  Sequence published_;  // moved by the producer; acquired by the consumers that stand behind nobody
  // Set by close(); read by all. Release and acquire: what was published before it is seen.
  alignas(kCacheLineSize) std::atomic<bool> closed_{false};
  // Set and cleared by the producer, for others to look at; it orders nothing.
  std::atomic<bool> full_{false};
};

// One reader of an EventRing. *Owned by its consumer's thread*, but for released(), away() and
// lag(), which are *thread-safe*.
//
// One that may leave is not waited for while it is away. It follows by other means, and comes back
// where those have brought it:
//
//   leave();
//   do {
//     place = visible_end();  // what is before it has passed the gates
//     ...                     // get to know all of that elsewhere
//   } while (!come_back(place));
//   poll();                   // what was published from `place` on, and nothing is missing
class EventConsumer {
 public:
  EventConsumer(const EventConsumer&) = delete;
  EventConsumer& operator=(const EventConsumer&) = delete;
  EventConsumer(EventConsumer&&) = delete;
  EventConsumer& operator=(EventConsumer&&) = delete;
  ~EventConsumer() = default;

  // What came since the last poll and is released by those it stands behind, at most `max` slots.
  // Does not wait; may be empty.
  [[nodiscard]] EventBatch poll(std::size_t max = kAll) noexcept;

  // Says that this consumer is done with all slots before `up_to`: the ones behind it may see them,
  // or, when all have passed, the producer may use them again. Never backwards, never beyond what
  // was polled. Not releasing is how a consumer holds a gate shut.
  void release(SlotSeq up_to) noexcept;

  // The ring is closed and everything was polled: nothing can come any more. Not while it is away.
  [[nodiscard]] bool drained() const noexcept;

  // Behind the last slot that a poll would give by now.
  [[nodiscard]] SlotSeq visible_end() const noexcept;

  // From now on the producer does not wait for this consumer, which was declared as one that may
  // leave and is there. What it has polled and not released is not valid any more.
  void leave() noexcept;

  // Back: the next poll begins at `place`, a visible_end() since it left. False where slots from
  // there on may be gone by now; then it is still away, and nothing has changed.
  [[nodiscard]] bool come_back(SlotSeq place) noexcept;

  [[nodiscard]] bool away() const noexcept { return absence_.away(); }

  // It is there, and of all it is the one that the producer waits for: the ring is full. About now.
  [[nodiscard]] bool holds_producer() const noexcept;

  // All slots before it are released. For the journal: durable.
  [[nodiscard]] SlotSeq released() const noexcept { return released_.acquire(); }

  // Published slots that this consumer has not released, while it is away those since it was there
  // or tried to be; for metrics.
  [[nodiscard]] std::size_t lag() const noexcept;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

 private:
  friend class EventRing;
  EventConsumer(EventRing& ring, EventConsumerConfig config);

  EventRing& ring_;
  const std::string name_;
  const bool may_leave_;
  WaitStrategy& wait_;
  std::vector<const EventConsumer*> behind_;    // whom it waits for; none: the producer
  std::vector<WaitStrategy*> wake_on_release_;  // those that stand behind it, and the producer

  // Moved by the consumer's thread; acquired by those that stand behind it and by the producer.
  Sequence released_;
  Absence absence_;                           // of one that may leave
  alignas(kCacheLineSize) SlotSeq next_ = 0;  // to poll next; the consumer's own
};

inline const EventSlot& EventBatch::Iterator::operator*() const noexcept {
  return ring_->slots_[ring_->index(seq_)];
}

}  // namespace betex::gateway
