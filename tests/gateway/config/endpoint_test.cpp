#include "gateway/config/endpoint.h"

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

Endpoint parsed(std::string_view text) {
  const auto endpoint = parse_endpoint(text);
  EXPECT_TRUE(endpoint) << text;
  return endpoint.value_or(Endpoint{});
}

TEST(Endpoint, HasASchemeAHostAndPerhapsAPort) {
  EXPECT_EQ(parsed("http://127.0.0.1:2379"),
            (Endpoint{.tls = false, .host = "127.0.0.1", .port = 2379}));
  EXPECT_EQ(parsed("https://ETCD-1.example:65535"),
            (Endpoint{.tls = true, .host = "etcd-1.example", .port = 65535}));
  EXPECT_EQ(parsed("https://[fd00::1]:1"), (Endpoint{.tls = true, .host = "fd00::1", .port = 1}));
  EXPECT_EQ(parsed("https://kubernetes.default.svc"),
            (Endpoint{.tls = true, .host = "kubernetes.default.svc", .port = std::nullopt}));
  EXPECT_EQ(parsed("http://[::1]"), (Endpoint{.tls = false, .host = "::1", .port = std::nullopt}));
}

TEST(Endpoint, NothingElseIsOne) {
  for (const char* const text : {"",
                                 "127.0.0.1:2379",
                                 "etcd://127.0.0.1:2379",
                                 "HTTP://127.0.0.1:2379",
                                 "http://",
                                 "http://:2379",
                                 "http://a:",
                                 "http://a:0",
                                 "http://a:65536",
                                 "http://a:-1",
                                 "http://a:+1",
                                 "http://a: 1",
                                 "http://a:1 ",
                                 "http://a:1/",
                                 "http://a/",
                                 "http://a b:1",
                                 "http://user@a:1",
                                 "http://a:1:2",
                                 "http://::1:2379",
                                 "http://[::1",
                                 "http://[::1]2379",
                                 "http://[]:1",
                                 "http://[127.0.0.1]:1",
                                 "http://[a]:1",
                                 "http://\n:1"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

TEST(Endpoint, IsOfThisMachineWhereItSaysSo) {
  EXPECT_TRUE(parsed("http://127.0.0.1:1").is_loopback());
  EXPECT_TRUE(parsed("http://127.9.9.9:1").is_loopback());
  EXPECT_TRUE(parsed("http://LocalHost:1").is_loopback());
  EXPECT_TRUE(parsed("http://[::1]:1").is_loopback());
  EXPECT_FALSE(parsed("http://10.0.0.1:1").is_loopback());
  EXPECT_FALSE(parsed("http://0.0.0.0:1").is_loopback());
  EXPECT_FALSE(parsed("http://etcd:1").is_loopback());
  EXPECT_FALSE(parsed("http://127.0.0.1.example:1").is_loopback());
}

}  // namespace
}  // namespace betex::gateway
