// A configured FIX session, as long as the server lives: its logon, its messages in and out, its
// end. It joins QuickFIX's session layer, the session's state in the journal, and the session cache
// so that no order is lost or done twice and no report is lost, whatever is killed (README.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/link/clock.h"
#include "gateway/link/session_link.h"
#include "gateway/session/cache_flusher.h"
#include "gateway/session/delivery_proof.h"
#include "gateway/session/dictionaries.h"
#include "gateway/session/gap_requests.h"
#include "gateway/session/inbound_receipt.h"
#include "gateway/session/message_cache.h"
#include "gateway/session/outbound_queue.h"
#include "gateway/session/quickfix_session.h"
#include "gateway/session/refusal_share.h"
#include "gateway/session/sending_time.h"
#include "gateway/session/session_end.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_settings.h"
#include "gateway/session/throttle.h"
#include "gateway/session/unproven_reports.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/handshake_turns.h"
#include "gateway/transport/logon_gate.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/wire/field_table.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/inbound_order.h"
#include "gateway/wire/logon_check.h"
#include "gateway/wire/order_decoder.h"
#include "matching/engine.h"

namespace betex::fix {

class FixSession;

// What all sessions share; everything in it outlives the I/O threads' run.
struct SessionEnvironment {
  boost::asio::io_context& io;
  const TransportLimits& limits;
  const Dictionaries& dictionaries;
  gateway::CommandPort& commands;
  gateway::ReportFeed& reports;
  LogonGate& gate;
  MessageCache& cache;
  CacheFlusher& flusher;
  SessionMetrics& metrics;
  RefusalLog& refusals;
  RefusalShare& refusal_share;
  HandshakeTurns& resends;      // slices of them take turns, as handshakes do
  const gateway::Clock& clock;  // session time: SendingTime(52), scheduled resets
  const gateway::Clock& machine_clock;

