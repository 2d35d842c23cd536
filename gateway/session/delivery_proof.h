// Which reports a session's client has proven to have: the answers to our TestRequests and its
// LastMsgSeqNumProcessed(369), never that something was stored or written (README.md, "Delivery").
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "matching/types.h"

namespace betex::fix {

// Of one logon after the other. Owned by its session's strand.
class DeliveryProof {
 public:
  // A logon. `delivered` is the journal's cursor, `last_report` the event of the last report that
  // was ever sent.
  void begin(matching::EventSeq delivered, matching::EventSeq last_report);

  // A report of this event was sent.
  void report_sent(matching::EventSeq event) noexcept { last_report_ = event; }

  // All reports of events up to `complete_to` have numbers up to `last_number`.
  void complete(matching::MsgSeqNum last_number, matching::EventSeq complete_to);

  // Something sent is not proven, no question is under way.
  [[nodiscard]] bool wants_to_ask() const noexcept {
    return asked_ == matching::MsgSeqNum{} && last_report_ > proven_ && !sent_.empty();
  }

  // A TestRequest with this number, which its TestReqID(112) names, was sent.
  void asked(matching::MsgSeqNum number) noexcept { asked_ = number; }

  // The client asks for a resend: what was sent before has not all arrived.
  void resend_asked() noexcept { asked_ = {}; }

  // The client has answered the TestRequest with this number, in sequence.
  void answered(matching::MsgSeqNum number);

  // The client says that it has processed everything up to this number.
  void processed(matching::MsgSeqNum number);

  // What the journal is to be told: once for each step forward.
  [[nodiscard]] std::optional<matching::EventSeq> take_news();

  // Proven so far.
  [[nodiscard]] matching::EventSeq proven() const noexcept { return proven_; }

 private:
  struct Sent {
    matching::MsgSeqNum last_number;
    matching::EventSeq complete_to;
  };

  static constexpr std::size_t kMaxSteps = 256;

  void prove_up_to(matching::MsgSeqNum number);

  matching::EventSeq told_;    // to the journal
  matching::EventSeq proven_;  // at or above told_
  matching::EventSeq last_report_;
  matching::MsgSeqNum asked_;  // 0: nothing
  std::deque<Sent> sent_;      // not proven yet, both ascending
};

}  // namespace betex::fix
