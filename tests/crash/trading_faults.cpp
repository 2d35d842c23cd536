#include "tests/crash/trading_faults.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace betex::test {
namespace {

using client::ExecutionReport;

// The amount stands in the text as a number of its own: 5.00 is not in 105.00, in -5.00 or in
// 5.005. None, which a movement has for its gross, is in any.
bool says(std::string_view text, std::string_view amount) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kBefore = "0123456789.-";
  const auto has = [&text](std::string_view chars, std::size_t at) {
    return at < text.size() && chars.find(text[at]) != std::string_view::npos;
  };
  for (std::size_t at = text.find(amount); at != std::string_view::npos;
       at = text.find(amount, at + 1)) {
    const bool begins = at == 0 || !has(kBefore, at - 1);
    if (amount.empty() || (begins && !has(kDigits, at + amount.size()))) {
      return true;
    }
  }
  return false;
}

void compare_money(const std::string& comp_id,
                   const std::map<std::string, PaymentRecord>& told,
                   const JournaledReports& journaled,
                   Faults& faults) {
  static const std::map<std::string, JournaledMoney> kNone;
  const auto found = journaled.find(comp_id);
  const auto& owed = found == journaled.end() ? kNone : found->second;
  for (const auto& [id, money] : owed) {
    const auto report = told.find(id);
    if (report == told.end()) {
      faults.push_back(comp_id + " was not told of " + id);
      continue;
    }
    for (const std::string& amount : {money.gross, money.balance}) {
      if (!says(report->second.text, amount)) {
        faults.push_back(comp_id + ", " + id + ": " + report->second.text + "has no " + amount);
      }
    }
  }
  for (const auto& [id, report] : told) {
    if (!owed.contains(id)) {
      faults.push_back(comp_id + " was told of " + id + ", which is not in the journal");
    }
  }
}

}  // namespace

Faults one_sided_trades(const std::map<std::string, ExecutionReport>& executions) {
  Faults faults;
  for (const auto& [id, report] : executions) {
    if (report.exec_type != 'F') {
      continue;
    }
    const std::string event = id.substr(0, id.find('-'));
    const auto other = executions.find(event + (id.ends_with("-1") ? "-2" : "-1"));
    if (other == executions.end()) {
      faults.push_back("only one side was told of " + id);
    } else if (other->second.last_qty != report.last_qty ||
               other->second.last_px != report.last_px || other->second.side == report.side) {
      faults.push_back("the two sides were told different things of " + id);
    }
  }
  return faults;
}

Faults differing_orders(const std::string& comp_id,
                        const TradingRecord& record,
                        const std::map<std::string, JournaledOrder>& journaled) {
  Faults faults;
  for (const auto& [id, order] : record.orders()) {
    const auto found = journaled.find(id);
    if (order.accepted() != (found != journaled.end())) {
      faults.push_back("order " + id + " of " + comp_id + " was " +
                       (order.accepted() ? "acknowledged and is not in the journal"
                                         : "not acknowledged and is in the journal"));
      continue;
    }
    if (!order.accepted()) {
      continue;
    }
    const ExecutionReport& last = order.reports.back();
    const JournaledOrder& of_journal = found->second;
    const auto units = [&](const std::string& quantity) {
      return quantity_units(last.symbol, quantity);
    };
    if (of_journal.account != comp_id || of_journal.cum_qty != units(last.cum_qty) ||
        of_journal.live != order.live() ||
        (of_journal.live && of_journal.leaves_qty != units(last.leaves_qty))) {
      faults.push_back("order " + id + " of " + comp_id +
                       " stands otherwise in the journal than was told: filled " +
                       std::to_string(of_journal.cum_qty) + ", told " + last.cum_qty +
                       (of_journal.live ? "; it lives" : "; it has ended"));
    }
  }
  return faults;
}

Faults differing_money(const std::string& comp_id,
                       const TradingRecord& record,
                       const JournaledReports& payments,
                       const JournaledReports& movements) {
  Faults faults;
  compare_money(comp_id, record.payments(), payments, faults);
  compare_money(comp_id, record.movements(), movements, faults);
  return faults;
}

}  // namespace betex::test
