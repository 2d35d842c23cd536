// What a session sends: reports and QuickFIX's messages, by way of the session cache to the
// connection; what is sent again; and what the client has proven to have.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/link/replay_link.h"
#include "gateway/link/session_link.h"
#include "gateway/session/delivery_proof.h"
#include "gateway/session/outbound_numbers.h"
#include "gateway/session/outbound_queue.h"
#include "gateway/session/replayed_reports.h"
#include "gateway/session/report_hold.h"
#include "gateway/session/resends.h"
#include "gateway/session/session_cache.h"
#include "gateway/session/session_core.h"
#include "gateway/session/unproven_reports.h"
#include "matching/commands.h"
#include "matching/types.h"

namespace betex::matching {
struct SessionInfo;
}  // namespace betex::matching

namespace betex::fix {

// Owned by its session's strand.
class SessionOutbound {
 public:
  // What it asks of its session.
  class Owner {
   public:
    virtual ~Owner() = default;

    // A command about the session itself.
    virtual void submit_control(matching::CommandBody body) = 0;

    // 369 of what is sent now; 0: absent.
    [[nodiscard]] virtual matching::MsgSeqNum last_processed() = 0;

    // The client's ResendRequest with this number is answered.
    virtual void on_resend_ended(matching::MsgSeqNum number) = 0;

    // The queue may have room for what more input brings.
    virtual void go_on_reading() = 0;
  };

  // `known`: the session as recovery found it, if the journal knows it.
  SessionOutbound(OrderSessionCore& core,
                  Owner& owner,
                  const std::optional<matching::SessionInfo>& known);

  [[nodiscard]] OutboundNumbers& numbers() noexcept { return numbers_; }

  // ---- The session's way

  // In the journal: the client has proven to have the reports of events up to here.
  void set_delivered(matching::EventSeq delivered) noexcept { delivered_ = delivered; }

  // The same, or what the journal has been told of since.
  [[nodiscard]] matching::EventSeq delivered() const noexcept { return delivered_; }

  // The core's. In a new one the reports that are not proven to have arrived are sent again.
  void begin_epoch();

  // The session is on: asks for its reports after the last one that was sent.
  void begin();

  // It is on no longer, or begins again: there are no more reports; those that wait and the resends
  // are dropped; and what is not written never will be, this turn's included.
  void unsubscribe();
  void forget_what_is_under_way();
  void discard();

  // ---- Reports
  [[nodiscard]] bool is_subscribed(gateway::SubscriptionId subscription) const noexcept {
    return subscription == subscription_;
  }

  void deliver(gateway::ReportDelivery delivery);

  // As many as there are numbers for; behind them of what is told again as much as the queue takes.
  void send_waiting_reports();

  // Reports that the client has had before: they prove nothing, and nothing goes by them.
  void tell_again(gateway::ReplayPortion portion);

  // A request that changes nothing was submitted: an answer will come.
  void answer_asked_for() noexcept { ++unanswered_; }

  // The session's own answer to one, which tells of no event: behind what waits to be sent.
  void answer(Report answer);

  // Answers to requests that change nothing are neither journaled nor bounded by anything else.
  [[nodiscard]] bool has_too_many_answers() const noexcept;
  [[nodiscard]] bool has_too_many_for_long_answers() const noexcept;

  // ---- Numbers, and messages of QuickFIX's

  // Asks the journal for the next block, when it is time.
  void reserve_numbers_ahead();
  [[nodiscard]] bool on_number_used(matching::MsgSeqNum number);

  void append(std::string_view bytes);

  // ---- To the socket

  // Every handler that may have made messages ends with it: what it has made leaves in one piece.
  void end_turn();

  // As in ConnectionUser.
  void on_written(std::size_t bytes, std::size_t reports);

  // Appended and not yet written; and whether it is so much that nothing more is taken in.
  [[nodiscard]] std::size_t unwritten_bytes() const noexcept { return queue_.unwritten_bytes(); }

  [[nodiscard]] bool is_full() const noexcept;

  // An operator's input is read all the same, so what it brings is bounded by this: true where his
  // connection is closed.
  [[nodiscard]] bool close_operator_who_reads_nothing();

  // The client does not have all of it yet, and has taken some of it in since then.
  [[nodiscard]] bool is_taken_in_since(std::chrono::steady_clock::time_point time) const noexcept;

  // Nothing is lost where it ends: what the client has not read is sent again at its next logon.
  void check_slow_reader();

  // ---- Resends (session_outbound_resend.cpp)
  [[nodiscard]] const Resends& resends() const noexcept { return resends_; }

  // The client's, checked, whose fields the core has. `processed_counts`: its 369 is a proof, once
  // it has been answered.
  void begin_resend(std::string_view frame, matching::MsgSeqNum number, bool processed_counts);

  // As if the client had asked by a message with `number`: its Logon says what it expects (789).
  void resend_from(matching::MsgSeqNum first, matching::MsgSeqNum number);

  // QuickFIX has refused something: the slice, while it has one.
  void on_reject() noexcept { resends_.slice_refused(); }

  [[nodiscard]] std::vector<SessionCache::Message> sent_messages(matching::MsgSeqNum first,
                                                                 matching::MsgSeqNum last) const {
    return core_.orders.cache.read(core_.id, core_.epoch, first, last);
  }

  // ---- Proof of delivery (session_outbound_proof.cpp)

  // The core's fields are of a message in sequence: it may prove something.
  void note_answers();

  // A TestRequest, now: its answer proves what was sent before. Its number.
  matching::MsgSeqNum send_test_request();

  // Once a second: asks for it, tells the journal of it, and logs out a client that proves nothing.
  void look_after_proof();

  // Tells the journal what is proven.
  void confirm_delivery();

 private:
  void close_on_slow_reader();
  // Where a report comes from: the feed; the session itself, as an answer; or a replay, and then it
  // counts for nothing.
  enum class Source : std::uint8_t { Feed, Own, Replay };

  void send_reports_of_feed(matching::Timestamp now);
  void send_report(const Report& report, matching::Timestamp now, Source source);
  [[nodiscard]] bool may_tell_again() const noexcept;
  void send_told_again(matching::Timestamp now);
  void write_released();
  void note_answers_made(const gateway::ReportDelivery& delivery) noexcept;

  void continue_resend();
  [[nodiscard]] bool may_serve_slice() const noexcept;
  void serve_slice();
  void end_resend();

  void begin_proof();
  [[nodiscard]] bool waits_for_proof(const Report& next);
  void ask_for_proof();
  void ask_for_proof_at_once();
  void check_held_reports();

  OrderSessionCore& core_;
  Owner& owner_;
  OutboundNumbers numbers_;
  OutboundQueue queue_;
  std::chrono::steady_clock::time_point last_progress_;

  gateway::SubscriptionId subscription_;
  // For numbers, or for the end of a resend. Those of no subscription are the session's own.
  std::deque<gateway::ReportDelivery> waiting_;
  std::size_t next_report_ = 0;  // of waiting_.front()
  std::size_t unanswered_ = 0;   // requests that change nothing
  ReplayedReports replayed_;

  Resends resends_;
  bool resend_turn_asked_ = false;

  matching::EventSeq delivered_;  // the journal's cursor, as of the last logon
  DeliveryProof proof_;
  UnprovenReports unproven_;
  ReportHold hold_;
  std::chrono::steady_clock::time_point last_asked_;  // for proof
  // Sent by earlier logons, in this epoch or another, and not proven: asked for at once when all
  // reports up to here have been sent.
  std::optional<matching::EventSeq> prove_behind_;
};

}  // namespace betex::fix
