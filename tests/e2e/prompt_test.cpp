// betex-fix on a terminal: what is typed, completed and shown.
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"
#include "tests/support/terminal.h"

namespace betex::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPrompt = "BROKER1> ";

class PromptTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> command(const std::string& comp_id,
                                                 const std::vector<std::string>& words = {}) const {
    return betex_fix_command(comp_id, gateway_.fix_port(), folder_.path() / "state", words);
  }

  // Without the user's own ~/.editrc.
  [[nodiscard]] std::vector<std::string> home() const {
    return {"HOME=" + folder_.path().string()};
  }

  void betex_fix(const std::string& comp_id, const std::vector<std::string>& words) const {
    ChildProcess process{command(comp_id, words)};
    EXPECT_EQ(process.wait(std::chrono::seconds{180}), 0) << process.standard_error();
  }

  TempFolder folder_;
  GatewayProcess gateway_{folder_.path() / "wal"};
};

TEST_F(PromptTest, AnOrderIsTypedAndItsReportShown) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  terminal.type("lay EPL-ARS-CHE.HOME 30 @ 2.04");
  terminal.type(kEnter);
  terminal.read_to("LAY       30.00 @ 2.04    NEW");
  terminal.read_to(kPrompt);
  terminal.type("quit");
  terminal.type(kEnter);
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(PromptTest, WordsAndNamesAreCompleted) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  terminal.type("la");
  terminal.type(kTab);
  terminal.read_to("y ");
  terminal.type("RA");
  terminal.type(kTab);
  terminal.read_to("IN-LON ");
  terminal.type("5 @ 0.60 --go");
  terminal.type(kTab);  // nothing begins so
  terminal.type("\bt");
  terminal.type(kTab);
  terminal.read_to("c ");
  terminal.type(kEnter);
  EXPECT_THAT(terminal.read_to("NEW"), HasSubstr("SELL          5 @ 0.60"));
  terminal.read_to(kPrompt);
}

TEST_F(PromptTest, WhereSeveralWordsFitTheyAreListed) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  terminal.type("market de");
  terminal.type(kTab);
  terminal.read_to("describe");
  terminal.read_to("determine");
  terminal.read_to("BROKER1> market de");  // and goes on from there
  terminal.type("t");
  terminal.type(kTab);
  terminal.read_to("ermine ");
  terminal.type(kTab);
  terminal.read_to("EPL-ARS-CHE");
  terminal.read_to("RAIN-LON");
  terminal.read_to("BROKER1> market determine ");
}

TEST_F(PromptTest, AReportThatComesWhileOneTypesDoesNotDestroyTheLine) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  terminal.type("lay EPL-ARS-CHE.HOME 30 @ 2.04 --gtc");
  terminal.type(kEnter);
  terminal.read_to("NEW");
  terminal.read_to(kPrompt);
  terminal.type("buy RAIN-LON 5");
  terminal.read_to("buy RAIN-LON 5");
  betex_fix("BROKER2", {"back", "EPL-ARS-CHE.HOME", "10", "@2.04"});
  terminal.read_to("\r\x1b[J");
  terminal.read_to("TRADE");
  terminal.read_to("BROKER1> buy RAIN-LON 5");
  terminal.type(" @ 0.60");
  terminal.type(kEnter);
  terminal.read_to("BUY           5 @ 0.60    NEW");
}

TEST_F(PromptTest, AReportIsShownOnceAlsoOverALineOfManyRows) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  terminal.type("lay EPL-ARS-CHE.HOME 30 @ 2.04 --gtc");
  terminal.type(kEnter);
  terminal.read_to("NEW");
  terminal.read_to(kPrompt);
  terminal.type("# " + std::string(250, 'x'));  // 261 characters on 100 columns
  betex_fix("BROKER2", {"back", "EPL-ARS-CHE.HOME", "10", "@2.04"});
  terminal.read_to("\x1b[2A\r\x1b[J");
  terminal.read_to("TRADE");
  terminal.read_to("BROKER1> # xxx");
}

TEST_F(PromptTest, WhatWasTypedIsRememberedAlsoNextTimeAndForThisUserAlone) {
  {
    Terminal terminal{command("BROKER1"), home()};
    terminal.read_to(kPrompt);
    terminal.type("list --market RAIN-LON");
    terminal.type(kEnter);
    terminal.read_to("RAIN-LON           of RAIN-LON");
    terminal.read_to(kPrompt);
    terminal.type(kUp);
    terminal.read_to("list --market RAIN-LON");
    terminal.type(kEnter);
    terminal.read_to("RAIN-LON           of RAIN-LON");
    terminal.read_to(kPrompt);
    terminal.type(kControlD);
    EXPECT_EQ(terminal.wait(), 0);
  }
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  terminal.type(kUp);
  terminal.read_to("list --market RAIN-LON");

  int files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator{folder_.path() / "state"}) {
    if (entry.is_regular_file()) {
      struct stat info {};

      ASSERT_EQ(stat(entry.path().c_str(), &info), 0);
      EXPECT_EQ(info.st_mode & ALLPERMS, 0600U) << entry.path();
      ++files;
    }
  }
  EXPECT_EQ(files, 2);  // and the session's state
}

