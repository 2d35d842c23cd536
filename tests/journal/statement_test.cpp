// An account's statement: `betex-journal statement` on logs made by hand, which can say what no
// engine says, and on that of an engine.
#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <variant>

#include <gmock/gmock.h>

#include "journal/recovery.h"
#include "journal/retirement.h"
#include "tests/journal/recovered_engine.h"
#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"
#include "tests/matching/exchange.h"

namespace betex::journal {
namespace {

using namespace matching;  // NOLINT(google-build-using-namespace): events are all that it is about
using matching::Name;
using test::recover_engine;
using test::run_tool;
using test::ToolOutput;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr AccountId kAlice{1};
constexpr AccountId kBob{2};
constexpr MarketId kRain{4};

class StatementTest : public test::WalTest {
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

  ToolOutput run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "statement");
    return run_tool(root(), std::move(arguments));
  }

  // Its lines, without what stands above them, with one blank between columns.
  std::vector<std::string> entries(const std::string& account, const char* from = "0") {
    ToolOutput output = run({"--account", account, "--from", from});
    EXPECT_EQ(output.code, 0);
    output.lines.erase(output.lines.begin(), output.lines.begin() + 2);
    for (std::string& line : output.lines) {
      const auto both_blank = [](char left, char right) { return left == ' ' && right == ' '; };
      line.erase(std::unique(line.begin(), line.end(), both_blank), line.end());
    }
    return output.lines;
  }

