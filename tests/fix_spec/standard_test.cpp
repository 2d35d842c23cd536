// What we send against QuickFIX's own dictionaries, which a client may have in place of ours: no
// field that the standard message lacks, and no value but those that are listed here and in the
// rules of engagement. Debian's package has these dictionaries in the form that QuickFIX's message
// classes were generated in: a header for each message, with its fields, groups and, as arguments
// of the constructor, required fields.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fix_spec/messages.h"
#include "tests/fix_spec/dictionaries.h"

namespace betex::fix {
namespace {

using testing::dictionary_of;

const std::filesystem::path kHeaders = BETEX_QUICKFIX_HEADERS;
constexpr std::array kVersions{FixVersion::Fixt11, FixVersion::Fix44};
constexpr int kMaxTag = 30'000;
constexpr int kNoMsgTypes = 384;  // of a Logon: taken, and not sent

// Of a later extension pack than QuickFIX's dictionaries.
constexpr std::string_view kPartyActionReportType = "DI";

// But for the types of message that FIX leaves to whoever agrees on them.
std::vector<std::string> sent_in(FixVersion version) {
  std::vector<std::string> types;
  for (const MessageSpec* const message : kMessages) {
    const bool ours = message->type.starts_with('U') || message->type == kPartyActionReportType;
    if (message->direction != Direction::Inbound && message->is_in(version) && !ours) {
      types.emplace_back(message->type);
    }
  }
  return types;
}

// FIX leaves these to whoever agrees on them.
bool is_user_defined(int tag) {
  return (tag >= 5'000 && tag < 10'000) || (tag >= 20'000 && tag < 40'000);
}

struct StandardMessage {
  std::map<std::string, std::set<std::string>> fields;  // by group; "": of no group
  std::vector<std::string> required;
};

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream{file};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

StandardMessage parse(const std::string& header) {
  static const std::regex group{R"(class (\w+): public FIX::Group)"};
  static const std::regex field{R"(FIELD_SET\(\*this, FIX::(\w+)\);)"};
  static const std::regex argument{R"(const FIX::(\w+)& a\w+)"};
  StandardMessage message;
  std::vector<std::string> groups{""};
  std::istringstream lines{header};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, group)) {
      groups.push_back(match[1]);
    } else if (line.ends_with("};") && groups.size() > 1) {
      groups.pop_back();
    } else if (std::regex_search(line, match, field)) {
      message.fields[groups.back()].insert(match[1]);
    } else if (std::regex_search(line, match, argument)) {
      message.required.push_back(match[1]);
    }
  }
  return message;
}

// By MsgType, of one of the folders of headers.
std::map<std::string, StandardMessage> read_messages(const std::string& folder) {
  static const std::regex msg_type{R"re(return FIX::MsgType\("(\w+)"\))re"};
  std::map<std::string, StandardMessage> messages;
  for (const auto& entry : std::filesystem::directory_iterator{kHeaders / folder}) {
    const std::string header = content_of(entry.path());
    std::smatch match;
    if (std::regex_search(header, match, msg_type)) {
      messages[match[1]] = parse(header);
    }
  }
  return messages;
}

const StandardMessage& standard(FixVersion version, const std::string& msg_type) {
  static const auto fix44 = read_messages("fix44");
  static const auto fix50sp2 = read_messages("fix50sp2");
  static const auto fixt11 = read_messages("fixt11");
  if (version == FixVersion::Fix44) {
    return fix44.at(msg_type);
  }
  return fixt11.contains(msg_type) ? fixt11.at(msg_type) : fix50sp2.at(msg_type);
}

std::string name_of(const FIX::DataDictionary& dictionary, int tag) {
  std::string name;
  EXPECT_TRUE(dictionary.getFieldName(tag, name)) << tag;
  return name;
}

// We send this field; the dictionary has what we take too.
bool is_sent(const std::string& msg_type, int tag) {
  return std::ranges::any_of(kMessages, [&](const MessageSpec* message) {
    return message->type == msg_type && message->direction != Direction::Inbound &&
           std::ranges::any_of(message->fields, [&](const MessageField& row) {
             return static_cast<int>(row.field.tag) == tag;
           });
  });
}

