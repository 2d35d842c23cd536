// betex-fix as an operator's, against a running gateway: each command once, with what it prints and
// how it ends.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"
#include "tests/support/terminal.h"

namespace betex::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kTimeout{180};
constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr int kWaitsForApproval = 5;
constexpr int kUsage = 64;

struct Ended {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class BetexFixOperationsTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> command(const std::string& comp_id,
                                                 const std::vector<std::string>& words) const {
    return betex_fix_command(comp_id, gateway_.fix_port(), folder_.path() / "state", words);
  }

  [[nodiscard]] Ended betex_fix(const std::string& comp_id,
                                const std::vector<std::string>& words,
                                const std::string& input = "") const {
    ChildProcess process{command(comp_id, words), input};
    const int exit_code = process.wait(kTimeout);
    return {exit_code, process.standard_output(), process.standard_error()};
  }

  // Lines of a script, all of which must be carried out.
  [[nodiscard]] std::string done(const std::string& comp_id, const std::string& lines) const {
    const Ended ended = betex_fix(comp_id, {"script"}, lines);
    EXPECT_EQ(ended.exit_code, kDone) << ended.out << ended.err;
    EXPECT_EQ(ended.err, "");
    return ended.out;
  }

  [[nodiscard]] std::string refused(const std::string& comp_id, const std::string& line) const {
    const Ended ended = betex_fix(comp_id, {"script"}, line);
    EXPECT_EQ(ended.exit_code, kRefused) << ended.out << ended.err;
    return ended.out;
  }

  // The shipped configuration, with its line about four eyes replaced.
  explicit BetexFixOperationsTest(const std::string& four_eyes = "four_eyes = []")
      : gateway_{
            folder_.path() / "wal",
            {"--config", changed_config(folder_.path(), "four_eyes = []", four_eyes).string()}} {}

  TempFolder folder_;
  GatewayProcess gateway_;
};

// Two have to agree on money and results.
class FourEyesTest : public BetexFixOperationsTest {
 protected:
  FourEyesTest() : BetexFixOperationsTest{R"(four_eyes = ["funds", "results"])"} {}

  // The number of the event, out of the line that tells of it.
  [[nodiscard]] static std::string event_in(const std::string& line) {
    constexpr std::string_view kLabel = "event ";
    const std::size_t found = line.find(kLabel);
    const std::size_t begin = found + kLabel.size();
    return found == std::string::npos ? "none" : line.substr(begin, line.find(' ', begin) - begin);
  }
};

TEST_F(BetexFixOperationsTest, AMarketIsTakenThroughItsLife) {
  const std::string out = done("OPS1",
                               "market create M --runners M.A M.B --id create\n"
                               "runner add M M.C\n"
                               "runner add M M.D\n"
                               "market describe M --text 'a race' --parent RACES\n"
                               "market describe M --symbol M.A --symbol-text first\n"
                               "market change M --commission-bp 200\n"
                               "market open M --runners 4 --id open\n"
                               "market suspend M goal --cancel lapsing\n"
                               "market resume M\n"
                               "market halt M\n"
                               "market unhalt M\n"
                               "runner remove M M.D\n"
                               "market resume M\n"
                               "market inplay M\n"
                               "market close M\n"
                               "market reopen M\n"
                               "market close M\n"
                               "market determine M M.A\n"
                               "market settle M\n"
                               "market determine M M.B=1/2 M.C=1/2\n"
                               "market settle M\n"
                               "market archive M\n");
  EXPECT_THAT(out,
              AllOf(HasSubstr("CreateMarket DONE; inactive"),
                    HasSubstr("M M.C"),
                    HasSubstr("Open DONE; open"),
                    HasSubstr("Suspend DONE; suspended"),
                    HasSubstr("Halt DONE; halted"),
                    HasSubstr("Close DONE; closed"),
                    HasSubstr("Determine DONE; determined"),
                    HasSubstr("Settle COMPLETE"),
                    HasSubstr("Archive DONE")));
}

