#include "gateway/log/log.h"

#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include "tests/support/temp_folder.h"

namespace betex::gateway {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

class Log : public ::testing::Test {
 protected:
  ~Log() override { set_up_logging({}); }  // closes the file

  [[nodiscard]] std::string written() const {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
  }

  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "betex.log";
};

TEST_F(Log, LineHasUtcMicrosecondsLevelAndThread) {
  set_up_logging({.level = LogLevel::Info, .file = file});
  spdlog::info("listening fix={}", 9880);
  EXPECT_THAT(written(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z "
                           "info     \\[[0-9]+\\] listening fix=9880\n"));
}

TEST_F(Log, LevelHoldsAndCanBeChanged) {
  set_up_logging({.level = LogLevel::Error, .file = file});
  spdlog::warn("not this");
  EXPECT_EQ(written(), "");
  set_log_level(LogLevel::Warn);
  spdlog::warn("this");
  EXPECT_NE(written(), "");
  set_log_level(LogLevel::Off);
  const std::string before = written();
  spdlog::critical("nor this");
  EXPECT_EQ(written(), before);
}

TEST_F(Log, FileThatCannotBeOpenedIsSaid) {
  try {
    set_up_logging({.level = LogLevel::Info, .file = folder.path()});
    FAIL() << "it was accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), StartsWith(folder.path().string() + ": log.file: "));
  }
}

TEST_F(Log, StandardErrorIsTheDefault) {
  set_up_logging({});
  ::testing::internal::CaptureStderr();
  spdlog::info("hello");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), MatchesRegex(".*Z info .* hello\n"));
}

}  // namespace
}  // namespace betex::gateway
