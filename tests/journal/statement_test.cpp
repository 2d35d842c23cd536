// An account's statement: `betex-journal statement` on logs made by hand, which can say what no
// engine says.
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/journal/statement_run.h"

namespace betex::journal {
namespace {

using namespace matching;  // NOLINT(google-build-using-namespace): events are all that it is about
using matching::Name;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr AccountId kAlice{1};
constexpr AccountId kBob{2};
constexpr MarketId kRain{4};

class StatementTest : public test::StatementRun {
 protected:
  template <typename Event, typename... Tail>
  void add(Event event, Tail... tail) {
    if constexpr (requires { event.header.market; }) {
      event.header.market_seq = event.header.market.value();  // as good as any but 0
    }
    events_.add(event, tail...);
  }

  // The events that were added are a transaction.
  void commit_transaction() {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const TransactionView&) {});
    TransactionView view;
    view.header = test::make_transaction_header(journal.position().last_tx_id.next(), events_);
    view.first_seq = journal.position().last_seq.next();
    view.events = events_.bytes();
    journal.append(view);
    journal.commit();
    journal.close();
    events_.clear();
  }

  // Of its own transaction.
  template <typename Event, typename... Tail>
  void commit(Event event, Tail... tail) {
    add(event, tail...);
    commit_transaction();
  }

  // Events 1 to 5.
  void open() {
    commit(ExchangeCreated{.currency = Currency{"EUR"}});
    commit(AccountCreated{.account = kAlice,
                          .kind = AccountKind::Collateralised,
                          .balance = Money{1'000'000},
                          .name = Name{"alice"},
                          .request_id = Name{"ops-1"}});
    commit(AccountCreated{.account = kBob, .kind = AccountKind::Unlimited, .name = Name{"bob"}});
    add(MarketCreated{.header = {.market = kRain},
                      .kind = MarketKind::Binary,
                      .ladder = LadderKind::LinearCent,
                      .name = Name{"RAIN"}});
    add(RunnerAdded{
        .header = {.market = kRain}, .instrument = InstrumentId{9}, .symbol = Name{"RAIN-YES"}});
    commit_transaction();
  }

  static FundsMoved deposit(std::int64_t amount, std::int64_t balance) {
    return {.account = kAlice,
            .kind = FundsKind::Deposit,
            .amount = Money{amount},
            .balance = Money{balance},
            .request_id = Name{"ops-2"}};
  }

  static TradeLeg leg(AccountId account,
                      std::uint64_t order,
                      std::int64_t cash,
                      std::int64_t balance) {
    return {.order = OrderId{order},
            .account = account,
            .cash = Money{cash},
            .balance = Money{balance}};
  }