// Fields of later extension packs, and fields of other messages of the standard, on what operators
// or market data sessions alone get, or who has asked by a message of a later extension pack: they
// take our dictionaries, as the rules of engagement say.
const std::map<std::string, std::set<int>> kOnlyInOurs{
    {"d", {146, 561, 562, 797, 1140, 1300, 1607, 2330}},
    {"BZ", {797, 2330}},
    {"BD", {893}},
    {"BF", {1610}},
    {"W", {83, 779, 893, 1300, 1682}},
    {"Y", {55, 1300}},
};

TEST(StandardMessages, HaveEveryFieldThatWeSend) {
  std::map<std::string, std::set<int>> lacking;
  for (const FixVersion version : kVersions) {
    for (const std::string& msg_type : sent_in(version)) {
      const FIX::DataDictionary& ours = dictionary_of(version, msg_type);
      const auto& known = standard(version, msg_type).fields.at("");
      for (int tag = 1; tag <= kMaxTag; ++tag) {
        if (ours.isMsgField(msg_type, tag) && is_sent(msg_type, tag) && !is_user_defined(tag) &&
            !known.contains(name_of(ours, tag))) {
          lacking[msg_type].insert(tag);
        }
      }
    }
  }
  EXPECT_EQ(lacking, kOnlyInOurs);
}

// To those who take our dictionaries.
const std::set<std::string> kGroupsOnlyInOurs{"d", "BD", "BF", "BK", "W", "X"};

