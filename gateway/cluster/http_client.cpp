#include "gateway/cluster/http_client.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <variant>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/ssl.h>
#include <openssl/tls1.h>

#include "gateway/cluster/key_value_store.h"

namespace betex::cluster {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using boost::system::system_error;
using Steady = std::chrono::steady_clock;

constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20U;  // of an answer's body

using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

http::verb verb_of(HttpMethod method) noexcept {
  switch (method) {
    case HttpMethod::Post:
      return http::verb::post;
    case HttpMethod::Put:
      return http::verb::put;
    case HttpMethod::Get:
      break;
  }
  return http::verb::get;
}

std::string text_of(const HttpEndpoint& endpoint) {
  const bool brackets = endpoint.host.find(':') != std::string::npos;
  return (brackets ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
         std::to_string(endpoint.port);
}

}  // namespace

HttpEndpoint parse_url(std::string_view url) {
  const auto wrong = [&](const std::string& why) {
    return std::runtime_error{"\"" + std::string{url} + "\" is no address of a server: " + why};
  };
  HttpEndpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    endpoint.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    throw wrong("it must begin with http:// or https://");
  }
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    endpoint.base = rest.substr(slash);
    while (endpoint.base.ends_with('/')) {
      endpoint.base.pop_back();
    }
    rest = rest.substr(0, slash);
  }
  std::string_view port;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos || (end + 1 < rest.size() && rest[end + 1] != ':')) {
      throw wrong("after [ comes an IPv6 address and ]");
    }
    endpoint.host = rest.substr(1, end - 1);
    port = end + 1 < rest.size() ? rest.substr(end + 2) : std::string_view{};
  } else {
    const std::size_t colon = rest.find(':');
    endpoint.host = rest.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  }
  if (endpoint.host.empty() || endpoint.host.find_first_of(" @?#") != std::string::npos) {
    throw wrong("it has no host");
  }
  endpoint.port = endpoint.tls ? 443 : 80;
  if (!port.empty()) {
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc{} || end != port.data() + port.size() || endpoint.port == 0) {
      throw wrong("its port is none");
    }
  }
  return endpoint;
}

// Everything runs on the caller's thread: it starts an operation and drives the context until that
// has ended, which it does at the deadline at the latest.
class HttpClient::Impl {
 public:
  explicit Impl(HttpSettings settings)
      : settings_{std::move(settings)}, host_header_{text_of(settings_.endpoint)} {
    if (settings_.endpoint.tls) {
      make_context();
    }
  }

  HttpResponse call(const HttpRequest& request) {
    const Steady::time_point deadline = Steady::now() + settings_.deadline;
    bool once_more = request.method == HttpMethod::Get && is_connected();
    for (;;) {
      try {
        if (!is_connected()) {
          connect(deadline);
        }
        return exchange(request, deadline);
      } catch (const system_error& error) {
        disconnect();
        if (!std::exchange(once_more, false) || Steady::now() >= deadline) {
          throw StoreUnknown{"no answer from " + host_header_ + ": " + error.code().message()};
        }
      }
    }
  }

 private:
  struct Resolving {
    bool done = false;
    error_code error;
    tcp::resolver::results_type found;
  };

