#include "gateway/fix/fix_server.h"

#include <algorithm>
#include <condition_variable>
#include <stdexcept>
#include <utility>
#include <variant>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <spdlog/spdlog.h>

#include "gateway/fix/strangers.h"
#include "gateway/peer_address.h"

namespace betex::fix {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// How long the I/O threads may take for what only needs them to run.
constexpr std::chrono::seconds kHandOver{30};
constexpr std::chrono::milliseconds kAcceptRetry{100};

// Who waits looks up so often whether somebody has become impatient.
constexpr std::chrono::milliseconds kLookUp{20};

bool patient() {
  return false;
}

Admission::Limits admission_limits(const TransportLimits& limits) {
  return {.connections = limits.connections,
          .per_address = limits.connections_per_address,
          .before_logon = limits.connections_before_logon};
}

}  // namespace

FixServer::FixServer(const Parts& parts,
                     const TransportLimits& limits,
                     std::vector<SessionSettings> sessions,
                     const std::vector<matching::SessionInfo>& recovered)
    : io_{parts.io},
      limits_{limits},
      quickfix_clock_{parts.clock},
      flusher_{parts.io, parts.cache, metrics_},
      handshakes_{parts.io},
      resends_{parts.io},
      gate_{parts.io, limits_, parts.authenticator, metrics_},
      unknown_{stranger("no session has this SenderCompID")},
      elsewhere_{stranger("the session may not come from there (AllowFrom)")},
      misaddressed_{stranger("the session has another TargetCompID")},
      other_version_{stranger("the session speaks another version (BeginString)")},
      session_environment_{
          .io = parts.io,
          .limits = limits_,
          .dictionaries = parts.dictionaries,
          .commands = parts.commands,
          .reports = parts.reports,
          .gate = gate_,
          .cache = parts.cache,
          .flusher = flusher_,
          .metrics = metrics_,
          .refusals = refusals_,
          .refusal_share = refusal_share_,
          .resends = resends_,
          .clock = parts.clock,
          .machine_clock = machine_clock_,
          .named =
              [this](matching::SessionId id, const std::shared_ptr<FixSession>& session) {
                const std::unique_lock lock{sessions_mutex_};
                by_id_[id] = session;
              }},
      connection_environment_{.directory = *this,
                              .limits = limits_,
                              .metrics = metrics_,
                              .handshakes = handshakes_,
                              .refusals = refusals_},
      accept_strand_{parts.io.get_executor()} {
  admission_->set_limits(admission_limits(limits));
  for (SessionSettings& settings : sessions) {
    const auto known =
        std::find_if(recovered.begin(), recovered.end(), [&](const matching::SessionInfo& info) {
          return info.comp_id.view() == settings.comp_id;
        });
    insert(std::move(settings), known == recovered.end() ? std::nullopt : std::optional{*known});
  }
  allow_connections();
}

FixServer::~FixServer() {
  for (const auto& session : sessions()) {
    session->abandon();
  }
}

void FixServer::add_session(SessionSettings settings,
                            const std::optional<matching::SessionInfo>& known) {
  insert(std::move(settings), known);
  allow_connections();
}

void FixServer::insert(SessionSettings settings,
                       const std::optional<matching::SessionInfo>& known) {
  const std::string comp_id = settings.comp_id;
  const auto session = std::make_shared<FixSession>(settings, session_environment_, known);
  session->watch_reset_schedule();
  const std::unique_lock lock{sessions_mutex_};
  if (!by_comp_id_.try_emplace(comp_id, Known{session, std::move(settings)}).second) {
    throw std::invalid_argument{"there is a FIX session " + comp_id + " already"};
  }
  if (known) {
    by_id_[known->session] = session;
  }
}

// From wherever a session may come.
void FixServer::allow_connections() {
  std::vector<gateway::AddressRange> ranges;
  const std::shared_lock lock{sessions_mutex_};
  for (const auto& [comp_id, known] : by_comp_id_) {
    const auto& of_session = known.settings.allow_from;
    ranges.insert(ranges.end(), of_session.begin(), of_session.end());
  }
  admission_->set_allowed(ranges);
}

// ---- Connections --------------------------------------------------------------------------------

std::uint16_t FixServer::listen(const std::string& address, std::uint16_t port) {
  return listen(address, port, Security::Plain);
}

std::uint16_t FixServer::listen_tls(const std::string& address,
                                    std::uint16_t port,
                                    const TlsFiles& files) {
  {
    const std::lock_guard lock{tls_mutex_};
    tls_ = make_tls_context(files);
  }
  return listen(address, port, Security::Tls);
}