TEST_F(BetexFixOperationsTest, PostOnlyOrdersMayBeSparedTheBetDelay) {
  const std::string out = done("OPS1",
                               "market create M --binary --bet-delay-ms 60000\n"
                               "market change M --passive-skips-delay on\n"
                               "market open M\n"
                               "market inplay M\n"
                               "list --symbol M\n");
  EXPECT_THAT(out, HasSubstr("bet delay 60000 ms, none of post-only orders"));
  EXPECT_THAT(done("BROKER1", "buy M 10 @ 0.40 --post-only\n"), HasSubstr(" NEW "));
  EXPECT_THAT(done("OPS1", "market change M --passive-skips-delay off\nlist --symbol M\n"),
              AllOf(HasSubstr("bet delay 60000 ms"), Not(HasSubstr("none of post-only"))));
  EXPECT_THAT(done("BROKER1", "buy M 10 @ 0.40 --post-only\n"), HasSubstr(" PENDING "));
}

TEST_F(BetexFixOperationsTest, AStopIsAskedForWithoutActing) {
  EXPECT_THAT(done("OPS1", "exchange stop --notice 5 --dry-run\n"),
              HasSubstr("exchange           Stop WOULD BE DONE"));
  EXPECT_THAT(refused("OPS1", "exchange stop --notice 3601 --dry-run"), HasSubstr("REFUSED"));
}

TEST_F(BetexFixOperationsTest, ADeskFollowsMarketsUntilItDoesNot) {
  const std::string out = done("OPS1",
                               "list --follow\n"
                               "market suspend RAIN-LON goal\n"
                               "list --unfollow\n"
                               "market resume RAIN-LON\n");
  EXPECT_THAT(out,
              AllOf(HasSubstr("RAIN-LON           of RAIN-LON           binary active"),
                    HasSubstr("RAIN-LON           HALTED (goal), version"),
                    HasSubstr("not told any more how markets change"),
                    HasSubstr("Resume DONE"),
                    Not(HasSubstr("RESUMED"))));
}

TEST_F(BetexFixOperationsTest, ABinaryMarketIsDeterminedByYesOrNo) {
  const std::string out = done("OPS1",
                               "market close RAIN-LON\n"
                               "market determine RAIN-LON yes\n"
                               "market settle RAIN-LON\n"
                               "market void RAIN-LON --price 0.25\n");
  EXPECT_THAT(out, HasSubstr("RAIN-LON           Void "));
}

TEST_F(BetexFixOperationsTest, MoneyIsPaidInAndOut) {
  const std::string out = done("OPS1",
                               "account create ALICE collateralised\n"
                               "account deposit ALICE 100.00 --id in --remark 'by bank'\n"
                               "account withdraw ALICE 30\n"
                               "account correct ALICE -5.25 --remark 'paid twice'\n"
                               "account limits ALICE --credit 10 --max-open-orders 5\n"
                               "account show ALICE\n"
                               "orders --account ALICE\n");
  EXPECT_THAT(
      out,
      AllOf(HasSubstr("ALICE              Deposit DONE  balance 100.00"),
            HasSubstr("Withdraw DONE  balance 70.00"),
            HasSubstr("Correct DONE  balance 64.75"),
            HasSubstr("account ALICE: balance 64.75, exposure 0.00, credit 10.00, available "
                      "74.75 EUR"),
            HasSubstr("no open orders")));
  EXPECT_THAT(refused("OPS1", "account withdraw ALICE 100"), HasSubstr("REFUSED: "));
  EXPECT_THAT(refused("OPS1", "account writeoff ALICE"), HasSubstr("REFUSED: "));
}

