// The FIX side of the gateway: listens, owns the sessions, and is the pipeline's SessionSink. What
// the wiring uses of gateway/fix/.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "gateway/config/ip_address.h"
#include "gateway/fix/admission.h"
#include "gateway/fix/authenticator.h"
#include "gateway/fix/cache_flusher.h"
#include "gateway/fix/connection.h"
#include "gateway/fix/fix_session.h"
#include "gateway/fix/logon_gate.h"
#include "gateway/fix/message_cache.h"
#include "gateway/fix/quickfix_clock.h"
#include "gateway/fix/refusal_log.h"
#include "gateway/fix/session_metrics.h"
#include "gateway/fix/session_settings.h"
#include "gateway/fix/tls.h"
#include "gateway/session_link.h"
#include "matching/engine.h"

namespace betex::fix {

// Thread-safe, but for construction and destruction. The I/O threads (whoever runs `io`) must have
// ended before it is destroyed. An exception out of run() is fail-stop.
class FixServer final : public gateway::SessionSink, private SessionDirectory {
 public:
  // All of it must outlive the server.
  struct Parts {
    boost::asio::io_context& io;
    const FIX::DataDictionaryProvider& dictionaries;
    gateway::CommandPort& commands;
    gateway::ReportFeed& reports;
    Authenticator& authenticator;
    MessageCache& cache;
    const gateway::Clock& clock;  // session time; QuickFIX goes by it too
  };

  // `recovered`: the sessions as the engine knows them after recovery, all of them down.
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

  [[nodiscard]] const SessionMetrics& metrics() const noexcept { return metrics_; }

 private:
  using Sessions = std::vector<std::shared_ptr<FixSession>>;

  [[nodiscard]] std::shared_ptr<ConnectionUser> stranger(std::string_view why);
  [[nodiscard]] std::shared_ptr<ConnectionUser> find(const FieldTable& logon,
                                                     const std::string& address) const override;
  [[nodiscard]] Sessions sessions() const;
  [[nodiscard]] std::vector<SessionSettings> sessions_without(
      const std::vector<SessionSettings>& sessions) const;
  using Call = std::function<void(FixSession&, std::function<void()> done)>;
  void for_each_and_wait(std::chrono::milliseconds deadline,
                         const Impatient& impatient,
                         const Call& call) const;
  enum class Security : std::uint8_t { Plain, Tls };

  // Owned by accept_strand_ once it listens.
  struct Listener {
    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::steady_timer retry;
    Security security;
  };

  // The settings are those of the last reload; the session's own follow on its strand.
  struct Known {
    std::shared_ptr<FixSession> session;
    SessionSettings settings;
  };

  std::uint16_t listen(const std::string& address, std::uint16_t port, Security security);
  void accept(Listener& listener);
  void stop_accepting();
  void accepted(boost::asio::ip::tcp::socket socket, Security security);
  [[nodiscard]] std::optional<Admission::Place> admit(const gateway::IpAddress& address);
  void insert(SessionSettings settings, const std::optional<matching::SessionInfo>& known);
  void allow_connections();

  boost::asio::io_context& io_;
  const TransportLimits limits_;
  const QuickfixClock quickfix_clock_;
  const gateway::SystemClock machine_clock_;
  SessionMetrics metrics_;
  RefusalLog refusals_;
  RefusalShare refusal_share_;
  CacheFlusher flusher_;
  HandshakeTurns handshakes_;
  HandshakeTurns resends_;
  LogonGate gate_;
  // Whoever refuses a Logon, by why.
  const std::shared_ptr<ConnectionUser> unknown_;
  const std::shared_ptr<ConnectionUser> elsewhere_;
  const std::shared_ptr<ConnectionUser> misaddressed_;
  const std::shared_ptr<ConnectionUser> other_version_;
  const SessionEnvironment session_environment_;
  const Connection::Environment connection_environment_;

  mutable std::shared_mutex sessions_mutex_;
  std::map<std::string, Known, std::less<>> by_comp_id_;
  std::map<matching::SessionId, std::shared_ptr<FixSession>> by_id_;

  const std::shared_ptr<Admission> admission_ = std::make_shared<Admission>();

  std::mutex tls_mutex_;
  std::shared_ptr<boost::asio::ssl::context> tls_;  // null: no TLS

  std::atomic<bool> stopping_{false};  // set by whoever stops, read by the I/O threads
  boost::asio::strand<boost::asio::io_context::executor_type> accept_strand_;
  std::deque<Listener> listeners_;
};

}  // namespace betex::fix
