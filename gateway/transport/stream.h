// A TCP connection's byte stream, plain or inside TLS, with the few operations that a FIX
// connection needs of it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "gateway/transport/tls_revocation.h"

namespace betex::fix {

// Owned by the strand that is the socket's executor. At most one read and one write at a time.
class Stream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Error = boost::system::error_code;

  // `tls`: null for a plain stream.
  Stream(Socket socket, std::shared_ptr<boost::asio::ssl::context> tls)
      : context_{std::move(tls)}, stream_{make(std::move(socket), context_.get())} {}

  [[nodiscard]] Socket::executor_type executor() { return socket().get_executor(); }

  [[nodiscard]] Socket& socket() {
    Tls* const tls = std::get_if<Tls>(&stream_);
    return tls != nullptr ? tls->next_layer() : std::get<Socket>(stream_);
  }

  [[nodiscard]] bool is_tls() const noexcept { return std::holds_alternative<Tls>(stream_); }

  // The first bytes that have come and are not taken yet; empty where there are none.
  [[nodiscard]] std::string peek() {
    std::array<char, 8> bytes{};
    Error error;
    socket().non_blocking(true, error);
    const std::size_t size =
        socket().receive(boost::asio::buffer(bytes), Socket::message_peek, error);
    return {bytes.data(), error ? 0 : size};
  }

  // Goes on with the handshake as far as what has arrived allows; would_block: more must arrive. An
  // answer that finds no room in the socket's buffer, which nobody has used before, is lost: such a
  // handshake ends at its deadline.
  [[nodiscard]] Error handshake_step() {
    Tls& tls = std::get<Tls>(stream_);
    Error error;
    tls.next_layer().non_blocking(true, error);
    if (!error) {
      tls.handshake(boost::asio::ssl::stream_base::server, error);
    }
    return error;
  }

  template <typename Buffers, typename Handler>
  void read_some(const Buffers& buffers, Handler&& handler) {
    std::visit(
        [&](auto& stream) { stream.async_read_some(buffers, std::forward<Handler>(handler)); },
        stream_);
  }

  template <typename Buffers, typename Handler>
  void write_some(const Buffers& buffers, Handler&& handler) {
    std::visit(
        [&](auto& stream) { stream.async_write_some(buffers, std::forward<Handler>(handler)); },
        stream_);
  }

  // Tells the peer that nothing more comes; `handler(Error)`. No read or write may be under way.
  template <typename Handler>
  void end_output(Handler handler) {
    if (Tls* const tls = std::get_if<Tls>(&stream_)) {
      tls->async_shutdown(std::move(handler));
      return;
    }
    Error ignored;
    socket().shutdown(Socket::shutdown_send, ignored);
    boost::asio::post(executor(), [handler = std::move(handler)]() mutable { handler(Error{}); });
  }

  // What is under way ends with an error.
  void cancel() {
    Error ignored;
    socket().cancel(ignored);
  }

  void close() {
    Error ignored;
    socket().close(ignored);
  }

  // The client's, after the handshake.
  [[nodiscard]] ClientCertificate certificate() {
    Tls* const tls = std::get_if<Tls>(&stream_);
    return tls == nullptr ? ClientCertificate{} : ClientCertificate{tls->native_handle()};
  }

  // Whether the peer has ended its side of the connection, though what it sent before may not be
  // read yet.
  [[nodiscard]] bool peer_has_ended() {
    tcp_info info{};
    socklen_t size = sizeof info;
    return ::getsockopt(socket().native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_state != TCP_ESTABLISHED;
  }

 private:
  using Tls = boost::asio::ssl::stream<Socket>;
  using Either = std::variant<Socket, Tls>;

  static Either make(Socket socket, boost::asio::ssl::context* context) {
    if (context == nullptr) {
      return Either{std::in_place_type<Socket>, std::move(socket)};
    }
    return Either{std::in_place_type<Tls>, std::move(socket), *context};
  }

  std::shared_ptr<boost::asio::ssl::context> context_;  // before the stream, which uses it
  Either stream_;
};

}  // namespace betex::fix
