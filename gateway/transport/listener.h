// The FIX ports: accepts connections, plain or TLS, admits or refuses them, and starts those that
// may come.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/config/address_range.h"
#include "gateway/config/ip_address.h"
#include "gateway/transport/admission.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/tls.h"

namespace betex::fix {

// Thread-safe, but for construction and destruction. The I/O threads (whoever runs `io`) must have
// ended before it is destroyed.
class Listener {
 public:
  // What connections need must outlive the listener.
  Listener(boost::asio::io_context& io, const Connection::Environment& connections);

  // Returns the port, which the system chooses for 0. Throws std::runtime_error when the address
  // cannot be had, or, with TLS, the files are wrong. Before the I/O threads run, or on one of
  // them.
  std::uint16_t listen(const std::string& address, std::uint16_t port);
  std::uint16_t listen_tls(const std::string& address, std::uint16_t port, const TlsFiles& files);

  // ---- For connections that come from now on

  void set_limits(const TransportLimits& limits);

  // Where they may come from.
  void set_allowed(const std::vector<gateway::AddressRange>& ranges);

  void set_tls(std::shared_ptr<boost::asio::ssl::context> context);

  // Accepts nothing more; returns at once.
  void stop();

 private:
  enum class Security : std::uint8_t { Plain, Tls };

  // Owned by strand_ once it listens.
  struct Port {
    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::steady_timer retry;
    Security security;
  };

  std::uint16_t listen(const std::string& address, std::uint16_t port, Security security);
  void accept(Port& port);
  void accepted(boost::asio::ip::tcp::socket socket, Security security);
  [[nodiscard]] std::optional<Admission::Place> admit(const gateway::IpAddress& address);

  boost::asio::io_context& io_;
  const Connection::Environment& connections_;
  const std::shared_ptr<Admission> admission_ = std::make_shared<Admission>();

  std::mutex tls_mutex_;
  std::shared_ptr<boost::asio::ssl::context> tls_;  // null: no TLS

  std::atomic<bool> stopping_{false};  // set by whoever stops, read by the I/O threads
  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  std::deque<Port> ports_;
};

}  // namespace betex::fix
