// When the next chunk of a process over many orders or rows may run, so that all who wait are
// served fairly. *Owned by the match thread.*
#pragma once

#include <cstdint>

#include "matching/engine.h"
#include "matching/types.h"

namespace betex::gateway {

// Cancels take risk away, so one chunk of them runs after each command, and one after the other
// when nothing else is there. Payments are urgent to nobody and have many rows: beside commands one
// chunk runs in a millisecond, so that a suspension or a kill switch never waits behind a
// settlement, and the orders of other markets give it little of their time.
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
    if (load == Load::Busy && now < next_payment_) {
      return false;
    }
    next_payment_ = matching::Timestamp{now.value() + kNanosBetweenPayments};
    return true;
  }

 private:
  static constexpr std::int64_t kNanosBetweenPayments = 1'000'000;

  matching::Timestamp next_payment_;  // under load, not before
};

}  // namespace betex::gateway
