// What the servers of the order ports and of the market data ports have in common: their sessions,
// what these and their connections share, who may connect, and the end of it all.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "gateway/link/clock.h"
#include "gateway/link/network_reports.h"
#include "gateway/session/refusal_share.h"
#include "gateway/session/session_environment.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_registry.h"
#include "gateway/session/session_settings.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/listener.h"
#include "gateway/transport/logon_gate.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/thread_share.h"
#include "gateway/transport/tls_files.h"
#include "gateway/transport/transport_limits.h"
#include "matching/info.h"
#include "matching/types.h"

namespace betex::fix {

class Authenticator;
class Dictionaries;

// Thread-safe, but for construction and destruction. `Session` is a FixSession or a
// MarketDataSession. What is not said here, the servers' headers say.
template <typename Session>
class SessionServer {
 public:
  // All of it must outlive the server.
  struct Parts {
    boost::asio::io_context& io;
    const Dictionaries& dictionaries;
    gateway::CommandPort& commands;
    Authenticator& authenticator;
    const gateway::Clock& clock;  // session time
  };

  using Make =
      std::function<std::shared_ptr<Session>(const SessionSettings& settings,
                                             const SessionEnvironment& environment,
                                             const std::optional<matching::SessionInfo>& known)>;

  // Called once others may find it.
  using Added = std::function<void(Session&)>;

  SessionServer(const Parts& parts, const TransportLimits& limits, Make make, Added added);
  ~SessionServer();
  SessionServer(const SessionServer&) = delete;
  SessionServer& operator=(const SessionServer&) = delete;
  SessionServer(SessionServer&&) = delete;
  SessionServer& operator=(SessionServer&&) = delete;

  // ---- Its sessions

  // Of all that are configured those that are on at these ports; `recovered`: as FixServer has it.
  void add_its_own(std::vector<SessionSettings> sessions,
                   const std::vector<matching::SessionInfo>& recovered);
  void add(SessionSettings settings, const std::optional<matching::SessionInfo>& known);

  [[nodiscard]] SessionRegistry<Session>& registry() noexcept { return registry_; }

  [[nodiscard]] std::vector<CounterpartyState> counterparties() const;

  // ---- Its ports

  std::uint16_t listen(const std::string& address, std::uint16_t port);
  std::uint16_t listen_tls(const std::string& address, std::uint16_t port, const TlsFiles& files);
  void reload(const TransportLimits& limits,
              std::vector<SessionSettings> sessions,
              const std::optional<TlsFiles>& tls);

  // ---- The end

  using Impatient = std::function<bool()>;

  void stop_reading();
  void sessions_down(matching::SessionDownReason reason);
  void log_out(std::chrono::milliseconds deadline, const Impatient& impatient);
  void close();

  [[nodiscard]] const SessionMetrics& metrics() const noexcept { return metrics_; }

 private:
  void add_one(SessionSettings settings, const std::optional<matching::SessionInfo>& known);

  const Make make_;
  const Added added_;
  const TransportLimits limits_;
  const gateway::SystemClock machine_clock_;
  SessionMetrics metrics_;
  RefusalLog refusals_;
  RefusalShare refusal_share_;
  ThreadShare handshakes_;
  LogonGate gate_;
  SessionRegistry<Session> registry_;
  const SessionEnvironment session_environment_;
  const Connection::Environment connection_environment_;
  Listener listener_;  // the last: it brings connections, and what they need must be there
};

}  // namespace betex::fix
