// One side of a FIX session that initiates: logon, sequence numbers, heartbeats, resends in both
// directions. It uses nothing of the gateway's, nor QuickFIX, so that tests of the gateway have a
// witness of their own.
//
// It never drops a message in silence: what arrives is given to the caller in the order of its
// number, or is a repetition of something that already was, which the observer and a counter see.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/client/connection.h"
#include "gateway/client/message.h"
#include "gateway/client/password.h"
#include "gateway/client/session_store.h"

namespace betex::client {

enum class Dialect { Fixt11, Fix44 };  // FIXT.1.1 with FIX.5.0SP2, or FIX.4.4
enum class ResetNumbers { No, Yes };   // 141=Y on the Logon

struct SessionSettings {
  Dialect dialect = Dialect::Fixt11;
  std::string sender;
  std::string target = "BETEX";
  Password password;  // 554; the Username(553) is `sender`
  std::chrono::seconds heartbeat{30};
};

enum class Traffic {
  Sent,
  Received,
  ReceivedAboveGap,   // kept until what is missing has come
  ReceivedDuplicate,  // PossDup of a message that had come before
};

struct SessionCounters {
  std::uint64_t resend_requests_sent = 0;
  std::uint64_t resend_requests_answered = 0;
  std::uint64_t messages_resent = 0;
  std::uint64_t duplicates_received = 0;
};

// One thread at a time. Everything that waits has a timeout, and nothing happens between calls:
// heartbeats and resends are served while the caller waits in one of them.
class Session {
 public:
  // `store` must outlive the session. A session may log on, disconnect and log on again; messages
  // that were received and not yet taken are kept.
  Session(SessionSettings settings, SessionStore& store);

  using Observer = std::function<void(Traffic, std::string_view frame)>;

  void observe(Observer observer) { observer_ = std::move(observer); }

  // Throws LogonRefused, LogonUnanswered, HistoryMismatch, ProtocolError or TimedOut, and is then
  // disconnected. With ResetNumbers::Yes the store is emptied once the counterparty has agreed;
  // where what came of that is not known, the next Logon asks for it again, whatever `reset` is.
  // Nothing that was received may be waiting for receive() then.
  void logon(Connection connection, ResetNumbers reset, Clock::duration timeout);

  // For a session that will not log on again: its password is wiped out of memory.
  void forget_password() noexcept { settings_.password = {}; }

  // Returns when the counterparty has everything that was sent so far and this side everything
  // that the counterparty had sent before it answered: a TestRequest and its answer, in sequence.
  // Throws Disconnected, ProtocolError or TimedOut.
  void synchronise(Clock::duration timeout);

  // Gives `message` the next number, stores it and sends it. Where the connection has ended, which
  // the next receive() tells, it goes out when the counterparty asks for it after a later logon.
  // Only while logged_on(). Returns the number.
  std::uint32_t send(const Message& message);

  // The next application message or Reject(3), in the order of numbers, without gaps; nothing
  // within `timeout`. Throws Disconnected once all that came before the end has been taken, and
  // ProtocolError at once. A message counts as taken, for the store, when the next is asked for.
  std::optional<Message> receive(Clock::duration timeout);

  // How many messages receive() would give without looking for more.
  [[nodiscard]] std::size_t waiting() const noexcept { return ready_.size(); }

  // Sends a Logout and waits for the answer; messages that come before it are kept for receive(),
  // which may still be called. Throws TimedOut or Disconnected, and is then disconnected.
  void logout(Clock::duration timeout);

  // From now on no message counts as taken, the last that receive() gave included: a session that
  // logs on with the same store later gets them again.
  void leave_untaken() noexcept { takes_ = false; }

  // Closes the connection without a word, as a crash would.
  void disconnect() noexcept;

  [[nodiscard]] bool logged_on() const noexcept { return state_ == State::LoggedOn; }

  // SenderCompID.
  [[nodiscard]] const std::string& sender() const noexcept { return settings_.sender; }

  [[nodiscard]] Dialect dialect() const noexcept { return settings_.dialect; }

  [[nodiscard]] const SessionCounters& counters() const noexcept { return counters_; }

 private:
  enum class State { Disconnected, AwaitingLogon, LoggedOn, AwaitingLogout };
  enum class Arrival { InOrder, AfterGap };

  // session.cpp: the Logon, waiting, timers, sending.
  void send_logon();
  template <typename Condition>
  bool wait_for(Condition condition, Clock::duration timeout);
  void pump(Clock::time_point deadline);
  void keep_timers();
  [[nodiscard]] Clock::time_point next_timer() const;
  [[nodiscard]] Header header(std::uint32_t number, std::string_view sending_time) const;
  void send_numbered(const Message& message);
  void transmit(std::string_view frames);
  void remember_taken();
  void end(std::string reason) noexcept;
  [[noreturn]] void fail(const std::string& what);

  // session_inbound.cpp: what arrives, gaps, resends.
  void handle_received();
  void handle_frame(std::string_view frame);
  void check_header(const Message& message);
  void handle_first_answer(Message message);
  [[noreturn]] void handle_refused_logon(const Message& logout);
  void begin_anew();
  void handle_sequenced(Message message, std::string_view frame);
  void accept(Message message, Arrival arrival);
  void handle_administrative(const Message& message, Arrival arrival);
  void handle_heartbeat(const Message& message);
  void handle_logout(const Message& message);
  void move_expected_to(std::int64_t number);
  void accept_above_gap();
  void request_missing();
  void answer_resend_request(const Message& request);
  [[nodiscard]] std::string encode_resent(const Message& message, std::uint32_t number) const;
  [[nodiscard]] std::string encode_gap_fill(std::uint32_t from, std::uint32_t next) const;

  SessionSettings settings_;
  SessionStore* store_;
  Observer observer_ = [](Traffic, std::string_view) {};
  std::optional<Connection> connection_;
  State state_ = State::Disconnected;
  std::string end_reason_ = "not connected";
  ResetNumbers reset_ = ResetNumbers::No;
  std::string anew_;  // the Logon that begins the numbers anew, for the store
  bool logout_answered_ = false;
  bool takes_ = true;

  std::uint32_t expected_in_;       // the store's follows it as messages are taken
  std::uint32_t requested_to_ = 0;  // a ResendRequest up to here is under way
  std::map<std::uint32_t, Message> above_gap_;
  std::deque<Message> ready_;

  Clock::time_point last_sent_;
  Clock::time_point last_received_;
  bool probing_ = false;  // the counterparty was silent, and has been sent a TestRequest
  std::int64_t test_requests_ = 0;
  std::int64_t test_requests_answered_ = 0;
  std::uint32_t test_request_number_ = 0;  // 34 of the one that synchronise() waits for
  bool test_request_filled_over_ = false;
  SessionCounters counters_;
};

}  // namespace betex::client
