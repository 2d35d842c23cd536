// What operators are told, field by field.
#include "gateway/wire/operation_reports.h"

#include <cstring>
#include <string>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/wire/field_table.h"
#include "gateway/wire/report_encoder.h"
#include "tests/gateway/wire/fix_text.h"
#include "tests/gateway/wire/sample_operation_reports.h"

namespace betex::fix::testing {
namespace {

using matching::Reason;

std::string encoded(const Report& report, FixVersion version = FixVersion::Fixt11) {
  std::string out;
  encode(report,
         {.version = version,
          .sender_comp_id = "BETEX",
          .target_comp_id = "OPS1",
          .msg_seq_num = matching::MsgSeqNum{42},
          .sending_time = kReportTime},
         out);
  return out;
}

// Type and body: what stands between the header and the checksum.
std::string body(const Report& report, FixVersion version = FixVersion::Fixt11) {
  const std::string text = readable(encoded(report, version));
  const std::string last_of_header = "|56=OPS1|";
  const std::size_t type = text.find("|35=") + 1;
  const std::size_t begin = text.find(last_of_header) + last_of_header.size();
  return text.substr(type, text.find('|', type) + 1 - type) +
         text.substr(begin, text.size() - begin - std::strlen("10=000|"));
}

TEST(OperationsReport, TellsWhatWasDoneAndWhatRuns) {
  EXPECT_EQ(body(suspended()),
            "35=UOR|60=20261122-14:20:31.000001|1300=EPL-ARS-CHE|20005=42|20011=Suspend|"
            "20012=goal-0815-1|20013=2|20019=3|20020=90211|20068=90211-1|");
  EXPECT_EQ(body(suspension_complete()),
            "35=UOR|60=20261122-14:20:31.000001|533=9000|797=Y|1300=EPL-ARS-CHE|20005=42|"
            "20011=Suspend|20012=goal-0815-1|20013=3|20015=OPS1|20019=3|20020=90240|"
            "20068=90240-1|");
  EXPECT_EQ(body(runner_added()),
            "35=UOR|55=EPL-ARS-CHE.DRAW|60=20261122-14:20:31.000001|1300=EPL-ARS-CHE|20005=3|"
            "20011=AddRunner|20012=runner-1|20013=0|20019=1|20020=90370|20068=90370-1|");
  Report never_changed = runner_added();
  operations_report_of(never_changed).market_version = 0;
  EXPECT_NE(body(never_changed).find("|20005=0|"), std::string::npos) << body(never_changed);
  operations_report_of(never_changed).market_version.reset();
  EXPECT_EQ(body(never_changed).find("|20005="), std::string::npos) << body(never_changed);
}

TEST(OperationsReport, TellsWhatAKnownIdHasDone) {
  EXPECT_EQ(body(known_request()),
            "35=UOR|60=20261122-14:20:31.000001|1300=EPL-ARS-CHE|20005=42|20011=Suspend|"
            "20012=goal-0815-1|20013=4|20017=90211|20019=3|20020=90251|20068=90251-1|");
  Report refused_before = known_request();
  operations_report_of(refused_before).reason = Reason::InvalidState;
  EXPECT_NE(body(refused_before).find("|58=not possible in this state|"), std::string::npos);
  EXPECT_NE(body(refused_before).find("|20001=121|20002=N|"), std::string::npos);
}

TEST(OperationsReport, SaysWhyItWasRefused) {
  EXPECT_EQ(body(operation_refused(Reason::StaleMarketVersion)),
            "35=UOR|58=the market has changed since|60=20261122-14:20:31.000001|"
            "1300=EPL-ARS-CHE|20001=26|20002=N|20011=Resume|20012=resume-1|20013=1|20020=90260|"
            "20068=90260-1|");
  EXPECT_NE(body(operation_refused(Reason::StaleRequest)).find("|20001=3|20002=Y|"),
            std::string::npos);
  EXPECT_NE(body(operation_refused(Reason::ExchangeHalted)).find("|20001=27|20002=Y|"),
            std::string::npos);
}

TEST(OperationsReport, NamesNoReportOnADryRun) {
  EXPECT_EQ(body(operation_would_be_done()),
            "35=UOR|60=20261122-14:20:31.000001|533=10000|1300=EPL-ARS-CHE|2330=Y|20005=42|"
            "20011=Suspend|20012=goal-0815-2|20013=5|20019=2|20020=90261|");
}

TEST(OperationsReport, TellsOfAProposalAllThatItAsksFor) {
  EXPECT_EQ(body(result_proposed()),
            "35=UOR|58=photo finish|60=20261122-14:20:31.000001|126=20261122-14:20:31.000001|"
            "146=2|55=EPL-ARS-CHE.HOME|20037=1|20038=2|55=EPL-ARS-CHE.AWAY|20037=1|20038=2|"
            "797=Y|1300=EPL-ARS-CHE|20005=44|20011=Determine|20012=result-1|20013=6|20015=OPS1|"
            "20020=90300|20068=90300-1|");
  EXPECT_EQ(body(void_proposed()),
            "35=UOR|60=20261122-14:20:31.000001|126=20261122-14:20:31.000001|730=0.35|"
            "1300=RAIN-LON|20011=Void|20012=void-1|20013=6|20020=90320|20068=90320-1|");
  EXPECT_EQ(body(deposit_proposed()),
            "35=UOR|1=BROKER1|60=20261122-14:20:31.000001|126=20261122-14:20:31.000001|"
            "20011=Deposit|20012=deposit-1|20013=6|20020=90330|20022=100.25|20068=90330-1|");
  EXPECT_EQ(body(numbers_proposed()),
            "35=UOR|60=20261122-14:20:31.000001|126=20261122-14:20:31.000001|930=BROKER1|"
            "20011=SetSessionNumbers|20012=numbers-1|20013=6|20020=90350|20049=Y|"
            "20068=90350-1|");
  Report given = numbers_proposed();
  operations_report_of(given).new_epoch = false;
  operations_report_of(given).reserved_to = matching::MsgSeqNum{800};
  EXPECT_NE(body(given).find("|20020=90350|20041=800|20068="), std::string::npos) << body(given);
}

TEST(OperationsReport, TellsWhoHasAskedAndWhoHasApproved) {
  EXPECT_EQ(body(result_approved()),
            "35=UOR|60=20261122-14:20:31.000001|1300=EPL-ARS-CHE|20005=45|20011=Approve|"
            "20012=approve-1|20013=0|20014=result-1|20015=OPS1|20016=OPS2|20019=6|20020=90310|"
            "20068=90310-1|");
}

TEST(OperationsReport, TellsOfAccountsSessionsAndTheWatermark) {
  EXPECT_EQ(body(deposit_done()),
            "35=UOR|1=BROKER1|60=20261122-14:20:31.000001|20011=Deposit|20012=deposit-1|20013=0|"
            "20020=90340|20023=100.25|20024=20.00|20025=80.25|20068=90340-1|");
  EXPECT_EQ(body(numbers_set()),
            "35=UOR|60=20261122-14:20:31.000001|930=BROKER1|20011=SetSessionNumbers|"
            "20012=numbers-1|20013=0|20020=90360|20040=301|20041=0|20043=90111|20044=2|"
            "20068=90360-1|");
  EXPECT_EQ(body(session_logged_out()),
            "35=UOR|60=20261122-14:20:31.000001|930=BROKER1|20011=LogoutSession|20012=logout-1|"
            "20013=0|20020=90365|20041=1000|20043=90111|20044=1|20068=90365-1|");
  EXPECT_EQ(body(watermark_moved()),
            "35=UOR|60=20261122-14:20:31.000001|20011=MoveWatermark|20012=mark-1|20013=0|"
            "20020=90380|20066=90000|20068=90380-1|");
}

// As long as any: a dead heat of a hundred, with a remark.
TEST(OperationsReport, HasRoomForAHundredRunners) {
  Report report = result_proposed();
  OperationsReport& proposal = operations_report_of(report);
  proposal.shares.assign(100, {matching::Name{std::string(31, 'r')}, 65'535, 65'535, {}});
  proposal.remark = matching::Remark{std::string(255, 't')};
  proposal.involved.requested_by = matching::Name{std::string(31, 'o')};
  const std::string text = encoded(report);
  FieldTable fields;
  EXPECT_EQ(fields.read(text), FieldTable::Fault::None);
  EXPECT_EQ(fields.value(146), "100");
}

TEST(SecurityDefinition, TellsOfAMarketTheValuesInForce) {
  EXPECT_EQ(body(market_created()),
            "35=d|60=20261122-14:20:31.000001|146=2|55=EPL-ARS-CHE.HOME|55=EPL-ARS-CHE.AWAY|"
            "320=create-1|322=90400-1|323=1|561=0.01|562=2.00|1140=1000.00|1300=EPL-ARS-CHE|"
            "20020=90400|20030=1|20031=1|20034=1|20035=5000|20036=500|20068=90400-1|");
  EXPECT_EQ(body(binary_market_created()),
            "35=d|60=20261122-14:20:31.000001|146=1|55=RAIN-LON|320=create-1|322=90400-1|323=1|"
            "561=1|562=2|797=Y|1140=1000|1300=RAIN-LON|20015=OPS1|20020=90400|20029=500|20030=5|"
            "20031=2|20034=1|20035=5000|20036=500|20068=90400-1|20072=Y|");
}

TEST(SecurityDefinition, HasNoValuesOfAMarketThatWasOnlyTried) {
  EXPECT_EQ(body(market_would_be_created()),
            "35=d|60=20261122-14:20:31.000001|320=create-1|322=0|323=1|1300=EPL-ARS-CHE|2330=Y|"
            "20020=90400|");
}

TEST(SecurityDefinition, SaysWhyThereIsNoMarket) {
  EXPECT_EQ(body(market_not_created(Reason::AlreadyExists)),
            "35=d|58=already exists|60=20261122-14:20:31.000001|320=create-2|322=90410-1|323=5|"
            "1300=EPL-ARS-CHE|1607=2|20001=120|20002=N|20020=90410|20068=90410-1|");
  EXPECT_NE(body(market_not_created(Reason::InvalidParameter)).find("|1607=12|20001=122|"),
            std::string::npos);
  EXPECT_EQ(body(market_not_created(Reason::StaleRequest)).find("|1607="), std::string::npos);
}

TEST(SecurityDefinition, HasRoomForAHundredRunners) {
  Report report = market_created();
  std::get<SecurityDefinition>(report.body)
      .runners.assign(100, matching::Name{std::string(31, 'r')});
  const std::string text = encoded(report);
  FieldTable fields;
  EXPECT_EQ(fields.read(text), FieldTable::Fault::None);
}

TEST(OrderMassActionReport, TellsThatCancelsRunAndThatTheyAreComplete) {
  EXPECT_EQ(body(mass_action(MassActionResponse::Accepted)),
            "35=BZ|11=mass-1|60=20261122-14:20:31.000001|1369=90420-1|1373=3|1374=7|1375=1|"
            "1461=1|1462=BROKER1|1463=D|1464=24|20020=90420|20068=90420-1|");
  EXPECT_EQ(body(mass_action_complete()),
            "35=BZ|11=mass-1|54=2|60=20261122-14:20:31.000001|533=3|797=Y|1300=EPL-ARS-CHE|"
            "1369=90420-1|1373=3|1374=9|1375=2|1461=1|1462=BROKER1|1463=D|1464=55|20015=OPS1|"
            "20020=90420|20068=90420-1|");
  EXPECT_EQ(body(mass_action_would_be_done()),
            "35=BZ|11=mass-1|60=20261122-14:20:31.000001|533=7|1369=0|1373=3|1374=7|1375=1|"
            "1461=1|1462=BROKER1|1463=D|1464=24|2330=Y|20020=90420|");
}

TEST(OrderMassActionReport, SaysWhyItWasRefused) {
  EXPECT_EQ(body(mass_action_refused(Reason::UnknownInstrument)),
            "35=BZ|11=mass-1|55=NOWHERE|58=unknown instrument|60=20261122-14:20:31.000001|"
            "1369=90420-1|1373=3|1374=1|1375=0|1376=1|20001=20|20002=N|20020=90420|"
            "20068=90420-1|");
  EXPECT_NE(body(mass_action_refused(Reason::UnknownMarket)).find("|1376=8|"), std::string::npos);
  EXPECT_NE(body(mass_action_refused(Reason::UnknownAccount)).find("|1376=99|"), std::string::npos);
}

TEST(PartyActionReport, TellsOperatorsAndThoseWhoAreConcerned) {
  EXPECT_EQ(body(party_action(PartyActionResponse::Accepted)),
            "35=DI|60=20261122-14:20:31.000001|453=1|448=BROKER1|447=D|452=24|2328=party-1|"
            "2329=1|2331=90430-1|2332=0|20020=90430|20068=90430-1|");
  EXPECT_EQ(body(party_action_complete()),
            "35=DI|60=20261122-14:20:31.000001|453=1|448=BROKER1|447=D|452=24|533=12|797=Y|"
            "2328=party-1|2329=1|2331=90430-1|2332=1|20015=OPS1|20020=90430|20068=90430-1|");
  EXPECT_EQ(body(session_reinstated()),
            "35=DI|60=20261122-14:20:31.000001|453=1|448=BROKER1|447=D|452=55|533=0|797=Y|"
            "2329=2|2331=90430-1|2332=1|20020=90430|20068=90430-1|");
  EXPECT_EQ(body(party_action_would_be_done()),
            "35=DI|60=20261122-14:20:31.000001|453=1|448=BROKER1|447=D|452=24|533=12|"
            "2328=party-1|2329=1|2330=Y|2331=0|2332=0|20020=90430|");
}

TEST(PartyActionReport, SaysWhyItWasRefused) {
  EXPECT_EQ(body(party_action_refused(Reason::UnknownAccount)),
            "35=DI|60=20261122-14:20:31.000001|453=1|448=BROKER1|447=D|452=24|"
            "1328=unknown account|2328=party-1|2329=1|2331=90430-1|2332=2|2333=0|20001=1|"
            "20002=N|20020=90430|20068=90430-1|");
  EXPECT_NE(body(party_action_refused(Reason::UnknownSession)).find("|2333=0|"), std::string::npos);
  EXPECT_NE(body(party_action_refused(Reason::ExchangeHalted)).find("|2333=99|"),
            std::string::npos);
}

TEST(TradingSessionStatus, TellsOfTheHaltOfTheExchange) {
  EXPECT_EQ(body(exchange_halted(true)), "35=h|336=1|340=1|20068=90440-2|");
  EXPECT_EQ(body(exchange_halted(false)), "35=h|336=1|340=2|20068=90440-2|");
}

TEST(TradingSessionStatus, IsToldToFix44InWords) {
  const std::string halted =
      "The exchange is halted: new orders and replaces are refused, cancels are taken|";
  EXPECT_EQ(body(exchange_halted(true), FixVersion::Fix44),
            "35=B|33=1|58=" + halted + "42=20261122-14:20:31.000001|61=1|148=" + halted +
                "20068=90440-2|");
  EXPECT_EQ(body(exchange_halted(false), FixVersion::Fix44),
            "35=B|33=1|58=The halt of the exchange has ended|42=20261122-14:20:31.000001|"
            "148=The halt of the exchange has ended|20068=90440-2|");
}

TEST(NetworkStatus, TellsOfSessionsAndOfTheNode) {
  EXPECT_EQ(body(network_status()),
            "35=BD|893=Y|932=network-1-1|933=network-1|936=2|930=BROKER1|928=1|"
            "929=on, suspended|20040=17|20041=1000|20042=99|20043=90431|20044=1|20045=Broker|"
            "20046=0|20047=127.0.0.1:40312|20048=20261122-14:20:31.000001|930=DROP1|928=3|"
            "929=never on|20045=DropCopy|937=1|20061=90440|20062=1|20063=2|20064=3|"
            "20065=64000000000|20066=90000|20067=session DROP1|");
  EXPECT_EQ(body(network_status_goes_on()), "35=BD|893=N|932=network-1-1|933=network-1|937=1|");
}

TEST(NetworkStatus, TellsWhatHoldsTheOldestSegmentBack) {
  using What = HeldBackBy::What;
  for (const auto& [what, word] : {std::pair{What::Nothing, "nothing"},
                                   std::pair{What::Snapshot, "snapshot"},
                                   std::pair{What::Session, "session DROP1"},
                                   std::pair{What::Replay, "replay"},
                                   std::pair{What::Watermark, "watermark"}}) {
    Report report = network_status();
    std::get<NetworkStatus>(report.body).node->held_back_by.what = what;
    EXPECT_NE(body(report).find("|20067=" + std::string{word} + "|"), std::string::npos) << word;
  }
}

TEST(NetworkStatus, HasRoomForFiftySessions) {
  Report report = network_status();
  auto& status = std::get<NetworkStatus>(report.body);
  CounterpartyState longest = status.sessions.front();
  longest.comp_id = matching::Name{std::string(31, 'c')};
  longest.words = std::string(1'000, 'w');
  longest.peer = std::string(1'000, 'p');
  longest.role = SessionRole::DropCopy;
  longest.next_in = longest.last_out = longest.reserved_to = matching::MsgSeqNum{4'294'967'295};
  longest.epoch = matching::SessionEpoch{4'294'967'295};
  longest.delivered = matching::EventSeq{18'446'744'073'709'551'615U};
  longest.queue_bytes = 18'446'744'073'709'551'615U;
  status.sessions.assign(kMaxSessionsOfAMessage, longest);
  EXPECT_GT(encoded(report).size(), 20'000U);
}

TEST(OperationReports, MarkUrgentNews) {
  EXPECT_EQ(body(urgent_news()),
            "35=B|33=1|58=closing early today|42=20261122-14:20:31.000001|61=1|146=1|"
            "55=RAIN-LON|148=closing early today|20068=1246-1|");
  EXPECT_EQ(body(news()).find("|61="), std::string::npos);
}

}  // namespace
}  // namespace betex::fix::testing
