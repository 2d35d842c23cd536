#include "gateway/tools/report_line.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace betex::tools {
namespace {

using client::CancelReject;
using client::ExecutionReport;
using client::MassCancelReport;
using client::MessageReject;
using client::Side;

std::string to_line(const client::Report& report) {
  const std::vector<std::string> lines = to_lines(report);
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? std::string{} : lines.front();
}

ExecutionReport resting_lay() {
  return {.exec_id = "9.0",
          .exec_type = '0',
          .ord_status = '0',
          .order_id = "17",
          .cl_ord_id = "a-1",
          .symbol = "EPL-ARS-CHE.HOME",
          .side = Side::LayOrSell,
          .price = "2.04",
          .order_qty = "30.00",
          .cum_qty = "0.00",
          .leaves_qty = "30.00",
          .avg_px = "0",
          .transact_time = "20261122-14:05:01.123456"};
}

TEST(ReportLineTest, ANewOrder) {
  EXPECT_EQ(to_line(resting_lay()),
            "2026-11-22 14:05:01.123456 EPL-ARS-CHE.HOME   LAY       30.00 @ 2.04    NEW        "
            "order 17     leaves 30.00       id a-1");
  EXPECT_FALSE(refused(resting_lay()));
}

TEST(ReportLineTest, ATradeTellsItsQuantityAndPrice) {
  ExecutionReport report = resting_lay();
  report.exec_type = 'F';
  report.ord_status = '1';
  report.cum_qty = "10.00";
  report.leaves_qty = "20.00";
  report.last_qty = "10.00";
  report.last_px = "2.04";
  EXPECT_EQ(to_line(report),
            "2026-11-22 14:05:01.123456 EPL-ARS-CHE.HOME   LAY       30.00 @ 2.04    TRADE      "
            "order 17     leaves 20.00      10.00 @ 2.04  id a-1");
}

TEST(ReportLineTest, ATradeHasANumberAndAnOrderWhatItsBrokerHasPutItUnder) {
  ExecutionReport report = resting_lay();
  report.exec_type = 'F';
  report.ord_status = '1';
  report.leaves_qty = "20.00";
  report.last_qty = "10.00";
  report.last_px = "2.04";
  report.trade_id = "90";
  report.aggressor = false;
  report.reference = "desk-7";
  report.order_group = "QUOTES";
  EXPECT_TRUE(to_line(report).ends_with(
      "leaves 20.00      10.00 @ 2.04, maker, trade 90  reference desk-7  group QUOTES  id a-1"))
      << to_line(report);
  report.aggressor = true;
  EXPECT_NE(to_line(report).find(" 2.04, taker, trade 90  "), std::string::npos);
  report.reference = "a  group b";
  EXPECT_NE(to_line(report).find("  reference \"a  group b\"  group QUOTES"), std::string::npos);
}

TEST(ReportLineTest, AnOrderThatNobodyHasCancelledSaysWhyItIsGone) {
  ExecutionReport report = resting_lay();
  report.exec_type = '4';
  report.ord_status = '4';
  report.reason = 85;
  report.text = "the market has turned in play";
  EXPECT_NE(to_line(report).find("CANCELLED"), std::string::npos);
  EXPECT_NE(to_line(report).find("the market has turned in play (reason 85)"), std::string::npos)
      << to_line(report);
}

TEST(ReportLineTest, WhatMayBeKnownAlreadySaysSo) {
  ExecutionReport report = resting_lay();
  report.poss_resend = true;
  EXPECT_TRUE(to_line(report).ends_with(" id a-1 (possible repeat)")) << to_line(report);
  client::Message news{"B"};
  news.add(42, "20261122-14:05:01").add(97, "Y").add(148, "rain");
  EXPECT_TRUE(to_line(news).ends_with("rain (possible repeat)")) << to_line(news);
}

TEST(ReportLineTest, NoOpenOrdersAreNoOrder) {
  ExecutionReport report{.exec_id = "0",
                         .exec_type = 'I',
                         .ord_status = '8',
                         .order_id = "NONE",
                         .symbol = "[N/A]",
                         .cum_qty = "0",
                         .leaves_qty = "0",
                         .mass_status_req_id = "m-1",
                         .total_reports = 0,
                         .last_report = true};
  EXPECT_EQ(to_line(report), "no open orders");
  EXPECT_FALSE(refused(report));
  report.total_reports = std::nullopt;  // an order that is unknown, which was asked for by its id
  EXPECT_NE(to_line(report), "no open orders");
  EXPECT_TRUE(refused(report));
}

TEST(ReportLineTest, ABinaryOrderIsBoughtOrSold) {
  ExecutionReport report = resting_lay();
  report.symbol = "RAIN-LON";
  report.price = "0.60";
  EXPECT_NE(to_line(report).find(" SELL "), std::string::npos);
  report.side = Side::BackOrBuy;
  EXPECT_NE(to_line(report).find(" BUY "), std::string::npos);
}

// A drop copy shows ids that others have chosen.
TEST(ReportLineTest, NothingThatOthersHaveChosenIsTakenForMoreOrObeyedByATerminal) {
  ExecutionReport report = resting_lay();
  report.cl_ord_id = "a id b";
  EXPECT_TRUE(to_line(report).ends_with(" id \"a id b\""));
  report.cl_ord_id = "a\"b";
  EXPECT_TRUE(to_line(report).ends_with(" id \"a\\\"b\""));
  report.symbol = "X\x1b[2J";
  report.ord_status = '8';
  report.text = "no\nbetex-fix: all is well";
  const std::string line = to_line(report);
  EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  EXPECT_NE(line.find("X\\x1b[2J"), std::string::npos) << line;
  EXPECT_NE(line.find("no\\x0abetex-fix"), std::string::npos) << line;
}

TEST(ReportLineTest, ARefusalTellsWhy) {
  ExecutionReport report = resting_lay();
  report.exec_type = '8';
  report.ord_status = '8';
  report.reason = 40;
  report.text = "price is not on the ladder";
  EXPECT_NE(to_line(report).find("REJECTED   price is not on the ladder (reason 40)  id a-1"),
            std::string::npos);
  EXPECT_TRUE(refused(report));
}

TEST(ReportLineTest, AStatusTellsTheFillsSoFar) {
  ExecutionReport report = resting_lay();
  report.exec_type = 'I';
  report.ord_status = '1';
  report.cum_qty = "10.00";
  report.avg_px = "2.04";
  EXPECT_NE(to_line(report).find("PART-FILLED filled 10.00 @ 2.04"), std::string::npos);
}

TEST(ReportLineTest, ARefusedCancelTellsHowTheOrderStands) {
  const CancelReject reject{.order_id = "17",
                            .cl_ord_id = "c-1",
                            .orig_cl_ord_id = "a-1",
                            .ord_status = '2',
                            .response_to = '1',
                            .reason = 101,
                            .text = "too late",
                            .transact_time = "20261122-14:05:01.123456"};
  EXPECT_EQ(to_line(reject),
            "2026-11-22 14:05:01.123456 cancel c-1 of a-1 REFUSED: too late (reason 101); the "
            "order is FILLED");
  EXPECT_TRUE(refused(reject));
}

TEST(ReportLineTest, AMassCancelSaysHowManyOrdersWereCancelled) {
  MassCancelReport report{
      .cl_ord_id = "m-1", .total = 3, .transact_time = "20261122-14:05:01.123456"};
  EXPECT_EQ(to_line(report), "2026-11-22 14:05:01.123456 mass cancel m-1 cancelled 3 orders");
  EXPECT_FALSE(refused(report));
  report.refused = true;
  report.text = "unknown instrument";
  report.reason = 20;
  EXPECT_EQ(to_line(report),
            "2026-11-22 14:05:01.123456 mass cancel m-1 REFUSED: unknown instrument (reason 20)");
  EXPECT_TRUE(refused(report));
}

TEST(ReportLineTest, InstrumentsAndTheirStateAreWords) {
  client::Message security{"y"};
  security.add(55, "RAIN-LON").add(1300, "RAIN-LON").add(20031, "2").add(965, "1").add(562, "1");
  EXPECT_EQ(to_line(security),
            "RAIN-LON           of RAIN-LON           binary active, orders from 1");
  EXPECT_FALSE(refused(security));

  client::Message status{"f"};
  status.add(60, "20261122-14:05:01.123456").add(55, "RAIN-LON").add(326, "2").add(20033, "Y");
  EXPECT_EQ(to_line(status), "2026-11-22 14:05:01.123456 RAIN-LON           HALTED, in play");
  status.add(20032, "1").add(20005, "42");
  EXPECT_EQ(to_line(status),
            "2026-11-22 14:05:01.123456 RAIN-LON           HALTED (goal), in play, version 42");
  EXPECT_EQ(tone_of(status), Tone::Notice);

  client::Message terms{"f"};
  terms.add(60, "20261122-14:05:01.123456").add(55, "RAIN-LON").add(20005, "43");
  EXPECT_EQ(to_line(terms),
            "2026-11-22 14:05:01.123456 RAIN-LON           TERMS CHANGED, version 43");
  EXPECT_EQ(tone_of(terms), Tone::Plain);

  client::Message nothing{"y"};
  nothing.add(393, "0").add(20001, "21");
  EXPECT_EQ(to_line(nothing), "nothing to list: no such instrument or market (reason 21)");
  EXPECT_TRUE(refused(nothing));

  client::Message ended{"y"};
  ended.add(393, "0").add(560, "0");
  EXPECT_EQ(to_line(ended), "not told any more how markets change");
  EXPECT_FALSE(refused(ended));
}

TEST(ReportLineTest, OfAnInstrumentThatIsListedAloneThereIsAllThatIsKnown) {
  client::Message security{"y"};
  security.add(146, "1").add(55, "EPL.HOME").add(965, "9").add(107, "Arsenal").add(1205, "2");
  security.add(1206, "1.01").add(1207, "2.00").add(1208, "0.01");
  security.add(1206, "2.02").add(1207, "3.00").add(1208, "0.02");
  security.add(562, "0.50").add(1140, "1000.00").add(561, "0.01").add(15, "EUR").add(393, "1");
  security.add(1300, "EPL").add(20005, "7").add(20031, "1").add(20034, "1").add(20035, "5000");
  security.add(20036, "205").add(20039, "20261122-15:00:00").add(20095, "Arsenal - Chelsea");
  security.add(20096, "Cup");
  const std::vector<std::string> lines = to_lines(security);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0],
            "EPL.HOME           of EPL                odds suspended or halted, orders from 0.50");
  EXPECT_EQ(lines[1], "    Arsenal, Arsenal - Chelsea, part of Cup, starts 2026-11-22 15:00:00");
  EXPECT_EQ(lines[2], "    prices 1.01 to 2.00 by 0.01, 2.02 to 3.00 by 0.02");
  EXPECT_EQ(lines[3],
            "    orders up to 1000.00 by 0.01, EUR, winners 1, bet delay 5000 ms, commission 2.05 "
            "%, version 7");
  EXPECT_NE(to_lines(security.add(20072, "Y"))[3].find(
                "bet delay 5000 ms, none of post-only orders, commission"),
            std::string::npos);
}

