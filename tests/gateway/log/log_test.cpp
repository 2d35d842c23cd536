#include "gateway/log/log.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "tests/support/temp_folder.h"

namespace betex::gateway {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

class Log : public ::testing::Test {
 protected:
  ~Log() override { set_up_logging({}); }  // closes the file

  [[nodiscard]] std::string written() const {
    spdlog::default_logger()->flush();
    return content_of(file);
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

TEST_F(Log, ControlCharactersForgeNoLineAndReachNoTerminal) {
  set_up_logging({.level = LogLevel::Info, .file = file});
  spdlog::warn("refused: {}", "a\n2026-01-31T09:30:00.123456Z info  all is well\x1b[2J\x7f");
  const std::string text = written();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, ::testing::EndsWith("info  all is well\\x1b[2J\\x7f\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("refused: a\\x0a2026-"));
}

TEST_F(Log, ARenamedOrDeletedFileIsOpenedAnew) {
  set_up_logging({.level = LogLevel::Info, .file = file});
  spdlog::info("first");
  EXPECT_THAT(written(), ::testing::HasSubstr("first"));
  const auto old = folder.path() / "betex.log.1";
  std::filesystem::rename(file, old);
  spdlog::info("second");
  spdlog::default_logger()->flush();
  EXPECT_THAT(content_of(old), ::testing::HasSubstr("second")) << "nobody has asked yet";
  reopen_log();
  spdlog::info("third");
  EXPECT_THAT(written(), MatchesRegex(".*third\n"));
  EXPECT_THAT(content_of(old), ::testing::Not(::testing::HasSubstr("third")));
  std::filesystem::remove(file);
  reopen_log();
  spdlog::info("fourth");
  EXPECT_THAT(written(), MatchesRegex(".*fourth\n"));
}

TEST_F(Log, AFileThatCannotBeOpenedAnewIsSaidInTheOldOne) {
  set_up_logging({.level = LogLevel::Info, .file = file});
  const auto old = folder.path() / "betex.log.1";
  std::filesystem::rename(file, old);
  std::filesystem::create_directory(file);
  reopen_log();
  spdlog::info("still here");
  spdlog::default_logger()->flush();
  EXPECT_THAT(content_of(old),
              ::testing::AllOf(::testing::HasSubstr("the log goes on in the old file: cannot open"),
                               ::testing::HasSubstr("still here")));
}

TEST_F(Log, ANewFileIsForOwnerAndGroupWhateverTheUmask) {
  const mode_t before = umask(0);
  set_up_logging({.level = LogLevel::Info, .file = file});
  umask(before);

  struct stat status {};

  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);

  ASSERT_EQ(chmod(file.c_str(), 0600), 0);  // one that is there keeps what it has
  set_up_logging({.level = LogLevel::Info, .file = file});
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(Log, AFifoWithoutAReaderDoesNotHoldUpTheStart) {
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  EXPECT_THROW(set_up_logging({.level = LogLevel::Info, .file = file}), ConfigError);
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
  spdlog::default_logger()->flush();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), MatchesRegex(".*Z info .* hello\n"));
}

}  // namespace
}  // namespace betex::gateway
