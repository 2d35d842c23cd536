// betex-fix against a running gateway, as in the README and in scripts.
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

constexpr std::chrono::seconds kTimeout{180};

struct Ended {
  int exit_code;
  std::string out;
  std::string err;
};

class BetexFixTest : public testing::Test {
 protected:
  Ended betex_fix(const std::string& comp_id,
                  const std::vector<std::string>& arguments,
                  const std::string& input = "") {
    ChildProcess process{
        betex_fix_command(comp_id, gateway_->fix_port(), folder_.path() / "state", arguments),
        input};
    const int exit_code = process.wait(kTimeout);
    return {exit_code, process.standard_output(), process.standard_error()};
  }

  [[nodiscard]] std::filesystem::path wal(const char* name) const { return folder_.path() / name; }

  TempFolder folder_;
  std::optional<GatewayProcess> gateway_{std::in_place, folder_.path() / "wal"};
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(BetexFixTest, TheReadmesOrderIsAcceptedEveryTime) {
  for (int use = 0; use < 3; ++use) {
    const Ended lay = betex_fix("BROKER1", {"lay", "EPL-ARS-CHE.HOME", "30", "@2.04"});
    EXPECT_EQ(lay.exit_code, 0) << lay.err;
    EXPECT_EQ(lay.err, "");
    EXPECT_TRUE(contains(lay.out, "EPL-ARS-CHE.HOME   LAY       30.00 @ 2.04    NEW")) << lay.out;
    EXPECT_EQ(std::count(lay.out.begin(), lay.out.end(), '\n'), 1) << lay.out;
  }
}

TEST_F(BetexFixTest, AFillIsPrintedAtOnceForTheTakerAndAtTheNextLogonForTheMaker) {
  betex_fix("BROKER1", {"lay", "EPL-ARS-CHE.HOME", "30", "@", "2.04"});
  const Ended back = betex_fix("BROKER3", {"--fix44", "back", "EPL-ARS-CHE.HOME", "10", "@2.04"});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_TRUE(contains(back.out, " NEW ") && contains(back.out, " TRADE ")) << back.out;
  const Ended watch = betex_fix("BROKER1", {"watch", "--for-ms", "0"});
  EXPECT_EQ(watch.exit_code, 0) << watch.err;
  EXPECT_TRUE(contains(watch.out, "TRADE") && contains(watch.out, "10.00 @ 2.04")) << watch.out;
  EXPECT_EQ(betex_fix("BROKER1", {"watch", "--for-ms", "0"}).out, "") << "told twice";
}

TEST_F(BetexFixTest, AScriptTradesAndCancelsByItsOwnNames) {
  const Ended script = betex_fix("BROKER1",
                                 {"script"},
                                 "# two orders and an end\n"
                                 "lay EPL-ARS-CHE.HOME 30 @ 2.04 --gtc --id first\n"
                                 "buy RAIN-LON 100 @ 0.60 --id second\n"
                                 "status first\n"
                                 "cancel first\n"
                                 "\n"
                                 "cancel second");
  EXPECT_EQ(script.exit_code, 0) << script.err << script.out;
  EXPECT_TRUE(contains(script.out, "STATUS")) << script.out;
  EXPECT_TRUE(contains(script.out, "BUY         100 @ 0.60    CANCELLED")) << script.out;
}

TEST_F(BetexFixTest, OrdersAreReplacedListedAndCancelledTogether) {
  const Ended script = betex_fix("BROKER3",
                                 {"--fix44", "script"},
                                 "buy RAIN-LON 100 @ 0.60 --gtc --id first\n"
                                 "back EPL-ARS-CHE.HOME 5 @ 900 --gtc --id second\n"
                                 "replace first 60 @ 0.55 --id third\n"
                                 "orders\n"
                                 "cancel third --id fourth\n"
                                 "cancel-all");
  EXPECT_EQ(script.exit_code, 0) << script.err << script.out;
  EXPECT_TRUE(contains(script.out, "BUY          60 @ 0.55    REPLACED")) << script.out;
  EXPECT_TRUE(contains(script.out, "mass cancel ")) << script.out;
  EXPECT_TRUE(contains(script.out, " cancelled 1 orders")) << script.out;
}

TEST_F(BetexFixTest, InstrumentsAndDropCopiesArePrinted) {
  const Ended list = betex_fix("BROKER1", {"list", "--market", "EPL-ARS-CHE"});
  EXPECT_EQ(list.exit_code, 0) << list.err;
  EXPECT_EQ(std::count(list.out.begin(), list.out.end(), '\n'), 3) << list.out;
  const Ended one = betex_fix("BROKER1", {"list", "--symbol", "RAIN-LON"});
  EXPECT_TRUE(contains(one.out, "\n    prices 0.01 to 0.99 by 0.01\n    orders up to ")) << one.out;
  const Ended market = betex_fix("BROKER1", {"market", "show", "RAIN-LON"});
  EXPECT_TRUE(contains(market.out, "RAIN-LON           OPEN")) << market.out;
  EXPECT_EQ(betex_fix("BROKER1", {"market", "show", "NOWHERE"}).exit_code, 1);

  betex_fix("DROP1", {"watch", "--for-ms", "0"});  // from now on it follows
  betex_fix("BROKER1", {"buy", "RAIN-LON", "100", "@0.60"});
  const Ended copies = betex_fix("DROP1", {"watch", "--for-ms", "0"});
  EXPECT_TRUE(contains(copies.out, "NEW") && contains(copies.out, "(copy, account BROKER1)"))
      << copies.out;
}

TEST_F(BetexFixTest, AnOrderGroupIsABrake) {
  const Ended quotes = betex_fix("BROKER1",
                                 {"script"},
                                 "group create QUOTES --limit 50 --window-ms 60000\n"
                                 "lay EPL-ARS-CHE.HOME 30 @ 2.04 --group QUOTES --reference maker\n"
                                 "lay EPL-ARS-CHE.DRAW 30 @ 3.5 --group QUOTES\n"
                                 "buy RAIN-LON 10 @ 0.30 --id outside\n");
  EXPECT_EQ(quotes.exit_code, 0) << quotes.err << quotes.out;
  EXPECT_TRUE(contains(quotes.out, "group QUOTES          ACTIVE: filled 0")) << quotes.out;
  EXPECT_TRUE(contains(quotes.out, "  reference maker  group QUOTES  id ")) << quotes.out;

  const Ended taker = betex_fix("BROKER2",
                                {"script"},
                                "back EPL-ARS-CHE.HOME 30 @ 2.04\n"
                                "back EPL-ARS-CHE.DRAW 20 @ 3.5\n");
  EXPECT_EQ(taker.exit_code, 0) << taker.err << taker.out;
  EXPECT_TRUE(contains(taker.out, ", taker, trade ")) << taker.out;
  const Ended watch = betex_fix("BROKER1", {"watch", "--for-ms", "0"});
  EXPECT_TRUE(contains(watch.out, ", maker, trade ")) << watch.out;
  EXPECT_TRUE(contains(watch.out, "(reason 66)")) << watch.out;
  EXPECT_TRUE(contains(watch.out, "group QUOTES          TRIPPED: filled 50")) << watch.out;

  const std::string quote = "lay EPL-ARS-CHE.AWAY 5 @ 4 --group QUOTES";
  const Ended late = betex_fix("BROKER1", {"script"}, quote);
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_TRUE(contains(late.out, "REJECTED") && contains(late.out, "(reason 66)")) << late.out;
  const Ended again = betex_fix(
      "BROKER1", {"script"}, "group reset QUOTES\n" + quote + "\norders --group QUOTES\n");
  EXPECT_EQ(again.exit_code, 0) << again.err << again.out;
  EXPECT_FALSE(contains(again.out, "outside")) << again.out;
  const Ended trip = betex_fix("BROKER1", {"--json", "group", "trip", "QUOTES"});
  EXPECT_EQ(trip.exit_code, 0) << trip.err;
  EXPECT_TRUE(contains(trip.out, R"("reason":66)")) << trip.out;
  EXPECT_TRUE(contains(trip.out, R"("state":"tripped")")) << trip.out;
  const Ended end = betex_fix("BROKER1", {"group", "delete", "QUOTES"});
  EXPECT_TRUE(contains(end.out, "group QUOTES          DELETED")) << end.out;
}

TEST_F(BetexFixTest, OrdersOfASessionAReferenceOrAGroupAreCancelled) {
  const Ended script = betex_fix("BROKER3",
                                 {"--fix44", "script"},
                                 "buy RAIN-LON 10 @ 0.30 --reference a\n"
                                 "buy RAIN-LON 10 @ 0.31 --reference b\n"
                                 "orders --reference b\n"
                                 "cancel-all --reference a\n"
                                 "cancel-all --session --side sell\n"
                                 "cancel-all --session\n");
  EXPECT_EQ(script.exit_code, 0) << script.err << script.out;
  EXPECT_TRUE(contains(script.out, "cancelled 0 orders")) << script.out;
  std::size_t ones = 0;
  for (std::size_t at = script.out.find("cancelled 1 orders"); at != std::string::npos;
       at = script.out.find("cancelled 1 orders", at + 1)) {
    ++ones;
  }
  EXPECT_EQ(ones, 2U) << script.out;
}

TEST_F(BetexFixTest, WhatWasToldIsToldOnceMoreWhereItIsAskedFor) {
  const Ended order = betex_fix("BROKER1", {"lay", "EPL-ARS-CHE.HOME", "30", "@2.04", "--id", "a"});
  EXPECT_EQ(order.exit_code, 0) << order.err;
  const Ended replay = betex_fix("BROKER1", {"replay", "1"});
  EXPECT_EQ(replay.exit_code, 0) << replay.err;
  EXPECT_TRUE(contains(replay.out, " BEGINS: events 1 to ")) << replay.out;
  EXPECT_TRUE(contains(replay.out, " NEW ") && contains(replay.out, " id a (possible repeat)\n"))
      << replay.out;
  EXPECT_TRUE(contains(replay.out, " COMPLETE: ")) << replay.out;
  EXPECT_EQ(betex_fix("BROKER1", {"watch", "--for-ms", "0"}).out, "") << "told as new";
  const Ended none = betex_fix("BROKER1", {"replay", "999999999"});
  EXPECT_EQ(none.exit_code, 0) << none.err;
  EXPECT_TRUE(contains(none.out, " COMPLETE: 0 reports, ")) << none.out;
}

TEST_F(BetexFixTest, WhatASessionMaySendIsShown) {
  const Ended limits = betex_fix("BROKER1", {"limits"});
  EXPECT_EQ(limits.exit_code, 0) << limits.err;
  EXPECT_TRUE(contains(limits.out, "limit")) << limits.out;
}

TEST_F(BetexFixTest, NoOrdersAreSaidInWords) {
  const Ended none = betex_fix("BROKER1", {"orders"});
  EXPECT_EQ(none.exit_code, 0) << none.err;
  EXPECT_EQ(none.out, "no open orders\n");
  const Ended none_there = betex_fix("BROKER3", {"orders", "--symbol", "RAIN-LON", "--fix44"});
  EXPECT_EQ(none_there.exit_code, 0) << none_there.err;
  EXPECT_EQ(none_there.out, "no open orders\n");
}

TEST_F(BetexFixTest, ThePasswordIsInNoFileAndNotOnTheScreen) {
  const std::filesystem::path state = folder_.path() / "the-state";
  const std::filesystem::path password = folder_.path() / "password";
  std::ofstream{password} << "demo\n";
  const Ended order = betex_fix(
      "BROKER1",
      {"buy", "RAIN-LON", "100", "@0.60", "--raw", "--state", state, "--password-file", password});
  EXPECT_EQ(order.exit_code, 0) << order.err;
  EXPECT_TRUE(contains(order.out, "|554=***|")) << order.out;
  EXPECT_FALSE(contains(order.out, "554=demo")) << order.out;
  std::ostringstream kept;
  kept << std::ifstream{state}.rdbuf();
  EXPECT_TRUE(contains(kept.str(), "35=A") && contains(kept.str(), "35=D")) << kept.str();
  EXPECT_FALSE(contains(kept.str(), "demo") || contains(kept.str(), "554=")) << kept.str();

  // What is kept is enough to go on with.
  const Ended again =
      betex_fix("BROKER1", {"orders", "--state", state, "--password-file", password});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.err, "");
}

