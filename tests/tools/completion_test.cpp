#include "gateway/tools/completion.h"

#include <gmock/gmock.h>

namespace betex::tools {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() {
    client::Message home{"y"};
    home.add(55, "EPL-ARS-CHE.HOME").add(1300, "EPL-ARS-CHE");
    client::Message rain{"y"};
    rain.add(55, "RAIN-LON").add(1300, "RAIN-LON");
    client::Message sessions{"BD"};
    sessions.add(936, "2").add(930, "BROKER1").add(928, "1").add(930, "OPS1").add(928, "1");
    for (const client::Message& message : {home, rain, sessions}) {
      names_.learn(message);
    }
    names_.learn(Takes::Account, "ALICE");
    client::Message quotes{"UOH"};
    quotes.add(1, "ALICE").add(20080, "QUOTES").add(20085, "1");
    names_.learn(quotes);
  }

  [[nodiscard]] std::vector<std::string> of(std::string_view line) const {
    return completions(line, names_, {"help", "quit"});
  }

  KnownNames names_;
};

TEST_F(CompletionTest, CommandsComeWordByWord) {
  EXPECT_THAT(of("m"), ElementsAre("market", "md"));
  EXPECT_THAT(of("ca"), ElementsAre("cancel", "cancel-all"));
  EXPECT_THAT(of("market de"), ElementsAre("describe", "determine"));
  EXPECT_THAT(of("runner "), ElementsAre("add", "remove"));
  EXPECT_THAT(of("  he"), ElementsAre("help"));
  EXPECT_THAT(of("market he"), IsEmpty());
  EXPECT_THAT(of("hedge "), IsEmpty());
}

TEST_F(CompletionTest, NamesAreOfTheKindThatTheCommandTakes) {
  EXPECT_THAT(of("market open "), ElementsAre("EPL-ARS-CHE", "RAIN-LON"));
  EXPECT_THAT(of("lay E"), ElementsAre("EPL-ARS-CHE.HOME"));
  EXPECT_THAT(of("account deposit "), ElementsAre("ALICE"));
  EXPECT_THAT(of("session logout B"), ElementsAre("BROKER1"));
  EXPECT_THAT(of("runner remove EPL-ARS-CHE E"), ElementsAre("EPL-ARS-CHE.HOME"));
  EXPECT_THAT(of("market determine EPL-ARS-CHE X E"), ElementsAre("EPL-ARS-CHE.HOME"));
}

TEST_F(CompletionTest, PricesAreCompletedToo) {
  EXPECT_THAT(of("bo"), ElementsAre("book"));
  EXPECT_THAT(of("book R"), ElementsAre("RAIN-LON"));
  EXPECT_THAT(of("md "), ElementsAre("image", "list", "watch"));
  EXPECT_THAT(of("md image RAIN-LON E"), ElementsAre("EPL-ARS-CHE.HOME"));
  EXPECT_THAT(of("md watch --market E"), ElementsAre("EPL-ARS-CHE"));
  EXPECT_THAT(of("md watch --c"), ElementsAre("--conflate-ms"));
}

TEST_F(CompletionTest, OrderGroupsAreKnownByWhatIsToldOfThem) {
  EXPECT_THAT(of("gr"), ElementsAre("group"));
  EXPECT_THAT(of("group "), ElementsAre("create", "delete", "reset", "trip", "update"));
  EXPECT_THAT(of("group trip "), ElementsAre("QUOTES"));
  EXPECT_THAT(of("lay RAIN-LON 5 @ 0.6 --group "), ElementsAre("QUOTES"));
  EXPECT_THAT(of("cancel-all --group Q"), ElementsAre("QUOTES"));
  client::ExecutionReport order{
      .exec_id = "9-0", .order_id = "17", .symbol = "RAIN-LON", .order_group = "OTHERS"};
  names_.learn(order);
  EXPECT_THAT(of("group trip "), ElementsAre("OTHERS", "QUOTES"));
  client::Message unknown{"UOH"};
  unknown.add(20080, "NOWHERE").add(20001, "69");
  names_.learn(unknown);
  EXPECT_THAT(of("group trip N"), IsEmpty());
}

TEST_F(CompletionTest, ChoicesAreOffered) {
  EXPECT_THAT(of("market suspend RAIN-LON "),
              ElementsAre("goal", "pause", "runner-removal", "turning-in-play"));
  EXPECT_THAT(of("market suspend RAIN-LON goal --cancel "), ElementsAre("all", "lapsing", "none"));
}

TEST_F(CompletionTest, OptionsAreOfferedOnceAndNotInPlaceOfTheirValues) {
  EXPECT_THAT(of("market settle RAIN-LON --"), Contains("--version"));
  EXPECT_THAT(of("market settle RAIN-LON --version 7 --"), Not(Contains("--version")));
  EXPECT_THAT(of("market close RAIN-LON --v"), IsEmpty());
  EXPECT_THAT(of("market settle RAIN-LON --version "), IsEmpty());
  EXPECT_THAT(of("cancel --of "), ElementsAre("ALICE"));
  EXPECT_THAT(of("market settle RAIN-LON "), Contains("--dry-run"));
}

TEST_F(CompletionTest, WhatWasRefusedOrIsNoWordIsNotLearnt) {
  client::Message unknown{"f"};
  unknown.add(55, "NOWHERE").add(326, "20").add(20001, "20");
  names_.learn(unknown);
  names_.learn(Takes::Account, "two words");
  EXPECT_THAT(of("lay NOW"), IsEmpty());
  EXPECT_THAT(of("account deposit t"), IsEmpty());
}

TEST(CommonBeginningTest, IsWhatAllBeginWith) {
  EXPECT_EQ(common_beginning({"describe", "determine"}), "de");
  EXPECT_EQ(common_beginning({"cancel", "cancel-all"}), "cancel");
  EXPECT_EQ(common_beginning({"a", "b"}), "");
  EXPECT_EQ(common_beginning({}), "");
}

}  // namespace
}  // namespace betex::tools
