// The rules of engagement against dictionaries and code, as QuickFIX reads the former: a table that
// is out of date fails here.

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fix_spec/messages.h"
#include "fix_spec/operations.h"
#include "fix_spec/reasons.h"
#include "gateway/wire/known_tags.h"
#include "gateway/wire/session_reject.h"
#include "matching/reason.h"
#include "tests/fix_spec/all_reasons.h"
#include "tests/fix_spec/dictionaries.h"

namespace betex::fix {
namespace {

using matching::Reason;
using testing::all_reasons;
using testing::application_dictionary;
using testing::dictionary_of;
using testing::session_dictionary;

constexpr std::array kVersions{FixVersion::Fixt11, FixVersion::Fix44};
constexpr int kMaxTag = 30'000;

using Row = std::vector<std::string>;

// The cells of "| a | b |", without the spaces around them.
Row cells_of(const std::string& line) {
  Row cells;
  std::istringstream stream{line.substr(1)};
  for (std::string cell; std::getline(stream, cell, '|');) {
    const auto begin = cell.find_first_not_of(' ');
    const auto end = cell.find_last_not_of(' ');
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return cells;
}

// The document's tables by the heading above them, without their head lines.
std::map<std::string, std::vector<Row>> read_tables() {
  std::ifstream file{std::string{BETEX_SOURCE_DIR} + "/fix_spec/rules_of_engagement.md"};
  EXPECT_TRUE(file.is_open());
  std::map<std::string, std::vector<Row>> tables;
  std::string heading;
  bool in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) {
      heading = line.substr(line.find(' ') + 1);
    }
    if (!line.starts_with('|')) {
      in_table = false;
    } else if (line.starts_with("|---")) {
      in_table = true;
    } else if (in_table) {
      tables[heading].push_back(cells_of(line));
    }
  }
  return tables;
}

const std::map<std::string, std::vector<Row>>& tables() {
  static const auto all = read_tables();
  return all;
}

// A message's row as the document has it: tag and name, whether it is there, whether required.
struct Entry {
  int tag;
  std::string name;
  bool required;

  friend auto operator<=>(const Entry&, const Entry&) = default;
};

void PrintTo(const Entry& entry, std::ostream* out) {
  *out << entry.tag << " " << entry.name << (entry.required ? " Y" : " N");
}

// What the tags of a group's entries have before them.
constexpr std::string_view kInGroup = "→";

// Of the message itself, without its groups' entries.
std::set<Entry> documented(const std::vector<Row>& rows, FixVersion version) {
  std::set<Entry> entries;
  for (const Row& row : rows) {
    if (row.front().starts_with(kInGroup)) {
      continue;
    }
    EXPECT_EQ(row.size(), 5U) << row.front();
    const std::string& requirement = row[version == FixVersion::Fixt11 ? 2 : 3];
    EXPECT_THAT(requirement, ::testing::AnyOf("Y", "N", "C", "–")) << row.front();
    if (requirement != "–") {
      entries.insert({std::stoi(row[0]), row[1], requirement == "Y"});
    }
  }
  return entries;
}

std::string field_name(const FIX::DataDictionary& dictionary, int tag) {
  std::string name;
  EXPECT_TRUE(dictionary.getFieldName(tag, name)) << tag;
  return name;
}

std::set<Entry> in_dictionary(const FIX::DataDictionary& dictionary, const std::string& msg_type) {
  std::set<Entry> entries;
  for (int tag = 1; tag <= kMaxTag; ++tag) {
    if (dictionary.isMsgField(msg_type, tag)) {
      entries.insert({tag, field_name(dictionary, tag), dictionary.isRequiredField(msg_type, tag)});
    }
  }
  return entries;
}

// Behind the heading of a message that goes both ways: the table of what we take.
const std::string kFromOperators = ", from operators";

// All rows of a message: where it goes both ways, of both its tables, and what both have is
// required where both require it. QuickFIX's dictionaries know no direction.
std::set<Entry> documented_both_ways(const std::string& heading, FixVersion version) {
  std::set<Entry> entries = documented(tables().at(heading), version);
  const auto other = tables().find(heading + kFromOperators);
  if (other == tables().end()) {
    return entries;
  }
  const std::set<Entry> others = documented(other->second, version);
  if (others.empty()) {
    return entries;
  }
  std::set<Entry> both;
  for (const std::set<Entry>* const all : {&std::as_const(entries), &others}) {
    for (const Entry& entry : *all) {
      const bool required = entries.contains(entry) && others.contains(entry) && entry.required;
      both.insert({entry.tag, entry.name, required});
    }
  }
  return both;
}

// The message types that the document has a table for: "Name (T)".
std::map<std::string, std::string> documented_messages() {
  std::map<std::string, std::string> heading_of;
  for (const auto& [heading, rows] : tables()) {
    if (const auto open = heading.find(" ("); open != std::string::npos && heading.ends_with(')')) {
      heading_of[heading.substr(open + 2, heading.size() - open - 3)] = heading;
    }
  }
  return heading_of;
}

// One character, two capitals, and what the code knows besides.
std::set<std::string> possible_msg_types() {
  std::set<std::string> types;
  for (const MessageSpec* const message : kMessages) {
    types.emplace(message->type);
  }
  for (char first = '0'; first <= 'z'; ++first) {
    types.emplace(1, first);
  }
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      types.insert({first, second});
    }
  }
  return types;
}