// The fields of the entries of a message's groups, by the groups' counts; also of groups in groups.
// NOLINTNEXTLINE(misc-no-recursion): as deep as groups are
std::map<int, std::set<int>> groups_of(const FIX::DataDictionary& dictionary,
                                       const std::string& msg_type) {
  std::map<int, std::set<int>> groups;
  for (int count = 1; count <= kMaxTag; ++count) {
    int first = 0;
    const FIX::DataDictionary* group = nullptr;
    if (count == kNoMsgTypes || !dictionary.getGroup(msg_type, count, first, group)) {
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

// A field that a client's dictionary does not have there ends the group, one of the user's too.
TEST(StandardMessages, HaveEveryFieldOfTheirGroupsThatWeSend) {
  std::size_t checked = 0;
  for (const FixVersion version : kVersions) {
    for (const std::string& msg_type : sent_in(version)) {
      if (kGroupsOnlyInOurs.contains(msg_type)) {
        continue;
      }
      const FIX::DataDictionary& ours = dictionary_of(version, msg_type);
      const auto groups = groups_of(ours, msg_type);
      for (const auto& [count, tags] : groups) {
        const auto& known = standard(version, msg_type).fields.at(name_of(ours, count));
        for (const int tag : tags) {
          EXPECT_TRUE(known.contains(name_of(ours, tag)))
              << begin_string(version) << " 35=" << msg_type << ": " << tag << " of " << count;
        }
      }
      checked += groups.size();
    }
  }
  EXPECT_EQ(checked, 11U)
      << "News has two in either dialect, PositionReport one, SecurityList two, "
         "OrderMassActionReport one, as the two that tell of a replay";
}

TEST(StandardMessages, RequireNothingThatWeMayLeaveOut) {
  for (const FixVersion version : kVersions) {
    for (const std::string& msg_type : sent_in(version)) {
      const FIX::DataDictionary& ours = dictionary_of(version, msg_type);
      for (const std::string& name : standard(version, msg_type).required) {
        int tag = 0;
        EXPECT_TRUE(ours.getFieldTag(name, tag) && ours.isRequiredField(msg_type, tag))
            << begin_string(version) << " 35=" << msg_type << ": " << name;
      }
    }
  }
}

// ---- Values -------------------------------------------------------------------------------------

// The values of QuickFIX's dictionaries, all versions together, by field.
std::map<std::string, std::set<std::string>> read_values() {
  static const std::regex constant{
      R"re(const \w+ ([A-Za-z]+)_\w+(?:\[\])? = ['"]?([^'";]+)['"]?;)re"};
  std::map<std::string, std::set<std::string>> values;
  std::istringstream lines{content_of(kHeaders / "FixValues.h")};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, constant)) {
      values[match[1]].insert(match[2]);
    }
  }
  return values;
}

std::vector<std::string> range(int first, int last) {
  std::vector<std::string> values;
  for (int value = first; value <= last; ++value) {
    values.push_back(std::to_string(value));
  }
  return values;
}

std::set<std::string> with(std::vector<std::string> values, const std::set<std::string>& more) {
  std::set<std::string> all{values.begin(), values.end()};
  all.insert(more.begin(), more.end());
  return all;
}

// Volume 6 of FIX.4.4, which has fewer values than later versions, of the fields that we send.
const std::map<int, std::set<std::string>> kValuesOf44{
    {39, with(range(0, 9), {"A", "B", "C", "D", "E"})},
    {40, with(range(1, 9), {"D", "E", "G", "I", "J", "K", "L", "M", "P"})},
    {54, with(range(1, 9), {"A", "B", "C", "D", "E", "F", "G"})},
    {59, with(range(0, 7), {})},
    {98, with(range(0, 6), {})},
    {102, with(range(0, 6), {"99"})},
    {103, with(range(0, 15), {"99"})},
    {150, with(range(3, 9), {"0", "A", "B", "C", "D", "E", "F", "G", "H", "I"})},
    {373, with(range(0, 17), {"99"})},
    {378, with(range(0, 10), {"99"})},
    {380, with(range(0, 7), {})},
    {434, with(range(1, 2), {})},
    {530, with(range(1, 7), {})},
    {531, with(range(0, 7), {})},
    {532, with(range(0, 6), {"99"})},
    {851, with(range(1, 3), {})},
};

// Of FIX.5.0SP2 as it was first published; the rules of engagement name them too. 326 from 100 on
// are ours, the others came with extension packs.
const std::map<int, std::set<std::string>> kNewIn50{{103, {"25"}},
                                                    {326, {"100", "101", "102"}},
                                                    {378, {"12", "13", "18", "19", "20"}},
                                                    {380, {"8"}},
                                                    {965, {"4", "5", "9", "10"}},
                                                    {1375, {"2"}}};

TEST(StandardValues, AreAllThatWeSendInFix44) {
  int enumerated = 0;
  for (const std::string& msg_type : sent_in(FixVersion::Fix44)) {
    const FIX::DataDictionary& ours = dictionary_of(FixVersion::Fix44, msg_type);
    for (const auto& [tag, known] : kValuesOf44) {
      if (!ours.isMsgField(msg_type, tag)) {
        continue;
      }
      ++enumerated;
      for (const std::string& value : range(0, 100)) {
        EXPECT_TRUE(!ours.isFieldValue(tag, value) || known.contains(value)) << tag << "=" << value;
      }
      for (char letter = 'A'; letter <= 'Z'; ++letter) {
        const std::string value(1, letter);
        EXPECT_TRUE(!ours.isFieldValue(tag, value) || known.contains(value)) << tag << "=" << value;
      }
    }
  }
  EXPECT_GT(enumerated, 15);
}

TEST(StandardValues, LackInFix50OnlyThoseThatAreListed) {
  const auto standard_values = read_values();
  std::map<int, std::set<std::string>> lacking;
  for (const std::string& msg_type : sent_in(FixVersion::Fixt11)) {
    const FIX::DataDictionary& ours = dictionary_of(FixVersion::Fixt11, msg_type);
    std::set<int> tags;
    for (int tag = 1; tag <= kMaxTag; ++tag) {
      if (ours.isMsgField(msg_type, tag)) {
        tags.insert(tag);
      }
    }
    for (const auto& [count, entry] : groups_of(ours, msg_type)) {
      tags.insert(entry.begin(), entry.end());
    }
    for (const int tag : tags) {
      if (is_user_defined(tag) || !ours.hasFieldValue(tag)) {
        continue;
      }
      const auto known = standard_values.find(name_of(ours, tag));
      std::vector<std::string> candidates = range(0, 200);
      for (char letter = 'A'; letter <= 'Z'; ++letter) {
        candidates.emplace_back(1, letter);
      }
      for (const std::string& value : candidates) {
        if (known != standard_values.end() && ours.isFieldValue(tag, value) &&
            !known->second.contains(value)) {
          lacking[tag].insert(value);
        }
      }
    }
  }
  EXPECT_EQ(lacking, kNewIn50);
}

}  // namespace
}  // namespace betex::fix
