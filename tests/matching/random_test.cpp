// The engine against the reference engine on random streams: every event is compared, and all of
// the state after every transaction of the short streams, after every so many of the others
// (comparison.h). BETEX_SEED=n runs the streams of that seed alone; BETEX_LONG=1 runs some twelve
// million commands, BETEX_COMMANDS=n about n.
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <iostream>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/comparison.h"
#include "tests/support/environment.h"

namespace betex::matching::testing {
namespace {

constexpr StreamSize kShort{.commands = 2'000};
constexpr StreamSize kLong{.commands = 20'000, .check_every = 50};
// Processes of three chunks and more, with other commands in between.
constexpr StreamSize kManyOrders{.far_orders = 14'000, .commands = 1'500, .check_every = 200};

// Rows of three chunks and more, whatever is done to them.
constexpr StreamSize kCrowd{.crowd = 2'400, .commands = 600, .check_every = 100};

constexpr std::uint64_t kCommands = 200'000;
constexpr std::uint64_t kCommandsWhenLong = 10'000'000;

std::uint64_t commands_to_run() {
  return test::number_from_environment("BETEX_COMMANDS",
                                       test::is_long_run() ? kCommandsWhenLong : kCommands);
}

// Fewer, or one seed's alone, need not lead to everything.
bool leads_to_everything() {
  return test::number_from_environment("BETEX_SEED", 0) == 0 && commands_to_run() >= kCommands;
}

struct Outcome {
  std::uint64_t unfinished_chunks = 0;
  Comparison::Coverage coverage;
};

// Runs streams of this size with seeds of their own until `commands` have been run.
void run_streams(const StreamSize& size,
                 std::uint64_t first_seed,
                 std::uint64_t commands,
                 Outcome& outcome) {
  const std::uint64_t each = size.far_orders + size.crowd + size.commands;
  const std::uint64_t only = test::number_from_environment("BETEX_SEED", 0);
  const std::uint64_t first = only != 0 ? only : first_seed;
  const std::uint64_t streams = only != 0 ? 1 : (commands + each - 1) / each;
  for (std::uint64_t seed = first; seed < first + streams; ++seed) {
    Comparison comparison{std::mt19937_64{seed}};
    ASSERT_EQ(comparison.run(size), "") << "BETEX_SEED=" << seed;
    outcome.unfinished_chunks += comparison.unfinished_chunks();
    for (const auto& [what, times] : comparison.coverage()) {
      outcome.coverage[what] += times;
    }
  }
  if (std::getenv("BETEX_COVERAGE") != nullptr) {
    for (const auto& [what, times] : outcome.coverage) {
      std::cout << static_cast<int>(what.first) << '/' << what.second << ": " << times << '\n';
    }
  }
  std::cout << "seeds " << first << " to " << first + streams - 1 << ", " << streams * each
            << " commands, " << outcome.unfinished_chunks << " chunks that left something to do\n";
}

// What a stream that uses every feature leads to, and this one did not.
std::vector<std::string> never_seen(const Comparison::Coverage& coverage) {
  std::vector<std::string> missing;
  for_each_event_type([&]<typename Event>(std::type_identity<Event>) {
    const auto found = coverage.lower_bound({Event::kKind, 0});
    if (found == coverage.end() || found->first.first != Event::kKind) {
      missing.push_back("event " + std::to_string(static_cast<int>(Event::kKind)));
    }
  });
  const auto expect = [&](EventKind kind, std::initializer_list<Reason> reasons, const char* what) {
    for (const Reason reason : reasons) {
      if (!coverage.contains({kind, static_cast<std::uint32_t>(reason)})) {
        missing.push_back(std::string{what} + " refused as " + std::string{to_text(reason)});
      }
    }
  };
  // The first word of the reasons that an order and an operator can be given.
  using enum Reason;
  expect(EventKind::OrderRejected,
         {UnknownAccount,         AccountSuspended, StaleRequest,      DuplicateClOrdId,
          UnknownInstrument,      MarketNotOpen,    RunnerNotActive,   StaleMarketVersion,
          PriceNotOnLadder,       BadQuantity,      QuantityStep,      BelowMinimumQuantity,
          UnsupportedCombination, BadExpireTime,    OrderSizeLimit,    OpenOrdersLimit,
          PositionLimit,          ExposureLimit,    InDeficit,         InsufficientFunds,
          PostOnlyWouldCross,     UnknownSession,   StaleEpoch,        SessionSuspended,
          AmountOverflow,         ExchangeHalted,   UnknownOrderGroup, OrderGroupTripped},
         "an order");
  expect(EventKind::CancelRejected,
         {BelowFilledQuantity,
          UnknownOrder,
          TooLate,
          WaitsForDelay,
          PositionLimit,
          ExposureLimit,
          InsufficientFunds,
          ExchangeHalted,
          StaleMarketVersion,
          OrderGroupTripped},
         "an amend");
  expect(EventKind::MassCancelRejected,
         {InvalidParameter, UnknownMarket, UnknownInstrument, UnknownOrderGroup},
         "a mass cancel");  // while another one runs: batches_test.cpp
  expect(EventKind::OrderGroupRejected,
         {UnknownAccount,
          StaleRequest,
          DuplicateClOrdId,
          InvalidParameter,
          AlreadyExists,
          UnknownOrderGroup,
          InvalidState,
          UnknownSession,
          StaleEpoch},
         "a group's request");
  // 0: by fills, 1: by a request.
  for (const std::uint32_t how : {0U, 1U}) {
    if (!coverage.contains({EventKind::OrderGroupTripped, how})) {
      missing.push_back("a group tripped as " + std::to_string(how));
    }
  }
  for (const CancelCause cause :
       {CancelCause::Disconnected, CancelCause::LoggedOut, CancelCause::OrderGroupTripped}) {
    if (!coverage.contains({EventKind::OrderGroupCancelled, static_cast<std::uint32_t>(cause)})) {
      missing.push_back("a group cancelled as " + std::to_string(static_cast<int>(cause)));
    }
  }
  if (!coverage.contains(
          {EventKind::OrderCancelled, static_cast<std::uint32_t>(CancelCause::DelayFailed)})) {
    missing.push_back("a delayed order that fails");
  }
  expect(EventKind::CommandRejected,
         {UnknownMarket,      UnknownAccount,    StaleRequest,     DuplicateRequestId,
          TooManyRequests,    InvalidState,      InvalidParameter, MarketArchived,
          AmountOverflow,     InsufficientFunds, RunnerNotActive,  AlreadyExists,
          UnknownInstrument,  UnknownSession,    StaleEpoch,       SessionSuspended,
          StaleMarketVersion, ExchangeHalted,    UnknownRequest,   NotEntitled},
         "a request");
  expect(EventKind::OperationApproved,
         {None, InvalidState, InvalidParameter},
         "an approved request");  // of a market that has changed since: approvals_test.cpp
  // 0: its time was up, 1: it was declined.
  for (const std::uint32_t how : {0U, 1U}) {
    if (!coverage.contains({EventKind::OperationDropped, how})) {
      missing.push_back("a proposal dropped as " + std::to_string(how));
    }
  }
  for (const MarketState state : {MarketState::Suspended, MarketState::Halted}) {
    if (!coverage.contains({EventKind::MarketSuspended, static_cast<std::uint32_t>(state)})) {
      missing.push_back("a suspension in state " + std::to_string(static_cast<int>(state)));
    }
  }
  expect(EventKind::RequestKnown, {None, InvalidState, InvalidParameter}, "a known request");
  for (const FundsKind kind :
       {FundsKind::Deposit, FundsKind::Withdrawal, FundsKind::Correction, FundsKind::WriteOff}) {
    if (!coverage.contains({EventKind::FundsMoved, static_cast<std::uint32_t>(kind)})) {
      missing.push_back("funds moved as " + std::to_string(static_cast<int>(kind)));
    }
  }
  for (auto cause = static_cast<std::uint32_t>(CancelCause::MassCancel);
       cause <= static_cast<std::uint32_t>(CancelCause::MassCancelOnBehalf);
       ++cause) {
    if (!coverage.contains({EventKind::OrderCancelledBatched, cause})) {
      missing.push_back("a batch of cause " + std::to_string(cause));
    }
  }
  return missing;
}

TEST(RandomStreams, ShortOnesWithEverythingCheckedAfterEveryTransaction) {
  Outcome outcome;
  run_streams(kShort, 1, commands_to_run() * 6 / 10, outcome);
  if (leads_to_everything()) {
    EXPECT_THAT(never_seen(outcome.coverage), ::testing::IsEmpty());
  }
}

TEST(RandomStreams, LongOnes) {
  Outcome outcome;
  run_streams(kLong, 1'000'000, commands_to_run() * 2 / 10, outcome);
}

TEST(RandomStreams, ProcessesOfManyChunks) {
  Outcome outcome;
  run_streams(kManyOrders, 2'000'000, commands_to_run() * 2 / 10, outcome);
  EXPECT_GT(outcome.unfinished_chunks, 0U);
  if (leads_to_everything()) {
    const auto full = static_cast<std::uint32_t>(Reason::OrderGroupFull);
    EXPECT_TRUE(outcome.coverage.contains({EventKind::OrderRejected, full}))
        << "no group has been full";
  }
}

TEST(RandomStreams, CrowdsOfManyRows) {
  Outcome outcome;
  run_streams(kCrowd, 3'000'000, commands_to_run() * 2 / 10, outcome);
  EXPECT_GT(outcome.unfinished_chunks, 0U);
  if (leads_to_everything()) {
    const auto waits = static_cast<std::uint32_t>(Reason::BatchRunning);
    EXPECT_TRUE(outcome.coverage.contains({EventKind::OrderRejected, waits}))
        << "no order has waited for a removal";
  }
}

}  // namespace
}  // namespace betex::matching::testing
