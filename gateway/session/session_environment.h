// What sessions share: all of a server's ports, and what those for orders, or for market data,
// share besides.
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
class MarketDataFeed;
class ReplayFeed;
class ReportFeed;
}  // namespace betex::gateway

namespace betex::fix {

class Dictionaries;
class FixSession;
class LogonGate;
class RefusalLog;
class RefusalShare;
class SessionCache;
struct SessionMetrics;
class SessionPlaces;
class ThreadShare;
struct TransportLimits;

// Everything in it outlives the I/O threads' run.
struct SessionEnvironment {
  boost::asio::io_context& io;
  const TransportLimits& limits;
  const Dictionaries& dictionaries;
  gateway::CommandPort& commands;
  LogonGate& gate;
  SessionMetrics& metrics;
  RefusalLog& refusals;
  RefusalShare& refusal_share;
  const gateway::Clock& clock;  // session time: SendingTime(52), scheduled resets
  const gateway::Clock& machine_clock;
};

// The same, as is the next one.
struct OrderEnvironment {
  gateway::ReportFeed& reports;
  SessionCache& cache;
  ThreadShare& resends;               // slices of them take turns, as handshakes do
  const matching::Currency currency;  // as in FixServer::Parts

  // The journal has named a session: reports for `id` are for it from now on.
  std::function<void(matching::SessionId id, const std::shared_ptr<FixSession>&)> named;

  gateway::ReplayFeed* replays = nullptr;  // null: no reports are told again
};

struct MarketDataEnvironment {
  gateway::MarketDataFeed& feed;
  SessionPlaces& places;
};

}  // namespace betex::fix