TEST_F(BetexFixOperationsTest, ARequestActsOnceUnderItsId) {
  EXPECT_THAT(done("OPS1", "account deposit BROKER1 100.00 --id once\n"),
              HasSubstr("Deposit DONE  balance 10100.00"));
  EXPECT_THAT(done("OPS1", "account deposit BROKER1 100.00 --id once\n"),
              HasSubstr("Deposit KNOWN: answered before by event "));
  EXPECT_THAT(done("OPS2", "account deposit BROKER1 100.00 --id once\n"), HasSubstr("KNOWN"));
  EXPECT_THAT(refused("OPS1", "account deposit BROKER1 200.00 --id once\n"),
              HasSubstr("(reason 125)"));
  EXPECT_THAT(done("OPS1", "account show BROKER1\n"), HasSubstr("balance 10100.00"));
}

TEST_F(BetexFixOperationsTest, ADryRunDoesNothing) {
  EXPECT_THAT(done("OPS1",
                   "market suspend RAIN-LON goal --dry-run --id r\n"
                   "market create NEW --binary --dry-run\n"
                   "account suspend BROKER1 --dry-run\n"
                   "cancel --market RAIN-LON --dry-run\n"),
              AllOf(HasSubstr("Suspend WOULD BE DONE"),
                    HasSubstr("CreateMarket WOULD BE DONE"),
                    HasSubstr("account suspend WOULD BE DONE"),
                    HasSubstr("MassCancel WOULD BE DONE")));
  EXPECT_THAT(refused("OPS1", "market resume RAIN-LON --dry-run"), HasSubstr("(dry run)"));
  EXPECT_THAT(done("OPS1", "market suspend RAIN-LON goal --id r"), HasSubstr("Suspend DONE"));
}

TEST_F(BetexFixOperationsTest, AMarketThatHasMovedOnRefusesWhatWasMeantForItBefore) {
  (void)done("OPS1", "market suspend RAIN-LON goal");
  EXPECT_THAT(refused("OPS1", "market resume RAIN-LON --version 1"), HasSubstr("(reason 26)"));
}

TEST_F(BetexFixOperationsTest, OrdersOfOthersAreCancelled) {
  (void)done("BROKER1", "buy RAIN-LON 100 @ 0.60 --gtc\nlay EPL-ARS-CHE.HOME 30 @ 2.04 --gtc\n");
  EXPECT_THAT(done("OPS1", "cancel --market RAIN-LON --of BROKER1"),
              HasSubstr("MassCancel COMPLETE, 1 orders"));
  EXPECT_THAT(done("OPS1", "account suspend BROKER1 --cancel-orders"),
              HasSubstr("account suspend and cancel COMPLETE, 1 orders"));
  EXPECT_THAT(done("BROKER1", "orders"), HasSubstr("no open orders"));
  EXPECT_THAT(refused("BROKER1", "buy RAIN-LON 100 @ 0.60"), HasSubstr("(reason 2)"));
  (void)done("OPS1", "account resume BROKER1\nsession suspend BROKER1\n");
  EXPECT_THAT(refused("BROKER1", "buy RAIN-LON 100 @ 0.60"), HasSubstr("(reason 126)"));
  (void)done("OPS1", "session resume BROKER1");
  (void)done("BROKER1", "buy RAIN-LON 100 @ 0.60");
}

// It would have cancelled everybody's.
TEST_F(BetexFixOperationsTest, TheAccountOfOrdersIsNotTakenForTheOneWhoseOrdersAreCancelled) {
  (void)done("BROKER1", "buy RAIN-LON 100 @ 0.60 --gtc");
  for (const auto& words :
       {std::vector<std::string>{"--account", "BROKER2", "cancel", "--market", "RAIN-LON"},
        {"cancel", "--market", "RAIN-LON", "--account", "BROKER2"}}) {
    const Ended ended = betex_fix("OPS1", words);
    EXPECT_EQ(ended.exit_code, kUsage) << ended.out;
    EXPECT_THAT(ended.err, HasSubstr("--of"));
  }
  EXPECT_THAT(done("BROKER1", "orders"), HasSubstr("100 @ 0.60"));
}

