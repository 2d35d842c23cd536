#include "gateway/cluster/store_connection.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <future>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

namespace betex::cluster {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using boost::system::error_code;
using tcp = asio::ip::tcp;
using Addresses = std::vector<tcp::endpoint>;
using Message = http::request<http::string_body>;

// Far above what a store sends: a value of etcd has a megabyte and a half at most, and a third more
// in base64; a Lease of Kubernetes has a few kilobytes.
constexpr std::uint64_t kMaxAnswerBytes = std::uint64_t{16} << 20U;
constexpr std::uint32_t kMaxAnswerHeaderBytes = 16'384;

// ---- URLs

// Nothing that would begin a query or a fragment, or end a line of the request.
bool is_of_a_url(char c) {
  return c > ' ' && c <= '~' && c != '?' && c != '#' && c != '\\';
}

// Takes the host off the front of `text`; empty where there is none.
std::string take_host(std::string_view& text) {
  constexpr std::string_view kNotInHosts = "@[]";
  std::string_view host;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return {};
    }
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (host.find(':') == std::string_view::npos) {
      return {};
    }
  } else {
    host = text.substr(0, text.find(':'));
    text.remove_prefix(host.size());
  }
  return host.find_first_of(kNotInHosts) == std::string_view::npos ? std::string{host}
                                                                   : std::string{};
}

// None: `text` is not ":PORT".
std::optional<std::uint16_t> port_behind_colon(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  if (!text.starts_with(':')) {
    return std::nullopt;
  }
  const auto [parsed, error] = std::from_chars(text.data() + 1, end, port);
  if (error != std::errc{} || parsed != end || port == 0) {
    return std::nullopt;
  }
  return port;
}

std::uint16_t port_of(const StoreUrl& url) {
  constexpr std::uint16_t kHttp = 80;
  constexpr std::uint16_t kHttps = 443;
  return url.port.value_or(url.tls ? kHttps : kHttp);
}

std::string host_header_of(const StoreUrl& url) {
  const bool is_ipv6 = url.host.find(':') != std::string::npos;
  return (is_ipv6 ? '[' + url.host + ']' : url.host) + ':' + std::to_string(port_of(url));
}

// Of all paths: the URL's own, without slashes at its end.
std::string prefix_of(const StoreUrl& url) {
  return url.path.substr(0, url.path.find_last_not_of('/') + 1);
}

http::verb verb_of(StoreConnection::Method method) {
  switch (method) {
    case StoreConnection::Method::Post:
      return http::verb::post;
    case StoreConnection::Method::Put:
      return http::verb::put;
    case StoreConnection::Method::Get:
      break;
  }
  return http::verb::get;
}

// ---- Names

Addresses look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    throw std::runtime_error{gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner{found, &freeaddrinfo};
  Addresses addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    tcp::endpoint address;
    if (entry->ai_addrlen <= address.capacity()) {
      std::memcpy(address.data(), entry->ai_addr, entry->ai_addrlen);
      address.resize(entry->ai_addrlen);
      addresses.push_back(address);
    }
  }
  return addresses;
}

// Looks a name up without waiting longer than it may: nothing ends getaddrinfo() but itself, so
// that it has a thread of its own, which may stay behind.
class NameLookup {
 public:
  NameLookup(std::string host, std::uint16_t port) : host_{std::move(host)}, port_{port} {}

  // Throws std::exception, saying why there are none.
  Addresses addresses(StoreConnection::Deadline deadline) {
    error_code no_number;
    const asio::ip::address number = asio::ip::make_address(host_, no_number);
    if (!no_number) {
      return {tcp::endpoint{number, port_}};
    }
    if (!pending_.valid()) {
      std::packaged_task<Addresses()> task{
          [host = host_, port = port_] { return look_up(host, port); }};
      std::future<Addresses> pending = task.get_future();
      std::thread{std::move(task)}.detach();
      pending_ = std::move(pending);
    }
    if (pending_.wait_until(deadline) != std::future_status::ready) {
      throw std::runtime_error{"the name service does not answer"};  // the next call waits on
    }
    return std::exchange(pending_, {}).get();
  }

 private:
  const std::string host_;
  const std::uint16_t port_;
  std::future<Addresses> pending_;
};

// ---- TLS

// The name, or the address, that its certificate must be for. Without it any certificate of the
// same authority would do, so nothing may go on.
void expect_host(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) {
    return;
  }
  auto* const name = const_cast<char*>(host.c_str());
  if (SSL_set1_host(ssl, name) != 1 ||
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) != 1) {
    throw std::runtime_error{"no TLS: whose certificate it must show cannot be said"};
  }
}

