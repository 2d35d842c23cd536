// When a client is asked for what is missing, and when it is asked again: its resend has gone past
// the gap without closing it, or none has come. Knows numbers and times alone.
#pragma once

#include <chrono>
#include <cstdint>

#include "gateway/transport/transport_limits.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class GapRequests {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  enum class Next : std::uint8_t { Nothing, Ask, GiveUp };

  explicit GapRequests(const GapRequestLimits& limits) : limits_{limits} {}

  // A logon: nothing is missing.
  void begin() noexcept;

  // All up to `up_to` is missing and is to come without our asking: asked for only if it does not.
  void comes_unasked(matching::MsgSeqNum next_in,
                     matching::MsgSeqNum up_to,
                     TimePoint now) noexcept;

  // A message above the expected number has come; `sent_again`: as part of a resend.
  [[nodiscard]] Next on_above(matching::MsgSeqNum number,
                              bool sent_again,
                              matching::MsgSeqNum next_in,
                              TimePoint now) noexcept;

  // From time to time. `unread`: there is input that we have not looked at, so nobody is silent.
  [[nodiscard]] Next on_time(matching::MsgSeqNum next_in, bool unread, TimePoint now) noexcept;

  // All from `next_in` on was asked for, of which we know that it is missing up to `up_to`, or
  // more.
  void asked(matching::MsgSeqNum next_in, matching::MsgSeqNum up_to, TimePoint now) noexcept;

 private:
  void note_progress(matching::MsgSeqNum next_in, TimePoint now) noexcept;
  [[nodiscard]] Next again_if_due(TimePoint now) noexcept;

  GapRequestLimits limits_;
  matching::MsgSeqNum missing_up_to_;  // as far as we know
  matching::MsgSeqNum asked_up_to_;    // a resend of what is missing up to here is under way
  matching::MsgSeqNum progress_;       // the expected number when it last moved
  std::uint32_t requests_ = 0;         // since it did
  TimePoint asked_at_;
  TimePoint heard_at_;                     // something of the resend, or progress
  matching::MsgSeqNum newest_sent_again_;  // lower ones begin a resend anew; 0: any does
  bool answers_last_request_ = false;      // the resend that comes; not one before it
  bool passed_ = false;                    // and it has gone past the expected number
};

}  // namespace betex::fix
