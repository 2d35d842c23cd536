#include "tests/sim/clients/line.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client/error.h"

namespace betex::sim {
namespace {

constexpr std::chrono::milliseconds kSendTimeout{10'000};

// Within `timeout`; false: not.
bool wait_until_writable(int descriptor, std::chrono::milliseconds timeout) {
  pollfd waiting{descriptor, POLLOUT, 0};
  return poll(&waiting, 1, static_cast<int>(timeout.count())) == 1;
}

// 0, or the errno of the attempt.
int connect_to(int descriptor, std::uint16_t port, std::chrono::milliseconds timeout) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  if (!wait_until_writable(descriptor, timeout)) {
    return ETIMEDOUT;
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

client::Connection Line::open(std::uint16_t port, std::chrono::milliseconds timeout) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0) {
    throw client::ConnectionFailed{std::string{"no socket: "} + std::strerror(errno)};
  }
  client::Connection connection{descriptor};
  if (const int error = connect_to(descriptor, port, timeout); error != 0) {
    throw client::ConnectionFailed{"cannot connect to port " + std::to_string(port) + ": " +
                                   std::strerror(error)};
  }
  descriptor_ = descriptor;
  return connection;
}

bool Line::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN ? !wait_until_writable(descriptor_, kSendTimeout) : errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace betex::sim
