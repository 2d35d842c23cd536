// The lifecycle of markets, batched processes and amends.
#include "matching/lifecycle.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const Name kRain{"RAIN"};

// The commands of the lifecycle, as a row of the table that follows.
struct Step {
  const char* name;
  CommandBody body;
};

std::vector<Step> steps() {
  DetermineMarket yes{.market = kRain};
  yes.shares[0] = {.symbol = kRain, .numerator = 1, .denominator = 1};
  return {{"open", OpenMarket{.market = kRain}},
          {"suspend", SuspendMarket{.market = kRain}},
          {"resume", ResumeMarket{.market = kRain}},
          {"halt", HaltMarket{.market = kRain}},
          {"unhalt", UnhaltMarket{.market = kRain}},
          {"in play", TurnInPlay{.market = kRain}},
          {"close", CloseMarket{.market = kRain}},
          {"determine", yes},
          {"void", VoidMarket{.market = kRain, .price = decimal("0.5")}}};
}

CommandBody step(const char* name) {
  for (const Step& candidate : steps()) {
    if (std::string{candidate.name} == name) {
      return candidate.body;
    }
  }
  throw std::invalid_argument{name};
}

// The table of lifecycle.h as RULES.md section 4 shows it.
std::string table_as_text() {
  const char* const steps[] = {"place, amend",
                               "add a runner",
                               "remove a runner",
                               "open",
                               "suspend",
                               "resume",
                               "halt",
                               "unhalt",
                               "turn in play",
                               "close",
                               "determine",
                               "void"};
  const std::string states[] = {
      "–", "Inactive", "Open", "Suspended", "Halted", "Closed", "Determined", "Settled", "Voided"};
  static_assert(std::size(steps) == kMarketSteps && std::size(states) == kMarketStates + 1);
  std::string text = "| |";
  std::string line = "|---|";
  for (std::size_t state = 1; state <= kMarketStates; ++state) {
    text += " " + states[state] + " |";
    line += "---|";
  }
  text += "\n" + line + "\n";
  for (std::size_t step = 0; step < kMarketSteps; ++step) {
    text += "| " + std::string{steps[step]} + " |";
    for (const MarketState next : kLifecycle[step]) {
      text += " ";
      text += next == kBeforeHalt ? "as before" : states[static_cast<std::size_t>(next)];
      text += " |";
    }
    text += "\n";
  }
  return text;
}

