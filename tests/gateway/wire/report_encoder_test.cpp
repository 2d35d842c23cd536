#include "gateway/wire/report_encoder.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/wire/field_table.h"
#include "gateway/wire/framer.h"
#include "gateway/wire/logon_check.h"
#include "gateway/wire/session_reject.h"
#include "matching/reason.h"
#include "tests/gateway/wire/fix_text.h"
#include "tests/gateway/wire/sample_operation_reports.h"
#include "tests/gateway/wire/sample_reports.h"

namespace betex::fix {
namespace {

using matching::Reason;
using testing::readable;

OutboundHeader header_for(FixVersion version) {
  return {.version = version,
          .sender_comp_id = "BETEX",
          .target_comp_id = "BROKER1",
          .msg_seq_num = matching::MsgSeqNum{42},
          .sending_time = matching::Timestamp{1'795'357'231'123'456'789}};
}

std::string encoded(const Report& report, FixVersion version = FixVersion::Fixt11) {
  std::string out;
  encode(report, header_for(version), out);
  return out;
}

// The body of the message, readable: what stands between the header and the checksum.
std::string body(const Report& report, FixVersion version = FixVersion::Fixt11) {
  const std::string text = readable(encoded(report, version));
  const std::string last_of_header = "|56=BROKER1|";
  const std::size_t begin = text.find(last_of_header) + last_of_header.size();
  return text.substr(begin, text.size() - begin - std::strlen("10=000|"));
}

TEST(EncodeReport, WritesAWholeMessage) {
  EXPECT_EQ(readable(encoded(testing::new_order())),
            "8=FIXT.1.1|9=212|35=8|34=42|49=BETEX|52=20261122-14:20:31.123456|56=BROKER1|"
            "1=BROKER1|6=0.00|11=order-1|14=0.00|17=1234-1|37=77|38=20.00|39=0|40=2|44=2.02|54=1|"
            "55=EPL-ARS-CHE.HOME|59=1|60=20261122-14:20:31.000001|150=0|151=20.00|10=236|");
}

TEST(EncodeReport, AppendsToWhatIsThere) {
  std::string out = "before";
  encode(testing::new_order(), header_for(FixVersion::Fixt11), out);
  EXPECT_EQ(out, "before" + encoded(testing::new_order()));
}

TEST(EncodeReport, WritesTheOptionalHeaderFields) {
  OutboundHeader header = header_for(FixVersion::Fix44);
  header.poss_resend = true;
  header.last_msg_seq_num_processed = matching::MsgSeqNum{17};
  std::string out;
  encode(testing::new_order(), header, out);
  EXPECT_NE(readable(out).find("|56=BROKER1|97=Y|369=17|1="), std::string::npos) << readable(out);
  EXPECT_TRUE(readable(out).starts_with("8=FIX.4.4|9=")) << readable(out);
}

TEST(EncodeReport, TellsATradeAtTheMakersPrice) {
  EXPECT_EQ(body(testing::trade()),
            "1=BROKER1|6=2.03|11=order-1|14=60.00|17=1240-2|31=2.02|32=30.00|37=77|38=60.00|39=2|"
            "40=2|44=2.02|54=1|55=EPL-ARS-CHE.HOME|59=1|60=20261122-14:20:31.000001|150=F|"
            "151=0.00|880=1240|1057=Y|");
}

// FIX.4.4 has another field for it, and none for the trade.
TEST(EncodeReport, TellsWhichTradeItWasAndWhoCameLater) {
  const auto end_of = [](const Report& report, FixVersion version) {
    const std::string text = body(report, version);
    return text.substr(text.find("|151=") + 1);
  };
  EXPECT_EQ(end_of(testing::trade_of_a_group(), FixVersion::Fixt11),
            "151=0.00|583=customer 17|880=1240|1057=N|20080=maker-1|");
  EXPECT_EQ(end_of(testing::trade_of_a_group(), FixVersion::Fix44),
            "151=0.00|583=customer 17|851=1|20080=maker-1|");
  EXPECT_EQ(end_of(testing::trade(), FixVersion::Fix44), "151=0.00|851=2|");
  for (const Report& report : {testing::new_order(), testing::status(), testing::cancelled()}) {
    for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
      EXPECT_EQ(end_of(report, version).find("880="), std::string::npos);
      EXPECT_EQ(end_of(report, version).find("851="), std::string::npos);
      EXPECT_EQ(end_of(report, version).find("1057="), std::string::npos);
    }
  }
}

TEST(EncodeReport, SaysWhyAnOrderIsGoneThatNobodyHasCancelled) {
  EXPECT_EQ(body(testing::cancelled_with_its_group()),
            "1=BROKER1|6=2.03|11=order-1|14=30.00|17=1253-3|37=77|38=60.00|39=4|40=2|44=2.02|54=1|"
            "55=EPL-ARS-CHE.HOME|58=" +
                std::string{matching::to_text(Reason::OrderGroupTripped)} +
                "|59=1|60=20261122-14:20:31.000001|150=4|151=0.00|378=99|583=customer 17|20001=66|"
                "20002=N|20080=maker-1|");
  const std::string lapsed = body(testing::lapsed(), FixVersion::Fix44);
  EXPECT_NE(lapsed.find("|378=8|20001=85|20002=N|"), std::string::npos) << lapsed;
}

TEST(EncodeReport, TellsOfOrderGroups) {
  for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
    EXPECT_EQ(body(testing::group_created(), version),
              "1=BROKER1|11=group-1|60=20261122-14:20:31.000001|20068=1252-1|20080=maker-1|20081=1|"
              "20082=500.5|20083=5000|20084=2|20085=1|20086=Y|20087=0|20088=0|");
    EXPECT_EQ(body(testing::group_tripped(), version),
              "1=BROKER1|60=20261122-14:20:31.000001|533=3|20068=1254-1|20080=maker-1|20081=4|"
              "20082=500.5|20083=5000|20084=2|20085=2|20086=Y|20087=512|20088=0|");
    EXPECT_EQ(body(testing::group_trip_copied(), version),
              "1=BROKER1|60=20261122-14:20:31.000001|533=3|797=Y|20068=1254-1|20080=maker-1|"
              "20081=4|20082=500.5|20083=5000|20084=2|20085=2|20086=Y|20087=512|20088=0|");
    EXPECT_EQ(body(testing::group_deleted(), version),
              "1=BROKER1|11=group-2|60=20261122-14:20:31.000001|20068=1255-1|20080=maker-1|"
              "20081=5|");
    EXPECT_EQ(
        body(testing::group_refused(), version),
        "1=BROKER1|11=group-2|58=" + std::string{matching::to_text(Reason::UnknownOrderGroup)} +
            "|60=20261122-14:20:31.000001|20001=69|20002=N|20068=1256-1|20080=maker-1|"
            "20081=3|");
    EXPECT_EQ(msg_type_of(testing::group_created(), version), "UOH");
  }
  Report tripped_already = testing::group_tripped();
  testing::group_report_of(tripped_already).affected = 0;
  EXPECT_NE(body(tripped_already).find("|533=0|"), std::string::npos);
}