std::string handshake_problem(const SSL* ssl, const error_code& error) {
  const long verdict = SSL_get_verify_result(ssl);
  return verdict == X509_V_OK ? "no TLS: " + error.message()
                              : std::string{"its certificate is not trusted: "} +
                                    X509_verify_cert_error_string(verdict);
}

void must(const error_code& error, const std::string& what) {
  if (error) {
    throw std::runtime_error{what + ": " + error.message()};
  }
}

}  // namespace

std::optional<StoreUrl> parse_url(std::string_view text) {
  StoreUrl url;
  url.text = text;
  url.tls = text.starts_with("https://");
  if ((!url.tls && !text.starts_with("http://")) || !std::ranges::all_of(text, is_of_a_url)) {
    return std::nullopt;
  }
  text.remove_prefix(url.tls ? 8 : 7);
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    url.path = text.substr(slash);
    text = text.substr(0, slash);
  }
  url.host = take_host(text);
  if (url.host.empty()) {
    return std::nullopt;
  }
  if (!text.empty()) {
    url.port = port_behind_colon(text);
    if (!url.port) {
      return std::nullopt;
    }
  }
  return url;
}

struct StoreTls::Context {
  asio::ssl::context ssl{asio::ssl::context::tls_client};
};

StoreTls::StoreTls(const StoreTlsFiles& files) : context_{std::make_unique<Context>()} {
  asio::ssl::context& ssl = context_->ssl;
  SSL_CTX_set_min_proto_version(ssl.native_handle(), TLS1_2_VERSION);
  ssl.set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  if (files.ca.empty()) {
    ssl.set_default_verify_paths(error);
    must(error, "the system's certificate authorities cannot be used");
  } else {
    ssl.load_verify_file(files.ca.string(), error);
    must(error, files.ca.string() + " holds no certificates of authorities");
  }
  if (files.certificate.empty()) {
    return;
  }
  // A key with a passphrase is none here: nobody is there to type it.
  ssl.set_password_callback(
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string{}; }, error);
  must(error, "no TLS");
  ssl.use_certificate_chain_file(files.certificate.string(), error);
  must(error, files.certificate.string() + " holds no certificate");
  const std::filesystem::path& key = files.key.empty() ? files.certificate : files.key;
  ssl.use_private_key_file(key.string(), asio::ssl::context::pem, error);
  must(error,
       key.string() + " holds no key, without a passphrase, of the certificate in " +
           files.certificate.string());
}

StoreTls::~StoreTls() = default;

class StoreConnection::Impl {
 public:
  Impl(StoreUrl url, asio::ssl::context* tls)
      : url_{std::move(url)},
        host_header_{host_header_of(url_)},
        prefix_{prefix_of(url_)},
        tls_{tls},
        lookup_{url_.host, port_of(url_)} {}

  Answer call(const Request& request, Deadline deadline) {
    const Message message = message_of(request);
    if (is_open() && !is_quiet()) {
      close();
    }
    if (is_open()) {
      Exchange known = exchange(message, deadline);
      if (!known.error) {
        return known.answer;
      }
      close();
      if (!request.reads_only || known.answered || is_over(known.error, deadline)) {
        throw StoreUnknown{no_answer(known.error)};
      }
    }
    connect(deadline);
    Exchange fresh = exchange(message, deadline);
    if (fresh.error) {
      close();
      throw StoreUnknown{no_answer(fresh.error)};
    }
    return fresh.answer;
  }

  void close() noexcept {
    if (beast::tcp_stream* const open = transport(); open != nullptr) {
      error_code ignored;
      open->socket().close(ignored);
    }
    secure_.reset();
    plain_.reset();
    buffer_.clear();
  }

  [[nodiscard]] const StoreUrl& url() const noexcept { return url_; }

 private:
  using Secure = beast::ssl_stream<beast::tcp_stream>;

  struct Exchange {
    error_code error;
    bool answered = false;  // at least a byte has come
    Answer answer;
  };

  [[nodiscard]] beast::tcp_stream* transport() noexcept {
    return secure_ ? &secure_->next_layer() : plain_.get();
  }

  [[nodiscard]] bool is_open() const noexcept { return secure_ != nullptr || plain_ != nullptr; }

