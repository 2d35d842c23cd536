#include "gateway/http/http_server.h"

#include <set>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include "gateway/http/http_answers.h"
#include "gateway/http/http_connection.h"

namespace betex::gateway {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kRetryAccept{100};

}  // namespace

// Everything but the constructor and port() runs on its strand; connections share it.
class HttpServer::Listener : public std::enable_shared_from_this<HttpServer::Listener> {
 public:
  Listener(boost::asio::io_context& io, const HttpServerOptions& options, HttpAnswers answers)
      : strand_{boost::asio::make_strand(io)},
        acceptor_{strand_},
        retry_{strand_},
        options_{options},
        answers_{std::move(answers)} {
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
      for (HttpConnection* const connection : self->connections_) {
        connection->close();
      }
    });
  }

 private:
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
    // Beyond the cap the socket is closed unread.
    if (connections_.size() < options_.max_connections) {
      const auto connection = std::make_shared<HttpConnection>(
          std::move(socket), answers_, [self = shared_from_this()](HttpConnection* ended) {
            self->connections_.erase(ended);
          });
      connections_.insert(connection.get());
      connection->start(options_.deadline);
    }
    accept();
  }

  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  const HttpServerOptions options_;
  const HttpAnswers answers_;
  std::uint16_t port_ = 0;
  std::set<HttpConnection*> connections_;
  bool stopped_ = false;
};

HttpServer::HttpServer(boost::asio::io_context& io,
                       const HttpServerOptions& options,
                       const HealthSource& health,
                       std::vector<const prometheus::Collectable*> collectables)
    : listener_{
          std::make_shared<Listener>(io, options, HttpAnswers{health, std::move(collectables)})} {
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
