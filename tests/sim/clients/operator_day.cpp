// What an operator has to do, as the messages that betex-fix sends.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "gateway/tools/operation.h"
#include "tests/sim/clients/operator.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using client::Field;
using tools::Operation;
namespace op_tag = tools::op_tag;

constexpr int kSide = 54;
constexpr int kHeadline = 148;
constexpr int kSecurityRequestType = 321;
constexpr int kNoLinesOfText = 33;
constexpr int kPartyIdSource = 447;
constexpr int kPartyId = 448;
constexpr int kPartyRole = 452;
constexpr int kNoPartyIds = 453;
constexpr int kPosReqType = 724;
constexpr int kSettlPrice = 730;
constexpr int kNetworkRequestType = 935;
constexpr int kMassActionType = 1373;
constexpr int kMassActionScope = 1374;
constexpr int kPartyActionType = 2329;
constexpr int kAmount = 20022;
constexpr int kMaxOpenOrders = 20026;
constexpr int kExposureLimit = 20027;
constexpr int kLadder = 20030;
constexpr int kMarketKind = 20031;
constexpr int kSuspendReason = 20032;
constexpr int kCancelScope = 20010;
constexpr int kShareNumerator = 20037;
constexpr int kShareDenominator = 20038;
constexpr int kPassiveSkipsDelay = 20072;
constexpr int kNoticeSeconds = 20073;

Operation command(std::string_view word, std::vector<Field> fields = {}) {
  Operation operation{.kind = &tools::kOperationsCommand, .id = "", .fields = {}};
  operation.fields.push_back({op_tag::kOpsCommand, std::string{word}});
  for (Field& field : fields) {
    operation.fields.push_back(std::move(field));
  }
  return operation;
}

Operation of_party(std::string_view party, bool account, std::string_view action) {
  return {.kind = &tools::kPartyAction,
          .id = "",
          .fields = {{kPartyActionType, std::string{action}},
                     {kNoPartyIds, "1"},
                     {kPartyId, std::string{party}},
                     {kPartyIdSource, "D"},
                     {kPartyRole, account ? "24" : "55"}}};
}

}  // namespace

std::string Operator::market() const {
  return "DAY-" + std::to_string(day_);
}

std::string Operator::runner(char letter) const {
  return market() + "." + letter;
}

std::string Operator::some_account() {
  return trader_name(1 + static_cast<unsigned>(random().below(traders_)));
}

// ---- A market

void Operator::plan_day() {
  ++day_;
  const bool binary = random().chance(40);
  Operation create{.kind = &tools::kCreateMarket,
                   .id = "",
                   .fields = {{kSecurityRequestType, "1"},
                              {op_tag::kMarketSegmentId, market()},
                              {kMarketKind, binary ? "2" : "1"},
                              {kLadder, binary ? "3" : "1"},
                              {op_tag::kCommissionBp, random().chance(50) ? "500" : "0"}}};
  if (!binary) {
    create.fields.push_back({op_tag::kBetDelayMs, random().chance(60) ? "700" : "0"});
    if (random().chance(50)) {
      create.fields.push_back({kPassiveSkipsDelay, "Y"});
    }
    create.fields.push_back({op_tag::kNoRelatedSym, "3"});
    for (const char letter : {'A', 'B', 'C'}) {
      create.fields.push_back({op_tag::kSymbol, runner(letter)});
    }
  }
  plan(std::move(create));
  plan(command("Open", {{op_tag::kMarketSegmentId, market()}}));
  plan_trading(binary);
  plan_end(binary);
}

// What happens to it while it is traded; it may end suspended or halted.
void Operator::plan_trading(bool binary) {
  const Field its_market{op_tag::kMarketSegmentId, market()};
  for (std::size_t incidents = random().below(5); incidents > 0; --incidents) {
    const std::size_t dice = random().below(100);
    if (dice < 25) {
      static constexpr std::array<const char*, 3> kScopes{"0", "1", "2"};
      plan(command("Suspend",
                   {its_market,
                    {kSuspendReason, "1"},
                    {kCancelScope, kScopes[random().below(kScopes.size())]}}));
      plan(command("Resume", {its_market}));
    } else if (dice < 35) {
      plan(command("Halt", {its_market}));
      plan(command("Unhalt", {its_market}));
    } else if (dice < 55 && !binary) {
      plan(command("TurnInPlay", {its_market}));
    } else if (dice < 70 && !binary) {
      plan(command("RemoveRunner", {its_market, {op_tag::kSymbol, runner('C')}}));
      plan(command("Resume", {its_market}));
    } else if (dice < 80) {
      plan(command("ChangeMarket", {its_market, {op_tag::kCommissionBp, "250"}}));
    } else {
      plan_incident();
    }
  }
}

