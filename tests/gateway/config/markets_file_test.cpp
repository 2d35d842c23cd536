#include <ostream>

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using MarketsFile = ConfigFixture;

TEST_F(MarketsFile, EveryValueIsTaken) {
  markets =
      "[[market]]\n"
      "name = \"RACE\"\n"
      "kind = \"odds\"\n"
      "ladder = \"Finest\"\n"
      "instruments = [\"RACE.A\", \"RACE.B\", \"RACE.C\"]\n"
      "winners = 2\n"
      "min_quantity = \"2\"\n"
      "quantity_step = \"0.05\"\n"
      "commission_bp = 500\n"
      "bet_delay_ms = 5000\n" +
      markets;
  const Config config = load();
  ASSERT_EQ(config.markets.size(), 2U);
  const MarketConfig& race = config.markets[0];
  EXPECT_EQ(race.name, "RACE");
  EXPECT_EQ(race.kind, matching::MarketKind::ExchangeOdds);
  EXPECT_EQ(race.ladder, matching::LadderKind::Finest);
  EXPECT_THAT(race.instruments, ElementsAre("RACE.A", "RACE.B", "RACE.C"));
  EXPECT_EQ(race.winners, 2U);
  EXPECT_EQ(race.min_quantity, matching::Decimal{2'000'000});
  EXPECT_EQ(race.quantity_step, matching::Decimal{50'000});
  EXPECT_EQ(race.commission_bp, 500U);
  EXPECT_EQ(race.bet_delay_ms, 5000U);
  const MarketConfig& rain = config.markets[1];
  EXPECT_EQ(rain.kind, matching::MarketKind::Binary);
  EXPECT_EQ(rain.ladder, matching::LadderKind::LinearCent);
  EXPECT_THAT(rain.instruments, IsEmpty());
  EXPECT_EQ(rain.winners, 1U);
  EXPECT_EQ(rain.min_quantity, matching::Decimal{});
}

TEST_F(MarketsFile, NoneIsNeeded) {
  replace(gateway, "demo = \"markets.toml\"\n", "");
  EXPECT_THAT(load().markets, IsEmpty());
}

struct WrongMarket {
  std::string name;
  std::string market;  // the file's first lines; the fixture's market follows
  std::string complaint;

  friend void PrintTo(const WrongMarket& wrong, std::ostream* out) { *out << wrong.name; }
};

class WrongMarketSetting : public ConfigFixture,
                           public ::testing::WithParamInterface<WrongMarket> {};

TEST_P(WrongMarketSetting, IsSaidWithItsLineAndARemedy) {
  markets = GetParam().market + "\n" + markets;
  EXPECT_THAT(complaints(), ElementsAre("markets.toml:" + GetParam().complaint));
}

const std::string kOdds =
    "[[market]]\n"
    "kind = \"odds\"\n"
    "ladder = \"Classic\"\n"
    "name = \"RACE\"\n";
const std::string kRunners = kOdds + "instruments = [\"RACE.A\", \"RACE.B\"]\n";
const std::string kBinary =
    "[[market]]\n"
    "kind = \"binary\"\n"
    "ladder = \"DeciCent\"\n"
    "name = \"SNOW\"\n";

INSTANTIATE_TEST_SUITE_P(
    All,
    WrongMarketSetting,
    ::testing::Values(
        WrongMarket{
            "UnknownTable", "[[markets]]\n", "1: markets: is not known; did you mean 'market'?"},
        WrongMarket{"UnknownKey",
                    kBinary + "commision_bp = 3",
                    "5: market.commision_bp: is not known; did you mean 'commission_bp'?"},
        WrongMarket{"NameMissing",
                    "[[market]]\nkind = \"binary\"\nladder = \"DeciCent\"\n",
                    "1: market.name: is missing; give a name"},
        WrongMarket{"NameWithSpace",
                    "[[market]]\nkind = \"binary\"\nladder = \"DeciCent\"\nname = \"A B\"",
                    "4: market.name: 'A B' is not a name; give 1 to 31 printable characters, no "
                    "space, no comma"},
        WrongMarket{"KindUnknown",
                    "[[market]]\nkind = \"tote\"\nladder = \"Classic\"\nname = \"X\"\n"
                    "instruments = [\"X.A\", \"X.B\"]",
                    "2: market.kind: 'tote' is not known; give one of odds, binary"},
        WrongMarket{"LadderMissing",
                    "[[market]]\nkind = \"binary\"\nname = \"X\"\n",
                    "1: market.ladder: is missing; give a price ladder"},
        WrongMarket{"OddsOnABinaryLadder",
                    "[[market]]\nkind = \"odds\"\nladder = \"LinearCent\"\nname = \"X\"\n"
                    "instruments = [\"X.A\", \"X.B\"]",
                    "3: market.ladder: 'LinearCent' is not known; give one of Classic, Finest"},
        WrongMarket{"NoRunners",
                    kOdds,
                    "1: market.instruments: is missing; give the symbols of the runners"},
        WrongMarket{"OneRunner",
                    kOdds + "instruments = [\"A\"]",
                    "5: market.instruments: has 1 runners; give 2 to 100"},
        WrongMarket{"RunnersNoList",
                    kOdds + "instruments = [\"A\", 2]",
                    "5: market.instruments: has the wrong type; give a list of texts, as in "
                    "[\"a\", \"b\"]"},
        WrongMarket{"RunnerNoName",
                    kOdds + "instruments = [\"A\", \"B C\"]",
                    "5: market.instruments: 'B C' is not a name; give 1 to 31 printable "
                    "characters, no space, no comma"},
        WrongMarket{"RunnerTwice",
                    kOdds + "instruments = [\"A\", \"B\", \"A\"]",
                    "5: market.instruments: 'A' is there already; give another symbol"},
        WrongMarket{"AllRunnersWin",
                    kRunners + "winners = 2",
                    "6: market.winners: 2 is out of range; give a whole number from 1 to 1"},
        WrongMarket{"RunnersOfABinaryMarket",
                    kBinary + "instruments = [\"A\", \"B\"]",
                    "5: market.instruments: a binary market has one instrument, which bears its "
                    "name; remove it"},
        WrongMarket{"WinnersOfABinaryMarket",
                    kBinary + "winners = 1",
                    "5: market.winners: a binary market has one instrument, which bears its name; "
                    "remove it"},
        WrongMarket{"StakeWithThreeDecimals",
                    kRunners + "min_quantity = \"0.005\"",
                    "6: market.min_quantity: '0.005' is not a quantity of this market; give a "
                    "stake as in \"0.01\", at most 1000000000.00"},
        WrongMarket{"StakeOfZero",
                    kRunners + "quantity_step = \"0.00\"",
                    "6: market.quantity_step: '0.00' is not a quantity of this market; give a "
                    "stake as in \"0.01\", at most 1000000000.00"},
        WrongMarket{"StakeNegative",
                    kRunners + "quantity_step = \"-1\"",
                    "6: market.quantity_step: '-1' is not a quantity of this market; give a "
                    "stake as in \"0.01\", at most 1000000000.00"},
        WrongMarket{"HalfAContract",
                    kBinary + "quantity_step = \"0.5\"",
                    "5: market.quantity_step: '0.5' is not a quantity of this market; give whole "
                    "contracts as in \"1\", at most 1000000000000"},
        WrongMarket{"QuantityAsFloat",
                    kRunners + "min_quantity = 0.01",
                    "6: market.min_quantity: has the wrong type; give a text in quotes"},
        WrongMarket{"CommissionOutOfRange",
                    kBinary + "commission_bp = 10_001",
                    "5: market.commission_bp: 10001 is out of range; give a whole number from 0 to "
                    "10000"},
        WrongMarket{"DelayNegative",
                    kBinary + "bet_delay_ms = -1",
                    "5: market.bet_delay_ms: -1 is out of range; give a whole number from 0 to "
                    "60000"}),
    [](const auto& test) { return test.param.name; });

TEST_F(MarketsFile, NamesAreUnique) {
  markets +=
      "[[market]]\n"
      "name = \"RAIN\"\n"
      "kind = \"odds\"\n"
      "ladder = \"Classic\"\n"
      "instruments = [\"RAIN\", \"SUN\"]\n";
  EXPECT_THAT(complaints(),
              ElementsAre("markets.toml:6: market.name: 'RAIN' is there already; give another name",
                          "markets.toml:9: market.instruments: 'RAIN' is there already; give "
                          "another symbol"));
}

TEST_F(MarketsFile, BinaryMarketMayNotBearAnInstrumentsName) {
  markets = kOdds + "instruments = [\"RAIN\", \"SUN\"]\n" + markets;
  EXPECT_THAT(complaints(),
              ElementsAre("markets.toml:7: market.name: 'RAIN' is an instrument; give another "
                          "name"));
}

TEST_F(MarketsFile, ListOfSomethingElseIsRefused) {
  markets = "market = [1]\n";
  EXPECT_THAT(complaints(),
              ElementsAre("markets.toml:1: market: has the wrong type; give an array of tables, as "
                          "in [[market]]"));
}

}  // namespace
}  // namespace betex::gateway
