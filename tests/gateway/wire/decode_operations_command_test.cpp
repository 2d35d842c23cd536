// What operators ask by OperationsCommand(UOC), as the engine's commands.
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fix_spec/messages.h"
#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"
#include "tests/gateway/wire/decoding_operations.h"
#include "tests/gateway/wire/sample_operations.h"

namespace betex::fix::testing {
namespace {

using ::testing::SizeIs;

std::string tag_of(const std::string& field) {
  return field.substr(0, field.find('='));
}

// ---- What each command takes --------------------------------------------------------------------

TEST(DecodeOperationsCommand, TakesEachWithAllItsFieldsAndWithTheRequiredOnes) {
  ASSERT_THAT(sample_commands(), SizeIs(kOperationsByUoc));
  for (std::size_t i = 0; i < kOperationsByUoc; ++i) {
    const SampleCommand& sample = sample_commands()[i];
    EXPECT_EQ(sample.operation, static_cast<Operation>(i));
    EXPECT_EQ(outcome(bare(sample)), "operation") << to_text(sample.operation);
    EXPECT_EQ(outcome(full(sample)), "operation") << to_text(sample.operation);
  }
}

TEST(DecodeOperationsCommand, RefusesOneThatLacksARequiredField) {
  for (const SampleCommand& sample : sample_commands()) {
    std::vector<std::string> required = sample.required;
    required.insert(required.end(), kRequiredOfEveryCommand.begin(), kRequiredOfEveryCommand.end());
    for (const std::string& field : required) {
      EXPECT_EQ(outcome(full(sample).without(tag_of(field))), "371=" + tag_of(field) + " 373=1")
          << to_text(sample.operation);
    }
  }
}

// Every field of the message, with a value that is good where it is taken.
std::map<std::string, std::string> all_fields() {
  std::map<std::string, std::string> fields{{"55", "55=EPL-ARS-CHE.HOME"}, {"107", "107=Arsenal"}};
  for (const SampleCommand& sample : sample_commands()) {
    for (const auto& list : {sample.required, sample.optional}) {
      for (const std::string& field : list) {
        fields[tag_of(field)] = field;
      }
    }
  }
  return fields;
}

TEST(DecodeOperationsCommand, RefusesAFieldThatTheCommandDoesNotTake) {
  const auto fields = all_fields();
  EXPECT_EQ(fields.size() + kRequiredOfEveryCommand.size() + kOptionalOfEveryCommand.size() + 1,
            kOperationsCommand.fields.size());
  for (const SampleCommand& sample : sample_commands()) {
    std::set<std::string> taken;
    for (const auto& list : {sample.required, sample.optional}) {
      for (const std::string& field : list) {
        taken.insert(tag_of(field));
      }
    }
    if (sample.operation == Operation::DescribeMarket) {
      taken.insert({"55", "107"});  // below
    }
    for (const auto& [tag, field] : fields) {
      if (!taken.contains(tag)) {
        EXPECT_EQ(outcome(full(sample).with(field)), "371=" + tag + " 373=2")
            << to_text(sample.operation);
      }
    }
  }
}

TEST(DecodeOperationsCommand, HasNoVersionGuardOnWhatMakesTheExchangeSafer) {
  for (const Operation operation :
       {Operation::Suspend, Operation::Halt, Operation::HaltExchange, Operation::Close}) {
    EXPECT_TRUE(asked(full(operation)).makes_safer) << to_text(operation);
    EXPECT_EQ(outcome(full(operation).with("20005=41")), "371=20005 373=2") << to_text(operation);
  }
}

TEST(DecodeOperationsCommand, CallsNothingElseSafer) {
  std::size_t safer = 0;
  for (const SampleCommand& sample : sample_commands()) {
    safer += asked(bare(sample)).makes_safer ? 1U : 0U;
  }
  EXPECT_EQ(safer, 4U);
}

TEST(DecodeOperationsCommand, KnowsItsWordsAndNoOthers) {
  const Request request = bare(Operation::Halt);
  for (std::size_t i = kOperationsByUoc; i < kOperations; ++i) {
    EXPECT_EQ(outcome(request.with("20011=" + std::string{kOperationWords[i]})), "371=20011 373=5");
  }
  for (const std::string word : {"halt", "HALT", "Hal", "Halts", "Explode", "1"}) {
    EXPECT_EQ(outcome(request.with("20011=" + word)), "371=20011 373=5") << word;
  }
  EXPECT_EQ(outcome(request.without("20011")), "371=20011 373=1");
}

// ---- What is said -------------------------------------------------------------------------------

TEST(DecodeOperationsCommand, CarriesIdTimeRemarkAndWhetherItIsATest) {
  const OperatorRequest request = asked(full(Operation::Halt));
  const auto& halt = std::get<matching::HaltMarket>(request.body);
  EXPECT_EQ(halt.market, Name{"EPL-ARS-CHE"});
  EXPECT_EQ(halt.request_id, Name{"goal-0815-1"});
  EXPECT_EQ(halt.transact_time, kAsked);
  ASSERT_TRUE(request.remark.has_value());
  EXPECT_EQ(*request.remark, matching::Remark{"as agreed"});
  EXPECT_TRUE(request.test);
  const OperatorRequest other = asked(bare(Operation::Halt).with("2330=N"));
  EXPECT_FALSE(other.remark.has_value());
  EXPECT_FALSE(other.test);
}

// Market and version guard of a command that has no more.
template <typename Body>
void expect_guarded(Operation operation) {
  const auto with_guard = command<Body>(full(operation));
  EXPECT_EQ(with_guard.market, Name{"EPL-ARS-CHE"}) << to_text(operation);
  EXPECT_EQ(with_guard.version_guard, 41U) << to_text(operation);
  EXPECT_EQ(with_guard.request_id, Name{"goal-0815-1"}) << to_text(operation);
  EXPECT_EQ(with_guard.transact_time, kAsked) << to_text(operation);
  EXPECT_EQ(command<Body>(bare(operation)).version_guard, 0U) << to_text(operation);
}

TEST(DecodeOperationsCommand, MakesTheCommandThatTheWordSays) {
  expect_guarded<matching::AddRunner>(Operation::AddRunner);
  expect_guarded<matching::OpenMarket>(Operation::Open);
  expect_guarded<matching::ReopenMarket>(Operation::Reopen);
  expect_guarded<matching::ResumeMarket>(Operation::Resume);
  expect_guarded<matching::UnhaltMarket>(Operation::Unhalt);
  expect_guarded<matching::TurnInPlay>(Operation::TurnInPlay);
  expect_guarded<matching::RemoveRunner>(Operation::RemoveRunner);
  expect_guarded<matching::DetermineMarket>(Operation::Determine);
  expect_guarded<matching::SettleMarket>(Operation::Settle);
  expect_guarded<matching::VoidMarket>(Operation::Void);
  expect_guarded<matching::ChangeMarket>(Operation::ChangeMarket);
  expect_guarded<matching::DescribeMarket>(Operation::DescribeMarket);
  expect_guarded<matching::ArchiveMarket>(Operation::Archive);
  EXPECT_EQ(command<matching::CloseMarket>(bare(Operation::Close)).market, Name{"EPL-ARS-CHE"});
  EXPECT_EQ(command<matching::HaltExchange>(bare(Operation::HaltExchange)).request_id,
            Name{"goal-0815-1"});
  EXPECT_EQ(command<matching::UnhaltExchange>(bare(Operation::UnhaltExchange)).request_id,
            Name{"goal-0815-1"});
  EXPECT_EQ(command<matching::LogoutSession>(bare(Operation::LogoutSession)).comp_id,
            Name{"BROKER1"});
}

TEST(DecodeOperationsCommand, NamesRunners) {
  EXPECT_EQ(command<matching::AddRunner>(full(Operation::AddRunner)).symbol,
            Name{"EPL-ARS-CHE.HOME"});
  EXPECT_EQ(command<matching::RemoveRunner>(full(Operation::RemoveRunner)).symbol,
            Name{"EPL-ARS-CHE.HOME"});
  EXPECT_EQ(command<matching::OpenMarket>(full(Operation::Open)).expected_runners, 3U);
  EXPECT_EQ(command<matching::OpenMarket>(bare(Operation::Open)).expected_runners, 0U);
  EXPECT_EQ(outcome(bare(Operation::Open).with("20018=0")), "371=20018 373=5");
}

TEST(DecodeOperationsCommand, SuspendsForAReasonAndAScope) {
  const auto goal = command<matching::SuspendMarket>(full(Operation::Suspend));
  EXPECT_EQ(goal.reason, matching::SuspendReason::Goal);
  EXPECT_EQ(goal.scope, matching::CancelScope::LapseOnly);
  const auto pause = command<matching::SuspendMarket>(bare(Operation::Suspend).with("20032=4"));
  EXPECT_EQ(pause.reason, matching::SuspendReason::Pause);
  EXPECT_EQ(pause.scope, matching::CancelScope::None);
  EXPECT_EQ(outcome(bare(Operation::Suspend).with("20032=5")), "371=20032 373=5");
  EXPECT_EQ(outcome(bare(Operation::Suspend).with("20010=3")), "371=20010 373=5");
}

TEST(DecodeOperationsCommand, DeterminesByShares) {
  const auto determine = command<matching::DetermineMarket>(full(Operation::Determine));
  ASSERT_THAT(determine.shares, SizeIs(2));
  EXPECT_EQ(determine.shares[0], (matching::RunnerShare{Name{"EPL-ARS-CHE.HOME"}, 1, 2, {}}));
  EXPECT_EQ(determine.shares[1], (matching::RunnerShare{Name{"EPL-ARS-CHE.AWAY"}, 1, 2, {}}));
  const Request request = bare(Operation::Determine);
  for (const auto& [group, expected] : std::vector<std::pair<std::string, std::string>>{
           {"146=0", "371=146 373=5"},
           {"146=2|55=A|20037=1|20038=1", "371=146 373=16"},
           {"146=1|20037=1|55=A|20038=1", "371=20037 373=15"},
           {"146=1|55=A|20038=1|20037=1", "371=20037 373=15"},
           {"146=1|55=A|20037=1", "371=20038 373=1"},
           {"146=1|55=A|20037=x|20038=1", "371=20037 373=6"},
           {"146=1|55=A|20037=-1|20038=1", "371=20037 373=6"},
           {"146=1|55=A|20037=65536|20038=1", "371=20037 373=5"},
           {"146=1|55=A|20037=1|20038=4294967297", "371=20038 373=5"},
           {"146=1|55=" + std::string(32, 'A') + "|20037=1|20038=1", "371=55 373=5"}}) {
    EXPECT_EQ(outcome(request.with(group)), expected) << group;
  }
}

TEST(DecodeOperationsCommand, DeterminesAHundredRunnersAtMost) {
  const std::string entry = "55=A|20037=1|20038=100";
  EXPECT_THAT(command<matching::DetermineMarket>(
                  bare(Operation::Determine).with(group_of("146", 100, entry)))
                  .shares,
              SizeIs(100));
  EXPECT_EQ(outcome(bare(Operation::Determine).with(group_of("146", 101, entry))), "371=146 373=5");
}

TEST(DecodeOperationsCommand, VoidsAtAPriceOrWithout) {
  EXPECT_EQ(command<matching::VoidMarket>(full(Operation::Void)).price, matching::Decimal{350'000});
  EXPECT_EQ(command<matching::VoidMarket>(bare(Operation::Void)).price, matching::Decimal{});
  for (const std::string price : {"730=0", "730=-0.5"}) {
    EXPECT_EQ(outcome(bare(Operation::Void).with(price)), "371=730 373=5") << price;
  }
}

TEST(DecodeOperationsCommand, ChangesOfAMarketWhatIsGiven) {
  const auto all = command<matching::ChangeMarket>(full(Operation::ChangeMarket));
  EXPECT_EQ(all.bet_delay_ms, 5000U);
  EXPECT_EQ(all.commission_bp, 500U);
  EXPECT_EQ(all.max_quantity, matching::Decimal{1'000'000'000});
  EXPECT_EQ(all.passive_skips_delay, true);
  const auto none = command<matching::ChangeMarket>(bare(Operation::ChangeMarket));
  EXPECT_FALSE(none.bet_delay_ms || none.commission_bp || none.max_quantity ||
               none.passive_skips_delay.has_value());
  const auto zero =
      command<matching::ChangeMarket>(bare(Operation::ChangeMarket).with("20035=0").with("1140=0"));
  EXPECT_EQ(zero.bet_delay_ms, 0U);
  EXPECT_EQ(zero.max_quantity, matching::Decimal{});
  const auto off = command<matching::ChangeMarket>(bare(Operation::ChangeMarket).with("20072=N"));
  EXPECT_EQ(off.passive_skips_delay, false);
  EXPECT_EQ(outcome(bare(Operation::ChangeMarket).with("20072=1")), "371=20072 373=6");
}

TEST(DecodeOperationsCommand, StopsWithANotice) {
  const auto stop = command<matching::StopExchange>(bare(Operation::Stop));
  EXPECT_EQ(stop.notice_s, 60U);
  EXPECT_EQ(stop.request_id, Name{"goal-0815-1"});
  EXPECT_EQ(stop.transact_time, kAsked);
  EXPECT_EQ(command<matching::StopExchange>(bare(Operation::Stop).with("20073=0")).notice_s, 0U);
  EXPECT_EQ(command<matching::StopExchange>(bare(Operation::Stop).with("20073=3601")).notice_s,
            3'601U)
      << "which the engine refuses";
  EXPECT_EQ(outcome(bare(Operation::Stop).with("20073=-1")), "371=20073 373=6");
  EXPECT_EQ(outcome(bare(Operation::Stop).with("20005=41")), "371=20005 373=2");
}

TEST(DecodeOperationsCommand, DescribesAMarketOrARunner) {
  const auto market = command<matching::DescribeMarket>(full(Operation::DescribeMarket));
  EXPECT_TRUE(market.symbol.empty());
  EXPECT_EQ(market.description->text, matching::DescriptionText{"Arsenal against Chelsea"});
  EXPECT_EQ(market.description->parent, Name{"EPL"});
  EXPECT_EQ(market.description->scheduled_start, matching::Timestamp{1'795'359'600'000'000'000});
  const auto nothing = command<matching::DescribeMarket>(bare(Operation::DescribeMarket));
  EXPECT_FALSE(nothing.description->text || nothing.description->parent ||
               nothing.description->scheduled_start);
  const Request runner =
      bare(Operation::DescribeMarket).with("55=EPL-ARS-CHE.HOME").with("107=Arsenal");
  const auto described = command<matching::DescribeMarket>(runner);
  EXPECT_EQ(described.symbol, Name{"EPL-ARS-CHE.HOME"});
  EXPECT_EQ(described.description->text, matching::DescriptionText{"Arsenal"});
  EXPECT_EQ(outcome(runner.without("107")), "371=107 373=1");
  EXPECT_EQ(outcome(runner.without("55")), "371=107 373=2");
  EXPECT_EQ(outcome(runner.with("1396=a market's text")), "371=1396 373=2");
  EXPECT_EQ(outcome(runner.with("107=" + std::string(128, 'x'))), "371=107 373=5");
  EXPECT_EQ(outcome(runner.with("107=" + std::string(127, 'x'))), "operation");
}

TEST(DecodeOperationsCommand, CreatesAnAccountWithLimitsAndChangesThoseThatAreGiven) {
  const auto create = command<matching::CreateAccount>(full(Operation::CreateAccount));
  EXPECT_EQ(create.account, Name{"BROKER1"});
  EXPECT_EQ(create.kind, matching::AccountKind::Collateralised);
  EXPECT_EQ(create.max_open_orders, 500U);
  EXPECT_EQ(create.commission_discount_bp, 2500U);
  EXPECT_EQ(create.opening_balance, matching::Decimal{});
  EXPECT_EQ(create.credit, matching::Decimal{2'000'000'000});
  EXPECT_EQ(create.exposure_limit, matching::Decimal{10'000'500'000});
  EXPECT_EQ(create.market_exposure_limit, matching::Decimal{5'000'250'000});
  const auto limits = command<matching::SetLimits>(full(Operation::SetLimits));
  EXPECT_EQ(limits.account, Name{"BROKER1"});
  EXPECT_EQ(limits.max_open_orders, 500U);
  EXPECT_EQ(limits.commission_discount_bp, 2500U);
  EXPECT_EQ(limits.credit, matching::Decimal{2'000'000'000});
  EXPECT_EQ(limits.exposure_limit, matching::Decimal{10'000'500'000});
  EXPECT_EQ(limits.market_exposure_limit, matching::Decimal{5'000'250'000});
  const auto none = command<matching::SetLimits>(bare(Operation::SetLimits));
  EXPECT_FALSE(none.max_open_orders || none.commission_discount_bp || none.credit ||
               none.exposure_limit || none.market_exposure_limit);
  EXPECT_EQ(
      command<matching::SetLimits>(bare(Operation::SetLimits).with("20026=0")).max_open_orders, 0U);
  EXPECT_EQ(outcome(bare(Operation::CreateAccount).with("20021=3")), "371=20021 373=5");
}

TEST(DecodeOperationsCommand, MovesFundsOfFourKinds) {
  using matching::FundsKind;
  const auto moved = [](Operation operation) {
    return command<matching::MoveFunds>(full(operation));
  };
  EXPECT_EQ(moved(Operation::Deposit).kind, FundsKind::Deposit);
  EXPECT_EQ(moved(Operation::Deposit).account, Name{"BROKER1"});
  EXPECT_EQ(moved(Operation::Deposit).amount, matching::Decimal{100'250'000});
  EXPECT_EQ(moved(Operation::Withdraw).kind, FundsKind::Withdrawal);
  EXPECT_EQ(moved(Operation::Withdraw).amount, matching::Decimal{100'250'000});
  EXPECT_EQ(moved(Operation::Correct).kind, FundsKind::Correction);
  EXPECT_EQ(moved(Operation::Correct).amount, matching::Decimal{-100'250'000});
  EXPECT_EQ(moved(Operation::WriteOff).kind, FundsKind::WriteOff);
  EXPECT_EQ(moved(Operation::WriteOff).amount, matching::Decimal{});
}

TEST(DecodeOperationsCommand, TakesTheCurrencyOfTheExchangeAlone) {
  const Request deposit = bare(Operation::Deposit);
  EXPECT_EQ(outcome(deposit.with("15=EUR")), "operation");
  EXPECT_EQ(outcome(deposit.with("15=GBP")), "371=15 373=5");
  const std::string frame = message(FixVersion::Fixt11, deposit.with("15=EUR").body());
  FieldTable fields;
  fields.read(frame);
  EXPECT_EQ(describe(decode(fields, {.role = SessionRole::Ops})), "371=15 373=5")
      << "where nobody has said which one that is";
}

TEST(DecodeOperationsCommand, RepairsSessions) {
  const auto set = command<matching::SetSessionNumbers>(full(Operation::SetSessionNumbers));
  EXPECT_EQ(set.comp_id, Name{"BROKER1"});
  EXPECT_EQ(set.next_in, matching::MsgSeqNum{301});
  EXPECT_EQ(set.reserved_to, matching::MsgSeqNum{800});
  EXPECT_FALSE(set.new_epoch);
  const Request request = bare(Operation::SetSessionNumbers);
  EXPECT_TRUE(command<matching::SetSessionNumbers>(request.with("20049=Y")).new_epoch);
  EXPECT_EQ(command<matching::SetSessionNumbers>(request).next_in, matching::MsgSeqNum{});
  EXPECT_EQ(outcome(request.with("20040=0")), "371=20040 373=5");
  EXPECT_EQ(outcome(request.with("20041=0")), "371=20041 373=5");
  EXPECT_EQ(outcome(request.with("20040=1234567890")), "371=20040 373=5");
  EXPECT_EQ(outcome(request.with("20049=1")), "371=20049 373=6");
}

TEST(DecodeOperationsCommand, SetsDayAndWatermarkAndApproves) {
  EXPECT_EQ(command<matching::SetTradingDay>(bare(Operation::SetTradingDay)).ends_at_s, 14'400U);
  EXPECT_EQ(command<matching::MoveWatermark>(bare(Operation::MoveWatermark)).watermark,
            matching::EventSeq{90'000});
  const auto approve = command<matching::Approve>(bare(Operation::Approve));
  EXPECT_EQ(approve.proposal, Name{"goal-0815-0"});
  EXPECT_EQ(approve.proposed, matching::EventSeq{90'211});
  EXPECT_EQ(command<matching::Decline>(bare(Operation::Decline)).proposal, Name{"goal-0815-0"});
  EXPECT_EQ(outcome(bare(Operation::Approve).with("20020=0")), "371=20020 373=5");
}

TEST(DecodeOperationsCommand, RefusesValuesOfTheWrongForm) {
  const Request halt = bare(Operation::Halt);
  const Request deposit = bare(Operation::Deposit);
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {halt.with("20012=" + std::string(31, 'i')), "operation"},
           {halt.with("20012=" + std::string(32, 'i')), "371=20012 373=5"},
           {halt.with("20012=\x7f"), "371=20012 373=5"},
           {halt.with("58=" + std::string(255, 't')), "operation"},
           {halt.with("58=" + std::string(256, 't')), "371=58 373=5"},
           {halt.with("58=caf\xe9"), "371=58 373=5"},
           {halt.with("60=now"), "371=60 373=6"},
           {halt.with("2330=X"), "371=2330 373=6"},
           {halt.with("1300=" + std::string(32, 'm')), "371=1300 373=5"},
           {halt.and_also("1300=TWICE"), "371=1300 373=13"},
           {halt.with("9999=1"), "371=9999 373=0"},
           {halt.with("44=2.02"), "371=44 373=2"},
           {deposit.with("20022=much"), "371=20022 373=6"},
           {deposit.with("20022=0.0000001"), "371=20022 373=5"},
           {bare(Operation::Resume).with("20005=0"), "371=20005 373=5"},
           {bare(Operation::SetTradingDay).with("20060=-1"), "371=20060 373=6"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

}  // namespace
}  // namespace betex::fix::testing
