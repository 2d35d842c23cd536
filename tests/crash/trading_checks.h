// What clients were told, held against itself and against the journal: failures of the test that
// calls.
#pragma once

#include <map>
#include <string>

#include "gateway/client/order_entry.h"
#include "tests/crash/crash_trader.h"
#include "tests/crash/journal_account.h"

namespace betex::test {

void expect_no_faults(const CrashTrader& trader);

// Both sides of each trade were told, at the same price and quantity. `executions`: of all clients.
void expect_both_sides_told(const std::map<std::string, client::ExecutionReport>& executions);

// All orders have ended, and the journal has what was told of them.
void expect_same_orders(const CrashTrader& trader, const JournalAccount& journal);

// Each payment and each movement was told once, with the amounts that the journal has.
void expect_same_money(const CrashTrader& trader, const JournalAccount& journal);

}  // namespace betex::test
