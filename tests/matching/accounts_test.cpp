// Accounts and their money (RULES.md section 5): what moves it, and what an order is checked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Name kDave{"dave"};
const Name kHorse{"HORSE"};

// With dave, who must have the money for what he bets.
class Funds : public ::testing::Test {
 protected:
  Funds() {
    x.run(CreateAccount{
        .account = kDave, .kind = AccountKind::Collateralised, .opening_balance = decimal("100")});
  }

  std::string move(FundsKind kind, Decimal amount, const char* remark = "") {
    return x
        .run(MoveFunds{.account = kDave, .kind = kind, .amount = amount},
             Origin{},
             0,
             Remark{remark})
        .at(0);
  }

  std::string correct(const char* amount, bool negative = true) {
    const Decimal size = decimal(amount);
    return move(FundsKind::Correction, negative ? Decimal{-size.value()} : size, "as agreed");
  }

  [[nodiscard]] WideMoney available() const { return x.account("dave").available; }

  Exchange x;
};

TEST_F(Funds, DepositsAndWithdrawalsMoveTheBalance) {
  EXPECT_THAT(x.deposit("dave", "20.5"), ElementsAre("deposit dave 20.5000 balance 120.5000"));
  EXPECT_THAT(x.withdraw("dave", "120.5"), ElementsAre("withdrawal dave -120.5000 balance 0.0000"));
  EXPECT_THAT(x.withdraw("dave", "0.0001"),
              ElementsAre("command rejected dave: insufficient funds"));
}

TEST_F(Funds, AmountsArePositiveAndExact) {
  EXPECT_THAT(move(FundsKind::Deposit, Decimal{}), EndsWith("invalid parameter"));
  EXPECT_THAT(move(FundsKind::Deposit, Decimal{-kDecimalScale}), EndsWith("invalid parameter"));
  EXPECT_THAT(move(FundsKind::Deposit, decimal("1.00001")), EndsWith("invalid parameter"));
  EXPECT_THAT(move(FundsKind::Withdrawal, Decimal{}), EndsWith("invalid parameter"));
  EXPECT_THAT(move(FundsKind::Correction, Decimal{}, "why"), EndsWith("invalid parameter"));
  EXPECT_THAT(move(FundsKind::Correction, decimal("1")), EndsWith("invalid parameter"))
      << "without a remark";
  EXPECT_THAT(move(FundsKind::WriteOff, decimal("1")), EndsWith("invalid parameter"));
}

TEST_F(Funds, WithdrawalLeavesWhatBetsMayCost) {
  x.back("dave", "60", "2");
  EXPECT_THAT(x.withdraw("dave", "40.0001"),
              ElementsAre("command rejected dave: insufficient funds"));
  EXPECT_THAT(x.withdraw("dave", "40"), ElementsAre("withdrawal dave -40.0000 balance 60.0000"));
  EXPECT_EQ(available(), WideMoney{Money{0}});
}

TEST_F(Funds, CreditCanBeBetButNotWithdrawn) {
  x.run(SetLimits{.account = kDave, .credit = decimal("50")});
  EXPECT_THAT(x.withdraw("dave", "100.0001").at(0), EndsWith("insufficient funds"));
  EXPECT_THAT(x.back("dave", "150", "2").at(0), StartsWith("accepted"));
  EXPECT_THAT(x.back("dave", "0.01", "2").at(0), EndsWith("insufficient funds"));
}

TEST_F(Funds, RemarkStandsBesideWhatItIsAbout) {
  EXPECT_THAT(
      x.run(MoveFunds{.account = kDave, .kind = FundsKind::Correction, .amount = decimal("3")},
            Origin{},
            0,
            Remark{"paid late"}),
      ElementsAre("correction dave 3.0000 balance 103.0000", "remark paid late"));
}