std::uint16_t FixServer::listen(const std::string& address, std::uint16_t port, Security security) {
  Listener& listener = listeners_.emplace_back(
      Listener{tcp::acceptor{accept_strand_}, asio::steady_timer{accept_strand_}, security});
  try {
    const tcp::endpoint endpoint{asio::ip::make_address(address), port};
    listener.acceptor.open(endpoint.protocol());
    listener.acceptor.set_option(tcp::acceptor::reuse_address{true});
    listener.acceptor.bind(endpoint);
    listener.acceptor.listen();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{"cannot listen for FIX on " + address + ":" + std::to_string(port) +
                             ": " + error.code().message() +
                             "; choose another address or port, or end what is using it"};
  }
  const std::uint16_t chosen = listener.acceptor.local_endpoint().port();
  asio::post(accept_strand_, [this, &listener] { accept(listener); });
  return chosen;
}

void FixServer::accept(Listener& listener) {
  listener.acceptor.async_accept(
      asio::make_strand(io_),
      asio::bind_executor(
          accept_strand_, [this, &listener](const error_code& error, tcp::socket socket) {
            if (stopping_ || error == asio::error::operation_aborted) {
              return;
            }
            if (!error) {
              accepted(std::move(socket), listener.security);
              return accept(listener);
            }
            // No file descriptor left, say: those that close give some back.
            refusals_.write(RefusalKind::NotAccepted,
                            spdlog::level::err,
                            "cannot accept a FIX connection: {}",
                            error.message());
            listener.retry.expires_after(kAcceptRetry);
            listener.retry.async_wait([this, &listener](const error_code& cancelled) {
              if (!cancelled) {
                accept(listener);
              }
            });
          }));
}

void FixServer::accepted(tcp::socket socket, Security security) {
  error_code gone;
  const auto endpoint = socket.remote_endpoint(gone);
  if (gone) {
    return;
  }
  metrics_.connections_accepted.add();
  auto place = admit(gateway::ip_address(endpoint.address()));
  if (!place) {
    metrics_.connections_refused.add();
    return;
  }
  std::shared_ptr<asio::ssl::context> tls;
  if (security == Security::Tls) {
    const std::lock_guard lock{tls_mutex_};
    tls = tls_;
  }
  std::make_shared<Connection>(
      Stream{std::move(socket), std::move(tls)}, *std::move(place), connection_environment_)
      ->start();
}

void FixServer::reload(const TransportLimits& limits,
                       std::vector<SessionSettings> sessions,
                       const std::optional<TlsFiles>& tls) {
  std::shared_ptr<asio::ssl::context> context;
  if (tls) {
    context = make_tls_context(*tls);
    const std::lock_guard lock{tls_mutex_};
    tls_ = context;
  }
  admission_->set_limits(admission_limits(limits));
  for (SessionSettings& gone : sessions_without(sessions)) {
    gone.allow_from.clear();
    sessions.push_back(std::move(gone));
  }
  for (SessionSettings& settings : sessions) {
    std::shared_ptr<FixSession> known;
    {
      const std::unique_lock lock{sessions_mutex_};
      if (const auto found = by_comp_id_.find(settings.comp_id); found != by_comp_id_.end()) {
        found->second.settings.allow_from = settings.allow_from;
        known = found->second.session;
      }
    }
    if (known) {
      known->reconfigure(settings, context);
    } else {
      spdlog::info("session {}: added", settings.comp_id);
      insert(std::move(settings), std::nullopt);
    }
  }
  allow_connections();
}

// The settings of those that are known and not among these.
std::vector<SessionSettings> FixServer::sessions_without(
    const std::vector<SessionSettings>& sessions) const {
  const std::shared_lock lock{sessions_mutex_};
  std::vector<SessionSettings> others;
  for (const auto& [comp_id, known] : by_comp_id_) {
    if (std::ranges::count(sessions, comp_id, &SessionSettings::comp_id) == 0) {
      others.push_back(known.settings);
    }
  }
  return others;
}

