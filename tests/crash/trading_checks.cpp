#include "tests/crash/trading_checks.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "tests/crash/trading_faults.h"

namespace betex::test {
namespace {

constexpr std::size_t kFaultsShown = 10;

void expect_none(const Faults& faults) {
  for (std::size_t i = 0; i < std::min(faults.size(), kFaultsShown); ++i) {
    ADD_FAILURE() << faults[i];
  }
  EXPECT_EQ(faults.size(), 0U);
}

}  // namespace

void expect_no_faults(const CrashTrader& trader) {
  Faults faults = trader.record().faults();
  for (std::string& fault : faults) {
    fault = trader.comp_id() + ": " + fault;
  }
  expect_none(faults);
}

void expect_both_sides_told(const std::map<std::string, client::ExecutionReport>& executions) {
  expect_none(one_sided_trades(executions));
}

void expect_same_orders(const CrashTrader& trader, const JournalAccount& journal) {
  expect_none(differing_orders(trader.comp_id(), trader.record(), journal.orders));
  for (const auto& [id, order] : trader.record().orders()) {
    EXPECT_FALSE(order.live()) << id;
  }
}

void expect_same_money(const CrashTrader& trader, const JournalAccount& journal) {
  expect_none(
      differing_money(trader.comp_id(), trader.record(), journal.payments, journal.movements));
}

}  // namespace betex::test