TEST(ReportLineTest, WhatHappensToAnAccountIsASentence) {
  client::Message settlement{"UMS"};
  settlement.add(60, "20261122-14:05:01.123456").add(797, "Y").add(1300, "RAIN-LON");
  settlement.add(20023, "10029.1375").add(20089, "1").add(20107, "1").add(20109, "BROKER1");
  settlement.add(1704, "30.00").add(1705, "EUR").add(137, "0.8625");
  EXPECT_EQ(to_line(settlement),
            "2026-11-22 14:05:01.123456 RAIN-LON           SETTLED round 1: account BROKER1 gets "
            "30.00, commission 0.8625, balance 10029.1375 EUR (copy)");

  client::Message deposit{"UAR"};
  deposit.add(1, "BROKER1").add(15, "EUR").add(60, "20261122-14:05:01.123456");
  deposit.add(20022, "100.00").add(20023, "10100.00").add(20091, "1");
  EXPECT_EQ(to_line(deposit),
            "2026-11-22 14:05:01.123456 account BROKER1: DEPOSIT of 100.00, balance 10100.00 EUR");

  client::Message bets{"UAR"};
  bets.add(1, "BROKER1").add(15, "EUR").add(55, "EPL-ARS-CHE.DRAW");
  bets.add(60, "20261122-14:05:01.123456").add(20091, "5").add(20093, "20.40");
  bets.add(20094, "-20.00");
  EXPECT_EQ(to_line(bets),
            "2026-11-22 14:05:01.123456 account BROKER1: bets on EPL-ARS-CHE.DRAW VOID: if it won "
            "20.40, if it lost -20.00 EUR");
}