TEST(Rules, HaveATableForEveryMessageOfTheDictionariesAndNoOther) {
  const auto heading_of = documented_messages();
  std::set<std::string_view> types;
  for (const MessageSpec* const message : kMessages) {
    types.insert(message->type);
  }
  EXPECT_EQ(heading_of.size(), types.size());
  for (const std::string& msg_type : possible_msg_types()) {
    for (const FixVersion version : kVersions) {
      const bool told = heading_of.contains(msg_type) &&
                        !documented(tables().at(heading_of.at(msg_type)), version).empty();
      const bool known = dictionary_of(version, msg_type).isMsgType(msg_type);
      EXPECT_EQ(told, known) << msg_type;
    }
  }
}

TEST(Rules, ListTheFieldsOfEveryMessageAsTheDictionariesDo) {
  for (const auto& [msg_type, heading] : documented_messages()) {
    for (const FixVersion version : kVersions) {
      const FIX::DataDictionary& dictionary = dictionary_of(version, msg_type);
      if (!dictionary.isMsgType(msg_type)) {
        continue;  // the table says so, as the test above has seen
      }
      EXPECT_EQ(documented_both_ways(heading, version), in_dictionary(dictionary, msg_type))
          << heading;
      std::string name;
      ASSERT_TRUE(dictionary.getValueName(35, msg_type, name));
      EXPECT_EQ(heading, name + " (" + msg_type + ")");
    }
  }
}

TEST(Rules, ListHeaderAndTrailerAsTheDictionariesDo) {
  for (const FixVersion version : kVersions) {
    const FIX::DataDictionary& dictionary = session_dictionary(version);
    std::set<int> expected;
    for (int tag = 1; tag <= kMaxTag; ++tag) {
      if (dictionary.isHeaderField(tag) || dictionary.isTrailerField(tag)) {
        expected.insert(tag);
      }
    }
    std::set<int> listed;
    for (const Entry& entry : documented(tables().at("Header and trailer"), version)) {
      listed.insert(entry.tag);
      EXPECT_EQ(entry.name, field_name(dictionary, entry.tag));
    }
    EXPECT_EQ(listed, expected);
  }
}

