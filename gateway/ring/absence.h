// A consumer of the event ring that leaves, so that the producer waits for it no longer, and comes
// back: what the two agree on meanwhile.
#pragma once

#include <algorithm>
#include <atomic>

#include "gateway/ring/sequence.h"
#include "matching/assert.h"

namespace betex::gateway {

// While the consumer is away there is a mark: slots before it may be used again, without asking the
// consumer. The producer raises it *before* it uses any; the consumer comes back only to a place
// that is not before it. Both by a read-modify-write of one atomic, so one comes first: either the
// producer finds the consumer back, or the consumer finds the mark raised and stays away.
class alignas(kCacheLineSize) Absence {
 public:
  // ---- By any thread

  // Acquire: what the consumer did before it left is done, where it came back to is known.
  [[nodiscard]] bool away() const noexcept {
    return (state_.load(std::memory_order_acquire) & kAway) != 0;
  }

  // ---- By the consumer

  // It touches no slot from now on. It has released all before `released`.
  void begin(SlotSeq released) noexcept {
    BETEX_ASSERT((state_.load(std::memory_order_relaxed) & kAway) == 0);
    state_.store(kAway | released, std::memory_order_release);
  }

  // Back at `place`, unless slots from there on may be used again by now: false, and it stays away.
  [[nodiscard]] bool end_at(SlotSeq place) noexcept {
    SlotSeq state = state_.load(std::memory_order_acquire);
    do {
      BETEX_ASSERT((state & kAway) != 0);
      if ((state & ~kAway) > place) {
        return false;
      }
    } while (!state_.compare_exchange_weak(
        state, kPresent, std::memory_order_acq_rel, std::memory_order_acquire));
    return true;
  }

  // ---- By the producer

  // Slots before `up_to` are about to be used again, as far as this consumer goes. False: it is
  // there and has to be asked.
  [[nodiscard]] bool lets_use(SlotSeq up_to) noexcept {
    SlotSeq state = state_.load(std::memory_order_acquire);
    do {
      if ((state & kAway) == 0) {
        return false;
      }
    } while (!state_.compare_exchange_weak(state,
                                           kAway | std::max(state & ~kAway, up_to),
                                           std::memory_order_acq_rel,
                                           std::memory_order_acquire));
    return true;
  }

 private:
  static constexpr SlotSeq kAway = SlotSeq{1} << 63;
  static constexpr SlotSeq kPresent = 0;

  // kPresent, or kAway and the mark.
  std::atomic<SlotSeq> state_{kPresent};
};

}  // namespace betex::gateway