TEST_F(Funds, WriteOffTakesOverANegativeBalanceWhole) {
  EXPECT_THAT(move(FundsKind::WriteOff, Decimal{}), EndsWith("not possible in this state"));
  EXPECT_EQ(correct("130"), "correction dave -130.0000 balance -30.0000");
  EXPECT_EQ(move(FundsKind::WriteOff, Decimal{}), "write-off dave 30.0000 balance 0.0000");
  EXPECT_EQ(x.engine.house().house, WideMoney{Money{-300'000}});
  EXPECT_THAT(move(FundsKind::WriteOff, Decimal{}), EndsWith("not possible in this state"));
}

TEST_F(Funds, UnknownOnesHaveNoFunds) {
  EXPECT_THAT(x.deposit("nobody", "1"), ElementsAre("command rejected nobody: unknown account"));
}

TEST_F(Funds, NamesWithADollarAreTheExchangesOwn) {
  EXPECT_THAT(x.run(CreateAccount{.account = Name{"$HOUSE"}}),
              ElementsAre("command rejected $HOUSE: invalid parameter"));
  EXPECT_THAT(x.run(x.order("$HOUSE", "A", Side::Bid, "1", "2")).at(0),
              EndsWith("unknown account"));
}

TEST_F(Funds, LimitsAreWithinTheirBounds) {
  EXPECT_THAT(x.run(SetLimits{.account = kDave, .credit = Decimal{-1}}).at(0),
              EndsWith("invalid parameter"));
  EXPECT_THAT(x.run(SetLimits{.account = kDave, .commission_discount_bp = 10'001}).at(0),
              EndsWith("invalid parameter"));
  EXPECT_THAT(x.run(SetLimits{.account = kDave, .exposure_limit = decimal("0.00001")}).at(0),
              EndsWith("invalid parameter"));
}

TEST_F(Funds, NewAccountBeginsWithNoDebt) {
  EXPECT_THAT(x.run(CreateAccount{.account = Name{"erin"}, .opening_balance = Decimal{-100}}),
              ElementsAre("command rejected erin: invalid parameter"));
  EXPECT_THAT(x.run(CreateAccount{.account = Name{"erin"}, .credit = Decimal{-100}}),
              ElementsAre("command rejected erin: invalid parameter"));
}

TEST_F(Funds, LimitThatIsNotGivenStaysAsItIs) {
  x.run(SetLimits{.account = kDave,
                  .max_open_orders = 5,
                  .commission_discount_bp = 100,
                  .credit = decimal("1"),
                  .exposure_limit = decimal("2"),
                  .market_exposure_limit = decimal("3")});
  EXPECT_THAT(x.run(SetLimits{.account = kDave, .exposure_limit = decimal("4")}),
              ElementsAre("account dave open orders 5 discount 100 credit 1.0000 exposure limits "
                          "4.0000 3.0000"));
}

// 2^62 mu less what is there already.
TEST_F(Funds, SumThatWouldNotFitIsRefused) {
  const Decimal most{std::numeric_limits<std::int64_t>::max() / 100 * 100};
  int deposits = 0;
  std::string said;
  do {
    said = move(FundsKind::Deposit, most);
    ++deposits;
  } while (said.starts_with("deposit"));
  EXPECT_THAT(said, EndsWith("amount is too large"));
  EXPECT_EQ(deposits, 50);
  EXPECT_THAT(x.run(SetLimits{.account = kDave, .credit = most}).at(0),
              EndsWith("amount is too large"));
  EXPECT_THAT(x.run(SetLimits{.account = kDave, .credit = Decimal{}}).at(0),
              StartsWith("account dave"));
  EXPECT_THAT(x.back("dave", "1000000000", "2").at(0), StartsWith("accepted"));
}

// ---- Orders -------------------------------------------------------------------------------------

TEST_F(Funds, UnlimitedOneIsNeverRefusedForFundsAndCountedAllTheSame) {
  EXPECT_THAT(x.back("alice", "500", "2").at(0), StartsWith("accepted"));
  EXPECT_EQ(x.account("alice").available, WideMoney{Money{-5'000'000}});
  EXPECT_THAT(x.back("alice", "500", "2").at(0), StartsWith("accepted"));
}

TEST_F(Funds, OrderIsRefusedWhereItsMoneyIsMissing) {
  EXPECT_THAT(x.back("dave", "100.01", "2").at(0), EndsWith("insufficient funds"));
  EXPECT_THAT(x.back("dave", "100", "2").at(0), StartsWith("accepted"));
  EXPECT_EQ(available(), WideMoney{Money{0}});
  EXPECT_THAT(x.cancel("dave", 1), ElementsAre("cancelled #1 requested"));
  EXPECT_EQ(available(), WideMoney{Money{1'000'000}});
}

TEST_F(Funds, LimitsOfExposureBindUnlimitedAccountsToo) {
  x.run(SetLimits{.account = Name{"alice"},
                  .exposure_limit = decimal("30"),
                  .market_exposure_limit = decimal("20")});
  EXPECT_THAT(x.back("alice", "20.01", "2").at(0), HasSubstr("exposure"));
  EXPECT_THAT(x.back("alice", "20", "2").at(0), StartsWith("accepted"));
  EXPECT_THAT(x.buy("alice", "21", "0.50").at(0), HasSubstr("exposure")) << "20 and 10.50";
  EXPECT_THAT(x.buy("alice", "20", "0.50").at(0), StartsWith("accepted"));
}

TEST_F(Funds, PositionsHaveALimitOnTheOrdersOwnSide) {
  x.run(CreateMarket{.market = Name{"SUN"},
                     .kind = MarketKind::Binary,
                     .ladder = LadderKind::LinearCent,
                     .max_position = decimal("10")});
  x.run(OpenMarket{.market = Name{"SUN"}});
  const auto place = [&](Side side, const char* quantity) {
    return x.run(x.order("alice", "SUN", side, quantity, "0.50")).at(0);
  };
  EXPECT_THAT(place(Side::Bid, "11"), EndsWith("position limit"));
  EXPECT_THAT(place(Side::Bid, "6"), StartsWith("accepted"));
  EXPECT_THAT(place(Side::Bid, "5"), EndsWith("position limit")) << "6 may be bought already";
  x.run(x.order("bob", "SUN", Side::Ask, "6", "0.50"));
  EXPECT_THAT(place(Side::Bid, "5"), EndsWith("position limit")) << "6 are held";
  EXPECT_THAT(place(Side::Ask, "16"), StartsWith("accepted")) << "ends at NO 10";
  EXPECT_THAT(place(Side::Ask, "1"), EndsWith("position limit"));
}

TEST_F(Funds, AmendIsCheckedWithoutTheOrderAsItIs) {
  x.back("dave", "60", "2");
  const auto amend = [&](const char* quantity, const char* odds) {
    return x
        .run(AmendOrder{.account = kDave,
                        .cl_ord_id = x.fresh_id(),
                        .order_id = OrderId{1},
                        .transact_time = x.now(),
                        .price = decimal(odds),
                        .quantity = decimal(quantity)})
        .at(0);
  };
  EXPECT_THAT(amend("100", "2"), StartsWith("amended"));
  EXPECT_THAT(amend("100.01", "2"), EndsWith("insufficient funds"));
  EXPECT_THAT(amend("100", "3"), StartsWith("amended")) << "another price, the same cost";
}

TEST_F(Funds, MarketOrderIsCheckedWithWhatItWouldCost) {
  x.back("bob", "40", "2");
  PlaceOrder lay = x.order("dave", "A", Side::Ask, "40", "2");
  lay.type = OrderType::Market;
  lay.price = Decimal{};
  lay.time_in_force = TimeInForce::Day;
  EXPECT_THAT(x.run(lay).at(0), StartsWith("accepted"));
  EXPECT_EQ(x.row("dave", "HORSE").exposure, Money{400'000});
}

TEST_F(Funds, DelayedMarketOrderIsCheckedWithItsPart) {
  x.run(CreateMarket{.market = Name{"PLAY"},
                     .bet_delay_ms = 5'000,
                     .kind = MarketKind::Binary,
                     .ladder = LadderKind::LinearCent});
  x.run(OpenMarket{.market = Name{"PLAY"}});
  x.run(TurnInPlay{.market = Name{"PLAY"}});
  PlaceOrder buy = x.order("dave", "PLAY", Side::Bid, "102", "0.50");
  buy.type = OrderType::Market;
  buy.price = Decimal{};
  buy.time_in_force = TimeInForce::Day;
  EXPECT_THAT(x.run(buy).at(0), EndsWith("insufficient funds")) << "102 at the ladder's end";
  buy.cl_ord_id = x.fresh_id();
  buy.extras = OrderExtras{.reference = {}, .order_group = {}, .max_cost = decimal("80")};
  EXPECT_THAT(x.run(buy).at(0), EndsWith("delayed"));
  EXPECT_EQ(x.row("dave", "PLAY").exposure, Money{800'000});
  EXPECT_EQ(x.find_order(1).part, Money{800'000});
}

// ---- Deficits -----------------------------------------------------------------------------------

TEST_F(Funds, InDeficitOnlyWhatTakesRiskAwayIsTaken) {
  x.lay("bob", "100", "2");
  x.back("dave", "100", "2");
  correct("1");
  ASSERT_EQ(available(), WideMoney{Money{-10'000}});
  EXPECT_THAT(x.buy("dave", "1", "0.01").at(0), HasSubstr("deficit"));
  EXPECT_THAT(x.lay("dave", "100", "3.05").at(0), HasSubstr("deficit")) << "1 050 000 at worst";
  EXPECT_THAT(x.lay("dave", "100", "3").at(0), StartsWith("accepted")) << "1 000 000 as before";
  x.deposit("dave", "1");
  EXPECT_THAT(x.buy("dave", "1", "0.01").at(0), EndsWith("insufficient funds"));
}

TEST_F(Funds, LoweredCreditLeadsToADeficit) {
  x.run(SetLimits{.account = kDave, .credit = decimal("50")});
  x.back("dave", "150", "2");
  x.run(SetLimits{.account = kDave, .credit = Decimal{}});
  EXPECT_EQ(available(), WideMoney{Money{-500'000}});
  EXPECT_THAT(x.buy("dave", "1", "0.01").at(0), HasSubstr("deficit"));
  EXPECT_THAT(x.cancel("dave", 1), ElementsAre("cancelled #1 requested"));
  EXPECT_THAT(x.buy("dave", "1", "0.01").at(0), StartsWith("accepted"));
}

TEST_F(Funds, RemovalLeadsToADeficit) {
  x.run(x.order("dave", "A", Side::Ask, "100", "2"));
  x.run(x.order("dave", "B", Side::Ask, "100", "2"));
  x.run(x.order("bob", "A", Side::Bid, "100", "2"));
  x.run(x.order("bob", "B", Side::Bid, "100", "2"));
  EXPECT_EQ(x.row("dave", "HORSE").exposure, Money{0}) << "one of them loses";
  x.withdraw("dave", "100");
  x.run(RemoveRunner{.market = kHorse, .symbol = Name{"B"}});
  EXPECT_EQ(x.row("dave", "HORSE").exposure, Money{1'000'000});
  EXPECT_EQ(available(), WideMoney{Money{-1'000'000}});
}

// ---- The exchange -------------------------------------------------------------------------------

// Fifty of them come to 2^62 less 4.
class NearlyTooMuch : public ::testing::Test {
 protected:
  NearlyTooMuch() { x.run(CreateAccount{.account = kDave}); }

  std::string deposit(int times) {
    Lines lines;
    for (int i = 0; i < times; ++i) {
      lines = x.deposit("dave", "9223372036854.7758");
    }
    return lines.back();
  }

  Exchange x;
};

TEST_F(NearlyTooMuch, BalanceAloneMayBe) {
  EXPECT_THAT(deposit(50), StartsWith("deposit"));
  EXPECT_THAT(x.deposit("dave", "0.0004"), ElementsAre(StartsWith("deposit")));
  EXPECT_THAT(x.deposit("dave", "0.0001"), ElementsAre(EndsWith("amount is too large")));
}

// An order may be filled at any better price, so it counts with the most that it could move.
TEST_F(NearlyTooMuch, AnOrderCountsWithTheMostThatItCouldMove) {
  deposit(50);
  EXPECT_THAT(x.back("dave", "0.01", "1.01"), ElementsAre(EndsWith("amount is too large")));
  EXPECT_THAT(x.buy("dave", "1", "0.01"), ElementsAre(EndsWith("amount is too large")));
}

TEST_F(NearlyTooMuch, OpenQuantitiesCountForDepositsAndCredit) {
  deposit(49);
  x.back("dave", "0.01", "1.01");  // #1
  x.buy("dave", "1", "0.01");      // #2
  EXPECT_THAT(deposit(1), EndsWith("amount is too large"));
  EXPECT_THAT(x.run(SetLimits{.account = kDave, .credit = decimal("9223372036854.7758")}),
              ElementsAre(EndsWith("amount is too large")));
  x.cancel("dave", 1);
  EXPECT_THAT(deposit(1), EndsWith("amount is too large"));
  x.cancel("dave", 2);
  EXPECT_THAT(deposit(1), StartsWith("deposit"));
}

TEST_F(NearlyTooMuch, MatchedQuantitiesCountUntilTheirMarketIsArchived) {
  deposit(49);
  x.back("dave", "0.01", "1.01");
  x.lay("bob", "0.01", "1.01");
  EXPECT_THAT(deposit(1), EndsWith("amount is too large"));
  x.run(VoidMarket{.market = kHorse});
  EXPECT_THAT(deposit(1), EndsWith("amount is too large")) << "it may be corrected";
  x.run(ArchiveMarket{.market = kHorse});
  EXPECT_THAT(deposit(1), StartsWith("deposit"));
}

TEST(ExchangeItself, IsMadeOnceAndFirst) {
  Engine engine;
  EventText text;
  const Timestamp now{1'700'000'000'000'000'000};
  const auto create = [&](const char* currency) {
    return text
        .describe(engine.decide(
            {.timestamp = now, .body = CreateExchange{.currency = Currency{currency}}}))
        .at(0);
  };
  EXPECT_THAT(create("EUR"), StartsWith("exchange EUR"));
  EXPECT_EQ(engine.house().currency, Currency{"EUR"});
  EXPECT_THAT(create("GBP"), StartsWith("command rejected"));
  EXPECT_EQ(Exchange{}.engine.house().currency, Currency{}) << "its log does not say";
}

}  // namespace
}  // namespace betex::matching::testing
