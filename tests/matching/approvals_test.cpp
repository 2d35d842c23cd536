// Four eyes (RULES.md section 5): what one operator proposes acts once, when another person has
// approved it, and never after fifteen minutes.
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

const Name kHorse{"HORSE"};
constexpr std::int64_t kWaits = 900 * kSecond;
static_assert(kProposalWaits == Timestamp{kWaits});

// OPS1 belongs to ops1, OPS2 to ops2; everything has to be approved.
class FourEyes : public ::testing::Test {
 protected:
  FourEyes() {
    x.run(RequireApproval{.classes = kAllApprovalClasses});
    x.run(CreateAccount{.account = Name{"dave"},
                        .kind = AccountKind::Collateralised,
                        .opening_balance = decimal("100"),
                        .credit = decimal("5")});
  }

  template <typename Body>
  Lines propose(Body body, const char* id, const char* session = "OPS1", const char* remark = "") {
    body.request_id = Name{id};
    const Lines lines = x.ask(session, body, remark);
    proposed_ = x.log.back().first_seq;
    return lines;
  }

  Approve approval(const char* proposal) {
    return {.proposal = Name{proposal},
            .proposed = proposed_,
            .request_id = Name{"a" + std::to_string(++approvals_)}};
  }

  Lines approve(const char* proposal, const char* session = "OPS2", const char* remark = "") {
    return x.ask(session, approval(proposal), remark);
  }

  [[nodiscard]] MoveFunds deposit(const char* amount = "7") const {
    return {.account = Name{"dave"}, .kind = FundsKind::Deposit, .amount = decimal(amount)};
  }

  [[nodiscard]] OperationApproved approved() const {
    return all_of<OperationApproved>(x.log).back();
  }

  Exchange x;
  EventSeq proposed_;  // the last proposal's event
  int approvals_ = 0;
};

const DetermineMarket kAWins{.market = kHorse,
                             .shares = {{.symbol = Name{"A"}, .numerator = 1, .denominator = 1}}};

TEST_F(FourEyes, WhatIsProposedIsNotDoneYet) {
  EXPECT_THAT(propose(deposit(), "p1", "OPS1", "by bank"), ElementsAre("proposed p1 about dave"));
  EXPECT_EQ(x.account("dave").balance, Money{1'000'000});
  const OperationProposed event = all_of<OperationProposed>(x.log).back();
  EXPECT_EQ(event.proposer, SessionId{1});
  EXPECT_EQ(event.command, kCommandKind<MoveFunds>);
  EXPECT_EQ(event.funds, FundsKind::Deposit);
  EXPECT_EQ(event.amount, decimal("7"));
  EXPECT_EQ(event.remark, Remark{"by bank"});
  EXPECT_EQ(event.expires, x.now() + Timestamp{kWaits});
  EXPECT_THAT(all_of<Remarked>(x.log), SizeIs(0)) << "the proposal holds it";
}

