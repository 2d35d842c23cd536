// What an operator types, and the bytes that are sent for it: a row for each command of the table.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/tools/command.h"
#include "gateway/tools/command_parser.h"
#include "gateway/tools/request.h"

namespace betex::tools {
namespace {

// "35=UOC|20012=r|20011=Open|1300=M|60=T|", the time as T.
std::string fields_of(const std::string& line) {
  auto operation = std::get<Operation>(parse_line(line).value().body);
  operation.id = operation.id.empty() ? "made-up" : operation.id;
  const client::Message message = to_message(operation);
  std::string text = "35=" + message.type() + "|";
  for (const client::Field& field : message.fields()) {
    text += std::to_string(field.tag) + "=" + (field.tag == 60 ? "T" : field.value) + "|";
  }
  return text;
}

struct Row {
  const char* line;
  const char* fields;
};

constexpr Row kRows[] = {
    {"market create EPL --runners A B C --winners 1 --min 0.01 --step 0.01 --max 500 "
     "--bet-delay-ms 1000 --commission-bp 500 --currency EUR --ladder finest --id r --dry-run",
     "35=c|320=r|321=1|20031=1|20030=2|1300=EPL|15=EUR|20034=1|562=0.01|561=0.01|1140=500|"
     "20035=1000|20036=500|2330=Y|146=3|55=A|55=B|55=C|60=T|"},
    {"market create EPL", "35=c|320=made-up|321=1|20031=1|20030=1|1300=EPL|60=T|"},
    {"market create RAIN --binary --max-position 100",
     "35=c|320=made-up|321=1|20031=2|20030=3|1300=RAIN|20029=100|60=T|"},
    {"market create RAIN --binary --bet-delay-ms 5000 --passive-skips-delay",
     "35=c|320=made-up|321=1|20031=2|20030=3|1300=RAIN|20035=5000|20072=Y|60=T|"},
    {"market create RAIN --binary --ladder deci-cent",
     "35=c|320=made-up|321=1|20031=2|20030=5|1300=RAIN|60=T|"},
    {"market open EPL --runners 3 --version 7 --id r --remark 'all is well' --dry-run --wait",
     "35=UOC|20012=r|20011=Open|1300=EPL|20018=3|20005=7|58=all is well|2330=Y|60=T|"},
    {"market suspend EPL goal --cancel lapsing",
     "35=UOC|20012=made-up|20011=Suspend|1300=EPL|20032=1|20010=1|60=T|"},
    {"market suspend EPL pause", "35=UOC|20012=made-up|20011=Suspend|1300=EPL|20032=4|60=T|"},
    {"market suspend EPL runner-removal --cancel all",
     "35=UOC|20012=made-up|20011=Suspend|1300=EPL|20032=2|20010=2|60=T|"},
    {"market resume EPL --version 42", "35=UOC|20012=made-up|20011=Resume|1300=EPL|20005=42|60=T|"},
    {"market halt EPL", "35=UOC|20012=made-up|20011=Halt|1300=EPL|60=T|"},
    {"market unhalt EPL", "35=UOC|20012=made-up|20011=Unhalt|1300=EPL|60=T|"},
    {"market inplay EPL", "35=UOC|20012=made-up|20011=TurnInPlay|1300=EPL|60=T|"},
    {"market close EPL --remark over", "35=UOC|20012=made-up|20011=Close|1300=EPL|58=over|60=T|"},
    {"market reopen EPL", "35=UOC|20012=made-up|20011=Reopen|1300=EPL|60=T|"},
    {"market determine EPL A",
     "35=UOC|20012=made-up|20011=Determine|1300=EPL|146=1|55=A|20037=1|20038=1|60=T|"},
    {"market determine EPL A B=1/2 C=1/2 --id r",
     "35=UOC|20012=r|20011=Determine|1300=EPL|146=3|55=A|20037=2|20038=2|55=B|20037=1|20038=2|"
     "55=C|20037=1|20038=2|60=T|"},
    {"market determine RAIN yes",
     "35=UOC|20012=made-up|20011=Determine|1300=RAIN|146=1|55=RAIN|20037=1|20038=1|60=T|"},
    {"market determine RAIN no",
     "35=UOC|20012=made-up|20011=Determine|1300=RAIN|146=1|55=RAIN|20037=0|20038=1|60=T|"},
    {"market settle EPL", "35=UOC|20012=made-up|20011=Settle|1300=EPL|60=T|"},
    {"market void RAIN --price 0.25", "35=UOC|20012=made-up|20011=Void|1300=RAIN|730=0.25|60=T|"},
    {"market archive EPL", "35=UOC|20012=made-up|20011=Archive|1300=EPL|60=T|"},
    {"market change EPL --bet-delay-ms 5000 --commission-bp 0 --max 100",
     "35=UOC|20012=made-up|20011=ChangeMarket|1300=EPL|20035=5000|20036=0|1140=100|60=T|"},
    {"market change EPL --passive-skips-delay on",
     "35=UOC|20012=made-up|20011=ChangeMarket|1300=EPL|20072=Y|60=T|"},
    {"market change EPL --passive-skips-delay off",
     "35=UOC|20012=made-up|20011=ChangeMarket|1300=EPL|20072=N|60=T|"},
    {"market describe EPL --text 'Arsenal v Chelsea' --parent EPL-22 --start 20261129-15:00:00",
     "35=UOC|20012=made-up|20011=DescribeMarket|1300=EPL|1396=Arsenal v Chelsea|1325=EPL-22|"
     "20039=20261129-15:00:00|60=T|"},
    {"market describe EPL --symbol A --symbol-text Arsenal",
     "35=UOC|20012=made-up|20011=DescribeMarket|1300=EPL|55=A|107=Arsenal|60=T|"},
    {"runner add EPL A", "35=UOC|20012=made-up|20011=AddRunner|1300=EPL|55=A|60=T|"},
    {"runner remove EPL A --version 3",
     "35=UOC|20012=made-up|20011=RemoveRunner|1300=EPL|55=A|20005=3|60=T|"},
    {"account show ALICE", "35=AN|710=made-up|724=0|1=ALICE|60=T|"},
    {"account show", "35=AN|710=made-up|724=0|60=T|"},
    {"account create ALICE collateralised",
     "35=UOC|20012=made-up|20011=CreateAccount|1=ALICE|20021=2|60=T|"},
    {"account create ALICE collateralised --credit 10",
     "35=UOC|20012=made-up|20011=CreateAccount|1=ALICE|20021=2|20028=10|60=T|"},
    {"account create ALICE unlimited",
     "35=UOC|20012=made-up|20011=CreateAccount|1=ALICE|20021=1|60=T|"},
    {"account deposit ALICE 100.00 --id dep-1",
     "35=UOC|20012=dep-1|20011=Deposit|1=ALICE|20022=100.00|60=T|"},
    {"account withdraw ALICE 5", "35=UOC|20012=made-up|20011=Withdraw|1=ALICE|20022=5|60=T|"},
    {"account correct ALICE -5.25 --remark 'paid twice'",
     "35=UOC|20012=made-up|20011=Correct|1=ALICE|20022=-5.25|58=paid twice|60=T|"},
    {"account writeoff ALICE", "35=UOC|20012=made-up|20011=WriteOff|1=ALICE|60=T|"},
    {"account limits ALICE --max-open-orders 5 --exposure 100 --market-exposure 50 --credit 10 "
     "--discount-bp 4000",
     "35=UOC|20012=made-up|20011=SetLimits|1=ALICE|20026=5|20027=100|20070=50|20028=10|20071=4000|"
     "60=T|"},
    {"account suspend ALICE", "35=DH|2328=made-up|2329=0|453=1|448=ALICE|447=D|452=24|60=T|"},
    {"account suspend ALICE --cancel-orders --dry-run --id r",
     "35=DH|2328=r|2329=1|453=1|448=ALICE|447=D|452=24|2330=Y|60=T|"},
    {"account resume ALICE", "35=DH|2328=made-up|2329=2|453=1|448=ALICE|447=D|452=24|60=T|"},
    {"session suspend BROKER1 --cancel-orders",
     "35=DH|2328=made-up|2329=1|453=1|448=BROKER1|447=D|452=55|60=T|"},
    {"session resume BROKER1", "35=DH|2328=made-up|2329=2|453=1|448=BROKER1|447=D|452=55|60=T|"},
    {"session show", "35=BC|933=made-up|935=1|"},
    {"session show BROKER1 BROKER2", "35=BC|933=made-up|935=9|936=2|930=BROKER1|930=BROKER2|"},
    {"session logout BROKER1", "35=UOC|20012=made-up|20011=LogoutSession|930=BROKER1|60=T|"},
    {"session numbers BROKER1 --next-in 7 --reserved-to 90",
     "35=UOC|20012=made-up|20011=SetSessionNumbers|930=BROKER1|20040=7|20041=90|60=T|"},
    {"session numbers BROKER1 --new-epoch",
     "35=UOC|20012=made-up|20011=SetSessionNumbers|930=BROKER1|20049=Y|60=T|"},
    {"exchange halt --remark fire", "35=UOC|20012=made-up|20011=HaltExchange|58=fire|60=T|"},
    {"exchange unhalt", "35=UOC|20012=made-up|20011=UnhaltExchange|60=T|"},
    {"exchange day-end 22:30:15", "35=UOC|20012=made-up|20011=SetTradingDay|20060=81015|60=T|"},
    {"exchange day-end 22:30", "35=UOC|20012=made-up|20011=SetTradingDay|20060=81000|60=T|"},
    {"exchange stop --notice 0 --dry-run", "35=UOC|20012=made-up|20011=Stop|20073=0|2330=Y|60=T|"},
    {"exchange stop --id r", "35=UOC|20012=r|20011=Stop|20073=60|60=T|"},
    {"watermark 90000", "35=UOC|20012=made-up|20011=MoveWatermark|20020=90000|60=T|"},
    {"news 'rain stops play' --about RAIN --flash",
     "35=B|1472=made-up|148=rain stops play|33=1|58=rain stops play|146=1|55=RAIN|61=1|60=T|"},
    {"approve settle-1 90211 --id ok-1 --remark seen",
     "35=UOC|20012=ok-1|20011=Approve|20014=settle-1|20020=90211|58=seen|60=T|"},
    {"decline settle-1", "35=UOC|20012=made-up|20011=Decline|20014=settle-1|60=T|"},
    {"cancel --market EPL --side back", "35=CA|11=made-up|1373=3|1374=9|1300=EPL|54=1|60=T|"},
    {"cancel --symbol A --of ALICE --id r --dry-run",
     "35=CA|11=r|1373=3|1374=1|55=A|1461=1|1462=ALICE|1463=D|1464=24|2330=Y|60=T|"},
    {"cancel --of-session BROKER1",
     "35=CA|11=made-up|1373=3|1374=7|1461=1|1462=BROKER1|1463=D|1464=55|60=T|"},
};

TEST(OperationTest, EveryCommandIsItsMessage) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.line);
    EXPECT_EQ(fields_of(row.line), row.fields);
  }
}

