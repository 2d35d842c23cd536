#include "gateway/http/http_server.h"

#include <algorithm>
#include <list>
#include <map>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include "gateway/config/ip_address.h"
#include "gateway/config/peer_address.h"
#include "gateway/http/http_answers.h"
#include "gateway/http/http_connection.h"
#include "gateway/http/http_routes.h"

namespace betex::gateway {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kRetryAccept{100};

}  // namespace

// Everything but the constructor and port() runs on its strand; connections share it.
class HttpServer::Listener : public std::enable_shared_from_this<HttpServer::Listener> {
 public:
  Listener(boost::asio::io_context& io,
           const HttpServerOptions& options,
           HttpAnswers answers,
           HttpRoutes* routes)
      : strand_{boost::asio::make_strand(io)},
        acceptor_{strand_},
        retry_{strand_},
        options_{options},
        answers_{std::move(answers)},
        routes_{routes} {
    try {
      const tcp::endpoint endpoint{boost::asio::ip::make_address(options.address), options.port};
      acceptor_.open(endpoint.protocol());
      acceptor_.set_option(tcp::acceptor::reuse_address{true});
      acceptor_.bind(endpoint);
      acceptor_.listen();
      port_ = acceptor_.local_endpoint().port();
    } catch (const boost::system::system_error& error) {
      throw std::system_error{error.code(),
                              "HTTP cannot listen on " + options.address + " port " +
                                  std::to_string(options.port) +
                                  "; free the port, or give another in [http] or by --http-port"};
    }
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  void start() {
    boost::asio::post(strand_, [self = shared_from_this()] { self->accept(); });
  }

  void stop() {
    boost::asio::post(strand_, [self = shared_from_this()] {
      self->stopped_ = true;
      error_code ignored;
      self->acceptor_.close(ignored);
      self->retry_.cancel();
      for (const Open& open : self->connections_) {
        open.connection->close();
      }
    });
  }

 private:
  struct Open {
    HttpConnection* connection = nullptr;
    IpAddress peer;
  };

  void accept() {
    if (stopped_) {
      return;
    }
    acceptor_.async_accept(strand_,
                           [self = shared_from_this()](error_code error, tcp::socket socket) {
                             self->on_accept(error, std::move(socket));
                           });
  }

  void on_accept(error_code error, tcp::socket socket) {
    if (stopped_) {
      return;
    }
    if (error) {
      // Out of descriptors, most likely: trying again at once would only spin.
      retry_.expires_after(kRetryAccept);
      retry_.async_wait([self = shared_from_this()](error_code) { self->accept(); });
      return;
    }
    error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (!gone) {
      if (connections_.size() >= options_.max_connections) {
        make_room();
      }
      serve(std::move(socket), ip_address(endpoint.address()).peer());
    }
    accept();
  }

  void serve(tcp::socket socket, const IpAddress& peer) {
    const auto connection = std::make_shared<HttpConnection>(
        std::move(socket),
        HttpConnection::Answers{.own = answers_, .further = routes_},
        [self = shared_from_this()](HttpConnection* ended) {
          self->connections_.remove_if(
              [ended](const Open& open) { return open.connection == ended; });
        });
    connections_.push_back({.connection = connection.get(), .peer = peer});
    connection->start(options_.deadline);
  }

  // Who comes always has a place, or those that say nothing would keep out the probes, and a
  // healthy gateway would be restarted. A probe's request comes with its connection, so what has
  // been there longest is not one: of the address that has the most, the oldest goes.
  void make_room() {
    std::map<IpAddress, std::size_t> by_peer;
    for (const Open& open : connections_) {
      ++by_peer[open.peer];
    }
    const auto most = std::ranges::max_element(
        by_peer, {}, [](const auto& peer_and_count) { return peer_and_count.second; });
    const auto oldest = std::ranges::find(connections_, most->first, &Open::peer);
    oldest->connection->close();
    connections_.erase(oldest);
  }

  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  const HttpServerOptions options_;
  const HttpAnswers answers_;
  HttpRoutes* const routes_;  // null: none
  std::uint16_t port_ = 0;
  std::list<Open> connections_;  // the oldest first
  bool stopped_ = false;
};

HttpServer::HttpServer(boost::asio::io_context& io,
                       const HttpServerOptions& options,
                       const HealthSource& health,
                       std::vector<const prometheus::Collectable*> collectables,
                       HttpRoutes* routes)
    : listener_{std::make_shared<Listener>(
          io, options, HttpAnswers{health, std::move(collectables)}, routes)} {
  listener_->start();
}

HttpServer::~HttpServer() {
  stop();
}

std::uint16_t HttpServer::port() const {
  return listener_->port();
}

void HttpServer::stop() {
  listener_->stop();
}

}  // namespace betex::gateway
