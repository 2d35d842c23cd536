// What a session receives: frames, through the guard and in the order of their numbers, to QuickFIX
// or to the decoder, and so to commands and queries on the ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/link/session_link.h"
#include "gateway/session/above_gap.h"
#include "gateway/session/gap_requests.h"
#include "gateway/session/inbound_brake.h"
#include "gateway/session/inbound_receipt.h"
#include "gateway/session/session_core.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/logon_check.h"
#include "gateway/wire/order_decoder.h"
#include "matching/assert.h"
#include "matching/commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

class SessionOutbound;

// Owned by its session's strand.
class SessionInbound {
 public:
  enum class Taken : std::uint8_t { Yes, NotYet };

  // What it asks of its session.
  class Owner {
   public:
    virtual ~Owner() = default;

    // A Logon on a session that is on. NotYet: nothing more is taken until process_frames() is
    // called and waits_for_logon() says no.
    [[nodiscard]] virtual Taken handle_logon(std::string_view frame) = 0;
    [[nodiscard]] virtual bool waits_for_logon() const = 0;

    // A Heartbeat has come, in sequence or not.
    virtual void on_heartbeat(std::string_view test_req_id) = 0;

    // There is no credit for a command: process_frames() is to be called in a while.
    virtual void on_no_credit() = 0;

    // Ends the session.
    virtual void end(matching::SessionDownReason reason) = 0;
  };

  SessionInbound(OrderSessionCore& core, Owner& owner, SessionOutbound& outbound);

  // ---- Numbers

  // The next one that is expected, also while the session is off.
  [[nodiscard]] matching::MsgSeqNum expected() const noexcept { return expected_; }

  // While QuickFIX does not count.
  void set_expected(matching::MsgSeqNum number) noexcept { expected_ = number; }

  // QuickFIX is going to count.
  void begin();

  // QuickFIX has answered this Logon and counted it. Above a gap its turn comes when the gap has
  // closed: what is missing is asked for, by a ResendRequest or, where the client has named its own
  // number, by the 789 of our Logon.
  void place_logon(const Logon& logon);

  // 369: the client's messages up to here are durable, or need not be. 0: nothing to confirm yet.
  [[nodiscard]] matching::MsgSeqNum last_processed();

  // Application messages up to this number are durable.
  void durable(matching::MsgSeqNum number) { receipt_.durable(number); }

  // ---- Frames

  // With the Logon first: what is behind it waits.
  void set_logon_frames(std::vector<std::string_view> frames);

  [[nodiscard]] std::string_view logon_frame() const { return frames_.front(); }

  // The Logon that process_frames() has come to begins the session again.
  void pass_logon() noexcept { ++next_frame_; }

  void receive(std::vector<std::string_view> frames);

  void drop_frames() noexcept { frames_.clear(); }

  // Frames have come that it has not looked at.
  [[nodiscard]] bool has_unread() const noexcept { return next_frame_ < frames_.size(); }

  // Takes what can be taken now. Each frame needs a credit for the command that it may become.
  // Without it nothing more is taken, and nothing more is read; the same goes for a peer that does
  // not read what it is sent.
  void process_frames();

  // Nothing is taken until then.
  void pause_until(Throttle::Clock::time_point time) { brake_.pause_until(time); }

  void set_throttle(const ThrottleLimits& limits) noexcept { brake_.set_limits(limits); }

  // Drops what waits above a gap.
  void forget_what_is_under_way() { above_gap_.clear(); }

  // ---- session_inbound_sequence.cpp: by its number, and whose and of when it is

  // Of the frame that the core's fields are of.
  [[nodiscard]] bool has_good_header() const;

  // The 369 of that frame, where it is of what was never sent: its client has seen a history that
  // this gateway does not have.
  [[nodiscard]] std::optional<matching::MsgSeqNum> processed_but_never_sent() const;

  // A message above the expected number has come; `sent_again`: as part of a resend.
  void request_missing_below(matching::MsgSeqNum number, bool sent_again);

  // From time to time: what is missing and does not come is asked for again.
  void request_missing_again();

  // ---- From QuickFIX (session_inbound_requests.cpp), as in QuickfixEvents
  void on_application_message(matching::MsgSeqNum number);
  void on_business_reject(const RejectFields& reject);
  void on_reject(const RejectFields& reject);

 private:
  [[nodiscard]] bool has_input();
  [[nodiscard]] Taken take_input();
  [[nodiscard]] Taken handle_frame(std::string_view frame);
  [[nodiscard]] Taken handle_numbered(std::string_view frame, matching::MsgSeqNum number);
  [[nodiscard]] Taken wait_for_resends();

