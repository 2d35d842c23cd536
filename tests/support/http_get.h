// What a gateway says on its HTTP port.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace betex::test {

// Status line, header and body.
[[nodiscard]] inline std::string http_get(std::uint16_t port, const std::string& path) {
  boost::asio::ip::tcp::iostream stream{"127.0.0.1", std::to_string(port)};
  stream << "GET " << path << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  stream.flush();
  return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace betex::test
