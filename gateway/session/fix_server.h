// The FIX side of the gateway, but for market data (market_data_server.h): listens, owns the
// sessions, and takes what the pipeline tells them. What the wiring uses of the rooms of the
// sessions and of the transport.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/link/clock.h"
#include "gateway/link/network_reports.h"
#include "gateway/link/replay_link.h"
#include "gateway/link/session_link.h"
#include "gateway/session/session_settings.h"
#include "gateway/transport/tls_files.h"
#include "gateway/transport/transport_limits.h"
#include "matching/engine.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace betex::fix {

class Authenticator;
class Dictionaries;
class SessionCache;
struct SessionMetrics;

// Thread-safe, but for construction and destruction. The I/O threads (whoever runs `io`) must have
// ended before it is destroyed. An exception out of run() is fail-stop.
class FixServer final : public gateway::SessionSink, public gateway::ReplaySink {
 public:
  // All of it must outlive the server.
  struct Parts {
    boost::asio::io_context& io;
    const Dictionaries& dictionaries;
    gateway::CommandPort& commands;
    gateway::ReportFeed& reports;
    Authenticator& authenticator;
    SessionCache& cache;
    const gateway::Clock& clock;  // session time; QuickFIX goes by it too
    matching::Currency currency;  // of all amounts, as the log says; empty where it does not
    gateway::ReplayFeed* replays = nullptr;  // null: no reports are told again
  };

  // Of `sessions`, all that are configured, those with another role than MarketData are this
  // server's. `recovered`: the sessions as the engine knows them after recovery, all of them down;
  // `up` says which of them were on when the last process ended.
  FixServer(const Parts& parts,
            const TransportLimits& limits,
            std::vector<SessionSettings> sessions,
            const std::vector<matching::SessionInfo>& recovered);
  ~FixServer() override;
  FixServer(const FixServer&) = delete;
  FixServer& operator=(const FixServer&) = delete;
  FixServer(FixServer&&) = delete;
  FixServer& operator=(FixServer&&) = delete;

  // While running, too. `known` as in the constructor. Throws std::invalid_argument when there is a
  // session with this CompID already.
  void add_session(SessionSettings settings, const std::optional<matching::SessionInfo>& known);

  // Accepts connections. Returns the port, which the system chooses for 0. Throws
  // std::runtime_error when the address cannot be had, or, with TLS, the files are wrong. Before
  // the I/O threads run, or on one of them.
  std::uint16_t listen(const std::string& address, std::uint16_t port);
  std::uint16_t listen_tls(const std::string& address, std::uint16_t port, const TlsFiles& files);

  // What may change while it runs: of the limits how many connections there may be; of a session
  // where it may come from, how it proves who it is, and its throttle; and sessions that are new or
  // gone. Whoever is on and would not be let in any more is logged out. Throws std::runtime_error
  // where the TLS files are wrong: then nothing has changed.
  void reload(const TransportLimits& limits,
              std::vector<SessionSettings> sessions,
              const std::optional<TlsFiles>& tls);

  // ---- From the report stage (SessionSink)

  void deliver(matching::SessionId session, gateway::ReportDelivery delivery) override;
  void notify(const matching::Name& comp_id, gateway::SessionNotice notice) override;

  // ---- From the thread that tells reports again (ReplaySink)

  void tell_again(matching::SessionId session, gateway::ReplayPortion portion) override;

  // How the sessions stand, in the order of the configuration; `suspended` stays false. Waits for
  // no session.
  [[nodiscard]] std::vector<CounterpartyState> counterparties() const;

  using Impatient = std::function<bool()>;

  // ---- The end, in this order. They wait for the I/O threads, so not to be called on one.

  // Accepts nothing more. When it returns, nothing that clients send becomes a command any more.
  void stop_reading();

  // When it returns, a SessionDown is submitted for every session that was up. Connections stay.
  void sessions_down(matching::SessionDownReason reason);

  // Logouts, and waits until the clients have answered, at most for `deadline`; then closes what is
  // left. Reports that were delivered before are sent before. `impatient` says whether to wait no
  // longer.
  void log_out(std::chrono::milliseconds deadline, const Impatient& impatient);

  // ---- Fail-stop

  // Closes everything without a message. Returns at once.
  void close();

  [[nodiscard]] const SessionMetrics& metrics() const noexcept;

 private:
  struct Inside;

  const std::unique_ptr<Inside> inside_;
};

}  // namespace betex::fix
