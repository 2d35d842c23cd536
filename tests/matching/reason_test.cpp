// The reasons' numbers are on disk and on the wire: the enum, its words and the table in
// matching/README.md say the same.
#include "matching/reason.h"

#include <fstream>
#include <map>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace betex::matching {
namespace {

struct Row {
  std::string name;
  std::string words;
};

// Whatever of `file` a row's expression finds: number, name and, in a table, words.
std::map<int, Row> rows_of(const std::string& file, const std::regex& row, std::size_t number) {
  std::map<int, Row> rows;
  std::ifstream stream{std::string{BETEX_SOURCE_DIR} + "/matching/" + file};
  std::smatch found;
  for (std::string line; std::getline(stream, line);) {
    if (std::regex_search(line, found, row)) {
      const std::string name = found[number == 1 ? 2 : 1];
      rows[std::stoi(found[number])] = {name, found.size() > 3 ? found[3].str() : ""};
    }
  }
  return rows;
}

TEST(Reasons, TableSaysWhatTheEnumSays) {
  const auto table = rows_of("README.md", std::regex{R"(^\| (\d+) \| (\w+) \| (.+) \|$)"}, 1);
  auto code = rows_of("reason.h", std::regex{R"(^  (\w+) = (\d+),)"}, 2);
  ASSERT_GT(code.size(), 40U);
  EXPECT_EQ(code.erase(0), 1U);  // None
  EXPECT_EQ(table.size(), code.size());
  for (const auto& [number, row] : code) {
    ASSERT_TRUE(table.contains(number)) << row.name;
    EXPECT_EQ(table.at(number).name, row.name);
    EXPECT_EQ(table.at(number).words, to_text(static_cast<Reason>(number)));
  }
}

// Numbers that clients and journals know; they never change.
TEST(Reasons, NumbersStay) {
  EXPECT_EQ(static_cast<int>(Reason::DuplicateClOrdId), 4);
  EXPECT_EQ(static_cast<int>(Reason::MarketNotOpen), 22);
  EXPECT_EQ(static_cast<int>(Reason::PriceNotOnLadder), 40);
  EXPECT_EQ(static_cast<int>(Reason::InsufficientFunds), 63);
  EXPECT_EQ(static_cast<int>(Reason::OrderGroupTripped), 66);
  EXPECT_EQ(static_cast<int>(Reason::UnknownOrderGroup), 69);
  EXPECT_EQ(static_cast<int>(Reason::PostOnlyWouldCross), 80);
  EXPECT_EQ(static_cast<int>(Reason::LapsedAtTurnInPlay), 85);
  EXPECT_EQ(static_cast<int>(Reason::TooLate), 101);
  EXPECT_EQ(static_cast<int>(Reason::DuplicateRequestId), 125);
  EXPECT_EQ(static_cast<int>(Reason::Throttled), 143);
}

}  // namespace
}  // namespace betex::matching