TEST(Lifecycle, TableIsTheOneOfTheRules) {
  std::ifstream file{BETEX_SOURCE_DIR "/matching/RULES.md"};
  const std::string rules{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_THAT(rules, ::testing::HasSubstr("\n\n" + table_as_text() + "\n"));
}

TEST(Lifecycle, EveryStateAllowsWhatItsRowSaysAndNothingElse) {
  struct Row {
    const char* state;
    std::vector<const char*> way;  // from Open
    std::vector<std::string> allowed;
  };

  const Row rows[] = {
      {"open", {}, {"suspend", "halt", "in play", "close", "void"}},
      {"suspended", {"suspend"}, {"resume", "halt", "in play", "close", "void"}},
      {"halted", {"halt"}, {"unhalt", "close", "void"}},
      {"in play", {"in play"}, {"suspend", "halt", "close", "void"}},
      {"closed", {"close"}, {"suspend", "determine", "void"}},
      {"determined", {"close", "determine"}, {"determine", "void"}},
      {"voided", {"void"}, {}},
  };
  for (const Row& row : rows) {
    for (const Step& next : steps()) {
      Exchange x;
      for (const char* name : row.way) {
        x.run(step(name));
      }
      const std::string said = x.run(next.body).at(0);
      const bool refused = said.starts_with("command rejected");
      const bool allowed =
          std::find(row.allowed.begin(), row.allowed.end(), next.name) != row.allowed.end();
      EXPECT_NE(refused, allowed) << row.state << " + " << next.name << ": " << said;
    }
  }
}

TEST(Lifecycle, NothingIsPlacedOutsideOpenButCancelsGoOn) {
  for (const char* name : {"suspend", "halt", "close"}) {
    Exchange x;
    x.buy("alice", "10", "0.40");
    x.run(step(name));
    EXPECT_THAT(x.buy("bob", "10", "0.40").at(0), "rejected id-2: market is not open") << name;
    if (std::string{name} != "close") {
      EXPECT_THAT(x.cancel("alice", 1), ElementsAre("cancelled #1 requested")) << name;
    }
  }
}

TEST(Lifecycle, UnhaltLeadsBackToTheStateBefore) {
  Exchange x;
  x.run(step("suspend"));
  x.run(step("halt"));
  EXPECT_THAT(x.run(step("unhalt")), ElementsAre("unhalted v4"));
  EXPECT_THAT(x.buy("bob", "10", "0.40").at(0), "rejected id-1: market is not open");
  EXPECT_THAT(x.run(step("resume")), ElementsAre("resumed v5"));
}

TEST(Lifecycle, SharesMustAddUpToTheWinners) {
  Exchange x;
  x.run(CloseMarket{.market = Name{"HORSE"}});
  const auto determine = [&](std::vector<RunnerShare> shares) {
    DetermineMarket command{.market = Name{"HORSE"}};
    std::copy(shares.begin(), shares.end(), command.shares);
    return x.run(command).at(0);
  };
  const Name a{"A"}, b{"B"}, c{"C"};
  EXPECT_THAT(determine({}), StartsWith("command rejected"));
  EXPECT_THAT(determine({{a, 1, 2}}), StartsWith("command rejected"));
  EXPECT_THAT(determine({{a, 1, 1}, {b, 1, 1}}), StartsWith("command rejected"));
  EXPECT_THAT(determine({{a, 1, 2}, {a, 1, 2}}), StartsWith("command rejected"));
  EXPECT_THAT(determine({{Name{"RAIN"}, 1, 1}}), StartsWith("command rejected"));
  EXPECT_EQ(determine({{a, 1, 3}, {b, 1, 3}, {c, 1, 3}}), "determined v3 A 1/3 B 1/3 C 1/3");
  EXPECT_EQ(determine({{b, 1, 1}}), "determined v4 B 1/1");
}

TEST(Lifecycle, RemovedRunnerLosesItsOrdersAndSuspendsTheMarket) {
  Exchange x;
  x.run(x.order("alice", "A", Side::Bid, "10", "2"));
  x.run(x.order("alice", "B", Side::Bid, "10", "2"));
  PlaceOrder guarded = x.order("bob", "B", Side::Bid, "10", "2");
  guarded.version_guard = 1;
  x.run(guarded);
  EXPECT_THAT(x.run(RemoveRunner{.market = Name{"HORSE"}, .symbol = Name{"A"}}),
              ElementsAre("suspended v2",
                          "batch 1 market-suspended to #3",
                          "batch 1 completed 0",
                          "removed A v3",
                          "batch 2 runner-removed to #3",
                          "batch 2 cancelled 2 #1 #3",
                          "batch 2 completed 2"));
  x.run(ResumeMarket{.market = Name{"HORSE"}});
  EXPECT_THAT(x.back("bob", "10", "2"), ElementsAre("rejected id-4: runner is not active"));
  x.run(RemoveRunner{.market = Name{"HORSE"}, .symbol = Name{"B"}});
  EXPECT_THAT(x.run(ResumeMarket{.market = Name{"HORSE"}}),
              ElementsAre("command rejected HORSE: not possible in this state"));
}

TEST(Lifecycle, SuspensionByARemovalCancelsWhatEverySuspensionCancels) {
  Exchange x;
  PlaceOrder order = x.order("alice", "B", Side::Bid, "10", "2");
  order.cancel_on_pause = true;
  x.run(order);
  EXPECT_THAT(x.run(RemoveRunner{.market = Name{"HORSE"}, .symbol = Name{"A"}}),
              ElementsAre("suspended v2",
                          "batch 1 market-suspended to #1",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 1",
                          "removed A v3"));
}

TEST(Suspension, CancelsWhatItsScopeSays) {
  struct Row {
    SuspendReason reason;
    CancelScope scope;
    const char* cancelled;
  };

  // #1 lapses, #2 persists, #3 persists but goes at a pause, #4 has seen version 1.
  const Row rows[] = {
      {SuspendReason::Goal, CancelScope::None, "batch 1 cancelled 1 #3"},
      {SuspendReason::Pause, CancelScope::None, "batch 1 cancelled 1 #3"},
      {SuspendReason::Goal, CancelScope::LapseOnly, "batch 1 cancelled 3 #1 #3 #4"},
      {SuspendReason::Goal, CancelScope::All, "batch 1 cancelled 4 #1 #2 #3 #4"},
  };
  for (const Row& row : rows) {
    Exchange x;
    for (int i = 1; i <= 4; ++i) {
      PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.40");
      order.persistence = i == 1 ? Persistence::Lapse : Persistence::Persist;
      order.cancel_on_pause = i == 3;
      order.version_guard = i == 4 ? 1 : 0;
      x.run(order);
    }
    const Lines lines =
        x.run(SuspendMarket{.market = kRain, .reason = row.reason, .scope = row.scope});
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[2], row.cancelled);
  }
}

