#include "gateway/client/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

// What the gateway offers of TLS 1.2: authenticated encryption with forward secrecy.
constexpr const char* kTls12Suites = "ECDHE+AESGCM:ECDHE+CHACHA20";

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr std::size_t kTlsChunk = std::size_t{1} << 20;

std::string tls_error() {
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  return reason == nullptr ? "the peer has ended the connection" : reason;
}

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

using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;

// Throws ConnectionFailed.
Context tls_context(const TlsFiles& files) {
  Context context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), kTls12Suites);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ERR_clear_error();
  if (SSL_CTX_load_verify_locations(context.get(), files.ca.c_str(), nullptr) != 1) {
    throw ConnectionFailed{files.ca + " holds no certificates: " + tls_error()};
  }
  const std::string& key = files.key.empty() ? files.certificate : files.key;
  if (!files.certificate.empty() &&
      (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)) {
    throw ConnectionFailed{"no certificate in " + files.certificate + " with its key in " + key +
                           ": " + tls_error()};
  }
  return context;
}

// The name, or the address, that its certificate must be for. Without it any certificate of the
// same authority would do, so nothing may go on.
void expect_host(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) {
    return;
  }
  auto* const name = const_cast<char*>(host.c_str());
  if (SSL_set1_host(ssl, name) != 1 ||
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) != 1) {
    throw ConnectionFailed{"no TLS with " + host +
                           ": whose certificate it must show cannot be said"};
  }
}

// What is wrong with the host's certificate, if it is that.
std::string handshake_error(const SSL* ssl) {
  const long verdict = SSL_get_verify_result(ssl);
  return verdict == X509_V_OK ? tls_error()
                              : std::string{"its certificate is not trusted: "} +
                                    X509_verify_cert_error_string(verdict);
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

Connection Connection::open_tls(const std::string& host,
                                std::uint16_t port,
                                const TlsFiles& files,
                                Clock::duration timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  Connection connection = open(host, port, timeout);
  connection.start_tls(host, files, deadline);
  return connection;
}

void Connection::start_tls(const std::string& host,
                           const TlsFiles& files,
                           Clock::time_point deadline) {
  const Context context = tls_context(files);
  ssl_.reset(SSL_new(context.get()));
  SSL_set_fd(ssl_.get(), descriptor_);
  expect_host(ssl_.get(), host);
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) {
      return;
    }
    const int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      throw ConnectionFailed{"no TLS with " + host + ": " + handshake_error(ssl_.get())};
    }
    if (!wait(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) {
      throw ConnectionFailed{"no TLS with " + host + ": no answer in time"};
    }
  }
}

long Connection::write_some(std::string_view bytes) {
  if (!ssl_) {
    return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  ERR_clear_error();
  return tls_result(
      SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kTlsChunk))));
}

long Connection::read_some(char* buffer, std::size_t size) {
  if (!ssl_) {
    return ::recv(descriptor_, buffer, size, 0);
  }
  ERR_clear_error();
  return tls_result(SSL_read(ssl_.get(), buffer, static_cast<int>(size)));
}

long Connection::tls_result(int result) {
  if (result > 0) {
    return result;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    default:
      errno = ECONNRESET;
      return -1;
  }
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
      ssl_{std::move(other.ssl_)},
      closed_{std::exchange(other.closed_, true)},
      close_reason_{std::move(other.close_reason_)},
      received_{std::move(other.received_)} {}

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    ssl_ = std::move(other.ssl_);
    closed_ = std::exchange(other.closed_, true);
    close_reason_ = std::move(other.close_reason_);
    received_ = std::move(other.received_);
  }
  return *this;
}

void Connection::send(std::string_view bytes, Clock::duration timeout) {
  Clock::time_point deadline = Clock::now() + timeout;  // of the next progress
  while (!bytes.empty() && !closed_) {
    const long sent = write_some(bytes);
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
  ssl_.reset();
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
    const long count = read_some(buffer.data(), buffer.size());
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
