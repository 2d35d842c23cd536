// What a store is asked, and when it is asked again. Deadlines, TLS and answers that are none: by
// etcd_answers_test.cpp, etcd_client_test.cpp and kubernetes_authority_test.cpp.
#include "gateway/cluster/store_connection.h"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/gateway/cluster/stand_in.h"
#include "tests/support/patience.h"

namespace betex::cluster {
namespace {

using test::http_answer;
using test::kPatience;
using test::StandIn;
using test::StandInStep;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Method = StoreConnection::Method;
using Request = StoreConnection::Request;
using Then = StandInStep::Then;

// A connection, with a server that says what it is told to.
class Asked {
 public:
  explicit Asked(std::vector<StandInStep> steps, const std::string& path = "")
      : server_{std::move(steps)},
        connection_{parse_url(server_.endpoint() + path).value(), nullptr} {}

  StoreConnection::Answer call(const Request& request) {
    return connection_.call(request, std::chrono::steady_clock::now() + kPatience);
  }

  [[nodiscard]] std::vector<std::string> requests() const { return server_.requests(); }

  // "Host: HOST:PORT".
  [[nodiscard]] std::string host_line() const {
    return "Host: " + server_.endpoint().substr(std::string{"http://"}.size()) + "\r\n";
  }

 private:
  StandIn server_;
  StoreConnection connection_;
};

// A port that is taken, and where nobody listens.
class PortOfNobody {
 public:
  PortOfNobody() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const bytes = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (socket_ < 0 || bind(socket_, bytes, size) != 0 || getsockname(socket_, bytes, &size) != 0) {
      throw std::system_error{errno, std::generic_category(), "bind"};
    }
    port_ = ntohs(address.sin_port);
  }

  ~PortOfNobody() { close(socket_); }

