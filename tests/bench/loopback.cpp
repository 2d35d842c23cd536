#include "tests/bench/loopback.h"

#include <cerrno>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace betex::bench {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int checked(int result, const char* call) {
  if (result < 0) {
    throw std::system_error{errno, std::generic_category(), call};
  }
  return result;
}

int stream_socket() {
  return checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

void send_at_once(int descriptor) {
  const int on = 1;
  checked(setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

}  // namespace

Listener::Listener() : descriptor_{stream_socket()} {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  checked(bind(descriptor_, generic, size), "bind");
  checked(listen(descriptor_, 1), "listen");
  checked(getsockname(descriptor_, generic, &size), "getsockname");
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() {
  close(descriptor_);
}

int Listener::accept() const {
  const int peer = checked(::accept(descriptor_, nullptr, nullptr), "accept");
  send_at_once(peer);
  return peer;
}

int connect_to_loopback(std::uint16_t port) {
  const int descriptor = stream_socket();
  const sockaddr_in address = loopback(port);
  checked(connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect");
  send_at_once(descriptor);
  return descriptor;
}

}  // namespace betex::bench