TEST(TurnInPlay, LapsingOrdersGoAndOthersStay) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  PlaceOrder keep = x.order("alice", "RAIN", Side::Bid, "10", "0.40");
  keep.persistence = Persistence::Persist;
  x.run(keep);
  EXPECT_THAT(x.run(TurnInPlay{.market = kRain}),
              ElementsAre("in play v2",
                          "batch 1 turned-in-play to #2",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 1"));
  EXPECT_TRUE(x.find_order(2).live);
}

// `count` resting bids of alice; every tenth persists.
void fill_rain(Exchange& x, int count) {
  for (int i = 0; i < count; ++i) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.persistence = i % 10 == 9 ? Persistence::Persist : Persistence::Lapse;
    x.run(order);
  }
}

TEST(Batches, NineThousandOfTenAreThreeTransactions) {
  Exchange x;
  fill_rain(x, 10'000);
  const Lines first = x.run(SuspendMarket{.market = kRain, .scope = CancelScope::LapseOnly});
  EXPECT_THAT(
      first,
      ElementsAre("suspended v2", "batch 1 market-suspended to #10000", "batch 1 cancelled 4096"));
  EXPECT_THAT(x.run(ResumeMarket{.market = kRain}),
              ElementsAre("command rejected RAIN: the market's orders are being cancelled"));
  EXPECT_THAT(x.run(ContinueBatch{}), ElementsAre("batch 1 cancelled 4096"));

  // Others go on, an owner's cancel of an order that is not reached yet is served.
  EXPECT_THAT(x.back("bob", "10", "2"), ElementsAre("accepted #10001 bob bid 10.00 @ 2.00 rests"));
  EXPECT_THAT(x.cancel("alice", 9'999), ElementsAre("cancelled #9999 requested"));
  EXPECT_THAT(x.run(ContinueBatch{}),
              ElementsAre("batch 1 cancelled 807", "batch 1 completed 8999"));
  EXPECT_FALSE(x.engine.batch_pending());
  EXPECT_THAT(x.run(ResumeMarket{.market = kRain}), ElementsAre("resumed v3"));
}

TEST(Batches, Exactly4096AreOneTransaction) {
  Exchange x;
  for (int i = 0; i < 4'096; ++i) {
    x.buy("alice", "1", "0.40");
  }
  EXPECT_THAT(x.run(CloseMarket{.market = kRain}),
              ElementsAre("closed v2",
                          "batch 1 market-closed to #4096",
                          "batch 1 cancelled 4096",
                          "batch 1 completed 4096"));
}

// A chunk also ends after 8192 live orders that it has looked at, whatever it cancelled.
TEST(Batches, LookAt8192LiveOrdersAChunk) {
  Exchange x;
  for (int i = 0; i < 8'193; ++i) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.persistence = i == 8'192 || i == 9 ? Persistence::Lapse : Persistence::Persist;
    x.run(order);
  }
  EXPECT_THAT(
      x.run(SuspendMarket{.market = kRain, .scope = CancelScope::LapseOnly}),
      ElementsAre("suspended v2", "batch 1 market-suspended to #8193", "batch 1 cancelled 1 #10"));
  EXPECT_TRUE(x.engine.batch_pending());
  EXPECT_THAT(x.run(ContinueBatch{}),
              ElementsAre("batch 1 cancelled 1 #8193", "batch 1 completed 2"));
}

// Those that have finished do not count: an engine that was loaded does not list them, and must
// end its chunks where the one that was saved ends them.
TEST(Batches, CountNoOrderThatHasFinished) {
  Exchange x;
  for (std::uint64_t id = 1; id <= 9'000; ++id) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.persistence = id == 9'000 ? Persistence::Lapse : Persistence::Persist;
    x.run(order);
  }
  for (std::uint64_t id = 1; id <= 1'000; ++id) {  // too few to be swept out
    x.cancel("alice", id);
  }
  std::vector<std::byte> bytes;
  x.engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  Engine loaded = Engine::load(bytes);
  const SuspendMarket suspend{.market = kRain, .scope = CancelScope::LapseOnly};
  const TransactionView of_loaded = loaded.decide({.timestamp = x.now(), .body = suspend});
  EXPECT_THAT(x.run(suspend),
              ElementsAre("suspended v2",
                          "batch 1 market-suspended to #9000",
                          "batch 1 cancelled 1 #9000",
                          "batch 1 completed 1"));
  EXPECT_TRUE(
      std::equal(of_loaded.events.begin(), of_loaded.events.end(), x.log.back().events.begin()));
}

TEST(Batches, GoOnFromTheCursorAfterACrash) {
  Exchange x;
  fill_rain(x, 6'000);
  x.run(CloseMarket{.market = kRain});
  Engine recovered;
  for (const StoredTransaction& transaction : x.log) {
    recovered.apply(transaction.view());
  }
  ASSERT_TRUE(recovered.batch_pending());
  const TransactionView rest = recovered.decide({.timestamp = x.now(), .body = ContinueBatch{}});
  const Lines uninterrupted = x.run(ContinueBatch{});
  EXPECT_THAT(uninterrupted, ElementsAre("batch 1 cancelled 1904", "batch 1 completed 6000"));
  EXPECT_TRUE(std::equal(rest.events.begin(), rest.events.end(), x.log.back().events.begin()));
  EXPECT_EQ(recovered.state_hash(), x.engine.state_hash());
}

TEST(MassCancel, BlocksOnlyItsAccountAndTellsItsTotal) {
  Exchange x;
  for (int i = 0; i < 5'000; ++i) {
    x.buy("alice", "1", "0.40");
  }
  x.back("alice", "10", "2");
  x.buy("bob", "1", "0.40");
  const MassCancel all{.account = Name{"alice"}, .cl_ord_id = x.fresh_id()};
  EXPECT_THAT(x.run(all), ElementsAre("batch 1 mass-cancel to #5002", "batch 1 cancelled 4096"));
  EXPECT_THAT(x.buy("alice", "1", "0.40").at(0), ::testing::HasSubstr("a mass cancel is running"));
  EXPECT_THAT(x.buy("bob", "1", "0.40").at(0), StartsWith("accepted"));
  EXPECT_THAT(
      x.finish_batches(),
      ElementsAre("batch 1 cancelled 1 #5001", "batch 1 cancelled 904", "batch 1 completed 5001"));
  EXPECT_THAT(x.run(all), ElementsAre("mass cancel rejected id-5003: ClOrdID was used before"));
}

// Each process is one more that all others' orders are held against.
TEST(MassCancel, RunsOnceAtATimeForAnAccount) {
  Exchange x;
  for (int i = 0; i < 4'097; ++i) {
    x.buy("alice", "1", "0.40");
    x.buy("bob", "1", "0.40");
  }
  const auto all_of = [&x](const char* account) {
    return MassCancel{.account = Name{account}, .cl_ord_id = x.fresh_id()};
  };
  x.run(all_of("alice"));
  const MassCancel second = all_of("alice");
  EXPECT_THAT(x.run(second).at(0), ::testing::HasSubstr("a mass cancel is running"));
  EXPECT_THAT(x.run(second).at(0), ::testing::HasSubstr("ClOrdID was used before"));
  EXPECT_THAT(x.run(all_of("bob")).at(0), StartsWith("batch 2"));

  // An operator's is nobody's second one, and the next one is served when the first has ended.
  EXPECT_THAT(x.run(MassCancel{.account = Name{"alice"}, .request_id = Name{"ops-1"}}).at(0),
              StartsWith("batch 3"));
  x.finish_batches();
  EXPECT_THAT(x.run(all_of("alice")).at(0), StartsWith("batch 4"));
}

TEST(MassCancel, OfNothingIsCompletedWithZero) {
  Exchange x;
  EXPECT_THAT(x.run(MassCancel{.account = Name{"alice"}, .cl_ord_id = x.fresh_id()}),
              ElementsAre("batch 1 mass-cancel to #0", "batch 1 completed 0"));
}

// ---- Amends -------------------------------------------------------------------------------------

class Amends : public ::testing::Test {
 protected:
  Lines amend(const char* account, std::uint64_t order, const char* quantity, const char* price) {
    return x.run(AmendOrder{.account = Name{account},
                            .cl_ord_id = x.fresh_id(),
                            .order_id = OrderId{order},
                            .transact_time = x.now(),
                            .price = decimal(price),
                            .quantity = decimal(quantity)});
  }

  Exchange x;
};

TEST_F(Amends, ReducingKeepsThePlaceAndRaisingLosesIt) {
  x.sell("alice", "10", "0.55");
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "5", "0.55"), ElementsAre("amended #1 5 @ 0.5500 keeps"));
  EXPECT_THAT(x.buy("carol", "2", "0.55").at(1), "trade 2 @ 0.5500 maker #1 taker #3");
  EXPECT_THAT(amend("alice", 1, "8", "0.55"), ElementsAre("amended #1 8 @ 0.5500 rests"));
  EXPECT_THAT(x.buy("carol", "2", "0.55").at(1), "trade 2 @ 0.5500 maker #2 taker #4");
}

TEST_F(Amends, WithoutAChangeKeepsThePlace) {
  x.sell("alice", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "10", "0.55"), ElementsAre("amended #1 10 @ 0.5500 keeps"));
}

TEST_F(Amends, RepriceThroughTheOppositeBestMatchesAtOnce) {
  x.buy("alice", "10", "0.50");
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(
      amend("alice", 1, "15", "0.56"),
      ElementsAre(
          "amended #1 15 @ 0.5600 takes", "trade 10 @ 0.5500 maker #2 taker #1", "rested #1 5"));
}

TEST_F(Amends, NewTotalIsComparedWithWhatIsFilled) {
  x.sell("alice", "10", "0.55");
  x.buy("bob", "4", "0.55");
  EXPECT_THAT(amend("alice", 1, "3", "0.55"),
              ElementsAre("cancel rejected id-3: new quantity is below what is filled"));
  EXPECT_THAT(amend("alice", 1, "4", "0.55"), ElementsAre("amended #1 4 @ 0.5500 leaves"));
  EXPECT_FALSE(x.find_order(1).live);
  EXPECT_THAT(amend("alice", 1, "20", "0.55"),
              ElementsAre("cancel rejected id-5: order is already finished"));
}

TEST_F(Amends, TakingOffTheRestNeedsNeitherAPriceNorADelay) {
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.50");
  order.post_only = true;
  order.persistence = Persistence::Persist;
  x.run(order);
  x.sell("bob", "4", "0.50");
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "4", "0.60"), ElementsAre("amended #1 4 @ 0.6000 leaves"));
}