TEST_F(FourEyes, WhatIsApprovedIsDoneOnce) {
  propose(deposit(), "p1");
  EXPECT_THAT(approve("p1"), ElementsAre("deposit dave 7.0000 balance 107.0000", "approved p1"));
  EXPECT_EQ(all_of<FundsMoved>(x.log).back().request_id, Name{"p1"});
  EXPECT_EQ(approved().balance, Money{1'070'000});
  EXPECT_EQ(approved().credit, Money{50'000});
  EXPECT_EQ(approved().proposer, SessionId{1});
  EXPECT_EQ(approved().approver, SessionId{2});
  EXPECT_EQ(approved().proposed, proposed_);
  EXPECT_EQ(approved().subject, Name{"dave"});
  EXPECT_EQ(approved().request_id, Name{"a1"});
  EXPECT_THAT(approve("p1"), ElementsAre("command rejected p1: unknown request"));
  EXPECT_THAT(approve("p1", "OPS1"), ElementsAre("command rejected p1: unknown request"));
  EXPECT_EQ(x.account("dave").balance, Money{1'070'000});
}

TEST_F(FourEyes, ItsTwoAreTwoPeopleWithNames) {
  propose(deposit(), "p1");
  const std::string refused = "command rejected p1: not entitled";
  EXPECT_THAT(approve("p1", "OPS1"), ElementsAre(refused)) << "the same session";
  x.run(SessionUp{.comp_id = Name{"OPS2"}, .username = Name{"ops1"}});
  EXPECT_THAT(x.run(approval("p1"), {SessionId{2}, SessionEpoch{1}, MsgSeqNum{1}}),
              ElementsAre(refused))
      << "another session of hers";
  x.run(SessionUp{.comp_id = Name{"OPS3"}});
  EXPECT_THAT(x.run(approval("p1"), {SessionId{3}, SessionEpoch{1}, MsgSeqNum{1}}),
              ElementsAre(refused))
      << "nobody knows who";
  EXPECT_THAT(x.run(approval("p1")), ElementsAre(refused)) << "the gateway itself";
  x.run(SessionUp{.comp_id = Name{"OPS4"}, .username = Name{"jon"}});
  EXPECT_THAT(x.run(approval("p1"), {SessionId{4}, SessionEpoch{1}, MsgSeqNum{1}}).at(0),
              StartsWith("deposit"));
}

TEST_F(FourEyes, AProposerWithoutANameIsApprovedByNobody) {
  x.run(SessionUp{.comp_id = Name{"OPS0"}});
  MoveFunds asked = deposit();
  asked.request_id = Name{"p1"};
  x.run(asked, {SessionId{1}, SessionEpoch{1}, MsgSeqNum{1}});
  proposed_ = x.log.back().first_seq;
  EXPECT_THAT(approve("p1"), ElementsAre("command rejected p1: not entitled"));
  asked.request_id = Name{"p2"};
  x.run(asked);
  proposed_ = x.log.back().first_seq;
  EXPECT_THAT(approve("p2"), ElementsAre("command rejected p2: not entitled"));
}

// Whoever approves has seen what it was.
TEST_F(FourEyes, AnApprovalNamesTheEventThatProposed) {
  propose(deposit(), "p1");
  const EventSeq first = proposed_;
  propose(deposit("9"), "p2");
  proposed_ = first;
  EXPECT_THAT(approve("p2"), ElementsAre("command rejected p2: unknown request"));
  EXPECT_THAT(approve("p1").at(0), StartsWith("deposit dave 7.0000"));
}

TEST_F(FourEyes, AnybodyDeclinesItsProposerToo) {
  for (const char* session : {"OPS1", "OPS2"}) {
    const std::string id = std::string{"p-"} + session;
    propose(deposit(), id.c_str());
    EXPECT_THAT(
        x.ask(session,
              Decline{.proposal = Name{id}, .request_id = Name{std::string{"d-"} + session}}),
        ElementsAre("declined " + id));
    EXPECT_THAT(approve(id.c_str()), ElementsAre("command rejected " + id + ": unknown request"));
  }
  const OperationDropped dropped = all_of<OperationDropped>(x.log).front();
  EXPECT_EQ(dropped.proposer, SessionId{1});
  EXPECT_EQ(dropped.decliner, SessionId{1});
  EXPECT_EQ(dropped.command, kCommandKind<MoveFunds>);
  EXPECT_EQ(dropped.funds, FundsKind::Deposit);
  EXPECT_EQ(dropped.request_id, Name{"d-OPS1"});
  EXPECT_THAT(x.ask("OPS2", Decline{.proposal = Name{"none"}, .request_id = Name{"d"}}),
              ElementsAre("command rejected none: unknown request"));
}

TEST_F(FourEyes, RunsOutAfterFifteenMinutes) {
  propose(deposit(), "p1");
  EXPECT_THAT(x.pass(kWaits - 1), SizeIs(0));
  propose(deposit(), "p2");
  const EventSeq second = proposed_;
  EXPECT_THAT(x.pass(1), ElementsAre("ran out p1"));
  EXPECT_EQ(all_of<OperationDropped>(x.log).back().decliner, SessionId{});
  EXPECT_THAT(approve("p1"), ElementsAre("command rejected p1: unknown request"));
  EXPECT_THAT(x.pass(kWaits - 2), SizeIs(0));
  proposed_ = second;
  EXPECT_THAT(approve("p2").at(0), StartsWith("deposit")) << "a nanosecond before its time is up";
}

TEST_F(FourEyes, IsDecidedByTheRulesOfTheMomentOfTheApproval) {
  propose(
      MoveFunds{.account = Name{"dave"}, .kind = FundsKind::Withdrawal, .amount = decimal("60")},
      "p1");
  const EventSeq first = proposed_;
  propose(
      MoveFunds{.account = Name{"dave"}, .kind = FundsKind::Withdrawal, .amount = decimal("60")},
      "p2");
  EXPECT_THAT(approve("p2"),
              ElementsAre("withdrawal dave -60.0000 balance 40.0000", "approved p2"));
  proposed_ = first;
  EXPECT_THAT(approve("p1"), ElementsAre("approved p1: insufficient funds"));
  EXPECT_EQ(approved().reason, Reason::InsufficientFunds);
  EXPECT_THAT(approve("p1"), ElementsAre("command rejected p1: unknown request"))
      << "what was refused is gone";
}

TEST_F(FourEyes, HoldsTheGuardAgainstTheVersionAtBothMoments) {
  x.run(CloseMarket{.market = kHorse});
  DetermineMarket result = kAWins;
  result.version_guard = 1;
  EXPECT_THAT(propose(result, "p1"),
              ElementsAre("command rejected HORSE: the market has changed since"));
  result.version_guard = 2;
  EXPECT_THAT(propose(result, "p2"), ElementsAre("proposed p2 about HORSE"));
  x.run(DetermineMarket{.market = kHorse,
                        .shares = {{.symbol = Name{"B"}, .numerator = 1, .denominator = 1}}});
  EXPECT_THAT(approve("p2"), ElementsAre("approved p2: the market has changed since"));
  EXPECT_EQ(approved().version, 3U);
  EXPECT_EQ(approved().state, MarketState::Determined);
}

TEST_F(FourEyes, ReopensNothingWhileTheExchangeIsHalted) {
  x.run(CloseMarket{.market = kHorse});
  propose(ReopenMarket{.market = kHorse}, "p1");
  x.run(HaltExchange{});
  EXPECT_THAT(approve("p1"), ElementsAre("approved p1: the exchange is halted"));
}

// A minute is for a person who repeats what he has asked; the other one decides now.
TEST_F(FourEyes, ReopensLaterThanAMinuteAfterItWasProposed) {
  x.run(CloseMarket{.market = kHorse});
  propose(ReopenMarket{.market = kHorse}, "p1");
  x.pass(600 * kSecond);
  EXPECT_THAT(approve("p1"), ElementsAre("reopened v3", "approved p1"));
}

TEST_F(FourEyes, OfASettlementBearsTheProposersName) {
  for (int i = 0; i < 150; ++i) {
    const Name name{"u" + std::to_string(i)};
    x.run(CreateAccount{.account = name});
    x.run(x.order(name.view(), "A", i % 2 == 0 ? Side::Bid : Side::Ask, "1", "2"));
  }
  x.run(CloseMarket{.market = kHorse});
  propose(kAWins, "p1");
  EXPECT_THAT(approve("p1"), ElementsAre("determined v3 A 1/1", "approved p1"));
  propose(SettleMarket{.market = kHorse}, "p2");
  EXPECT_THAT(approve("p2").back(), "approved p2");
  EXPECT_TRUE(approved().goes_on);
  EXPECT_THAT(all_of<MarketSettled>(x.log), SizeIs(0)) << "more than a chunk";
  x.finish_batches();
  const MarketSettled settled = all_of<MarketSettled>(x.log).at(0);
  EXPECT_EQ(settled.requester, SessionId{1});
  EXPECT_EQ(settled.request_id, Name{"p2"});
  const BatchCompleted end = all_of<BatchCompleted>(x.log).back();
  EXPECT_EQ(end.requester, SessionId{1});
  EXPECT_EQ(end.request_id, Name{"p2"});
}

TEST_F(FourEyes, OfSessionNumbersTellsThem) {
  x.run(SessionUp{.comp_id = Name{"S"}});
  x.run(ReserveNumbers{SessionId{1}, SessionEpoch{1}, MsgSeqNum{20}});
  x.run(SessionDown{.session = SessionId{1},
                    .epoch = SessionEpoch{1},
                    .next_in = MsgSeqNum{7},
                    .reason = SessionDownReason::Logout});
  propose(SetSessionNumbers{.comp_id = Name{"S"}, .next_in = MsgSeqNum{9}}, "p1", "OPS2");
  proposed_ = x.log.back().first_seq;
  EXPECT_THAT(approve("p1", "OPS3").back(), "approved p1");
  EXPECT_EQ(approved().next_in, MsgSeqNum{9});
  EXPECT_EQ(approved().reserved_to, MsgSeqNum{20});
  EXPECT_EQ(approved().epoch, SessionEpoch{1});
}

// A correction needs a remark, and that of the proposal is it; the approver's stands behind all.
TEST_F(FourEyes, HasTwoRemarks) {
  const MoveFunds correction{
      .account = Name{"dave"}, .kind = FundsKind::Correction, .amount = decimal("1")};
  propose(correction, "p1", "OPS1", "by telephone");
  EXPECT_THAT(approve("p1", "OPS2", "seen"),
              ElementsAre("correction dave 1.0000 balance 101.0000", "approved p1", "remark seen"));
  EXPECT_EQ(all_of<Remarked>(x.log).back().request_id, Name{"a1"});
  propose(correction, "p2");
  EXPECT_THAT(approve("p2", "OPS2", "why not"),
              ElementsAre("approved p2: invalid parameter", "remark why not"));
}

TEST_F(FourEyes, IsOfTheClassesThatWereSetAndOfWhatHasAnId) {
  x.run(RequireApproval{.classes = static_cast<std::uint32_t>(ApprovalClass::Results)});
  EXPECT_THAT(propose(deposit(), "r1").at(0), StartsWith("deposit"));
  EXPECT_THAT(x.ask("OPS1", VoidMarket{.market = kHorse}).at(0), StartsWith("voided"))
      << "without an id";
  x.run(RequireApproval{.classes = static_cast<std::uint32_t>(ApprovalClass::Funds)});
  EXPECT_THAT(propose(deposit(), "r2"), ElementsAre("proposed r2 about dave"));
  EXPECT_THAT(propose(ArchiveMarket{.market = kHorse}, "r3"), ::testing::Contains("archived v4"));
  x.run(RequireApproval{});
  EXPECT_THAT(x.run(RequireApproval{.classes = 8}),
              ElementsAre("command rejected : invalid parameter"));
  x.ask("OPS2", Decline{.proposal = Name{"r2"}, .request_id = Name{"d1"}});
  EXPECT_THAT(propose(deposit(), "r4").at(0), StartsWith("deposit"));
}

TEST_F(FourEyes, WhatWasProposedBeforeStaysProposed) {
  propose(deposit(), "p1");
  x.run(RequireApproval{});
  EXPECT_EQ(x.account("dave").balance, Money{1'000'000});
  EXPECT_THAT(approve("p1").at(0), StartsWith("deposit"));
}

TEST_F(FourEyes, RepetitionIsAnsweredWithTheProposal) {
  propose(deposit(), "p1");
  const std::string answer = "request known p1 by " + std::to_string(proposed_.value());
  MoveFunds again = deposit();
  again.request_id = Name{"p1"};
  const Timestamp expires = all_of<OperationProposed>(x.log).back().expires;
  EXPECT_THAT(x.ask("OPS1", again), ElementsAre(answer));
  EXPECT_EQ(all_of<RequestKnown>(x.log).back().expires, expires) << "it waits";
  approve("p1");
  EXPECT_THAT(x.ask("OPS1", again), ElementsAre(answer));
  EXPECT_EQ(all_of<RequestKnown>(x.log).back().expires, Timestamp{}) << "no more";
  EXPECT_EQ(x.account("dave").balance, Money{1'070'000});
}

TEST_F(FourEyes, RepetitionSaysHowItsMarketStands) {
  x.run(CloseMarket{.market = kHorse});
  const std::uint64_t closed = all_of<MarketClosed>(x.log).back().version;
  VoidMarket annul{.market = kHorse};
  propose(annul, "p1");
  annul.request_id = Name{"p1"};
  x.ask("OPS1", annul);
  const RequestKnown waits = all_of<RequestKnown>(x.log).back();
  EXPECT_EQ(waits.version, closed);
  EXPECT_EQ(waits.state, MarketState::Closed);
  approve("p1");
  x.ask("OPS1", annul);
  const RequestKnown done = all_of<RequestKnown>(x.log).back();
  EXPECT_GT(done.version, closed);
  EXPECT_EQ(done.state, MarketState::Voided);
}

TEST_F(FourEyes, UnknownSubjectsAreRefusedAtOnce) {
  EXPECT_THAT(propose(MoveFunds{.account = Name{"nobody"}, .amount = decimal("1")}, "p1"),
              ElementsAre("command rejected nobody: unknown account"));
  EXPECT_THAT(propose(VoidMarket{.market = Name{"NONE"}}, "p2"),
              ElementsAre("command rejected NONE: unknown market"));
}

TEST_F(FourEyes, AThousandWaitAtMost) {
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = "p" + std::to_string(i);
    ASSERT_THAT(propose(deposit(), id.c_str()).at(0), StartsWith("proposed"));
  }
  const EventSeq last = proposed_;
  EXPECT_THAT(propose(deposit(), "more"), ElementsAre("command rejected dave: too many requests"));
  EXPECT_TRUE(all_of<CommandRejected>(x.log).back().id_consumed);
  proposed_ = last;
  approve("p999");
  EXPECT_THAT(propose(deposit(), "more-2").at(0), StartsWith("proposed"));
  EXPECT_THAT(x.pass(kWaits), SizeIs(1'000));
}

// Proposals that wait are in replay and in snapshots, and are carried out from there.
TEST_F(FourEyes, OutlivesAStart) {
  propose(deposit(), "p1");
  const EventSeq first = proposed_;
  x.run(CloseMarket{.market = kHorse});
  propose(kAWins, "p2");
  x.run(DescribeMarket{
      .market = Name{"RAIN"},
      .description = Description{
          .text = DescriptionText{"Rain"}, .parent = Name{"WEATHER"}, .scheduled_start = {}}});
  x.run(HaltExchange{});
  Engine replayed;
  for (const StoredTransaction& transaction : x.log) {
    replayed.apply(transaction.view());
  }
  Engine loaded = Engine::load(x.saved());
  ASSERT_EQ(replayed.state_hash(), x.engine.state_hash());
  ASSERT_EQ(loaded.state_hash(), x.engine.state_hash());
  const auto compare = [&](const CommandBody& body, const Origin& origin) {
    const Lines lines = x.run(body, origin);
    for (Engine* const engine : {&replayed, &loaded}) {
      Command command{.timestamp = x.now(), .origin = origin, .body = body};
      std::visit(
          [&x = x](auto& request) {
            if constexpr (requires { request.request_id, request.transact_time; }) {
              request.transact_time = x.now();
            }
          },
          command.body);
      const TransactionView view = engine->decide(command);
      EXPECT_TRUE(std::equal(view.events.begin(),
                             view.events.end(),
                             x.log.back().events.begin(),
                             x.log.back().events.end()));
      EXPECT_EQ(engine->state_hash(), x.engine.state_hash());
    }
    return lines;
  };
  x.ask("OPS2", Announce{.headline = Remark{"x"}, .request_id = Name{"n"}});
  replayed.apply(x.log[x.log.size() - 2].view());
  replayed.apply(x.log.back().view());
  loaded.apply(x.log[x.log.size() - 2].view());
  loaded.apply(x.log.back().view());
  const Origin jon{SessionId{2}, SessionEpoch{1}, MsgSeqNum{2}};
  EXPECT_THAT(compare(approval("p2"), jon), ElementsAre("determined v3 A 1/1", "approved p2"));
  proposed_ = first;
  EXPECT_THAT(compare(approval("p1"), jon).at(0), StartsWith("deposit"));
  compare(DescribeMarket{.market = Name{"RAIN"},
                         .description =
                             Description{.text = {}, .parent = {}, .scheduled_start = Timestamp{5}},
                         .request_id = Name{"later"}},
          jon);
  EXPECT_EQ(all_of<MarketDescribed>(x.log).back().parent, Name{"WEATHER"});
}

TEST_F(FourEyes, DryRunIsAsIfItWereApproved) {
  const auto dry = [this](MoveFunds move) {
    move.request_id = Name{"p1"};
    move.transact_time = x.now();
    return x.engine.dry_run({.timestamp = x.now(), .body = move}).reason;
  };
  EXPECT_EQ(dry(deposit()), Reason::None);
  MoveFunds withdrawal = deposit("101");
  withdrawal.kind = FundsKind::Withdrawal;
  EXPECT_EQ(dry(withdrawal), Reason::InsufficientFunds);
  EXPECT_EQ(x.account("dave").balance, Money{1'000'000});
}

}  // namespace
}  // namespace betex::matching::testing