TEST(ReportLineTest, WhatAnAccountHasIsALineForEachBetAndOneInAll) {
  client::Message runner{"AP"};
  runner.add(1, "BROKER1").add(55, "EPL.HOME").add(20024, "31.20").add(20092, "EPL");
  runner.add(20093, "-31.20").add(20094, "30.00");
  EXPECT_EQ(to_line(runner),
            "account BROKER1: EPL.HOME           of EPL                if it wins -31.20, if it "
            "loses 30.00, exposure of the market 31.20");
  client::Message binary{"AP"};
  binary.add(1, "BROKER1").add(55, "RAIN").add(702, "1").add(703, "TQ").add(704, "0");
  binary.add(705, "20").add(20024, "0").add(20092, "RAIN");
  EXPECT_NE(to_line(binary).find(" YES 0, NO 20, "), std::string::npos);
  client::Message totals{"AP"};
  totals.add(1, "BROKER1").add(15, "EUR").add(20023, "100.00").add(20024, "31.20");
  totals.add(20025, "88.80").add(20028, "20.00");
  EXPECT_EQ(to_line(totals),
            "account BROKER1: balance 100.00, exposure 31.20, credit 20.00, available 88.80 EUR");
}

TEST(ReportLineTest, NewsAndTheExchangesStateAreSentences) {
  client::Message news{"B"};
  news.add(42, "20261122-14:05:01.123456").add(33, "1").add(58, "rain").add(146, "1");
  news.add(55, "RAIN-LON").add(61, "1").add(148, "rain");
  EXPECT_EQ(to_line(news), "2026-11-22 14:05:01.123456 NEWS, urgent of RAIN-LON: rain");
  client::Message halted{"h"};
  halted.add(60, "20261122-14:05:01.123456").add(336, "1").add(340, "1");
  EXPECT_EQ(to_line(halted), "2026-11-22 14:05:01.123456 the exchange is HALTED");
  EXPECT_EQ(tone_of(halted), Tone::Notice);
}

