#include "gateway/tools/answer.h"

#include <gtest/gtest.h>

#include "gateway/tools/command_parser.h"

namespace betex::tools {
namespace {

using client::Message;

constexpr std::uint32_t kNumber = 7;

Message request(const std::string& line) {
  return to_message(std::get<Operation>(parse_line(line).value().body));
}

Message report(const char* type, std::initializer_list<client::Field> fields) {
  Message message{type};
  for (const client::Field& field : fields) {
    message.add(field.tag, field.value);
  }
  return message;
}

Message uor(const std::string& id, const std::string& result) {
  return report("UOR", {{20012, id}, {20011, "Suspend"}, {20013, result}});
}

Progress progress(const Message& answer, const Message& of) {
  return progress_of(client::to_report(answer), of, kNumber);
}

TEST(AnswerTest, EachResultSaysHowFarItIs) {
  const Message suspend = request("market suspend EPL goal --id r");
  EXPECT_EQ(progress(uor("r", "0"), suspend), Progress::Done);
  EXPECT_EQ(progress(uor("r", "1"), suspend), Progress::Refused);
  EXPECT_EQ(progress(uor("r", "2"), suspend), Progress::Underway);
  EXPECT_EQ(progress(uor("r", "3"), suspend), Progress::Done);
  EXPECT_EQ(progress(uor("r", "4"), suspend), Progress::Done);
  EXPECT_EQ(progress(uor("r", "4").add(20001, "121"), suspend), Progress::Refused);
  EXPECT_EQ(progress(uor("r", "4").add(126, "20261122-14:20:01"), suspend),
            Progress::WaitsForApproval);
  EXPECT_EQ(progress(uor("r", "5"), suspend), Progress::Done);
  EXPECT_EQ(progress(uor("r", "6"), suspend), Progress::WaitsForApproval);
  EXPECT_EQ(progress(uor("r", "7"), suspend), Progress::Refused);
}

TEST(AnswerTest, OtherIdsAndCopiesAnswerNothing) {
  const Message suspend = request("market suspend EPL goal --id r");
  EXPECT_EQ(progress(uor("s", "0"), suspend), Progress::Unrelated);
  EXPECT_EQ(progress(uor("r", "0").add(797, "Y"), suspend), Progress::Unrelated);
}

TEST(AnswerTest, AResultOfALaterVersionIsNotTakenForDone) {
  EXPECT_EQ(progress(uor("r", "8"), request("market suspend EPL goal --id r")),
            Progress::Unrelated);
}

TEST(AnswerTest, RequestsOfTheStandardHaveTheirOwnReportsOrAreKnown) {
  const Message create = request("market create EPL --id r");
  EXPECT_EQ(progress(report("d", {{320, "r"}, {323, "1"}}), create), Progress::Done);
  EXPECT_EQ(progress(report("d", {{320, "r"}, {323, "5"}, {20001, "120"}}), create),
            Progress::Refused);
  EXPECT_EQ(progress(uor("r", "4"), create), Progress::Done);

  const Message cancel = request("cancel --market EPL --id r");
  EXPECT_EQ(progress(report("BZ", {{11, "r"}, {1375, "1"}}), cancel), Progress::Underway);
  EXPECT_EQ(progress(report("BZ", {{11, "r"}, {1375, "1"}, {2330, "Y"}}), cancel), Progress::Done);
  EXPECT_EQ(progress(report("BZ", {{11, "r"}, {1375, "2"}, {533, "3"}}), cancel), Progress::Done);
  EXPECT_EQ(progress(report("BZ", {{11, "r"}, {1375, "0"}, {20001, "21"}}), cancel),
            Progress::Refused);

  const Message suspend = request("account suspend A --cancel-orders --id r");
  EXPECT_EQ(progress(report("DI", {{2328, "r"}, {2332, "0"}}), suspend), Progress::Underway);
  EXPECT_EQ(progress(report("DI", {{2328, "r"}, {2332, "1"}}), suspend), Progress::Done);
  EXPECT_EQ(progress(report("DI", {{2328, "r"}, {2332, "2"}, {20001, "1"}}), suspend),
            Progress::Refused);
  EXPECT_EQ(progress(report("DI", {{2332, "1"}, {797, "Y"}}), suspend), Progress::Unrelated);

  EXPECT_EQ(progress(uor("r", "0"), request("news hello --id r")), Progress::Done);
}

TEST(AnswerTest, AnAnswerOfManyMessagesEndsWithTheLast) {
  const Message sessions = report("BC", {{933, "q"}, {935, "1"}});
  EXPECT_EQ(progress(report("BD", {{933, "q"}, {893, "N"}}), sessions), Progress::Unrelated);
  EXPECT_EQ(progress(report("BD", {{933, "q"}, {893, "Y"}}), sessions), Progress::Done);

  const Message account = report("AN", {{710, "q"}});
  EXPECT_EQ(progress(report("AP", {{710, "q"}, {55, "A"}}), account), Progress::Unrelated);
  EXPECT_EQ(progress(report("AP", {{710, "q"}, {20023, "1.00"}}), account), Progress::Done);
  EXPECT_EQ(progress(report("AP", {{710, "q"}, {728, "1"}, {20001, "1"}}), account),
            Progress::Refused);
}

TEST(AnswerTest, ARefusedMessageIsNamedByItsNumber) {
  const Message suspend = request("market suspend EPL goal --id r");
  EXPECT_EQ(progress(report("j", {{45, "7"}, {380, "6"}}), suspend), Progress::Refused);
  EXPECT_EQ(progress(report("3", {{45, "8"}}), suspend), Progress::Unrelated);
}

TEST(AnswerTest, AnOrderMayWaitForItsDelay) {
  const Message order = report("D", {{11, "a"}});
  const auto execution = [](const char* type, const char* status) {
    return report("8",
                  {{11, "a"},
                   {14, "0"},
                   {17, "9.0"},
                   {37, "1"},
                   {39, status},
                   {54, "1"},
                   {150, type},
                   {151, "0"}});
  };
  EXPECT_EQ(progress(execution("A", "A"), order), Progress::WaitsForDelay);
  EXPECT_EQ(progress(execution("0", "0"), order), Progress::Done);
  EXPECT_EQ(progress(execution("8", "8"), order), Progress::Refused);
  EXPECT_EQ(progress(execution("I", "0"), order), Progress::Unrelated);
  const Message again = report("D", {{97, "Y"}, {11, "a"}});
  EXPECT_EQ(progress(execution("I", "2"), again), Progress::Done);
  EXPECT_EQ(progress(execution("I", "A"), again), Progress::WaitsForDelay);
  EXPECT_EQ(progress(execution("I", "8"), again), Progress::Refused);
}

TEST(AnswerTest, AnOrderGroupsReportAnswersTheRequestThatItNames) {
  const Message trip = report("UOG", {{11, "g"}, {20080, "Q"}, {20081, "4"}});
  EXPECT_EQ(progress(report("UOH", {{11, "g"}, {20080, "Q"}, {20085, "2"}}), trip), Progress::Done);
  EXPECT_EQ(progress(report("UOH", {{11, "g"}, {20080, "Q"}, {20001, "69"}}), trip),
            Progress::Refused);
  EXPECT_EQ(progress(report("UOH", {{20080, "Q"}, {20085, "2"}}), trip), Progress::Unrelated);
  EXPECT_EQ(progress(report("UOH", {{11, "h"}, {20080, "Q"}, {20085, "2"}}), trip),
            Progress::Unrelated);
  EXPECT_EQ(progress(report("j", {{45, "7"}, {380, "8"}}), trip), Progress::Refused);
}

TEST(AnswerTest, AReplayIsUnderwayUntilItsEnd) {
  const Message replay = report("BW", {{1346, "r"}, {1347, "0"}});
  EXPECT_EQ(progress(report("BX", {{1346, "r"}, {1348, "0"}}), replay), Progress::Underway);
  EXPECT_EQ(progress(report("BX", {{1346, "r"}, {1348, "1"}}), replay), Progress::Refused);
  EXPECT_EQ(progress(report("BX", {{1346, "r"}, {1348, "2"}}), replay), Progress::Refused);
  EXPECT_EQ(progress(report("BX", {{1346, "s"}, {1348, "0"}}), replay), Progress::Unrelated);
  EXPECT_EQ(progress(report("f", {{97, "Y"}, {55, "R"}}), replay), Progress::Underway);
  EXPECT_EQ(progress(report("f", {{55, "R"}}), replay), Progress::Unrelated);
  EXPECT_EQ(progress(report("BY", {{1346, "r"}, {1426, "3"}}), replay), Progress::Done);
  EXPECT_EQ(progress(report("BY", {{1346, "s"}, {1426, "3"}}), replay), Progress::Unrelated);
}

// Of an earlier request under the same id, it would be taken for what has become of this one.
TEST(AnswerTest, WhatIsToldAgainAnswersNothing) {
  const Message order = report("D", {{97, "Y"}, {11, "a"}});
  Message told = report(
      "8",
      {{11, "a"}, {14, "0"}, {17, "9-0"}, {37, "1"}, {39, "0"}, {54, "1"}, {150, "0"}, {151, "5"}});
  EXPECT_EQ(progress(told, order), Progress::Done);
  EXPECT_EQ(progress(told.add(97, "Y"), order), Progress::Unrelated);
  const Message group = report("UOG", {{11, "g"}, {20080, "Q"}, {20081, "4"}});
  EXPECT_EQ(progress(report("UOH", {{97, "Y"}, {11, "g"}, {20080, "Q"}, {20085, "2"}}), group),
            Progress::Unrelated);
}

TEST(AnswerTest, LimitsAreOneAnswer) {
  const Message limits = report("BE", {{553, "B"}, {923, "l"}, {924, "5"}});
  EXPECT_EQ(progress(report("BF", {{553, "B"}, {923, "l"}, {926, "1"}}), limits), Progress::Done);
  EXPECT_EQ(progress(report("BF", {{553, "B"}, {923, "m"}, {926, "1"}}), limits),
            Progress::Unrelated);
}

TEST(AnswerTest, HowToAskAgainIsSaidOfWhatActsOnce) {
  EXPECT_EQ(how_to_repeat(request("market close EPL --id r")), "--id r");
  EXPECT_EQ(how_to_repeat(report("D", {{11, "a"}})), "--id a --again");
  EXPECT_EQ(how_to_repeat(report("AN", {{710, "q"}})), "");
  EXPECT_EQ(how_to_repeat(report("H", {{11, "a"}})), "");
}

}  // namespace
}  // namespace betex::tools
