// When the next chunk of a process over many orders or rows may run, so that all who wait are
// served fairly. *Owned by the match thread.*
#pragma once

#include <algorithm>
#include <cstdint>

#include "matching/engine.h"
#include "matching/types.h"

namespace betex::gateway {

// Cancels take risk away, so one chunk of them runs after each command, and one after the other
// when nothing else is there. Payments are urgent to nobody and have many rows: under load one
// chunk runs in a millisecond, so that a suspension or a kill switch never waits behind a
// settlement, and the orders of other markets give it little of their time. Load lasts a little
// longer than the last command: who waits for one answer before he asks again would else find a
// chunk, and its commit, before each of his orders.
class BatchTurns {
 public:
  enum class Load : std::uint8_t {
    Idle,  // no command is there
    Busy,  // one has just been decided
  };

  // Whether a chunk may run now. A turn that is given counts as taken.
  [[nodiscard]] bool take(matching::PendingBatch pending,
                          Load load,
                          matching::Timestamp now) noexcept {
    if (pending != matching::PendingBatch::Payments) {
      return pending == matching::PendingBatch::Orders;
    }
    if (load == Load::Busy) {
      load_lasts_to_ = matching::Timestamp{now.value() + kNanosOfLoad};
    }
    if (now < next_payment()) {
      return false;
    }
    next_payment_ = matching::Timestamp{now.value() + kNanosBetweenPayments};
    return true;
  }

  // When a chunk of a payment that was refused its turn may run, if no command comes meanwhile.
  [[nodiscard]] matching::Timestamp next_payment() const noexcept {
    return std::min(next_payment_, load_lasts_to_);
  }

 private:
  static constexpr std::int64_t kNanosBetweenPayments = 1'000'000;
  static constexpr std::int64_t kNanosOfLoad = 5'000'000;

  matching::Timestamp next_payment_;  // under load, not before
  matching::Timestamp load_lasts_to_;
};

}  // namespace betex::gateway
