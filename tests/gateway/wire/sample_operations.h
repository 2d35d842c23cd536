// What operators may ask by OperationsCommand(UOC): each command with all its fields.
#pragma once

#include <string>
#include <vector>

#include "fix_spec/operations.h"

namespace betex::fix::testing {

// Fields as "tag=value", a group as one text with `|` between its fields.
struct SampleCommand {
  Operation operation;
  std::vector<std::string> required;  // beside those that every command has
  std::vector<std::string> optional;
};

inline const std::vector<std::string> kRequiredOfEveryCommand{"20012=goal-0815-1",
                                                              "60=20261122-14:20:31"};
inline const std::vector<std::string> kOptionalOfEveryCommand{"58=as agreed", "2330=Y"};

// A market is described without a runner here.
inline const std::vector<SampleCommand>& sample_commands() {
  using enum Operation;
  static const std::string kMarket = "1300=EPL-ARS-CHE";
  static const std::string kRunner = "55=EPL-ARS-CHE.HOME";
  static const std::string kAccount = "1=BROKER1";
  static const std::string kSession = "930=BROKER1";
  static const std::string kGuard = "20005=41";
  static const std::string kCurrency = "15=EUR";
  static const std::vector<std::string> kLimits{
      "20026=500", "20027=10000.50", "20028=2000", "20070=5000.25", "20071=2500"};
  static const std::vector<SampleCommand> kAll{
      {AddRunner, {kMarket, kRunner}, {kGuard}},
      {Open, {kMarket}, {kGuard, "20018=3"}},
      {Suspend, {kMarket, "20032=1"}, {"20010=1"}},
      {Reopen, {kMarket}, {kGuard}},
      {Resume, {kMarket}, {kGuard}},
      {Halt, {kMarket}, {}},
      {Unhalt, {kMarket}, {kGuard}},
      {TurnInPlay, {kMarket}, {kGuard}},
      {RemoveRunner, {kMarket, kRunner}, {kGuard}},
      {Close, {kMarket}, {}},
      {Determine,
       {kMarket, "146=2|55=EPL-ARS-CHE.HOME|20037=1|20038=2|55=EPL-ARS-CHE.AWAY|20037=1|20038=2"},
       {kGuard}},
      {Settle, {kMarket}, {kGuard}},
      {Void, {kMarket}, {kGuard, "730=0.35"}},
      {ChangeMarket, {kMarket}, {kGuard, "1140=1000", "20035=5000", "20036=500", "20072=Y"}},
      {DescribeMarket,
       {kMarket},
       {kGuard, "1325=EPL", "1396=Arsenal against Chelsea", "20039=20261122-15:00:00"}},
      {HaltExchange, {}, {}},
      {UnhaltExchange, {}, {}},
      {CreateAccount,
       {kAccount, "20021=2"},
       {kCurrency, kLimits[0], kLimits[1], kLimits[2], kLimits[3], kLimits[4]}},
      {SetLimits, {kAccount}, kLimits},
      {Deposit, {kAccount, "20022=100.25"}, {kCurrency}},
      {Withdraw, {kAccount, "20022=100.25"}, {kCurrency}},
      {Correct, {kAccount, "20022=-100.25"}, {kCurrency}},
      {WriteOff, {kAccount}, {}},
      {Archive, {kMarket}, {kGuard}},
      {LogoutSession, {kSession}, {}},
      {SetSessionNumbers, {kSession}, {"20040=301", "20041=800", "20049=N"}},
      {SetTradingDay, {"20060=14400"}, {}},
      {MoveWatermark, {"20020=90000"}, {}},
      {Stop, {"20073=60"}, {}},
      {Approve, {"20014=goal-0815-0", "20020=90211"}, {}},
      {Decline, {"20014=goal-0815-0"}, {}},
  };
  return kAll;
}

}  // namespace betex::fix::testing
