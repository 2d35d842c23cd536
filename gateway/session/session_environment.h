// What all sessions share.
#pragma once

#include <functional>
#include <memory>

#include "matching/types.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace betex::gateway {
class Clock;
class CommandPort;
class ReportFeed;
}  // namespace betex::gateway

namespace betex::fix {

class Dictionaries;
class FixSession;
class HandshakeTurns;
class LogonGate;
class MessageCache;
class RefusalLog;
class RefusalShare;
struct SessionMetrics;
struct TransportLimits;

// Everything in it outlives the I/O threads' run.
struct SessionEnvironment {
  boost::asio::io_context& io;
  const TransportLimits& limits;
  const Dictionaries& dictionaries;
  gateway::CommandPort& commands;
  gateway::ReportFeed& reports;
  LogonGate& gate;
  MessageCache& cache;
  SessionMetrics& metrics;
  RefusalLog& refusals;
  RefusalShare& refusal_share;
  HandshakeTurns& resends;      // slices of them take turns, as handshakes do
  const gateway::Clock& clock;  // session time: SendingTime(52), scheduled resets
  const gateway::Clock& machine_clock;
  const matching::Currency currency;  // as in FixServer::Parts

  // The journal has named a session: reports for `id` are for it from now on.
  std::function<void(matching::SessionId id, const std::shared_ptr<FixSession>&)> named;
};

}  // namespace betex::fix