// The entries of the groups by their counts.
std::map<int, std::set<int>> documented_groups(const std::vector<Row>& rows, FixVersion version) {
  std::map<int, std::set<int>> groups;
  std::vector<int> counts;  // the row above, by the number of its arrows
  for (const Row& row : rows) {
    std::string_view tag = row.front();
    std::size_t depth = 0;
    for (; tag.starts_with(kInGroup); tag.remove_prefix(kInGroup.size())) {
      ++depth;
    }
    counts.resize(depth + 1);
    counts[depth] = std::stoi(std::string{tag});
    if (depth > 0 && row[version == FixVersion::Fixt11 ? 2 : 3] != "–") {
      groups[counts[depth - 1]].insert(counts[depth]);
    }
  }
  return groups;
}

// The same of a message, or of a group's entry, with the groups within them.
std::map<int, std::set<int>> groups_of(const FIX::DataDictionary& dictionary,
                                       const std::string& msg_type) {
  std::map<int, std::set<int>> groups;
  for (int count = 1; count <= kMaxTag; ++count) {
    const FIX::DataDictionary* group = nullptr;
    int first = 0;
    if (!dictionary.getGroup(msg_type, count, first, group)) {
      continue;
    }
    for (int tag = 1; tag <= kMaxTag; ++tag) {
      if (group->isField(tag)) {
        groups[count].insert(tag);
      }
    }
    groups.merge(groups_of(*group, msg_type));
  }
  return groups;
}

TEST(Rules, ListTheFieldsOfEveryGroupAsTheDictionariesDo) {
  std::size_t groups = 0;
  for (const auto& [msg_type, heading] : documented_messages()) {
    for (const FixVersion version : kVersions) {
      const auto expected = groups_of(dictionary_of(version, msg_type), msg_type);
      groups += expected.size();
      EXPECT_EQ(documented_groups(tables().at(heading), version), expected) << heading;
    }
  }
  EXPECT_EQ(groups, 34U) << "Logon has one in either dialect, News two, PositionReport one; "
                            "SecurityList and SecurityListUpdateReport two, MarketDataRequest and "
                            "MarketSettlementReport three, the two messages of market data, ten "
                            "of operations, three of replays and UserResponse one";
}

TEST(Rules, ListWhatEachRoleMaySend) {
  const std::map<std::string, SessionRole> roles{{"Broker", SessionRole::Broker},
                                                 {"DropCopy", SessionRole::DropCopy},
                                                 {"Ops", SessionRole::Ops},
                                                 {"MarketData", SessionRole::MarketData}};
  ASSERT_EQ(tables().at("Roles").size(), roles.size());
  std::map<std::string, RoleSet> senders;
  for (const MessageSpec* const message : kMessages) {
    if (message->layer == Layer::Application) {
      const std::string name = std::string{message->name} + "(" + std::string{message->type} + ")";
      const bool request = message->direction == Direction::Inbound;
      senders[name] = request ? message->roles : senders[name];
    }
  }
  for (const Row& row : tables().at("Roles")) {
    for (const auto& [name, may_send] : senders) {
      EXPECT_EQ(row[1].find(name) != std::string::npos, may_send.contains(roles.at(row[0])))
          << row[0] << " " << name;
    }
  }
}

TEST(Rules, ListEveryOperation) {
  std::vector<std::string> listed;
  for (const Row& row : tables().at("Commands")) {
    listed.push_back(row[0]);
  }
  EXPECT_EQ(listed,
            (std::vector<std::string>{kOperationWords.begin(),
                                      kOperationWords.begin() + kOperationsByUoc}));
  std::set<std::string_view> words;
  for (const Value& value : field::kOpsCommand.values) {
    words.insert(value.text);
  }
  EXPECT_EQ(words, (std::set<std::string_view>{kOperationWords.begin(), kOperationWords.end()}));
}

