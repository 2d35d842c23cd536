#include "tests/bench/scrape.h"

#include <array>
#include <cstddef>
#include <stdexcept>

#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/loopback.h"

namespace betex::bench {

double scrape(std::uint16_t http_port, const std::string& name) {
  const int descriptor = connect_to_loopback(http_port);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::string answer;
  std::array<char, 65536> buffer;
  if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    ssize_t count = 0;
    while ((count = recv(descriptor, buffer.data(), buffer.size(), 0)) > 0) {
      answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  close(descriptor);
  const std::size_t found = answer.find("\n" + name + " ");
  if (found == std::string::npos) {
    throw std::runtime_error{"/metrics has no " + name};
  }
  return std::stod(answer.substr(found + name.size() + 2));
}

}  // namespace betex::bench
