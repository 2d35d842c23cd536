// The C library's sockets. Those of IPv4's TCP are the simulated network's while a machine exists,
// where there is no other family for a host; the others, of AF_UNIX say, are the real ones.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/sim/machine/interposed.h"

namespace {

using namespace betex::sim;

constinit const RealCall<int(int, int, int)> real_socket{"socket"};
constinit const RealCall<int(int, const sockaddr*, socklen_t)> real_bind{"bind"};
constinit const RealCall<int(int, int)> real_listen{"listen"};
constinit const RealCall<int(int, const sockaddr*, socklen_t)> real_connect{"connect"};
constinit const RealCall<int(int, sockaddr*, socklen_t*)> real_accept{"accept"};
constinit const RealCall<int(int, sockaddr*, socklen_t*, int)> real_accept4{"accept4"};
constinit const RealCall<int(int, sockaddr*, socklen_t*)> real_getsockname{"getsockname"};
constinit const RealCall<int(int, sockaddr*, socklen_t*)> real_getpeername{"getpeername"};
constinit const RealCall<int(int, int, int, void*, socklen_t*)> real_getsockopt{"getsockopt"};
constinit const RealCall<int(int, int, int, const void*, socklen_t)> real_setsockopt{"setsockopt"};
constinit const RealCall<int(int, int)> real_shutdown{"shutdown"};
constinit const RealCall<ssize_t(int, const void*, std::size_t, int)> real_send{"send"};
constinit const RealCall<ssize_t(int, const void*, std::size_t, int, const sockaddr*, socklen_t)>
    real_sendto{"sendto"};
constinit const RealCall<ssize_t(int, const msghdr*, int)> real_sendmsg{"sendmsg"};
constinit const RealCall<ssize_t(int, void*, std::size_t, int)> real_recv{"recv"};
constinit const RealCall<ssize_t(int, void*, std::size_t, int, sockaddr*, socklen_t*)>
    real_recvfrom{"recvfrom"};
constinit const RealCall<ssize_t(int, msghdr*, int)> real_recvmsg{"recvmsg"};

// As the kernel gives an address: as much of it as there is room for, and how much there is.
void give(const Address& address, sockaddr* to, socklen_t* size) noexcept {
  if (to == nullptr || size == nullptr) {
    return;
  }
  sockaddr_in whole{};
  whole.sin_family = AF_INET;
  whole.sin_port = htons(address.port);
  whole.sin_addr.s_addr = htonl(address.ip);
  std::memcpy(to, &whole, std::min<std::size_t>(*size, sizeof whole));
  *size = sizeof whole;
}

// 0 or a negative errno value.
int take(const sockaddr* from, socklen_t size, Address& address) noexcept {
  sockaddr_in whole{};
  if (from == nullptr || size < sizeof whole) {
    return -EINVAL;
  }
  std::memcpy(&whole, from, sizeof whole);
  if (whole.sin_family != AF_INET) {
    return -EAFNOSUPPORT;
  }
  address = {ntohl(whole.sin_addr.s_addr), ntohs(whole.sin_port)};
  return 0;
}

// What `call` gives for the socket, as the C library tells it.
template <typename Call>
auto with_socket(const Network::Inside& network, int descriptor, Call&& call)
    -> decltype(call(std::declval<Socket&>())) {
  if (const auto socket = network.find<Socket>(descriptor)) {
    return told(call(*socket));
  }
  return told(decltype(call(std::declval<Socket&>())){
      network.find(descriptor) == nullptr ? -EBADF : -ENOTSOCK});
}

int accept_from(
    Network::Inside& network, int descriptor, sockaddr* address, socklen_t* size, int flags) {
  return with_socket(network, descriptor, [&](Socket&) {
    Address from;
    const int accepted = network.accept(descriptor, from);
    if (accepted >= 0) {
      network.find(accepted)->blocks = (flags & SOCK_NONBLOCK) == 0;
      give(from, address, size);
    }
    return accepted;
  });
}

template <typename Value>
int give_option(const Value& value, void* to, socklen_t* size) noexcept {
  *size = static_cast<socklen_t>(std::min<std::size_t>(*size, sizeof value));
  std::memcpy(to, &value, *size);
  return 0;
}

int option(
    Network::Inside& network, Socket& socket, int level, int name, void* to, socklen_t* size) {
  if (level == SOL_SOCKET) {
    switch (name) {
      case SO_ERROR:
        return give_option(socket.take_error(), to, size);
      case SO_TYPE:
        return give_option(int{SOCK_STREAM}, to, size);
      case SO_DOMAIN:
        return give_option(int{AF_INET}, to, size);
      case SO_PROTOCOL:
        return give_option(int{IPPROTO_TCP}, to, size);
      case SO_ACCEPTCONN:
        return give_option(socket.state() == Socket::State::Listening ? 1 : 0, to, size);
      case SO_SNDBUF:
      case SO_RCVBUF:
        return give_option(static_cast<int>(network.behaviour().buffer_bytes), to, size);
      default:
        break;
    }
  }
  if (level == IPPROTO_TCP && name == TCP_INFO) {
    tcp_info info{};
    info.tcpi_state = socket.tcp_state();
    return give_option(info, to, size);
  }
  const auto found = socket.options.find({level, name});
  if (found == socket.options.end()) {
    return give_option(0, to, size);
  }
  *size = static_cast<socklen_t>(std::min<std::size_t>(*size, found->second.size()));
  std::memcpy(to, found->second.data(), *size);
  return 0;
}

}  // namespace

