// Connections with a Logon for one session: who is at the other end? Many may try at once, and
// nobody touches the session before he is known.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gateway/session/logon_queue.h"
#include "gateway/session/session_core.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/logon_gate.h"

namespace betex::fix {

// Owned by its session's strand.
class Identification {
 public:
  // A connection whose client is who it says, by what the session's settings ask for. Called from
  // within begin(), or later.
  using Known = std::function<void(LogonCandidate candidate)>;

  // The first two must outlive it. Those who wait for their password are `logons`' unknown ones.
  Identification(SessionCore& core, LogonQueue& logons, Known known);

  // Who is not known is refused in his own time. Not called any more once reading has stopped.
  void begin(std::shared_ptr<Connection> connection, InboundFrames frames);

  // By the password of the Logon that the core's fields are of. `done` runs on the strand, unless
  // the ticket is given back before.
  [[nodiscard]] LogonGate::Ticket ask(const Connection& connection,
                                      const std::string& expected_username,
                                      std::function<void(bool right)> done);

  // The connection has ended; nothing where its password is not being checked.
  void forget(const Connection& connection);

  // Closes all whose password is being checked.
  void close_all();

 private:
  void ask_for_password(LogonCandidate candidate);
  void on_authenticated(std::uint64_t attempt, bool right);

  SessionCore& core_;
  LogonQueue& logons_;
  const Known known_;
};

}  // namespace betex::fix
