// What clients were told is held against the journal: each kind of difference is shown once.
#include "tests/crash/trading_faults.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace betex::test {
namespace {

using client::ExecutionReport;
using client::Message;
using client::Side;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Message new_order(const std::string& id, const std::string& leaves) {
  Message message{"8"};
  message.add(17, "1-1").add(150, "0").add(39, "0").add(14, "0").add(151, leaves).add(37, "5");
  return message.add(54, "1").add(55, "RAIN-LON").add(11, id);
}

class TradingFaultsTest : public testing::Test {
 protected:
  TradingFaultsTest() {
    record_.sending(client::NewOrder{
        .cl_ord_id = "a", .symbol = "RAIN-LON", .quantity = "30", .price = "0.50"});
    record_.told(new_order("a", "30"));
    record_.told(Message{"UAR"}.add(20068, "3-1").add(20022, "5.00").add(20023, "105.00"));
  }

  [[nodiscard]] Faults orders() const { return differing_orders("T1", record_, journaled_); }

  [[nodiscard]] Faults money(const JournaledReports& movements) const {
    return differing_money("T1", record_, {}, movements);
  }

  TradingRecord record_;
  std::map<std::string, JournaledOrder> journaled_{
      {"a", {.account = "T1", .cum_qty = 0, .leaves_qty = 30, .live = true}}};
};

TEST_F(TradingFaultsTest, WhatAgreesHasNone) {
  EXPECT_THAT(orders(), IsEmpty());
  EXPECT_THAT(money({{"T1", {{"3-1", {.gross = "", .balance = "105.00"}}}}}), IsEmpty());
}

TEST_F(TradingFaultsTest, AnOrderThatStandsOtherwiseIsFound) {
  journaled_.at("a").cum_qty = 1;
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("stands otherwise in the journal")));
  journaled_.at("a") = {.account = "T1", .cum_qty = 0, .leaves_qty = 29, .live = true};
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("stands otherwise in the journal")));
  journaled_.at("a") = {.account = "T1", .cum_qty = 0, .leaves_qty = 0, .live = false};
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("it has ended")));
  journaled_.at("a") = {.account = "T2", .cum_qty = 0, .leaves_qty = 30, .live = true};
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("stands otherwise in the journal")));
}

TEST_F(TradingFaultsTest, AnOrderThatOnlyOneOfThemKnowsIsFound) {
  journaled_.clear();
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("was acknowledged and is not in the journal")));
  journaled_.emplace("b", JournaledOrder{.account = "T1", .live = true});
  record_ = {};
  record_.sending(
      client::NewOrder{.cl_ord_id = "b", .symbol = "RAIN-LON", .quantity = "1", .price = "0.50"});
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("not acknowledged and is in the journal")));
}

TEST_F(TradingFaultsTest, MoneyThatWasNotToldAsItWasMovedIsFound) {
  EXPECT_THAT(money({{"T1", {{"3-1", {.gross = "", .balance = "99.00"}}}}}),
              ElementsAre(HasSubstr("has no 99.00")));
  for (const char* const part : {"05.00", "105.0", "05.0", "-5.00"}) {
    EXPECT_THAT(money({{"T1", {{"3-1", {.gross = "", .balance = part}}}}}),
                ElementsAre(HasSubstr(std::string{"has no "} + part)));
  }
  EXPECT_THAT(money({{"T1",
                      {{"3-1", {.gross = "", .balance = "105.00"}},
                       {"4-1", {.gross = "", .balance = "1.00"}}}}}),
              ElementsAre("T1 was not told of 4-1"));
  EXPECT_THAT(money({}), ElementsAre(HasSubstr("3-1, which is not in the journal")));
}

TEST(OneSidedTrades, AreFound) {
  ExecutionReport back;
  back.exec_type = 'F';
  back.side = Side::BackOrBuy;
  back.last_qty = "3";
  back.last_px = "0.50";
  ExecutionReport lay = back;
  lay.side = Side::LayOrSell;
  EXPECT_THAT(one_sided_trades({{"7-1", back}, {"7-2", lay}}), IsEmpty());
  EXPECT_THAT(one_sided_trades({{"7-1", back}}), ElementsAre("only one side was told of 7-1"));
  EXPECT_THAT(one_sided_trades({{"7-1", back}, {"7-2", back}}),
              ElementsAre(HasSubstr("different things of 7-1"), HasSubstr("7-2")));
  lay.last_qty = "4";
  EXPECT_THAT(one_sided_trades({{"7-1", back}, {"7-2", lay}}),
              ElementsAre(HasSubstr("different things of 7-1"), HasSubstr("7-2")));
}

}  // namespace
}  // namespace betex::test