  // 20 contracts at 0.60, the maker's side a sale.
  static TradeMatched trade(const TradeLeg& maker, const TradeLeg& taker) {
    return {.header = {.market = kRain},
            .instrument = InstrumentId{9},
            .price = Price{6'000},
            .quantity = Quantity{20},
            .taker_side = Side::Bid,
            .maker = maker,
            .taker = taker};
  }

  test::EventBytes events_;
};

TEST_F(StatementTest, BeginsWithTheAccountAndItsOpeningBalance) {
  open();
  EXPECT_THAT(
      run({"--account", "alice"}).lines,
      ElementsAre(R"(statement account="alice" number=1 currency="EUR")",
                  "       seq  time                      what                         amount       "
                  "      balance  reference         details",
                  "         2  2023-11-14T22:13:20.000Z  opened                     100.0000       "
                  "     100.0000  ops-1"));
  EXPECT_THAT(entries("bob"), ElementsAre(HasSubstr(" opened 0.0000 0.0000")));
}

TEST_F(StatementTest, HasEachMovementOfFundsWithWhatWasWrittenBesideIt) {
  open();
  commit(deposit(25'000, 1'025'000));
  FundsMoved correction = deposit(-1'000'300, 24'700);
  correction.kind = FundsKind::Correction;
  correction.request_id = Name{"ops-3"};
  add(correction);
  add(Remarked{.request_id = Name{"ops-3"}, .remark = Remark{"he said \"sorry\""}});
  commit_transaction();
  commit(FundsMoved{.account = kBob, .kind = FundsKind::WriteOff});
  const auto lines = entries("alice");
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[1], HasSubstr(" deposit 2.5000 102.5000 ops-2"));
  EXPECT_THAT(lines[2],
              HasSubstr(" correction -100.0300 2.4700 ops-3"
                        R"( remark="he said \"sorry\"")"));
}

TEST_F(StatementTest, HasTheSideOfATradeThatIsTheAccounts) {
  open();
  commit(trade(leg(kBob, 7, -80'000, -80'000), leg(kAlice, 8, -120'000, 880'000)));
  EXPECT_THAT(entries("alice").back(),
              EndsWith(" trade -12.0000 88.0000 order 8"
                       R"( market="RAIN" symbol="RAIN-YES" side="Buy" quantity=20 price=0.6000)"));
  EXPECT_THAT(entries("bob").back(),
              EndsWith(" trade -8.0000 -8.0000 order 7"
                       R"( market="RAIN" symbol="RAIN-YES" side="Sell" quantity=20 price=0.6000)"));
}

TEST_F(StatementTest, SaysWithATradeWhatItsOrderWasMarkedWith) {
  open();
  commit(OrderGroupSet{.group = 3,
                       .account = kAlice,
                       .action = OrderGroupAction::Create,
                       .standing = {.counted = CountedFills::All, .state = OrderGroupState::Active},
                       .name = Reference{"makers"}});
  OrderAccepted accepted{.header = {.market = kRain},
                         .order = OrderId{8},
                         .account = kAlice,
                         .side = Side::Bid,
                         .type = OrderType::Limit,
                         .entry = Entry::Rests,
                         .reference = Reference{"north"},
                         .order_group = 3};
  commit(accepted);
  accepted.order = OrderId{9};
  accepted.account = kBob;
  accepted.reference = Reference{"another"};
  commit(accepted);
  TradeLeg first = leg(kAlice, 8, 0, 1'000'000);
  first.cash = Money{-1};
  first.balance = Money{999'999};
  first.values.leaves_qty = Quantity{5};
  commit(trade(leg(kBob, 7, 0, 0), first));
  commit(trade(leg(kBob, 7, 0, 0), leg(kAlice, 8, -1, 999'998)));
  const auto lines = entries("alice");
  ASSERT_THAT(lines, SizeIs(3));
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_THAT(lines[i],
                EndsWith(R"( price=0.6000 order_reference="north" order_group="makers")"));
  }
}

TEST_F(StatementTest, HasBothSidesOfATradeWithOneself) {
  open();
  commit(trade(leg(kAlice, 7, -80'000, 920'000), leg(kAlice, 8, 80'000, 1'000'000)));
  const auto lines = entries("alice");
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[1], HasSubstr("order 7 "));
  EXPECT_THAT(lines[2], HasSubstr("order 8 "));
}

TEST_F(StatementTest, LeavesOutWhatMovesNothing) {
  open();
  commit(trade(leg(kBob, 7, 0, 0), leg(kAlice, 8, 0, 1'000'000)));
  EXPECT_THAT(entries("alice"), SizeIs(1));
}

TEST_F(StatementTest, HasEachRoundWithGrossAndCommission) {
  open();
  PositionsSettled round{.header = {.market = kRain},
                         .batch = BatchId{3},
                         .round = 1,
                         .result = SettlementResult::Determined};
  commit(round,
         std::vector<SettledRow>{{.account = kBob},
                                 {.account = kAlice,
                                  .gross = Money{200'000},
                                  .target = Money{200'000},
                                  .commission = Money{4'000},
                                  .balance = Money{1'196'000}}});
  round.round = 2;
  round.result = SettlementResult::Void;
  commit(round,
         std::vector<SettledRow>{{.account = kAlice,
                                  .gross = Money{-200'000},
                                  .commission_before = Money{4'000},
                                  .balance = Money{1'000'000}}});
  const auto lines = entries("alice");
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[1],
              EndsWith(" settlement 19.6000 119.6000 batch 3"
                       R"( market="RAIN" round=1 gross=20.0000 commission=0.4000)"));
  EXPECT_THAT(lines[2],
              EndsWith(" void -19.6000 100.0000 batch 3"
                       R"( market="RAIN" round=2 gross=-20.0000 commission=-0.4000)"));
}

TEST_F(StatementTest, NamesTheRequestOfARound) {
  open();
  commit(BatchStarted{.header = {.market = kRain},
                      .batch = BatchId{3},
                      .work = BatchWork::PayRows,
                      .request_id = Name{"settle-1"}});
  commit(PositionsSettled{.header = {.market = kRain},
                          .batch = BatchId{3},
                          .round = 1,
                          .result = SettlementResult::Determined},
         std::vector<SettledRow>{{.account = kAlice,
                                  .gross = Money{200'000},
                                  .target = Money{200'000},
                                  .balance = Money{1'200'000}}});
  EXPECT_THAT(entries("alice").back(),
              EndsWith(" batch 3"
                       R"( market="RAIN" round=1 gross=20.0000 commission=0.0000)"
                       R"( request="settle-1")"));
}

// What was written beside a request that waited for a second operator is in the proposal.
TEST_F(StatementTest, NamesTheApprovalAndTheRemarkOfWhatWasProposed) {
  open();
  commit(OperationProposed{.command = kCommandKind<MoveFunds>,
                           .funds = FundsKind::Deposit,
                           .subject = Name{"alice"},
                           .request_id = Name{"ops-2"},
                           .remark = Remark{"by bank"}},
         std::vector<RunnerShare>{});
  add(deposit(25'000, 1'025'000));
  add(OperationApproved{.command = kCommandKind<MoveFunds>,
                        .funds = FundsKind::Deposit,
                        .subject = Name{"alice"},
                        .proposal = Name{"ops-2"},
                        .request_id = Name{"ops-9"}});
  add(Remarked{.request_id = Name{"ops-9"}, .remark = Remark{"seen"}});
  commit_transaction();
  EXPECT_THAT(entries("alice").back(),
              EndsWith(R"( deposit 2.5000 102.5000 ops-2 remark="by bank" approved_by="ops-9")"));
}

TEST_F(StatementTest, SpeaksJsonWithMoneyInMu) {
  open();
  commit(trade(leg(kBob, 7, -80'000, -80'000), leg(kAlice, 8, -120'000, 880'000)));
  EXPECT_THAT(
      run({"--account", "alice", "--json", "--from", "3"}).lines,
      ElementsAre(R"({"kind":"statement","account":"alice","number":1,"currency":"EUR"})",
                  R"({"kind":"brought_forward","before":3,"balance":1000000})",
                  R"({"kind":"trade","seq":6,"time":1700000000000005000,"amount":-120000,)"
                  R"("balance":880000,"reference":"order 8","market":"RAIN","symbol":"RAIN-YES",)"
                  R"("side":"Buy","quantity":20,"price":6000})"));
}

TEST_F(StatementTest, BringsForwardWhatIsNotShown) {
  open();
  commit(deposit(25'000, 1'025'000));
  commit(deposit(-5'000, 1'020'000));
  EXPECT_THAT(entries("alice", "7"),
              ElementsAre(" brought_forward 102.5000 before=7",
                          EndsWith(" deposit -0.5000 102.0000 ops-2")));
  EXPECT_THAT(entries("alice", "1000"), ElementsAre(" brought_forward 102.0000 before=1000"));
}

TEST_F(StatementTest, AnAmountThatDoesNotMakeTheBalanceIsAnError) {
  open();
  commit(deposit(25'000, 1'025'000));
  commit(deposit(25'000, 1'050'001));
  EXPECT_THAT(complaint("alice", 65),
              HasSubstr(R"(event 7 moves the balance of account "alice" by 2.5000 from 102.5000, )"
                        "and says that it is 105.0001 then [BalanceMismatch]; remedy: the log says "
                        "two things about one account"));
  EXPECT_EQ(run({"--account", "bob"}).code, 0);
}

// A trade of odds moves nothing, and says the balance all the same.
TEST_F(StatementTest, ABalanceThatMovedByItselfIsAnError) {
  open();
  commit(trade(leg(kBob, 7, 0, 0), leg(kAlice, 8, 0, 999'999)));
  EXPECT_THAT(complaint("alice", 65), HasSubstr("event 6 moves the balance"));
}

TEST_F(StatementTest, AnAccountThatIsNotThereIsAnError) {
  open();
  EXPECT_THAT(
      complaint("carol", 78),
      HasSubstr(R"(there is no account "carol" in this log [NoSuchAccount]; remedy: check)"));
  EXPECT_EQ(run({"--account", "1"}).code, 78) << "a number is no name";
  EXPECT_EQ(run({}).code, 64);
  EXPECT_EQ(run({"--account", "alice", "--from", "x"}).code, 64);
}

}  // namespace
}  // namespace betex::journal
