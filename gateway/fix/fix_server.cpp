#include "gateway/fix/fix_server.h"

#include <algorithm>
#include <condition_variable>
#include <stdexcept>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <spdlog/spdlog.h>

namespace betex::fix {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// How long the I/O threads may take for what only needs them to run.
constexpr std::chrono::seconds kHandOver{30};
constexpr std::chrono::milliseconds kAcceptRetry{100};

}  // namespace

FixServer::FixServer(const Parts& parts,
                     const TransportLimits& limits,
                     std::vector<SessionSettings> sessions,
                     const std::vector<matching::SessionInfo>& recovered)
    : io_{parts.io},
      limits_{limits},
      flusher_{parts.io, parts.cache, metrics_},
      session_environment_{
          .io = parts.io,
          .limits = limits_,
          .dictionaries = parts.dictionaries,
          .commands = parts.commands,
          .reports = parts.reports,
          .authenticator = parts.authenticator,
          .cache = parts.cache,
          .flusher = flusher_,
          .metrics = metrics_,
          .named =
              [this](matching::SessionId id, const std::shared_ptr<FixSession>& session) {
                const std::unique_lock lock{sessions_mutex_};
                by_id_[id] = session;
              }},
      connection_environment_{.directory = *this,
                              .limits = limits_,
                              .metrics = metrics_,
                              .ended = [this](const std::string& address) { leave(address); }},
      accept_strand_{parts.io.get_executor()},
      acceptor_{accept_strand_},
      accept_retry_{accept_strand_} {
  for (SessionSettings& settings : sessions) {
    const auto known =
        std::find_if(recovered.begin(), recovered.end(), [&](const matching::SessionInfo& info) {
          return info.comp_id.view() == settings.comp_id;
        });
    add_session(std::move(settings),
                known == recovered.end() ? std::nullopt : std::optional{*known});
  }
}

FixServer::~FixServer() {
  for (const auto& session : sessions()) {
    session->abandon();
  }
}

void FixServer::add_session(SessionSettings settings,
                            const std::optional<matching::SessionInfo>& known) {
  const std::string comp_id = settings.comp_id;
  const auto session =
      std::make_shared<FixSession>(std::move(settings), session_environment_, known);
  const std::unique_lock lock{sessions_mutex_};
  if (!by_comp_id_.emplace(comp_id, session).second) {
    throw std::invalid_argument{"there is a FIX session " + comp_id + " already"};
  }
  if (known) {
    by_id_[known->session] = session;
  }
}

// ---- Connections --------------------------------------------------------------------------------

std::uint16_t FixServer::listen(const std::string& address, std::uint16_t port) {
  try {
    const tcp::endpoint endpoint{asio::ip::make_address(address), port};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{"cannot listen for FIX on " + address + ":" + std::to_string(port) +
                             ": " + error.code().message() +
                             "; choose another address or port, or end what is using it"};
  }
  const std::uint16_t chosen = acceptor_.local_endpoint().port();
  asio::post(accept_strand_, [this] { accept(); });
  return chosen;
}

void FixServer::accept() {
  acceptor_.async_accept(
      asio::make_strand(io_),
      asio::bind_executor(accept_strand_, [this](const error_code& error, tcp::socket socket) {
        if (stopping_ || error == asio::error::operation_aborted) {
          return;
        }
        if (!error) {
          accepted(std::move(socket));
          return accept();
        }
        // No file descriptor left, say: those that close give some back.
        spdlog::error("cannot accept a FIX connection: {}", error.message());
        accept_retry_.expires_after(kAcceptRetry);
        accept_retry_.async_wait([this](const error_code& cancelled) {
          if (!cancelled) {
            accept();
          }
        });
      }));
}

void FixServer::accepted(tcp::socket socket) {
  error_code gone;
  const auto endpoint = socket.remote_endpoint(gone);
  if (gone) {
    return;
  }
  const std::string address = endpoint.address().to_string();
  metrics_.connections_accepted.add();
  if (!admit(address)) {
    metrics_.connections_refused.add();
    spdlog::warn("connection from {} refused: too many", address);
    return;
  }
  std::make_shared<Connection>(std::move(socket), address, connection_environment_)->start();
}

bool FixServer::admit(const std::string& address) {
  const std::lock_guard lock{connections_mutex_};
  std::size_t& from_there = connections_by_address_[address];
  if (connections_ >= limits_.connections || from_there >= limits_.connections_per_address) {
    if (from_there == 0) {
      connections_by_address_.erase(address);
    }
    return false;
  }
  ++from_there;
  ++connections_;
  return true;
}

void FixServer::leave(const std::string& address) {
  const std::lock_guard lock{connections_mutex_};
  --connections_;
  const auto from_there = connections_by_address_.find(address);
  if (--from_there->second == 0) {
    connections_by_address_.erase(from_there);
  }
}

SessionDirectory::Found FixServer::find(const FieldTable& logon, const std::string& address) const {
  const std::shared_lock lock{sessions_mutex_};
  const auto found = by_comp_id_.find(logon.sender_comp_id());
  if (found == by_comp_id_.end()) {
    return {};
  }
  const SessionSettings& settings = found->second->settings();
  const bool allowed = std::any_of(settings.allow_from.begin(),
                                   settings.allow_from.end(),
                                   [&](const auto& range) { return range.contains(address); });
  if (!allowed || logon.target_comp_id() != settings.our_comp_id ||
      logon.begin_string() != begin_string(settings.version)) {
    return {};
  }
  return {.user = found->second, .version = settings.version, .guard = settings.guard};
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
    found->second->notify(std::move(notice));
  }
}

// ---- The end ------------------------------------------------------------------------------------

FixServer::Sessions FixServer::sessions() const {
  const std::shared_lock lock{sessions_mutex_};
  Sessions all;
  for (const auto& [comp_id, session] : by_comp_id_) {
    all.push_back(session);
  }
  return all;
}

void FixServer::for_each_and_wait(
    std::chrono::milliseconds deadline,
    const std::function<void(FixSession&, std::function<void()> done)>& call) const {
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
  waiting->changed.wait_for(lock, deadline, [&] { return waiting->left == 0; });
}

void FixServer::stop_reading() {
  stopping_ = true;
  asio::post(accept_strand_, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    accept_retry_.cancel();
  });
  for_each_and_wait(kHandOver, [](FixSession& session, std::function<void()> done) {
    session.stop_reading(std::move(done));
  });
}

void FixServer::sessions_down(matching::SessionDownReason reason) {
  for_each_and_wait(kHandOver, [reason](FixSession& session, std::function<void()> done) {
    session.go_down(reason, std::move(done));
  });
}

void FixServer::log_out(std::chrono::milliseconds deadline) {
  for_each_and_wait(deadline, [](FixSession& session, std::function<void()> done) {
    session.log_out("The gateway is stopping", std::move(done));
  });
  close();
}

void FixServer::close() {
  stopping_ = true;
  asio::post(accept_strand_, [this] {
    error_code ignored;
    acceptor_.close(ignored);
  });
  for (const auto& session : sessions()) {
    session->close_connection();
  }
}

}  // namespace betex::fix
