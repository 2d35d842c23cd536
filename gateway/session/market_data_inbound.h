// What a market data session receives: frames, through the guard and in the order of their numbers,
// to QuickFIX or to the decoder, and so to md. Nothing of it is journaled, so what is refused is
// answered at once, and numbers have no gap: between two messages of one connection nothing is
// lost.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/link/market_data_link.h"
#include "gateway/session/inbound_brake.h"
#include "gateway/session/market_data_outbound.h"
#include "gateway/session/session_core.h"
#include "gateway/transport/connection.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/order_decoder.h"
#include "matching/commands.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class MarketDataInbound {
 public:
  // What it asks of its session.
  class Owner {
   public:
    virtual ~Owner() = default;

    virtual void ask(gateway::MarketDataRequest request) = 0;
    virtual void ask(const gateway::SecurityListQuery& query) = 0;

    // A ResendRequest was answered by a gap fill.
    virtual void on_resend_filled() = 0;

    virtual void on_heartbeat(std::string_view test_req_id) = 0;

    // Ends the session.
    virtual void end(matching::SessionDownReason reason) = 0;
  };

  MarketDataInbound(SessionCore& core, Owner& owner, MarketDataOutbound& outbound);

  // With the Logon first: what is behind it waits.
  void set_logon_frames(InboundFrames frames);

  [[nodiscard]] std::string_view logon_frame() const { return frames_.front(); }

  // A logon: number 2 is expected, and nothing was asked for.
  void begin();

  void receive(InboundFrames frames);

  void drop_frames() noexcept { frames_.clear(); }

  // Frames have come that it has not looked at.
  [[nodiscard]] bool has_unread() const noexcept { return next_frame_ < frames_.size(); }

  // Takes what can be taken now. From a peer that does not read what it is sent nothing is.
  void process_frames();

  void set_throttle(const ThrottleLimits& limits) noexcept { brake_.set_limits(limits); }

  // The next number that is expected, as of the last logon where the session is off.
  [[nodiscard]] matching::MsgSeqNum expected() const noexcept { return expected_; }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  enum class Taken : std::uint8_t { Yes, NotYet };

  [[nodiscard]] Taken handle_frame(std::string_view frame);
  [[nodiscard]] Taken handle_numbered(std::string_view frame, const GuardResult& guarded);
  [[nodiscard]] bool is_out_of_turn(matching::MsgSeqNum number);
  [[nodiscard]] bool is_of_another_history();
  [[nodiscard]] Taken reject(const Refusal& refusal, matching::MsgSeqNum number);

  [[nodiscard]] Taken handle_session_message(std::string_view frame, matching::MsgSeqNum number);
  [[nodiscard]] Taken handle_resend_request(matching::MsgSeqNum number);
  void handle_logout(const std::string& frame, matching::MsgSeqNum number);

  [[nodiscard]] Taken handle_application(matching::MsgSeqNum number);
  void take(matching::MsgSeqNum number, gateway::MarketDataRequest request);
  void take(matching::MsgSeqNum number, const gateway::Query& query);
  void take(matching::MsgSeqNum number, const SessionReject& refused);
  void take(matching::MsgSeqNum number, const BusinessReject& refused);
  void take(matching::MsgSeqNum number, const MarketDataRequestReject& refused);
  void take(matching::MsgSeqNum number, Unanswered what);

  // A request of another role, which the decoder has refused.
  template <typename Other>
  void take(matching::MsgSeqNum number, const Other& /*other*/) {
    take(number, not_entitled());
  }

  [[nodiscard]] BusinessReject not_entitled() const;

  SessionCore& core_;
  Owner& owner_;
  MarketDataOutbound& outbound_;

  InboundFrames frames_;  // in the connection's buffer
  std::size_t next_frame_ = 0;
  matching::MsgSeqNum expected_{1};
  matching::Timestamp now_;  // session time when this turn began
  std::optional<TimePoint> resent_at_;
  InboundBrake brake_;
};

}  // namespace betex::fix
