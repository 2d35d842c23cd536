#include "gateway/session/fix_server.h"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/session/quickfix_clock.h"
#include "gateway/session/refusal_share.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_registry.h"
#include "gateway/transport/handshake_turns.h"
#include "gateway/transport/listener.h"
#include "gateway/transport/logon_gate.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/tls.h"

namespace betex::fix {

namespace asio = boost::asio;

namespace {

// How long the I/O threads may take for what only needs them to run.
constexpr std::chrono::seconds kHandOver{30};

bool patient() {
  return false;
}

}  // namespace

// What sessions and connections share, and they themselves: the listener last, since it brings
// connections and what they need must be there.
struct FixServer::Inside {
  Inside(const Parts& parts, const TransportLimits& transport_limits)
      : limits{transport_limits},
        quickfix_clock{parts.clock},
        handshakes{parts.io},
        resends{parts.io},
        gate{parts.io, limits, parts.authenticator, metrics},
        registry{gate, metrics, refusals},
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
        order_environment{
            .reports = parts.reports,
            .cache = parts.cache,
            .resends = resends,
            .currency = parts.currency,
            .named =
                [this](matching::SessionId id, const std::shared_ptr<FixSession>& session) {
                  registry.name(id, session);
                },
            .replays = parts.replays},
        connection_environment{.directory = registry,
                               .limits = limits,
                               .metrics = metrics,
                               .handshakes = handshakes,
                               .refusals = refusals},
        listener{parts.io, connection_environment} {}

  void add(SessionSettings settings, const std::optional<matching::SessionInfo>& known) {
    const auto session =
        std::make_shared<FixSession>(settings, session_environment, order_environment, known);
    session->watch_reset_schedule();
    registry.add(session, std::move(settings), known);
  }

  const TransportLimits limits;
  const QuickfixClock quickfix_clock;
  const gateway::SystemClock machine_clock;
  SessionMetrics metrics;
  RefusalLog refusals;
  RefusalShare refusal_share;
  HandshakeTurns handshakes;
  HandshakeTurns resends;
  LogonGate gate;
  SessionRegistry<FixSession> registry;
  const SessionEnvironment session_environment;
  const OrderEnvironment order_environment;
  const Connection::Environment connection_environment;
  Listener listener;
};

FixServer::FixServer(const Parts& parts,
                     const TransportLimits& limits,
                     std::vector<SessionSettings> sessions,
                     const std::vector<matching::SessionInfo>& recovered)
    : inside_{std::make_unique<Inside>(parts, limits)} {
  for (SessionSettings& settings : inside_->registry.take_its_own(std::move(sessions))) {
    const auto known =
        std::find_if(recovered.begin(), recovered.end(), [&](const matching::SessionInfo& info) {
          return info.comp_id.view() == settings.comp_id;
        });
    inside_->add(std::move(settings),
                 known == recovered.end() ? std::nullopt : std::optional{*known});
  }
  inside_->listener.set_allowed(inside_->registry.allow_from());
}

FixServer::~FixServer() {
  for (const auto& session : inside_->registry.all()) {
    session->abandon();
  }
}

void FixServer::add_session(SessionSettings settings,
                            const std::optional<matching::SessionInfo>& known) {
  inside_->add(std::move(settings), known);
  inside_->listener.set_allowed(inside_->registry.allow_from());
}

std::uint16_t FixServer::listen(const std::string& address, std::uint16_t port) {
  return inside_->listener.listen(address, port);
}

std::uint16_t FixServer::listen_tls(const std::string& address,
                                    std::uint16_t port,
                                    const TlsFiles& files) {
  return inside_->listener.listen_tls(address, port, files);
}

void FixServer::reload(const TransportLimits& limits,
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
                                  [&](FixSession& session, const SessionSettings& settings) {
                                    session.reconfigure(settings, context);
                                  });
  for (const SessionSettings& settings : fresh) {
    spdlog::info("session {}: added", settings.comp_id);
    inside_->add(settings, std::nullopt);
  }
  inside_->listener.set_allowed(inside_->registry.allow_from());
}

// ---- From the report stage ----------------------------------------------------------------------

void FixServer::deliver(matching::SessionId session, gateway::ReportDelivery delivery) {
  if (const auto found = inside_->registry.find(session)) {
    found->deliver(std::move(delivery));
  }
}

void FixServer::tell_again(matching::SessionId session, gateway::ReplayPortion portion) {
  if (const auto found = inside_->registry.find(session)) {
    found->tell_again(std::move(portion));
  }
}

void FixServer::notify(const matching::Name& comp_id, gateway::SessionNotice notice) {
  if (const auto found = inside_->registry.find(comp_id.view())) {
    found->notify(std::move(notice));
  }
}

std::vector<CounterpartyState> FixServer::counterparties() const {
  std::vector<CounterpartyState> states;
  for (const auto& session : inside_->registry.configured()) {
    states.push_back(session->counterparty());
  }
  return states;
}

// ---- The end ------------------------------------------------------------------------------------

void FixServer::stop_reading() {
  inside_->listener.stop();
  inside_->registry.for_each_and_wait(
      kHandOver, patient, [](FixSession& session, std::function<void()> done) {
        session.stop_reading(std::move(done));
      });
}

void FixServer::sessions_down(matching::SessionDownReason reason) {
  inside_->registry.for_each_and_wait(
      kHandOver, patient, [reason](FixSession& session, std::function<void()> done) {
        session.go_down(reason, std::move(done));
      });
}

void FixServer::log_out(std::chrono::milliseconds deadline, const Impatient& impatient) {
  inside_->registry.for_each_and_wait(
      deadline, impatient, [](FixSession& session, std::function<void()> done) {
        session.log_out("The gateway is stopping", std::move(done));
      });
  close();
}

void FixServer::close() {
  inside_->listener.stop();
  for (const auto& session : inside_->registry.all()) {
    session->close_connection();
  }
}

const SessionMetrics& FixServer::metrics() const noexcept {
  return inside_->metrics;
}

}  // namespace betex::fix
