// betex-fix shows prices: a ladder on a terminal, lines and JSON to scripts.
#include <chrono>
#include <csignal>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/market_data_fixture.h"
#include "tests/support/patience.h"
#include "tests/support/terminal.h"

namespace betex::test {
namespace {

using client::Side;
using testing::HasSubstr;
using testing::Not;

class PricesTest : public MarketDataFixture {
 protected:
  PricesTest() {
    start();
    one_.log_on(gateway_->fix_port());
    two_.log_on(gateway_->fix_port());
  }

  // Of the demo's market data session.
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& words) const {
    return betex_fix_command("MD1", md_port(), folder_.path() / "state", words);
  }

  // At the prompt of a broker.
  [[nodiscard]] std::vector<std::string> prompt(const std::string& comp_id) const {
    return betex_fix_command(comp_id,
                             gateway_->fix_port(),
                             folder_.path() / "state",
                             {"--prices-port", std::to_string(md_port())});
  }

  // Without the user's own ~/.editrc, and lines as they are.
  [[nodiscard]] std::vector<std::string> plain() const {
    return {"HOME=" + folder_.path().string(), "NO_COLOR=1"};
  }

  std::string run(const std::vector<std::string>& words, int exit_code = 0) const {
    ChildProcess process{command(words)};
    EXPECT_EQ(process.wait(std::chrono::seconds{180}), exit_code) << process.standard_error();
    return process.standard_output();
  }

  Broker one_{"BROKER1"};
  Broker two_{"BROKER2"};
};

TEST_F(PricesTest, ALadderMovesInItsPlaceUntilItIsInterrupted) {
  rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  Terminal terminal{command({"book", kHome}), plain()};
  terminal.read_to("EPL-ARS-CHE.HOME of EPL-ARS-CHE  OPEN");
  terminal.read_to("to back |    odds | to lay");
  terminal.read_to("30.00 |    2.04 |");
  rest(two_, Side::BackOrBuy, kHome, "50", "2.10");
  terminal.read_to("\x1b[4A\r");  // over the four lines of the picture before
  EXPECT_THAT(terminal.read_to("30.00 |    2.04 |"), HasSubstr("|    2.10 | 50.00"));
  send(two_, Side::BackOrBuy, kHome, "10", "2.04");
  terminal.read_to("\x1b[5A\r");
  terminal.read_to("last 2.04 x 10.00, matched 10.00");
  terminal.read_to("20.00 |    2.04 |");
  terminal.type(kControlC);
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(PricesTest, ColoursSayWhichSideItIs) {
  rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  rest(two_, Side::BackOrBuy, kHome, "50", "2.10");
  Terminal terminal{command({"book", kHome}), {"HOME=" + folder_.path().string(), "NO_COLOR="}};
  terminal.read_to("\x1b[95m");
  terminal.read_to("2.10 | 50.00");
  terminal.read_to("\x1b[94m");
  terminal.read_to("30.00 |    2.04");
}

TEST_F(PricesTest, WithoutATerminalThereIsOnePictureForEachChange) {
  rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  const std::string shown = run({"book", kHome, "--for-ms", "0"});
  EXPECT_THAT(shown, HasSubstr("30.00 |    2.04 |\n"));
  EXPECT_THAT(shown, Not(HasSubstr("\x1b")));
}

TEST_F(PricesTest, AtABrokersPromptALadderIsShownByASessionOfItsOwn) {
  rest(two_, Side::LayOrSell, kHome, "30", "2.04");
  one_.session().logout(kPatience);
  Terminal terminal{prompt("BROKER1"), plain()};
  terminal.read_to("BROKER1> ");
  terminal.type("boo");
  terminal.type(kTab);
  terminal.read_to("k ");
  terminal.type("EPL-ARS-CHE.H");
  terminal.type(kTab);
  terminal.read_to("OME ");
  terminal.type(kEnter);
  terminal.read_to("30.00 |    2.04 |");
  terminal.type(kControlC);
  terminal.read_to("BROKER1> ");
  terminal.type("back EPL-ARS-CHE.HOME 10 @ 2.04");
  terminal.type(kEnter);
  terminal.read_to("TRADE");
  terminal.read_to("BROKER1> ");
  terminal.type("md image EPL-ARS-CHE.HOME");
  terminal.type(kEnter);
  terminal.read_to("matched 10.00");
  terminal.read_to("20.00 |    2.04 |");
  terminal.read_to("BROKER1> ");
  terminal.type("quit");
  terminal.type(kEnter);
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(PricesTest, ImagesAreForScripts) {
  rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  rest(one_, Side::LayOrSell, kRain, "5", "0.60");
  const std::string shown = run({"md", "image", kHome, kRain});
  EXPECT_THAT(shown, HasSubstr("30.00 |    2.04 |\n"));
  EXPECT_THAT(shown, HasSubstr("5 |    0.60 |\n"));
  EXPECT_THAT(shown, HasSubstr("to buy |   price | to sell"));
  EXPECT_THAT(run({"md", "image", kHome, "--json"}),
              HasSubstr(R"("offers":[["2.04","30.00"]],"bids":[])"));
  EXPECT_THAT(run({"md", "image", "NONE"}, 1), HasSubstr("REFUSED, NONE"));
}

TEST_F(PricesTest, ChangesAreALineEach) {
  ChildProcess watching{command({"md", "watch", "--market", "EPL-ARS-CHE", "--json"})};
  const auto shown = [&] { return watching.standard_output(); };
  const auto wait_for = [&](const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (shown().find(text) == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << text << " in " << shown();
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  };
  wait_for(R"("event":"image","symbol":"EPL-ARS-CHE.AWAY")");
  rest(one_, Side::LayOrSell, kHome, "30", "2.04");
  wait_for(R"("offers":[["2.04","30.00"]])");
  rest(two_, Side::BackOrBuy, kHome, "30", "2.04");
  wait_for(R"("matched":"30.00")");
  watching.signal(SIGTERM);
  EXPECT_EQ(watching.wait(kPatience), 0) << watching.standard_error();
  std::istringstream lines{shown()};
  int trades = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, testing::StartsWith("{"));
    EXPECT_THAT(line, testing::EndsWith("}"));
    trades += line.find(R"("trades":[{"price":"2.04","size":"30.00")") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(trades, 1);
}

TEST_F(PricesTest, InstrumentsAreListed) {
  const std::string shown = run({"md", "list"});
  EXPECT_THAT(shown, HasSubstr("EPL-ARS-CHE.HOME   of EPL-ARS-CHE        odds active"));
  EXPECT_THAT(shown, HasSubstr("RAIN-LON           of RAIN-LON           binary active"));
}

TEST_F(PricesTest, AnOrdersSessionIsToldNoPrices) {
  one_.session().logout(kPatience);
  ChildProcess process{
      betex_fix_command("BROKER1", md_port(), folder_.path() / "state", {"md", "image", kHome})};
  EXPECT_EQ(process.wait(kPatience), 2) << "no session of that port";
}

}  // namespace
}  // namespace betex::test
