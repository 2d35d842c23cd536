// Money over a long life of the exchange: millions of commands in markets that open, trade, lose
// runners, are settled, corrected, made void and archived, and in between nothing but the engine's
// own sums: what was put in is what is there, and what is backed is laid. BETEX_LONG=1 runs ten
// million commands, BETEX_COMMANDS=n that many. The random streams check far more, over fewer.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "matching/engine.h"
#include "tests/support/environment.h"

namespace betex::matching::testing {
namespace {

constexpr std::uint64_t kCommands = 300'000;
constexpr std::uint64_t kCommandsWhenLong = 10'000'000;
constexpr std::uint64_t kCheckedEvery = 10'000;
constexpr std::int64_t kBetweenCommandsNs = 20'000'000;  // so that days and generations end
constexpr std::size_t kAccounts = 60;
constexpr std::size_t kMarketsAtOnce = 5;
constexpr std::size_t kRememberedOrders = 4'096;
constexpr std::int64_t kUnit = 1'000'000;  // a Decimal's

std::uint64_t commands_to_run() {
  return test::number_from_environment("BETEX_COMMANDS",
                                       test::is_long_run() ? kCommandsWhenLong : kCommands);
}

// A market as whoever operates it sees it.
struct Life {
  Name name;
  MarketKind kind{};
  std::uint32_t winners = 1;
  std::vector<Name> symbols;
  std::uint64_t ends_at = 0;  // the number of the command
  bool lost_a_runner = false;
};

class LongLife {
 public:
  LongLife() {
    run(CreateExchange{.currency = Currency{"EUR"}});
    for (std::size_t i = 0; i < kAccounts; ++i) {
      CreateAccount create{
          .account = account(i),
          .kind = i % 4 == 0 ? AccountKind::Unlimited : AccountKind::Collateralised,
          .commission_discount_bp = static_cast<std::uint32_t>(i % 3 * 2'500),
          .opening_balance = Decimal{static_cast<std::int64_t>(i) * 500 * kUnit},
          .credit = Decimal{1'000 * kUnit}};
      run(create);
    }
    for (Life& life : lives_) {
      begin(life);
    }
  }

  void run_commands(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count && !::testing::Test::HasFailure(); ++i) {
      ++number_;
      Life& life = lives_[pick(kMarketsAtOnce)];
      if (number_ >= life.ends_at) {
        end(life);
        begin(life);
      } else {
        next(life);
      }
      if (number_ % kCheckedEvery == 0) {
        check();
      }
    }
    check();
  }

  // What has happened, by kind of event.
  [[nodiscard]] std::uint64_t seen(EventKind kind) const {
    const auto found = seen_.find(kind);
    return found == seen_.end() ? 0 : found->second;
  }

  [[nodiscard]] std::uint64_t transactions() const { return engine_.last_tx_id().value(); }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  static Name account(std::size_t i) { return Name{"A" + std::to_string(i)}; }

  // ---- The engine

  void run(CommandBody body, const OptionalBox<Remark>& remark = {}) {
    now_ = now_ + Timestamp{kBetweenCommandsNs};
    while (engine_.is_due(now_)) {
      decide(AdvanceTime{});
    }
    decide(std::move(body), remark);
    if (engine_.batch_pending() != PendingBatch::None) {
      decide(ContinueBatch{});
    }
  }

  void decide(CommandBody body, const OptionalBox<Remark>& remark = {}) {
    const TransactionView transaction =
        engine_.decide({.timestamp = now_, .remark = remark, .body = std::move(body)});
    if (!transaction.events.empty()) {
      for_each_event(transaction, [this](EventSeq, const auto& event) { count(event); });
    }
  }

  void finish_processes() {
    while (engine_.batch_pending() != PendingBatch::None) {
      decide(ContinueBatch{});
    }
  }

  template <typename Event>
  void count(const Event& event) {
    ++seen_[Event::kKind];
    if constexpr (std::is_same_v<Event, AccountCreated>) {
      put_in_ += event.balance;
    } else if constexpr (std::is_same_v<Event, FundsMoved>) {
      if (event.kind != FundsKind::WriteOff) {  // $HOUSE has lost what the account has got
        put_in_ += event.amount;
      }
    }
  }

  // ---- Markets

  void begin(Life& life) {
    ++markets_;
    life = {.name = Name{"M" + std::to_string(markets_)},
            .kind = pick(3) == 0 ? MarketKind::Binary : MarketKind::ExchangeOdds,
            .ends_at = number_ + 2'000 + pick(12'000)};
    CreateMarket create{.market = life.name,
                        .commission_bp = static_cast<std::uint32_t>(pick(3) * 333),
                        .kind = life.kind,
                        .ladder = LadderKind::LinearCent};
    if (life.kind == MarketKind::Binary) {
      life.symbols = {life.name};
    } else {
      create.ladder = LadderKind::Classic;
      const std::size_t runners = 4 + pick(5);
      create.winners = life.winners = 1 + static_cast<std::uint32_t>(pick(2));
      for (std::size_t i = 0; i < runners; ++i) {
        create.runners.push_back(Name{"M" + std::to_string(markets_) + "." + std::to_string(i)});
      }
      life.symbols = create.runners;
    }
    run(create);
    run(OpenMarket{.market = life.name});
  }

  // Settled, often corrected, sometimes made void, mostly archived.
  void end(Life& life) {
    run(CloseMarket{.market = life.name});
    finish_processes();
    for (std::uint64_t rounds = pick(4); rounds != 0; --rounds) {
      run(result_of(life));
      run(SettleMarket{.market = life.name});
      finish_processes();
    }
    if (pick(3) == 0) {
      const Decimal price{life.kind == MarketKind::Binary ? 370'000 : 0};
      run(VoidMarket{.market = life.name, .price = price});
      finish_processes();
    }
    check();
    if (pick(8) != 0) {
      run(ArchiveMarket{.market = life.name});
      finish_processes();
    }
  }

  // As many winners as there are, or a dead heat for the last place.
  DetermineMarket result_of(const Life& life) {
    DetermineMarket determine{.market = life.name};
    if (life.kind == MarketKind::Binary) {
      determine.shares = {{.symbol = life.name,
                           .numerator = static_cast<std::uint16_t>(pick(2)),
                           .denominator = 1}};
      return determine;
    }
    std::vector<Name> order = life.symbols;
    std::shuffle(order.begin(), order.end(), random_);
    const bool dead_heat = pick(3) == 0;
    const std::uint16_t whole = dead_heat ? 2 : 1;
    for (std::uint32_t i = 0; i + 1 < life.winners; ++i) {
      determine.shares.push_back({.symbol = order[i], .numerator = whole, .denominator = whole});
    }
    const std::uint32_t last = life.winners - 1;
    determine.shares.push_back({.symbol = order[last], .numerator = 1, .denominator = whole});
    if (dead_heat) {
      determine.shares.push_back({.symbol = order[last + 1], .numerator = 1, .denominator = whole});
    }
    return determine;
  }

  // ---- What goes on in them

  void next(Life& life) {
    const std::uint64_t dice = pick(1'000);
    if (dice < 640) {
      run(order(life));
    } else if (dice < 860) {
      const Placed& placed = known_order();
      run(CancelOrder{
          .account = placed.account, .cl_ord_id = fresh_id(), .orig_cl_ord_id = placed.id});
    } else if (dice < 985) {
      run(amend(life));
    } else if (dice < 997) {
      move_funds();
    } else {
      lose_a_runner(life);
    }
  }

  // Remembered for cancels and amends; they may be long gone.
  struct Placed {
    Name account;
    ClOrdId id;
  };

  const Placed& known_order() { return placed_[pick(kRememberedOrders)]; }

  ClOrdId fresh_id() { return ClOrdId{"c" + std::to_string(++ids_)}; }

  Decimal price(const Life& life) {
    return life.kind == MarketKind::Binary
               ? Decimal{static_cast<std::int64_t>(35 + pick(30)) * 10'000}
               : Decimal{static_cast<std::int64_t>(150 + pick(50)) * 10'000};
  }

  Decimal quantity(const Life& life) {
    return life.kind == MarketKind::Binary
               ? Decimal{static_cast<std::int64_t>(1 + pick(60)) * kUnit}
               : Decimal{static_cast<std::int64_t>(1 + pick(6'000)) * 10'000};
  }

  PlaceOrder order(const Life& life) {
    const Name name = account(pick(kAccounts));
    const ClOrdId id = fresh_id();
    placed_[ids_ % kRememberedOrders] = {name, id};
    return {.account = name,
            .cl_ord_id = id,
            .symbol = life.symbols[pick(life.symbols.size())],
            .transact_time = now_,
            .price = price(life),
            .quantity = quantity(life),
            .side = pick(2) == 0 ? Side::Bid : Side::Ask,
            .time_in_force = pick(10) == 0 ? TimeInForce::Ioc : TimeInForce::Day,
            .self_trade_prevention =
                pick(2) == 0 ? SelfTradePrevention::CancelMaker : SelfTradePrevention::Decrement};
  }

  AmendOrder amend(const Life& life) {
    const Placed& placed = known_order();
    const ClOrdId id = fresh_id();
    return {.account = placed.account,
            .cl_ord_id = id,
            .orig_cl_ord_id = placed.id,
            .transact_time = now_,
            .price = price(life),
            .quantity = quantity(life)};
  }

  void move_funds() {
    MoveFunds move{.account = account(pick(kAccounts)),
                   .kind = static_cast<FundsKind>(1 + pick(4)),
                   .amount = Decimal{static_cast<std::int64_t>(1 + pick(50'000)) * 10'000}};
    if (move.kind == FundsKind::Correction && pick(2) == 0) {
      move.amount = Decimal{-move.amount.value()};
    } else if (move.kind == FundsKind::WriteOff) {
      move.amount = Decimal{};
    }
    run(move, Remark{"as agreed"});
  }

  // At most one: the market stays a contest. Goes on when its bets on it are void.
  void lose_a_runner(Life& life) {
    if (life.kind == MarketKind::Binary || life.lost_a_runner || pick(4) != 0) {
      return;
    }
    life.lost_a_runner = true;
    run(RemoveRunner{.market = life.name, .symbol = life.symbols.back()});
    life.symbols.pop_back();
    finish_processes();
    run(ResumeMarket{.market = life.name});
  }

  // ---- Sums

  void check() {
    Int128 there = engine_.house().house.value() + engine_.house().rounding.value();
    engine_.visit_accounts([&](const AccountInfo& account) { there += account.balance.value(); });
    engine_.visit_markets([&](const MarketInfo& market) { there += market.pot.value(); });
    EXPECT_TRUE(there == put_in_.value()) << "money was made or lost before command " << number_;
    std::map<InstrumentId, std::pair<Int128, Int128>> bets;
    std::map<MarketId, std::int64_t> positions;
    engine_.visit_rows([&](const RowInfo& row) {
      positions[row.market] += row.position.value();
      for (const RunnerBets& runner : row.runners) {
        bets[runner.instrument].first += runner.if_won.value();
        bets[runner.instrument].second += runner.if_lost.value();
      }
    });
    for (const auto& [instrument, sums] : bets) {
      EXPECT_TRUE(sums.first == 0 && sums.second == 0)
          << "bets on instrument " << instrument.value() << " do not balance at " << number_;
    }
    for (const auto& [market, sum] : positions) {
      EXPECT_EQ(sum, 0) << "contracts of market " << market.value() << " at " << number_;
    }
  }

  Engine engine_;
  std::mt19937_64 random_{20'261'129};
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint64_t number_ = 0;
  std::uint64_t markets_ = 0;
  std::uint64_t ids_ = 0;
  std::array<Life, kMarketsAtOnce> lives_;
  std::array<Placed, kRememberedOrders> placed_{};
  WideMoney put_in_;
  std::map<EventKind, std::uint64_t> seen_;
};

TEST(Conservation, OfMoneyAndBetsOverALongLife) {
  LongLife life;
  life.run_commands(commands_to_run());
  // Or it would prove little.
  for (const EventKind kind : {EventKind::TradeMatched,
                               EventKind::OrderAmended,
                               EventKind::OrderCancelled,
                               EventKind::RunnerBetsVoided,
                               EventKind::PositionsSettled,
                               EventKind::MarketSettled,
                               EventKind::MarketVoided,
                               EventKind::MarketArchived,
                               EventKind::FundsMoved}) {
    EXPECT_GT(life.seen(kind), 20U) << static_cast<int>(kind);
  }
  std::cout << life.transactions() << " transactions, " << life.seen(EventKind::TradeMatched)
            << " trades, " << life.seen(EventKind::MarketSettled) << " rounds\n";
}

}  // namespace
}  // namespace betex::matching::testing
