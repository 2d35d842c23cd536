// Every .script file of this folder, one test each.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/scripts/script_runner.h"

namespace betex::matching::testing {
namespace {

const std::filesystem::path kFolder = std::filesystem::path{BETEX_SOURCE_DIR} / "tests/scripts";

std::vector<std::string> script_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".script") {
      names.push_back(entry.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Script : public ::testing::TestWithParam<std::string> {};

TEST_P(Script, TellsItsStory) {
  std::ifstream file{kFolder / (GetParam() + ".script")};
  std::ostringstream text;
  text << file.rdbuf();
  ASSERT_NE(text.str(), "");
  EXPECT_EQ(ScriptRunner{}.run(text.str()), "");
}

INSTANTIATE_TEST_SUITE_P(Scripts,
                         Script,
                         ::testing::ValuesIn(script_names()),
                         [](const auto& script) { return script.param; });

TEST(ScriptRunner, TellsWhatDiffers) {
  const std::string start = "market RAIN binary LinearCent\nalice buys 10 RAIN @ 0.60\n";
  EXPECT_EQ(ScriptRunner{}.run(start),
            "line 2 said more than the script:\n"
            "> accepted #1 alice bid 10 @ 0.6000 rests");
  EXPECT_EQ(ScriptRunner{}.run(start + "> accepted #2"),
            "line 3: expected  accepted #2\n"
            "but got  accepted #1 alice bid 10 @ 0.6000 rests");
  EXPECT_THROW(ScriptRunner{}.run("alice dances"), std::invalid_argument);
}

// Or a script that is mistaken would take it for empty.
TEST(ScriptRunner, DrawsNothingThatThereIsNot) {
  const std::string start = "market RAIN binary LinearCent\naccount alice\n";
  EXPECT_EQ(ScriptRunner{}.run(start + "book RAIN\nrow alice RAIN"), "");
  EXPECT_THROW(ScriptRunner{}.run(start + "book RIAN"), std::invalid_argument);
  EXPECT_THROW(ScriptRunner{}.run(start + "row alice RIAN"), std::invalid_argument);
}

}  // namespace
}  // namespace betex::matching::testing
