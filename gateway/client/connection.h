// A TCP connection, plain or inside TLS, with deadlines on everything. It keeps receiving while it
// waits to send, so two peers that both write a lot cannot block one another.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace betex::client {

// PEM files.
struct TlsFiles {
  std::string ca;           // who has signed the host's certificate; nobody else is trusted
  std::string certificate;  // our own; empty: none
  std::string key;          // of our own; empty: in the certificate's file
};

using Clock = std::chrono::steady_clock;

// One thread at a time. Movable; a moved-from one is closed.
class Connection {
 public:
  // Throws ConnectionFailed. `host` is an IPv4 or IPv6 address, or a name.
  static Connection open(const std::string& host, std::uint16_t port, Clock::duration timeout);

  // The same, and TLS on it: the host must show a certificate for its name. Throws
  // ConnectionFailed.
  static Connection open_tls(const std::string& host,
                             std::uint16_t port,
                             const TlsFiles& files,
                             Clock::duration timeout);

  // Takes over a connected stream socket.
  explicit Connection(int descriptor);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;

  // Sends all of it. Where the connection has ended, or the peer takes nothing for `timeout`, it
  // is closed() afterwards; what had arrived by then stays in received().
  void send(std::string_view bytes, Clock::duration timeout);

  // Waits until something arrives and appends it to received(). False: nothing until the deadline,
  // or the connection has ended (then closed() is true).
  bool receive(Clock::time_point deadline);

  // What has arrived; the caller erases what it has understood.
  [[nodiscard]] std::string& received() noexcept { return received_; }

  // The peer has closed, or the connection broke: nothing more will arrive.
  [[nodiscard]] bool closed() const noexcept { return closed_; }

  // Why it is closed, in words; empty while it is open.
  [[nodiscard]] const std::string& close_reason() const noexcept { return close_reason_; }

  void close() noexcept;

 private:
  // Waits for one of the poll(2) events; false at the deadline.
  bool wait(short events, Clock::time_point deadline);
  void read_available();
  void start_tls(const std::string& host, const TlsFiles& files, Clock::time_point deadline);
  // As send(2) and recv(2) on a socket that does not block, also through TLS.
  long write_some(std::string_view bytes);
  long read_some(char* buffer, std::size_t size);
  long tls_result(int result);
  void mark_closed(std::string reason);

  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  int descriptor_ = -1;
  std::unique_ptr<SSL, SslFree> ssl_;  // null: plain
  bool closed_ = false;
  std::string close_reason_;
  std::string received_;
};

}  // namespace betex::client
