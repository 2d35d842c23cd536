// What operators ask, as the engine's commands.
#include <algorithm>
#include <array>
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
#include "tests/gateway/wire/sample_operations.h"

namespace betex::fix::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr matching::Timestamp kAsked{1'795'357'231'000'000'000};  // 20261122-14:20:31

Decoded decode_as_ops(const Request& request) {
  return decode_as(SessionRole::Ops, FixVersion::Fixt11, request.body());
}

std::string outcome(const Request& request) {
  return describe(decode_as_ops(request));
}

OperatorRequest asked(const Request& request) {
  Decoded decoded = decode_as_ops(request);
  EXPECT_EQ(describe(decoded), "operation") << request.body();
  return std::get<OperatorRequest>(std::move(decoded));
}

template <typename Body>
Body command(const Request& request) {
  return std::get<Body>(asked(request).body);
}

Request with_all(Request request, const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    request = request.with(field);
  }
  return request;
}

Request bare(const SampleCommand& sample) {
  return with_all(with_all(Request{"UOC", {"20011=" + std::string{to_text(sample.operation)}}},
                           kRequiredOfEveryCommand),
                  sample.required);
}

Request full(const SampleCommand& sample) {
  return with_all(with_all(bare(sample), sample.optional), kOptionalOfEveryCommand);
}

Request bare(Operation operation) {
  return bare(sample_commands()[static_cast<std::size_t>(operation)]);
}

Request full(Operation operation) {
  return full(sample_commands()[static_cast<std::size_t>(operation)]);
}

std::string tag_of(const std::string& field) {
  return field.substr(0, field.find('='));
}

// ---- OperationsCommand: what each command takes -------------------------------------------------

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

// ---- OperationsCommand: what is said ------------------------------------------------------------

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

