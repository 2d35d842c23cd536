// A configured FIX session, as long as the server lives: its logon and its end, and between them
// what comes in (session_inbound.h) and what goes out (session_outbound.h). It joins QuickFIX's
// session layer, the session's state in the journal, and the session cache so that no order is lost
// or done twice and no report is lost, whatever is killed (README.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "gateway/link/replay_link.h"
#include "gateway/link/session_link.h"
#include "gateway/session/connection_probe.h"
#include "gateway/session/control_submission.h"
#include "gateway/session/identification.h"
#include "gateway/session/logon_queue.h"
#include "gateway/session/scheduled_reset.h"
#include "gateway/session/session_core.h"
#include "gateway/session/session_inbound.h"
#include "gateway/session/session_outbound.h"
#include "gateway/session/session_right.h"
#include "gateway/session/session_standing.h"
#include "gateway/session/waiting_for_end.h"
#include "gateway/transport/connection.h"
#include "gateway/wire/logon_check.h"

namespace betex::fix {

// The state machine of a session. Everything of it happens on its strand. The public functions only
// post there, so they may be called on any thread.
class FixSession final : public ConnectionUser,
                         public std::enable_shared_from_this<FixSession>,
                         private QuickfixEvents,
                         private SessionInbound::Owner,
                         private SessionOutbound::Owner {
 public:
  // Whether such a session is on at these ports, and where it is if not, for the log.
  [[nodiscard]] static constexpr bool is_for(SessionRole role) noexcept {
    return role != SessionRole::MarketData;
  }

  static constexpr std::string_view kElsewhere =
      "the session is for market data, which is on [market_data] port";

  // `known`: the session as recovery found it, if the journal knows it.
  FixSession(SessionSettings settings,
             const SessionEnvironment& environment,
             const OrderEnvironment& orders,
             const std::optional<matching::SessionInfo>& known);
  ~FixSession() override;

  // Once, when it is known to others: from now on its numbers begin again when they are due to.
  void watch_reset_schedule();

  // What may change while it lives: from where it may come, nowhere where it is gone, how it proves
  // who it is, and its throttle. Whoever is on and would not be let in any more is logged out.
  // `tls`: what handshakes go by from now on; null: as before.
  void reconfigure(const SessionSettings& settings, std::shared_ptr<boost::asio::ssl::context> tls);

  // ---- From its connection
  void logon(std::shared_ptr<Connection> connection, InboundFrames frames) override;
  void receive(Connection& connection, InboundFrames frames) override;
  void unreadable(Connection& connection, std::string why) override;
  void written(Connection& connection, std::size_t bytes, std::size_t reports) override;
  void closed(Connection& connection) override;

  // ---- From the report stage
  void deliver(gateway::ReportDelivery delivery);
  void notify(gateway::SessionNotice notice);

  // ---- From the thread that tells reports again
  void tell_again(gateway::ReplayPortion portion);

  // *Thread-safe.* How it stands, as of a moment ago; `suspended` is left out.
  [[nodiscard]] CounterpartyState counterparty() const;

  // ---- For the end of the process, in this order. `done` runs on the strand.

  // No further command comes of what was or will be read.
  void stop_reading(std::function<void()> done);

  // Tells the journal that the session is down; the connection stays, for the last reports.
  void go_down(matching::SessionDownReason reason, std::function<void()> done);

  // A Logout, and the connection's end when it is answered.
  void log_out(const std::string& text, std::function<void()> done);

  // Closes the connection, whatever is under way, without a message.
  void close_connection();

  // When the I/O threads have ended: session and connection let go of each other.
  void abandon();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct RefusedLogon {  // on the session's own connection
    std::string text;    // for the Logout that answers it; empty: the Logon is good
    std::optional<TimePoint> last_answered;
  };

  struct Relogon {               // on a session that is on
    std::optional<Logon> logon;  // until its password is checked
    LogonGate::Ticket ticket = 0;
    std::optional<TimePoint> last;
  };

  // ---- fix_session_candidates.cpp: who is there, and is the one before him still there
  void on_logon(std::shared_ptr<Connection> connection, InboundFrames frames);
  void on_candidate(LogonCandidate candidate);
  void on_heartbeat(std::string_view test_req_id) override;

  // ---- fix_session_logon.cpp: from a connection with a Logon to a session that is on
  void begin_logon(LogonCandidate candidate);
  [[nodiscard]] tl::expected<Logon, LogonRefusal> judge(
      std::string_view frame, std::chrono::nanoseconds waited = std::chrono::nanoseconds{0});
  void go_up(const Logon& logon);
  void on_went_up(const matching::SessionWentUp& event);
  void warn_of_what_is_not_asked_for(const matching::SessionWentUp& event);
  void prepare_numbers();
  void answer();
  void answer_logon();

  // ---- fix_session_refusal.cpp: a Logon that is refused
  void turn_away(const LogonRefusal& refusal);
  void answer_by_logout();
  void close_refused();

  // ---- fix_session_relogon.cpp: a Logon on a session that is on
  [[nodiscard]] SessionInbound::Taken handle_logon(std::string_view frame) override;
  [[nodiscard]] bool waits_for_logon() const override;
  void on_relogon_known(bool right);
  [[nodiscard]] SessionInbound::Taken refuse_relogon(const LogonRefusal& refusal);
  void begin_again(const Logon& logon);

  // ---- fix_session.cpp: the session in the journal, its commands, its timer, its parts
  void take_epoch(matching::SessionEpoch epoch);
  void on_notice(const gateway::SessionNotice& notice);
  void publish_standing();
  void on_numbers_reserved(const matching::NumbersReserved& event);
  void on_logged_out_by_operator();
  void on_command_rejected(const matching::CommandRejected& event);
  void tick();
  void start_ticking();
  void submit_control(matching::CommandBody body) override;
  void on_no_credit() override;

  [[nodiscard]] matching::MsgSeqNum last_processed() override;
  void on_resend_ended(matching::MsgSeqNum number) override;
  void go_on_reading() override;
  void on_application_message(matching::MsgSeqNum number) override;
  void on_business_reject(const RejectFields& reject) override;
  void on_reject(const RejectFields& reject) override;
  bool on_number_used(matching::MsgSeqNum number) override;
  void on_send(const std::string& bytes) override;
  void on_disconnect() override;

  // ---- fix_session_right.cpp: the right to be on, which a reload may give and take
  void end_without_right();

  // ---- fix_session_end.cpp
  void end(matching::SessionDownReason reason) override;
  void forget_what_is_under_way();
  void on_connection_closed();
  void send_session_down(matching::SessionDownReason reason);
  void finish_if_done();
  void become_off();

  void run_what_waits() { waiting_.run(core_, control_.empty()); }

  // ---- fix_session_reset.cpp: new numbers by the clock, or by an operator
  void check_reset_schedule();
  [[nodiscard]] bool reset_is_due() const;
  void begin_reset();
  void on_numbers_set(const matching::SessionNumbersSet& event);

  OrderSessionCore core_;
  SessionOutbound outbound_;
  SessionInbound inbound_;

  // In the journal.
  ControlSubmission control_;
  ScheduledReset reset_;
  boost::asio::steady_timer reset_timer_;

  // The connection, and those who would take its place.
  LogonQueue logons_;
  SessionRight right_;
  Identification identification_;
  ConnectionProbe<SessionInbound, SessionOutbound> probe_;
  std::uint64_t attempt_ = 0;  // the connection's
  bool dropping_ = false;      // until it has dropped what was written for the old numbers
  Logon logon_;                // the one that it goes up by, or is on by
  RefusedLogon refusal_;
  Relogon relogon_;

  SessionStanding standing_;

  boost::asio::steady_timer tick_timer_;
  matching::Timestamp last_tick_;  // by session time
  WaitingForEnd waiting_;
};

}  // namespace betex::fix
