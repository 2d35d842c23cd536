// Every operation in every state of a market, under an id that is fresh, decided before or refused
// before.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/lifecycle.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::AnyOf;
using ::testing::SizeIs;

const Name kCup{"CUP"};

struct Operation {
  const char* name;
  std::optional<MarketStep> step;  // none: it is possible whatever the market's state
  CommandBody body;
};

std::vector<Operation> operations() {
  using enum MarketStep;
  const Name x{"X"};
  const Name carol{"carol"};
  return {
      {"AddRunner", AddRunner, matching::AddRunner{.market = kCup, .symbol = Name{"W"}}},
      {"Open", Open, OpenMarket{.market = kCup}},
      {"Suspend", Suspend, SuspendMarket{.market = kCup}},
      {"Reopen", Reopen, ReopenMarket{.market = kCup}},
      {"Resume", Resume, ResumeMarket{.market = kCup}},
      {"Halt", Halt, HaltMarket{.market = kCup}},
      {"Unhalt", Unhalt, UnhaltMarket{.market = kCup}},
      {"TurnInPlay", TurnInPlay, matching::TurnInPlay{.market = kCup}},
      {"RemoveRunner", RemoveRunner, matching::RemoveRunner{.market = kCup, .symbol = x}},
      {"Close", Close, CloseMarket{.market = kCup}},
      {"Determine",
       Determine,
       DetermineMarket{.market = kCup,
                       .shares = {{.symbol = x, .numerator = 1, .denominator = 1}}}},
      {"Settle", Settle, SettleMarket{.market = kCup}},
      {"Void", Void, VoidMarket{.market = kCup}},
      {"ChangeMarket", Change, ChangeMarket{.market = kCup, .commission_bp = 100}},
      {"DescribeMarket",
       Change,
       DescribeMarket{
           .market = kCup,
           .description =
               Description{.text = DescriptionText{"A cup"}, .parent = {}, .scheduled_start = {}}}},
      {"Archive", Archive, ArchiveMarket{.market = kCup}},
      {"HaltExchange", {}, HaltExchange{}},
      {"CreateMarket", {}, CreateMarket{.market = Name{"OTHER"}, .runners = {Name{"V"}}}},
      {"CreateAccount", {}, CreateAccount{.account = Name{"dave"}}},
      {"SetLimits", {}, SetLimits{.account = carol, .max_open_orders = 5}},
      {"MoveFunds", {}, MoveFunds{.account = carol, .amount = decimal("5")}},
      {"MassCancel", {}, CancelOnBehalf{.market = kCup}},
      {"SuspendAccount", {}, SuspendAccount{.account = carol, .cancel_orders = true}},
      {"SuspendSession", {}, SuspendSession{.comp_id = Name{"BROKER1"}, .cancel_orders = true}},
      {"LogoutSession", {}, LogoutSession{.comp_id = Name{"BROKER1"}}},
      {"SetSessionNumbers", {}, SetSessionNumbers{.comp_id = Name{"BROKER2"}, .new_epoch = true}},
      {"SetTradingDay", {}, SetTradingDay{.ends_at_s = 3'600}},
      {"MoveWatermark", {}, MoveWatermark{.watermark = EventSeq{3}}},
      {"Announce", {}, Announce{.headline = Remark{"hear"}}},
      {"Stop", {}, StopExchange{.notice_s = 60}},
  };
}

// What leads a market that was just created to the state.
std::vector<CommandBody> way_to(MarketState state) {
  const CommandBody open = OpenMarket{.market = kCup};
  const CommandBody close = CloseMarket{.market = kCup};
  const CommandBody determine = DetermineMarket{
      .market = kCup, .shares = {{.symbol = Name{"X"}, .numerator = 1, .denominator = 1}}};
  switch (state) {
    case MarketState::Inactive:
      return {};
    case MarketState::Open:
      return {open};
    case MarketState::Suspended:
      return {open, SuspendMarket{.market = kCup}};
    case MarketState::Halted:
      return {open, HaltMarket{.market = kCup}};
    case MarketState::Closed:
      return {close};
    case MarketState::Determined:
      return {close, determine};
    case MarketState::Settled:
      return {close, determine, SettleMarket{.market = kCup}};
    case MarketState::Voided:
      return {VoidMarket{.market = kCup}};
  }
  return {};
}

// With a market in the state, and two sessions of which the second is off.
class Given {
 public:
  explicit Given(MarketState state) {
    x.run(SessionUp{.comp_id = Name{"BROKER1"}});
    x.run(SessionUp{.comp_id = Name{"BROKER2"}});
    x.run(SessionDown{.session = SessionId{2},
                      .epoch = SessionEpoch{1},
                      .next_in = MsgSeqNum{2},
                      .reason = SessionDownReason::Logout});
    x.run(CreateMarket{.market = kCup, .runners = {Name{"X"}, Name{"Y"}, Name{"Z"}}});
    for (const CommandBody& body : way_to(state)) {
      x.run(body);
    }
  }

  Lines ask(CommandBody body, const char* id, std::uint64_t digest) {
    std::visit(
        [id](auto& request) {
          if constexpr (requires { request.request_id; }) {
            request.request_id = Name{id};
          }
        },
        body);
    return x.run(body, Origin{}, digest);
  }

  [[nodiscard]] MarketInfo market() const {
    MarketInfo found;
    x.engine.visit_markets([&found](const MarketInfo& info) {
      if (info.name == kCup) {
        found = info;
      }
    });
    return found;
  }

  // Of the last transaction's first event; none where that is no refusal.
  [[nodiscard]] Reason refusal() const {
    Reason reason = Reason::None;
    bool first = true;
    for_each_event(x.log.back().view(), [&]<typename Event>(EventSeq, const Event& event) {
      if constexpr (std::is_same_v<Event, CommandRejected>) {
        reason = first ? event.reason : reason;
      }
      first = false;
    });
    return reason;
  }

  Exchange x;
};

constexpr std::uint64_t kContent = 7;  // the digest of a request
constexpr std::uint64_t kOtherContent = 8;

class InEveryState : public ::testing::TestWithParam<int> {
 protected:
  [[nodiscard]] static MarketState state() { return static_cast<MarketState>(GetParam()); }

  static bool is_possible_now(const Operation& operation) {
    return !operation.step || is_possible(*operation.step, state());
  }
};

INSTANTIATE_TEST_SUITE_P(States, InEveryState, ::testing::Range(1, 9));

TEST_P(InEveryState, AFreshIdActsWhereTheTableSaysSo) {
  for (const Operation& operation : operations()) {
    SCOPED_TRACE(operation.name);
    Given given{state()};
    const MarketInfo before = given.market();
    ASSERT_EQ(before.state, state());
    given.ask(operation.body, "r1", kContent);
    const MarketInfo after = given.market();
    if (!is_possible_now(operation)) {
      EXPECT_EQ(given.refusal(), Reason::InvalidState);
      EXPECT_EQ(after.state, before.state);
      EXPECT_EQ(after.version, before.version);
      continue;
    }
    EXPECT_EQ(given.refusal(), Reason::None);
    if (operation.step == MarketStep::Settle) {
      EXPECT_EQ(after.state, MarketState::Settled) << "the round's end is another step";
    } else if (operation.step) {
      EXPECT_EQ(after.state, next_state(*operation.step, state(), MarketState::Open));
    } else {
      EXPECT_EQ(after.state, before.state);
      EXPECT_EQ(after.version, before.version);
    }
  }
}

TEST_P(InEveryState, ADecidedOrRefusedIdIsAnsweredAndDoesNothing) {
  for (const Operation& operation : operations()) {
    SCOPED_TRACE(operation.name);
    Given given{state()};
    const EventSeq first = given.x.engine.last_seq().next();
    given.ask(operation.body, "r1", kContent);
    const Reason refused = given.refusal();
    const MarketInfo then = given.market();
    given.x.pass(3'600 * kSecond);  // what reopens is too late by now, and known all the same
    given.ask(operation.body, "r1", kContent);
    ASSERT_EQ(given.x.log.back().header.event_count, 1U);
    const std::vector<RequestKnown> known = all_of<RequestKnown>(given.x.log);
    ASSERT_THAT(known, SizeIs(1));
    EXPECT_EQ(known[0].answered_by, first);
    EXPECT_EQ(known[0].reason, refused);
    EXPECT_EQ(known[0].command, operation.body.index() + 1);
    EXPECT_EQ(known[0].request_id, Name{"r1"});
    EXPECT_EQ(given.market().version, then.version);
    EXPECT_EQ(given.market().state, then.state);

    given.ask(operation.body, "r1", kOtherContent);
    EXPECT_EQ(given.refusal(), Reason::DuplicateRequestId);
    EXPECT_EQ(given.market().version, then.version);
  }
}

// An id under which something else was refused acts no more, but one whose refusal used it not up.
TEST_P(InEveryState, AnIdThatARefusalUsedUpActsNoMore) {
  for (const Operation& operation : operations()) {
    SCOPED_TRACE(operation.name);
    Given given{state()};
    given.ask(HaltMarket{.market = Name{"NONE"}}, "r1", kOtherContent);
    ASSERT_EQ(given.refusal(), Reason::UnknownMarket);
    const MarketInfo before = given.market();
    given.ask(operation.body, "r1", kContent);
    EXPECT_EQ(given.refusal(), Reason::DuplicateRequestId);
    EXPECT_EQ(given.market().version, before.version);

    given.ask(HaltMarket{.market = kCup, .transact_time = Timestamp{1}}, "r2", kOtherContent);
    ASSERT_EQ(given.refusal(), Reason::StaleRequest);
    given.ask(operation.body, "r2", kContent);
    EXPECT_THAT(given.refusal(), AnyOf(Reason::None, Reason::InvalidState));
    EXPECT_EQ(given.refusal() == Reason::None, is_possible_now(operation));
  }
}

// A dry run says what then happens, and leaves everything as it is.
TEST_P(InEveryState, ADryRunSaysWhatHappens) {
  for (const Operation& operation : operations()) {
    SCOPED_TRACE(operation.name);
    Given given{state()};
    Command command{.timestamp = given.x.now(), .digest = kContent, .body = operation.body};
    std::visit(
        [&](auto& request) {
          if constexpr (requires { request.request_id, request.transact_time; }) {
            request.request_id = Name{"r1"};
            request.transact_time = given.x.now();
          }
        },
        command.body);
    const std::uint64_t hash = given.x.engine.state_hash();
    const DryRun fresh = given.x.engine.dry_run(command);
    EXPECT_EQ(given.x.engine.state_hash(), hash);
    EXPECT_EQ(fresh.as_of, given.x.engine.last_seq());
    EXPECT_EQ(fresh.answered_by, EventSeq{});
    given.ask(operation.body, "r1", kContent);
    EXPECT_EQ(fresh.reason, given.refusal());
    const DryRun known = given.x.engine.dry_run(command);
    EXPECT_EQ(known.answered_by, fresh.as_of.next());
    EXPECT_EQ(known.reason, given.refusal());
    command.digest = kOtherContent;
    EXPECT_EQ(given.x.engine.dry_run(command).reason, Reason::DuplicateRequestId);
  }
}

// Replaying gives the same state, and so does a snapshot, after each of them.
TEST_P(InEveryState, ReplayAndSnapshotGiveTheSameState) {
  for (const Operation& operation : operations()) {
    SCOPED_TRACE(operation.name);
    Given given{state()};
    given.ask(operation.body, "r1", kContent);
    Engine replayed;
    for (const StoredTransaction& transaction : given.x.log) {
      replayed.apply(transaction.view());
    }
    EXPECT_EQ(replayed.state_hash(), given.x.engine.state_hash());
    EXPECT_EQ(Engine::load(given.x.saved()).state_hash(), given.x.engine.state_hash());
  }
}

}  // namespace
}  // namespace betex::matching::testing
