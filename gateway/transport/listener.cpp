#include "gateway/transport/listener.h"

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/config/peer_address.h"

namespace betex::fix {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kAcceptRetry{100};

}  // namespace

Listener::Listener(asio::io_context& io, const Connection::Environment& connections)
    : io_{io}, connections_{connections}, strand_{io.get_executor()} {
  set_limits(connections.limits);
}

std::uint16_t Listener::listen(const std::string& address, std::uint16_t port) {
  return listen(address, port, Security::Plain);
}

std::uint16_t Listener::listen_tls(const std::string& address,
                                   std::uint16_t port,
                                   const TlsFiles& files) {
  set_tls(make_tls_context(files));
  return listen(address, port, Security::Tls);
}

std::uint16_t Listener::listen(const std::string& address, std::uint16_t port, Security security) {
  Port& opened =
      ports_.emplace_back(Port{tcp::acceptor{strand_}, asio::steady_timer{strand_}, security});
  try {
    const tcp::endpoint endpoint{asio::ip::make_address(address), port};
    opened.acceptor.open(endpoint.protocol());
    opened.acceptor.set_option(tcp::acceptor::reuse_address{true});
    opened.acceptor.bind(endpoint);
    opened.acceptor.listen();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{"cannot listen for FIX on " + address + ":" + std::to_string(port) +
                             ": " + error.code().message() +
                             "; choose another address or port, or end what is using it"};
  }
  const std::uint16_t chosen = opened.acceptor.local_endpoint().port();
  asio::post(strand_, [this, &opened] { accept(opened); });
  return chosen;
}

void Listener::set_limits(const TransportLimits& limits) {
  admission_->set_limits({.connections = limits.connections,
                          .per_address = limits.connections_per_address,
                          .before_logon = limits.connections_before_logon});
}

void Listener::set_allowed(const std::vector<gateway::AddressRange>& ranges) {
  admission_->set_allowed(ranges);
}

void Listener::set_tls(std::shared_ptr<asio::ssl::context> context) {
  const std::lock_guard lock{tls_mutex_};
  tls_ = std::move(context);
}

void Listener::accept(Port& port) {
  port.acceptor.async_accept(
      asio::make_strand(io_),
      asio::bind_executor(strand_, [this, &port](const error_code& error, tcp::socket socket) {
        if (stopping_ || error == asio::error::operation_aborted) {
          return;
        }
        if (!error) {
          accepted(std::move(socket), port.security);
          return accept(port);
        }
        // No file descriptor left, say: those that close give some back.
        connections_.refusals.write(RefusalKind::NotAccepted,
                                    spdlog::level::err,
                                    "cannot accept a FIX connection: {}",
                                    error.message());
        port.retry.expires_after(kAcceptRetry);
        port.retry.async_wait([this, &port](const error_code& cancelled) {
          if (!cancelled) {
            accept(port);
          }
        });
      }));
}

void Listener::accepted(tcp::socket socket, Security security) {
  error_code gone;
  const auto endpoint = socket.remote_endpoint(gone);
  if (gone) {
    return;
  }
  connections_.metrics.connections_accepted.add();
  auto place = admit(gateway::ip_address(endpoint.address()));
  if (!place) {
    connections_.metrics.connections_refused.add();
    return;
  }
  std::shared_ptr<asio::ssl::context> tls;
  if (security == Security::Tls) {
    const std::lock_guard lock{tls_mutex_};
    tls = tls_;
  }
  std::make_shared<Connection>(
      Stream{std::move(socket), std::move(tls)}, *std::move(place), connections_)
      ->start();
}

std::optional<Admission::Place> Listener::admit(const gateway::IpAddress& address) {
  auto result = admission_->admit(address);
  if (auto* const place = std::get_if<Admission::Place>(&result)) {
    return std::move(*place);
  }
  const auto refuse = [&](RefusalKind kind, std::string_view why) {
    connections_.refusals.write(
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

void Listener::stop() {
  stopping_ = true;
  asio::post(strand_, [this] {
    for (Port& port : ports_) {
      error_code ignored;
      port.acceptor.close(ignored);
      port.retry.cancel();
    }
  });
}

}  // namespace betex::fix
