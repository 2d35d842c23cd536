#include "gateway/http/http_server.h"

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include "tests/gateway/http/fake_sources.h"

namespace betex::gateway {
namespace {

using boost::asio::ip::tcp;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  ~HttpServerTest() override { finish(); }

  void start(const HttpServerOptions& options) {
    server = std::make_unique<HttpServer>(
        io, options, health, std::vector<const prometheus::Collectable*>{&counter});
    thread = std::thread{[this] { io.run(); }};
  }

  // Ends by itself: nothing keeps `io` running but the server.
  void finish() {
    if (server) {
      server->stop();
    }
    if (thread.joinable()) {
      thread.join();
    }
  }

  [[nodiscard]] tcp::socket connect(const char* from = "127.0.0.1") {
    tcp::socket socket{client_io};
    socket.open(tcp::v4());
    socket.bind({boost::asio::ip::make_address(from), 0});
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server->port()});
    return socket;
  }

  // All that comes until the server closes.
  [[nodiscard]] static std::string read_all(tcp::socket& socket) {
    std::string text;
    boost::system::error_code error;
    char bytes[4096];
    while (!error) {
      text.append(bytes, socket.read_some(boost::asio::buffer(bytes), error));
    }
    return text;
  }

  [[nodiscard]] std::string ask(std::string_view request) {
    tcp::socket socket = connect();
    boost::asio::write(socket, boost::asio::buffer(request.data(), request.size()));
    return read_all(socket);
  }

  FakeHealth health;
  FakeCounter counter{"betex_orders_total", 7};
  boost::asio::io_context io;
  boost::asio::io_context client_io;
  std::unique_ptr<HttpServer> server;
  std::thread thread;
};

TEST_F(HttpServerTest, AnswersAndCloses) {
  health.not_ready = "recovery is under way";
  start({});
  const std::string live = ask("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(live, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(live, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(live, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(live, EndsWith("\r\n\r\nok\n"));
  const std::string ready = ask("GET /readyz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(ready, HasSubstr(" 503 Service Unavailable\r\n"));
  EXPECT_THAT(ready, EndsWith("\r\n\r\nrecovery is under way\n"));
  EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\n\r\n"), EndsWith("\nbetex_orders_total 7\n"));
}

TEST_F(HttpServerTest, HeadIsGetWithoutTheBody) {
  health.not_ready = "recovery is under way";
  start({});
  for (const char* const path : {"/livez", "/readyz", "/metrics", "/admin"}) {
    const std::string rest = std::string{" "} + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string got = ask("GET" + rest);
    EXPECT_EQ(ask("HEAD" + rest), got.substr(0, got.find("\r\n\r\n") + 4)) << path;
  }
  EXPECT_THAT(ask("HEAD /livez HTTP/1.0\r\n\r\n"), HasSubstr("\r\nContent-Length: 3\r\n"));
}

TEST_F(HttpServerTest, OnlyGetAndHeadArePossible) {
  start({});
  for (const char* const method : {"POST", "PUT", "DELETE", "OPTIONS", "FROB"}) {
    const std::string answer =
        ask(std::string{method} + " /livez HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr(" 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n")) << method;
  }
}

TEST_F(HttpServerTest, OtherPathsAreNotFound) {
  start({});
  EXPECT_THAT(ask("GET /admin HTTP/1.1\r\n\r\n"), HasSubstr(" 404 Not Found\r\n"));
}

TEST_F(HttpServerTest, GarbageIsABadRequest) {
  start({});
  EXPECT_THAT(ask("8=FIXT.1.1\x01 9=5\r\n\r\n"), HasSubstr(" 400 Bad Request\r\n"));
  EXPECT_THAT(ask("GET /livez HTTP/1.1\r\nno colon here\r\n\r\n"), HasSubstr(" 400 Bad Request"));
}

TEST_F(HttpServerTest, LargeRequestIsRefusedAndTheAnswerArrives) {
  start({});
  const std::string header(20'000, 'x');
  EXPECT_THAT(ask("GET /livez HTTP/1.1\r\nX: " + header + "\r\n\r\n"),
              HasSubstr(" 431 Request Header Fields Too Large\r\n"));
}

TEST_F(HttpServerTest, BodyIsNotRead) {
  start({});
  EXPECT_THAT(
      ask("GET /livez HTTP/1.1\r\nContent-Length: 30000\r\n\r\n" + std::string(30'000, 'x')),
      HasSubstr(" 200 OK\r\n"));
}

TEST_F(HttpServerTest, ConnectionWithoutARequestIsClosedAtTheDeadline) {
  start({.deadline = std::chrono::milliseconds{50}});
  tcp::socket silent = connect();
  tcp::socket dripping = connect();
  boost::asio::write(dripping, boost::asio::buffer("GET /liv", 8));
  EXPECT_EQ(read_all(silent), "");
  EXPECT_EQ(read_all(dripping), "");
}

TEST_F(HttpServerTest, OneBeyondTheCapTakesTheOldestsPlace) {
  start({.max_connections = 2, .deadline = std::chrono::minutes{10}});
  tcp::socket first = connect();
  tcp::socket second = connect();
  tcp::socket third = connect();
  EXPECT_EQ(read_all(first), "");
  for (tcp::socket* const socket : {&second, &third}) {
    boost::asio::write(*socket,
                       boost::asio::buffer(std::string_view{"GET /livez HTTP/1.1\r\n\r\n"}));
    EXPECT_THAT(read_all(*socket), HasSubstr(" 200 OK\r\n"));
  }
}

TEST_F(HttpServerTest, TheAddressWithTheMostConnectionsGivesUpOne) {
  start({.max_connections = 3, .deadline = std::chrono::minutes{10}});
  tcp::socket probe = connect();  // the oldest
  tcp::socket slow = connect("127.0.0.2");
  tcp::socket slower = connect("127.0.0.2");
  tcp::socket another = connect("127.0.0.2");
  EXPECT_EQ(read_all(slow), "");
  boost::asio::write(probe, boost::asio::buffer(std::string_view{"GET /livez HTTP/1.1\r\n\r\n"}));
  EXPECT_THAT(read_all(probe), HasSubstr(" 200 OK\r\n"));
}

TEST_F(HttpServerTest, ManyWhoAreSlowKeepOutNoProbe) {
  start({.deadline = std::chrono::minutes{10}});
  std::vector<tcp::socket> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(connect());
    boost::system::error_code error;
    boost::asio::write(slow.back(), boost::asio::buffer(std::string_view{"GET /li"}), error);
    EXPECT_THAT(ask("GET /livez HTTP/1.0\r\n\r\n"), HasSubstr(" 200 OK\r\n")) << i;
  }
  EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 200 OK\r\n"));
}

TEST_F(HttpServerTest, StopClosesEverything) {
  start({.deadline = std::chrono::minutes{10}});
  tcp::socket open = connect();
  const auto port = server->port();
  finish();
  EXPECT_EQ(read_all(open), "");
  tcp::socket late{client_io};
  boost::system::error_code error;
  late.connect({boost::asio::ip::make_address("127.0.0.1"), port}, error);
  EXPECT_TRUE(error);
}

TEST_F(HttpServerTest, OccupiedPortIsSaid) {
  start({});
  const HttpServerOptions same{.port = server->port()};
  try {
    const HttpServer second{io, same, health, {}};
    FAIL() << "it listens twice";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::address_in_use);
    EXPECT_THAT(error.what(),
                StartsWith("HTTP cannot listen on 127.0.0.1 port " + std::to_string(same.port) +
                           "; free the port, or give another in [http] or by --http-port"));
  }
}

}  // namespace
}  // namespace betex::gateway
