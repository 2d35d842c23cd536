// What the brokers and drop copies of an account are told of its bets and its money.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/audience_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::AccountChange;
using fix::AccountReport;
using fix::SettlementReport;
using matching::Money;
using matching::Quantity;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kMuPerUnit = 10'000;

constexpr Money units(std::int64_t whole) {
  return Money{whole * kMuPerUnit};
}

constexpr std::size_t kManyAccounts = 300;
constexpr std::int64_t kPaymentTurn = 1'000'000;  // ns that payments wait after a command

Name numbered(std::size_t account) {
  return Name{"A" + std::to_string(account)};
}

// Session ONE trades for ACC and the others, TWO for ACC alone, DROP follows ACC.
Audience money_audience() {
  std::vector<Name> all{Name{"ACC"}, Name{"OTHER-ACC"}};
  for (std::size_t i = 0; i < kManyAccounts; ++i) {
    all.push_back(numbered(i));
  }
  return Audience{
      {{.comp_id = Name{"ONE"}, .accounts = std::move(all)},
       {.comp_id = Name{"TWO"}, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"DROP"}, .role = fix::SessionRole::DropCopy, .accounts = {Name{"ACC"}}}}};
}

class SettlementReportsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline.submit(matching::CreateExchange{.currency = matching::Currency{"EUR"}});
    pipeline.open_market();
    pipeline.submit(matching::CreateMarket{.market = kRain,
                                           .commission_bp = 500,
                                           .kind = matching::MarketKind::Binary,
                                           .ladder = matching::LadderKind::LinearCent});
    pipeline.submit(matching::OpenMarket{.market = kRain});
    pipeline.submit(matching::SessionUp{.comp_id = Name{"DROP"}});
    pipeline.submit(matching::CreateAccount{.account = kOther,
                                            .kind = matching::AccountKind::Unlimited,
                                            .opening_balance = Decimal{1'000'000'000}});
    pipeline.run();
    const fix::ReportId here{pipeline.engine.last_seq(), 1};
    for (const SessionId session : {kOne, kTwo, kDrop}) {
      pipeline.feed.subscribe(session, kFirst, here);
    }
    pipeline.run();
    sink.reports.clear();
  }

  void trade(
      const Name& account, const Name& symbol, Side side, Decimal price, std::int64_t quantity) {
    pipeline.submit(matching::PlaceOrder{.account = account,
                                         .cl_ord_id = ClOrdId{"ID" + std::to_string(++orders_)},
                                         .symbol = symbol,
                                         .transact_time = pipeline.clock.time,
                                         .price = price,
                                         .quantity = Decimal{quantity * matching::kDecimalScale},
                                         .side = side},
                    pipeline.origin(kOne));
  }

  // ACC buys so many contracts of `from`'s at 0.60.
  void buy(int contracts, const Name& from = kOther) {
    trade(from, kRain, Side::Ask, Decimal{600'000}, contracts);
    trade(kAcc, kRain, Side::Bid, Decimal{600'000}, contracts);
    pipeline.run();
  }

  void determine(bool yes) {
    pipeline.submit(
        matching::DetermineMarket{.market = kRain,
                                  .shares = {{.symbol = kRain,
                                              .numerator = static_cast<std::uint16_t>(yes ? 1 : 0),
                                              .denominator = 1}}});
    pipeline.submit(matching::SettleMarket{.market = kRain});
    pipeline.run();
    while (pipeline.engine.batch_pending() != matching::PendingBatch::None) {
      pipeline.clock.time = matching::Timestamp{pipeline.clock.time.value() + kPaymentTurn};
      pipeline.run();
    }
  }

  void settle(bool yes = true) {
    pipeline.submit(matching::CloseMarket{.market = kRain});
    determine(yes);
  }

  template <typename Body>
  std::vector<Body> bodies(SessionId session, SubscriptionId subscription = kFirst) const {
    std::vector<Body> found;
    for (const auto& delivery : sink.reports) {
      const auto* const body = std::get_if<Body>(&delivery.report.body);
      if (delivery.session == session && delivery.subscription == subscription && body != nullptr) {
        found.push_back(*body);
      }
    }
    return found;
  }

  // Of settlement and account reports.
  std::vector<fix::Report> money_reports(SessionId session, SubscriptionId subscription) const {
    std::vector<fix::Report> found;
    for (const auto& delivery : sink.reports) {
      const bool money = std::holds_alternative<SettlementReport>(delivery.report.body) ||
                         std::holds_alternative<AccountReport>(delivery.report.body);
      if (money && delivery.session == session && delivery.subscription == subscription) {
        found.push_back(delivery.report);
      }
    }
    return found;
  }

  static inline const Name kRain{"RAIN"};
  static inline const Name kAcc{"ACC"};
  static inline const Name kOther{"OTHER-ACC"};

  Pipeline pipeline{1024, money_audience()};
  RecordingSink& sink = pipeline.sink;
  int orders_ = 0;
};

TEST_F(SettlementReportsTest, AFillInABinaryMarketTellsThePositionAfterIt) {
  buy(10);
  buy(5);
  trade(kAcc, kRain, Side::Ask, Decimal{600'000}, 18);
  trade(kOther, kRain, Side::Bid, Decimal{600'000}, 18);
  pipeline.run();
  std::vector<Quantity> of_acc;
  std::vector<Quantity> of_other;
  for (const auto& report : bodies<fix::ExecutionReport>(kOne)) {
    if (report.exec_type == fix::ExecType::Trade) {
      ASSERT_TRUE(report.position_after);
      (report.account == kAcc ? of_acc : of_other).push_back(*report.position_after);
    }
  }
  EXPECT_THAT(of_acc, ElementsAre(Quantity{10}, Quantity{15}, Quantity{-3}));
  EXPECT_THAT(of_other, ElementsAre(Quantity{-10}, Quantity{-15}, Quantity{3}));
}

TEST_F(SettlementReportsTest, AFillInAnOddsMarketTellsNoPosition) {
  trade(kOther, Name{"RUN"}, Side::Ask, Decimal{2'000'000}, 10);
  trade(kAcc, Name{"RUN"}, Side::Bid, Decimal{2'000'000}, 10);
  pipeline.run();
  int fills = 0;
  for (const auto& report : bodies<fix::ExecutionReport>(kOne)) {
    fills += report.exec_type == fix::ExecType::Trade ? 1 : 0;
    EXPECT_FALSE(report.position_after);
  }
  EXPECT_EQ(fills, 2) << "one of each account";
}

// ACC has paid 6.00 for ten contracts and gets 10.00; of the 4.00 that it has won the house takes a
// twentieth.
TEST_F(SettlementReportsTest, ASettlementIsReportedToTheBrokersAndDropCopiesOfEachAccount) {
  buy(10);
  settle();
  const auto all = bodies<SettlementReport>(kOne);
  ASSERT_THAT(all, SizeIs(2));
  const SettlementReport& other = all[0];  // whose row came first
  EXPECT_EQ(other.account, kOther);
  EXPECT_EQ(other.market, kRain);
  EXPECT_EQ(other.kind, matching::MarketKind::Binary);
  EXPECT_FALSE(other.is_void);
  EXPECT_FALSE(other.copy);
  EXPECT_EQ(other.round, 1U);
  EXPECT_EQ(other.price, Decimal{1'000'000});
  EXPECT_EQ(other.position, Quantity{-10});
  EXPECT_EQ(other.gross, units(0));
  EXPECT_EQ(other.commission, units(0));
  EXPECT_EQ(other.balance, units(996));
  EXPECT_EQ(other.currency, matching::Currency{"EUR"});
  EXPECT_EQ(other.transact_time, pipeline.clock.time);
  const SettlementReport& acc = all[1];
  EXPECT_EQ(acc.account, kAcc);
  EXPECT_EQ(acc.position, Quantity{10});
  EXPECT_EQ(acc.gross, units(10));
  EXPECT_EQ(acc.commission, Money{2'000});
  EXPECT_EQ(acc.balance, Money{38'000});

  EXPECT_THAT(bodies<SettlementReport>(kTwo), ElementsAre(acc));
  SettlementReport copy = acc;
  copy.copy = true;
  EXPECT_THAT(bodies<SettlementReport>(kDrop), ElementsAre(copy));
}

TEST_F(SettlementReportsTest, ARowWithoutBetsHasNone) {
  trade(kAcc, kRain, Side::Bid, Decimal{600'000}, 10);
  pipeline.run();
  settle();
  EXPECT_THAT(bodies<SettlementReport>(kOne), IsEmpty());
}

TEST_F(SettlementReportsTest, ACorrectionPaysTheDifferenceInARoundOfItsOwn) {
  buy(10);
  settle();
  determine(false);
  const auto of_acc = bodies<SettlementReport>(kTwo);
  ASSERT_THAT(of_acc, SizeIs(2));
  EXPECT_EQ(of_acc[1].round, 2U);
  EXPECT_EQ(of_acc[1].price, Decimal{0});
  EXPECT_EQ(of_acc[1].gross, units(-10));
  EXPECT_EQ(of_acc[1].commission, Money{-2'000});
  EXPECT_EQ(of_acc[1].balance, units(-6));
}

TEST_F(SettlementReportsTest, AVoidTellsThePriceOfYes) {
  buy(10);
  pipeline.submit(matching::VoidMarket{.market = kRain, .price = Decimal{550'000}});
  pipeline.run();
  const auto of_acc = bodies<SettlementReport>(kTwo);
  ASSERT_THAT(of_acc, SizeIs(1));
  EXPECT_TRUE(of_acc[0].is_void);
  EXPECT_EQ(of_acc[0].price, Decimal{550'000});
  EXPECT_EQ(of_acc[0].gross, Money{55'000});
  EXPECT_EQ(of_acc[0].commission, units(0));
}

TEST_F(SettlementReportsTest, AnOddsMarketHasNeitherPriceNorPosition) {
  trade(kOther, Name{"RUN"}, Side::Ask, Decimal{3'000'000}, 10);
  trade(kAcc, Name{"RUN"}, Side::Bid, Decimal{3'000'000}, 10);
  pipeline.submit(matching::CloseMarket{.market = Name{"MKT"}});
  pipeline.submit(matching::DetermineMarket{
      .market = Name{"MKT"},
      .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 1}}});
  pipeline.submit(matching::SettleMarket{.market = Name{"MKT"}});
  pipeline.run();
  const auto of_acc = bodies<SettlementReport>(kTwo);
  ASSERT_THAT(of_acc, SizeIs(1));
  EXPECT_EQ(of_acc[0].kind, matching::MarketKind::ExchangeOdds);
  EXPECT_EQ(of_acc[0].position, Quantity{0});
  EXPECT_EQ(of_acc[0].price, Decimal{0});
  EXPECT_EQ(of_acc[0].gross, units(20));
}

TEST_F(SettlementReportsTest, BrokersHearThatTheMarketIsSettledInEachRound) {
  buy(10);
  settle();
  determine(false);
  std::vector<fix::TradingStatus> told;
  for (const auto& status : bodies<fix::SecurityStatus>(kOne)) {
    told.push_back(status.status);
  }
  using enum fix::TradingStatus;
  EXPECT_THAT(told, ElementsAre(NotAvailable, Determined, Settled, Determined, Settled));
  sink.reports.clear();
  pipeline.ask(SecurityStatusQuery{.session = kOne, .symbol = kRain});
  pipeline.run();
  EXPECT_EQ(bodies<fix::SecurityStatus>(kOne).at(0).status, Settled);
}

// ---- Accounts -----------------------------------------------------------------------------------

TEST_F(SettlementReportsTest, MoneyThatOperatorsMoveIsReported) {
  using matching::FundsKind;
  pipeline.submit(matching::MoveFunds{
      .account = kAcc, .kind = FundsKind::Deposit, .amount = Decimal{100'500'000}});
  pipeline.submit(matching::MoveFunds{
      .account = kAcc, .kind = FundsKind::Withdrawal, .amount = Decimal{500'000}});
  BETEX_ASSERT(pipeline.commands.try_reserve(1));
  pipeline.commands.publish(matching::Command{
      .remark = matching::Remark{"paid in twice"},
      .body = matching::MoveFunds{
          .account = kAcc, .kind = FundsKind::Correction, .amount = Decimal{-150'000'000}}});
  pipeline.submit(matching::MoveFunds{.account = kAcc, .kind = FundsKind::WriteOff});
  pipeline.run();
  const auto reports = bodies<AccountReport>(kTwo);
  ASSERT_THAT(reports, SizeIs(4));
  std::vector<AccountChange> changes;
  std::vector<std::pair<Money, Money>> amounts;
  for (const AccountReport& report : reports) {
    EXPECT_EQ(report.account, kAcc);
    EXPECT_EQ(report.currency, matching::Currency{"EUR"});
    EXPECT_FALSE(report.copy);
    changes.push_back(report.change);
    amounts.emplace_back(report.amount, report.balance);
  }
  EXPECT_THAT(changes,
              ElementsAre(AccountChange::Deposit,
                          AccountChange::Withdrawal,
                          AccountChange::Correction,
                          AccountChange::WriteOff));
  EXPECT_THAT(amounts,
              ElementsAre(std::pair{Money{1'005'000}, Money{1'005'000}},
                          std::pair{Money{-5'000}, units(100)},
                          std::pair{units(-150), units(-50)},
                          std::pair{units(50), units(0)}));
  EXPECT_EQ(bodies<AccountReport>(kOne), reports);
  ASSERT_THAT(bodies<AccountReport>(kDrop), SizeIs(4));
  EXPECT_TRUE(bodies<AccountReport>(kDrop)[0].copy);
}

TEST_F(SettlementReportsTest, BetsThatARemovalMakesVoidAreReported) {
  pipeline.submit(matching::CreateMarket{.market = Name{"CUP"}});
  for (const char* const runner : {"CUP.A", "CUP.B", "CUP.C"}) {
    pipeline.submit(matching::AddRunner{.market = Name{"CUP"}, .symbol = Name{runner}});
  }
  pipeline.submit(matching::OpenMarket{.market = Name{"CUP"}});
  trade(kOther, Name{"CUP.B"}, Side::Ask, Decimal{3'000'000}, 10);
  trade(kAcc, Name{"CUP.B"}, Side::Bid, Decimal{3'000'000}, 10);
  pipeline.submit(matching::RemoveRunner{.market = Name{"CUP"}, .symbol = Name{"CUP.B"}});
  pipeline.run();
  const auto reports = bodies<AccountReport>(kTwo);
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_EQ(reports[0].change, AccountChange::BetsVoid);
  EXPECT_EQ(reports[0].market, Name{"CUP"});
  EXPECT_EQ(reports[0].symbol, Name{"CUP.B"});
  EXPECT_EQ(reports[0].if_won, units(20));
  EXPECT_EQ(reports[0].if_lost, units(-10));
  EXPECT_THAT(bodies<AccountReport>(kOne), SizeIs(2));
}

// ---- Late ---------------------------------------------------------------------------------------

TEST_F(SettlementReportsTest, WhoWasAwayIsToldTheSameLater) {
  const fix::ReportId before{pipeline.engine.last_seq(), 1};
  buy(10);
  settle();
  determine(false);
  pipeline.submit(matching::MoveFunds{.account = kAcc, .amount = Decimal{7'000'000}});
  pipeline.run();
  const SubscriptionId second{2};
  for (const SessionId session : {kOne, kTwo, kDrop}) {
    pipeline.feed.subscribe(session, second, before);
    pipeline.run();
    const auto live = money_reports(session, kFirst);
    EXPECT_GE(live.size(), 3U);
    EXPECT_TRUE(money_reports(session, second) == live);
  }
}

// More entries than an event has, and than a session that comes back gets at a time.
TEST_F(SettlementReportsTest, EachEntryIsReportedOnceHoweverManyThereAre) {
  trade(kOther, kRain, Side::Ask, Decimal{600'000}, std::int64_t{kManyAccounts});
  for (std::size_t i = 0; i < kManyAccounts; ++i) {
    pipeline.submit(matching::CreateAccount{.account = numbered(i)});
    trade(numbered(i), kRain, Side::Bid, Decimal{600'000}, 1);
    pipeline.run();
  }
  const fix::ReportId before{pipeline.engine.last_seq(), 1};
  settle();
  const auto live = money_reports(kOne, kFirst);
  ASSERT_THAT(live, SizeIs(kManyAccounts + 1));
  EXPECT_NE(live.front().id.event, live.back().id.event);

  const SubscriptionId second{2};
  std::size_t consumed = sink.reports.size();
  pipeline.feed.subscribe(kOne, second, before);
  pipeline.run();
  for (bool more = true; more;) {
    pipeline.feed.consumed(kOne, second, sink.reports.size() - consumed);
    consumed = sink.reports.size();
    pipeline.run();
    more = sink.reports.size() > consumed;
  }
  const auto late = money_reports(kOne, second);
  EXPECT_EQ(late.size(), live.size());
  EXPECT_TRUE(late == live);
}

}  // namespace
}  // namespace betex::gateway::testing
