// An account's statement: a filter of the log, since every event that moves its money says by how
// much, and what the balance is then. Both are held against each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "journal/tool/output.h"

namespace betex::journal {

struct StatementOptions {
  std::filesystem::path wal_root;
  OutputStyle style = OutputStyle::Text;
  std::string account;     // its name
  std::uint64_t from = 0;  // event sequence; 0: all that the log has
};

// Prints a line for each event that moves the account's money, and before it what it is brought
// forward from where not all is shown. Throws NoSuchAccount, and BalanceMismatch where the amounts
// do not make the balances.
void statement(const StatementOptions& options);

}  // namespace betex::journal