// Those of brokers, and those about prices, which have structs of their own.
bool has_own_struct(std::string_view words) {
  std::vector<Command> own = order_commands();
  for (const std::vector<Command>& more : {order_group_commands(), price_commands()}) {
    own.insert(own.end(), more.begin(), more.end());
  }
  return words == "market show" ||
         std::any_of(own.begin(), own.end(), [&](const auto& each) { return each.words == words; });
}

TEST(OperationTest, EveryCommandHasARow) {
  for (const Command& command : commands()) {
    const bool has_row =
        has_own_struct(command.words) ||
        std::any_of(std::begin(kRows), std::end(kRows), [&command](const Row& row) {
          const std::string_view line{row.line};
          return line.starts_with(command.words) &&
                 (line.size() == command.words.size() || line[command.words.size()] == ' ');
        });
    EXPECT_TRUE(has_row) << command.words;
  }
}

TEST(OperationTest, NoTwoCommandsHaveTheSameWordsAndNoCommandTheSameArgumentTwice) {
  std::set<std::string_view> words;
  for (const Command& command : commands()) {
    EXPECT_TRUE(words.insert(command.words).second) << command.words;
    std::set<std::string_view> names;
    for (const Argument& argument : command.arguments) {
      EXPECT_TRUE(names.insert(argument.name).second) << command.words << " " << argument.name;
    }
  }
}

}  // namespace
}  // namespace betex::tools