  PortOfNobody(const PortOfNobody&) = delete;
  PortOfNobody& operator=(const PortOfNobody&) = delete;
  PortOfNobody(PortOfNobody&&) = delete;
  PortOfNobody& operator=(PortOfNobody&&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
};

// ---- URLs

TEST(StoreUrlTest, HasASchemeAHostAndPerhapsAPortAndAPath) {
  const auto url =
      [](const char* text, bool tls, const char* host, std::optional<std::uint16_t> port) {
        return StoreUrl{.text = text, .tls = tls, .host = host, .port = port, .path = ""};
      };
  EXPECT_EQ(parse_url("https://kubernetes.default.svc"),
            url("https://kubernetes.default.svc", true, "kubernetes.default.svc", std::nullopt));
  EXPECT_EQ(parse_url("http://127.0.0.1:2379"),
            url("http://127.0.0.1:2379", false, "127.0.0.1", 2379));
  EXPECT_EQ(parse_url("http://[::1]"), url("http://[::1]", false, "::1", std::nullopt));
  EXPECT_EQ(parse_url("https://[fd00::1]:65535"),
            url("https://[fd00::1]:65535", true, "fd00::1", 65535));
  EXPECT_EQ(parse_url("http://a/").value().path, "/");
  EXPECT_EQ(parse_url("https://[::1]:6443/api/x/").value().path, "/api/x/");
  EXPECT_EQ(parse_url("https://[::1]:6443/api/x/").value().port, 6443);
}

TEST(StoreUrlTest, NothingElseIsOne) {
  for (const char* const text : {"",
                                 "127.0.0.1:2379",
                                 "ftp://a",
                                 "HTTP://a",
                                 "http://",
                                 "http:///a",
                                 "http://:1",
                                 "http://a:",
                                 "http://a:/b",
                                 "http://a:b",
                                 "http://a:0",
                                 "http://a:-1",
                                 "http://a:+1",
                                 "http://a:65536",
                                 "http://a:1:2",
                                 "http://u@a",
                                 "http://u:1@a",
                                 "http://::1:2379",
                                 "http://[::1",
                                 "http://[::1]2379",
                                 "http://[[::1]]:1",
                                 "http://[]:1",
                                 "http://[a]:1",
                                 "http://a b",
                                 "http://a\n",
                                 "http://a/b c",
                                 "http://a/b\r\nX: y",
                                 "http://a/?b",
                                 "http://a#b"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

// ---- Requests

TEST(StoreConnectionTest, AsksByEachMethod) {
  Asked asked{{{.answer = http_answer("{}")},
               {.answer = http_answer("[1]", "201 Created")},
               {.answer = http_answer("no", "409 Conflict")}}};
  const StoreConnection::Answer got = asked.call({.method = Method::Get, .path = "/a/b"});
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.body, "{}");
  const StoreConnection::Answer posted = asked.call(
      {.method = Method::Post, .path = "/a", .body = "{1}", .authorization = "Bearer x"});
  EXPECT_EQ(posted.status, 201U);
  EXPECT_EQ(posted.body, "[1]");
  EXPECT_EQ(asked.call({.method = Method::Put, .path = "/a/b", .body = "{2}"}).status, 409U);

  const std::vector<std::string> requests = asked.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_THAT(requests[0], StartsWith("GET /a/b HTTP/1.1\r\n"));
  EXPECT_THAT(requests[0], EndsWith("\r\n\r\n"));
  EXPECT_THAT(requests[0], HasSubstr("Accept: application/json\r\n"));
  EXPECT_THAT(requests[0], Not(HasSubstr("Content-Type")));
  EXPECT_THAT(requests[0], Not(HasSubstr("Authorization")));
  EXPECT_THAT(requests[1], StartsWith("POST /a HTTP/1.1\r\n"));
  EXPECT_THAT(requests[1], EndsWith("\r\n\r\n{1}"));
  EXPECT_THAT(requests[1], HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("Authorization: Bearer x\r\n"));
  EXPECT_THAT(requests[2], StartsWith("PUT /a/b HTTP/1.1\r\n"));
  EXPECT_THAT(requests[2], EndsWith("\r\n\r\n{2}"));
  EXPECT_THAT(requests[2], HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(requests[2], Not(HasSubstr("Authorization")));
  for (const std::string& request : requests) {
    EXPECT_THAT(request, HasSubstr(asked.host_line()));
  }
}

TEST(StoreConnectionTest, ThePathOfTheUrlComesBeforeAllOthers) {
  for (const auto& [path, target] : {std::pair{"", "/a"},
                                     std::pair{"/", "/a"},
                                     std::pair{"/api/x", "/api/x/a"},
                                     std::pair{"/api/x//", "/api/x/a"}}) {
    Asked asked{{{.answer = http_answer("{}")}}, path};
    static_cast<void>(asked.call({.method = Method::Get, .path = "/a"}));
    EXPECT_THAT(asked.requests().at(0), StartsWith(std::string{"GET "} + target + " HTTP/1.1\r\n"));
  }
}

// The server closes a connection at the moment at which it is used again.
TEST(StoreConnectionTest, OnlyWhatReadsIsMadeAgain) {
  const StandInStep good{.answer = http_answer("{}")};
  const StandInStep closes{.answer = "", .then = Then::Close};
  const Request read{.method = Method::Get, .path = "/a", .reads_only = true};
  {
    Asked asked{{good, closes, good}};
    static_cast<void>(asked.call(read));
    EXPECT_EQ(asked.call(read).status, 200U);
    EXPECT_EQ(asked.requests().size(), 3U);
  }
  for (const Method method : {Method::Post, Method::Put}) {
    Asked asked{{good, closes, good}};
    static_cast<void>(asked.call(read));
    EXPECT_THROW(static_cast<void>(asked.call({.method = method, .path = "/a", .body = "{}"})),
                 StoreUnknown);
    EXPECT_EQ(asked.requests().size(), 2U);
    EXPECT_EQ(asked.call(read).status, 200U);
  }
  {  // not where something of the answer has come
    Asked asked{{good, {.answer = "H", .then = Then::Close}, good}};
    static_cast<void>(asked.call(read));
    EXPECT_THROW(static_cast<void>(asked.call(read)), StoreUnknown);
    EXPECT_EQ(asked.requests().size(), 2U);
  }
}

TEST(StoreConnectionTest, TellsWhereNothingHasLeft) {
  const PortOfNobody nobody;
  StoreConnection connection{parse_url(nobody.url()).value(), nullptr};
  const Request write{.method = Method::Put, .path = "/a", .body = "{}"};
  EXPECT_THROW(
      static_cast<void>(connection.call(write, std::chrono::steady_clock::now() + kPatience)),
      NotConnected);
}

}  // namespace
}  // namespace betex::cluster