// A limit on the size of files stands for a full disk.
TEST_F(PromptTest, AHistoryThatCannotBeWrittenLeavesTheOneThatWas) {
  const std::string name = "BROKER1@127.0.0.1:" + std::to_string(gateway_.fix_port()) + ".history";
  const std::filesystem::path history = folder_.path() / "state" / "betex-fix" / name;
  {
    Terminal terminal{command("BROKER1"), home()};
    terminal.read_to(kPrompt);
    for (int i = 0; i < 400; ++i) {
      terminal.type("# line " + std::to_string(i) + std::string(60, '.'));
      terminal.type(kEnter);
      terminal.read_to(kPrompt);
    }
    terminal.type(kControlD);
    EXPECT_EQ(terminal.wait(), 0);
  }
  const auto size = std::filesystem::file_size(history);
  constexpr const char* kLimited = "trap '' XFSZ; ulimit -f 20; exec \"$@\"";  // 10 or 20 KiB
  ASSERT_GT(size, 20U * 1024);
  std::vector<std::string> words{"/bin/sh", "-c", kLimited, "sh"};
  for (const std::string& word : command("BROKER1")) {
    words.push_back(word);
  }
  Terminal terminal{words, home()};
  terminal.read_to(kPrompt);
  terminal.type("# one more");
  terminal.type(kEnter);
  terminal.read_to(kPrompt);
  terminal.type(kControlD);
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_EQ(std::filesystem::file_size(history), size);
  EXPECT_FALSE(std::filesystem::exists(history.string() + ".next"));
}

TEST_F(PromptTest, ControlCLeavesALineAndControlDThePrompt) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  terminal.type("cancel-all");
  terminal.read_to("cancel-all");
  terminal.type(kControlC);
  terminal.read_to("^C");
  terminal.read_to(kPrompt);
  terminal.type("orders");
  terminal.type(kEnter);
  EXPECT_THAT(terminal.read_to("no open orders"), Not(HasSubstr("mass cancel")));
  terminal.read_to(kPrompt);
  terminal.type(kControlD);
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(PromptTest, WrongWordsAreSaidAndTheNextLineIsAsked) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  for (const auto& [line, answer] : {std::pair{"  hedge everything ", "there is no 'hedge'"},
                                     {"lay", "symbol is required"},
                                     {"cancel nothing", "--symbol and --side?"},
                                     {"news \"open", "is not closed"},
                                     {"help market suspend", "market suspend MARKET REASON"},
                                     {"lay --help", "lay SYMBOL QUANTITY"}}) {
    terminal.type(line);
    terminal.type(kEnter);
    terminal.read_to(line);  // its echo
    terminal.read_to(answer);
    terminal.read_to(kPrompt);
  }
  terminal.type(" quit ");
  terminal.type(kEnter);
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(PromptTest, LinesHaveColoursUnlessSomebodyWantsNone) {
  const std::vector<std::string> refused = command("BROKER1", {"lay", "RAIN-LON", "5", "@5"});
  Terminal coloured{refused, home()};
  coloured.read_to("\x1b[31m");
  EXPECT_THAT(coloured.read_to("\x1b[0m"), HasSubstr("REJECTED"));
  EXPECT_EQ(coloured.wait(), 1);

  std::vector<std::string> environment = home();
  environment.emplace_back("NO_COLOR=1");
  Terminal plain{refused, environment};
  EXPECT_THAT(plain.read_to("REJECTED"), Not(HasSubstr("\x1b[31m")));
  EXPECT_EQ(plain.wait(), 1);
}

TEST_F(PromptTest, TheEndOfTheSessionEndsThePrompt) {
  Terminal terminal{command("BROKER1"), home()};
  terminal.read_to(kPrompt);
  gateway_.kill();
  terminal.read_to("betex-fix: ");
  EXPECT_EQ(terminal.wait(), 3);
}

TEST_F(PromptTest, ControlCEndsAScriptAndIsNoSuccess) {
  Terminal terminal{command("BROKER1", {"script"}), home()};
  terminal.type("orders\r");
  terminal.read_to("no open orders");
  terminal.type(kControlC);
  terminal.read_to("the rest of the script was not sent");
  EXPECT_EQ(terminal.wait(), 128 + SIGINT);
}

TEST_F(PromptTest, WithoutATerminalACommandIsNeeded) {
  ChildProcess process{command("BROKER1")};
  EXPECT_EQ(process.wait(std::chrono::seconds{180}), 64);
  EXPECT_THAT(process.standard_error(), HasSubstr("a subcommand is needed"));
}

}  // namespace
}  // namespace betex::test