// Settled, mostly; the result may be corrected, the whole market made void, and forgotten.
void Operator::plan_end(bool binary) {
  const Field its_market{op_tag::kMarketSegmentId, market()};
  plan(command("Close", {its_market}));
  if (random().chance(15)) {
    plan(command("Reopen", {its_market}));
    plan(command("Resume", {its_market}));
    plan(command("Close", {its_market}));
  }
  const bool is_void = random().chance(20);
  if (!is_void || random().chance(50)) {
    plan_determine(binary, true);
    plan(command("Settle", {its_market}));
    if (random().chance(40)) {
      plan_determine(binary, false);
      plan(command("Settle", {its_market}));
    }
  }
  if (is_void) {
    Operation make_void = command("Void", {its_market});
    if (binary) {
      make_void.fields.push_back({kSettlPrice, "0.25"});
    }
    plan(std::move(make_void));
  }
  if (random().chance(50)) {
    plan(command("Archive", {its_market}));
  }
}

// Of a contest of three a dead heat now and then.
void Operator::plan_determine(bool binary, bool first_wins) {
  Operation determine = command("Determine", {{op_tag::kMarketSegmentId, market()}});
  const auto add_share = [&](const std::string& symbol, const char* won, const char* of) {
    determine.fields.push_back({op_tag::kSymbol, symbol});
    determine.fields.push_back({kShareNumerator, won});
    determine.fields.push_back({kShareDenominator, of});
  };
  const bool dead_heat = !binary && random().chance(25);
  determine.fields.push_back({op_tag::kNoRelatedSym, dead_heat ? "2" : "1"});
  if (binary) {
    add_share(market(), first_wins ? "1" : "0", "1");
  } else if (dead_heat) {
    add_share(runner('A'), "1", "2");
    add_share(runner('B'), "1", "2");
  } else {
    add_share(runner(first_wins ? 'A' : 'B'), "1", "1");
  }
  plan(std::move(determine));
}

// ---- What is no market's

void Operator::plan_incident() {
  const std::size_t dice = random().below(100);
  if (dice < 40) {
    plan_money();
  } else if (dice < 50) {
    plan(command("HaltExchange"));
    plan(command("UnhaltExchange"));
  } else if (dice < 62) {
    const std::string account = some_account();
    plan(of_party(account, true, random().chance(50) ? "1" : "0"));
    plan(of_party(account, true, "2"));
  } else if (dice < 72) {
    const std::string session = some_account();
    plan(of_party(session, false, random().chance(50) ? "1" : "0"));
    plan(of_party(session, false, "2"));
  } else if (dice < 80) {
    Operation cancel{.kind = &tools::kMassAction,
                     .id = "",
                     .fields = {{kMassActionType, "3"}, {kMassActionScope, "9"}}};
    cancel.fields.push_back(
        {op_tag::kMarketSegmentId,
         std::string{kInstruments[random().below(kInstruments.size())].market}});
    if (random().chance(40)) {
      cancel.fields.push_back({kSide, random().chance(50) ? "1" : "2"});
    }
    plan(std::move(cancel));
  } else if (dice < 85) {
    plan(command("LogoutSession", {{op_tag::kRefCompId, some_account()}}));
  } else if (dice < 90) {
    const std::string text = "Kick-off is late, " + std::to_string(random().below(60)) + " minutes";
    plan({.kind = &tools::kAnnouncement,
          .id = "",
          .fields = {{kHeadline, text}, {kNoLinesOfText, "1"}, {op_tag::kText, text}}});
  } else if (dice < 92) {
    plan(command("Stop", {{kNoticeSeconds, std::to_string(random().below(3))}}));
  } else {
    plan_question();
  }
}

void Operator::plan_money() {
  const Field account{op_tag::kAccount, some_account()};
  const std::string amount = std::to_string(1 + random().below(500)) + ".25";
  switch (random().below(5)) {
    case 0:
      plan(command("Withdraw", {account, {kAmount, amount}}));
      break;
    case 1:
      plan(command("Correct",
                   {account,
                    {op_tag::kText, "as agreed"},
                    {kAmount, (random().chance(50) ? "-" : "") + amount}}));
      break;
    case 2:
      plan(command("SetLimits",
                   {account,
                    {kMaxOpenOrders, random().chance(50) ? "0" : "12"},
                    {kExposureLimit, random().chance(50) ? "0" : "900.00"}}));
      break;
    default:
      plan(command("Deposit", {account, {kAmount, amount}}));
  }
}

// Who is on, what somebody has, and what would come of a halt.
void Operator::plan_question() {
  switch (random().below(3)) {
    case 0:
      plan({.kind = &tools::kSystemStatus, .id = "", .fields = {{kNetworkRequestType, "1"}}});
      break;
    case 1:
      plan({.kind = &tools::kPositions,
            .id = "",
            .fields = {{kPosReqType, "0"}, {op_tag::kAccount, some_account()}}});
      break;
    default:
      plan(command("HaltExchange", {{op_tag::kApplTestMessageIndicator, "Y"}}));
  }
}

}  // namespace betex::sim
