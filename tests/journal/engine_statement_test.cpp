// An account's statement: `betex-journal statement` on the log of an engine.
#include <map>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>

#include "journal/recovery.h"
#include "journal/retirement.h"
#include "tests/journal/recovered_engine.h"
#include "tests/journal/statement_run.h"
#include "tests/matching/exchange.h"

namespace betex::journal {
namespace {

using namespace matching;  // NOLINT(google-build-using-namespace): events are all that it is about
using matching::Name;
using test::recover_engine;
using test::ToolOutput;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A binary market's traders, whose money moves in every way there is.
class EngineStatementTest : public test::StatementRun {
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
