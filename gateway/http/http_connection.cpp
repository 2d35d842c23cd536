#include "gateway/http/http_connection.h"

#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace betex::gateway {

namespace {

namespace http = boost::beast::http;

using boost::system::error_code;

constexpr std::uint32_t kMaxRequestBytes = 8192;
constexpr std::size_t kMaxDrainedBytes = 64 * 1024;

std::string_view standard(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

boost::beast::string_view beast(std::string_view text) {
  return {text.data(), text.size()};
}

bool is_loopback(const boost::asio::ip::address& address) {
  using boost::asio::ip::make_address_v4;
  using boost::asio::ip::v4_mapped;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return make_address_v4(v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

}  // namespace

HttpConnection::HttpConnection(boost::asio::ip::tcp::socket socket,
                               const Answers& answers,
                               std::function<void(HttpConnection*)> on_end)
    : stream_{std::move(socket)},
      buffer_{kMaxRequestBytes},
      answers_{answers},
      on_end_{std::move(on_end)} {
  parser_.header_limit(kMaxRequestBytes);
}

HttpConnection::~HttpConnection() {
  on_end_(this);
}

void HttpConnection::start(std::chrono::milliseconds deadline) {
  stream_.expires_after(deadline);
  http::async_read_header(
      stream_, buffer_, parser_, [self = shared_from_this()](error_code error, std::size_t) {
        self->on_read(error);
      });
}

void HttpConnection::close() {
  stream_.close();
}

void HttpConnection::on_read(error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    answer({.status = 431, .body = "the request is too large\n"});
  } else if (error && error.category() == make_error_code(http::error::bad_method).category() &&
             error != http::error::end_of_stream && error != http::error::partial_message) {
    answer({.status = 400, .body = "this is not HTTP\n"});
  } else if (error) {
    close();
  } else if (parser_.get().method() != http::verb::get && !asks_for_head_only()) {
    answer({.status = 405, .body = "only GET and HEAD are possible\n"});
  } else {
    serve();
  }
}

void HttpConnection::serve() {
  const HttpRequest asked = request();
  const std::optional<HttpAnswer> further =
      answers_.further != nullptr ? answers_.further->get(asked) : std::nullopt;
  if (!further) {
    answer(answers_.own.get(asked.target));
  } else if (further->streams) {
    answers_.further->stream(asked, stream_.release_socket());
  } else {
    answer(*further);
  }
}

HttpRequest HttpConnection::request() const {
  const auto& header = parser_.get();
  const auto& socket = stream_.socket();
  error_code gone;  // then the address is none, which is not loopback
  const bool loopback = is_loopback(socket.local_endpoint(gone).address()) &&
                        is_loopback(socket.remote_endpoint(gone).address());
  return {.target = standard(header.target()),
          .host = standard(header[http::field::host]),
          .fetch_site = standard(header["Sec-Fetch-Site"]),
          .head_only = asks_for_head_only(),
          .on_loopback = loopback};
}

void HttpConnection::answer(const HttpAnswer& answer) {
  response_.result(answer.status);
  response_.set(http::field::content_type, beast(answer.content_type));
  response_.set(http::field::cache_control, "no-store");
  if (answer.status == 405) {
    response_.set(http::field::allow, "GET, HEAD");
  }
  for (const HttpHeader& header : answer.headers) {
    response_.set(beast(header.name), beast(header.value));
  }
  response_.body() = answer.body;
  response_.keep_alive(false);
  response_.prepare_payload();
  serializer_.emplace(response_);
  const auto written = [self = shared_from_this()](error_code error, std::size_t) {
    self->on_written(error);
  };
  if (asks_for_head_only()) {
    http::async_write_header(stream_, *serializer_, written);  // with the length of the body
  } else {
    http::async_write(stream_, *serializer_, written);
  }
}

// A request that is no HTTP has no method.
bool HttpConnection::asks_for_head_only() const {
  return parser_.is_header_done() && parser_.get().method() == http::verb::head;
}

void HttpConnection::on_written(error_code error) {
  if (error) {
    return;
  }
  error_code ignored;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  buffer_.clear();
  drain();
}

// Closing a socket with unread bytes resets it, and the peer may lose the answer.
void HttpConnection::drain() {
  stream_.async_read_some(buffer_.prepare(kMaxRequestBytes),
                          [self = shared_from_this()](error_code error, std::size_t size) {
                            self->drained_bytes_ += size;
                            if (!error && self->drained_bytes_ < kMaxDrainedBytes) {
                              self->drain();
                            }
                          });
}

}  // namespace betex::gateway