std::optional<Admission::Place> FixServer::admit(const gateway::IpAddress& address) {
  auto result = admission_->admit(address);
  if (auto* const place = std::get_if<Admission::Place>(&result)) {
    return std::move(*place);
  }
  const auto refuse = [&](RefusalKind kind, std::string_view why) {
    refusals_.write(
        kind, spdlog::level::warn, "connection from {} refused: {}", address.text(), why);
  };
  switch (std::get<Admission::Refusal>(result)) {
    case Admission::Refusal::NotFromThere:
      refuse(RefusalKind::NotFromThere, "no session's AllowFrom has this address");
      break;
    case Admission::Refusal::TooMany:
      refuse(RefusalKind::TooMany, "too many in all");
      break;
    case Admission::Refusal::TooManyFromThere:
      refuse(RefusalKind::TooMany, "too many from there");
      break;
    case Admission::Refusal::TooManyBeforeLogon:
      refuse(RefusalKind::TooMany, "too many that have not logged on");
      break;
  }
  return std::nullopt;
}

std::shared_ptr<ConnectionUser> FixServer::stranger(std::string_view why) {
  return std::make_shared<Strangers>(gate_, metrics_, refusals_, why);
}

std::shared_ptr<ConnectionUser> FixServer::find(const FieldTable& logon,
                                                const std::string& address) const {
  const std::shared_lock lock{sessions_mutex_};
  const auto found = by_comp_id_.find(logon.sender_comp_id());
  if (found == by_comp_id_.end()) {
    return unknown_;
  }
  const SessionSettings& settings = found->second.settings;
  const bool allowed = std::any_of(settings.allow_from.begin(),
                                   settings.allow_from.end(),
                                   [&](const auto& range) { return range.contains(address); });
  if (!allowed) {
    return elsewhere_;
  }
  if (logon.target_comp_id() != settings.our_comp_id) {
    return misaddressed_;
  }
  if (logon.begin_string() != begin_string(settings.version)) {
    return other_version_;
  }
  return found->second.session;
}

// ---- From the report stage ----------------------------------------------------------------------

void FixServer::deliver(matching::SessionId session, gateway::ReportDelivery delivery) {
  const std::shared_lock lock{sessions_mutex_};
  if (const auto found = by_id_.find(session); found != by_id_.end()) {
    found->second->deliver(std::move(delivery));
  }
}

void FixServer::notify(const matching::Name& comp_id, gateway::SessionNotice notice) {
  const std::shared_lock lock{sessions_mutex_};
  if (const auto found = by_comp_id_.find(comp_id.view()); found != by_comp_id_.end()) {
    found->second.session->notify(std::move(notice));
  }
}

// ---- The end ------------------------------------------------------------------------------------

FixServer::Sessions FixServer::sessions() const {
  const std::shared_lock lock{sessions_mutex_};
  Sessions all;
  for (const auto& [comp_id, known] : by_comp_id_) {
    all.push_back(known.session);
  }
  return all;
}

void FixServer::for_each_and_wait(std::chrono::milliseconds deadline,
                                  const Impatient& impatient,
                                  const Call& call) const {
  struct Waiting {  // shared: a session may be done after the deadline
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left = 0;
  };

  const Sessions all = sessions();
  const auto waiting = std::make_shared<Waiting>();
  waiting->left = all.size();
  for (const auto& session : all) {
    call(*session, [waiting] {
      const std::lock_guard lock{waiting->mutex};
      --waiting->left;
      waiting->changed.notify_one();
    });
  }
  std::unique_lock lock{waiting->mutex};
  const auto end = std::chrono::steady_clock::now() + deadline;
  const auto all_done = [&] { return waiting->left == 0; };
  while (!waiting->changed.wait_for(lock, kLookUp, all_done) && !impatient() &&
         std::chrono::steady_clock::now() < end) {
  }
}

void FixServer::stop_accepting() {
  for (Listener& listener : listeners_) {
    error_code ignored;
    listener.acceptor.close(ignored);
    listener.retry.cancel();
  }
}

void FixServer::stop_reading() {
  stopping_ = true;
  asio::post(accept_strand_, [this] { stop_accepting(); });
  for_each_and_wait(kHandOver, patient, [](FixSession& session, std::function<void()> done) {
    session.stop_reading(std::move(done));
  });
}

void FixServer::sessions_down(matching::SessionDownReason reason) {
  for_each_and_wait(kHandOver, patient, [reason](FixSession& session, std::function<void()> done) {
    session.go_down(reason, std::move(done));
  });
}

void FixServer::log_out(std::chrono::milliseconds deadline, const Impatient& impatient) {
  for_each_and_wait(deadline, impatient, [](FixSession& session, std::function<void()> done) {
    session.log_out("The gateway is stopping", std::move(done));
  });
  close();
}

void FixServer::close() {
  stopping_ = true;
  asio::post(accept_strand_, [this] { stop_accepting(); });
  for (const auto& session : sessions()) {
    session->close_connection();
  }
}

}  // namespace betex::fix