TEST(EncodeReport, TellsWhatBecomesOfAReplay) {
  EXPECT_EQ(body(testing::replay(ReplayResponse::Begins)),
            "1346=replay-1|1347=0|1348=0|1351=1|1355=BETEX|1182=500|1183=900|1353=replay-1|");
  EXPECT_EQ(body(testing::replay(ReplayResponse::UnknownApplication)),
            "1346=replay-1|1347=0|1348=1|1353=replay-1|");
  EXPECT_EQ(body(testing::replay(ReplayResponse::Unavailable)),
            "1346=replay-1|1347=0|1348=2|1351=1|1355=BETEX|1182=500|1183=900|1353=replay-1|"
            "20076=701|");
  Report not_now = testing::replay(ReplayResponse::Unavailable);
  std::get<ReplayAck>(not_now.body).available_from = {};
  EXPECT_TRUE(body(not_now).ends_with("|1353=replay-1|"));
  EXPECT_EQ(body(testing::replay_ended()),
            "1346=replay-1|1351=1|1355=BETEX|1357=900|1356=replay-1|1426=3|20077=17|");
  EXPECT_EQ(msg_type_of(testing::replay(ReplayResponse::Begins), FixVersion::Fixt11), "BX");
  EXPECT_EQ(msg_type_of(testing::replay_ended(), FixVersion::Fixt11), "BY");
}

