// LastMsgSeqNumProcessed(369) as a receipt: the highest number such that everything at or below it
// is durable, or needs not be.
#pragma once

#include <deque>

#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class InboundReceipt {
 public:
  // A logon: nothing is on its way.
  void begin() noexcept { on_their_way_.clear(); }

  // The message with this number was submitted to be journaled; numbers ascend.
  void submitted(matching::MsgSeqNum number) { on_their_way_.push_back(number); }

  // Messages up to this number are durable.
  void durable(matching::MsgSeqNum number) {
    while (!on_their_way_.empty() && on_their_way_.front() <= number) {
      on_their_way_.pop_front();
    }
  }

  // `next_in` is the number that is expected next. 0: nothing to confirm yet.
  [[nodiscard]] matching::MsgSeqNum number(matching::MsgSeqNum next_in) const noexcept {
    const matching::MsgSeqNum next = on_their_way_.empty() ? next_in : on_their_way_.front();
    return matching::MsgSeqNum{next.value() == 0 ? 0 : next.value() - 1};
  }

 private:
  std::deque<matching::MsgSeqNum> on_their_way_;
};

}  // namespace betex::fix