TEST_F(BetexFixOperationsTest, SessionsAndTheNodeAreShown) {
  const Terminal broker{command("BROKER1", {"watch"})};
  std::string on;
  for (int i = 0; i < 100 && on.find("session BROKER1          on") == std::string::npos; ++i) {
    on = done("OPS1", "session show");
  }
  EXPECT_THAT(on,
              AllOf(HasSubstr("session BROKER1          on"),
                    HasSubstr("session BROKER2          off"),
                    HasSubstr("node: durable event ")));
  const std::string named = done("OPS1", "session show BROKER2 OPS1");
  EXPECT_THAT(named, AllOf(HasSubstr("BROKER2"), HasSubstr("OPS1"), Not(HasSubstr("BROKER1"))));
  EXPECT_THAT(done("OPS1", "status"), AllOf(HasSubstr("node: "), Not(HasSubstr("BROKER1"))));
  EXPECT_THAT(done("OPS1", "session logout BROKER1"),
              HasSubstr("BROKER1            LogoutSession"));
}

TEST_F(BetexFixOperationsTest, ASessionsNumbersAreRepaired) {
  (void)betex_fix("BROKER1", {"watch", "--for-ms", "0"});  // it has some
  EXPECT_THAT(done("OPS1", "session numbers BROKER1 --new-epoch"),
              HasSubstr("BROKER1            SetSessionNumbers DONE"));
  EXPECT_THAT(refused("OPS1", "session numbers OPS1 --next-in 1"), HasSubstr("REFUSED"));
}

TEST_F(BetexFixOperationsTest, TheWholeExchangeIsHalted) {
  EXPECT_THAT(done("OPS1", "exchange halt --remark fire"), HasSubstr("HaltExchange DONE"));
  EXPECT_THAT(refused("BROKER1", "buy RAIN-LON 100 @ 0.60"), HasSubstr("(reason 27)"));
  EXPECT_THAT(done("OPS1", "exchange unhalt\nexchange day-end 22:30\n"),
              AllOf(HasSubstr("UnhaltExchange DONE"), HasSubstr("SetTradingDay DONE")));
  (void)done("BROKER1", "buy RAIN-LON 100 @ 0.60");
}

TEST_F(BetexFixOperationsTest, EverybodyIsTold) {
  (void)betex_fix("BROKER1", {"watch", "--for-ms", "0"});
  EXPECT_THAT(done("OPS1", "news 'rain stops play' --about RAIN-LON --flash"),
              HasSubstr("Announce DONE"));
  EXPECT_THAT(betex_fix("BROKER1", {"watch", "--for-ms", "0"}).out,
              HasSubstr("NEWS, urgent of RAIN-LON: rain stops play"));
}

TEST_F(BetexFixOperationsTest, OneDeskSeesWhatTheOtherDid) {
  (void)betex_fix("OPS2", {"watch", "--for-ms", "0"});
  (void)done("OPS1", "market suspend RAIN-LON goal --id seen");
  EXPECT_THAT(
      betex_fix("OPS2", {"watch", "--for-ms", "0"}).out,
      AllOf(HasSubstr("Suspend DONE"), HasSubstr("asked by OPS1"), HasSubstr("id seen (copy)")));
}

TEST_F(BetexFixOperationsTest, ABrokerIsNoOperator) {
  EXPECT_THAT(refused("BROKER1", "market suspend RAIN-LON goal"), HasSubstr("REFUSED"));
  EXPECT_THAT(refused("BROKER1", "cancel --market RAIN-LON"), HasSubstr("REFUSED"));
}