TEST_F(BetexFixTest, ARefusalHasItsOwnExitCode) {
  const Ended order = betex_fix("BROKER1", {"lay", "EPL-ARS-CHE.HOME", "30", "@2.03"});
  EXPECT_EQ(order.exit_code, 1);
  EXPECT_TRUE(contains(order.out, "REJECTED") && contains(order.out, "(reason 40)")) << order.out;
  const Ended cancel =
      betex_fix("BROKER1", {"cancel", "nothing", "--symbol", "RAIN-LON", "--side", "buy"});
  EXPECT_EQ(cancel.exit_code, 1);
  EXPECT_TRUE(contains(cancel.out, "REFUSED")) << cancel.out;
}

TEST_F(BetexFixTest, WrongWordsAndWrongPasswordsHaveTheirExitCodes) {
  EXPECT_EQ(betex_fix("BROKER1", {"lay", "EPL-ARS-CHE.HOME"}).exit_code, 64);
  EXPECT_EQ(betex_fix("BROKER1", {"cancel", "nothing"}).exit_code, 64);
  EXPECT_EQ(betex_fix("BROKER1", {"script"}, "hedge everything\n").exit_code, 64);
  const std::filesystem::path file = folder_.path() / "password";
  std::ofstream{file} << "wrong\n";
  const Ended refused = betex_fix("BROKER1", {"--password-file", file, "watch", "--for-ms", "0"});
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
}