  void make_context() {
    const auto use = [](const std::filesystem::path& file, const auto& load) {
      error_code error;
      load(error);
      if (error) {
        throw std::runtime_error{file.string() + " cannot be used: " + error.message()};
      }
    };
    asio::ssl::context& context = context_.emplace(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(asio::ssl::verify_peer);
    if (settings_.ca.empty()) {
      use("the system's certificates",
          [&](error_code& error) { context.set_default_verify_paths(error); });
    } else {
      use(settings_.ca,
          [&](error_code& error) { context.load_verify_file(settings_.ca.string(), error); });
    }
    if (settings_.certificate.empty()) {
      return;
    }
    const std::filesystem::path& key =
        settings_.key.empty() ? settings_.certificate : settings_.key;
    use(settings_.certificate, [&](error_code& error) {
      context.use_certificate_chain_file(settings_.certificate.string(), error);
    });
    use(key, [&](error_code& error) {
      context.use_private_key_file(key.string(), asio::ssl::context::pem, error);
    });
  }

  [[nodiscard]] bool is_connected() const noexcept {
    return !std::holds_alternative<std::monostate>(stream_);
  }

  void disconnect() noexcept {
    stream_.emplace<std::monostate>();  // no close_notify: it could take its time
    buffer_.clear();
  }

  // `start` gets the handler that the operation has to call.
  template <typename Start>
  void await(const Start& start) {
    std::optional<error_code> outcome;
    io_.restart();
    start([&outcome](error_code error, const auto&...) { outcome = error; });
    while (!outcome && io_.run_one() != 0) {
    }
    if (!outcome || *outcome) {
      throw system_error{outcome.value_or(asio::error::operation_aborted)};
    }
  }

  // Looking up a name cannot be cut short: it goes on in its own time, and the next call that needs
  // it waits on.
  void resolve(Steady::time_point deadline) {
    error_code no_address;
    const auto address = asio::ip::make_address(settings_.endpoint.host, no_address);
    if (!no_address) {
      endpoints_ = {tcp::endpoint{address, settings_.endpoint.port}};
      return;
    }
    if (!resolving_) {
      resolving_ = std::make_shared<Resolving>();
      resolver_.async_resolve(
          settings_.endpoint.host,
          std::to_string(settings_.endpoint.port),
          [resolving = resolving_](error_code error, tcp::resolver::results_type found) {
            resolving->done = true;
            resolving->error = error;
            resolving->found = std::move(found);
          });
    }
    io_.restart();
    while (!resolving_->done && io_.run_one_until(deadline) != 0) {
    }
    if (!resolving_->done) {
      throw system_error{error_code{asio::error::timed_out}};
    }
    const std::shared_ptr<Resolving> resolved = std::move(resolving_);
    resolving_.reset();
    if (resolved->error) {
      throw system_error{resolved->error};
    }
    for (const auto& entry : resolved->found) {
      endpoints_.push_back(entry.endpoint());
    }
  }

  void connect(Steady::time_point deadline) {
    if (endpoints_.empty()) {
      resolve(deadline);
    }
    Plain& plain = settings_.endpoint.tls
                       ? beast::get_lowest_layer(stream_.emplace<Tls>(io_, *context_))
                       : stream_.emplace<Plain>(io_);
    plain.expires_at(deadline);
    try {
      await([&](auto handler) { plain.async_connect(endpoints_, handler); });
    } catch (const system_error&) {
      endpoints_.clear();  // the name may lead elsewhere by now
      throw;
    }
    plain.socket().set_option(tcp::no_delay{true});
    if (Tls* const tls = std::get_if<Tls>(&stream_)) {
      const std::string& host = settings_.endpoint.host;
      error_code no_address;
      asio::ip::make_address(host, no_address);
      if (no_address) {
        name_server(*tls, host);
      }
      tls->set_verify_callback(asio::ssl::host_name_verification{host});
      await([&](auto handler) { tls->async_handshake(asio::ssl::stream_base::client, handler); });
    }
  }

  // SSL_set_tlsext_host_name(), without its cast.
  static void name_server(Tls& tls, std::string host) {
    if (SSL_ctrl(tls.native_handle(),
                 SSL_CTRL_SET_TLSEXT_HOSTNAME,
                 TLSEXT_NAMETYPE_host_name,
                 host.data()) != 1) {
      throw system_error{error_code{asio::error::invalid_argument}};
    }
  }

  HttpResponse exchange(const HttpRequest& request, Steady::time_point deadline) {
    http::request<http::string_body> message{
        verb_of(request.method), settings_.endpoint.base + request.target, 11};
    message.set(http::field::host, host_header_);
    message.set(http::field::accept, "application/json");
    if (!request.authorization.empty()) {
      message.set(http::field::authorization, request.authorization);
    }
    if (request.method != HttpMethod::Get) {
      message.set(http::field::content_type, request.content_type);
      message.body() = request.body;
    }
    message.prepare_payload();
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMostBytes);
    if (Tls* const tls = std::get_if<Tls>(&stream_)) {
      send_and_receive(*tls, message, parser, deadline);
    } else {
      send_and_receive(std::get<Plain>(stream_), message, parser, deadline);
    }
    http::response<http::string_body> response = parser.release();
    if (!response.keep_alive()) {
      disconnect();
    }
    return {.status = response.result_int(), .body = std::move(response.body())};
  }

  template <typename Stream>
  void send_and_receive(Stream& stream,
                        http::request<http::string_body>& message,
                        http::response_parser<http::string_body>& parser,
                        Steady::time_point deadline) {
    beast::get_lowest_layer(stream).expires_at(deadline);
    await([&](auto handler) { http::async_write(stream, message, handler); });
    await([&](auto handler) { http::async_read(stream, buffer_, parser, handler); });
    beast::get_lowest_layer(stream).expires_never();
  }

  const HttpSettings settings_;
  const std::string host_header_;
  asio::io_context io_{1};
  std::optional<asio::ssl::context> context_;  // none: plain
  tcp::resolver resolver_{io_};
  std::shared_ptr<Resolving> resolving_;  // null: nothing is being looked up
  std::vector<tcp::endpoint> endpoints_;  // empty: not known
  std::variant<std::monostate, Plain, Tls> stream_;
  beast::flat_buffer buffer_;
};

HttpClient::HttpClient(HttpSettings settings)
    : impl_{std::make_unique<Impl>(std::move(settings))} {}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::call(const HttpRequest& request) {
  return impl_->call(request);
}

}  // namespace betex::cluster
