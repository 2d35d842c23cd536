// The market data side of the gateway: listens on a port of its own, owns the market data sessions
// and brings them together with md, which answers them (gateway/link/market_data_link.h). What the
// wiring uses of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/link/clock.h"
#include "gateway/link/market_data_link.h"
#include "gateway/link/network_reports.h"
#include "gateway/link/session_link.h"
#include "gateway/session/session_settings.h"
#include "gateway/transport/tls_files.h"
#include "gateway/transport/transport_limits.h"
#include "matching/info.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace betex::fix {

class Authenticator;
class Dictionaries;
struct SessionMetrics;

// Thread-safe, but for construction and destruction. The I/O threads (whoever runs `io`) must have
// ended before it is destroyed. An exception out of run() is fail-stop. QuickFIX goes by the clock
// of the process's FixServer.
class MarketDataServer {
 public:
  // All of it must outlive the server.
  struct Parts {
    boost::asio::io_context& io;  // of a thread that serves nobody else, so that prices delay no
                                  // order
    const Dictionaries& dictionaries;
    gateway::CommandPort& commands;
    gateway::MarketDataFeed& feed;
    Authenticator& authenticator;
    const gateway::Clock& clock;  // session time
  };

  // Of `sessions`, all that are configured, those whose role is MarketData are this server's.
  // `recovered`: as FixServer's. `most_on`: so many of them are on at a time.
  MarketDataServer(const Parts& parts,
                   const TransportLimits& limits,
                   std::size_t most_on,
                   std::vector<SessionSettings> sessions,
                   const std::vector<matching::SessionInfo>& recovered);
  ~MarketDataServer();
  MarketDataServer(const MarketDataServer&) = delete;
  MarketDataServer& operator=(const MarketDataServer&) = delete;
  MarketDataServer(MarketDataServer&&) = delete;
  MarketDataServer& operator=(MarketDataServer&&) = delete;

  // As FixServer's.
  std::uint16_t listen(const std::string& address, std::uint16_t port);
  std::uint16_t listen_tls(const std::string& address, std::uint16_t port, const TlsFiles& files);
  void reload(const TransportLimits& limits,
              std::vector<SessionSettings> sessions,
              const std::optional<TlsFiles>& tls);

  // What the journal says of a session; nothing where it is none of these. As in SessionSink.
  void notify(const matching::Name& comp_id, gateway::SessionNotice notice);

  // How they stand, in the order of the configuration; `suspended` stays false. Waits for no
  // session.
  [[nodiscard]] std::vector<CounterpartyState> counterparties() const;

  // md is no more: who is on gets a Logout with this text, and whoever logs on from now on too.
  // Returns at once.
  void give_up(std::string text);

  // ---- The end, in this order, as FixServer's

  using Impatient = std::function<bool()>;

  void stop_reading();
  void sessions_down(matching::SessionDownReason reason);
  void log_out(std::chrono::milliseconds deadline, const Impatient& impatient);

  // Closes everything without a message. Returns at once.
  void close();

  [[nodiscard]] const SessionMetrics& metrics() const noexcept;

 private:
  struct Inside;

  const std::unique_ptr<Inside> inside_;
};

}  // namespace betex::fix