TEST_F(Amends, PostOnlyThatWouldCrossLeavesTheOrderAsItWas) {
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.50");
  order.post_only = true;
  x.run(order);
  x.sell("bob", "10", "0.55");
  EXPECT_THAT(amend("alice", 1, "10", "0.55"),
              ElementsAre("cancel rejected id-3: post-only order would take"));
  EXPECT_THAT(x.sell("bob", "10", "0.50").at(1), "trade 10 @ 0.5000 maker #1 taker #3");
}

TEST_F(Amends, LocksClosingFirstOnTheNewTerms) {
  x.sell("bob", "100", "0.60");
  x.buy("alice", "100", "0.60");  // alice holds 100 YES
  x.sell("alice", "60", "0.70");  // closes 60
  x.sell("alice", "60", "0.80");  // closes 40, opens 20
  amend("alice", 4, "30", "0.80");
  amend("alice", 3, "90", "0.75");  // 60 of its own and 10 that #4 gave back: 20 open at .25
  Money locked;
  for_each_event(x.log.back().view(), [&](EventSeq, const auto& event) {
    if constexpr (std::is_same_v<std::decay_t<decltype(event)>, OrderAmended>) {
      EXPECT_EQ(event.closing, Quantity{70});
      locked = event.cash_lock;
    }
  });
  EXPECT_EQ(locked, Money{20 * 2'500});
}

// ---- Suspended accounts, repeated requests -----------------------------------------------------

TEST(Accounts, SuspendedOneMayOnlyCancel) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  x.run(SuspendAccount{.account = Name{"alice"}});
  EXPECT_THAT(x.buy("alice", "10", "0.40"), ElementsAre("rejected id-2: account is suspended"));
  EXPECT_THAT(x.cancel("alice", 1), ElementsAre("cancelled #1 requested"));
  x.run(ResumeAccount{.account = Name{"alice"}});
  x.buy("alice", "10", "0.40");
  EXPECT_THAT(x.run(SuspendAccount{.account = Name{"alice"}, .cancel_orders = true}),
              ElementsAre("account alice suspended",
                          "batch 1 account-suspended to #2",
                          "batch 1 cancelled 1 #2",
                          "batch 1 completed 1"));
}

TEST(PossResend, IsAnsweredByTheStateOfTheFirstRequest) {
  Exchange x;
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.40");
  order.poss_resend = true;
  EXPECT_THAT(x.run(order).at(0), StartsWith("accepted #1"));
  EXPECT_THAT(x.run(order), ElementsAre("status #1 live"));
  PlaceOrder refused = x.order("alice", "RAIN", Side::Bid, "10", "0.405");
  refused.poss_resend = true;
  x.run(refused);
  EXPECT_THAT(x.run(refused), ElementsAre("status #0 finished: price is not on the ladder"));
}

}  // namespace
}  // namespace betex::matching::testing
