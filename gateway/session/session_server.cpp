#include "gateway/session/session_server.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/session/market_data_session.h"
#include "gateway/transport/tls.h"
#include "matching/engine.h"

namespace betex::fix {

namespace asio = boost::asio;

namespace {

// How long the I/O threads may take for what only needs them to run.
constexpr std::chrono::seconds kHandOver{30};

bool patient() {
  return false;
}

}  // namespace

template <typename Session>
SessionServer<Session>::SessionServer(const Parts& parts,
                                      const TransportLimits& limits,
                                      Make make,
                                      Added added)
    : make_{std::move(make)},
      added_{std::move(added)},
      limits_{limits},
      handshakes_{parts.io},
      gate_{parts.io, limits_, parts.authenticator, metrics_},
      registry_{gate_, metrics_, refusals_},
      session_environment_{.io = parts.io,
                           .limits = limits_,
                           .dictionaries = parts.dictionaries,
                           .commands = parts.commands,
                           .gate = gate_,
                           .metrics = metrics_,
                           .refusals = refusals_,
                           .refusal_share = refusal_share_,
                           .clock = parts.clock,
                           .machine_clock = machine_clock_},
      connection_environment_{.directory = registry_,
                              .limits = limits_,
                              .metrics = metrics_,
                              .handshakes = handshakes_,
                              .refusals = refusals_},
      listener_{parts.io, connection_environment_} {}

template <typename Session>
SessionServer<Session>::~SessionServer() {
  for (const auto& session : registry_.all()) {
    session->abandon();
  }
}

// ---- Its sessions -------------------------------------------------------------------------------

template <typename Session>
void SessionServer<Session>::add_one(SessionSettings settings,
                                     const std::optional<matching::SessionInfo>& known) {
  const std::shared_ptr<Session> session = make_(settings, session_environment_, known);
  registry_.add(session, std::move(settings), known);
  added_(*session);
}

template <typename Session>
void SessionServer<Session>::add_its_own(std::vector<SessionSettings> sessions,
                                         const std::vector<matching::SessionInfo>& recovered) {
  std::unordered_map<std::string_view, const matching::SessionInfo*> by_comp_id;
  for (const matching::SessionInfo& info : recovered) {
    by_comp_id.emplace(info.comp_id.view(), &info);
  }
  for (SessionSettings& settings : registry_.take_its_own(std::move(sessions))) {
    const auto known = by_comp_id.find(settings.comp_id);
    add_one(std::move(settings),
            known == by_comp_id.end() ? std::nullopt : std::optional{*known->second});
  }
  listener_.set_allowed(registry_.allow_from());
}

template <typename Session>
void SessionServer<Session>::add(SessionSettings settings,
                                 const std::optional<matching::SessionInfo>& known) {
  add_one(std::move(settings), known);
  listener_.set_allowed(registry_.allow_from());
}

template <typename Session>
std::vector<CounterpartyState> SessionServer<Session>::counterparties() const {
  std::vector<CounterpartyState> states;
  for (const auto& session : registry_.configured()) {
    states.push_back(session->counterparty());
  }
  return states;
}

// ---- Its ports ----------------------------------------------------------------------------------

template <typename Session>
std::uint16_t SessionServer<Session>::listen(const std::string& address, std::uint16_t port) {
  return listener_.listen(address, port);
}

template <typename Session>
std::uint16_t SessionServer<Session>::listen_tls(const std::string& address,
                                                 std::uint16_t port,
                                                 const TlsFiles& files) {
  return listener_.listen_tls(address, port, files);
}

template <typename Session>
void SessionServer<Session>::reload(const TransportLimits& limits,
                                    std::vector<SessionSettings> sessions,
                                    const std::optional<TlsFiles>& tls) {
  std::shared_ptr<asio::ssl::context> context;
  if (tls) {
    context = make_tls_context(*tls);
    listener_.set_tls(context);
  }
  listener_.set_limits(limits);
  const auto fresh = registry_.take_over(registry_.take_its_own(std::move(sessions)),
                                         [&](Session& session, const SessionSettings& settings) {
                                           session.reconfigure(settings, context);
                                         });
  for (const SessionSettings& settings : fresh) {
    spdlog::info("session {}: added", settings.comp_id);
    add_one(settings, std::nullopt);
  }
  listener_.set_allowed(registry_.allow_from());
}

// ---- The end ------------------------------------------------------------------------------------

template <typename Session>
void SessionServer<Session>::stop_reading() {
  listener_.stop();
  registry_.for_each_and_wait(kHandOver, patient, [](Session& session, std::function<void()> done) {
    session.stop_reading(std::move(done));
  });
}

template <typename Session>
void SessionServer<Session>::sessions_down(matching::SessionDownReason reason) {
  registry_.for_each_and_wait(
      kHandOver, patient, [reason](Session& session, std::function<void()> done) {
        session.go_down(reason, std::move(done));
      });
}

template <typename Session>
void SessionServer<Session>::log_out(std::chrono::milliseconds deadline,
                                     const Impatient& impatient) {
  registry_.for_each_and_wait(
      deadline, impatient, [](Session& session, std::function<void()> done) {
        session.log_out("The gateway is stopping", std::move(done));
      });
  close();
}

template <typename Session>
void SessionServer<Session>::close() {
  listener_.stop();
  for (const auto& session : registry_.all()) {
    session->close_connection();
  }
}

template class SessionServer<FixSession>;
template class SessionServer<MarketDataSession>;

}  // namespace betex::fix
