// The processes that go over a market's rows (RULES.md sections 4 and 5): bets of a removed runner,
// rounds, archives; what they hold up, and that it does not matter when their chunks run. The
// amounts themselves are in tests/scripts.
#include <functional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"
#include "tests/matching/log_invariants.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const Name kHorse{"HORSE"};
const Name kRain{"RAIN"};

std::string name_of(int member) {
  return "u" + std::to_string(member);
}

// Members 1 to `rows` of a crowd have a bet each, two and two against each other: so they have the
// rows of those numbers.
void crowd_bets(Exchange& x, int rows, std::string_view symbol) {
  const bool binary = symbol == "RAIN";
  for (int member = 1; member <= rows; ++member) {
    x.run(CreateAccount{.account = Name{name_of(member)}});
    x.run(x.order(name_of(member),
                  symbol,
                  member % 2 == 0 ? Side::Ask : Side::Bid,
                  "2",
                  binary ? "0.50" : "2"));
  }
}

RunnerShare wins(const char* symbol) {
  return {.symbol = Name{symbol}, .numerator = 1, .denominator = 1};
}

void close_and_determine(Exchange& x, const Name& market, const char* winner) {
  x.run(CloseMarket{.market = market});
  ASSERT_THAT(x.determine(market.view(), {wins(winner)}).at(0), StartsWith("determined"));
}

std::vector<Money> balances(const Engine& engine) {
  std::vector<Money> all;
  engine.visit_accounts([&all](const AccountInfo& account) { all.push_back(account.balance); });
  return all;
}

// ---- Rounds -------------------------------------------------------------------------------------

TEST(Rounds, Pay128RowsAChunk) {
  Exchange x;
  crowd_bets(x, 300, "A");
  close_and_determine(x, kHorse, "A");
  EXPECT_THAT(x.settle("HORSE"), ElementsAre("batch 1 pays", "batch 1 round 1 to row 128"));
  EXPECT_EQ(x.engine.batch_pending(), PendingBatch::Payments);
  EXPECT_THAT(x.run(ContinueBatch{}), ElementsAre("batch 1 round 1 to row 256"));
  EXPECT_THAT(
      x.run(ContinueBatch{}),
      ElementsAre("batch 1 round 1 to row 300",
                  "settled v4 round 1 rows 300 paid 300.0000 charged 300.0000 commission 0.0000 "
                  "rounding 0.0000",
                  "batch 1 completed 300"));
  EXPECT_EQ(x.engine.batch_pending(), PendingBatch::None);
}

TEST(Rounds, RowsWithoutBetsArePassedWithoutAnEntry) {
  Exchange x;
  x.back("alice", "5", "2");
  x.lay("bob", "2", "2");
  x.back("carol", "5", "3");
  close_and_determine(x, kHorse, "A");
  EXPECT_THAT(x.settle("HORSE").at(1),
              "batch 2 round 1 to row 3; alice 2.0000 commission 0.0000 balance 2.0000; bob "
              "-2.0000 commission 0.0000 balance -2.0000");
}

TEST(Rounds, OfAMarketWithoutRowsAreRoundsToo) {
  Exchange x;
  close_and_determine(x, kHorse, "A");
  EXPECT_THAT(x.settle("HORSE"),
              ElementsAre("batch 1 pays",
                          "settled v4 round 1 rows 0 paid 0.0000 charged 0.0000 commission 0.0000 "
                          "rounding 0.0000",
                          "batch 1 completed 0"));
}

