#include <ostream>

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using matching::AccountKind;
using matching::Decimal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using AccountsFile = ConfigFixture;

TEST_F(AccountsFile, EveryValueIsTaken) {
  accounts =
      "[[account]]\n"
      "name = \"BOB\"\n"
      "kind = \"collateralised\"\n"
      "balance = \"1000.25\"\n"
      "credit = \"500\"\n"
      "exposure_limit = \"800.0001\"\n"
      "market_exposure_limit = \"200.5\"\n"
      "max_open_orders = 30\n"
      "commission_discount_bp = 2500\n";
  const Config config = load();
  ASSERT_EQ(config.listed_accounts.size(), 1U);
  const AccountConfig& bob = config.listed_accounts[0];
  EXPECT_EQ(bob.name, "BOB");
  EXPECT_EQ(bob.kind, AccountKind::Collateralised);
  EXPECT_EQ(bob.balance, Decimal{1'000'250'000});
  EXPECT_EQ(bob.credit, Decimal{500'000'000});
  EXPECT_EQ(bob.exposure_limit, Decimal{800'000'100});
  EXPECT_EQ(bob.market_exposure_limit, Decimal{200'500'000});
  EXPECT_EQ(bob.max_open_orders, 30U);
  EXPECT_EQ(bob.commission_discount_bp, 2500U);
}

TEST_F(AccountsFile, AnAccountOfASessionThatIsNotListedIsUnlimitedAndHasNothing) {
  replace(sessions, "Accounts=ANNA", "Accounts=ANNA, ZOE");
  accounts += "balance = \"7\"\n[[account]]\nname = \"BOB\"\nkind = \"unlimited\"\n";
  const auto all = load().accounts();
  ASSERT_THAT(names_of(all), ElementsAre("ANNA", "BOB", "ZOE"));
  EXPECT_EQ(all[0].kind, AccountKind::Collateralised);
  EXPECT_EQ(all[0].balance, Decimal{7'000'000});
  EXPECT_EQ(all[2].kind, AccountKind::Unlimited);
  EXPECT_EQ(all[2].balance, Decimal{0});
}

TEST_F(AccountsFile, NoneIsNeeded) {
  replace(gateway, "accounts = \"accounts.toml\"\n", "");
  const Config config = load();
  EXPECT_THAT(config.listed_accounts, IsEmpty());
  EXPECT_THAT(names_of(config.accounts()), ElementsAre("ANNA"));
}

struct WrongAccount {
  std::string name;
  std::string more;  // behind the fixture's account, which has the first three lines
  std::string complaint;

  friend void PrintTo(const WrongAccount& wrong, std::ostream* out) { *out << wrong.name; }
};

class WrongAccountSetting : public ConfigFixture,
                            public ::testing::WithParamInterface<WrongAccount> {};

TEST_P(WrongAccountSetting, IsSaidWithItsLineAndARemedy) {
  accounts += GetParam().more + "\n";
  EXPECT_THAT(complaints(), ElementsAre("accounts.toml:" + GetParam().complaint));
}

const std::string kNotAnAmount =
    "is not an amount; give one as in \"1000.00\", of at most 4 decimals, without a sign";

INSTANTIATE_TEST_SUITE_P(
    All,
    WrongAccountSetting,
    ::testing::Values(
        WrongAccount{"UnknownKey",
                     "balanse = \"1\"",
                     "4: account.balanse: is not known; did you mean 'balance'?"},
        WrongAccount{
            "NegativeBalance", "balance = \"-1\"", "4: account.balance: '-1' " + kNotAnAmount},
        WrongAccount{
            "FiveDecimals", "credit = \"0.00001\"", "4: account.credit: '0.00001' " + kNotAnAmount},
        WrongAccount{"BeyondWhatFits",
                     "credit = \"9999999999999\"",
                     "4: account.credit: '9999999999999' " + kNotAnAmount},
        WrongAccount{"AmountAsNumber",
                     "exposure_limit = 100",
                     "4: account.exposure_limit: has the wrong type; give a text in quotes"},
        WrongAccount{"DiscountOutOfRange",
                     "commission_discount_bp = 10_001",
                     "4: account.commission_discount_bp: 10001 is out of range; give a whole "
                     "number from 0 to 10000"},
        WrongAccount{"NoName",
                     "[[account]]\nkind = \"unlimited\"",
                     "4: account.name: is missing; give a name"},
        WrongAccount{"NoKind",
                     "[[account]]\nname = \"BOB\"",
                     "4: account.kind: is missing; give unlimited or collateralised"},
        WrongAccount{"KindUnknown",
                     "[[account]]\nname = \"BOB\"\nkind = \"rich\"",
                     "6: account.kind: 'rich' is not known; give one of unlimited, "
                     "collateralised"},
        WrongAccount{"NameTwice",
                     "[[account]]\nname = \"ANNA\"\nkind = \"unlimited\"",
                     "5: account.name: 'ANNA' is there already; remove one of the two"},
        WrongAccount{"NameWithSpace",
                     "[[account]]\nname = \"A B\"\nkind = \"unlimited\"",
                     "5: account.name: 'A B' is not a name; give 1 to 31 printable characters, no "
                     "space, no comma"},
        WrongAccount{"TheExchangesOwn",
                     "[[account]]\nname = \"$HOUSE\"\nkind = \"unlimited\"",
                     "5: account.name: '$HOUSE' begins with $, as the exchange's own accounts do; "
                     "give another name"}),
    [](const auto& test) { return test.param.name; });

TEST_F(AccountsFile, ASessionMayNotHaveAnAccountOfTheExchanges) {
  replace(sessions, "Accounts=ANNA", "Accounts=ANNA, $HOUSE");
  EXPECT_THAT(complaints(),
              ElementsAre("sessions.cfg:9: Accounts: '$HOUSE' begins with $, as the exchange's own "
                          "accounts do; give another name"));
}

}  // namespace
}  // namespace betex::gateway
