#include "tests/conformance/link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace betex::conformance {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList resolve(const Place& place) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(place.host.c_str(), std::to_string(place.port).c_str(), &hints, &found);
  if (error != 0) {
    throw LinkFailed{"cannot resolve " + place.host + ": " + gai_strerror(error)};
  }
  return {found, &freeaddrinfo};
}

std::string tls_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

void must(bool done, const std::string& what) {
  if (!done) {
    throw LinkFailed{"TLS: " + what + ": " + tls_error()};
  }
}

short events_of(SSL* ssl, int result) {
  return SSL_get_error(ssl, result) == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
}

bool would_block(SSL* ssl, int result) {
  const int error = SSL_get_error(ssl, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

}  // namespace

Link::Link(const Endpoint& endpoint, Clock::time_point deadline) {
  try {
    connect(endpoint, deadline);
    if (endpoint.tls) {
      start_tls(endpoint, deadline);
    }
  } catch (...) {
    ::close(socket_);
    throw;
  }
}

Link::~Link() {
  ::close(socket_);
}

// Of several places each is tried in turn until one listens: while one takes over, none does.
void Link::connect(const Endpoint& endpoint, Clock::time_point deadline) {
  constexpr std::chrono::milliseconds kBetweenRounds{50};
  constexpr std::chrono::seconds kMostForOne{2};
  std::vector<Place> places{{.host = endpoint.host, .port = endpoint.port}};
  places.insert(places.end(), endpoint.others.begin(), endpoint.others.end());
  for (;;) {
    int error = 0;
    for (const Place& place : places) {
      error = try_place(
          place, places.size() == 1 ? deadline : std::min(deadline, Clock::now() + kMostForOne));
      if (error == 0) {
        return;
      }
    }
    if (places.size() == 1 || Clock::now() + kBetweenRounds >= deadline) {
      throw LinkFailed{"cannot connect to " + places.back().host + " port " +
                       std::to_string(places.back().port) + ": " + std::strerror(error)};
    }
    std::this_thread::sleep_for(kBetweenRounds);
  }
}

// 0, or an errno.
int Link::try_place(const Place& place, Clock::time_point deadline) {
  const AddressList addresses = resolve(place);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    socket_ = ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
      error = errno;
      continue;
    }
    if (::connect(socket_, address->ai_addr, address->ai_addrlen) == 0) {
      error = 0;
    } else if (errno != EINPROGRESS) {
      error = errno;
    } else if (!wait(POLLOUT, deadline)) {
      error = ETIMEDOUT;
    } else {
      socklen_t size = sizeof error;
      getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) {
      const int on = 1;
      setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return 0;
    }
    ::close(socket_);
    socket_ = -1;
  }
  return error;
}

void Link::start_tls(const Endpoint& endpoint, Clock::time_point deadline) {
  const TlsFiles& files = endpoint.tls_files;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  must(context_ != nullptr, "no context");
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  must(files.ca.empty() ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                        : SSL_CTX_load_verify_file(context_.get(), files.ca.c_str()) == 1,
       "cannot read the CA file " + files.ca);
  if (!files.certificate.empty()) {
    must(SSL_CTX_use_certificate_chain_file(context_.get(), files.certificate.c_str()) == 1,
         "cannot read the certificate " + files.certificate);
    must(SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM) == 1,
         "cannot read the key " + files.key);
  }
  ssl_.reset(SSL_new(context_.get()));
  must(ssl_ != nullptr && SSL_set_fd(ssl_.get(), socket_) == 1, "no connection");
  if (!files.server_name.empty()) {
    must(SSL_set1_host(ssl_.get(), files.server_name.c_str()) == 1, "bad server name");
  }
  for (;;) {
    ERR_clear_error();  // what another connection left would count as this one's: also below
    const int result = SSL_connect(ssl_.get());
    if (result == 1) {
      return;
    }
    must(would_block(ssl_.get(), result), "handshake with " + endpoint.host);
    if (!wait(events_of(ssl_.get(), result), deadline)) {
      throw LinkFailed{"TLS: the handshake with " + endpoint.host + " takes too long"};
    }
  }
}

bool Link::wait(short events, Clock::time_point deadline) const {
  pollfd waiting{.fd = socket_, .events = events, .revents = 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const int ready = poll(&waiting, 1, static_cast<int>(std::max<long>(0, left.count())));
    if (ready >= 0 || errno != EINTR) {
      return ready == 1;
    }
  }
}

long Link::read_some(char* data, std::size_t size, short& events) {
  events = POLLIN;
  if (ssl_ == nullptr) {
    const ssize_t count = recv(socket_, data, size, 0);
    return count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
  }
  ERR_clear_error();
  const int count = SSL_read(ssl_.get(), data, static_cast<int>(size));
  if (count > 0) {
    return count;
  }
  events = events_of(ssl_.get(), count);
  return would_block(ssl_.get(), count) ? -1 : 0;
}

long Link::write_some(std::string_view bytes, short& events) {
  events = POLLOUT;
  if (ssl_ == nullptr) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
  }
  ERR_clear_error();
  const int count = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (count > 0) {
    return count;
  }
  events = events_of(ssl_.get(), count);
  return would_block(ssl_.get(), count) ? -1 : 0;
}

void Link::send(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    short events = 0;
    const long count = write_some(bytes, events);
    if (count == 0) {
      return;  // the peer has ended; receive() will tell
    }
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (!wait(events, deadline)) {
      throw LinkFailed{"the peer does not read what is sent"};
    }
  }
}

bool Link::receive(Clock::time_point deadline) {
  std::array<char, 65536> buffer;
  while (!ended_) {
    short events = 0;
    const long count = read_some(buffer.data(), buffer.size(), events);
    if (count > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
      return true;
    }
    if (count == 0) {
      ended_ = true;
    } else if (!wait(events, deadline)) {
      return false;
    }
  }
  return false;
}

void Link::end_stream() {
  if (ssl_ != nullptr) {
    SSL_shutdown(ssl_.get());
  }
  shutdown(socket_, SHUT_WR);
}

}  // namespace betex::conformance
