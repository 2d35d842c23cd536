// A FIX engine that is not ours as the gateway's client: client.js says what it does.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

const std::filesystem::path kRoot{BETEX_SOURCE_DIR};

TEST(Interop, JspurefixLogsOnTradesAndResends) {
  if (std::getenv("BETEX_LONG") == nullptr) {
    GTEST_SKIP() << "needs node and npm packages, which tests/run --long installs";
  }
  const TempFolder wal;
  const TempFolder store;
  const GatewayProcess gateway{wal.path()};
  ChildProcess client{{"/usr/bin/env",
                       "NODE_PATH=" + (kRoot / "build/interop/node_modules").string(),
                       "node",
                       kRoot / "tests/interop/client.js",
                       std::to_string(gateway.fix_port()),
                       kRoot / "fix_spec/FIX44.xml",
                       store.path().string()}};
  EXPECT_EQ(client.wait(std::chrono::minutes{5}), 0) << client.standard_error();
  EXPECT_EQ(client.standard_output(), "traded\nresent to us\nresent by us\ndone\n");
}

}  // namespace
}  // namespace betex::test
