#include "gateway/session/fix_server.h"

#include <utility>

#include "gateway/session/fix_session.h"
#include "gateway/session/quickfix_clock.h"
#include "gateway/session/session_environment.h"
#include "gateway/session/session_server.h"
#include "gateway/transport/thread_share.h"

namespace betex::fix {

// The ports last: what their sessions need must be there.
struct FixServer::Inside {
  Inside(const Parts& parts, const TransportLimits& limits)
      : quickfix_clock{parts.clock},
        resends{parts.io},
        environment{.reports = parts.reports,
                    .cache = parts.cache,
                    .resends = resends,
                    .currency = parts.currency,
                    .named =
                        [this](matching::SessionId id, const std::shared_ptr<FixSession>& session) {
                          ports.registry().name(id, session);
                        },
                    .replays = parts.replays},
        ports{{.io = parts.io,
               .dictionaries = parts.dictionaries,
               .commands = parts.commands,
               .authenticator = parts.authenticator,
               .clock = parts.clock},
              limits,
              [this](const SessionSettings& settings,
                     const SessionEnvironment& shared,
                     const std::optional<matching::SessionInfo>& known) {
                auto session = std::make_shared<FixSession>(settings, shared, environment, known);
                session->watch_reset_schedule();
                return session;
              },
              [](FixSession& /*session*/) {}} {}

  const QuickfixClock quickfix_clock;
  ThreadShare resends;
  const OrderEnvironment environment;
  SessionServer<FixSession> ports;
};

FixServer::FixServer(const Parts& parts,
                     const TransportLimits& limits,
                     std::vector<SessionSettings> sessions,
                     const std::vector<matching::SessionInfo>& recovered)
    : inside_{std::make_unique<Inside>(parts, limits)} {
  inside_->ports.add_its_own(std::move(sessions), recovered);
}

FixServer::~FixServer() = default;

void FixServer::add_session(SessionSettings settings,
                            const std::optional<matching::SessionInfo>& known) {
  inside_->ports.add(std::move(settings), known);
}

std::uint16_t FixServer::listen(const std::string& address, std::uint16_t port) {
  return inside_->ports.listen(address, port);
}

std::uint16_t FixServer::listen_tls(const std::string& address,
                                    std::uint16_t port,
                                    const TlsFiles& files) {
  return inside_->ports.listen_tls(address, port, files);
}

void FixServer::reload(const TransportLimits& limits,
                       std::vector<SessionSettings> sessions,
                       const std::optional<TlsFiles>& tls) {
  inside_->ports.reload(limits, std::move(sessions), tls);
}

// ---- From the pipeline --------------------------------------------------------------------------

void FixServer::deliver(matching::SessionId session, gateway::ReportDelivery delivery) {
  if (const auto found = inside_->ports.registry().find(session)) {
    found->deliver(std::move(delivery));
  }
}

void FixServer::tell_again(matching::SessionId session, gateway::ReplayPortion portion) {
  if (const auto found = inside_->ports.registry().find(session)) {
    found->tell_again(std::move(portion));
  }
}

void FixServer::notify(const matching::Name& comp_id, gateway::SessionNotice notice) {
  if (const auto found = inside_->ports.registry().find(comp_id.view())) {
    found->notify(std::move(notice));
  }
}

std::vector<CounterpartyState> FixServer::counterparties() const {
  return inside_->ports.counterparties();
}

// ---- The end ------------------------------------------------------------------------------------

void FixServer::stop_reading() {
  inside_->ports.stop_reading();
}

void FixServer::sessions_down(matching::SessionDownReason reason) {
  inside_->ports.sessions_down(reason);
}

void FixServer::log_out(std::chrono::milliseconds deadline, const Impatient& impatient) {
  inside_->ports.log_out(deadline, impatient);
}

void FixServer::close() {
  inside_->ports.close();
}

const SessionMetrics& FixServer::metrics() const noexcept {
  return inside_->ports.metrics();
}

}  // namespace betex::fix
