#include "gateway/session/market_data_server.h"

#include <mutex>
#include <utility>

#include "gateway/session/market_data_session.h"
#include "gateway/session/session_environment.h"
#include "gateway/session/session_places.h"
#include "gateway/session/session_server.h"

namespace betex::fix {

// The ports last: what their sessions need must be there.
struct MarketDataServer::Inside {
  Inside(const Parts& parts, const TransportLimits& limits, std::size_t most_on)
      : places{most_on},
        environment{.feed = parts.feed, .places = places},
        ports{{.io = parts.io,
               .dictionaries = parts.dictionaries,
               .commands = parts.commands,
               .authenticator = parts.authenticator,
               .clock = parts.clock},
              limits,
              [this](const SessionSettings& settings,
                     const SessionEnvironment& shared,
                     const std::optional<matching::SessionInfo>& known) {
                return std::make_shared<MarketDataSession>(settings, shared, environment, known);
              },
              [this](MarketDataSession& session) {
                const std::lock_guard lock{given_up_mutex};
                if (!given_up.empty()) {
                  session.give_up(given_up);
                }
              }} {}

  void give_up(std::string text) {
    const std::lock_guard lock{given_up_mutex};
    given_up = std::move(text);
    for (const auto& session : ports.registry().all()) {
      session->give_up(given_up);
    }
  }

  SessionPlaces places;
  const MarketDataEnvironment environment;
  std::mutex given_up_mutex;
  std::string given_up;  // guarded; empty: there is market data
  SessionServer<MarketDataSession> ports;
};

MarketDataServer::MarketDataServer(const Parts& parts,
                                   const TransportLimits& limits,
                                   std::size_t most_on,
                                   std::vector<SessionSettings> sessions,
                                   const std::vector<matching::SessionInfo>& recovered)
    : inside_{std::make_unique<Inside>(parts, limits, most_on)} {
  inside_->ports.add_its_own(std::move(sessions), recovered);
}

MarketDataServer::~MarketDataServer() = default;

std::uint16_t MarketDataServer::listen(const std::string& address, std::uint16_t port) {
  return inside_->ports.listen(address, port);
}

std::uint16_t MarketDataServer::listen_tls(const std::string& address,
                                           std::uint16_t port,
                                           const TlsFiles& files) {
  return inside_->ports.listen_tls(address, port, files);
}

void MarketDataServer::reload(const TransportLimits& limits,
                              std::vector<SessionSettings> sessions,
                              const std::optional<TlsFiles>& tls) {
  inside_->ports.reload(limits, std::move(sessions), tls);
}

void MarketDataServer::notify(const matching::Name& comp_id, gateway::SessionNotice notice) {
  if (const auto found = inside_->ports.registry().find(comp_id.view())) {
    found->notify(std::move(notice));
  }
}

std::vector<CounterpartyState> MarketDataServer::counterparties() const {
  return inside_->ports.counterparties();
}

void MarketDataServer::give_up(std::string text) {
  inside_->give_up(std::move(text));
}

void MarketDataServer::stop_reading() {
  inside_->ports.stop_reading();
}

void MarketDataServer::sessions_down(matching::SessionDownReason reason) {
  inside_->ports.sessions_down(reason);
}

void MarketDataServer::log_out(std::chrono::milliseconds deadline, const Impatient& impatient) {
  inside_->ports.log_out(deadline, impatient);
}

void MarketDataServer::close() {
  inside_->ports.close();
}

const SessionMetrics& MarketDataServer::metrics() const noexcept {
  return inside_->ports.metrics();
}

}  // namespace betex::fix
