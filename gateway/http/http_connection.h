// One connection to the HTTP port: reads one request's header, answers, closes; or gives the
// connection to who streams.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include "gateway/http/http_answers.h"
#include "gateway/http/http_routes.h"

namespace betex::gateway {

// All of it runs on the socket's executor, a strand. Alive as long as something is under way on it.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  // What answers. Outlives it.
  struct Answers {
    const HttpAnswers& own;
    HttpRoutes* further;  // asked first; null: none
  };

  // `on_end` is called once, by the destructor.
  HttpConnection(boost::asio::ip::tcp::socket socket,
                 const Answers& answers,
                 std::function<void(HttpConnection*)> on_end);
  ~HttpConnection();

  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Closed when `deadline` is over, whatever the peer does.
  void start(std::chrono::milliseconds deadline);

  void close();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  void on_read(boost::system::error_code error);
  void serve();
  [[nodiscard]] HttpRequest request() const;
  [[nodiscard]] bool asks_for_head_only() const;
  void answer(const HttpAnswer& answer);
  void on_written(boost::system::error_code error);
  void drain();

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  Parser parser_;
  Response response_;
  std::optional<boost::beast::http::response_serializer<boost::beast::http::string_body>>
      serializer_;
  std::size_t drained_bytes_ = 0;
  const Answers answers_;
  std::function<void(HttpConnection*)> on_end_;
};

}  // namespace betex::gateway