  // What it says on standard error.
  std::string complaint(const std::string& account, int code) {
    const std::filesystem::path said = folder_.path() / "said";
    test::Child child{{"/bin/sh",
                       "-c",
                       "exec " BETEX_JOURNAL_TOOL " statement " + root().string() + " --account " +
                           account + " 2>" + said.string()}};
    EXPECT_EQ(child.wait(), code);
    return load(said);
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

// ---- Of an engine -------------------------------------------------------------------------------

// A binary market's traders, whose money moves in every way there is.
class EngineStatementTest : public StatementTest {
 protected:
  EngineStatementTest() {
    run_command(CreateExchange{.currency = Currency{"EUR"}});
    for (const char* const name : kAccounts) {
      run_command(CreateAccount{.account = Name{name},
                                .kind = AccountKind::Unlimited,
                                .opening_balance = Decimal{pick(9) * kDecimalScale},
                                .request_id = request()});
    }
    for (const char* const name : kMarkets) {
      run_command(CreateMarket{.market = Name{name},
                               .commission_bp = 500,
                               .kind = MarketKind::Binary,
                               .ladder = LadderKind::LinearCent,
                               .request_id = request()});
      run_command(OpenMarket{.market = Name{name}, .request_id = request()});
    }
  }

  // Commits what has happened since the last time.
  void write_log() {
    Journal journal{config(), pool_};
    static_cast<void>(recover_engine(journal, root()));
    while (written_ < log_.size()) {
      journal.append(log_[written_++].view());
      if (written_ % 10 == 0) {
        journal.commit();
      }
    }
    journal.commit();
    journal.close();
  }

  Name request() { return Name{"ops-" + std::to_string(++requests_)}; }

  void run_command(const CommandBody& body) {
    keep(body);
    while (engine_.batch_pending() != PendingBatch::None) {
      keep(ContinueBatch{});
    }
  }

  void trade_and_move(int steps) {
    for (int step = 0; step < steps; ++step) {
      if (pick(4) == 0) {
        move_funds();
      } else {
        place_order();
      }
    }
  }

  void settle(const char* market, bool yes) {
    const Name name{market};
    run_command(CloseMarket{.market = name, .request_id = request()});
    run_command(DetermineMarket{.market = name,
                                .shares = {{.symbol = name,
                                            .numerator = static_cast<std::uint16_t>(yes ? 1 : 0),
                                            .denominator = 1}},
                                .request_id = request()});
    run_command(SettleMarket{.market = name, .request_id = request()});
  }

  // The statement's last balance must be the engine's, for every account.
  void expect_balances() {
    for (const char* const name : kAccounts) {
      const ToolOutput output = run({"--account", name, "--json"});
      EXPECT_EQ(output.code, 0) << name;
      ASSERT_THAT(output.lines, Not(IsEmpty()));
      const std::int64_t balance = engine_.account_info(Name{name})->balance.value();
      EXPECT_THAT(output.lines.back(), HasSubstr("\"balance\":" + std::to_string(balance))) << name;
      for (const std::string& line : output.lines) {
        ++kinds_[line.substr(0, line.find(','))];
      }
    }
  }

  static constexpr const char* kAccounts[] = {"alice", "bob", "carol"};
  static constexpr const char* kMarkets[] = {"RAIN", "SNOW"};

  Engine engine_;
  std::map<std::string, int> kinds_;  // of the lines that were seen

 private:
  // 0 to `end` - 1.
  std::uint32_t pick(std::uint32_t end) { return static_cast<std::uint32_t>(random_()) % end; }

  void keep(CommandBody body) {
    const bool moves_funds = std::holds_alternative<MoveFunds>(body);
    now_ += Timestamp{1'000'000};
    std::visit(
        [this](auto& request) {
          if constexpr (requires { request.transact_time; }) {
            request.transact_time = now_;
          }
        },
        body);
    const TransactionView view =
        engine_.decide({.timestamp = now_,
                        .digest = ++digest_,
                        .remark = moves_funds ? Remark{"so be it"} : OptionalBox<Remark>{},
                        .body = std::move(body)});
    if (view.header.event_count != 0) {
      log_.push_back({view.header, view.first_seq, {view.events.begin(), view.events.end()}});
    }
  }

  void move_funds() {
    const auto kind = static_cast<FundsKind>(1 + pick(4));
    MoveFunds move{.account = Name{kAccounts[pick(3)]},
                   .kind = kind,
                   .amount = Decimal{(1 + pick(50'000)) * std::int64_t{100}},
                   .request_id = request()};
    if (kind == FundsKind::Correction && pick(2) == 0) {
      move.amount = Decimal{-move.amount.value()};
    } else if (kind == FundsKind::WriteOff) {
      move.amount = Decimal{};
    }
    run_command(move);
  }

  void place_order() {
    run_command(PlaceOrder{.account = Name{kAccounts[pick(3)]},
                           .cl_ord_id = ClOrdId{"order-" + std::to_string(++requests_)},
                           .symbol = Name{kMarkets[pick(2)]},
                           .price = Decimal{(40 + pick(20)) * std::int64_t{10'000}},
                           .quantity = Decimal{(1 + pick(30)) * kDecimalScale},
                           .side = pick(2) == 0 ? Side::Bid : Side::Ask,
                           .self_trade_prevention = pick(2) == 0
                                                        ? SelfTradePrevention::None
                                                        : SelfTradePrevention::CancelMaker});
  }

  std::mt19937 random_{11};
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint64_t digest_ = 0;
  int requests_ = 0;
  std::vector<matching::testing::StoredTransaction> log_;
  std::size_t written_ = 0;
};

TEST_F(EngineStatementTest, EndsWithTheEnginesBalance) {
  trade_and_move(300);
  settle("RAIN", true);
  trade_and_move(50);
  settle("RAIN", false);  // a correction
  settle("SNOW", false);
  write_log();
  expect_balances();
  for (const char* const kind :
       {"opened", "deposit", "withdrawal", "correction", "write_off", "trade", "settlement"}) {
    EXPECT_GT(kinds_["{\"kind\":\"" + std::string{kind} + "\""], 0) << kind;
  }
}

TEST_F(EngineStatementTest, GoesOnFromWhatIsRetiredWithTheNamesOfASnapshot) {
  trade_and_move(100);
  write_log();
  const EventSeq retired = take_snapshot(root(), pool_, {}).value();
  const std::string forward =
      R"({"kind":"brought_forward","before":)" + std::to_string(retired.value() + 1) +
      R"(,"balance":)" + std::to_string(engine_.account_info(Name{"bob"})->balance.value()) + "}";
  trade_and_move(100);
  settle("SNOW", true);
  write_log();
  retire_up_to(root(), retired);
  expect_balances();
  const std::vector<std::string> lines = run({"--account", "bob", "--json"}).lines;
  ASSERT_GT(lines.size(), 2U);
  EXPECT_EQ(lines[0], R"({"kind":"statement","account":"bob","number":2,"currency":"EUR"})");
  EXPECT_EQ(lines[1], forward);
  EXPECT_THAT(lines.back(), HasSubstr(R"("market":"SNOW")"));
}

TEST_F(EngineStatementTest, KnowsWhatAnOrderWasMarkedWithWhoseAcceptanceIsRetired) {
  run_command(OrderGroupRequest{.account = Name{"bob"},
                                .cl_ord_id = ClOrdId{"group"},
                                .group = Reference{"makers"},
                                .limit = Decimal{1'000 * kDecimalScale},
                                .window_ms = 60'000,
                                .counted = CountedFills::All,
                                .action = OrderGroupAction::Create});
  PlaceOrder sale{.account = Name{"bob"},
                  .cl_ord_id = ClOrdId{"sale"},
                  .symbol = Name{"RAIN"},
                  .price = Decimal{900'000},
                  .quantity = Decimal{10 * kDecimalScale},
                  .extras = OrderExtras{.reference = Reference{"north"},
                                        .order_group = Reference{"makers"},
                                        .max_cost = {}},
                  .side = Side::Ask};
  run_command(sale);
  write_log();
  const EventSeq retired = take_snapshot(root(), pool_, {}).value();
  PlaceOrder purchase = sale;
  purchase.account = Name{"carol"};
  purchase.cl_ord_id = ClOrdId{"purchase"};
  purchase.extras = {};
  purchase.side = Side::Bid;
  run_command(purchase);
  write_log();
  retire_up_to(root(), retired);
  const auto expect_marks = [this] {
    EXPECT_THAT(run({"--account", "bob", "--json"}).lines.back(),
                EndsWith(R"("order_reference":"north","order_group":"makers"})"));
  };
  expect_marks();
  // In the newest snapshot the order has ended.
  ASSERT_GT(take_snapshot(root(), pool_, {}).value(), retired);
  expect_marks();
}

TEST_F(EngineStatementTest, HasTheSnapshotsBalanceWhereNothingMovedSince) {
  trade_and_move(100);
  write_log();
  const EventSeq retired = take_snapshot(root(), pool_, {}).value();
  run_command(Announce{.headline = Remark{"a new segment"}, .request_id = request()});
  write_log();
  retire_up_to(root(), retired);
  EXPECT_THAT(run({"--account", "carol", "--json"}).lines, SizeIs(2));
  expect_balances();
  EXPECT_THAT(complaint("dora", 78), HasSubstr(" are retired, and its newest snapshot has none"));
}

}  // namespace
}  // namespace betex::journal