TEST(Rounds, RowThatIsPaidCostsNothingMoreAndOthersKeepTheirExposure) {
  Exchange x;
  crowd_bets(x, 200, "A");
  close_and_determine(x, kHorse, "B");
  x.settle("HORSE");
  EXPECT_EQ(x.row("u128", "HORSE").exposure, Money{0});
  EXPECT_EQ(x.row("u129", "HORSE").exposure, Money{20'000});
  EXPECT_EQ(x.account("u127").balance, Money{-20'000});
  EXPECT_EQ(x.account("u129").balance, Money{0});
}

TEST(Rounds, ResultsWaitForARoundAndTheRestGoesOn) {
  Exchange x;
  crowd_bets(x, 200, "A");
  x.buy("u1", "3", "0.20");
  close_and_determine(x, kHorse, "A");
  x.settle("HORSE");
  const std::string waits = "command rejected HORSE: the market's orders are being cancelled";
  EXPECT_THAT(x.settle("HORSE"), ElementsAre(waits));
  EXPECT_THAT(x.determine("HORSE", {wins("B")}), ElementsAre(waits));
  EXPECT_THAT(x.run(VoidMarket{.market = kHorse}), ElementsAre(waits));
  EXPECT_THAT(x.run(ArchiveMarket{.market = kHorse}).at(0), StartsWith("command rejected"));
  EXPECT_THAT(x.deposit("u200", "1"), ElementsAre("deposit u200 1.0000 balance 1.0000"));
  EXPECT_THAT(x.cancel("u1", 201), ElementsAre("cancelled #201 requested"));
  EXPECT_THAT(x.buy("u200", "3", "0.20").at(0), StartsWith("accepted"));
  x.finish_batches();
  EXPECT_THAT(x.determine("HORSE", {wins("B")}), ElementsAre("determined v5 B 1/1"));
}

TEST(Rounds, CancelsGoFirst) {
  Exchange x;
  crowd_bets(x, 300, "A");
  for (int i = 0; i < 5'000; ++i) {
    x.buy("alice", "1", "0.20");
  }
  close_and_determine(x, kHorse, "A");
  x.settle("HORSE");
  EXPECT_EQ(x.engine.batch_pending(), PendingBatch::Payments);
  x.run(CloseMarket{.market = kRain});
  EXPECT_EQ(x.engine.batch_pending(), PendingBatch::Orders);
  EXPECT_THAT(x.run(ContinueBatch{}),
              ElementsAre("batch 2 cancelled 904", "batch 2 completed 5000"));
  EXPECT_THAT(x.run(ContinueBatch{}), ElementsAre("batch 1 round 1 to row 256"));
}

// Deposits, orders in another market and, in between, the chunks of two rounds and a void.
TEST(Rounds, BalancesDoNotDependOnWhenChunksRun) {
  const auto story = [](std::uint64_t seed) {
    Exchange x;
    std::mt19937_64 random{seed};
    crowd_bets(x, 300, "A");
    x.run(CloseMarket{.market = kHorse});
    std::uint64_t step = 0;
    for (const char* winner : {"A", "B"}) {
      x.determine("HORSE", {wins(winner)});
      x.settle("HORSE");
      for (int i = 0; i < 30; ++i, ++step) {
        x.deposit(name_of(1 + static_cast<int>(step * 37 % 300)), "0.5");
        const char* const who = step % 2 == 0 ? "u5" : "u290";
        x.run(x.order(who, "RAIN", step % 2 == 0 ? Side::Bid : Side::Ask, "3", "0.50"));
        if (seed != 0 && random() % 6 == 0) {
          x.run(ContinueBatch{});
        }
      }
      x.finish_batches();
    }
    x.run(VoidMarket{.market = kHorse});
    x.finish_batches();
    return balances(x.engine);
  };
  const std::vector<Money> late = story(0);
  EXPECT_EQ(late, story(1));
  EXPECT_EQ(late, story(2));
}

// Each runner backed by one and laid by another, 99 of 100 win: all sums, all shares.
TEST(Rounds, OfAHundredRunners) {
  Exchange x;
  x.run(CreateMarket{.market = Name{"BIG"}, .winners = 99});
  const auto runner = [](std::size_t i) { return "R" + std::to_string(i); };
  for (std::size_t i = 0; i < kMaxRunners; ++i) {
    x.run(AddRunner{.market = Name{"BIG"}, .symbol = Name{runner(i)}});
  }
  EXPECT_THAT(x.run(AddRunner{.market = Name{"BIG"}, .symbol = Name{"TOO MANY"}}),
              ElementsAre("command rejected BIG: not possible in this state"));
  x.run(OpenMarket{.market = Name{"BIG"}});
  for (std::size_t i = 0; i < kMaxRunners; ++i) {
    x.run(x.order("alice", runner(i), Side::Bid, "1", "1.01"));
    x.run(x.order("bob", runner(i), Side::Ask, "1", "1.01"));
  }
  EXPECT_EQ(x.row("alice", "BIG").exposure, Money{10'000 - 99 * 100});
  EXPECT_EQ(x.row("bob", "BIG").exposure, Money{0});
  x.run(CloseMarket{.market = Name{"BIG"}});
  std::vector<RunnerShare> shares;  // of 99 wins a hundredth less than all
  for (std::size_t i = 0; i < kMaxRunners; ++i) {
    shares.push_back({.symbol = Name{runner(i)}, .numerator = 99, .denominator = 100});
  }
  EXPECT_THAT(x.determine("BIG", shares).at(0), StartsWith("determined v3"));
  x.settle("BIG");
  EXPECT_EQ(x.account("alice").balance, Money{99 * 100 - 10'000});
  EXPECT_EQ(x.account("bob").balance, Money{10'000 - 99 * 100});
}

// ---- Voids --------------------------------------------------------------------------------------

TEST(Voids, CancelOrdersFirstAndThenPayInOneTransaction) {
  Exchange x;
  x.buy("alice", "10", "0.60");
  x.sell("bob", "4", "0.60");
  EXPECT_THAT(
      x.run(VoidMarket{.market = kRain, .price = decimal("0.25")}),
      ElementsAre("voided v2 at 0.2500",
                  "batch 1 market-voided to #2",
                  "batch 1 cancelled 1 #1",
                  "batch 1 completed 1",
                  "batch 2 pays",
                  "batch 2 round 1 to row 2; alice 1.0000 commission 0.0000 balance -1.4000; bob "
                  "3.0000 commission 0.0000 balance 1.4000",
                  "settled v3 round 1 rows 2 paid 4.0000 charged 0.0000 commission 0.0000 rounding "
                  "0.0000",
                  "batch 2 completed 2"));
}

TEST(Voids, PayWhenTheLastOrderIsCancelled) {
  Exchange x;
  for (int i = 0; i < 5'000; ++i) {
    x.buy("alice", "1", "0.60");
  }
  x.sell("bob", "1", "0.60");
  x.run(VoidMarket{.market = kRain, .price = decimal("0.25")});
  const std::string waits = "command rejected RAIN: the market's orders are being cancelled";
  EXPECT_THAT(x.run(VoidMarket{.market = kRain, .price = decimal("0.25")}).at(0),
              StartsWith("command rejected"));
  EXPECT_THAT(x.run(ArchiveMarket{.market = kRain}), ElementsAre(waits));
  const Lines lines = x.run(ContinueBatch{});
  EXPECT_THAT(lines.at(1), "batch 1 completed 4999");
  EXPECT_THAT(lines.at(2), "batch 2 pays");
  EXPECT_THAT(lines.back(), "batch 2 completed 2");
}

TEST(Voids, BinaryMarketsNeedAPriceAndOddsMarketsHaveNone) {
  Exchange x;
  for (const char* price : {"0", "1", "0.00001", "1.5"}) {
    EXPECT_THAT(x.run(VoidMarket{.market = kRain, .price = decimal(price)}),
                ElementsAre("command rejected RAIN: invalid parameter"))
        << price;
  }
  EXPECT_THAT(x.run(VoidMarket{.market = kHorse, .price = decimal("0.5")}),
              ElementsAre("command rejected HORSE: invalid parameter"));
}

// ---- Archives -----------------------------------------------------------------------------------

TEST(Archives, FreeTheRowsAndEndAllCorrections) {
  Exchange x;
  crowd_bets(x, 10, "A");
  close_and_determine(x, kHorse, "A");
  EXPECT_THAT(x.run(ArchiveMarket{.market = kHorse}),
              ElementsAre("command rejected HORSE: not possible in this state"));
  x.settle("HORSE");
  const Money bound = x.account("u1").bound;
  EXPECT_GT(bound, Money{0});
  EXPECT_THAT(
      x.run(ArchiveMarket{.market = kHorse}),
      ElementsAre(
          "batch 2 archives", "batch 2 archives to row 10", "archived v5", "batch 2 completed 10"));
  EXPECT_EQ(x.account("u1").bound, Money{0});
  std::size_t rows = 0;
  x.engine.visit_rows([&rows](const RowInfo&) { ++rows; });
  EXPECT_EQ(rows, 0U);
  EXPECT_THAT(x.determine("HORSE", {wins("B")}).at(0), HasSubstr("archived"));
  EXPECT_THAT(x.settle("HORSE").at(0), HasSubstr("archived"));
  EXPECT_THAT(x.run(VoidMarket{.market = kHorse}).at(0), HasSubstr("archived"));
  EXPECT_THAT(x.run(ArchiveMarket{.market = kHorse}).at(0), HasSubstr("archived"));
}

TEST(Archives, OrdersOfThemAreKnownAsLongAsOthers) {
  Exchange x;
  crowd_bets(x, 2, "A");
  close_and_determine(x, kHorse, "A");
  x.settle("HORSE");
  x.run(ArchiveMarket{.market = kHorse});
  EXPECT_EQ(x.engine.find_order(Name{"u1"}, OrderId{1}, ClOrdId{}), OrderId{1});
  EXPECT_THAT(x.run(CancelOrder{.account = Name{"u1"}, .cl_ord_id = ClOrdId{"id-1"}}),
              ElementsAre("cancel rejected id-1: ClOrdID was used before"));
}

// ---- Removals -----------------------------------------------------------------------------------

// Two chunks of rows have bets on A. Everybody else's go on.
class HalfRemoved : public ::testing::Test {
 protected:
  static constexpr int kRows = 1'100;

  HalfRemoved() {
    crowd_bets(x, kRows, "A");
    x.run(x.order("u3", "B", Side::Ask, "5", "2"));
    x.run(x.order("u1100", "B", Side::Ask, "5", "2"));
    x.run(x.order("alice", "B", Side::Bid, "10", "2"));  // row 1 101
  }

  Lines remove(const char* symbol) {
    return x.run(RemoveRunner{.market = kHorse, .symbol = Name{symbol}});
  }

  Exchange x;
};

TEST_F(HalfRemoved, RowsThatAreNotPassedCountTheRunnerAsActive) {
  EXPECT_EQ(x.row("u3", "HORSE").exposure, Money{70'000});     // BACK A, LAY B: B wins
  EXPECT_EQ(x.row("u1100", "HORSE").exposure, Money{30'000});  // LAY A, LAY B: B wins, A loses
  EXPECT_THAT(
      remove("A"),
      ElementsAre(
          "suspended v2", "removed A v3", "batch 1 voids a runner", "batch 1 voids A to row 1024"));
  EXPECT_EQ(x.engine.batch_pending(), PendingBatch::Orders);
  EXPECT_EQ(x.row("u3", "HORSE").exposure, Money{50'000});
  EXPECT_EQ(x.row("u1100", "HORSE").exposure, Money{30'000});
  EXPECT_THAT(x.run(ContinueBatch{}),
              ElementsAre("batch 1 voids A to row 1101", "batch 1 completed 1100"));
  EXPECT_EQ(x.row("u1100", "HORSE").exposure, Money{50'000});
}

TEST_F(HalfRemoved, WhoWaitsForItMayNotRaiseRiskOrWithdraw) {
  x.deposit("u3", "100");
  x.deposit("u1100", "100");
  remove("A");
  EXPECT_THAT(x.buy("u1100", "1", "0.50").at(0), EndsWith("orders or bets is running"));
  EXPECT_THAT(x.withdraw("u1100", "1").at(0), EndsWith("orders or bets is running"));
  EXPECT_THAT(x.deposit("u1100", "1").at(0), StartsWith("deposit"));
  EXPECT_THAT(x.buy("u3", "1", "0.50").at(0), StartsWith("accepted")) << "its row is passed";
  EXPECT_THAT(x.withdraw("u3", "1").at(0), StartsWith("withdrawal"));
  EXPECT_THAT(x.buy("bob", "1", "0.50").at(0), StartsWith("accepted")) << "he has no row";
  x.run(ContinueBatch{});
  EXPECT_THAT(x.buy("u1100", "1", "0.50").at(0), StartsWith("accepted"));
  EXPECT_THAT(x.withdraw("u1100", "1").at(0), StartsWith("withdrawal"));
}

TEST_F(HalfRemoved, AnotherRemovalWaitsAndSoDoesTheMarket) {
  remove("A");
  const std::string waits = "command rejected HORSE: the market's orders are being cancelled";
  EXPECT_THAT(remove("B"), ElementsAre(waits));
  EXPECT_THAT(x.run(ResumeMarket{.market = kHorse}), ElementsAre(waits));
  x.run(CloseMarket{.market = kHorse});
  EXPECT_THAT(x.determine("HORSE", {wins("B")}), ElementsAre(waits));
  EXPECT_THAT(x.run(VoidMarket{.market = kHorse}), ElementsAre(waits));
  EXPECT_THAT(x.run(ReopenMarket{.market = kHorse}), ElementsAre(waits));
  x.finish_batches();
  EXPECT_THAT(x.run(ReopenMarket{.market = kHorse}), ElementsAre("reopened v5"));
  EXPECT_THAT(x.run(ResumeMarket{.market = kHorse}), ElementsAre("resumed v6"));
}

// While the runner's orders are being cancelled nobody's row has been passed.
TEST(Removals, WaitForTheCancelsOfTheirOrders) {
  Exchange x;
  crowd_bets(x, 2, "A");
  for (int i = 0; i < 5'000; ++i) {
    x.back("alice", "1", "10");
  }
  x.deposit("u1", "5");
  x.run(RemoveRunner{.market = kHorse, .symbol = Name{"A"}});
  EXPECT_THAT(x.withdraw("u1", "1").at(0), EndsWith("orders or bets is running"));
  EXPECT_THAT(x.buy("u1", "1", "0.50").at(0), EndsWith("orders or bets is running"));
  const Lines lines = x.finish_batches();
  EXPECT_THAT(lines.back(), "batch 3 completed 2");
  EXPECT_THAT(x.withdraw("u1", "1").at(0), StartsWith("withdrawal"));
}

TEST(Removals, OfAMarketWithoutRowsHaveNothingToMakeVoid) {
  Exchange x;
  EXPECT_THAT(x.run(RemoveRunner{.market = kHorse, .symbol = Name{"A"}}),
              ElementsAre("suspended v2", "removed A v3"));
}

TEST(Removals, MarketWithNoMoreRunnersThanWinnersCostsNothingAndIsVoidedOnly) {
  Exchange x;
  x.back("alice", "10", "2");
  x.lay("bob", "10", "2");
  x.run(RemoveRunner{.market = kHorse, .symbol = Name{"B"}});
  EXPECT_EQ(x.row("alice", "HORSE").exposure, Money{100'000});
  x.run(RemoveRunner{.market = kHorse, .symbol = Name{"C"}});
  EXPECT_EQ(x.row("alice", "HORSE").exposure, Money{0});
  x.run(CloseMarket{.market = kHorse});
  EXPECT_THAT(x.determine("HORSE", {wins("A")}),
              ElementsAre("command rejected HORSE: not possible in this state"));
  x.run(VoidMarket{.market = kHorse});
  EXPECT_EQ(x.account("alice").balance, Money{0});
}

// ---- Recovery -----------------------------------------------------------------------------------

// The events from here on to the end of all processes, as bytes.
std::vector<std::byte> rest_of(Engine& engine, Timestamp now) {
  std::vector<std::byte> bytes;
  while (engine.batch_pending() != PendingBatch::None) {
    const TransactionView view = engine.decide({.timestamp = now, .body = ContinueBatch{}});
    bytes.insert(bytes.end(), view.events.begin(), view.events.end());
  }
  return bytes;
}

// After each chunk one engine is loaded from the saved state and one replays the log: both have the
// state of the one that went on, and end like it.
void expect_recovery_at_every_chunk(Exchange& x, int least_chunks) {
  int chunks = 0;
  while (x.engine.batch_pending() != PendingBatch::None) {
    Engine loaded = Engine::load(x.saved());
    Engine replayed;
    for (const StoredTransaction& transaction : x.log) {
      replayed.apply(transaction.view());
    }
    ASSERT_EQ(loaded.state_hash(), x.engine.state_hash()) << "after chunk " << chunks;
    ASSERT_EQ(replayed.state_hash(), x.engine.state_hash()) << "after chunk " << chunks;
    Engine uninterrupted = Engine::load(x.saved());
    const std::vector<std::byte> rest = rest_of(uninterrupted, x.now());
    ASSERT_EQ(rest_of(loaded, x.now()), rest);
    ASSERT_EQ(rest_of(replayed, x.now()), rest);
    ASSERT_EQ(replayed.state_hash(), uninterrupted.state_hash());
    x.run(ContinueBatch{});
    ++chunks;
  }
  EXPECT_GE(chunks, least_chunks);
  LogInvariants invariants;
  for (const StoredTransaction& transaction : x.log) {
    ASSERT_THAT(invariants.read(transaction.view()), IsEmpty());
  }
}

TEST(Recovery, OfARound) {
  Exchange x;
  crowd_bets(x, 600, "A");
  close_and_determine(x, kHorse, "A");
  x.settle("HORSE");
  expect_recovery_at_every_chunk(x, 4);
  x.determine("HORSE", {wins("B")});
  x.settle("HORSE");
  expect_recovery_at_every_chunk(x, 4);
}

TEST(Recovery, OfABinaryMarketsVoidWithItsCancels) {
  Exchange x;
  crowd_bets(x, 300, "RAIN");
  for (int i = 0; i < 4'200; ++i) {
    x.buy("alice", "1", "0.20");
  }
  x.run(VoidMarket{.market = kRain, .price = decimal("0.3")});
  expect_recovery_at_every_chunk(x, 3);
}

TEST(Recovery, OfARemovalWithItsCancels) {
  Exchange x;
  crowd_bets(x, 2'200, "A");
  for (int i = 0; i < 4'200; ++i) {
    x.back("alice", "1", "10");
  }
  x.run(RemoveRunner{.market = kHorse, .symbol = Name{"A"}});
  expect_recovery_at_every_chunk(x, 3);
}

TEST(Recovery, OfAnArchive) {
  Exchange x;
  crowd_bets(x, 4'200, "A");
  close_and_determine(x, kHorse, "A");
  x.settle("HORSE");
  x.finish_batches();
  EXPECT_THAT(x.run(ArchiveMarket{.market = kHorse}).back(), "batch 2 archives to row 4096");
  expect_recovery_at_every_chunk(x, 1);
}

}  // namespace
}  // namespace betex::matching::testing
