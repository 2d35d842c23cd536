#include "gateway/tools/fix_request.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace betex::tools {
namespace {

using client::NewOrder;
using client::Side;
using client::TimeInForce;

TEST(FixRequestTest, AnOrderReadsAsATraderSaysIt) {
  const auto order = std::get<NewOrder>(*parse_line("lay EPL-ARS-CHE.HOME 30 @ 2.04"));
  EXPECT_EQ(order.side, Side::LayOrSell);
  EXPECT_EQ(order.symbol, "EPL-ARS-CHE.HOME");
  EXPECT_EQ(order.quantity, "30");
  EXPECT_EQ(order.price, "2.04");
  EXPECT_EQ(order.time_in_force, TimeInForce::Day);
  EXPECT_TRUE(order.cl_ord_id.empty() && order.exec_inst.empty());
}

TEST(FixRequestTest, EveryVerbHasItsSide) {
  const auto side = [](const std::string& verb) {
    return std::get<NewOrder>(*parse_line(verb + " RAIN-LON 5 @0.60")).side;
  };
  EXPECT_EQ(side("back"), Side::BackOrBuy);
  EXPECT_EQ(side("buy"), Side::BackOrBuy);
  EXPECT_EQ(side("lay"), Side::LayOrSell);
  EXPECT_EQ(side("sell"), Side::LayOrSell);
}

TEST(FixRequestTest, OptionsStandAfterTheTerms) {
  const auto order =
      std::get<NewOrder>(*parse_line("buy RAIN-LON 100 0.60 --ioc --min 20 --id a-1  # the hedge"));
  EXPECT_EQ(order.time_in_force, TimeInForce::ImmediateOrCancel);
  EXPECT_EQ(order.min_quantity, "20");
  EXPECT_EQ(order.cl_ord_id, "a-1");
  const auto passive =
      std::get<NewOrder>(*parse_line("sell RAIN-LON 1 @ 0.9 --post-only --cancel-on-pause --gtc"));
  EXPECT_EQ(passive.exec_inst, "6 K");
  EXPECT_EQ(passive.time_in_force, TimeInForce::GoodTillCancel);
}

TEST(FixRequestTest, AMarketOrderMustBeAskedForInWords) {
  EXPECT_EQ(std::get<NewOrder>(*parse_line("buy RAIN-LON 5 --market")).price, "");
  EXPECT_THROW(parse_line("buy RAIN-LON 5"), CLI::ParseError);
  EXPECT_THROW(parse_line("buy RAIN-LON 5 @"), CLI::ParseError);
  EXPECT_THROW(parse_line("buy RAIN-LON 5 @ 0.6 --market"), CLI::ParseError);
}

TEST(FixRequestTest, CancelAndStatusNameTheOrder) {
  const auto cancel = std::get<CancelArgs>(*parse_line("cancel a-1"));
  EXPECT_EQ(cancel.order.cl_ord_id, "a-1");
  EXPECT_FALSE(cancel.order.side.has_value());
  const auto status =
      std::get<StatusArgs>(*parse_line("status --order 17 --symbol RAIN-LON --side sell"));
  EXPECT_EQ(status.order.order_id, "17");
  EXPECT_EQ(status.order.symbol, "RAIN-LON");
  EXPECT_EQ(status.order.side, Side::LayOrSell);
}

TEST(FixRequestTest, AReplaceHasTheNewTerms) {
  const auto replace =
      std::get<ReplaceArgs>(parse_line("replace a-1 60 @ 2.04 --id r-1 --order 17").value());
  EXPECT_EQ(replace.order.cl_ord_id, "a-1");
  EXPECT_EQ(replace.order.order_id, "17");
  EXPECT_EQ(replace.quantity, "60");
  EXPECT_EQ(replace.price, "2.04");
  EXPECT_EQ(replace.cl_ord_id, "r-1");
}

TEST(FixRequestTest, RequestsForManyOrdersMayBeNarrowed) {
  const auto all = std::get<client::MassCancelRequest>(parse_line("cancel-all").value());
  EXPECT_TRUE(all.symbol.empty() && all.market.empty() && !all.side);
  const auto some = std::get<client::MassCancelRequest>(
      parse_line("cancel-all --market EPL-ARS-CHE --side back").value());
  EXPECT_EQ(some.market, "EPL-ARS-CHE");
  EXPECT_EQ(some.side, Side::BackOrBuy);
  const auto orders =
      std::get<client::MassStatusRequest>(parse_line("orders --symbol RAIN-LON").value());
  EXPECT_EQ(orders.symbol, "RAIN-LON");
}

TEST(FixRequestTest, InstrumentsAreListedAndAskedFor) {
  const auto list =
      std::get<client::SecurityListRequest>(parse_line("list --market EPL-ARS-CHE").value());
  EXPECT_EQ(list.market, "EPL-ARS-CHE");
  const auto market =
      std::get<client::SecurityStatusRequest>(parse_line("market RAIN-LON").value());
  EXPECT_EQ(market.symbol, "RAIN-LON");
}

TEST(FixRequestTest, EmptyLinesAndCommentsAskForNothing) {
  EXPECT_FALSE(parse_line("").has_value());
  EXPECT_FALSE(parse_line("   # later").has_value());
}

TEST(FixRequestTest, WrongWordsAreErrors) {
  for (const char* line : {"hedge RAIN-LON 5 @ 0.6",
                           "buy",
                           "buy RAIN-LON",
                           "cancel",
                           "replace a-1 60",
                           "cancel-all --symbol RAIN-LON --market RAIN-LON",
                           "market",
                           "status --side sideways a",
                           "buy RAIN-LON 5 @ 0.6 --ioc --fok",
                           "buy RAIN-LON 5 @ 0.6 --hard",
                           "buy RAIN-LON 5 @ 0.6 cancel a"}) {
    EXPECT_THROW(parse_line(line), CLI::ParseError) << line;
  }
}

}  // namespace
}  // namespace betex::tools