  // The journal has named a session: reports for `id` are for it from now on.
  std::function<void(matching::SessionId id, const std::shared_ptr<FixSession>&)> named;
};

// Everything of a session happens on its strand. The public functions only post there, so they may
// be called on any thread.
class FixSession final : public ConnectionUser,
                         public std::enable_shared_from_this<FixSession>,
                         private QuickfixEvents {
 public:
  // `known`: the session as recovery found it, if the journal knows it.
  FixSession(SessionSettings settings,
             const SessionEnvironment& environment,
             const std::optional<matching::SessionInfo>& known);
  ~FixSession() override;

  // Once, when it is known to others: from now on its numbers begin again when they are to.
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
  enum class State : std::uint8_t {
    Off,
    GoingUp,    // until SessionUp is durable
    Reserving,  // until there are numbers for the answer to the Logon
    On,
    Draining,   // the session is over; its last bytes are leaving
    Resetting,  // it is off, until the new epoch is durable
  };

  // A connection with a Logon for this session.
  struct Candidate {
    std::shared_ptr<Connection> connection;
    InboundFrames frames;  // in the connection's buffer, the Logon first
    std::uint64_t attempt = 0;
    std::chrono::steady_clock::time_point arrived;
    LogonGate::Ticket ticket = 0;  // while it proves who it is
    std::string refused;           // why, where that is known before; empty: by its password
    std::string username;  // the one that it has logged on as; empty: by a certificate alone
  };

  // What the client has asked for again and has not been sent yet: in slices, so that nobody else
  // waits for it and it does not fill the queue.
  struct Resend {
    std::string request;            // the client's
    matching::MsgSeqNum processed;  // its 369; 0: none, or it is no proof
    matching::MsgSeqNum number;     // its own
    matching::MsgSeqNum next;
    matching::MsgSeqNum last;
  };

  enum class Taken : std::uint8_t { Yes, NotYet };

  // ---- fix_session_logon.cpp: from a connection with a Logon to a session that is on

  void on_logon(std::shared_ptr<Connection> connection, InboundFrames frames);
  [[nodiscard]] std::string why_not_even_asked(const Connection& connection) const;
  [[nodiscard]] LogonGate::Ticket ask_who_it_is(const Connection& connection,
                                                const std::string& expected_username,
                                                std::function<void(bool right)> done);
  void ask_for_password(Candidate candidate);
  void on_authenticated(std::uint64_t attempt, bool right);
  void on_candidate(Candidate candidate);
  void begin_logon(Candidate candidate);
  void start_next_logon();
  [[nodiscard]] tl::expected<Logon, LogonRefusal> judge(
      std::string_view frame, std::chrono::nanoseconds waited = std::chrono::nanoseconds{0});
  [[nodiscard]] bool has_good_sending_time() const;
  void go_up(const Logon& logon);
  void on_went_up(const matching::SessionWentUp& event);
  void prepare_numbers();
  void answer();
  void answer_logon();
  void place_logon();
  void probe();
  void on_probe_time_out();
  void on_probe_answered();

  // ---- fix_session_refusal.cpp: a Logon that is refused

  void turn_away(const LogonRefusal& refusal);
  void answer_by_logout();
  void close_refused();
  void log_refusal(const Connection& connection, const LogonRefusal& refusal);
  void refuse(Connection& connection, const std::string& why);
  void refuse(Connection& connection, const LogonRefusal& refusal);

  // ---- fix_session_relogon.cpp: a Logon on a session that is on

  [[nodiscard]] Taken handle_logon(std::string_view frame);
  void on_relogon_known(bool right);
  [[nodiscard]] Taken refuse_relogon(const LogonRefusal& refusal);
  void begin_again(const Logon& logon);

  // ---- fix_session.cpp: the session in the journal, its commands, its timer

  void take_epoch(matching::SessionEpoch epoch);
  void on_notice(const gateway::SessionNotice& notice);
  void on_numbers_reserved(const matching::NumbersReserved& event);
  void on_logged_out_by_operator();
  void on_command_rejected(const matching::CommandRejected& event);
  void tick();
  void submit_control(gateway::RingCommand command);
  void submit_waiting_control();
  void retry_later();
  void start_ticking();

  // ---- fix_session_right.cpp: the right to be on, which a reload may give and take

  [[nodiscard]] std::string why_not_let_in(const Connection& connection,
                                           const std::string& username) const;
  void end_if_right_is_gone();

  // ---- fix_session_end.cpp

  void end(matching::SessionDownReason reason);
  void note_end(SessionEnd how);
  void forget_what_is_under_way();
  void send_logout(const std::string& text);
  void end_by_logout(const std::string& text);
  void on_connection_closed();
  void send_session_down(matching::SessionDownReason reason);
  void finish_if_done();
  void become_off();
  void tell_waiters();

  // ---- fix_session_reset.cpp: new numbers by the clock, or by an operator

  void check_reset_schedule();
  [[nodiscard]] bool reset_is_due() const;
  void begin_reset();
  void on_numbers_set(const matching::SessionNumbersSet& event);

  // ---- fix_session_inbound.cpp: frames to commands

  void process_frames();
  [[nodiscard]] bool has_input();
  [[nodiscard]] Taken take_input();
  void pause_reading(Throttle::Clock::time_point until);
  [[nodiscard]] Taken handle_frame(std::string_view frame);
  [[nodiscard]] Taken handle_numbered(std::string_view frame, matching::MsgSeqNum number);
  void handle_session_message(std::string_view frame, matching::MsgSeqNum number);
  void note_answers();

  // ---- fix_session_sequence.cpp: by its number, and whose and of when it is

  [[nodiscard]] std::optional<Taken> take_by_number(std::string_view frame,
                                                    matching::MsgSeqNum number);
  [[nodiscard]] std::optional<Taken> refuse_for_its_header(matching::MsgSeqNum number);
  [[nodiscard]] bool has_good_header() const;
  [[nodiscard]] std::optional<Refusal> check_header() const;
  void handle_refusal(const Refusal& refusal, matching::MsgSeqNum number);
  void reject(const Refusal& refusal, matching::MsgSeqNum number);
  void handle_logout(matching::MsgSeqNum number);
  void handle_sequence_reset(matching::MsgSeqNum number);
  void keep_above_gap(std::string_view frame, matching::MsgSeqNum number);
  void ask_for_what_lacks_below(matching::MsgSeqNum number, bool sent_again);
  void ask_again_in_time();
  void ask_for_what_lacks(GapRequests::Next next);

  // ---- fix_session_requests.cpp: application messages and refusals to commands

  [[nodiscard]] Taken handle_application(matching::MsgSeqNum number);
  [[nodiscard]] Decoded decode_request() const;
  [[nodiscard]] Throttle::Verdict weigh();
  [[nodiscard]] bool may_refuse();
  void take_decoded(matching::MsgSeqNum number, const Decoded& decoded);
  void submit_application(matching::MsgSeqNum number, matching::CommandBody body);
  void use_credit(gateway::RingCommand command);
  void take(matching::MsgSeqNum number, const matching::CommandBody& request);
  void take(matching::MsgSeqNum number, const gateway::Query& query);
  void take(matching::MsgSeqNum number, const BusinessReject& refused);
  void take(matching::MsgSeqNum number, const SessionReject& refused);
  void take(matching::MsgSeqNum number, Unanswered what);

  void on_application_message(matching::MsgSeqNum number) override;
  void on_business_reject(const RejectFields& reject) override;
  void on_reject(const RejectFields& reject) override;

  // ---- fix_session_outbound.cpp: reports to blocks to the socket

  [[nodiscard]] matching::MsgSeqNum last_processed() override;
  bool on_number_used(matching::MsgSeqNum number) override;
  void on_send(const std::string& bytes) override;
  void on_disconnect() override;

  void on_delivery(gateway::ReportDelivery delivery);
  void send_waiting_reports();
  void send_report(const Report& report);
  void reserve_numbers_ahead();
  [[nodiscard]] std::uint32_t numbers_left() const noexcept;
  [[nodiscard]] std::vector<MessageCache::Message> sent_messages(matching::MsgSeqNum first,
                                                                 matching::MsgSeqNum last) const;
  void end_turn();
  void on_cached(const OutboundQueue::Block& block);
  void write_released();
  void on_written(std::size_t bytes, std::size_t reports);
  void check_slow_reader();

  // ---- fix_session_resend.cpp: what is sent again, and what is proven to have arrived

  [[nodiscard]] std::optional<Refusal> check_resend_request() const;
  [[nodiscard]] bool resends_wait_enough() const noexcept;
  void begin_resend(std::string_view frame, matching::MsgSeqNum number);
  void resend_from(matching::MsgSeqNum first);
  void continue_resend();
  [[nodiscard]] bool may_serve_slice() const noexcept;
  void serve_slice();
  [[nodiscard]] matching::MsgSeqNum end_of_slice(matching::MsgSeqNum first) const;
  void end_resend();
  void note_what_is_to_be_proven();
  void ask_for_proof();
  void ask_for_proof_at_once();
  void confirm_delivery();

  // ---- fix_session_bound.cpp: what it may make us keep

  void begin_proof();
  [[nodiscard]] bool waits_for_proof();
  void check_held_reports();
  [[nodiscard]] bool has_too_many_answers() const noexcept;
  void note_answers_made(const gateway::ReportDelivery& delivery) noexcept;

  SessionSettings settings_;
  const SessionEnvironment& environment_;
  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  boost::asio::steady_timer tick_timer_;
  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer probe_timer_;
  boost::asio::steady_timer pause_timer_;
  boost::asio::steady_timer reset_timer_;
  const SendingTimeCheck sending_time_;
  QuickfixSession quickfix_;

  // The session in the journal.
  State state_ = State::Off;
  matching::SessionId id_;  // 0: the journal does not know it yet
  matching::SessionEpoch epoch_;
  matching::MsgSeqNum expected_in_{1};  // while off; QuickFIX counts while on
  matching::MsgSeqNum reserved_to_;
  matching::EventSeq delivered_;  // the journal's cursor, as of the last logon
  matching::Timestamp epoch_began_;
  matching::Timestamp asked_at_;  // for the newest SessionUp or new epoch
  bool up_ = false;               // SessionUp is durable and SessionDown not yet asked for
  bool reserving_ = false;
  std::deque<gateway::RingCommand> control_;  // session commands that wait for a credit
  bool retrying_ = false;
  matching::Timestamp last_tick_;  // by session time
  bool reading_stopped_ = false;
  std::vector<std::function<void()>> when_down_;
  std::vector<std::function<void()>> when_off_;

  // The connection; those that nobody knows yet; one that is known and waits for the one before.
  std::shared_ptr<Connection> connection_;
  std::string username_;                            // connection_'s, as Candidate::username
  std::shared_ptr<boost::asio::ssl::context> tls_;  // the last reload's; null: none yet
  std::vector<Candidate> authenticating_;
  std::optional<Candidate> next_;
  matching::MsgSeqNum probe_;  // the TestRequest that it waits for; 0: none
  std::chrono::steady_clock::time_point probed_at_;
  Logon logon_;          // the one that it goes up by, or is on by
  std::string refusal_;  // of the Logon that is being answered, for its Logout; empty: it is good
  std::optional<std::chrono::steady_clock::time_point> last_refusal_;  // that the client was told
  LogonGate::Ticket relogon_ticket_ = 0;
  std::optional<Logon> relogon_;  // on the session that is on, until its password is checked
  std::optional<std::chrono::steady_clock::time_point> last_relogon_;
  bool dropping_ = false;  // until connection_ has dropped what was written for the old numbers
  std::uint64_t attempts_ = 0;     // counts Logons
  std::uint64_t attempt_ = 0;      // connection_'s
  bool disconnect_asked_ = false;  // by QuickFIX or by us, at the end of the turn
  bool logout_received_ = false;
  std::optional<std::chrono::steady_clock::time_point> leave_by_;  // a Logout has been said
  std::optional<SessionEnd> how_ended_;  // the first cause; none: nothing has ended it yet

  // Inbound.
  InboundFrames frames_;  // in connection_'s buffer
  std::size_t next_frame_ = 0;
  FieldTable fields_;
  std::string frame_;  // the one that QuickFIX has
  matching::MsgSeqNum frame_number_;
  matching::MsgSeqNum handled_in_;  // at or below it nothing is submitted again
  std::map<matching::MsgSeqNum, std::string> above_gap_;  // taken when the gap has closed
  std::size_t above_gap_bytes_ = 0;
  GapRequests gap_requests_;
  matching::MsgSeqNum logon_above_gap_;  // the Logon's number, passed when the gap has closed
  Throttle throttle_;
  Throttle mass_cancels_{kMassCancels};
  RefusalShare::Window refusal_window_;
  bool paused_ = false;  // by one of these
  std::size_t credits_ = 0;
  InboundReceipt receipt_;
  SessionReject decoder_reject_;  // what on_reject is told of, where it was the decoder's

  // Outbound.
  OutboundState outbound_;
  OutboundQueue queue_;
  std::deque<OutboundQueue::Block> uncached_;  // given to the flusher, not committed yet
  gateway::SubscriptionId subscription_;
  std::deque<gateway::ReportDelivery> waiting_;  // for numbers, or for the end of a resend
  std::size_t next_report_ = 0;                  // of waiting_.front()
  std::deque<Resend> resends_;  // in the order of the requests, the first one is under way
  bool resend_turn_asked_ = false;
  bool resend_refused_ = false;  // by QuickFIX, while it has a slice
  DeliveryProof proof_;
  UnprovenReports unproven_;
  std::optional<std::chrono::steady_clock::time_point> held_since_;  // reports, for want of proof
  std::size_t unanswered_ = 0;  // requests that change nothing, at most so many
  std::chrono::steady_clock::time_point last_asked_;
  // Sent by earlier logons, in this epoch or another, and not proven: asked for at once when all
  // reports up to here have been told.
  std::optional<matching::EventSeq> prove_behind_;
  std::chrono::steady_clock::time_point last_progress_;
};

}  // namespace betex::fix
