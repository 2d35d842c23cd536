#include "gateway/tools/command_parser.h"

#include <string>
#include <utility>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/tools/command.h"

namespace betex::tools {
namespace {

using client::NewOrder;
using client::Side;
using client::TimeInForce;

template <typename Body>
Body parsed(const std::string& line) {
  return std::get<Body>(parse_line(line).value().body);
}

TEST(CommandParserTest, AnOrderReadsAsATraderSaysIt) {
  const auto order = parsed<NewOrder>("lay EPL-ARS-CHE.HOME 30 @ 2.04");
  EXPECT_EQ(order.side, Side::LayOrSell);
  EXPECT_EQ(order.symbol, "EPL-ARS-CHE.HOME");
  EXPECT_EQ(order.quantity, "30");
  EXPECT_EQ(order.price, "2.04");
  EXPECT_EQ(order.time_in_force, TimeInForce::Day);
  EXPECT_TRUE(order.cl_ord_id.empty() && order.exec_inst.empty());
}

TEST(CommandParserTest, EveryVerbHasItsSide) {
  const auto side = [](const std::string& verb) {
    return parsed<NewOrder>(verb + " RAIN-LON 5 @0.60").side;
  };
  EXPECT_EQ(side("back"), Side::BackOrBuy);
  EXPECT_EQ(side("buy"), Side::BackOrBuy);
  EXPECT_EQ(side("lay"), Side::LayOrSell);
  EXPECT_EQ(side("sell"), Side::LayOrSell);
}

TEST(CommandParserTest, OptionsStandAfterTheTerms) {
  const auto order = parsed<NewOrder>("buy RAIN-LON 100 0.60 --ioc --min 20 --id a-1  # the hedge");
  EXPECT_EQ(order.time_in_force, TimeInForce::ImmediateOrCancel);
  EXPECT_EQ(order.min_quantity, "20");
  EXPECT_EQ(order.cl_ord_id, "a-1");
  const auto passive =
      parsed<NewOrder>("sell RAIN-LON 1 @ 0.9 --post-only --cancel-on-pause --gtc");
  EXPECT_EQ(passive.exec_inst, "6 K");
  EXPECT_EQ(passive.time_in_force, TimeInForce::GoodTillCancel);
}

TEST(CommandParserTest, AMarketOrderMustBeAskedForInWords) {
  EXPECT_EQ(parsed<NewOrder>("buy RAIN-LON 5 '@ 0.60'").price, "0.60");
  EXPECT_EQ(parsed<NewOrder>("buy RAIN-LON 5 --market").price, "");
  EXPECT_THROW(parse_line("buy RAIN-LON 5"), CLI::ParseError);
  EXPECT_THROW(parse_line("buy RAIN-LON 5 @"), CLI::ParseError);
  EXPECT_THROW(parse_line("buy RAIN-LON 5 @ 0.6 --market"), CLI::ParseError);
}

// Joined, they would be a price that nobody has asked for.
TEST(CommandParserTest, TwoNumbersAreNoPrice) {
  for (const char* line : {"back EPL 10 2 5",
                           "back EPL 10 2.04 5",
                           "back EPL 10 @2.04 5",
                           "back EPL 10 2.04 --ioc 5",
                           "back EPL 10 '2 5'",
                           "back EPL 10 @ @2.04",
                           "back EPL 10 @ 2 5",
                           "replace a-1 10 2 5"}) {
    EXPECT_THROW(parse_line(line), CLI::ParseError) << line;
  }
}

TEST(CommandParserTest, CancelAndStatusNameTheOrder) {
  const auto cancel = parsed<CancelArgs>("cancel a-1");
  EXPECT_EQ(cancel.order.cl_ord_id, "a-1");
  EXPECT_FALSE(cancel.order.side.has_value());
  const auto status = parsed<StatusArgs>("status --order 17 --symbol RAIN-LON --side sell");
  EXPECT_EQ(status.order.order_id, "17");
  EXPECT_EQ(status.order.symbol, "RAIN-LON");
  EXPECT_EQ(status.order.side, Side::LayOrSell);
}

TEST(CommandParserTest, AReplaceHasTheNewTerms) {
  const auto replace = parsed<ReplaceArgs>("replace a-1 60 @ 2.04 --id r-1 --order 17");
  EXPECT_EQ(replace.order.cl_ord_id, "a-1");
  EXPECT_EQ(replace.order.order_id, "17");
  EXPECT_EQ(replace.quantity, "60");
  EXPECT_EQ(replace.price, "2.04");
  EXPECT_EQ(replace.cl_ord_id, "r-1");
}

TEST(CommandParserTest, RequestsForManyOrdersMayBeNarrowed) {
  const auto all = parsed<client::MassCancelRequest>("cancel-all");
  EXPECT_TRUE(all.symbol.empty() && all.market.empty() && !all.side);
  const auto some =
      parsed<client::MassCancelRequest>("cancel-all --market EPL-ARS-CHE --side back");
  EXPECT_EQ(some.market, "EPL-ARS-CHE");
  EXPECT_EQ(some.side, Side::BackOrBuy);
  const auto orders = parsed<client::MassStatusRequest>("orders --symbol RAIN-LON");
  EXPECT_EQ(orders.symbol, "RAIN-LON");
}

// What is not taken for a narrower request would cancel more than was meant.
TEST(CommandParserTest, ManyOrdersMayBeThoseOfASessionAReferenceOrAGroup) {
  const auto session = parsed<client::MassCancelRequest>("cancel-all --session --side lay");
  EXPECT_TRUE(session.own_session);
  EXPECT_EQ(session.side, Side::LayOrSell);
  const auto some = parsed<client::MassCancelRequest>("cancel-all --reference desk-7 --group Q");
  EXPECT_FALSE(some.own_session);
  EXPECT_EQ(some.reference, "desk-7");
  EXPECT_EQ(some.order_group, "Q");
  const auto orders = parsed<client::MassStatusRequest>("orders --reference desk-7 --group Q");
  EXPECT_EQ(orders.reference, "desk-7");
  EXPECT_EQ(orders.order_group, "Q");
  for (const char* const line : {"cancel-all --session --symbol RAIN-LON",
                                 "cancel-all --session --market RAIN-LON",
                                 "cancel a-1 --group Q",
                                 "cancel --group Q"}) {
    EXPECT_THROW(parse_line(line), CLI::ParseError) << line;
  }
}

TEST(CommandParserTest, AnOrderMayHaveAReferenceAndAGroup) {
  const auto order =
      parsed<NewOrder>("back R 5 @ 2 --reference 'a customer' --group Q --version 7");
  EXPECT_EQ(order.reference, "a customer");
  EXPECT_EQ(order.order_group, "Q");
  EXPECT_EQ(order.market_version, "7");
}

TEST(CommandParserTest, AReplaceMaySayWhatBecomesOfTheOrderInPlay) {
  EXPECT_EQ(parsed<ReplaceArgs>("replace a-1 60 @ 2").persistence, "");
  EXPECT_EQ(parsed<ReplaceArgs>("replace a-1 60 @ 2 --persist").persistence, "1");
  EXPECT_EQ(parsed<ReplaceArgs>("replace a-1 60 @ 2 --lapse").persistence, "0");
  EXPECT_EQ(parsed<ReplaceArgs>("replace a-1 60 @ 2 --version 7").market_version, "7");
  EXPECT_THROW(parse_line("replace a-1 60 @ 2 --lapse --persist"), CLI::ParseError);
}

TEST(CommandParserTest, AnOrderGroupIsMadeAndRuledByName) {
  using client::OrderGroupRequest;
  using Action = OrderGroupRequest::Action;
  const auto create = parsed<OrderGroupRequest>(
      "group create QUOTES --limit 500.00 --window-ms 2000 --resting-only --id g-1 --account A");
  EXPECT_EQ(create.group, "QUOTES");
  EXPECT_EQ(create.action, Action::Create);
  EXPECT_EQ(create.cl_ord_id, "g-1");
  EXPECT_EQ(create.account, "A");
  ASSERT_TRUE(create.terms);
  EXPECT_EQ(create.terms->limit, "500.00");
  EXPECT_EQ(create.terms->window_ms, "2000");
  EXPECT_TRUE(create.terms->resting_only);
  EXPECT_FALSE(create.terms->cancel_on_disconnect);
  const auto update = parsed<OrderGroupRequest>(
      "group update QUOTES --limit 5 --window-ms 1000 --cancel-on-disconnect");
  EXPECT_EQ(update.action, Action::Update);
  EXPECT_TRUE(update.terms->cancel_on_disconnect);
  EXPECT_FALSE(update.terms->resting_only);
  for (const auto& [line, action] : {std::pair{"group reset QUOTES", Action::Reset},
                                     std::pair{"group trip QUOTES", Action::Trip},
                                     std::pair{"group delete QUOTES", Action::Delete}}) {
    const auto request = parsed<OrderGroupRequest>(line);
    EXPECT_EQ(request.action, action) << line;
    EXPECT_EQ(request.group, "QUOTES") << line;
    EXPECT_FALSE(request.terms) << line;
  }
  for (const char* const line : {"group",
                                 "group create QUOTES",
                                 "group create QUOTES --limit 500",
                                 "group update QUOTES --window-ms 1000",
                                 "group create QUOTES --limit 500 --window-ms soon",
                                 "group trip QUOTES --limit 500",
                                 "group trip"}) {
    EXPECT_THROW(parse_line(line), CLI::ParseError) << line;
  }
}

TEST(CommandParserTest, ReportsAreAskedForOnceMoreByEvents) {
  const auto some = parsed<client::ReplayRequest>("replay 7 90");
  EXPECT_EQ(some.first, "7");
  EXPECT_EQ(some.last, "90");
  EXPECT_EQ(parsed<client::ReplayRequest>("replay 7").last, "0");
  EXPECT_TRUE(std::holds_alternative<client::LimitsRequest>(parse_line("limits")->body));
  for (const char* const line : {"replay", "replay 9-1", "replay 7 90 91", "limits BROKER1"}) {
    EXPECT_THROW(parse_line(line), CLI::ParseError) << line;
  }
}

TEST(CommandParserTest, InstrumentsAreListedAndAskedFor) {
  const auto list = parsed<client::SecurityListRequest>("list --market EPL-ARS-CHE");
  EXPECT_EQ(list.market, "EPL-ARS-CHE");
  using Updates = client::SecurityListRequest::Updates;
  EXPECT_EQ(list.updates, Updates::AsBefore);
  EXPECT_EQ(parsed<client::SecurityListRequest>("list --follow").updates, Updates::Begin);
  EXPECT_EQ(parsed<client::SecurityListRequest>("list --unfollow").updates, Updates::End);
  EXPECT_THROW(parse_line("list --follow --unfollow"), CLI::ParseError);
  EXPECT_THROW(parse_line("list --follow --market EPL-ARS-CHE"), CLI::ParseError);
  const auto market = parsed<client::SecurityStatusRequest>("market show RAIN-LON");
  EXPECT_EQ(market.symbol, "RAIN-LON");
}

TEST(CommandParserTest, PricesAreAskedFor) {
  using Kind = PricesRequest::Kind;
  const auto book = parsed<PricesRequest>("book A");
  EXPECT_EQ(book.kind, Kind::Book);
  EXPECT_EQ(book.symbols, std::vector<std::string>{"A"});
  EXPECT_EQ(book.depth, 10);
  EXPECT_FALSE(book.for_time);
  const auto image = parsed<PricesRequest>("md image A B C --depth 0 --traded-ladder --json");
  EXPECT_EQ(image.kind, Kind::Image);
  EXPECT_EQ(image.symbols.size(), 3U);
  EXPECT_EQ(image.depth, 0);
  EXPECT_TRUE(image.traded_ladder && image.json);
  const auto watch = parsed<PricesRequest>(
      "md watch --market M N --depth 3 --conflate-ms 250 --full-refresh --for-ms 1000");
  EXPECT_EQ(watch.kind, Kind::Watch);
  EXPECT_EQ(watch.markets.size(), 2U);
  EXPECT_EQ(watch.depth, 3);
  EXPECT_EQ(watch.conflate_ms, 250);
  EXPECT_TRUE(watch.full_refresh);
  EXPECT_EQ(watch.for_time, std::chrono::milliseconds{1000});
  EXPECT_TRUE(parsed<PricesRequest>("md list --follow").follow);
}

TEST(CommandParserTest, PricesOfNothingOrOfTooMuchAreNotAskedFor) {
  for (const char* const line : {"book",
                                 "book A B",
                                 "md",
                                 "md image",
                                 "md watch",
                                 "md watch A --market M",
                                 "md watch A --depth 11",
                                 "md watch A --depth -1",
                                 "md watch A --depth 0 --full-refresh",
                                 "md watch A --conflate-ms 5001",
                                 "md watch A --for-ms 99999999999999",
                                 "md list --for-ms 10"}) {
    EXPECT_THROW(parse_line(line), CLI::ParseError) << line;
  }
}

TEST(CommandParserTest, AWordInQuotesMayHaveBlanks) {
  using ::testing::ElementsAre;
  EXPECT_THAT(split_line("news  'rain, a lot' --about\tRAIN-LON # now"),
              ElementsAre("news", "rain, a lot", "--about", "RAIN-LON"));
  EXPECT_THAT(split_line("a\"b # c\"d ''"), ElementsAre("ab # cd", ""));
}

TEST(CommandParserTest, AnOrderMayWaitAndBeSentAgain) {
  const Request again = parse_line("back R 5 @ 2 --id a-1 --again --persist --wait").value();
  EXPECT_EQ(again.until, Until::Settled);
  EXPECT_TRUE(std::get<NewOrder>(again.body).poss_resend);
  EXPECT_EQ(std::get<NewOrder>(again.body).persistence, "1");
  EXPECT_EQ(parse_line("back R 5 @ 2")->until, Until::Answered);
}

TEST(CommandParserTest, WhoseOrdersMayBeSaid) {
  EXPECT_EQ(parsed<NewOrder>("back R 5 @ 2 --account A").account, "A");
  EXPECT_EQ(parsed<client::MassStatusRequest>("orders --account A").account, "A");
  EXPECT_EQ(parsed<CancelArgs>("cancel a-1 --account A").account, "A");
}

TEST(CommandParserTest, ControlCharactersAreRefused) {
  EXPECT_THROW(parse_line("lay A\x01"
                          "55=B 30 @ 2"),
               CLI::ParseError);
  EXPECT_THROW(parse_line("news \"\x1b[2J\""), CLI::ParseError);
}

TEST(CommandParserTest, StatusWithoutAnOrderIsTheNodes) {
  EXPECT_TRUE(std::holds_alternative<NodeRequest>(parse_line("status")->body));
}

TEST(CommandParserTest, HelpShowsTheTable) {
  for (const Command& command : commands()) {
    EXPECT_NE(help({}).find(usage(command)), std::string::npos) << command.words;
    EXPECT_FALSE(command.help.empty()) << command.words;
  }
  const std::string suspend = help({"market", "suspend"});
  EXPECT_NE(suspend.find("market suspend MARKET REASON [OPTION...]"), std::string::npos);
  EXPECT_NE(suspend.find("none, lapsing, all"), std::string::npos) << suspend;
  EXPECT_EQ(suspend.find("market resume"), std::string::npos);
  EXPECT_NE(help({"hedge"}).find("no such command"), std::string::npos);
}

TEST(CommandParserTest, EmptyLinesAndCommentsAskForNothing) {
  EXPECT_FALSE(parse_line("").has_value());
  EXPECT_FALSE(parse_line("   # later").has_value());
}

TEST(CommandParserTest, WrongWordsAreErrors) {
  for (const char* line : {"hedge RAIN-LON 5 @ 0.6",
                           "buy",
                           "buy RAIN-LON",
                           "cancel",
                           "replace a-1 60",
                           "replace a-1 60 @",
                           "cancel-all --symbol RAIN-LON --market RAIN-LON",
                           "market",
                           "market RAIN-LON",
                           "market suspend EPL-ARS-CHE",
                           "market suspend EPL-ARS-CHE boredom",
                           "market close EPL-ARS-CHE --version 7",
                           "market open EPL-ARS-CHE --version seven",
                           "market create RAIN-LON --binary --runners A",
                           "market determine EPL-ARS-CHE",
                           "market determine EPL-ARS-CHE A=1/",
                           "market determine EPL-ARS-CHE =1/2",
                           "account create ALICE",
                           "exchange day-end 25:00",
                           "exchange day-end 22",
                           "exchange day-end 22:30:00:00",
                           "market describe EPL --symbol A --text T",
                           "approve goal-1",
                           "cancel a-1 --market EPL-ARS-CHE",
                           "cancel --market EPL-ARS-CHE --account BROKER1",
                           "status --side back",
                           "status --account BROKER1",
                           "cancel --of BROKER1 --of-session BROKER1",
                           "buy RAIN-LON 5 @ 0.6 --again",
                           "news \"not closed",
                           "status --side sideways a",
                           "buy RAIN-LON 5 @ 0.6 --ioc --fok",
                           "buy RAIN-LON 5 @ 0.6 --hard",
                           "buy RAIN-LON 5 @ 0.6 cancel a"}) {
    EXPECT_THROW(parse_line(line), CLI::ParseError) << line;
  }
}

}  // namespace
}  // namespace betex::tools
