// `betex-journal statement` on the log of a test.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"

namespace betex::test {

class StatementRun : public WalTest {
 protected:
  ToolOutput run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "statement");
    return run_tool(root(), std::move(arguments));
  }

  // Its lines, without what stands above them, with one blank between columns.
  std::vector<std::string> entries(const std::string& account, const char* from = "0") {
    ToolOutput output = run({"--account", account, "--from", from});
    EXPECT_EQ(output.code, 0);
    output.lines.erase(output.lines.begin(), output.lines.begin() + 2);
    for (std::string& line : output.lines) {
      const auto both_blank = [](char left, char right) { return left == ' ' && right == ' '; };
      line.erase(std::unique(line.begin(), line.end(), both_blank), line.end());
    }
    return output.lines;
  }

  // What it says on standard error.
  std::string complaint(const std::string& account, int code) {
    const std::filesystem::path said = folder_.path() / "said";
    Child child{{"/bin/sh",
                 "-c",
                 "exec " BETEX_JOURNAL_TOOL " statement " + root().string() + " --account " +
                     account + " 2>" + said.string()}};
    EXPECT_EQ(child.wait(), code);
    return load(said);
  }
};

}  // namespace betex::test
