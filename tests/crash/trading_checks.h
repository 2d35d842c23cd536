// What clients were told, held against itself and against the journal: failures of the test that
// calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/client/order_entry.h"
#include "tests/crash/crash_trader.h"
#include "tests/crash/journal_account.h"

namespace betex::test {

void expect_no_faults(const CrashTrader& trader);

// Of all clients together.
struct ToldInAll {
  std::size_t orders = 0;
  std::size_t reports = 0;  // ExecutionReports, each once
  std::uint64_t messages_resent = 0;
  std::uint64_t gaps_asked_for = 0;
  std::size_t repeated = 0;  // reports that came again, marked so
};

// No client has a reason to complain, no two were told the same; both sides of each trade were
// told; what they were told is what the journal has, no more and no less; no order has acted twice,
// and all have ended as was told.
ToldInAll expect_told_as_journaled(const std::vector<std::unique_ptr<CrashTrader>>& traders,
                                   const JournalAccount& journal);

// Both sides of each trade were told, at the same price and quantity. `executions`: of all clients.
void expect_both_sides_told(const std::map<std::string, client::ExecutionReport>& executions);

// All orders have ended, and the journal has what was told of them.
void expect_same_orders(const CrashTrader& trader, const JournalAccount& journal);

// Each payment and each movement was told once, with the amounts that the journal has.
void expect_same_money(const CrashTrader& trader, const JournalAccount& journal);

}  // namespace betex::test