  // The other side has not closed it meanwhile, and has not said what nobody has asked for.
  [[nodiscard]] bool is_quiet() noexcept {
    char byte = 0;
    const int descriptor = transport()->socket().native_handle();
    return ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

  [[nodiscard]] static bool is_over(const error_code& error, Deadline deadline) {
    return error == beast::error::timeout || std::chrono::steady_clock::now() >= deadline;
  }

  [[nodiscard]] static std::string no_answer(const error_code& error) {
    return error == beast::error::timeout ? "no answer in time" : "no answer: " + error.message();
  }

  // Has `start` begin something that the stream's deadline ends, and waits for its end.
  template <typename Start>
  error_code complete(Start start) {
    error_code result = asio::error::operation_aborted;
    start([&result](const error_code& error, const auto&...) { result = error; });
    context_.restart();
    context_.run();
    return result;
  }

  void connect(Deadline deadline) {
    try {
      const Addresses addresses = lookup_.addresses(deadline);
      if (url_.tls) {
        secure_ = std::make_unique<Secure>(context_, *tls_);
      } else {
        plain_ = std::make_unique<beast::tcp_stream>(context_);
      }
      connect_to(addresses, deadline);
    } catch (const std::exception& failure) {
      close();
      throw NotConnected{std::string{"cannot connect: "} + failure.what()};
    }
  }

  void connect_to(const Addresses& addresses, Deadline deadline) {
    beast::tcp_stream& stream = *transport();
    stream.expires_at(deadline);
    error_code error =
        complete([&](auto done) { stream.async_connect(addresses, std::move(done)); });
    if (error) {
      throw std::runtime_error{error.message()};
    }
    stream.socket().set_option(tcp::no_delay{true}, error);
    // What a program that is started later must not have.
    ::fcntl(stream.socket().native_handle(), F_SETFD, FD_CLOEXEC);
    if (!secure_) {
      return;
    }
    expect_host(secure_->native_handle(), url_.host);
    error = complete([&](auto done) {
      secure_->async_handshake(asio::ssl::stream_base::client, std::move(done));
    });
    if (error) {
      throw std::runtime_error{handshake_problem(secure_->native_handle(), error)};
    }
  }

  [[nodiscard]] Message message_of(const Request& request) const {
    Message message{verb_of(request.method), prefix_ + request.path, 11};
    message.set(http::field::host, host_header_);
    message.set(http::field::accept, "application/json");
    if (!request.authorization.empty()) {
      message.set(http::field::authorization, request.authorization);
    }
    if (request.method != Method::Get) {
      message.set(http::field::content_type, "application/json");
      message.body() = request.body;
    }
    message.prepare_payload();
    return message;
  }

  Exchange exchange(const Message& message, Deadline deadline) {
    transport()->expires_at(deadline);
    try {
      return secure_ ? exchange_by(*secure_, message) : exchange_by(*plain_, message);
    } catch (...) {
      close();  // what is left of this answer must not be taken for the next one
      throw;
    }
  }

  template <typename Stream>
  Exchange exchange_by(Stream& stream, const Message& message) {
    Exchange exchange;
    exchange.error =
        complete([&](auto done) { http::async_write(stream, message, std::move(done)); });
    if (exchange.error) {
      return exchange;
    }
    http::response_parser<http::string_body> parser;
    parser.header_limit(kMaxAnswerHeaderBytes);
    parser.body_limit(kMaxAnswerBytes);
    // In two steps: what the header promises is not made room for before it is looked at.
    exchange.error = complete(
        [&](auto done) { http::async_read_header(stream, buffer_, parser, std::move(done)); });
    if (!exchange.error && parser.content_length().value_or(0) > kMaxAnswerBytes) {
      exchange.error = http::error::body_limit;
    }
    if (!exchange.error) {
      exchange.error =
          complete([&](auto done) { http::async_read(stream, buffer_, parser, std::move(done)); });
    }
    exchange.answered = parser.got_some() || buffer_.size() != 0;
    if (exchange.error) {
      return exchange;
    }
    const bool stays_open = parser.get().keep_alive() && buffer_.size() == 0;
    exchange.answer.status = parser.get().result_int();
    exchange.answer.body = std::move(parser.get().body());
    if (!stays_open) {
      close();
    }
    return exchange;
  }

  asio::io_context context_{1};  // outlives what is made on it
  const StoreUrl url_;
  const std::string host_header_;
  const std::string prefix_;
  asio::ssl::context* const tls_;
  NameLookup lookup_;
  std::unique_ptr<beast::tcp_stream> plain_;
  std::unique_ptr<Secure> secure_;
  beast::flat_buffer buffer_;
};

StoreConnection::StoreConnection(StoreUrl url, StoreTls* tls)
    : impl_{
          std::make_unique<Impl>(std::move(url), tls != nullptr ? &tls->context_->ssl : nullptr)} {}

StoreConnection::~StoreConnection() = default;

StoreConnection::Answer StoreConnection::call(const Request& request, Deadline deadline) {
  return impl_->call(request, deadline);
}

void StoreConnection::close() noexcept {
  impl_->close();
}

const StoreUrl& StoreConnection::url() const noexcept {
  return impl_->url();
}

}  // namespace betex::cluster