extern "C" {

int socket(int family, int type, int protocol) noexcept {
  Machine* const machine = Machine::current();
  constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  if (machine == nullptr || (family != AF_INET && family != AF_INET6)) {
    return real_socket(family, type, protocol);
  }
  if (family != AF_INET || (type & ~kFlags) != SOCK_STREAM) {
    errno = EAFNOSUPPORT;
    return -1;
  }
  Network::Inside& network = machine->network.inside();
  auto socket = std::make_shared<Socket>(current_process(), network);
  socket->blocks = (type & SOCK_NONBLOCK) == 0;
  return network.open(std::move(socket));
}

int bind(int descriptor, const sockaddr* address, socklen_t size) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_bind(descriptor, address, size);
  }
  return with_socket(*network, descriptor, [&](Socket& socket) {
    Address place;
    const int error = take(address, size, place);
    return error != 0 ? error : socket.bind(place);
  });
}

int listen(int descriptor, int backlog) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_listen(descriptor, backlog);
  }
  network->timeline().catch_up();
  return with_socket(*network, descriptor, [&](Socket& socket) { return socket.listen(backlog); });
}

int connect(int descriptor, const sockaddr* address, socklen_t size) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_connect(descriptor, address, size);
  }
  return with_socket(*network, descriptor, [&](Socket&) {
    Address place;
    const int error = take(address, size, place);
    return error != 0 ? error : network->connect(descriptor, place);
  });
}

int accept(int descriptor, sockaddr* address, socklen_t* size) {
  Network::Inside* const network = network_of(descriptor);
  return network == nullptr ? real_accept(descriptor, address, size)
                            : accept_from(*network, descriptor, address, size, 0);
}

int accept4(int descriptor, sockaddr* address, socklen_t* size, int flags) {
  Network::Inside* const network = network_of(descriptor);
  return network == nullptr ? real_accept4(descriptor, address, size, flags)
                            : accept_from(*network, descriptor, address, size, flags);
}

int getsockname(int descriptor, sockaddr* address, socklen_t* size) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_getsockname(descriptor, address, size);
  }
  return with_socket(*network, descriptor, [&](Socket& socket) {
    give(socket.local(), address, size);
    return 0;
  });
}

int getpeername(int descriptor, sockaddr* address, socklen_t* size) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_getpeername(descriptor, address, size);
  }
  network->timeline().catch_up();
  return with_socket(*network, descriptor, [&](Socket& socket) {
    if (!socket.is_connected()) {
      return -ENOTCONN;
    }
    give(socket.remote(), address, size);
    return 0;
  });
}

