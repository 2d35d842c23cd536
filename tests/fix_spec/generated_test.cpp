// The files that are made from the table of messages: that they are what it would give now, and
// what the table of today does not show.

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fix_spec/fields.h"
#include "fix_spec/generate/generate.h"
#include "gateway/session/quickfix.h"

namespace betex::fix {
namespace {

using ::testing::HasSubstr;

std::string committed(const std::string& name) {
  std::ifstream file{std::string{BETEX_SOURCE_DIR} + "/fix_spec/" + name};
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(GeneratedFiles, AreWhatTheTableGives) {
  const auto files = generate(committed(std::string{kRulesFile}));
  EXPECT_EQ(files.size(), 6U);
  for (const auto& [name, content] : files) {
    EXPECT_TRUE(content == committed(name))
        << "fix_spec/" << name << " is out of date: build write_fix_spec and run it on fix_spec/";
  }
}

// ---- A type of message that goes both ways with different fields
// ---------------------------------

constexpr std::array kSubjectFields{MessageField{field::kSymbol, "YY"}};
constexpr Group kSubjects{.fields = kSubjectFields};
constexpr std::array kPricedFields{MessageField{field::kSymbol, "YY"},
                                   MessageField{field::kPrice, "YY"}};
constexpr Group kPriced{.fields = kPricedFields};

constexpr std::array kFromUsFields{MessageField{field::kOrigTime, "YY"},
                                   MessageField{field::kNoRelatedSym, "YN", "", &kSubjects},
                                   MessageField{field::kHeadline, "YY"}};
constexpr std::array kToUsFields{MessageField{field::kNoRelatedSym, "Y-", "", &kPriced},
                                 MessageField{field::kHeadline, "Y-", "at most 20 & <5> lines"},
                                 MessageField{field::kOrderQty, "Y-"},
                                 MessageField{field::kText, "C-", "with 38=1"}};
constexpr MessageSpec kFromUs{
    .type = "B", .name = "News", .direction = Direction::Outbound, .fields = kFromUsFields};
constexpr MessageSpec kToUs{
    .type = "B", .name = "News", .direction = Direction::Inbound, .fields = kToUsFields};
constexpr std::array<const MessageSpec*, 2> kBothWays{&kFromUs, &kToUs};

FIX::DataDictionary dictionary(FixVersion version, Messages messages) {
  std::istringstream text{quickfix_dictionary({.file = "test.xml",
                                               .title = "A test",
                                               .version = version,
                                               .application = true,
                                               .type = "FIX",
                                               .major = "5",
                                               .minor = "0",
                                               .service_pack = "2"},
                                              messages)};
  return FIX::DataDictionary{text};
}

TEST(QuickFixDictionary, HasTheFieldsOfBothDirectionsAndRequiresWhatBothDo) {
  const FIX::DataDictionary both = dictionary(FixVersion::Fixt11, kBothWays);
  for (const int tag : {38, 42, 58, 146, 148}) {
    EXPECT_TRUE(both.isMsgField("B", tag)) << tag;
    EXPECT_EQ(both.isRequiredField("B", tag), tag == 146 || tag == 148) << tag;
  }
  const FIX::DataDictionary* group = nullptr;
  int first = 0;
  ASSERT_TRUE(both.getGroup("B", 146, first, group));
  EXPECT_EQ(first, 55);
  EXPECT_TRUE(group->isField(55));
  EXPECT_TRUE(group->isField(44));
}

TEST(QuickFixDictionary, HasOneDirectionAloneWhereTheDialectHasOneAlone) {
  const FIX::DataDictionary alone = dictionary(FixVersion::Fix44, kBothWays);
  EXPECT_FALSE(alone.isField(38));
  EXPECT_TRUE(alone.isRequiredField("B", 42));
  EXPECT_FALSE(alone.isRequiredField("B", 146));
}

TEST(Orchestra, HasAScenarioForEachDirection) {
  const std::string both = orchestra(FixVersion::Fixt11, kBothWays);
  EXPECT_THAT(both, HasSubstr(R"(scenario="ToExchange")"));
  EXPECT_THAT(both, HasSubstr(R"(scenario="ToClient")"));
  EXPECT_THAT(both, HasSubstr(R"(name="NewsToExchangeNoRelatedSymGrp")"));
  EXPECT_THAT(both, HasSubstr(R"(name="NewsToClientNoRelatedSymGrp")"));
  EXPECT_THAT(orchestra(FixVersion::Fix44, kBothWays), HasSubstr(R"(scenario="base")"));
}

TEST(Orchestra, MakesAConditionalFieldOptionalAndSaysWhenItIsRequired) {
  const std::string text = orchestra(FixVersion::Fixt11, kBothWays);
  EXPECT_THAT(text, HasSubstr(R"(<fixr:fieldRef id="58" presence="optional">)"));
  EXPECT_THAT(text, HasSubstr("Conditionally required: with 38=1<"));
  EXPECT_THAT(text, HasSubstr(">at most 20 &amp; &lt;5&gt; lines<"));
}

// ---- Tag tables ---------------------------------------------------------------------------------

constexpr std::array<const MessageSpec*, 1> kOneMessage{&kToUs};

TEST(TagTables, ReplaceWhatStandsBetweenTheirMarkersAndNothingElse) {
  const std::string document =
      "above\n<!-- tags of B, inbound -->\nold\n<!-- end of tags -->\nbelow";
  EXPECT_EQ(with_tag_tables(document, kOneMessage),
            "above\n<!-- tags of B, inbound -->\n\n"
            "| tag | name | FIXT.1.1 | FIX.4.4 | values and meaning |\n"
            "|---|---|---|---|---|\n"
            "| 146 | NoRelatedSym | Y | – | |\n"
            "| →55 | Symbol | Y | Y | |\n"
            "| →44 | Price | Y | Y | |\n"
            "| 148 | Headline | Y | – | at most 20 & <5> lines |\n"
            "| 38 | OrderQty | Y | – | |\n"
            "| 58 | Text | C | – | with 38=1 |\n"
            "\n<!-- end of tags -->\nbelow");
}

TEST(TagTables, WantEveryMessageAndKnowEveryMarker) {
  EXPECT_THROW(static_cast<void>(with_tag_tables("no table", kOneMessage)), std::runtime_error);
  for (const std::string marker : {"B, outbound", "Q, inbound", "B"}) {
    const std::string document = "<!-- tags of " + marker + " -->\n<!-- end of tags -->";
    EXPECT_THROW(static_cast<void>(with_tag_tables(document, kOneMessage)), std::runtime_error)
        << marker;
  }
  EXPECT_THROW(static_cast<void>(with_tag_tables("<!-- tags of B, inbound -->", kOneMessage)),
               std::runtime_error);
}

}  // namespace
}  // namespace betex::fix
