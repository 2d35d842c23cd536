#include "gateway/session/market_data_server.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/market_data_session.h"
#include "gateway/session/refusal_share.h"
#include "gateway/session/session_environment.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_places.h"
#include "gateway/session/session_registry.h"
#include "gateway/transport/handshake_turns.h"
#include "gateway/transport/listener.h"
#include "gateway/transport/logon_gate.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/tls.h"
#include "matching/engine.h"

namespace betex::fix {

namespace asio = boost::asio;

namespace {

// How long the I/O thread may take for what only needs it to run.
constexpr std::chrono::seconds kHandOver{30};

bool patient() {
  return false;
}

}  // namespace

// As in FixServer: the listener last, since it brings connections and what they need must be there.
struct MarketDataServer::Inside {
  Inside(const Parts& parts, const TransportLimits& transport_limits, std::size_t most_on)
      : limits{transport_limits},
        handshakes{parts.io},
        gate{parts.io, limits, parts.authenticator, metrics},
        registry{gate, metrics, refusals},
        places{most_on},
        session_environment{.io = parts.io,
                            .limits = limits,
                            .dictionaries = parts.dictionaries,
                            .commands = parts.commands,
                            .gate = gate,
                            .metrics = metrics,
                            .refusals = refusals,
                            .refusal_share = refusal_share,
                            .clock = parts.clock,
                            .machine_clock = machine_clock},
        market_data_environment{.feed = parts.feed, .places = places},
        connection_environment{.directory = registry,
                               .limits = limits,
                               .metrics = metrics,
                               .handshakes = handshakes,
                               .refusals = refusals},
        listener{parts.io, connection_environment} {}

  void add(SessionSettings settings, const std::optional<matching::SessionInfo>& known) {
    const auto session = std::make_shared<MarketDataSession>(
        settings, session_environment, market_data_environment, known);
    registry.add(session, std::move(settings), known);
    const std::lock_guard lock{given_up_mutex};
    if (!given_up.empty()) {
      session->give_up(given_up);
    }
  }

  void give_up(std::string text) {
    const std::lock_guard lock{given_up_mutex};
    given_up = std::move(text);
    for (const auto& session : registry.all()) {
      session->give_up(given_up);
    }
  }

  const TransportLimits limits;
  const gateway::SystemClock machine_clock;
  SessionMetrics metrics;
  RefusalLog refusals;
  RefusalShare refusal_share;
  HandshakeTurns handshakes;
  LogonGate gate;
  SessionRegistry<MarketDataSession> registry;
  SessionPlaces places;
  const SessionEnvironment session_environment;
  const MarketDataEnvironment market_data_environment;
  const Connection::Environment connection_environment;
  std::mutex given_up_mutex;
  std::string given_up;  // guarded; empty: there is market data
  Listener listener;
};

MarketDataServer::MarketDataServer(const Parts& parts,
                                   const TransportLimits& limits,
                                   std::size_t most_on,
                                   std::vector<SessionSettings> sessions,
                                   const std::vector<matching::SessionInfo>& recovered)
    : inside_{std::make_unique<Inside>(parts, limits, most_on)} {
  for (SessionSettings& settings : inside_->registry.take_its_own(std::move(sessions))) {
    const auto known = std::ranges::find_if(recovered, [&](const matching::SessionInfo& info) {
      return info.comp_id.view() == settings.comp_id;
    });
    inside_->add(std::move(settings),
                 known == recovered.end() ? std::nullopt : std::optional{*known});
  }
  inside_->listener.set_allowed(inside_->registry.allow_from());
}

MarketDataServer::~MarketDataServer() {
  for (const auto& session : inside_->registry.all()) {
    session->abandon();
  }
}

std::uint16_t MarketDataServer::listen(const std::string& address, std::uint16_t port) {
  return inside_->listener.listen(address, port);
}

std::uint16_t MarketDataServer::listen_tls(const std::string& address,
                                           std::uint16_t port,
                                           const TlsFiles& files) {
  return inside_->listener.listen_tls(address, port, files);
}

void MarketDataServer::reload(const TransportLimits& limits,
                              std::vector<SessionSettings> sessions,
                              const std::optional<TlsFiles>& tls) {
  std::shared_ptr<asio::ssl::context> context;
  if (tls) {
    context = make_tls_context(*tls);
    inside_->listener.set_tls(context);
  }
  inside_->listener.set_limits(limits);
  const auto fresh =
      inside_->registry.take_over(inside_->registry.take_its_own(std::move(sessions)),
                                  [&](MarketDataSession& session, const SessionSettings& settings) {
                                    session.reconfigure(settings, context);
                                  });
  for (const SessionSettings& settings : fresh) {
    spdlog::info("session {}: added", settings.comp_id);
    inside_->add(settings, std::nullopt);
  }
  inside_->listener.set_allowed(inside_->registry.allow_from());
}

void MarketDataServer::notify(const matching::Name& comp_id, gateway::SessionNotice notice) {
  if (const auto found = inside_->registry.find(comp_id.view())) {
    found->notify(std::move(notice));
  }
}

std::vector<CounterpartyState> MarketDataServer::counterparties() const {
  std::vector<CounterpartyState> states;
  for (const auto& session : inside_->registry.configured()) {
    states.push_back(session->counterparty());
  }
  return states;
}

void MarketDataServer::give_up(std::string text) {
  inside_->give_up(std::move(text));
}

void MarketDataServer::stop_reading() {
  inside_->listener.stop();
  inside_->registry.for_each_and_wait(
      kHandOver, patient, [](MarketDataSession& session, std::function<void()> done) {
        session.stop_reading(std::move(done));
      });
}

void MarketDataServer::sessions_down(matching::SessionDownReason reason) {
  inside_->registry.for_each_and_wait(
      kHandOver, patient, [reason](MarketDataSession& session, std::function<void()> done) {
        session.go_down(reason, std::move(done));
      });
}

void MarketDataServer::log_out(std::chrono::milliseconds deadline, const Impatient& impatient) {
  inside_->registry.for_each_and_wait(
      deadline, impatient, [](MarketDataSession& session, std::function<void()> done) {
        session.log_out("The gateway is stopping", std::move(done));
      });
  close();
}

void MarketDataServer::close() {
  inside_->listener.stop();
  for (const auto& session : inside_->registry.all()) {
    session->close_connection();
  }
}

const SessionMetrics& MarketDataServer::metrics() const noexcept {
  return inside_->metrics;
}

}  // namespace betex::fix