  [[nodiscard]] std::optional<Taken> take_by_number(std::string_view frame,
                                                    matching::MsgSeqNum number);
  [[nodiscard]] std::optional<Taken> refuse_for_its_header(matching::MsgSeqNum number);
  void handle_refusal(const Refusal& refusal, matching::MsgSeqNum number);
  [[nodiscard]] bool is_to_be_journaled(matching::MsgSeqNum number) const;
  void refuse_in_sequence(const Refusal& refusal, matching::MsgSeqNum number);
  void handle_session_message(std::string_view frame, matching::MsgSeqNum number);
  void handle_resend_request(std::string_view frame, matching::MsgSeqNum number);
  void handle_logout(const std::string& frame, matching::MsgSeqNum number);
  void keep_above_gap(std::string_view frame, matching::MsgSeqNum number);
  void request_missing(GapRequests::Next next);

  [[nodiscard]] Taken handle_application(matching::MsgSeqNum number);
  [[nodiscard]] Decoded decode_request() const;
  [[nodiscard]] bool disk_has_room() const;

  // Why what was decoded is refused at the moment; None: it is not.
  [[nodiscard]] matching::Reason why_not_now(const matching::PlaceOrder& order) const;
  [[nodiscard]] matching::Reason why_not_now(const matching::AmendOrder& amend) const;
  [[nodiscard]] matching::Reason why_not_now(const gateway::Query& query) const;
  [[nodiscard]] matching::Reason why_not_now(const matching::OrderGroupRequest& request) const;
  [[nodiscard]] matching::Reason why_not_now(const ThrottleQuery& query) const;
  [[nodiscard]] matching::Reason why_not_now(const OperatorRequest& request) const;

  template <typename Other>
  [[nodiscard]] matching::Reason why_not_now(const Other& /*other*/) const {
    return matching::Reason::None;
  }

  [[nodiscard]] InboundBrake::Weighed weigh();
  void take_decoded(matching::MsgSeqNum number, Decoded decoded);
  void take(matching::MsgSeqNum number, matching::PlaceOrder&& order);
  void take(matching::MsgSeqNum number, const matching::CancelOrder& cancel);
  void take(matching::MsgSeqNum number, const matching::AmendOrder& amend);
  void take(matching::MsgSeqNum number, const matching::MassCancel& cancel);
  void take(matching::MsgSeqNum number, const matching::OrderGroupRequest& request);
  void take(matching::MsgSeqNum number, OperatorRequest&& request);
  void take(matching::MsgSeqNum number, gateway::Query&& query);
  void take(matching::MsgSeqNum number, const ThrottleQuery& query);
  [[nodiscard]] bool has_too_many_answers(const gateway::Query& query) const;
  void take(matching::MsgSeqNum number, const BusinessReject& refused);
  void take(matching::MsgSeqNum number, const SessionReject& refused);
  void take(matching::MsgSeqNum number, Unanswered what);

  // Of the role MarketData, which is served elsewhere.
  void take(matching::MsgSeqNum /*number*/, const gateway::MarketDataRequest& /*request*/) {
    BETEX_ASSERT(false);
  }

  void take(matching::MsgSeqNum /*number*/, const MarketDataRequestReject& /*refused*/) {
    BETEX_ASSERT(false);
  }

  [[nodiscard]] matching::Origin origin(matching::MsgSeqNum number) const;
  template <typename Body>
  void submit_application(matching::MsgSeqNum number, Body&& body);
  void submit_application(matching::Command command);
  void use_credit(gateway::RingCommand command);

  OrderSessionCore& core_;
  Owner& owner_;
  SessionOutbound& outbound_;

  std::vector<std::string_view> frames_;  // in the connection's buffer
  std::size_t next_frame_ = 0;
  matching::MsgSeqNum frame_number_;  // of the application message that is being handled
  std::size_t credits_ = 0;
  matching::Timestamp now_;  // session time when this turn began
  Throttle::Clock::time_point steady_now_;

  matching::MsgSeqNum expected_{1};
  matching::MsgSeqNum handled_;          // at or below it nothing is submitted again
  matching::MsgSeqNum logon_above_gap_;  // the Logon's number, passed when the gap has closed
  AboveGap above_gap_;
  GapRequests gap_requests_;

  InboundBrake brake_;
  InboundReceipt receipt_;
};

}  // namespace betex::fix