TEST(EncodeReport, TellsWhatMayStillBeSent) {
  EXPECT_EQ(body(testing::throttles()),
            "553=broker-1|923=limits-1|926=1|1610=2|1611=2|1612=0|1613=100|1614=1000|1615=3|"
            "20075=40|1611=0|1612=1|1613=20|20075=0|");
  EXPECT_EQ(body(testing::no_throttles()), "553=broker-1|923=limits-1|926=1|");
  EXPECT_EQ(msg_type_of(testing::throttles(), FixVersion::Fixt11), "BF");
}

TEST(EncodeReport, MarksWhatIsToldAgainAsSuch) {
  Report report = testing::trade();
  EXPECT_EQ(readable(encoded(report)).find("|97="), std::string::npos);
  report.told_again = true;
  const std::string text = readable(encoded(report));
  EXPECT_NE(text.find("|56=BROKER1|97=Y|1=BROKER1|"), std::string::npos) << text;
  EXPECT_NE(text.find("|17=1240-2|"), std::string::npos) << "under the same ExecID";
}

TEST(EncodeReport, ShowsContractsWholeAndAveragesToEightDecimals) {
  Report report = testing::trade();
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.format = {.price_decimals = 2, .quantity_decimals = 0};
  execution.avg_px_e8 = 58'333'333;
  execution.price = matching::Decimal{600'000};
  execution.last_px = matching::Decimal{555'000};
  const std::string text = body(report);
  EXPECT_NE(text.find("|6=0.58333333|"), std::string::npos) << text;
  EXPECT_NE(text.find("|14=60|"), std::string::npos) << text;
  EXPECT_NE(text.find("|31=0.555|32=30|"), std::string::npos) << text;
  EXPECT_NE(text.find("|44=0.60|"), std::string::npos) << text;
  EXPECT_NE(text.find("|151=0|"), std::string::npos) << text;
}

TEST(EncodeReport, TellsThePositionAfterATradeOfContracts) {
  const std::string text =
      "1=BROKER1|6=0.57|11=order-1|14=4|17=1248-1|31=0.57|32=4|37=77|38=4|39=2|40=2|44=0.57|54=2|"
      "55=RAIN-LON|59=1|60=20261122-14:20:31.000001|150=F|151=0|";
  EXPECT_EQ(body(testing::contracts_sold()), text + "880=1248|1057=N|20090=-30|");
  EXPECT_EQ(body(testing::contracts_sold(), FixVersion::Fix44), text + "851=1|");
}

TEST(EncodeReport, TellsACancelWithTheChainOfIds) {
  EXPECT_EQ(body(testing::cancelled()),
            "1=BROKER1|6=0.00|11=cancel-1|14=0.00|17=1241-1|37=77|38=20.00|39=4|40=2|41=order-1|"
            "44=2.02|54=1|55=EPL-ARS-CHE.HOME|59=1|60=20261122-14:20:31.000001|150=4|151=0.00|");
}

TEST(EncodeReport, SaysWhyAnOrderWasRefused) {
  EXPECT_EQ(body(testing::rejected(Reason::PriceNotOnLadder)),
            "1=BROKER1|6=0|11=order-1|14=0|17=1242-1|37=NONE|38=20|39=8|40=2|44=2.03|54=1|"
            "55=EPL-ARS-CHE.HOME|58=price is not on the ladder|59=1|"
            "60=20261122-14:20:31.000001|103=18|150=8|151=0|20001=40|20002=N|");
}

TEST(EncodeReport, SaysWhyAnUnsolicitedCancelCame) {
  Report report = testing::cancelled();
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.orig_cl_ord_id = {};
  execution.cl_ord_id = matching::ClOrdId{"order-1"};
  execution.restatement_reason = 18;
  execution.reason = Reason::SelfTradePrevented;
  EXPECT_EQ(body(report),
            "1=BROKER1|6=0.00|11=order-1|14=0.00|17=1241-1|37=77|38=20.00|39=4|40=2|44=2.02|54=1|"
            "55=EPL-ARS-CHE.HOME|58=would have traded with an own order|59=1|"
            "60=20261122-14:20:31.000001|150=4|151=0.00|378=18|20001=84|20002=N|");
  EXPECT_NE(body(report, FixVersion::Fix44).find("|378=99|20001=84|"), std::string::npos);
}

TEST(EncodeReport, ShowsNoPriceForAMarketOrderAndTheExpiryWhereThereIsOne) {
  Report report = testing::new_order();
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.ord_type = matching::OrderType::Market;
  execution.time_in_force = matching::TimeInForce::Gtd;
  execution.expire_time = matching::Timestamp{1'798'761'599'000'000'000};
  const std::string text = body(report);
  EXPECT_EQ(text.find("|44="), std::string::npos) << text;
  EXPECT_NE(text.find("|40=1|54=1|"), std::string::npos) << text;
  EXPECT_NE(text.find("|59=6|60=20261122-14:20:31.000001|126=20261231-23:59:59.000000|150="),
            std::string::npos)
      << text;
}

TEST(EncodeReport, AnswersAStatusRequestWithoutAnExecId) {
  EXPECT_EQ(body(testing::status()),
            "1=BROKER1|6=2.04|11=order-1|14=30.00|17=0|37=77|38=60.00|39=1|40=2|44=2.02|54=1|"
            "55=EPL-ARS-CHE.HOME|59=1|60=20261122-14:20:31.000001|150=I|151=30.00|790=query-1|");
  EXPECT_EQ(body(testing::unknown_status()),
            "1=BROKER1|6=0|11=order-9|14=0|17=0|37=NONE|39=8|54=2|55=RAIN-LON|58=unknown order|"
            "60=20261122-14:20:31.000001|103=5|150=I|151=0|790=query-1|20001=100|20002=N|");
}

TEST(EncodeReport, TellsThatACancelWasRefused) {
  const Report report = testing::cancel_rejected(Reason::TooLate);
  const std::string expected =
      "1=BROKER1|11=cancel-1|37=77|39=2|41=order-1|58=order is already finished|"
      "60=20261122-14:20:31.000001|102=0|434=1|20001=101|20002=N|20068=1243-1|";
  EXPECT_EQ(body(report), expected);
  EXPECT_EQ(body(report, FixVersion::Fix44), expected);
}

TEST(EncodeReport, NamesNoOrderWhereThereIsNone) {
  Report report = testing::cancel_rejected(Reason::UnknownOrder);
  auto& reject = std::get<OrderCancelReject>(report.body);
  reject.order_id = {};
  reject.ord_status = OrdStatus::Rejected;
  reject.orig_cl_ord_id = {};
  EXPECT_EQ(body(report),
            "1=BROKER1|11=cancel-1|37=NONE|39=8|58=unknown order|60=20261122-14:20:31.000001|"
            "102=1|434=1|20001=100|20002=N|20068=1243-1|");
  // FIX.4.4 requires OrigClOrdID.
  EXPECT_NE(body(report, FixVersion::Fix44).find("|39=8|41=NONE|58="), std::string::npos);
}

TEST(EncodeReport, TellsThatAMessageWasRefused) {
  EXPECT_EQ(body(testing::business_reject(Reason::Throttled, 8)),
            "45=17|58=too many messages|372=D|379=order-1|380=8|20001=143|20002=Y|20068=1244-1|");
  EXPECT_EQ(body(testing::business_reject(Reason::Throttled, 8), FixVersion::Fix44),
            "45=17|58=too many messages|372=D|379=order-1|380=0|20001=143|20002=Y|20068=1244-1|");
  EXPECT_EQ(body(testing::business_reject(Reason::NotEntitled, 6), FixVersion::Fix44),
            "45=17|58=not entitled|372=D|379=order-1|380=6|20001=142|20002=N|20068=1244-1|");
}

TEST(EncodeReport, RejectsAMessageAsSuch) {
  EXPECT_EQ(body(testing::reject(44, session_reject::kIncorrectDataFormat)),
            "45=17|58=Incorrect data format for value|371=44|372=D|373=6|");
  EXPECT_EQ(body(testing::reject(122, session_reject::kSendingTimeAccuracy), FixVersion::Fix44),
            "45=17|58=OrigSendingTime(122) is later than SendingTime(52)|371=122|372=D|373=10|");
  EXPECT_EQ(body(testing::reject(0, session_reject::kInvalidMsgType)),
            "45=17|58=Invalid MsgType|372=D|373=11|");
  Report nameless = testing::reject(0, session_reject::kInvalidMsgType);
  std::get<Reject>(nameless.body).ref_msg_type = {};
  EXPECT_EQ(body(nameless), "45=17|58=Invalid MsgType|373=11|");
}

TEST(EncodeReport, SaysWhenOneTooManyMayBeSentAgain) {
  EXPECT_EQ(body(testing::throttled()),
            "45=17|58=too many messages|372=D|379=order-1|380=8|20001=143|20002=Y|20068=1244-1|"
            "20074=340|");
}

TEST(EncodeReport, SaysOfAMassCancelThatItWasOfTheSession) {
  Report report = testing::mass_cancelled();
  auto& cancelled = std::get<OrderMassCancelReport>(report.body);
  cancelled.request_type = MassCancelType::Session;
  for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
    EXPECT_NE(body(report, version).find("|530=6|531=6|533=3|"), std::string::npos);
  }
}

TEST(EncodeReport, NamesTheEventOfWhatHasNoExecId) {
  EXPECT_EQ(body(testing::mass_cancelled(), FixVersion::Fix44),
            "11=mass-1|37=1245-1|54=1|55=RAIN-LON|60=20261122-14:20:31.000001|530=1|531=1|533=3|"
            "20068=1245-1|");
  EXPECT_TRUE(body(testing::security_status()).ends_with("|20033=Y|20068=1247-2|"));
  EXPECT_TRUE(body(testing::news()).ends_with("|20068=1246-1|"));
}

TEST(EncodeReport, NamesNoEventWhereThereIsNone) {
  for (const Report& report : {testing::unknown_security_status(), testing::security()}) {
    EXPECT_EQ(body(report).find("20068="), std::string::npos) << body(report);
  }
  Report to_one_alone = testing::news();
  to_one_alone.id = {};
  EXPECT_EQ(body(to_one_alone).find("20068="), std::string::npos);
}

TEST(EncodeReport, TellsAnAccountOfItsSettlement) {
  EXPECT_EQ(body(testing::settled()),
            "60=20261122-14:20:31.000001|715=20261122|730=0.00|1300=RAIN-LON|20023=10029.1375|"
            "20089=1|20105=1249-3|20107=1|20108=1|20109=BROKER1|704=0|705=30|1703=1|1704=30.00|"
            "1705=EUR|136=1|137=0.8625|138=EUR|139=4|891=0|");
  EXPECT_EQ(body(testing::settled_again()),
            "60=20261122-14:20:31.000001|715=20261122|797=Y|1300=EPL-ARS-CHE|20023=-0.50|20089=2|"
            "20105=1250-1|20107=2|20108=1|20109=BROKER1|1703=1|1704=-30.00|1705=EUR|136=1|"
            "137=-0.8625|138=EUR|139=4|891=0|");
}

TEST(EncodeReport, TellsAnAccountWhatHasHappenedToIt) {
  EXPECT_EQ(body(testing::deposited()),
            "1=BROKER1|15=EUR|60=20261122-14:20:31.000001|20022=100.00|20023=10100.00|"
            "20068=1251-1|20091=1|");
  EXPECT_EQ(body(testing::bets_void()),
            "1=BROKER1|15=EUR|55=EPL-ARS-CHE.DRAW|60=20261122-14:20:31.000001|797=Y|"
            "1300=EPL-ARS-CHE|20068=1252-7|20091=5|20093=20.40|20094=-20.00|");
}

TEST(EncodeReport, TellsWhatAnAccountHas) {
  EXPECT_EQ(body(testing::position()),
            "1=BROKER1|15=EUR|55=RAIN-LON|702=1|703=TQ|704=0|705=30|710=pos-1|715=20261122|"
            "721=pos-1-1|724=0|728=0|20024=17.10|20092=RAIN-LON|");
  EXPECT_EQ(body(testing::bets_on_a_runner()),
            "1=BROKER1|15=EUR|55=EPL-ARS-CHE.HOME|710=pos-1|715=20261122|721=pos-1-2|724=0|728=0|"
            "20024=20.00|20092=EPL-ARS-CHE|20093=20.40|20094=-20.00|");
  EXPECT_EQ(body(testing::account_totals()),
            "1=BROKER1|15=EUR|710=pos-1|715=20261122|721=pos-1-3|724=0|728=0|20023=-100.00|"
            "20024=37.10|20025=1862.90|20028=2000.00|");
  EXPECT_EQ(body(testing::no_positions()),
            "1=NOBODY|58=unknown account|710=pos-2|715=20261122|721=pos-2-1|724=0|728=1|20001=1|"
            "20002=N|");
  EXPECT_EQ(body(testing::position(), FixVersion::Fix44),
            "1=BROKER1|15=EUR|55=RAIN-LON|581=1|702=1|703=TQ|704=0|705=30|710=pos-1|715=20261122|"
            "721=pos-1-1|724=0|728=0|730=0|731=1|734=0|20024=17.10|20092=RAIN-LON|");
}

TEST(EncodeReport, TellsFix44OfAccountsInWords) {
  const auto headline = [](const Report& report) {
    const std::string text = body(report, FixVersion::Fix44);
    const std::size_t begin = text.find("|148=") + 5;
    return text.substr(begin, text.find('|', begin) - begin);
  };
  EXPECT_EQ(msg_type_of(testing::settled(), FixVersion::Fixt11), "UMS");
  EXPECT_EQ(msg_type_of(testing::settled(), FixVersion::Fix44), "B");
  EXPECT_TRUE(body(testing::settled(), FixVersion::Fix44).ends_with("|20068=1249-3|"));
  EXPECT_NE(body(testing::settled(), FixVersion::Fix44).find("|146=1|55=RAIN-LON|"),
            std::string::npos);
  EXPECT_EQ(headline(testing::settled()),
            "Account BROKER1: settlement of RAIN-LON, round 1, determined, YES at 0.00, position "
            "-30: gross 30.00, commission 0.8625, balance 10029.1375 EUR");
  EXPECT_EQ(headline(testing::settled_again()),
            "Account BROKER1: settlement of EPL-ARS-CHE, round 2, void: gross -30.00, commission "
            "-0.8625, balance -0.50 EUR");
  EXPECT_EQ(headline(testing::deposited()),
            "Account BROKER1: deposit of 100.00, balance 10100.00 EUR");
  EXPECT_EQ(headline(testing::bets_void()),
            "Account BROKER1: bets on EPL-ARS-CHE.DRAW are void: if it won 20.40, if it lost "
            "-20.00 EUR");
}

// The group of a SecurityList holds standard fields alone: any other one ends it for a client that
// has QuickFIX's own dictionary.
TEST(EncodeReport, ListsAnInstrumentWithItsMarketBehindTheGroup) {
  EXPECT_EQ(body(testing::security()),
            "146=1|55=EPL-ARS-CHE.DRAW|965=9|1205=2|1206=1.01|1207=2.00|1208=0.01|1206=2.02|"
            "1207=3.00|1208=0.02|562=0.01|1140=1000000000.00|561=0.01|15=EUR|320=list-1|"
            "322=list-1|393=4|560=0|893=N|1300=EPL-ARS-CHE|20005=5|20030=1|20031=1|20034=1|"
            "20035=5000|20036=500|");
  EXPECT_EQ(body(testing::described_security()),
            "146=1|55=RAIN-LON|965=10|107=Rain in London|1205=1|1206=0.001|1207=0.999|1208=0.001|"
            "562=1|1140=500|561=1|15=EUR|320=list-2|322=list-2|393=1|560=0|893=Y|1300=RAIN-LON|"
            "20030=5|20031=2|20034=1|20035=0|20036=0|20039=20261122-14:20:31.000001|"
            "20095=Will it rain before midnight?|20096=WEATHER|");
  EXPECT_EQ(body(testing::no_list()), "320=list-3|322=list-3|393=0|560=0|893=Y|");
  EXPECT_EQ(body(testing::no_security()),
            "320=list-1|322=list-1|393=0|560=2|893=Y|20001=21|20002=N|");
}

TEST(EncodeReport, SaysOfAMarketThatPostOnlyOrdersDoNotWait) {
  EXPECT_TRUE(body(testing::security_with_a_fast_lane())
                  .ends_with("|20036=500|20039=20261122-14:20:31.000001|20072=Y|"));
  EXPECT_EQ(body(testing::security()).find("20072="), std::string::npos);
  const Report answer = testing::security_with_a_fast_lane();
  const Report update{.id = {},
                      .body = SecurityListUpdate{.action = ListUpdateAction::Modify,
                                                 .security = std::get<SecurityList>(answer.body)}};
  EXPECT_TRUE(body(update).ends_with("|20039=20261122-14:20:31.000001|20072=Y|"));
}

TEST(EncodeReport, TellsHowTheListChanges) {
  EXPECT_EQ(body(testing::listed()),
            "146=1|1324=A|55=RAIN-LON|965=10|107=Rain in London|1205=1|1206=0.001|1207=0.999|"
            "1208=0.001|562=1|1140=500|561=1|15=EUR|320=list-2|1300=RAIN-LON|20030=5|20031=2|"
            "20034=1|20035=0|20036=0|20039=20261122-14:20:31.000001|"
            "20095=Will it rain before midnight?|20096=WEATHER|");
  EXPECT_EQ(body(testing::listed_no_more()),
            "146=1|1324=D|55=EPL-ARS-CHE.DRAW|965=4|1205=2|1206=1.01|1207=2.00|1208=0.01|"
            "1206=2.02|1207=3.00|1208=0.02|562=0.01|1140=1000000000.00|561=0.01|15=EUR|320=list-1|"
            "1300=EPL-ARS-CHE|20005=5|20030=1|20031=1|20034=1|20035=5000|20036=500|");
  EXPECT_EQ(msg_type_of(testing::listed(), FixVersion::Fixt11), "BK");
}

TEST(EncodeReport, RefusesMarketDataByItsId) {
  EXPECT_EQ(body(testing::no_market_data()),
            "55=NOWHERE|58=unknown instrument|262=m1|281=0|20001=20|20002=N|");
  EXPECT_EQ(body(testing::no_market_data_of_a_market()),
            "58=unknown market|262=m1|281=0|1300=NOWHERE|20001=21|20002=N|");
  EXPECT_EQ(body(testing::market_data_refused(MarketDataRefusal::TooMuch, Reason::Throttled)),
            "58=too many messages|262=m1|281=2|20001=143|20002=Y|");
  EXPECT_EQ(body(testing::market_data_refused(MarketDataRefusal::ImplicitDelete,
                                              Reason::InvalidParameter)),
            "58=invalid parameter|262=m1|281=C|20001=122|20002=N|");
  EXPECT_EQ(msg_type_of(testing::no_market_data(), FixVersion::Fixt11), "Y");
}

TEST(EncodeReport, DegradesCodesThatFix44Lacks) {
  EXPECT_NE(body(testing::rejected(Reason::PriceNotOnLadder), FixVersion::Fix44)
                .find("|103=99|150=8|151=0|20001=40|"),
            std::string::npos);
  EXPECT_NE(body(testing::rejected(Reason::InsufficientFunds)).find("|103=25|"), std::string::npos);
  EXPECT_NE(body(testing::rejected(Reason::InsufficientFunds), FixVersion::Fix44).find("|103=99|"),
            std::string::npos);
  EXPECT_NE(body(testing::rejected(Reason::UnknownAccount), FixVersion::Fix44).find("|103=15|"),
            std::string::npos);
  EXPECT_NE(body(testing::cancel_rejected(Reason::PriceNotOnLadder)).find("|102=18|"),
            std::string::npos);
  EXPECT_NE(
      body(testing::cancel_rejected(Reason::PriceNotOnLadder), FixVersion::Fix44).find("|102=99|"),
      std::string::npos);
}

TEST(EncodeReport, NamesTheMessageType) {
  EXPECT_EQ(msg_type_of(testing::new_order(), FixVersion::Fixt11), "8");
  EXPECT_EQ(msg_type_of(testing::cancel_rejected(Reason::TooLate), FixVersion::Fix44), "9");
  EXPECT_EQ(msg_type_of(testing::business_reject(Reason::Throttled, 8), FixVersion::Fix44), "j");
  EXPECT_EQ(msg_type_of(testing::reject(44, 6), FixVersion::Fixt11), "3");
  EXPECT_EQ(msg_type_of(testing::reject(44, 6), FixVersion::Fix44), "3");
}

// With every field at once, and the longest value of each: more than any report has.
TEST(EncodeReport, SendsNoExecutionReportThatIsLongerThanWeSay) {
  const matching::Decimal longest_decimal{-999'999'999'999'999'999};
  Report report = testing::rejected(Reason::InDeficit);  // the longest text
  report.id = {.event = matching::EventSeq{~std::uint64_t{0}}, .leg = ~std::uint32_t{0}};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Trade;
  execution.order_id = matching::OrderId{~std::uint64_t{0}};
  execution.account = matching::Name{std::string(31, 'a')};
  execution.symbol = matching::Name{std::string(31, 's')};
  execution.cl_ord_id = matching::ClOrdId{std::string(36, 'c')};
  execution.orig_cl_ord_id = matching::ClOrdId{std::string(36, 'o')};
  execution.price = longest_decimal;
  execution.order_qty = longest_decimal;
  execution.cum_qty = longest_decimal;
  execution.leaves_qty = longest_decimal;
  execution.last_qty = longest_decimal;
  execution.last_px = longest_decimal;
  execution.avg_px_e8 = -999'999'999'999'999'999;
  execution.position_after = matching::Quantity{-999'999'999'999'999'999};
  execution.reference = matching::Reference{std::string(15, 'r')};
  execution.order_group = matching::Reference{std::string(15, 'g')};
  execution.expire_time = testing::kReportTime;
  execution.effective_time = testing::kReportTime;
  execution.status_req_id = matching::Name{std::string(31, 'q')};
  execution.mass_status_req_id = matching::Name{std::string(31, 'm')};
  execution.total_reports = ~std::uint32_t{0};
  execution.copy = true;
  execution.restatement_reason = 99;
  execution.format = {.price_decimals = 2, .quantity_decimals = 2};
  const std::string comp_id(31, 'C');
  for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
    OutboundHeader header = header_for(version);
    header.sender_comp_id = comp_id;
    header.target_comp_id = comp_id;
    header.msg_seq_num = matching::MsgSeqNum{999'999'999};
    header.last_msg_seq_num_processed = matching::MsgSeqNum{999'999'999};
    header.poss_resend = true;
    std::string out;
    encode(report, header, out);
    EXPECT_LE(out.size(), kLongestMessageBytes) << readable(out);
  }
}

// Lengths of two to four digits, and every report that there is: our own framer takes them back.
TEST(EncodeReport, HasLengthAndChecksumThatTheFramerAccepts) {
  std::vector<Report> reports = testing::all_reports_and_operations(FixVersion::Fixt11);
  Report longest = testing::rejected(Reason::UnknownAccount);
  auto& execution = std::get<ExecutionReport>(longest.body);
  execution.account = matching::Name{std::string(31, 'a')};
  execution.symbol = matching::Name{std::string(31, 's')};
  execution.cl_ord_id = matching::ClOrdId{std::string(36, 'c')};
  execution.orig_cl_ord_id = matching::ClOrdId{std::string(36, 'o')};
  execution.status_req_id = matching::Name{std::string(31, 'q')};
  reports.push_back(longest);
  for (const FixVersion version : {FixVersion::Fixt11, FixVersion::Fix44}) {
    for (const std::size_t comp_id_size : {1U, 7U, 500U}) {
      const std::string target(comp_id_size, 'T');
      OutboundHeader header = header_for(version);
      header.sender_comp_id = "B";
      header.target_comp_id = target;
      std::string stream;
      for (const Report& report : reports) {
        encode(report, header, stream);
      }
      Framer framer{stream.size()};
      std::memcpy(framer.prepare().data(), stream.data(), stream.size());
      framer.commit(stream.size());
      for (const Report& report : reports) {
        const Framer::Result result = framer.next();
        ASSERT_EQ(result.status, Framer::Status::Frame);
        FieldTable fields;
        ASSERT_EQ(fields.read(result.bytes), FieldTable::Fault::None);
        EXPECT_EQ(fields.msg_type(), msg_type_of(report, version));
      }
      EXPECT_EQ(framer.next().status, Framer::Status::NeedMore);
    }
  }
}

}  // namespace
}  // namespace betex::fix
