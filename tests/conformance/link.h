// A TCP connection to any host, plain or TLS, with a deadline on every wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

namespace betex::conformance {

using Clock = std::chrono::steady_clock;

struct TlsFiles {
  std::string ca;           // PEM, of who may have signed the host's certificate
  std::string certificate;  // PEM, of our own; empty: none
  std::string key;
  std::string server_name;  // in the host's certificate; empty: not compared
};

struct Place {
  std::string host;
  std::uint16_t port = 0;
};

struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::vector<Place> others{};  // nodes of the same host, of which one at a time listens
  bool tls = false;
  TlsFiles tls_files;
};

class LinkFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One thread at a time.
class Link {
 public:
  // Throws LinkFailed.
  Link(const Endpoint& endpoint, Clock::time_point deadline);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Throws LinkFailed where the peer does not take it in time. After the peer's end it does
  // nothing: what the peer had said before can still be received.
  void send(std::string_view bytes, Clock::time_point deadline);

  // Waits until something arrives and appends it to received(). False: nothing until the deadline,
  // or the peer has ended the stream.
  bool receive(Clock::time_point deadline);

  // What has arrived; the caller erases what it has understood.
  [[nodiscard]] std::string& received() noexcept { return received_; }

  [[nodiscard]] bool ended() const noexcept { return ended_; }

  // Nothing more will be sent; receiving goes on.
  void end_stream();

 private:
  void connect(const Endpoint& endpoint, Clock::time_point deadline);
  [[nodiscard]] int try_place(const Place& place, Clock::time_point deadline);
  void start_tls(const Endpoint& endpoint, Clock::time_point deadline);
  [[nodiscard]] bool wait(short events, Clock::time_point deadline) const;

  // As recv and send of a socket that does not block: -1 with what to wait for.
  long read_some(char* data, std::size_t size, short& events);
  long write_some(std::string_view bytes, short& events);

  int socket_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
  bool ended_ = false;
  std::string received_;
};

}  // namespace betex::conformance
