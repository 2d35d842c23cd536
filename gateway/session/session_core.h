// What the parts of a FIX session share: its state machine (fix_session.h), what comes in
// (session_inbound.h) and what goes out (session_outbound.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
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

  // Nothing that the client says further can be counted: a Logout says why, and is the last word.
  void end_by_logout(const std::string& text);

  // The same for a client that shows to have seen what this gateway has never sent: an alarm.
  void end_for_another_history(const std::string& text);

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

}  // namespace betex::fix
