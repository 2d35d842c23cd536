#include "tests/crash/trading_checks.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace betex::test {
namespace {

constexpr std::size_t kFaultsShown = 10;

}  // namespace

void expect_no_faults(const CrashTrader& trader) {
  const std::vector<std::string> faults = trader.record().faults();
  for (std::size_t i = 0; i < std::min(faults.size(), kFaultsShown); ++i) {
    ADD_FAILURE() << trader.comp_id() << ": " << faults[i];
  }
  EXPECT_EQ(faults.size(), 0U);
}

ToldInAll expect_told_as_journaled(const std::vector<std::unique_ptr<CrashTrader>>& traders,
                                   const JournalAccount& journal) {
  ToldInAll all;
  std::map<std::string, client::ExecutionReport> told;
  std::set<std::string> refused_cancels;
  for (const auto& trader : traders) {
    expect_no_faults(*trader);
    const TradingRecord& record = trader->record();
    told.insert(record.executions().begin(), record.executions().end());
    refused_cancels.insert(record.refused_cancels().begin(), record.refused_cancels().end());
    all.orders += record.orders().size();
    all.reports += record.executions().size();
    all.messages_resent += trader->counters().messages_resent;
    all.gaps_asked_for += trader->counters().resend_requests_sent;
    all.repeated += record.repeated();
  }
  EXPECT_EQ(told.size(), all.reports) << "two clients were told the same ExecID";
  expect_both_sides_told(told);
  std::set<std::string> told_ids;
  for (const auto& [id, report] : told) {
    told_ids.insert(id);
  }
  EXPECT_TRUE(told_ids == journal.exec_ids)
      << told_ids.size() << " ExecIDs were told, " << journal.exec_ids.size() << " journaled";
  EXPECT_TRUE(refused_cancels == journal.refused_cancels);
  EXPECT_TRUE(journal.accepted_twice.empty()) << *journal.accepted_twice.begin();
  for (const auto& trader : traders) {
    expect_same_orders(*trader, journal);
  }
  return all;
}

void expect_both_sides_told(const std::map<std::string, client::ExecutionReport>& executions) {
  for (const auto& [id, report] : executions) {
    if (report.exec_type != 'F') {
      continue;
    }
    const std::string event = id.substr(0, id.find('-'));
    const auto other = executions.find(event + (id.ends_with("-1") ? "-2" : "-1"));
    ASSERT_NE(other, executions.end()) << "only one side was told of " << id;
    EXPECT_EQ(other->second.last_qty, report.last_qty) << id;
    EXPECT_EQ(other->second.last_px, report.last_px) << id;
    EXPECT_NE(other->second.side, report.side) << id;
  }
}

void expect_same_orders(const CrashTrader& trader, const JournalAccount& journal) {
  for (const auto& [id, order] : trader.record().orders()) {
    const auto journaled = journal.orders.find(id);
    ASSERT_EQ(order.accepted(), journaled != journal.orders.end()) << id;
    if (order.accepted()) {
      const client::ExecutionReport& last = order.reports.back();
      EXPECT_EQ(journaled->second.account, trader.comp_id()) << id;
      EXPECT_EQ(journaled->second.cum_qty, quantity_units(last.symbol, last.cum_qty)) << id;
      EXPECT_FALSE(journaled->second.live) << id;
    }
  }
}

void expect_same_money(const CrashTrader& trader, const JournalAccount& journal) {
  const auto compare = [&trader](const auto& told, const auto& journaled) {
    const auto of_account = journaled.find(trader.comp_id());
    if (of_account == journaled.end()) {
      EXPECT_TRUE(told.empty()) << trader.comp_id();
      return;
    }
    EXPECT_EQ(told.size(), of_account->second.size()) << trader.comp_id();
    for (const auto& [id, money] : of_account->second) {
      const auto report = told.find(id);
      ASSERT_NE(report, told.end()) << trader.comp_id() << " was not told of " << id;
      for (const std::string& amount : {money.gross, money.balance}) {
        EXPECT_NE(report->second.text.find(amount), std::string::npos)
            << id << ": " << report->second.text << "has no " << amount;
      }
    }
  };
  compare(trader.record().payments(), journal.payments);
  compare(trader.record().movements(), journal.movements);
}

}  // namespace betex::test
