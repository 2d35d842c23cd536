// A TCP port, bound and not listening: found to be free before anything on disk is touched, and
// kept until the server listens on it.
#pragma once

#include <cstdint>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace betex::gateway {

class PortReservation {
 public:
  // Port 0 is chosen by the system. Throws std::runtime_error when the address can't be had, naming
  // the command line's `option` that chooses another.
  PortReservation(const std::string& address, std::uint16_t port, const std::string& option);

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // Once somebody else listens on it.
  void release() { acceptor_.close(); }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_};
};

}  // namespace betex::gateway
