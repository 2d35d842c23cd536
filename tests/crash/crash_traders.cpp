#include "tests/crash/crash_traders.h"

#include <exception>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "gateway/client/order_entry.h"
#include "tests/crash/trading_checks.h"

namespace betex::test {

CrashTraders::~CrashTraders() {
  stop();
}

void CrashTraders::add(const std::string& comp_id,
                       std::uint64_t seed,
                       const std::filesystem::path& day_file) {
  traders_.push_back(std::make_unique<CrashTrader>(comp_id, seed, day_file));
}

void CrashTraders::start() {
  address_.closing = false;
  for (const auto& trader : traders_) {
    threads_.emplace_back([this, client = trader.get()] { client->trade(address_); });
  }
}

void CrashTraders::stop() {
  address_.closing = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

std::uint64_t CrashTraders::messages_told() const {
  std::uint64_t sum = 0;
  for (const auto& trader : traders_) {
    sum += trader->messages_told();
  }
  return sum;
}

void CrashTraders::each(const std::function<void(CrashTrader&)>& action) {
  for (const auto& trader : traders_) {
    try {
      action(*trader);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what() << "\n" << trader->recent_traffic();
    }
  }
}

void CrashTraders::catch_up(std::uint16_t port) {
  each([port](CrashTrader& trader) { trader.settle(port); });
}

void CrashTraders::settle(std::uint16_t port) {
  catch_up(port);
  each([](CrashTrader& trader) { trader.check_statuses(); });
  each([](CrashTrader& trader) { trader.cancel_all(); });
}

Told CrashTraders::expect_agreement(const JournalAccount& journal) const {
  Told sum;
  std::map<std::string, client::ExecutionReport> told;
  std::set<std::string> refused_cancels;
  for (const auto& trader : traders_) {
    expect_no_faults(*trader);
    const TradingRecord& record = trader->record();
    told.insert(record.executions().begin(), record.executions().end());
    refused_cancels.insert(record.refused_cancels().begin(), record.refused_cancels().end());
    sum.orders += record.orders().size();
    sum.reports += record.executions().size();
    sum.repeated += record.repeated();
    sum.resent += trader->counters().messages_resent;
    sum.gaps += trader->counters().resend_requests_sent;
  }
  EXPECT_EQ(told.size(), sum.reports) << "two clients were told the same ExecID";
  expect_both_sides_told(told);

  std::set<std::string> told_ids;
  for (const auto& [id, report] : told) {
    told_ids.insert(id);
  }
  EXPECT_TRUE(told_ids == journal.exec_ids)
      << told_ids.size() << " ExecIDs were told, " << journal.exec_ids.size() << " journaled";
  EXPECT_TRUE(refused_cancels == journal.refused_cancels);
  EXPECT_TRUE(journal.accepted_twice.empty()) << *journal.accepted_twice.begin();
  for (const auto& trader : traders_) {
    expect_same_orders(*trader, journal);
  }
  return sum;
}

void CrashTraders::expect_same_money(const JournalAccount& journal) const {
  for (const auto& trader : traders_) {
    test::expect_same_money(*trader, journal);
  }
}

}  // namespace betex::test
