// betex-fix whose standard output or input is closed, full, or no longer read.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

constexpr std::chrono::seconds kTimeout{180};

class BetexFixOutputTest : public testing::Test {
 protected:
  struct Ended {
    int exit_code;
    std::string out;
    std::string err;
  };

  // With this redirection of a shell's, as ">&-".
  Ended betex_fix(const std::string& redirection,
                  const std::vector<std::string>& arguments,
                  const std::string& input = "") {
    std::vector<std::string> command{"/bin/sh", "-c", "exec \"$@\" " + redirection, "sh"};
    const auto words =
        betex_fix_command("BROKER1", gateway_.fix_port(), folder_.path() / "state", arguments);
    command.insert(command.end(), words.begin(), words.end());
    ChildProcess process{command, input};
    const int exit_code = process.wait(kTimeout);
    return {exit_code, process.standard_output(), process.standard_error()};
  }

  Ended betex_fix(const std::vector<std::string>& arguments) { return betex_fix("", arguments); }

  [[nodiscard]] std::string state() const {
    std::ostringstream text;
    for (const auto& file :
         std::filesystem::directory_iterator{folder_.path() / "state/betex-fix"}) {
      text << std::ifstream{file.path()}.rdbuf();
    }
    return text.str();
  }

  TempFolder folder_;
  GatewayProcess gateway_{folder_.path() / "wal"};
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::vector<std::string> kOrder{"buy", "RAIN-LON", "100", "@0.60", "--gtc"};

TEST_F(BetexFixOutputTest, AReportThatCannotBePrintedHasItsExitCodeAndComesAgain) {
  for (const auto& [redirection, reason] :
       {std::pair{">&-", "Bad file descriptor"}, std::pair{"> /dev/full", "No space left"}}) {
    const Ended order = betex_fix(redirection, kOrder);
    EXPECT_EQ(order.exit_code, 4) << order.err;
    EXPECT_TRUE(contains(order.err, reason)) << order.err;
    EXPECT_FALSE(contains(state(), "NEW")) << "the report went into the state file";

    const Ended watch = betex_fix({"watch", "--for-ms", "0"});
    EXPECT_EQ(watch.exit_code, 0) << watch.err;
    EXPECT_TRUE(contains(watch.out, "BUY         100 @ 0.60    NEW")) << watch.out;
    EXPECT_EQ(betex_fix({"watch", "--for-ms", "0"}).out, "") << "told twice";
  }
}

TEST_F(BetexFixOutputTest, ARefusalStaysARefusal) {
  const Ended order = betex_fix("> /dev/full", {"buy", "RAIN-LON", "100", "@0.605"});
  EXPECT_EQ(order.exit_code, 1) << order.err;
  EXPECT_TRUE(contains(order.err, "standard output cannot be written")) << order.err;
}

TEST_F(BetexFixOutputTest, AScriptEndsWhereItCannotBeFollowed) {
  const Ended script = betex_fix("> /dev/full",
                                 {"script"},
                                 "buy RAIN-LON 100 @ 0.60 --gtc --id first\n"
                                 "buy RAIN-LON 100 @ 0.60 --gtc --id second\n");
  EXPECT_EQ(script.exit_code, 4) << script.err;
  const Ended watch = betex_fix({"watch", "--for-ms", "0"});
  EXPECT_TRUE(contains(watch.out, "id first")) << watch.out;
  EXPECT_FALSE(contains(watch.out, "id second")) << watch.out;
}

TEST_F(BetexFixOutputTest, NothingIsSentWhereWhatHadWaitedCannotBePrinted) {
  EXPECT_EQ(betex_fix("> /dev/full", kOrder).exit_code, 4);  // its report waits
  EXPECT_EQ(betex_fix("> /dev/full", kOrder).exit_code, 74);
  EXPECT_EQ(betex_fix("> /dev/full", {"watch", "--for-ms", "0"}).exit_code, 74);
  const Ended orders = betex_fix({"orders"});
  EXPECT_EQ(orders.exit_code, 0) << orders.err;
  EXPECT_TRUE(contains(orders.out, "STATUS")) << orders.out;
  EXPECT_FALSE(contains(orders.out, "order 2 ")) << orders.out;
}

TEST_F(BetexFixOutputTest, AScriptThatCannotBeReadIsNoEmptyOne) {
  const Ended script = betex_fix("<&-", {"script"});
  EXPECT_EQ(script.exit_code, 74) << script.err;
  EXPECT_TRUE(contains(script.err, "standard input cannot be read")) << script.err;
}

TEST_F(BetexFixOutputTest, ALineThatDoesNotEndIsNoRequest) {
  const Ended script = betex_fix("", {"script"}, std::string(100'000, 'x'));
  EXPECT_EQ(script.exit_code, 64) << script.err;
  EXPECT_TRUE(contains(script.err, "line 1: it is longer than")) << script.err;
}

TEST_F(BetexFixOutputTest, AScriptDoesNotAskForHelp) {
  const Ended script = betex_fix("", {"script"}, "lay --help\n");
  EXPECT_EQ(script.exit_code, 64) << script.err;
  EXPECT_TRUE(contains(script.err, "line 1: --help is no request")) << script.err;
}

// It never waits for lines, and its answers come at once.
TEST_F(BetexFixOutputTest, ASignalEndsAScriptBetweenTwoLines) {
  std::string lines;
  for (int i = 0; i < 50'000; ++i) {
    lines += "orders\n";
  }
  ChildProcess process{
      betex_fix_command("BROKER1", gateway_.fix_port(), folder_.path() / "state", {"script"}),
      lines};
  const auto end = std::chrono::steady_clock::now() + kTimeout;
  while (process.standard_output().empty() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  process.signal(SIGTERM);
  const int exit_code = process.wait(kTimeout);
  EXPECT_TRUE(exit_code == 128 + SIGTERM || exit_code == 3) << exit_code;  // 3: within a request
  EXPECT_LT(process.standard_output().size(), std::size("no open orders\n") * 50'000 / 2);
}

TEST_F(BetexFixOutputTest, HelpThatCannotBePrintedIsAnError) {
  EXPECT_EQ(betex_fix("> /dev/full", {"--help"}).exit_code, 74);
  EXPECT_EQ(betex_fix(">&-", {"--help"}).exit_code, 74);
}

}  // namespace
}  // namespace betex::test