TEST_F(BetexFixTest, AGatewayWithAnotherJournalIsNoticedAndBegunAnew) {
  const std::vector<std::string> order{"lay", "EPL-ARS-CHE.HOME", "30", "@2.04"};
  for (int i = 0; i < 3; ++i) {
    betex_fix("BROKER1", order);
  }
  const std::string port = std::to_string(gateway_->fix_port());
  EXPECT_EQ(gateway_->terminate(), 0);
  gateway_.emplace(wal("another"), std::vector<std::string>{"--fix-port", port});
  const Ended again = betex_fix("BROKER1", order);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(contains(again.err, "the gateway's journal is not the one of the last time"))
      << again.err;
  EXPECT_TRUE(contains(again.err, "begin anew")) << again.err;
  EXPECT_TRUE(contains(again.out, "order 1 ")) << again.out;
  EXPECT_EQ(std::count(again.out.begin(), again.out.end(), '\n'), 1) << again.out;
}

TEST_F(BetexFixTest, ASessionThatWasOnFromElsewhereIsNotTakenForAnotherJournal) {
  const std::vector<std::string> order{"lay", "EPL-ARS-CHE.HOME", "30", "@2.04"};
  betex_fix("BROKER1", order);
  ChildProcess process{
      betex_fix_command("BROKER1", gateway_->fix_port(), folder_.path() / "elsewhere", order), ""};
  EXPECT_EQ(process.wait(kTimeout), 0);
  const std::string& err = process.standard_error();
  EXPECT_TRUE(contains(err, "the session was on before by another port")) << err;
  EXPECT_FALSE(contains(err, "journal")) << err;
}

TEST_F(BetexFixTest, RawShowsTheMessages) {
  const Ended order = betex_fix("BROKER1", {"--raw", "lay", "EPL-ARS-CHE.HOME", "30", "@2.04"});
  EXPECT_TRUE(contains(order.out, "> 8=FIXT.1.1|") && contains(order.out, "|35=8|")) << order.out;
}

}  // namespace
}  // namespace betex::test
