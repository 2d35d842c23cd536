// Further routes of the HTTP port, and connections that it gives away.
#include "gateway/http/http_routes.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include "gateway/http/http_server.h"
#include "tests/gateway/http/fake_sources.h"

namespace betex::gateway {
namespace {

using boost::asio::ip::tcp;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// /short is answered; /stream writes what it was asked, and closes.
class FakeRoutes : public HttpRoutes {
 public:
  [[nodiscard]] std::optional<HttpAnswer> get(const HttpRequest& request) override {
    if (request.target.starts_with("/stream")) {
      HttpAnswer answer;
      answer.streams = !request.head_only;
      return answer;
    }
    if (request.target != "/short") {
      return std::nullopt;
    }
    return HttpAnswer{.status = 403,
                      .content_type = "text/html",
                      .body = std::string{request.host} + " " + std::string{request.fetch_site} +
                              (request.on_loopback ? " loopback" : " elsewhere"),
                      .headers = {{"X-First", "1"}, {"X-Second", "2"}}};
  }

  void stream(const HttpRequest& request, tcp::socket socket) override {
    const std::lock_guard lock{mutex};
    given.push_back({std::string{request.target}, std::move(socket)});
  }

  struct Given {
    std::string target;
    tcp::socket socket;
  };

  std::mutex mutex;
  std::vector<Given> given;  // guarded by mutex
};

class HttpRoutesTest : public ::testing::Test {
 protected:
  ~HttpRoutesTest() override {
    server->stop();
    thread.join();
  }

  void SetUp() override {
    server = std::make_unique<HttpServer>(io,
                                          HttpServerOptions{.max_connections = 2},
                                          health,
                                          std::vector<const prometheus::Collectable*>{},
                                          &routes);
    thread = std::thread{[this] { io.run(); }};
  }

  [[nodiscard]] tcp::socket send(std::string_view request) {
    tcp::socket socket{client_io};
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server->port()});
    boost::asio::write(socket, boost::asio::buffer(request.data(), request.size()));
    return socket;
  }

  [[nodiscard]] static std::string read_all(tcp::socket socket) {
    std::string text;
    boost::system::error_code error;
    char bytes[4096];
    while (!error) {
      text.append(bytes, socket.read_some(boost::asio::buffer(bytes), error));
    }
    return text;
  }

  [[nodiscard]] std::string ask(std::string_view request) { return read_all(send(request)); }

  // The connection that was given away last, when it has been.
  [[nodiscard]] FakeRoutes::Given take_given() {
    for (;;) {
      const std::lock_guard lock{routes.mutex};
      if (!routes.given.empty()) {
        FakeRoutes::Given given = std::move(routes.given.back());
        routes.given.pop_back();
        return given;
      }
      std::this_thread::yield();
    }
  }

  FakeHealth health;
  FakeRoutes routes;
  boost::asio::io_context io;
  boost::asio::io_context client_io;
  std::unique_ptr<HttpServer> server;
  std::thread thread;
};

TEST_F(HttpRoutesTest, AnswersWithItsHeaders) {
  const std::string answer =
      ask("GET /short HTTP/1.1\r\nHost: a.b:1\r\nSec-Fetch-Site: same-origin\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/html\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-First: 1\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Second: 2\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\na.b:1 same-origin loopback"));
  EXPECT_THAT(ask("GET /short HTTP/1.0\r\n\r\n"), EndsWith("\r\n\r\n  loopback"));
}

TEST_F(HttpRoutesTest, WhatIsNoneOfItsPathsIsAnsweredAsWithoutIt) {
  EXPECT_THAT(ask("GET /livez HTTP/1.1\r\n\r\n"), EndsWith("\r\n\r\nok\n"));
  EXPECT_THAT(ask("GET /else HTTP/1.1\r\n\r\n"), HasSubstr(" 404 Not Found\r\n"));
  EXPECT_THAT(ask("POST /short HTTP/1.1\r\n\r\n"), HasSubstr(" 405 Method Not Allowed\r\n"));
}

TEST_F(HttpRoutesTest, HeadOfAStreamIsAnAnswer) {
  EXPECT_THAT(ask("HEAD /stream HTTP/1.1\r\n\r\n"), HasSubstr(" 200 OK\r\n"));
}

TEST_F(HttpRoutesTest, ConnectionIsGivenAwayAndNothingIsWrittenToIt) {
  tcp::socket client = send("GET /stream?x=1 HTTP/1.1\r\n\r\n");
  FakeRoutes::Given given = take_given();
  EXPECT_EQ(given.target, "/stream?x=1");
  boost::asio::write(given.socket, boost::asio::buffer("all of it", 9));
  given.socket.close();
  EXPECT_EQ(read_all(std::move(client)), "all of it");
}

TEST_F(HttpRoutesTest, ConnectionsThatWereGivenAwayTakeNobodysPlace) {
  std::vector<tcp::socket> clients;
  std::vector<FakeRoutes::Given> given;
  for (int i = 0; i < 5; ++i) {  // of 2 places
    clients.push_back(send("GET /stream HTTP/1.1\r\n\r\n"));
    given.push_back(take_given());
  }
  EXPECT_THAT(ask("GET /livez HTTP/1.1\r\n\r\n"), EndsWith("ok\n"));
  for (std::size_t i = 0; i < given.size(); ++i) {
    boost::asio::write(given[i].socket, boost::asio::buffer("on", 2));
    given[i].socket.close();
    EXPECT_EQ(read_all(std::move(clients[i])), "on") << i;
  }
}

}  // namespace
}  // namespace betex::gateway
