// The clients of a test, each with a thread of its own while they trade, and what all of them were
// told held against the journal at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/crash/crash_trader.h"
#include "tests/crash/journal_account.h"

namespace betex::test {

// What the clients were told, in sum.
struct Told {
  std::size_t orders = 0;
  std::size_t reports = 0;   // ExecutionReports
  std::size_t repeated = 0;  // of these, after the session cache was void
  std::uint64_t resent = 0;  // messages
  std::uint64_t gaps = 0;    // asked for
};

// Used by one thread, the test's.
class CrashTraders {
 public:
  CrashTraders() = default;
  ~CrashTraders();
  CrashTraders(const CrashTraders&) = delete;
  CrashTraders& operator=(const CrashTraders&) = delete;

  // As CrashTrader has it.
  void add(const std::string& comp_id, std::uint64_t seed, const std::filesystem::path& day_file);

  [[nodiscard]] bool empty() const noexcept { return traders_.empty(); }

  // Of the gateway that they trade with; `closing` is theirs.
  [[nodiscard]] GatewayAddress& address() noexcept { return address_; }

  // They trade until stop(), and may trade again then.
  void start();
  void stop();

  // Messages that they were given so far, all together. Any thread.
  [[nodiscard]] std::uint64_t messages_told() const;

  // With a gateway that stays: all of them are told everything. What is thrown is a failure of the
  // test, here and in settle().
  void catch_up(std::uint16_t port);

  // Likewise, and they hold it against how their orders stand, and cancel what is live.
  void settle(std::uint16_t port);

  // No client has a reason to complain; what they were told is what the journal has, no more and
  // no less; no order acted twice. They are settled.
  Told expect_agreement(const JournalAccount& journal) const;

  // The same of the money, where somebody settles markets.
  void expect_same_money(const JournalAccount& journal) const;

 private:
  void each(const std::function<void(CrashTrader&)>& action);

  GatewayAddress address_;
  std::vector<std::unique_ptr<CrashTrader>> traders_;
  std::vector<std::thread> threads_;
};

}  // namespace betex::test
