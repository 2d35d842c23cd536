#include "gateway/client/gateways.h"

#include <string>

#include <gtest/gtest.h>

namespace betex::client {
namespace {

TEST(GatewayAddress, IsAHostAndAPort) {
  EXPECT_EQ(parse_gateway("fix.example.com:9880"), (GatewayAddress{"fix.example.com", 9880}));
  EXPECT_EQ(parse_gateway("127.0.0.1:1"), (GatewayAddress{"127.0.0.1", 1}));
  EXPECT_EQ(parse_gateway("[::1]:65535"), (GatewayAddress{"::1", 65535}));
}

TEST(GatewayAddress, IsNothingElse) {
  for (const char* const text : {"",
                                 ":",
                                 "h",
                                 "h:",
                                 ":9880",
                                 "h:0",
                                 "h:65536",
                                 "h:-1",
                                 "h:+1",
                                 "h:1x",
                                 "h: 1",
                                 "::1:9880",
                                 "[::1:9880",
                                 "::1]:9880",
                                 "[]:9880"}) {
    EXPECT_EQ(parse_gateway(text), std::nullopt) << text;
  }
}

TEST(GatewayAddress, IsWrittenAsItIsRead) {
  for (const char* const text : {"h:1", "10.0.0.1:9880", "[fe80::1]:9881"}) {
    EXPECT_EQ(to_text(parse_gateway(text).value()), text);
  }
}

}  // namespace
}  // namespace betex::client
