// A session's outbound numbers: how far they are used, and up to where the journal has reserved
// them. A number is used only after its block is durable, so none is ever used twice.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "gateway/session/outbound_state.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class OutboundNumbers {
 public:
  static constexpr std::uint32_t kBlock = 10'000;
  static constexpr std::uint32_t kReserveBelow = kBlock / 2;  // left: the next block is asked for
  static constexpr std::uint32_t kForLogon = 200;             // to be left for a session to be on
  static constexpr std::uint32_t kSpare = 100;  // for administrative messages; reports wait

  // As the session cache found it.
  void recover(const OutboundState& state) noexcept { state_ = state; }

  // In the same epoch it goes on where it stood; true: this is another one. In a new one nobody
  // knows what the client has of the old: all that is not proven (`delivered`) is sent again,
  // marked, with new numbers.
  bool begin_epoch(matching::SessionEpoch epoch, matching::EventSeq delivered) noexcept {
    if (state_.epoch == epoch) {
      return false;
    }
    state_.epoch = epoch;
    state_.last_number = {};
    state_.poss_resend_to = std::max(state_.poss_resend_to, state_.sent);
    state_.sent = {.event = delivered, .leg = kAllLegs};
    return true;
  }

  [[nodiscard]] const OutboundState& state() const noexcept { return state_; }

  // 0: none is used yet.
  [[nodiscard]] matching::MsgSeqNum last() const noexcept { return state_.last_number; }

  [[nodiscard]] matching::MsgSeqNum next() const noexcept { return state_.last_number.next(); }

  // The next one, for whatever message.
  void use(matching::MsgSeqNum number) noexcept { state_.last_number = number; }

  // The message with the last number is this report of an event.
  void report_sent(ReportId report) noexcept { state_.sent = report; }

  // The client may have seen the report before: 97=Y.
  [[nodiscard]] bool is_poss_resend(ReportId report) const noexcept {
    return report <= state_.poss_resend_to;
  }

  // ---- Blocks

  // In the journal.
  void set_reserved_to(matching::MsgSeqNum number) noexcept { reserved_to_ = number; }

  [[nodiscard]] matching::MsgSeqNum reserved_to() const noexcept { return reserved_to_; }

  [[nodiscard]] bool may_use(matching::MsgSeqNum number) const noexcept {
    return number <= reserved_to_;
  }

  [[nodiscard]] std::uint32_t left() const noexcept {
    return reserved_to_ > last() ? reserved_to_.value() - last().value() : 0;
  }

  // Up to where the journal is to be asked for numbers now; none: there are enough, or it has been
  // asked and has not answered.
  [[nodiscard]] std::optional<matching::MsgSeqNum> block_to_ask_for() noexcept {
    if (asked_ || left() >= kReserveBelow) {
      return std::nullopt;
    }
    asked_ = true;
    return matching::MsgSeqNum{std::max(reserved_to_, last()).value() + kBlock};
  }

  // The journal has answered, or what it would answer is of no use any more.
  void block_answered() noexcept { asked_ = false; }

 private:
  OutboundState state_;
  matching::MsgSeqNum reserved_to_;
  bool asked_ = false;
};

}  // namespace betex::fix
