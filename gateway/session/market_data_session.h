// A configured market data session, as long as the server lives: its logon and its end, and between
// them what comes in (market_data_inbound.h) and what goes out (market_data_outbound.h). Its
// numbers live as long as a connection: each Logon has 141=Y, nothing that it sends or gets is
// journaled or kept. The journal knows that it is on, so that an operator can log it out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "gateway/link/market_data_link.h"
#include "gateway/link/session_link.h"
#include "gateway/session/connection_probe.h"
#include "gateway/session/control_submission.h"
#include "gateway/session/identification.h"
#include "gateway/session/logon_queue.h"
#include "gateway/session/market_data_inbound.h"
#include "gateway/session/market_data_outbound.h"
#include "gateway/session/session_core.h"
#include "gateway/session/session_right.h"
#include "gateway/session/session_standing.h"
#include "gateway/session/unsent_bytes.h"
#include "gateway/session/waiting_for_end.h"
#include "gateway/transport/connection.h"
#include "gateway/wire/logon_check.h"

namespace betex::fix {

// The state machine of a session. Everything of it happens on its strand. The public functions only
// post there, so they may be called on any thread.
class MarketDataSession final : public ConnectionUser,
                                public std::enable_shared_from_this<MarketDataSession>,
                                private QuickfixEvents,
                                private MarketDataInbound::Owner {
 public:
  // Whether such a session is on at this port, and where it is if not, for the log.
  [[nodiscard]] static constexpr bool is_for(SessionRole role) noexcept {
    return role == SessionRole::MarketData;
  }

  static constexpr std::string_view kElsewhere =
      "the session is not for market data, and this is [market_data] port: it is on [fix] port";

  // `known`: the session as recovery found it, if the journal knows it.
  MarketDataSession(SessionSettings settings,
                    const SessionEnvironment& environment,
                    const MarketDataEnvironment& market_data,
                    const std::optional<matching::SessionInfo>& known);
  ~MarketDataSession() override;

  // As FixSession's.
  void reconfigure(const SessionSettings& settings, std::shared_ptr<boost::asio::ssl::context> tls);

  // ---- From its connection
  void logon(std::shared_ptr<Connection> connection, InboundFrames frames) override;
  void receive(Connection& connection, InboundFrames frames) override;
  void unreadable(Connection& connection, std::string why) override;
  void written(Connection& connection, std::size_t bytes, std::size_t reports) override;
  void closed(Connection& connection) override;

  // ---- From the report stage
  void notify(gateway::SessionNotice notice);

  // *Thread-safe.* How it stands, as of a moment ago; `suspended` is left out.
  [[nodiscard]] CounterpartyState counterparty() const;

  // There is no market data any more: who is on is logged out with this text, and who logs on.
  void give_up(std::string text);

  // ---- For the end of the process, as FixSession's
  void stop_reading(std::function<void()> done);
  void go_down(matching::SessionDownReason reason, std::function<void()> done);
  void log_out(const std::string& text, std::function<void()> done);
  void close_connection();
  void abandon();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  class Outlet;

  // ---- market_data_session_logon.cpp: from a connection with a Logon to a session that is on
  void on_candidate(LogonCandidate candidate);
  void begin_logon(LogonCandidate candidate);
  [[nodiscard]] tl::expected<Logon, LogonRefusal> judge(
      std::string_view frame, std::chrono::nanoseconds waited = std::chrono::nanoseconds{0});
  [[nodiscard]] std::string why_not_now() const;
  void go_up(const Logon& logon);
  void submit_up();
  void on_went_up(const matching::SessionWentUp& event);
  void answer_logon();
  void turn_away(const LogonRefusal& refusal);
  void answer_by_logout(const std::string& text);
  void close_refused();

  // ---- market_data_session.cpp: the journal, its timer, its parts
  void on_notice(const gateway::SessionNotice& notice);
  void on_suspended();
  void on_command_rejected(const matching::CommandRejected& event);
  void publish_standing();
  void start_ticking();
  void tick();
  void join();
  void take(const std::shared_ptr<Outlet>& from,
            std::size_t bytes,
            const std::vector<gateway::MarketDataMessage>& messages);
  void log_out_now(SessionEnd cause, const std::string& text);

  // MarketDataInbound::Owner
  void ask(gateway::MarketDataRequest request) override;
  void ask(const gateway::SecurityListQuery& query) override;
  void on_resend_filled() override;
  void on_heartbeat(std::string_view test_req_id) override;

  // QuickfixEvents. It sees no application message of ours.
  void on_application_message(matching::MsgSeqNum /*number*/) override {}

  void on_business_reject(const RejectFields& /*reject*/) override {}

  void on_reject(const RejectFields& reject) override;

  [[nodiscard]] matching::MsgSeqNum last_processed() override { return {}; }

  bool on_number_used(matching::MsgSeqNum number) override;
  void on_send(const std::string& bytes) override;
  void on_disconnect() override;

  // ---- market_data_session_end.cpp
  void end(matching::SessionDownReason reason) override;
  void on_connection_closed();
  void send_session_down(matching::SessionDownReason reason);
  void finish_if_done();
  void become_off();

  void run_what_waits() { waiting_.run(core_, control_.empty()); }

  [[nodiscard]] bool waits_to_go_up() const noexcept {
    return core_.state == SessionState::GoingUp && !up_asked_;
  }

  SessionCore core_;
  const MarketDataEnvironment& market_data_;
  MarketDataOutbound outbound_;
  MarketDataInbound inbound_;

  // In the journal: it is asked for a SessionUp at most once a second, and a Logon waits for that.
  ControlSubmission control_;
  bool up_asked_ = false;  // in GoingUp: SessionUp is on its way
  std::optional<TimePoint> last_up_;
  boost::asio::steady_timer up_timer_;

  // The connection, and those who would take its place.
  LogonQueue logons_;
  SessionRight right_;
  Identification identification_;
  ConnectionProbe<MarketDataInbound, MarketDataOutbound> probe_;
  std::uint64_t attempt_ = 0;  // the connection's
  Logon logon_;                // the one that it goes up by, or is on by
  std::optional<TimePoint> refusal_answered_;
  bool has_place_ = false;  // among those that may be on at a time
  std::string given_up_;    // why nobody may be on any more; empty: who has the right may

  // With md, while it is on.
  std::shared_ptr<Outlet> outlet_;
  gateway::SubscriberId subscriber_;

  SessionStanding standing_;

  boost::asio::steady_timer tick_timer_;
  matching::Timestamp last_tick_;  // by session time
  WaitingForEnd waiting_;
};

}  // namespace betex::fix