TEST_F(FourEyesTest, ARequestWaitsUntilAnotherOperatorHasApprovedIt) {
  (void)betex_fix("OPS2", {"watch", "--for-ms", "0"});  // it has a Username from now on
  const Ended asked = betex_fix(
      "OPS1", {"account", "deposit", "BROKER1", "100.00", "--id", "pay", "--remark", "by bank"});
  EXPECT_EQ(asked.exit_code, kWaitsForApproval) << asked.err;
  EXPECT_THAT(asked.out,
              HasSubstr("BROKER1            Deposit WAITS FOR APPROVAL (amount 100.00, remark \"by "
                        "bank\", until "));
  const std::string event = event_in(asked.out);
  const Ended again = betex_fix(
      "OPS1", {"account", "deposit", "BROKER1", "100.00", "--id", "pay", "--remark", "by bank"});
  EXPECT_EQ(again.exit_code, kWaitsForApproval) << again.err;
  EXPECT_THAT(again.out,
              HasSubstr("Deposit KNOWN: proposed before by event " + event +
                        ", waits for approval until "));
  EXPECT_THAT(refused("OPS1", "approve pay " + event), HasSubstr("(reason 142)"));
  EXPECT_THAT(refused("OPS2", "approve pay 1"), HasSubstr("(reason 127)"));
  EXPECT_THAT(done("OPS2", "approve pay " + event),
              AllOf(HasSubstr("Approve DONE  proposal pay, balance 10100.00"),
                    HasSubstr("asked by OPS1, approved by OPS2")));
  EXPECT_THAT(betex_fix("OPS1", {"watch", "--for-ms", "0"}).out,
              HasSubstr("Deposit DONE  balance 10100.00"));
}

TEST_F(FourEyesTest, OneMayStayUntilItIsDeclined) {
  (void)betex_fix("OPS2", {"watch", "--for-ms", "0"});  // it is told from now on
  (void)done("OPS1", "market close RAIN-LON");
  ChildProcess asking{
      command("OPS1", {"market", "determine", "RAIN-LON", "yes", "--id", "result", "--wait"})};
  std::string seen;
  for (int i = 0; i < 100 && seen.find("Determine WAITS FOR APPROVAL") == std::string::npos; ++i) {
    seen += betex_fix("OPS2", {"watch", "--for-ms", "50"}).out;
  }
  EXPECT_THAT(seen, HasSubstr("Determine WAITS FOR APPROVAL RAIN-LON=1/1"));
  EXPECT_THAT(done("OPS2", "decline result"), HasSubstr("Decline DONE  proposal result"));
  EXPECT_EQ(asking.wait(kTimeout), kRefused);
  EXPECT_THAT(
      asking.standard_output(),
      AllOf(HasSubstr("Determine DECLINED OR EXPIRED: declined by an operator (reason 129)"),
            HasSubstr("asked by OPS1, declined by OPS2")));
}

TEST_F(FourEyesTest, WhatEndsTheProgramIsNotSpentOnTheAnswerThatItWaitsFor) {
  Terminal terminal{command("OPS1", {}), {"HOME=" + folder_.path().string()}};
  terminal.read_to("OPS1> ");
  terminal.type("account deposit BROKER1 1.00 --wait");
  terminal.type(kEnter);
  terminal.read_to("WAITS FOR APPROVAL");
  ASSERT_EQ(kill(terminal.pid(), SIGTERM), 0);
  terminal.read_to("interrupted before the answer");
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(BetexFixOperationsTest, AnOperatorWorksAtThePrompt) {
  Terminal terminal{command("OPS1", {}), {"HOME=" + folder_.path().string()}};
  terminal.read_to("OPS1> ");
  terminal.type("market susp");
  terminal.type(kTab);
  terminal.read_to("end ");
  terminal.type("RA");
  terminal.type(kTab);
  terminal.read_to("IN-LON ");
  terminal.type("go");
  terminal.type(kTab);
  terminal.read_to("al ");
  terminal.type(kEnter);
  terminal.read_to("\x1b[32m");
  EXPECT_THAT(terminal.read_to("\x1b[0m"), HasSubstr("Suspend DONE; suspended"));
  terminal.read_to("OPS1> ");
  terminal.type(kControlD);
  EXPECT_EQ(terminal.wait(), 0);
}

}  // namespace
}  // namespace betex::test
