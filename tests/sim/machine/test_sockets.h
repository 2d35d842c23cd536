// What tests of the simulated network do with sockets, as any program does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace betex::sim {

inline constexpr std::uint16_t kPort = 9880;
// Processes.
inline constexpr int kServer = 1;
inline constexpr int kClient = 2;

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A descriptor that is closed at the end; what a killed process has, the machine closes.
class OpenSocket {
 public:
  explicit OpenSocket(int number) : number_{number} {}

  ~OpenSocket() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  OpenSocket(OpenSocket&& other) noexcept : number_{std::exchange(other.number_, -1)} {}

  OpenSocket& operator=(OpenSocket&&) = delete;
  OpenSocket(const OpenSocket&) = delete;
  OpenSocket& operator=(const OpenSocket&) = delete;

  // NOLINTNEXTLINE(google-explicit-constructor)
  operator int() const noexcept { return number_; }

 private:
  int number_;
};

inline OpenSocket listening(std::uint16_t port, int backlog = 16) {
  OpenSocket socket{::socket(AF_INET, SOCK_STREAM, 0)};
  const sockaddr_in address = loopback(port);
  EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(socket, backlog), 0);
  return socket;
}

inline int try_to_connect(int socket, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

inline OpenSocket connected(std::uint16_t port) {
  OpenSocket socket{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(try_to_connect(socket, port), 0);
  return socket;
}

inline OpenSocket accepted(int listener) {
  OpenSocket socket{::accept(listener, nullptr, nullptr)};
  EXPECT_GE(socket, 0);
  return socket;
}

struct Pair {
  OpenSocket listener;
  OpenSocket client;
  OpenSocket server;
};

inline Pair make_pair() {
  OpenSocket listener = listening(kPort);
  OpenSocket client = connected(kPort);
  OpenSocket server = accepted(listener);
  return {std::move(listener), std::move(client), std::move(server)};
}

inline ssize_t send_text(int socket, std::string_view text) {
  return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

// What has come and what comes, up to so many bytes or the end.
inline std::string receive_text(int socket, std::size_t size) {
  std::string text(size, '\0');
  const ssize_t got = ::recv(socket, text.data(), text.size(), MSG_WAITALL);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

inline short events_of(int socket, short wanted = POLLIN | POLLOUT) {
  pollfd file{socket, wanted, 0};
  EXPECT_GE(::poll(&file, 1, 0), 0);
  return file.revents;
}

inline int tcp_state(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  EXPECT_EQ(::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  return info.tcpi_state;
}

inline std::string letters(std::size_t count) {
  std::string text(count, ' ');
  for (std::size_t i = 0; i < count; ++i) {
    text[i] = static_cast<char>('a' + i % 26);
  }
  return text;
}

}  // namespace betex::sim