std::string group_of(const std::string& tag, std::size_t count, const std::string& entry) {
  std::string group = tag + "=" + std::to_string(count);
  for (std::size_t i = 0; i < count; ++i) {
    group += "|" + entry;
  }
  return group;
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
  const auto none = command<matching::ChangeMarket>(bare(Operation::ChangeMarket));
  EXPECT_FALSE(none.bet_delay_ms || none.commission_bp || none.max_quantity);
  const auto zero =
      command<matching::ChangeMarket>(bare(Operation::ChangeMarket).with("20035=0").with("1140=0"));
  EXPECT_EQ(zero.bet_delay_ms, 0U);
  EXPECT_EQ(zero.max_quantity, matching::Decimal{});
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

// ---- The digest ---------------------------------------------------------------------------------

TEST(DigestOfAnOperatorsRequest, IsOfWhatIsAskedAndNotOfWhenOrInWhichOrder) {
  const Request request = full(Operation::Suspend);
  const std::uint64_t digest = asked(request).digest;
  EXPECT_EQ(asked(request.with("60=20261122-18:00:00")).digest, digest);
  EXPECT_EQ(asked(request.with("2330=N")).digest, digest);
  EXPECT_EQ(asked(request.without("2330")).digest, digest);
  EXPECT_EQ(asked(request.with("20011=Suspend").with("1300=EPL-ARS-CHE")).digest, digest)
      << "in another order";
  for (const std::string field : {"1300=EPL-ARS-CHX", "20032=2", "20010=2", "58=as agreed!"}) {
    EXPECT_NE(asked(request.with(field)).digest, digest) << field;
  }
  EXPECT_NE(asked(request.without("20010")).digest, digest);
  EXPECT_NE(asked(full(Operation::Close)).digest, asked(full(Operation::Halt)).digest);
}

TEST(DigestOfAnOperatorsRequest, KnowsWhichFieldAValueStandsInAndWhichEntry) {
  const Request determine = bare(Operation::Determine);
  std::set<std::uint64_t> digests;
  for (const std::string group : {"146=1|55=A|20037=1|20038=2",
                                  "146=1|55=A|20037=2|20038=1",
                                  "146=1|55=B|20037=1|20038=2",
                                  "146=2|55=A|20037=1|20038=2|55=B|20037=1|20038=2",
                                  "146=2|55=B|20037=1|20038=2|55=A|20037=1|20038=2"}) {
    EXPECT_TRUE(digests.insert(asked(determine.with(group)).digest).second) << group;
  }
}

TEST(DigestOfAnOperatorsRequest, IsTheHeadersBusinessInNothing) {
  const std::string body = full(Operation::Halt).body();
  const auto digest_of = [](const std::string& text) {
    return std::get<OperatorRequest>(decode_as(SessionRole::Ops, FixVersion::Fixt11, text)).digest;
  };
  std::string again = body;
  again.replace(again.find("34=2|"), 5, "34=99|97=Y|");
  EXPECT_EQ(digest_of(again), digest_of(body));
}

// It stands in journals.
TEST(DigestOfAnOperatorsRequest, StaysWhatItWas) {
  EXPECT_EQ(asked(full(Operation::Suspend)).digest, 2'035'087'829'079'331'964U);
  EXPECT_EQ(asked(full(Operation::Determine)).digest, 16'489'464'537'879'264'331U);
}

// ---- SecurityDefinitionRequest ------------------------------------------------------------------

const Request kCreate{
    "c",
    {"320=create-1", "321=1", "1300=EPL-ARS-CHE", "20031=1", "20030=1", "60=20261122-14:20:31"}};

TEST(DecodeSecurityDefinitionRequest, CreatesAMarketWithItsRunners) {
  const OperatorRequest request = asked(with_all(kCreate,
                                                 {"15=EUR",
                                                  "146=2|55=EPL-ARS-CHE.HOME|55=EPL-ARS-CHE.AWAY",
                                                  "561=0.5",
                                                  "562=2",
                                                  "1140=1000",
                                                  "2330=Y",
                                                  "20034=2",
                                                  "20035=5000",
                                                  "20036=500"}));
  EXPECT_TRUE(request.test);
  EXPECT_FALSE(request.makes_safer);
  const auto& create = std::get<matching::CreateMarket>(request.body);
  EXPECT_EQ(create.market, Name{"EPL-ARS-CHE"});
  EXPECT_EQ(create.request_id, Name{"create-1"});
  EXPECT_EQ(create.transact_time, kAsked);
  EXPECT_EQ(create.kind, matching::MarketKind::ExchangeOdds);
  EXPECT_EQ(create.ladder, matching::LadderKind::Classic);
  EXPECT_EQ(create.winners, 2U);
  EXPECT_EQ(create.bet_delay_ms, 5000U);
  EXPECT_EQ(create.commission_bp, 500U);
  EXPECT_EQ(create.quantity_step, matching::Decimal{500'000});
  EXPECT_EQ(create.min_quantity, matching::Decimal{2'000'000});
  EXPECT_EQ(create.max_quantity, matching::Decimal{1'000'000'000});
  EXPECT_EQ(create.runners,
            (std::vector<Name>{Name{"EPL-ARS-CHE.HOME"}, Name{"EPL-ARS-CHE.AWAY"}}));
}

TEST(DecodeSecurityDefinitionRequest, LeavesToTheEngineWhatIsNotGiven) {
  const auto create =
      command<matching::CreateMarket>(kCreate.with("20031=2").with("20030=5").with("20029=1000"));
  EXPECT_EQ(create.kind, matching::MarketKind::Binary);
  EXPECT_EQ(create.ladder, matching::LadderKind::DeciCent);
  EXPECT_EQ(create.max_position, matching::Decimal{1'000'000'000});
  EXPECT_EQ(create.winners, 1U);
  EXPECT_EQ(create.bet_delay_ms, 0U);
  EXPECT_EQ(create.commission_bp, 0U);
  EXPECT_EQ(create.quantity_step, matching::Decimal{});
  EXPECT_THAT(create.runners, IsEmpty());
}

TEST(DecodeSecurityDefinitionRequest, RefusesWhatIsWrong) {
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kCreate, "operation"},
           {kCreate.with("146=0"), "operation"},
           {kCreate.with("20031=2").with("146=1|55=A"), "371=146 373=2"},
           {kCreate.with("146=2|55=A"), "371=146 373=16"},
           {kCreate.with(group_of("146", 100, "55=A")), "operation"},
           {kCreate.with(group_of("146", 101, "55=A")), "371=146 373=5"},
           {kCreate.with("146=999999999"), "371=146 373=16"},
           {kCreate.with("321=3"), "371=321 373=5"},
           {kCreate.with("20031=3"), "371=20031 373=5"},
           {kCreate.with("20030=6"), "371=20030 373=5"},
           {kCreate.with("15=GBP"), "371=15 373=5"},
           {kCreate.with("320=" + std::string(32, 'i')), "371=320 373=5"},
           {kCreate.with("20034=-1"), "371=20034 373=6"},
           {kCreate.with("58=a remark"), "371=58 373=2"},
           {kCreate.with("20005=1"), "371=20005 373=2"},
           {kCreate.without("320"), "371=320 373=1"},
           {kCreate.without("321"), "371=321 373=1"},
           {kCreate.without("1300"), "371=1300 373=1"},
           {kCreate.without("20030"), "371=20030 373=1"},
           {kCreate.without("20031"), "371=20031 373=1"},
           {kCreate.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- OrderMassActionRequest ---------------------------------------------------------------------

const Request kMassAction{"CA",
                          {"11=mass-1",
                           "1373=3",
                           "1374=7",
                           "1461=1|1462=BROKER1|1463=D|1464=24",
                           "60=20261122-14:20:31"}};

TEST(DecodeOrderMassActionRequest, CancelsOnBehalfOfAnAccountOrASession) {
  const OperatorRequest request = asked(kMassAction.with("54=2"));
  EXPECT_TRUE(request.makes_safer);
  EXPECT_FALSE(request.test);
  const auto& cancel = std::get<matching::CancelOnBehalf>(request.body);
  EXPECT_EQ(cancel.account, Name{"BROKER1"});
  EXPECT_TRUE(cancel.comp_id.empty());
  EXPECT_EQ(cancel.side, 2);
  EXPECT_EQ(cancel.request_id, Name{"mass-1"});
  EXPECT_EQ(cancel.transact_time, kAsked);
  const auto session =
      command<matching::CancelOnBehalf>(kMassAction.with("1461=1|1462=BROKER1|1463=D|1464=55"));
  EXPECT_TRUE(session.account.empty());
  EXPECT_EQ(session.comp_id, Name{"BROKER1"});
  EXPECT_EQ(session.side, 0);
}

TEST(DecodeOrderMassActionRequest, CancelsThoseOfAMarketOrAnInstrument) {
  const Request of_market = kMassAction.without("1461").with("1374=9").with("1300=EPL-ARS-CHE");
  const auto market = command<matching::CancelOnBehalf>(of_market);
  EXPECT_EQ(market.market, Name{"EPL-ARS-CHE"});
  EXPECT_TRUE(market.account.empty() && market.comp_id.empty() && market.symbol.empty());
  const auto both =
      command<matching::CancelOnBehalf>(kMassAction.with("1374=1").with("55=RAIN-LON"));
  EXPECT_EQ(both.symbol, Name{"RAIN-LON"});
  EXPECT_EQ(both.account, Name{"BROKER1"});
  EXPECT_TRUE(asked(of_market.with("2330=Y")).test);
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {of_market.with("1461=0"), "operation"},
           {of_market.without("1300"), "371=1300 373=1"},
           {of_market.with("55=RAIN-LON"), "371=55 373=2"},
           {kMassAction.with("1374=1"), "371=55 373=1"},
           {kMassAction.with("1300=EPL-ARS-CHE"), "371=1300 373=2"},
           {kMassAction.without("1461"), "371=1461 373=1"},
           {kMassAction.with("1461=0"), "371=1461 373=5"},
           {kMassAction.with(group_of("1461", 2, "1462=A|1463=D|1464=24")), "371=1461 373=5"},
           {kMassAction.with("1461=2|1462=A|1463=D|1464=24"), "371=1461 373=16"},
           {kMassAction.with("1461=1|1463=D|1462=A|1464=24"), "371=1463 373=15"},
           {kMassAction.with("1461=1|1462=A|1463=C|1464=24"), "371=1463 373=5"},
           {kMassAction.with("1461=1|1462=A|1463=D|1464=1"), "371=1464 373=5"},
           {kMassAction.with("1461=1|1462=A|1463=D"), "371=1464 373=1"},
           {kMassAction.with("1373=1"), "371=1373 373=5"},
           {kMassAction.with("1374=8"), "371=1374 373=5"},
           {kMassAction.with("54=3"), "371=54 373=5"},
           {kMassAction.with("20005=1"), "371=20005 373=2"},
           {kMassAction.with("11=" + std::string(32, 'i')), "371=11 373=5"},
           {kMassAction.without("11"), "371=11 373=1"},
           {kMassAction.without("1373"), "371=1373 373=1"},
           {kMassAction.without("1374"), "371=1374 373=1"},
           {kMassAction.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- PartyActionRequest -------------------------------------------------------------------------

const Request kPartyAction{
    "DH", {"2328=party-1", "2329=1", "453=1|448=BROKER1|447=D|452=24", "60=20261122-14:20:31"}};

TEST(DecodePartyActionRequest, SuspendsAndReinstatesAccountsAndSessions) {
  const OperatorRequest request = asked(kPartyAction.with("2330=Y"));
  EXPECT_TRUE(request.test);
  EXPECT_TRUE(request.makes_safer);
  const auto& account = std::get<matching::SuspendAccount>(request.body);
  EXPECT_EQ(account.account, Name{"BROKER1"});
  EXPECT_TRUE(account.cancel_orders);
  EXPECT_EQ(account.request_id, Name{"party-1"});
  EXPECT_EQ(account.transact_time, kAsked);
  EXPECT_FALSE(command<matching::SuspendAccount>(kPartyAction.with("2329=0")).cancel_orders);
  const Request of_session = kPartyAction.with("453=1|448=DROP1|447=D|452=55");
  EXPECT_TRUE(asked(of_session).makes_safer);
  EXPECT_TRUE(command<matching::SuspendSession>(of_session).cancel_orders);
  EXPECT_EQ(command<matching::SuspendSession>(of_session).comp_id, Name{"DROP1"});
  EXPECT_FALSE(command<matching::SuspendSession>(of_session.with("2329=0")).cancel_orders);
  EXPECT_FALSE(asked(kPartyAction.with("2329=2")).makes_safer);
  EXPECT_EQ(command<matching::ResumeAccount>(kPartyAction.with("2329=2")).account, Name{"BROKER1"});
  EXPECT_EQ(command<matching::ResumeSession>(of_session.with("2329=2")).comp_id, Name{"DROP1"});
}

TEST(DecodePartyActionRequest, RefusesWhatIsWrong) {
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kPartyAction.with("453=0"), "371=453 373=5"},
           {kPartyAction.with(group_of("453", 2, "448=A|447=D|452=24")), "371=453 373=5"},
           {kPartyAction.with("453=1|447=D|448=A|452=24"), "371=447 373=15"},
           {kPartyAction.with("453=1|448=A|447=B|452=24"), "371=447 373=5"},
           {kPartyAction.with("453=1|448=A|447=D|452=38"), "371=452 373=5"},
           {kPartyAction.with("453=1|448=A|447=D"), "371=452 373=1"},
           {kPartyAction.with("2329=3"), "371=2329 373=5"},
           {kPartyAction.with("58=why"), "371=58 373=2"},
           {kPartyAction.without("453"), "371=453 373=1"},
           {kPartyAction.without("2328"), "371=2328 373=1"},
           {kPartyAction.without("2329"), "371=2329 373=1"},
           {kPartyAction.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- NetworkCounterpartySystemStatusRequest -----------------------------------------------------

const Request kNetworkStatus{"BC", {"933=network-1", "935=1"}};

gateway::NetworkStatusQuery network_query(const Request& request) {
  const Decoded decoded = decode_as_ops(request);
  EXPECT_EQ(describe(decoded), "query") << request.body();
  return std::get<gateway::NetworkStatusQuery>(std::get<gateway::Query>(decoded));
}

TEST(DecodeNetworkStatusRequest, AsksForAllOrThoseThatItNames) {
  const auto all = network_query(kNetworkStatus);
  EXPECT_EQ(all.session, matching::SessionId{7});
  EXPECT_EQ(all.msg_seq_num, matching::MsgSeqNum{2});
  EXPECT_EQ(all.network_request_id, Name{"network-1"});
  EXPECT_THAT(all.comp_ids, IsEmpty());
  const auto named = network_query(kNetworkStatus.with("935=9").with("936=2|930=A|930=B"));
  EXPECT_EQ(named.comp_ids, (std::vector<Name>{Name{"A"}, Name{"B"}}));
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kNetworkStatus.with("935=9"), "371=936 373=1"},
           {kNetworkStatus.with("935=9").with("936=0"), "371=936 373=5"},
           {kNetworkStatus.with("935=9").with(group_of("936", 100, "930=A")), "query"},
           {kNetworkStatus.with("935=9").with(group_of("936", 101, "930=A")), "371=936 373=5"},
           {kNetworkStatus.with("936=1|930=A"), "371=936 373=2"},
           {kNetworkStatus.with("935=2"), "371=935 373=5"},
           {kNetworkStatus.with("935=11"), "371=935 373=5"},
           {kNetworkStatus.without("933"), "371=933 373=1"},
           {kNetworkStatus.without("935"), "371=935 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- News ---------------------------------------------------------------------------------------

const Request kNewsToAll{
    "B", {"1472=news-1", "148=closing early", "33=1|58=closing early", "60=20261122-14:20:31"}};

TEST(DecodeNews, AnnouncesToEverybody) {
  const auto announce = command<matching::Announce>(kNewsToAll);
  EXPECT_TRUE(announce.subject.empty());
  EXPECT_EQ(*announce.headline, matching::Remark{"closing early"});
  EXPECT_FALSE(announce.urgent);
  EXPECT_EQ(announce.request_id, Name{"news-1"});
  EXPECT_EQ(announce.transact_time, kAsked);
  const auto urgent =
      command<matching::Announce>(kNewsToAll.with("61=1").with("146=1|55=RAIN-LON"));
  EXPECT_TRUE(urgent.urgent);
  EXPECT_EQ(urgent.subject, Name{"RAIN-LON"});
  const std::string longest(255, 'x');
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kNewsToAll.with("61=0").with("146=0"), "operation"},
           {kNewsToAll.with("148=" + longest).with("33=1|58=" + longest), "operation"},
           {kNewsToAll.with("148=" + longest + "x").with("33=1|58=" + longest + "x"),
            "371=148 373=5"},
           {kNewsToAll.with("148=another"), "371=58 373=5"},
           {kNewsToAll.with("33=2|58=closing early|58=closing early"), "371=33 373=5"},
           {kNewsToAll.with("33=0"), "371=33 373=5"},
           {kNewsToAll.with("61=2"), "371=61 373=5"},
           {kNewsToAll.with("146=2|55=A|55=B"), "371=146 373=5"},
           {kNewsToAll.with("42=20261122-14:20:31"), "371=42 373=2"},
           {kNewsToAll.without("1472"), "371=1472 373=1"},
           {kNewsToAll.without("148"), "371=148 373=1"},
           {kNewsToAll.without("33"), "371=33 373=1"},
           {kNewsToAll.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- Who may ask, and by what a refusal names it ------------------------------------------------

TEST(DecodeOperations, AreForOperatorsAloneAndForFixt11Alone) {
  const std::array requests{
      kCreate, bare(Operation::Halt), kMassAction, kPartyAction, kNetworkStatus, kNewsToAll};
  for (const Request& request : requests) {
    for (const SessionRole role : {SessionRole::Broker, SessionRole::DropCopy}) {
      EXPECT_EQ(describe(decode_as(role, FixVersion::Fixt11, request.body())),
                "380=6 tag 0 reason 142")
          << request.body();
    }
    for (const SessionRole role : {SessionRole::Broker, SessionRole::DropCopy, SessionRole::Ops}) {
      EXPECT_EQ(describe(decode_as(role, FixVersion::Fix44, request.body())),
                "380=3 tag 0 reason 141")
          << request.body();
    }
  }
}

TEST(DecodeOperations, AreNamedByTheirOwnIdInARefusal) {
  const auto id_of = [](const Request& request) {
    const Decoded refused = decode_as(SessionRole::Broker, FixVersion::Fixt11, request.body());
    return std::string{std::get<BusinessReject>(refused).request_id.view()};
  };
  EXPECT_EQ(id_of(kCreate), "create-1");
  EXPECT_EQ(id_of(bare(Operation::Halt)), "goal-0815-1");
  EXPECT_EQ(id_of(kMassAction), "mass-1");
  EXPECT_EQ(id_of(kPartyAction), "party-1");
  EXPECT_EQ(id_of(kNetworkStatus), "network-1");
  EXPECT_EQ(id_of(kNewsToAll), "news-1");
}

TEST(DecodeOperations, AskForTheOrdersOfAnyAccountThatTheyName) {
  for (const Request& request : {kStatus, Request{"AF", {"584=s1", "585=7"}}}) {
    EXPECT_EQ(outcome(request.with("1=ANYBODY")), "query");
    EXPECT_EQ(outcome(request), "380=6 tag 1 reason 142");
  }
  const auto query = std::get<gateway::OrderStatusQuery>(
      std::get<gateway::Query>(decode_as_ops(kStatus.with("1=ANYBODY"))));
  EXPECT_EQ(query.account, Name{"ANYBODY"});
}

}  // namespace
}  // namespace betex::fix::testing
