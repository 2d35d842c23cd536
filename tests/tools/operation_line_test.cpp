#include "gateway/tools/operation_line.h"

#include <initializer_list>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/tools/report_line.h"

namespace betex::tools {
namespace {

using client::Message;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kTime = "20261122-14:05:01.123456";

Message message(const char* type, std::initializer_list<client::Field> fields) {
  Message built{type};
  for (const client::Field& field : fields) {
    built.add(field.tag, field.value);
  }
  return built;
}

std::string line(const Message& report) {
  const std::vector<std::string> lines = operation_lines(report);
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? std::string{} : lines.front();
}

Message suspended(const std::string& result) {
  return message("UOR",
                 {{20012, "goal-1"},
                  {20011, "Suspend"},
                  {20013, result},
                  {20020, "90211"},
                  {1300, "EPL"},
                  {20019, "3"},
                  {20005, "42"},
                  {60, kTime}});
}

TEST(OperationLineTest, TheResultStandsInWords) {
  EXPECT_EQ(line(suspended("0")),
            "2026-11-22 14:05:01.123456 EPL                Suspend DONE; suspended  version 42, "
            "event 90211  id goal-1");
  EXPECT_THAT(line(suspended("2")), HasSubstr(" DONE, what follows from it runs; suspended "));
  EXPECT_THAT(line(suspended("3").add(533, "9000")), HasSubstr(" COMPLETE, 9000 orders; "));
  EXPECT_THAT(line(message("UOR", {{20011, "Settle"}, {20013, "3"}, {533, "4"}, {1300, "EPL"}})),
              HasSubstr(" Settle COMPLETE, 4 accounts"));
  EXPECT_THAT(line(suspended("6")), HasSubstr(" WAITS FOR APPROVAL; "));
  EXPECT_THAT(
      line(message("UOR",
                   {{20012, "r"},
                    {20011, "Determine"},
                    {20013, "6"},
                    {1300, "EPL"},
                    {58, "seen it"},
                    {126, kTime},
                    {146, "2"},
                    {55, "A"},
                    {20037, "1"},
                    {20038, "2"},
                    {55, "B"},
                    {20037, "1"},
                    {20038, "2"}})),
      HasSubstr(
          " EPL                Determine WAITS FOR APPROVAL A=1/2 B=1/2 (remark \"seen it\", until "
          "20261122-14:05:01.123456)"));
  EXPECT_THAT(line(suspended("5").add(533, "7").add(2330, "Y")),
              HasSubstr(" WOULD BE DONE, 7 orders; "));
  EXPECT_THAT(line(suspended("7")), HasSubstr(" DECLINED OR EXPIRED; suspended"));
  EXPECT_THAT(line(message("UOR",
                           {{20011, "Void"},
                            {20013, "7"},
                            {1300, "EPL"},
                            {58, "declined by an operator"},
                            {20001, "129"},
                            {20015, "OPS1"},
                            {20016, "OPS2"}})),
              HasSubstr(" Void DECLINED OR EXPIRED: declined by an operator (reason 129)  asked by "
                        "OPS1, declined by OPS2"));
}

TEST(OperationLineTest, ARefusalSaysWhyAndWhetherToAskAgain) {
  Message refused = message("UOR",
                            {{20012, "r"},
                             {20011, "Resume"},
                             {20013, "1"},
                             {20020, "9"},
                             {1300, "EPL"},
                             {60, kTime},
                             {58, "the market's orders are being cancelled"},
                             {20001, "23"},
                             {20002, "Y"}});
  EXPECT_EQ(line(refused),
            "2026-11-22 14:05:01.123456 EPL                Resume REFUSED: the market's orders are "
            "being cancelled (reason 23); may be asked again under a new id  event 9  id r");
  EXPECT_EQ(tone_of(refused), Tone::Bad);
  EXPECT_TRUE(tools::refused(refused));
}

TEST(OperationLineTest, AKnownRequestSaysWhatTheFirstDid) {
  EXPECT_THAT(line(suspended("4").add(20017, "90000")),
              HasSubstr(" KNOWN: answered before by event 90000"));
  EXPECT_THAT(line(suspended("4").add(20017, "90000").add(20001, "121").add(58, "no")),
              HasSubstr(" KNOWN: refused before by event 90000: no (reason 121)"));
  EXPECT_THAT(line(suspended("4").add(20017, "90000").add(126, kTime)),
              HasSubstr(" KNOWN: proposed before by event 90000, waits for approval until "
                        "20261122-14:05:01.123456; "));
  EXPECT_EQ(operation_tone(suspended("4")), Tone::Notice);
}

TEST(OperationLineTest, ACopySaysWhoAskedAndWhoApproved) {
  const Message copy = suspended("0").add(797, "Y").add(20015, "OPS2").add(20016, "OPS1");
  EXPECT_THAT(line(copy),
              HasSubstr("asked by OPS2, approved by OPS1, event 90211  id goal-1 (copy)"));
  EXPECT_EQ(operation_tone(copy), Tone::Faint);
}

TEST(OperationLineTest, AccountsAndSessionsHaveTheirNumbers) {
  EXPECT_EQ(line(message("UOR",
                         {{20012, "d"},
                          {20011, "Deposit"},
                          {20013, "0"},
                          {20020, "9"},
                          {1, "ALICE"},
                          {20023, "100.00"},
                          {20024, "0.00"},
                          {20025, "100.00"},
                          {60, kTime}})),
            "2026-11-22 14:05:01.123456 ALICE              Deposit DONE  balance 100.00, exposure "
            "0.00, available 100.00, event 9  id d");
  EXPECT_THAT(
      line(message(
          "UOR", {{20012, "d"}, {20011, "HaltExchange"}, {20013, "0"}, {20020, "9"}, {60, kTime}})),
      HasSubstr("exchange           HaltExchange DONE"));
}

TEST(OperationLineTest, TheAnswersToStandardRequestsReadTheSame) {
  EXPECT_EQ(line(message("d",
                         {{320, "c-1"},
                          {322, "9.0"},
                          {323, "1"},
                          {1300, "EPL"},
                          {20020, "9"},
                          {60, kTime},
                          {146, "1"},
                          {55, "EPL.HOME"}})),
            "2026-11-22 14:05:01.123456 EPL                CreateMarket DONE; inactive  event 9  "
            "id c-1");
  EXPECT_THAT(line(message("d",
                           {{320, "c-1"},
                            {323, "5"},
                            {1300, "EPL"},
                            {20020, "9"},
                            {60, kTime},
                            {58, "already exists"},
                            {20001, "120"}})),
              HasSubstr("CreateMarket REFUSED: already exists (reason 120)"));
  EXPECT_EQ(line(message("BZ",
                         {{11, "m"},
                          {1369, "9.0"},
                          {1373, "3"},
                          {1374, "7"},
                          {1375, "2"},
                          {533, "3"},
                          {1461, "1"},
                          {1462, "ALICE"},
                          {60, kTime},
                          {20020, "9"}})),
            "2026-11-22 14:05:01.123456 ALICE              MassCancel COMPLETE, 3 orders  event 9  "
            "id m");
  EXPECT_EQ(line(message("DI",
                         {{2328, "p"},
                          {2331, "9.0"},
                          {2329, "1"},
                          {2332, "0"},
                          {453, "1"},
                          {448, "BROKER1"},
                          {447, "D"},
                          {452, "55"},
                          {60, kTime},
                          {20020, "9"}})),
            "2026-11-22 14:05:01.123456 BROKER1            session suspend and cancel DONE, its "
            "cancels run  event 9  id p");
  EXPECT_THAT(line(message("DI",
                           {{2329, "0"},
                            {2332, "2"},
                            {453, "1"},
                            {448, "A"},
                            {452, "24"},
                            {1328, "unknown account"},
                            {20001, "1"},
                            {60, kTime}})),
              HasSubstr("account suspend REFUSED: unknown account (reason 1)"));
}

TEST(OperationLineTest, SessionsAreALineEachAndTheNodeIsTheLast) {
  const Message status = message("BD",
                                 {{932, "q-1"},
                                  {933, "q"},
                                  {936, "2"},
                                  {930, "BROKER1"},
                                  {928, "1"},
                                  {20040, "7"},
                                  {20042, "12"},
                                  {20044, "1"},
                                  {20047, "127.0.0.1:4711"},
                                  {930, "OPS1"},
                                  {928, "2"},
                                  {929, "lost its connection"},
                                  {937, "1"},
                                  {893, "Y"},
                                  {20061, "90211"},
                                  {20064, "3"},
                                  {20067, "session BROKER1"}});
  EXPECT_THAT(
      operation_lines(status),
      ElementsAre("session BROKER1          on        epoch 1, next in 7, last out 12, from "
                  "127.0.0.1:4711",
                  "session OPS1             lost       (lost its connection)",
                  "node: durable event 90211, segments 3, oldest segment held back by session "
                  "BROKER1"));
  EXPECT_EQ(operation_lines(message("BD", {{933, "q"}, {893, "N"}})).size(), 0U);
}

TEST(OperationLineTest, NothingIsObeyedByATerminal) {
  const auto lines = to_lines(suspended("0").add(20015, "X\x1b[2J"));
  EXPECT_EQ(lines.front().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace betex::tools