TEST(ReportLineTest, ATradeARefusalAndACopyAreSeenAtAGlance) {
  ExecutionReport report = resting_lay();
  EXPECT_EQ(tone_of(report), Tone::Plain);
  report.exec_type = 'F';
  EXPECT_EQ(tone_of(report), Tone::Good);
  report.copy = true;
  EXPECT_EQ(tone_of(report), Tone::Faint);
  report.ord_status = '8';
  EXPECT_EQ(tone_of(report), Tone::Bad);
}

TEST(ReportLineTest, ARefusedMessageIsNamedByItsNumber) {
  const MessageReject reject{.ref_seq_num = 7,
                             .ref_msg_type = "D",
                             .ref_tag = 44,
                             .text = "missing",
                             .sending_time = "20261122-14:05:01.123456"};
  EXPECT_EQ(to_line(reject), "2026-11-22 14:05:01.123456 message 7 (D) REFUSED: missing, tag 44");
  EXPECT_TRUE(refused(reject));
  const MessageReject throttled{.ref_seq_num = 7,
                                .ref_msg_type = "D",
                                .reason = 143,
                                .text = "too many messages",
                                .sending_time = "20261122-14:05:01.123456",
                                .retry_after_ms = 250};
  EXPECT_EQ(to_line(throttled),
            "2026-11-22 14:05:01.123456 message 7 (D) REFUSED: too many messages (reason 143), may "
            "be sent again in 250 ms");
}

}  // namespace
}  // namespace betex::tools