int getsockopt(int descriptor, int level, int name, void* value, socklen_t* size) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_getsockopt(descriptor, level, name, value, size);
  }
  network->timeline().catch_up();
  return with_socket(*network, descriptor, [&](Socket& socket) {
    return option(*network, socket, level, name, value, size);
  });
}

// Remembered. SO_REUSEADDR, SO_LINGER, SO_RCVTIMEO and SO_SNDTIMEO do what they say; how large
// buffers are, the network's behaviour says.
int setsockopt(int descriptor, int level, int name, const void* value, socklen_t size) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_setsockopt(descriptor, level, name, value, size);
  }
  return with_socket(*network, descriptor, [&](Socket& socket) {
    const auto* const bytes = static_cast<const unsigned char*>(value);
    socket.options[{level, name}].assign(bytes, bytes + size);
    return 0;
  });
}

int shutdown(int descriptor, int how) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_shutdown(descriptor, how);
  }
  network->timeline().catch_up();
  return with_socket(*network, descriptor, [&](Socket& socket) {
    return socket.shut_down(how != SHUT_WR, how != SHUT_RD);
  });
}

// Nobody is sent SIGPIPE: the gateway and its clients ignore it.
ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_sendmsg(descriptor, message, flags);
  }
  return with_socket(*network, descriptor, [&](Socket&) {
    return network->send(descriptor, {message->msg_iov, message->msg_iovlen}, flags);
  });
}

ssize_t send(int descriptor, const void* bytes, std::size_t size, int flags) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_send(descriptor, bytes, size, flags);
  }
  return with_socket(*network, descriptor, [&](Socket&) {
    const iovec piece{const_cast<void*>(bytes), size};
    return network->send(descriptor, {&piece, 1}, flags);
  });
}

ssize_t sendto(int descriptor,
               const void* bytes,
               std::size_t size,
               int flags,
               const sockaddr* address,
               socklen_t address_size) {
  return network_of(descriptor) == nullptr
             ? real_sendto(descriptor, bytes, size, flags, address, address_size)
             : send(descriptor, bytes, size, flags);
}

ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_recvmsg(descriptor, message, flags);
  }
  return with_socket(*network, descriptor, [&](Socket&) {
    message->msg_namelen = 0;
    message->msg_controllen = 0;
    message->msg_flags = 0;
    return network->receive(descriptor, {message->msg_iov, message->msg_iovlen}, flags);
  });
}

ssize_t recv(int descriptor, void* buffer, std::size_t size, int flags) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_recv(descriptor, buffer, size, flags);
  }
  return with_socket(*network, descriptor, [&](Socket&) {
    const iovec piece{buffer, size};
    return network->receive(descriptor, {&piece, 1}, flags);
  });
}

ssize_t recvfrom(int descriptor,
                 void* buffer,
                 std::size_t size,
                 int flags,
                 sockaddr* address,
                 socklen_t* address_size) {
  if (network_of(descriptor) == nullptr) {
    return real_recvfrom(descriptor, buffer, size, flags, address, address_size);
  }
  if (address_size != nullptr) {
    *address_size = 0;
  }
  return recv(descriptor, buffer, size, flags);
}

// What these are called where _FORTIFY_SOURCE is on and the size is not known when compiling.

ssize_t __recv_chk(int descriptor, void* buffer, std::size_t size, std::size_t room, int flags) {
  if (size > room) {
    std::abort();
  }
  return recv(descriptor, buffer, size, flags);
}

ssize_t __recvfrom_chk(int descriptor,
                       void* buffer,
                       std::size_t size,
                       std::size_t room,
                       int flags,
                       sockaddr* address,
                       socklen_t* address_size) {
  if (size > room) {
    std::abort();
  }
  return recvfrom(descriptor, buffer, size, flags, address, address_size);
}

}  // extern "C"
