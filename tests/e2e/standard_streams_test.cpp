// betex-gateway whose standard streams are closed, full, or no longer read.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

constexpr std::chrono::seconds kTimeout{60};

class StandardStreamsTest : public testing::Test {
 protected:
  // The gateway with this redirection of a shell's, as ">&-".
  [[nodiscard]] std::vector<std::string> command(const std::string& redirection,
                                                 const std::vector<std::string>& arguments) const {
    std::vector<std::string> words{"/bin/sh", "-c", "exec \"$@\" " + redirection, "sh"};
    const auto gateway = gateway_command(folder_.path() / "wal", arguments);
    words.insert(words.end(), gateway.begin(), gateway.end());
    return words;
  }

  TempFolder folder_;
};

TEST_F(StandardStreamsTest, WhatCannotBePrintedIsNoSuccess) {
  for (const char* redirection : {"> /dev/full", ">&-"}) {
    for (const char* action : {"--check-config", "--print-config", "--help", "--version"}) {
      ChildProcess process{command(redirection, {action})};
      EXPECT_EQ(process.wait(kTimeout), 74) << action << redirection;
      EXPECT_NE(process.standard_error().find("standard output cannot be written"),
                std::string::npos)
          << process.standard_error();
    }
    ChildProcess hash{command(redirection, {"--hash-password", "ANNA"}), "secret\n"};
    EXPECT_EQ(hash.wait(kTimeout), 74);
  }
}

// It has its descriptors 0 to 2 all the same, so that no file of the log gets one of them.
TEST_F(StandardStreamsTest, AGatewayRunsWithAllOfThemClosed) {
  const auto log = folder_.path() / "betex.log";
  const auto config = changed_config(
      folder_.path(), "level = \"info\"", "level = \"info\"\nfile = \"" + log.string() + "\"");
  ChildProcess process{command("<&- >&- 2>&-", {"--config", config})};
  const auto deadline = std::chrono::steady_clock::now() + kTimeout;
  while (content_of(log).find("listening fix=") == std::string::npos) {
    ASSERT_FALSE(process.ended()) << content_of(log);
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << content_of(log);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  const std::filesystem::path descriptors = "/proc/" + std::to_string(process.pid()) + "/fd";
  for (const char* number : {"0", "1", "2"}) {
    EXPECT_EQ(std::filesystem::read_symlink(descriptors / number), "/dev/null") << number;
  }
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(kTimeout), 0) << content_of(log);
}

// SIGXFSZ would end it without a word, and with a core.
TEST_F(StandardStreamsTest, AFileThatMayNotGrowIsAnErrorAndNoSignal) {
  auto words = gateway_command(folder_.path() / "wal", {});
  words.insert(words.begin(), {"/bin/sh", "-c", "ulimit -f 40; exec \"$@\"", "sh"});
  ChildProcess process{words};
  EXPECT_EQ(process.wait(kTimeout), 74);
  EXPECT_NE(process.standard_error().find("File too large"), std::string::npos)
      << process.standard_error();
}

TEST_F(StandardStreamsTest, NoCoreIsWritten) {
  GatewayProcess gateway{folder_.path() / "wal"};
  const std::string limits =
      content_of("/proc/" + std::to_string(gateway.process().pid()) + "/limits");
  const auto line = limits.find("Max core file size");
  ASSERT_NE(line, std::string::npos);
  std::istringstream words{limits.substr(line)};
  std::string word;
  for (int i = 0; i < 4; ++i) {
    words >> word;
  }
  EXPECT_EQ((words >> word, word), "0") << limits;
}

}  // namespace
}  // namespace betex::test
