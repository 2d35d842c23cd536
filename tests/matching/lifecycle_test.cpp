// The lifecycle of markets, and what its steps do to their orders.
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
using ::testing::StartsWith;

const Name kRain{"RAIN"};

// The commands of the lifecycle, as a row of the table that follows.
struct Step {
  const char* name;
  CommandBody body;
};

std::vector<Step> steps() {
  const DetermineMarket yes{.market = kRain,
                            .shares = {{.symbol = kRain, .numerator = 1, .denominator = 1}}};
  return {{"open", OpenMarket{.market = kRain}},
          {"suspend", SuspendMarket{.market = kRain}},
          {"resume", ResumeMarket{.market = kRain}},
          {"halt", HaltMarket{.market = kRain}},
          {"unhalt", UnhaltMarket{.market = kRain}},
          {"in play", TurnInPlay{.market = kRain}},
          {"close", CloseMarket{.market = kRain}},
          {"reopen", ReopenMarket{.market = kRain}},
          {"change", ChangeMarket{.market = kRain, .commission_bp = 100}},
          {"determine", yes},
          {"settle", SettleMarket{.market = kRain}},
          {"void", VoidMarket{.market = kRain, .price = decimal("0.5")}},
          {"archive", ArchiveMarket{.market = kRain}}};
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
                               "reopen",
                               "change",
                               "determine",
                               "settle",
                               "end a round",
                               "void",
                               "archive"};
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
      {"open", {}, {"suspend", "halt", "in play", "close", "change", "void"}},
      {"suspended",
       {"suspend"},
       {"suspend", "resume", "halt", "in play", "close", "change", "void"}},
      {"halted", {"halt"}, {"suspend", "unhalt", "close", "change", "void"}},
      {"in play", {"in play"}, {"suspend", "halt", "close", "change", "void"}},
      {"closed", {"close"}, {"reopen", "determine", "void"}},
      {"reopened",
       {"close", "reopen"},
       {"suspend", "resume", "halt", "in play", "close", "change", "void"}},
      {"determined", {"close", "determine"}, {"determine", "settle", "void"}},
      {"settled", {"close", "determine", "settle"}, {"determine", "void", "archive"}},
      {"voided", {"void"}, {"archive"}},
      {"voided after a round", {"close", "determine", "settle", "void"}, {"archive"}},
      {"archived", {"void", "archive"}, {}},
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
  const auto determine = [&](const std::vector<RunnerShare>& shares) {
    return x.determine("HORSE", shares).at(0);
  };
  const Name a{"A"}, b{"B"}, c{"C"};
  EXPECT_THAT(determine({}), StartsWith("command rejected"));
  EXPECT_THAT(determine({{a, 1, 2}}), StartsWith("command rejected"));
  EXPECT_THAT(determine({{a, 2, 4}, {b, 2, 4}}), StartsWith("command rejected"))
      << "more parts than runners";
  EXPECT_THAT(determine({{a, 1, 2}, {b, 1, 3}, {c, 1, 6}}), StartsWith("command rejected"))
      << "not one denominator";
  EXPECT_THAT(determine({{a, 3, 2}, {b, 0, 2}}), StartsWith("command rejected"));
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
                          "batch 2 completed 2",
                          "batch 3 voids a runner",
                          "batch 3 voids A to row 2",
                          "batch 3 completed 0"));
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
                          "removed A v3",
                          "batch 2 voids a runner",
                          "batch 2 voids A to row 1",
                          "batch 2 completed 0"));
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

}  // namespace
}  // namespace betex::matching::testing
