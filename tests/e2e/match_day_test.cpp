// config/match_day, as a newcomer runs it; and with a kill -9 in every step; BETEX_LONG=1
// has more such days.
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/environment.h"
#include "tests/support/gateway_process.h"

namespace betex::test {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::minutes kPatienceForADay{8};
constexpr int kDaysWithKillsWhenLong = 3;

struct Day {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Day run_day(const std::vector<std::string>& options) {
  std::vector<std::string> command{
      BETEX_SOURCE_DIR "/config/match_day", "--programs", BETEX_PROGRAM_FOLDER};
  command.insert(command.end(), options.begin(), options.end());
  ChildProcess process{command};
  const int exit_code = process.wait(kPatienceForADay);
  return {exit_code, process.standard_output(), process.standard_error()};
}

// Whom the two results have paid what: 5 % commission, of net winnings.
constexpr const char* kEnd =
    "Paid in: 40750.00. The accounts have 40739.50, the exchange has taken 10.50 of commission.\n"
    "The day is over: BROKER1=10604.5000 BROKER2=9890.0000 BROKER3=10095.0000 BROKER4=9900.0000 "
    "ALICE=250.0000\n";

TEST(MatchDay, EndsWithEveryonePaidByTheCorrectedResult) {
  const Day day = run_day({});
  EXPECT_EQ(day.exit_code, 0) << day.out << day.err;
  EXPECT_EQ(day.err, "");
  EXPECT_THAT(day.out, ::testing::EndsWith(kEnd));
  // The first result's payments, and what the second has changed.
  EXPECT_THAT(day.out, HasSubstr("round 1: account BROKER2 gets 90.00, commission 4.50"));
  EXPECT_THAT(day.out, HasSubstr("round 2: account BROKER2 gets -200.00, commission -4.50"));
  EXPECT_THAT(day.out, ::testing::ContainsRegex("BACK +20.00 @ 5.00? +CANCELLED"));
  EXPECT_THAT(day.out, HasSubstr("PENDING"));
}

TEST(MatchDay, EndsTheSameWithAKillInEveryStep) {
  const int days = is_long_run() ? kDaysWithKillsWhenLong : 1;
  for (int i = 0; i < days; ++i) {
    const Day day = run_day({"--kill-9"});
    ASSERT_EQ(day.exit_code, 0) << day.out << day.err;
    ASSERT_THAT(day.out, ::testing::EndsWith(kEnd));
  }
}

}  // namespace
}  // namespace betex::test
