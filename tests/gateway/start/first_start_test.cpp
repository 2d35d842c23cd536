// What the first start on an empty log makes of the configuration, and what later ones leave alone.
#include <filesystem>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "gateway/pipeline/journal_link.h"
#include "journal/journal_reader.h"
#include "tests/gateway/start/life.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using matching::AccountKind;
using matching::Decimal;
using matching::Money;

class FirstStartTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "wal"; }

  void start(Life& life) const {
    const test::ManualClock clock{
        std::chrono::sys_seconds{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15}}};
    JournalLog log{life.journal};
    run_start_commands(life.recovered, log, config_, {.exchange = clock, .session = clock});
    life.retention.reports_taken(life.recovered.reports.cursors,
                                 life.recovered.engine.last_seq(),
                                 life.recovered.engine.last_timestamp());
  }

  static matching::AccountInfo account(const Life& life, const std::string& name) {
    return life.recovered.engine.account_info(matching::Name{name}).value();
  }

  test::TempFolder folder_;
  Config config_{.exchange = {.currency = "GBP", .max_requests_a_day = 7},
                 .listed_accounts = {{.name = "ACC",
                                      .kind = AccountKind::Collateralised,
                                      .balance = Decimal{1'000'250'000},
                                      .credit = Decimal{500'000'000},
                                      .exposure_limit = Decimal{800'000'000},
                                      .market_exposure_limit = Decimal{200'000'000},
                                      .max_open_orders = 30,
                                      .commission_discount_bp = 2500}},
                 .sessions = {{.target_comp_id = "ONE", .accounts = {"ACC", "FREE"}}}};
};

TEST_F(FirstStartTest, TheLogBeginsWithTheExchange) {
  Life life{root()};
  start(life);
  EXPECT_EQ(life.recovered.engine.house().currency, matching::Currency{"GBP"});
  EXPECT_EQ(life.recovered.reports.model.currency(), matching::Currency{"GBP"});
  journal::JournalReader reader{root(), life.pool, matching::EventSeq{1}};
  const auto first = reader.next();
  ASSERT_TRUE(first.has_value());
  matching::for_each_event(*first, [&](matching::EventSeq, const auto& event) {
    using Event = std::remove_cvref_t<decltype(event)>;
    if constexpr (std::is_same_v<Event, matching::ExchangeCreated>) {
      EXPECT_EQ(event.max_requests_a_day, 7U);
    } else {
      ADD_FAILURE() << "another event comes first";
    }
  });
}

TEST_F(FirstStartTest, AccountsBeginAsTheConfigurationSays) {
  Life life{root()};
  start(life);
  const matching::AccountInfo acc = account(life, "ACC");
  EXPECT_EQ(acc.kind, AccountKind::Collateralised);
  EXPECT_EQ(acc.balance, Money{10'002'500});
  EXPECT_EQ(acc.credit, Money{5'000'000});
  EXPECT_EQ(acc.exposure_limit, Money{8'000'000});
  EXPECT_EQ(acc.market_exposure_limit, Money{2'000'000});
  EXPECT_EQ(acc.max_open_orders, 30U);
  EXPECT_EQ(acc.commission_discount_bp, 2500U);
  const matching::AccountInfo free = account(life, "FREE");
  EXPECT_EQ(free.kind, AccountKind::Unlimited);
  EXPECT_EQ(free.balance, Money{0});
}

TEST_F(FirstStartTest, NoLaterStartPaysAgainOrChangesAnAccount) {
  {
    Life life{root()};
    start(life);
    life.snapshot();
  }
  config_.listed_accounts[0].balance = Decimal{9'000'000'000};
  config_.listed_accounts[0].credit = {};
  config_.listed_accounts.push_back({.name = "NEW", .balance = Decimal{7'000'000}});
  for (int i = 0; i < 2; ++i) {
    Life life{root()};
    start(life);
    EXPECT_EQ(account(life, "ACC").balance, Money{10'002'500});
    EXPECT_EQ(account(life, "ACC").credit, Money{5'000'000});
    EXPECT_EQ(account(life, "NEW").balance, Money{70'000});
  }
}

TEST_F(FirstStartTest, TheTradingDayIsTheFirstStartsUntilAnOperatorMovesIt) {
  config_.trading_day_end = std::chrono::hours{4};
  {
    Life life{root()};
    start(life);
    EXPECT_EQ(life.recovered.engine.trading_day_ends_at_s(), 4U * 3600);
  }
  config_.trading_day_end = std::chrono::hours{5};
  {
    Life life{root()};
    start(life);
    EXPECT_EQ(life.recovered.engine.trading_day_ends_at_s(), 4U * 3600);
    life.run(matching::SetTradingDay{.ends_at_s = 6 * 3600});
  }
  Life life{root()};
  start(life);
  EXPECT_EQ(life.recovered.engine.trading_day_ends_at_s(), 6U * 3600);
}

TEST_F(FirstStartTest, WhatASecondOperatorHasToApproveIsTheConfigurationsAtEachStart) {
  config_.exchange.four_eyes = 3;
  {
    Life life{root()};
    start(life);
    EXPECT_EQ(life.recovered.engine.exchange().approval_classes, 3U);
  }
  {
    Life life{root()};
    const matching::EventSeq before = life.recovered.engine.last_seq();
    start(life);
    EXPECT_EQ(life.recovered.engine.last_seq(), before) << "nothing is different";
  }
  config_.exchange.four_eyes = 0;
  Life life{root()};
  start(life);
  EXPECT_EQ(life.recovered.engine.exchange().approval_classes, 0U);
}

TEST_F(FirstStartTest, AnotherCurrencyThanTheLogsIsRefused) {
  {
    Life life{root()};
    start(life);
  }
  config_.exchange.currency = "EUR";
  Life life{root()};
  try {
    start(life);
    FAIL() << "it starts";
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.findings().size(), 1U);
    EXPECT_EQ(
        to_string(error.findings()[0]),
        "configuration: exchange.currency: is EUR, and all amounts in the write-ahead log are "
        "in GBP; give GBP, or the root of another log");
  }
}

TEST_F(FirstStartTest, ALogThatDoesNotSayItsCurrencyIsTakenAsItIs) {
  {
    Life life{root()};
    life.open_market();
  }
  Life life{root()};
  start(life);
  EXPECT_TRUE(life.recovered.engine.house().currency.empty());
}

}  // namespace
}  // namespace betex::gateway::testing
