// What the journal says happened, read and replayed as any reader would: to be held against what
// the clients were told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "matching/engine.h"
#include "matching/transaction.h"

namespace betex::test {

struct JournaledOrder {
  std::string account;
  std::int64_t cum_qty = 0;
  std::int64_t leaves_qty = 0;
  bool live = false;
};

// What one account was paid in a round, and what was moved by the operator: as reports say it.
struct JournaledMoney {
  std::string gross;  // empty of a movement
  std::string balance;
};

// By account, then by report id.
using JournaledReports = std::map<std::string, std::map<std::string, JournaledMoney>>;

struct JournalAccount {
  std::set<std::string> exec_ids;                // of every ExecutionReport that its events make
  std::set<std::string> refused_cancels;         // ClOrdIDs
  std::set<std::string> accepted;                // ClOrdIDs
  std::set<std::string> accepted_twice;          // of these: their orders have acted twice
  std::map<std::string, JournaledOrder> orders;  // by the ClOrdID that they were placed with
  std::uint64_t refused_messages = 0;            // InboundRefused
  JournaledReports payments;
  JournaledReports movements;
  std::uint64_t rounds = 0;                      // of settlements
  std::uint64_t corrections = 0;                 // rounds after a market's first
  std::map<std::string, std::int64_t> balances;  // at the end, in mu, by account
  bool sums_up = false;  // balances, pots and the house are what was paid in
  std::uint64_t transactions = 0;
  std::uint64_t state_hash = 0;
};

// Keeps the account while somebody else goes through the log. One thread at a time.
class JournalAccountant {
 public:
  JournalAccountant();
  ~JournalAccountant();
  JournalAccountant(const JournalAccountant&) = delete;
  JournalAccountant& operator=(const JournalAccountant&) = delete;

  // The next transaction.
  void read(const matching::TransactionView& transaction);

  // But for what only an engine knows: orders, the sums, the state hash.
  [[nodiscard]] const JournalAccount& account() const noexcept { return account_; }

  // With these; `engine` has applied what was read.
  [[nodiscard]] JournalAccount close(const matching::Engine& engine) const;

 private:
  class Money;

  JournalAccount account_;
  std::unique_ptr<Money> money_;
};

// The orders that the engine knows, by the ClOrdID that they were placed with.
[[nodiscard]] std::map<std::string, JournaledOrder> orders_of(const matching::Engine& engine);

// Reads the whole log of a gateway that has ended and replays it in a new engine. Throws
// JournalError where the log is damaged.
[[nodiscard]] JournalAccount read_journal(const std::filesystem::path& wal_root);

// The state hash after a replay in two pieces, by two readers.
[[nodiscard]] std::uint64_t replay_in_pieces(const std::filesystem::path& wal_root);

}  // namespace betex::test
