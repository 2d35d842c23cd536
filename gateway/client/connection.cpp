#include "gateway/client/connection.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string error_text(int error) {
  return std::strerror(error);
}

AddressList resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    throw ConnectionFailed{"cannot resolve " + host + ": " + gai_strerror(error)};
  }
  return {found, &freeaddrinfo};
}

int remaining_ms(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

// 0, or the errno of the failed attempt.
int finish_connect(int descriptor, const addrinfo& address, Clock::time_point deadline) {
  if (connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  pollfd waiting{descriptor, POLLOUT, 0};
  if (poll(&waiting, 1, remaining_ms(deadline)) != 1) {
    return ETIMEDOUT;
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

Connection Connection::open(const std::string& host, std::uint16_t port, Clock::duration timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  const AddressList addresses = resolve(host, port);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const int descriptor =
        socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) {
      error = errno;
      continue;
    }
    Connection connection{descriptor};
    error = finish_connect(descriptor, *address, deadline);
    if (error == 0) {
      return connection;
    }
  }
  throw ConnectionFailed{"cannot connect to " + host + " port " + std::to_string(port) + ": " +
                         error_text(error)};
}

Connection::Connection(int descriptor) : descriptor_{descriptor} {
  fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
  const int on = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() {
  close();
}

Connection::Connection(Connection&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)},
      closed_{std::exchange(other.closed_, true)},
      close_reason_{std::move(other.close_reason_)},
      received_{std::move(other.received_)} {}

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    closed_ = std::exchange(other.closed_, true);
    close_reason_ = std::move(other.close_reason_);
    received_ = std::move(other.received_);
  }
  return *this;
}

void Connection::send(std::string_view bytes, Clock::duration timeout) {
  Clock::time_point deadline = Clock::now() + timeout;  // of the next progress
  while (!bytes.empty() && !closed_) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      deadline = Clock::now() + timeout;
    } else if (errno == EAGAIN) {
      if (!wait(POLLOUT | POLLIN, deadline)) {
        mark_closed("the peer has read nothing for too long");
        return;
      }
      read_available();
    } else if (errno != EINTR) {
      const int error = errno;
      read_available();  // what the peer sent before it went away
      mark_closed("cannot send: " + error_text(error));
    }
  }
}

bool Connection::receive(Clock::time_point deadline) {
  const std::size_t before = received_.size();
  while (!closed_ && received_.size() == before) {
    if (!wait(POLLIN, deadline)) {
      return false;
    }
    read_available();
  }
  return received_.size() != before;
}

void Connection::close() noexcept {
  if (descriptor_ >= 0) {
    ::close(std::exchange(descriptor_, -1));
    closed_ = true;
    close_reason_ = "closed by this side";
  }
}

bool Connection::wait(short events, Clock::time_point deadline) {
  pollfd waiting{descriptor_, events, 0};
  int ready = 0;
  do {
    ready = poll(&waiting, 1, remaining_ms(deadline));
  } while (ready < 0 && errno == EINTR && Clock::now() < deadline);
  return ready == 1;
}

void Connection::read_available() {
  std::array<char, 65536> buffer;
  while (!closed_) {
    const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      mark_closed("the peer has closed the connection");
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      mark_closed("the connection broke: " + error_text(errno));
    }
  }
}

void Connection::mark_closed(std::string reason) {
  if (!closed_) {
    closed_ = true;
    close_reason_ = std::move(reason);
  }
}

}  // namespace betex::client