TEST(Rules, ListOurOwnTags) {
  std::set<int> listed;
  for (const Row& row : tables().at("7. Tags of our own")) {
    listed.insert(std::stoi(row[0]));
  }
  std::set<int> expected;
  for (int tag = 20'001; tag <= kMaxTag; ++tag) {
    for (const FixVersion version : kVersions) {
      if (application_dictionary(version).isField(tag)) {
        expected.insert(tag);
        EXPECT_LE(tag, 20'199);
      }
    }
  }
  EXPECT_EQ(listed, expected);
}

TEST(Rules, ListEveryEngineReasonWithItsCodes) {
  std::vector<Row> expected;
  for (const Reason reason : all_reasons()) {
    const ReasonCodes codes = codes_of(reason);
    expected.push_back({std::to_string(static_cast<int>(reason)),
                        std::string{matching::to_text(reason)},
                        std::to_string(codes.ord_rej_reason),
                        std::to_string(codes.cxl_rej_reason),
                        std::to_string(codes.business_reject_reason),
                        std::string(1, static_cast<char>(codes.retry))});
  }
  EXPECT_GT(expected.size(), 30U);
  EXPECT_EQ(tables().at("Engine reasons"), expected);
}

TEST(Rules, ListEverySessionRejectReasonThatWeGive) {
  std::set<std::string> listed;
  for (const Row& row : tables().at("SessionRejectReason")) {
    listed.insert(row[0]);
  }
  std::set<std::string> expected;
  for (std::uint16_t code = 0; code <= session_reject::kOther; ++code) {
    if (session_reject::to_text(code) != "Other" || code == session_reject::kOther) {
      expected.insert(std::to_string(code));
    }
  }
  EXPECT_EQ(listed, expected);
}

// ---- The dictionaries themselves ----------------------------------------------------------------

TEST(Dictionaries, HaveNoLengthOrDataFieldButBodyLength) {
  for (const std::string name : {"FIXT11.xml", "FIX50SP2.xml", "FIX44.xml"}) {
    const FIX::DataDictionary dictionary = testing::load_dictionary(name);
    int fields = 0;
    for (int tag = 1; tag <= kMaxTag; ++tag) {
      if (!dictionary.isField(tag)) {
        continue;
      }
      ++fields;
      FIX::TYPE::Type type = FIX::TYPE::Unknown;
      ASSERT_TRUE(dictionary.getFieldType(tag, type));
      EXPECT_NE(type, FIX::TYPE::Unknown) << name << " " << tag;
      EXPECT_FALSE(dictionary.isDataField(tag)) << name << " " << tag;
      EXPECT_NE(type, FIX::TYPE::Data) << name << " " << tag;
      EXPECT_NE(type, FIX::TYPE::XmlData) << name << " " << tag;
      EXPECT_EQ(type == FIX::TYPE::Length, tag == 9) << name << " " << tag;
    }
    EXPECT_GT(fields, 30) << name;
  }
}

TEST(Dictionaries, HaveTheTagsThatTheCodeKnows) {
  for (const FixVersion version : kVersions) {
    const FIX::DataDictionary& session = session_dictionary(version);
    const FIX::DataDictionary& application = application_dictionary(version);
    const auto in_body = [&](const FIX::DataDictionary& dictionary, int tag) {
      return dictionary.isField(tag) && !session.isHeaderField(tag) && !session.isTrailerField(tag);
    };
    for (int tag = 1; tag <= kMaxTag; ++tag) {
      const auto number = static_cast<std::uint32_t>(tag);
      const bool of_session = is_session_tag(number, version);
      const bool of_application = is_application_tag(number, version);
      EXPECT_EQ(of_session || of_application, in_body(session, tag) || in_body(application, tag))
          << tag;
      if (version == FixVersion::Fixt11) {
        EXPECT_EQ(of_session, in_body(session, tag)) << tag;
        EXPECT_EQ(of_application, in_body(application, tag)) << tag;
      }
      for (const char* type : {"0", "1", "2", "3", "4", "5", "A"}) {
        EXPECT_TRUE(of_session || !session.isMsgField(type, tag) || !in_body(session, tag)) << tag;
      }
    }
  }
}

}  // namespace
}  // namespace betex::fix
