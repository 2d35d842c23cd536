// What clients were told, held against itself and against the journal: what is wrong, in words.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/client/order_entry.h"
#include "tests/crash/journal_account.h"
#include "tests/crash/trading_record.h"

namespace betex::test {

// Each is empty, or says what is broken.
using Faults = std::vector<std::string>;

// Trades of which one side was told alone, or the two at another price or quantity, or on one side
// of the book. `executions`: of all clients, by ExecID.
[[nodiscard]] Faults one_sided_trades(
    const std::map<std::string, client::ExecutionReport>& executions);

// Orders of which the journal has something else than the client was told. Its account is named as
// it is itself.
[[nodiscard]] Faults differing_orders(const std::string& comp_id,
                                      const TradingRecord& record,
                                      const std::map<std::string, JournaledOrder>& journaled);

// Payments and movements that were not told once each, with the amounts that the journal has.
[[nodiscard]] Faults differing_money(const std::string& comp_id,
                                     const TradingRecord& record,
                                     const JournaledReports& payments,
                                     const JournaledReports& movements);

}  // namespace betex::test
