// Further paths of the HTTP port, for a room above this one: short answers, and streams that live
// on threads of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace betex::gateway {

// What is known of who asks when the request's header is read. Valid for the call that it is given
// to.
struct HttpRequest {
  std::string_view target;  // a path and perhaps a query, as they came
  std::string_view host;    // Host; empty: none
  std::string_view
      fetch_site;            // Sec-Fetch-Site, by which browsers say whose page asks; empty: none
  bool head_only = false;    // HEAD
  bool on_loopback = false;  // both ends of the connection are this machine's loopback
};

struct HttpHeader {
  std::string_view name;
  std::string_view value;
};

// Views are of text that lives as long as the program.
struct HttpAnswer {
  unsigned status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<HttpHeader> headers;  // further ones
  bool streams = false;             // HttpRoutes::stream() answers in its place
};

// Called on an I/O thread, on one strand for all connections, so it only looks things up.
class HttpRoutes {
 public:
  virtual ~HttpRoutes() = default;

  // To a GET or HEAD. Nothing: the path is none of these.
  [[nodiscard]] virtual std::optional<HttpAnswer> get(const HttpRequest& request) = 0;

  // Right after a get() that said so: takes the connection over, of which the request's header is
  // read and nothing is written. It counts no more for the port's limits and deadlines.
  virtual void stream(const HttpRequest& request, boost::asio::ip::tcp::socket socket) = 0;
};

}  // namespace betex::gateway
