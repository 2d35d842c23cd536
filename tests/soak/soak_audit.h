// What must be equal when everything has come to rest: prices, money, and the engine that has both.
// Failures of the test that calls.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/crash/journal_account.h"
#include "tests/support/price_watcher.h"

namespace betex::test {

// The books that it watches are those of the engine, level by level, as the log beside its gateway
// leads to them by now; waits until they are, and nobody trades any more. Some of them have orders.
void expect_books_equal(PriceWatcher& watcher,
                        const std::filesystem::path& wal_root,
                        const std::vector<std::string>& symbols);

// The statement of each account, as betex-journal prints it from the whole log, ends with the
// balance that the engine has.
void expect_statements_equal(const std::filesystem::path& wal_root,
                             const JournalAccount& journal,
                             const std::vector<std::string>& accounts);

}  // namespace betex::test
