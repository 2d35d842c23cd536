// What the parts of a FIX session share: its state machine (fix_session.h, market_data_session.h),
// what comes in and what goes out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/link/session_link.h"
#include "gateway/session/quickfix_session.h"
#include "gateway/session/sending_time.h"
#include "gateway/session/session_end.h"
#include "gateway/session/session_environment.h"
#include "gateway/session/session_settings.h"
#include "gateway/wire/field_table.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/logon_check.h"
#include "gateway/wire/session_reject.h"
#include "matching/types.h"

namespace betex::fix {

class Connection;

enum class SessionState : std::uint8_t {
  Off,
  GoingUp,    // until SessionUp is durable
  Reserving,  // until there are numbers for the answer to the Logon
  On,
  Draining,   // the session is over; its last bytes are leaving
  Resetting,  // it is off, until the new epoch is durable
};

// What QuickFIX cannot parse.
inline constexpr Refusal kNotFix{.session_reject_reason = session_reject::kOther,
                                 .text = "Not a FIX message"};

// Why a message is refused whose 369 is `processed`, where our last number is `last`.
[[nodiscard]] std::string never_sent_text(matching::MsgSeqNum processed, matching::MsgSeqNum last);

// Owned by its session's strand. The state machine writes what is here; whoever finds a reason to
// end the session says so in `ending`.
struct SessionCore {
  // `session_environment` and `events` must outlive it. `sent_messages`: as in SessionStore.
  // `session`: the one that it is of.
  SessionCore(SessionSettings session_settings,
              const SessionEnvironment& session_environment,
              QuickfixEvents& events,
              decltype(SessionStore::Callbacks::sent_messages) sent_messages,
              std::function<std::shared_ptr<void>()> session);
  ~SessionCore();
  SessionCore(const SessionCore&) = delete;
  SessionCore& operator=(const SessionCore&) = delete;
  SessionCore(SessionCore&&) = delete;
  SessionCore& operator=(SessionCore&&) = delete;

  [[nodiscard]] bool is_on() const noexcept { return state == SessionState::On; }

  // An operator's input is always read (README.md).
  [[nodiscard]] bool is_operator() const noexcept { return settings.role == SessionRole::Ops; }

  [[nodiscard]] gateway::RingShare ring_share() const noexcept {
    return is_operator() ? gateway::RingShare::Operators : gateway::RingShare::Common;
  }

  // Unless it has been sent already. The client is to answer it, and may still send what it has
  // under way.
  void send_logout(const std::string& text);

  // A message with this number has ended the session and is refused by a report: its Logout is to
  // follow that. Where the report does not come soon, since what goes before it is much, the Logout
  // comes alone, and the report at the next logon.
  void log_out_behind_reject(matching::MsgSeqNum number, std::string_view text);
  void on_reject_sent(matching::MsgSeqNum number);
  void log_out_if_reject_is_late();

  // Of a session that has been on until now: counted, and in the log. Returns what has ended it.
  SessionEnd count_end();

  // Nothing that the client says further can be counted: a Logout says why, and is the last word.
  void end_by_logout(const std::string& text);

  // The same for a client that shows to have seen what this gateway has never sent: an alarm.
  void end_for_another_history(const std::string& text);

  // ---- The frame that `fields` are of, with this MsgSeqNum

  // Who speaks to whom, and when (`now`: session time): what QuickFIX would look at as well, but
  // its Logout does not say why. Fields that are missing or malformed are for the guard.
  [[nodiscard]] std::optional<Refusal> check_header(matching::Timestamp now) const;

  // One in another version, for which QuickFIX would use up a number that has not come, is answered
  // by a Logout. False: it is in the session's.
  [[nodiscard]] bool refuse_other_version(matching::MsgSeqNum number);

  // By a Reject(3), at once. Uses its number up, where that is the expected one.
  void reject(const Refusal& refusal, matching::MsgSeqNum number);

  // A SequenceReset(4), whose turn it is. What is wrong with it, where something is.
  [[nodiscard]] std::optional<Refusal> take_sequence_reset(const std::string& frame,
                                                           matching::MsgSeqNum number);

  // A BusinessMessageReject(j): a message of ours has been refused. For the log.
  void log_refused_by_client() const;

  // ----

  // A Logon is refused: for the log, and counted; refuse() also closes its connection.
  void log_refusal(const Connection& of, const LogonRefusal& refusal) const;
  void refuse(Connection& of, const LogonRefusal& refusal) const;

  SessionSettings settings;
  const SessionEnvironment& environment;
  boost::asio::strand<boost::asio::io_context::executor_type> strand;
  const SendingTimeCheck sending_time;
  QuickfixSession quickfix;
  const std::function<std::shared_ptr<void>()> keep_alive;  // whoever waits holds the session by it

  SessionState state = SessionState::Off;
  matching::SessionId id;  // 0: the journal does not know it yet
  matching::SessionEpoch epoch;
  bool up = false;  // SessionUp is durable and SessionDown not yet asked for
  bool reading_stopped = false;
  bool suspended = false;                  // by an operator
  std::shared_ptr<Connection> connection;  // the session's; null: it has none
  SessionEnding ending;
  FieldTable fields;  // of the frame that is being looked at
};

// The same of a session of the order ports.
struct OrderSessionCore : SessionCore {
  // `order_environment` must outlive it; the others as above.
  OrderSessionCore(SessionSettings session_settings,
                   const SessionEnvironment& session_environment,
                   const OrderEnvironment& order_environment,
                   QuickfixEvents& events,
                   decltype(SessionStore::Callbacks::sent_messages) sent_messages,
                   std::function<std::shared_ptr<void>()> session);

  const OrderEnvironment& orders;
};

}  // namespace betex::fix
