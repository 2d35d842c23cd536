// What operators ask for, from end to end: that it works, that a dry run foresees it, and that the
// state which follows can be replayed and loaded. The rules one by one are tested elsewhere.
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/engine.h"
#include "matching/request_kinds.h"

namespace betex::matching {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;

const Name kRace{"RACE"};
const Name kAlice{"alice"};
const Name kBob{"bob"};

Decimal whole(std::int64_t number) {
  return Decimal{number * kDecimalScale};
}

struct Stored {
  TransactionHeader header;
  EventSeq first_seq;
  std::vector<std::byte> events;

  [[nodiscard]] TransactionView view() const { return {header, first_seq, events}; }
};

// An exchange with two operators' sessions, OPS1 (ann) and OPS2 (ben), and an open market.
class OperationsTest : public ::testing::Test {
 protected:
  OperationsTest() {
    decide(CreateExchange{.currency = Currency{"EUR"}});
    decide(SessionUp{.comp_id = Name{"OPS1"}, .username = Name{"ann"}});
    decide(SessionUp{.comp_id = Name{"OPS2"}, .username = Name{"ben"}});
    for (const Name& account : {kAlice, kBob}) {
      decide(CreateAccount{.account = account, .opening_balance = whole(1'000)});
    }
    decide(
        CreateMarket{.market = kRace, .runners = {Name{"ARKLE"}, Name{"BYERLEY"}, Name{"CIGAR"}}});
    decide(OpenMarket{.market = kRace});
  }

  // After it everything that is due is done, and each process has run to its end.
  void decide(CommandBody body, const Origin& origin = {}, const char* remark = "") {
    run(std::move(body), origin, remark);
    while (engine_.batch_pending() != PendingBatch::None) {
      run(ContinueBatch{}, {}, "");
    }
  }

  // As the operator of that session.
  template <typename Request>
  const Stored& ask(std::uint32_t session, Request request, const char* remark = "") {
    request.request_id = Name{"r" + std::to_string(++requests_)};
    request.transact_time = now_;
    last_id_ = request.request_id;
    const std::size_t before = log_.size();
    decide(request, origin_of(session), remark);
    return log_.at(before);
  }

  void place(const Name& account,
             const char* symbol,
             Side side,
             std::int64_t quantity,
             std::int64_t price) {
    decide(PlaceOrder{.account = account,
                      .cl_ord_id = ClOrdId{"o" + std::to_string(++orders_)},
                      .symbol = Name{symbol},
                      .transact_time = now_,
                      .price = whole(price),
                      .quantity = whole(quantity),
                      .side = side,
                      .time_in_force = TimeInForce::Gtc});
  }

  static Origin origin_of(std::uint32_t session) {
    return {SessionId{session}, SessionEpoch{1}, MsgSeqNum{1}};
  }

  void pass(std::int64_t nanoseconds) {
    now_ += Timestamp{nanoseconds};
    while (engine_.is_due(now_)) {
      run(AdvanceTime{}, {}, "");
    }
  }

  template <typename Event>
  static std::vector<Event> events_of(const Stored& transaction) {
    std::vector<Event> events;
    for_each_event(transaction.view(), [&events](EventSeq, const auto& event) {
      if constexpr (std::is_same_v<std::decay_t<decltype(event)>, Event>) {
        events.push_back(event);
      }
    });
    return events;
  }

  // The only one.
  template <typename Event>
  static Event event_of(const Stored& transaction) {
    const std::vector<Event> events = events_of<Event>(transaction);
    EXPECT_EQ(events.size(), 1U);
    return events.empty() ? Event{} : events.front();
  }

  static Reason refusal_of(const Stored& transaction) {
    const std::vector<CommandRejected> refused = events_of<CommandRejected>(transaction);
    return refused.empty() ? Reason::None : refused.front().reason;
  }

  [[nodiscard]] MarketInfo market(const Name& name) const {
    MarketInfo found;
    engine_.visit_markets([&](const MarketInfo& info) {
      if (info.name == name) {
        found = info;
      }
    });
    return found;
  }

  // Replayed and loaded, the state is the same.
  void TearDown() override {
    Engine replayed;
    for (const Stored& transaction : log_) {
      replayed.apply(transaction.view());
    }
    EXPECT_EQ(replayed.state_hash(), engine_.state_hash());
    std::vector<std::byte> bytes;
    engine_.save([&bytes](std::span<const std::byte> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    EXPECT_EQ(Engine::load(bytes).state_hash(), engine_.state_hash());
  }

  Engine engine_;
  Timestamp now_{1'700'000'000'000'000'000};
  std::vector<Stored> log_;
  Name last_id_;

 private:
  void run(CommandBody body, const Origin& origin, const char* remark) {
    Command command{
        .timestamp = now_, .origin = origin, .digest = ++digests_, .body = std::move(body)};
    if (*remark != '\0') {
      command.remark = Remark{remark};
    }
    const std::optional<DryRun> foreseen = dry_run(command);
    const TransactionView view = engine_.decide(command);
    if (view.header.event_count != 0) {
      log_.push_back({view.header, view.first_seq, {view.events.begin(), view.events.end()}});
    }
    if (foreseen) {
      EXPECT_EQ(foreseen->reason, outcome_of(log_.back()));
    }
    now_ += Timestamp{1'000};
  }

  // Of a request that is not proposed.
  std::optional<DryRun> dry_run(const Command& command) {
    return std::visit(
        [&]<typename Body>(const Body&) -> std::optional<DryRun> {
          if constexpr (OperatorRequest<Body>) {
            const std::uint64_t before = engine_.state_hash();
            const DryRun foreseen = engine_.dry_run(command);
            EXPECT_EQ(engine_.state_hash(), before);
            EXPECT_EQ(foreseen.as_of, engine_.last_seq());
            if ((kApprovalClass<Body> & engine_.exchange().approval_classes) == 0) {
              return foreseen;
            }
          }
          return std::nullopt;
        },
        command.body);
  }

  static Reason outcome_of(const Stored& transaction) {
    const std::vector<OperationApproved> approved = events_of<OperationApproved>(transaction);
    return approved.empty() ? refusal_of(transaction) : approved.front().reason;
  }

  std::uint64_t digests_ = 0;
  int requests_ = 0;
  int orders_ = 0;
};

TEST_F(OperationsTest, MarketIsCreatedWithItsRunners) {
  const Stored& made =
      ask(1, CreateMarket{.market = Name{"CUP"}, .runners = {Name{"DUNDEE"}, Name{"EBOR"}}});
  EXPECT_EQ(event_of<MarketCreated>(made).runners, 2U);
  EXPECT_EQ(events_of<RunnerAdded>(made).size(), 2U);
  EXPECT_EQ(refusal_of(ask(1, CreateMarket{.market = Name{"X"}, .runners = {Name{"EBOR"}}})),
            Reason::AlreadyExists);
  EXPECT_EQ(
      refusal_of(ask(1, CreateMarket{.market = Name{"X"}, .runners = {Name{"F"}, Name{"F"}}})),
      Reason::InvalidParameter);
  EXPECT_EQ(refusal_of(ask(1, OpenMarket{.market = Name{"CUP"}, .expected_runners = 3})),
            Reason::InvalidState);
  EXPECT_EQ(refusal_of(ask(1, OpenMarket{.market = Name{"CUP"}, .expected_runners = 2})),
            Reason::None);
}

TEST_F(OperationsTest, VersionGuardAndRemark) {
  EXPECT_EQ(refusal_of(ask(1, TurnInPlay{.market = kRace, .version_guard = 7})),
            Reason::StaleMarketVersion);
  const Stored& turned =
      ask(1, TurnInPlay{.market = kRace, .version_guard = market(kRace).version}, "kick-off");
  EXPECT_EQ(event_of<Remarked>(turned).remark.view(), "kick-off");
  EXPECT_EQ(event_of<Remarked>(turned).request_id, last_id_);
}

TEST_F(OperationsTest, SuspensionOfWhatIsSuspendedOrHalted) {
  ask(1, SuspendMarket{.market = kRace, .reason = SuspendReason::Pause});
  ask(1, HaltMarket{.market = kRace});
  const auto event = event_of<MarketSuspended>(
      ask(1, SuspendMarket{.market = kRace, .scope = CancelScope::LapseOnly}));
  EXPECT_EQ(event.state, MarketState::Halted);
  ask(1, UnhaltMarket{.market = kRace});
  EXPECT_EQ(market(kRace).state, MarketState::Suspended);
  ask(1, CloseMarket{.market = kRace});
  ask(1, ReopenMarket{.market = kRace});
  EXPECT_EQ(market(kRace).state, MarketState::Suspended);
}

TEST_F(OperationsTest, LateReopeningIsRefusedAndUsesNoIdUp) {
  ask(1, SuspendMarket{.market = kRace});
  ResumeMarket resume{.market = kRace, .request_id = Name{"late"}, .transact_time = now_};
  pass(2 * kMinute);
  decide(resume, origin_of(1));
  EXPECT_EQ(refusal_of(log_.back()), Reason::StaleRequest);
  EXPECT_FALSE(event_of<CommandRejected>(log_.back()).id_consumed);
  resume.transact_time = now_;
  decide(resume, origin_of(1));
  EXPECT_EQ(refusal_of(log_.back()), Reason::None);
}

TEST_F(OperationsTest, HaltOfTheExchange) {
  place(kAlice, "ARKLE", Side::Bid, 10, 3);
  ask(1, HaltExchange{});
  EXPECT_TRUE(engine_.exchange().halted);
  place(kBob, "ARKLE", Side::Ask, 10, 3);
  EXPECT_EQ(event_of<OrderRejected>(log_.back()).reason, Reason::ExchangeHalted);
  ask(2, SuspendMarket{.market = kRace});
  const Stored& refused = ask(2, ResumeMarket{.market = kRace});
  EXPECT_EQ(refusal_of(refused), Reason::ExchangeHalted);
  EXPECT_TRUE(event_of<CommandRejected>(refused).id_consumed);
  EXPECT_EQ(refusal_of(ask(2, HaltExchange{})), Reason::InvalidState);
  EXPECT_EQ(refusal_of(ask(2, UnhaltExchange{})), Reason::None);
  EXPECT_EQ(refusal_of(ask(2, ResumeMarket{.market = kRace})), Reason::None);
}

TEST_F(OperationsTest, ProcessesOfARemovalAddUp) {
  for (int i = 0; i < 3; ++i) {
    place(kAlice, "CIGAR", Side::Bid, 10, 3);
  }
  place(kBob, "CIGAR", Side::Ask, 5, 3);
  const Stored& removed = ask(1, RemoveRunner{.market = kRace, .symbol = Name{"CIGAR"}});
  EXPECT_TRUE(event_of<MarketSuspended>(removed).goes_on);
  EXPECT_TRUE(event_of<RunnerRemoved>(removed).goes_on);
  const std::vector<BatchCompleted> ends = events_of<BatchCompleted>(removed);
  ASSERT_EQ(ends.size(), 3U);  // of the suspension, of the runner's orders, of the bets on it
  EXPECT_TRUE(ends[0].goes_on);
  EXPECT_TRUE(ends[1].goes_on);
  EXPECT_FALSE(ends[2].goes_on);
  EXPECT_EQ(ends[1].total, 3U);
  EXPECT_EQ(ends[2].done_before, 3U);
  EXPECT_EQ(ends[2].total, 2U);
}

TEST_F(OperationsTest, TermsAndDescriptions) {
  ask(1, ChangeMarket{.market = kRace, .commission_bp = 250});
  EXPECT_EQ(market(kRace).commission_bp, 250U);
  Description text;
  text.text = DescriptionText{"The big one"};
  text.scheduled_start = Timestamp{5};
  ask(1, DescribeMarket{.market = kRace, .description = text});
  EXPECT_EQ(market(kRace).description.text.view(), "The big one");
  const DescribeMarket runner{.market = kRace, .symbol = Name{"ARKLE"}, .description = text};
  EXPECT_EQ(refusal_of(ask(1, runner)), Reason::InvalidParameter);
}

TEST_F(OperationsTest, MassCancelOnBehalf) {
  place(kAlice, "ARKLE", Side::Bid, 10, 3);
  place(kBob, "ARKLE", Side::Bid, 10, 3);
  EXPECT_EQ(refusal_of(ask(1, CancelOnBehalf{})), Reason::InvalidParameter);
  const Stored& cancelled = ask(1, CancelOnBehalf{.account = kAlice});
  EXPECT_EQ(event_of<BatchStarted>(cancelled).cause, CancelCause::MassCancelOnBehalf);
  EXPECT_EQ(event_of<BatchCompleted>(cancelled).total, 1U);
  EXPECT_EQ(market(kRace).open_orders, 1U);
  const Stored& suspended = ask(1, SuspendAccount{.account = kBob, .cancel_orders = true});
  EXPECT_TRUE(event_of<AccountSuspended>(suspended).goes_on);
  const Stored& again = ask(1, SuspendAccount{.account = kBob, .cancel_orders = true});
  EXPECT_FALSE(event_of<AccountSuspended>(again).goes_on);
}

TEST_F(OperationsTest, SuspendedOperatorMayAskNothing) {
  ask(1, SuspendSession{.comp_id = Name{"OPS2"}});
  EXPECT_EQ(refusal_of(ask(2, HaltMarket{.market = kRace})), Reason::SessionSuspended);
  EXPECT_EQ(refusal_of(ask(2, ResumeSession{.comp_id = Name{"OPS2"}})), Reason::SessionSuspended);
  EXPECT_EQ(refusal_of(ask(1, ResumeSession{.comp_id = Name{"OPS2"}})), Reason::None);
  EXPECT_EQ(refusal_of(ask(2, HaltMarket{.market = kRace})), Reason::None);
}

TEST_F(OperationsTest, TradedVolumesByPrice) {
  place(kAlice, "ARKLE", Side::Bid, 10, 3);
  place(kAlice, "ARKLE", Side::Bid, 10, 4);
  place(kBob, "ARKLE", Side::Ask, 14, 4);
  place(kBob, "ARKLE", Side::Ask, 2, 4);
  std::vector<std::pair<std::int64_t, Int128>> traded;
  engine_.visit_traded(InstrumentId{1}, [&traded](const TradedLevel& level) {
    traded.emplace_back(level.price.value(), level.volume.value());
  });
  ASSERT_EQ(traded.size(), 2U);
  EXPECT_EQ(traded[0].first, 300);
  EXPECT_EQ(traded[1].first, 400);
  EXPECT_EQ(static_cast<std::int64_t>(traded[0].second + traded[1].second), 1'600);
}

TEST_F(OperationsTest, ALogonBeforeAnyNumberOfOursSaysWhereToBegin) {
  decide(SessionUp{.comp_id = Name{"LATE"}, .number = MsgSeqNum{501}});
  EXPECT_EQ(event_of<SessionWentUp>(log_.back()).next_in, MsgSeqNum{501});
}

TEST_F(OperationsTest, DryRunCountsWhatMayBeCancelled) {
  place(kAlice, "ARKLE", Side::Bid, 10, 3);
  place(kBob, "ARKLE", Side::Bid, 10, 3);
  const auto most = [this](const CommandBody& body) {
    return engine_.dry_run({.timestamp = now_, .body = body}).open_orders;
  };
  EXPECT_EQ(most(SuspendMarket{.market = kRace}), 2U);
  EXPECT_EQ(most(ResumeMarket{.market = kRace}), 0U);
  EXPECT_EQ(most(CancelOnBehalf{.account = kAlice, .symbol = Name{"ARKLE"}}), 1U);
  EXPECT_EQ(most(SuspendAccount{.account = kBob, .cancel_orders = true}), 1U);
  EXPECT_EQ(most(SuspendAccount{.account = kBob}), 0U);
}

// ---- Four eyes ----------------------------------------------------------------------------------

class FourEyesTest : public OperationsTest {
 protected:
  FourEyesTest() { decide(RequireApproval{.classes = kAllApprovalClasses}); }

  // The proposal that was asked for last.
  [[nodiscard]] Approve approval() const {
    Approve approve;
    engine_.visit_proposals([&approve](const ProposalInfo& info) {
      approve.proposal = info.event.request_id;
      approve.proposed = info.proposed;
    });
    return approve;
  }
};

TEST_F(FourEyesTest, DepositIsMadeOnceASecondHasApproved) {
  const Stored proposed = ask(
      1, MoveFunds{.account = kAlice, .kind = FundsKind::Correction, .amount = whole(-5)}, "typo");
  const auto event = event_of<OperationProposed>(proposed);
  EXPECT_EQ(event.remark.view(), "typo");
  EXPECT_TRUE(events_of<Remarked>(proposed).empty());
  EXPECT_EQ(refusal_of(ask(1, approval())), Reason::NotEntitled);
  Approve other = approval();
  other.proposed = EventSeq{1};
  EXPECT_EQ(refusal_of(ask(2, other)), Reason::UnknownRequest);

  const Stored approved = ask(2, approval(), "seen");
  EXPECT_EQ(event_of<FundsMoved>(approved).request_id, event.request_id);
  EXPECT_EQ(event_of<OperationApproved>(approved).reason, Reason::None);
  EXPECT_EQ(event_of<OperationApproved>(approved).balance, Money{9'950'000});
  EXPECT_EQ(event_of<OperationApproved>(approved).approver, SessionId{2});
  EXPECT_EQ(event_of<Remarked>(approved).remark.view(), "seen");
  EXPECT_EQ(refusal_of(ask(2, approval())), Reason::UnknownRequest) << "it is gone";
}

TEST_F(FourEyesTest, ResultIsCheckedWhenItIsApproved) {
  place(kAlice, "ARKLE", Side::Bid, 10, 3);
  place(kBob, "ARKLE", Side::Ask, 10, 3);
  const DetermineMarket determine{.market = kRace, .shares = {{Name{"ARKLE"}, 1, 1, {}}}};
  ask(1, determine);
  const Stored refused = ask(2, approval());
  EXPECT_EQ(event_of<OperationApproved>(refused).reason, Reason::InvalidState);
  EXPECT_TRUE(events_of<CommandRejected>(refused).empty());
  ask(1, CloseMarket{.market = kRace});
  ask(1, determine);
  ask(2, approval());
  EXPECT_EQ(market(kRace).state, MarketState::Determined);
  ask(2, SettleMarket{.market = kRace});
  const Name settle = last_id_;
  const Stored paid = ask(1, approval());
  EXPECT_EQ(event_of<BatchStarted>(paid).requester, SessionId{2});
  EXPECT_EQ(event_of<BatchCompleted>(paid).request_id, settle);
  EXPECT_EQ(event_of<OperationApproved>(paid).state, MarketState::Settled);
  EXPECT_FALSE(event_of<OperationApproved>(paid).goes_on) << "it has ended before";
}

TEST_F(FourEyesTest, ProposalEndsByDecliningAndByTime) {
  const SetSessionNumbers set{.comp_id = Name{"OPS1"}, .next_in = MsgSeqNum{7}};
  ask(1, set);
  const Stored declined = ask(1, Decline{.proposal = last_id_});
  EXPECT_EQ(event_of<OperationDropped>(declined).decliner, SessionId{1});
  ask(1, set);
  pass(15 * kMinute - kSecond);
  EXPECT_NE(approval().proposal, Name{});
  pass(kSecond);
  EXPECT_EQ(event_of<OperationDropped>(log_.back()).decliner, SessionId{});
  EXPECT_EQ(approval().proposal, Name{});
}

TEST_F(FourEyesTest, ProposalsAreInSnapshots) {
  ask(1,
      DetermineMarket{.market = kRace,
                      .shares = {{Name{"ARKLE"}, 1, 2, {}}, {Name{"CIGAR"}, 1, 2, {}}},
                      .version_guard = market(kRace).version});
  ask(2, VoidMarket{.market = kRace});
  std::size_t shares = 0;
  engine_.visit_proposals([&shares](const ProposalInfo& info) { shares += info.shares.size(); });
  EXPECT_EQ(shares, 2U);
}

TEST_F(FourEyesTest, NoMoreThanAThousandWait) {
  for (int i = 0; i < 1'000; ++i) {
    decide(
        SettleMarket{
            .market = kRace, .request_id = Name{"p" + std::to_string(i)}, .transact_time = now_},
        origin_of(1));
  }
  const Stored& refused = ask(1, SettleMarket{.market = kRace});
  EXPECT_EQ(refusal_of(refused), Reason::TooManyRequests);
  EXPECT_TRUE(event_of<CommandRejected>(refused).id_consumed);
}

}  // namespace
}  // namespace betex::matching
