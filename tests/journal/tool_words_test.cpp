// betex-journal's command line and its standard descriptors, wrong in every way that a script or a
// supervisor can make them.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using std::filesystem::path;
using test::run_tool;
using test::ToolOutput;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int kUsage = 64;

class ToolWordsTest : public test::WalTest {
 protected:
  ToolWordsTest() { write(8, 4); }

  [[nodiscard]] int code_of(std::vector<std::string> arguments) const {
    return run_tool(root(), std::move(arguments)).code;
  }

  struct Ended {
    int code;
    std::string error;
  };

  // `command` and its arguments in the shell's words; in them $wal is the WAL's folder.
  [[nodiscard]] Ended run(const std::string& command) const {
    const path said = folder_.path() / "said";
    test::Child child{{"/bin/sh",
                       "-c",
                       "exec 2>" + said.string() + "; wal=" + root().string() +
                           "; " BETEX_JOURNAL_TOOL " " + command}};
    const int code = child.wait();
    return {.code = code, .error = load(said)};
  }
};

TEST_F(ToolWordsTest, NumbersAreDecimalAlsoAsSegmentsAreNamed) {
  const ToolOutput padded = run_tool(root(), {"dump", "--from", "00000000000000000022"});
  EXPECT_EQ(padded.code, 0);
  ASSERT_THAT(padded.lines, SizeIs(59));
  EXPECT_THAT(padded.lines.front(), HasSubstr(" seq=22 "));
  EXPECT_EQ(run_tool(root(), {"dump", "--from=010", "--to=010"}).lines,
            run_tool(root(), {"dump", "--from", "10", "--to", "10"}).lines);
  const ToolOutput retired =
      run_tool(root(), {"retire", "--up-to", "00000000000000000020", "--without-snapshots"});
  EXPECT_THAT(retired.lines, SizeIs(2));
}

TEST_F(ToolWordsTest, ANumberIsNothingButDigits) {
  for (const char* const number : {"0x10",
                                   "+5",
                                   "-1",
                                   " 5",
                                   "5 ",
                                   "5x",
                                   "1e3",
                                   "1'000",
                                   "1,000",
                                   "18446744073709551616",
                                   "99999999999999999999999"}) {
    EXPECT_EQ(code_of({"dump", "--from", number}), kUsage) << number;
    EXPECT_EQ(code_of({"dump", "--to", number}), kUsage) << number;
    EXPECT_EQ(code_of({"dump", "--order", number}), kUsage) << number;
    EXPECT_EQ(code_of({"retire", "--up-to", number}), kUsage) << number;
  }
}

TEST_F(ToolWordsTest, AValueIsNotEmptyAndNotTheNextOption) {
  for (const char* const words : {"dump $wal --from= 5",
                                  "dump $wal --from ''",
                                  "dump $wal --market= --json",
                                  "dump $wal --market ''",
                                  "dump $wal --account --json",
                                  "dump $wal --account=--json",
                                  "statement $wal --account ''",
                                  "statement $wal --account --json",
                                  "statement $wal --account=x --from=",
                                  "dump ''",
                                  "stat -- --json",
                                  "verify $wal --against= --no-replay --public-key=x",
                                  "seal $wal --key= --all",
                                  "seal $wal --key --all",
                                  "export $wal --after=",
                                  "export $wal --after --with-snapshot",
                                  "retire $wal --up-to= --without-snapshots"}) {
    EXPECT_EQ(run(words).code, kUsage) << words;
  }
  EXPECT_THAT(segment_names(), SizeIs(4));
}

TEST_F(ToolWordsTest, AStatementAndItsKeyBelongTogether) {
  EXPECT_EQ(code_of({"verify", "--against", "statement"}), kUsage);
  EXPECT_EQ(code_of({"verify", "--public-key", "key"}), kUsage);
  EXPECT_EQ(code_of({"seal"}), kUsage);
}

TEST_F(ToolWordsTest, OutputThatCannotBeWrittenIsNoSuccess) {
  for (const char* const words : {"stat $wal",
                                  "stat $wal --json",
                                  "dump $wal",
                                  "verify --no-replay $wal",
                                  "retire $wal --up-to 1",
                                  "export $wal",
                                  "--help"}) {
    const Ended full = run(std::string{words} + " >/dev/full");
    EXPECT_EQ(full.code, kExitIo) << words;
    EXPECT_THAT(full.error, HasSubstr("standard output cannot be written: No space left")) << words;
    EXPECT_EQ(run(std::string{words} + " >&-").code, kExitIo) << words;
  }
}

TEST_F(ToolWordsTest, ClosedDescriptorsAreNoPlaceForTheLogsFiles) {
  const std::string lock = load(segments() / segment_names().back() / "lock.mdb");
  std::vector<std::string> data;
  for (const std::string& segment : segment_names()) {
    data.push_back(load(data_file(segment)));
  }
  EXPECT_EQ(run("dump $wal <&- >&-").code, kExitIo);
  EXPECT_EQ(run("dump $wal <&- >&- 2>&-").code, kExitIo);
  EXPECT_EQ(run("retire $wal --up-to 1 <&- >&- 2>&-").code, kExitIo);
  EXPECT_EQ(run("export $wal <&- >&- 2>&-").code, kExitIo);
  EXPECT_EQ(run("import $wal <&- >&- 2>&-").code, kExitIo);
  EXPECT_EQ(run("dump $wal/none <&- >&- 2>&-").code, kExitConfiguration);
  for (std::size_t i = 0; i < data.size(); ++i) {
    EXPECT_EQ(load(data_file(segment_names()[i])), data[i]);
  }
  EXPECT_EQ(load(segments() / segment_names().back() / "lock.mdb").find("OrderRested"),
            std::string::npos);
  EXPECT_EQ(load(root() / kLockFile).find("limit"), std::string::npos);
}

// As root would make them for a group that backs the log up.
TEST_F(ToolWordsTest, WhatItMakesHasItsModeWhateverTheUmask) {
  using std::filesystem::perms;
  constexpr perms kFile = perms::owner_read | perms::owner_write | perms::group_read;
  const path lock = root() / kLockFile;
  for (const char* const mask : {"0000", "0077"}) {
    std::filesystem::remove(lock);
    EXPECT_EQ(test::Child({"/bin/sh",
                           "-c",
                           std::string{"umask "} + mask + "; exec " BETEX_JOURNAL_TOOL " retire " +
                               root().string() + " --up-to 1"})
                  .wait(),
              0);
    EXPECT_EQ(std::filesystem::status(lock).permissions(), kFile) << mask;
  }
}

}  // namespace
}  // namespace betex::journal
