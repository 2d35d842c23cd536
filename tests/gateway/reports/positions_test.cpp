// What an account has, asked for: answered by the engine, a row at a time.
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/audience_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::PositionReport;
using matching::Money;
using matching::Quantity;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// In the account ACC, which has 1000.00 and may bet 500.00 beyond it, there are bets of 10.00
// at 3.00 on RUN, and ten contracts NO bought of OTHER-ACC; an order on OTHER is open.
class PositionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline.submit(matching::CreateExchange{.currency = matching::Currency{"EUR"}});
    pipeline.submit(matching::CreateAccount{.account = kAcc,
                                            .kind = matching::AccountKind::Collateralised,
                                            .opening_balance = Decimal{1'000'000'000},
                                            .credit = Decimal{500'000'000}});
    pipeline.submit(matching::CreateAccount{.account = kOther});
    pipeline.open_market();
    create_binary(kRain);
    pipeline.feed.subscribe(kOne, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
    trade(Name{"RUN"}, Decimal{3'000'000}, Side::Bid);
    trade(kRain, Decimal{400'000}, Side::Ask);
    place(kAcc, Name{"OTHER"}, Decimal{2'000'000}, Side::Bid);
    pipeline.run();
    sink.reports.clear();
  }

  void create_binary(const Name& market) {
    pipeline.submit(matching::CreateMarket{.market = market,
                                           .kind = matching::MarketKind::Binary,
                                           .ladder = matching::LadderKind::LinearCent});
    pipeline.submit(matching::OpenMarket{.market = market});
  }

  void place(const Name& account, const Name& symbol, Decimal price, Side side) {
    pipeline.submit(matching::PlaceOrder{.account = account,
                                         .cl_ord_id = ClOrdId{"ID" + std::to_string(++orders_)},
                                         .symbol = symbol,
                                         .transact_time = pipeline.clock.time,
                                         .price = price,
                                         .quantity = Decimal{10'000'000},
                                         .side = side},
                    pipeline.origin(kOne));
  }

  // ACC on this side, for ten.
  void trade(const Name& symbol, Decimal price, Side side) {
    place(kOther, symbol, price, side == Side::Bid ? Side::Ask : Side::Bid);
    place(kAcc, symbol, price, side);
  }

  void ask(const Name& account, const std::string& id) {
    pipeline.ask(PositionsQuery{.session = kOne, .account = account, .pos_req_id = Name{id}});
  }

  template <typename Body>
  std::vector<Body> bodies() const {
    std::vector<Body> found;
    for (const auto& delivery : sink.reports) {
      if (const auto* const body = std::get_if<Body>(&delivery.report.body)) {
        found.push_back(*body);
      }
    }
    return found;
  }

  static inline const Name kAcc{"ACC"};
  static inline const Name kOther{"OTHER-ACC"};
  static inline const Name kRain{"RAIN"};

  Pipeline pipeline;
  RecordingSink& sink = pipeline.sink;
  int orders_ = 0;
};

TEST_F(PositionsTest, EachMarketIsToldAndThenTheTotals) {
  ask(kAcc, "P");
  pipeline.run();
  const auto reports = bodies<PositionReport>();
  ASSERT_THAT(reports, SizeIs(4));
  for (std::size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].request_id, Name{"P"});
    EXPECT_EQ(reports[i].number, i + 1);
    EXPECT_EQ(reports[i].account, kAcc);
    EXPECT_EQ(reports[i].currency, matching::Currency{"EUR"});
    EXPECT_EQ(reports[i].as_of, pipeline.clock.time);
    EXPECT_EQ(reports[i].reason, matching::Reason::None);
  }
  EXPECT_EQ(reports[0].symbol, Name{"RUN"});
  EXPECT_EQ(reports[0].market, Name{"MKT"});
  EXPECT_EQ(reports[0].if_won, Money{200'000});
  EXPECT_EQ(reports[0].if_lost, Money{-100'000});
  EXPECT_EQ(reports[0].exposure, Money{100'000}) << "if OTHER wins, before its open back is filled";
  EXPECT_EQ(reports[1].symbol, Name{"OTHER"});
  EXPECT_EQ(reports[1].if_won, Money{0});
  EXPECT_EQ(reports[2].symbol, kRain);
  EXPECT_EQ(reports[2].kind, matching::MarketKind::Binary);
  EXPECT_EQ(reports[2].position, Quantity{-10});
  const PositionReport& totals = reports[3];
  EXPECT_TRUE(totals.symbol.empty());
  EXPECT_EQ(totals.exposure, reports[0].exposure + reports[2].exposure);
  EXPECT_EQ(totals.credit, Money{5'000'000});
  EXPECT_EQ(totals.available,
            matching::WideMoney{matching::Int128{totals.balance.value()} + totals.credit.value() -
                                totals.exposure.value()});
}

TEST_F(PositionsTest, ItNeverOvertakesAnOrderSentBeforeIt) {
  trade(kRain, Decimal{400'000}, Side::Ask);
  ask(kAcc, "P");
  pipeline.run();
  EXPECT_EQ(bodies<PositionReport>().at(2).position, Quantity{-20});
  EXPECT_TRUE(std::holds_alternative<PositionReport>(sink.reports.back().report.body));
}

TEST_F(PositionsTest, WhatIsSettledIsToldNoMore) {
  pipeline.submit(matching::VoidMarket{.market = kRain, .price = Decimal{500'000}});
  pipeline.submit(matching::VoidMarket{.market = Name{"MKT"}});
  pipeline.run();
  ask(kAcc, "P");
  pipeline.run();
  const auto reports = bodies<PositionReport>();
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_EQ(reports[0].number, 1U);
  EXPECT_EQ(reports[0].exposure, Money{0});
}

TEST_F(PositionsTest, AnUnknownAccountIsRefused) {
  ask(Name{"NOBODY"}, "P");
  pipeline.run();
  const auto reports = bodies<PositionReport>();
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_EQ(reports[0].reason, matching::Reason::UnknownAccount);
}

TEST_F(PositionsTest, OneRequestOfASessionIsAnsweredAtATime) {
  ask(kAcc, "P1");
  ask(kAcc, "P2");
  pipeline.run();
  EXPECT_THAT(bodies<PositionReport>(), SizeIs(4));
  const auto refused = bodies<fix::BusinessMessageReject>();
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(refused[0].ref_msg_type.view(), "AN");
  EXPECT_EQ(refused[0].business_reject_ref_id, ClOrdId{"P2"});
  EXPECT_EQ(refused[0].reason, matching::Reason::Throttled);
  ask(kAcc, "P3");
  pipeline.run();
  EXPECT_THAT(bodies<PositionReport>(), SizeIs(8));
}

// A row a turn, however many markets the account is in.
TEST_F(PositionsTest, OrdersNeverWaitForALongAnswer) {
  constexpr int kMarkets = 50;
  for (int i = 0; i < kMarkets; ++i) {
    const Name market{"B" + std::to_string(i)};
    create_binary(market);
    trade(market, Decimal{500'000}, Side::Bid);
    pipeline.run();
  }
  ask(kAcc, "P");
  pipeline.match.do_work();
  pipeline.match.do_work();
  place(kAcc, Name{"RUN"}, Decimal{2'000'000}, Side::Bid);
  pipeline.run();
  std::size_t before_the_order = 0;
  while (!std::holds_alternative<fix::ExecutionReport>(
      sink.reports.at(before_the_order).report.body)) {
    ++before_the_order;
  }
  EXPECT_LT(before_the_order, 5U);
  EXPECT_THAT(bodies<PositionReport>(), SizeIs(4 + kMarkets));
}

TEST_F(PositionsTest, WhoHasGoneIsNotAnswered) {
  ask(kAcc, "P");
  pipeline.match.do_work();
  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.run();
  EXPECT_THAT(bodies<PositionReport>(), IsEmpty());
}

}  // namespace
}  // namespace betex::gateway::testing
