// A FIX engine that is not ours as the gateway's client: client.js and market_data.js say what it
// does.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/environment.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

const std::filesystem::path kRoot{BETEX_SOURCE_DIR};

// What it writes; a failure is shown.
std::string run_node(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"/usr/bin/env",
                                   "NODE_PATH=" + (kRoot / "build/interop/node_modules").string(),
                                   "node",
                                   kRoot / "tests/interop" / program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess client{command};
  EXPECT_EQ(client.wait(std::chrono::minutes{5}), 0) << client.standard_error();
  return client.standard_output();
}

class Interop : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_long_run()) {
      GTEST_SKIP() << "needs node and npm packages, which tests/run --long installs";
    }
    gateway_.emplace(wal_.path());
  }

  TempFolder wal_;
  TempFolder store_;
  std::optional<GatewayProcess> gateway_;
};

TEST_F(Interop, JspurefixLogsOnTradesAndResends) {
  EXPECT_EQ(run_node("client.js",
                     {std::to_string(gateway_->fix_port()),
                      kRoot / "fix_spec/FIX44.xml",
                      store_.path().string()}),
            "traded\nresent to us\nresent by us\ndone\n");
}

TEST_F(Interop, JspurefixSubscribesAndKeepsABook) {
  EXPECT_EQ(run_node("market_data.js",
                     {std::to_string(gateway_->fix_port()),
                      std::to_string(gateway_->market_data_port()),
                      kRoot / "fix_spec",
                      store_.path().string()}),
            "subscribed\napplied\nthe same again\ndone\n");
}

}  // namespace
}  // namespace betex::test
