#include "tests/crash/trading_record.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace betex::test {
namespace {

constexpr int kPossResend = 97;
constexpr int kReportId = 20068;
constexpr int kSettlementReportId = 20105;

// What such a report says, but for its time and who it goes to: market, round, result, position,
// gross, commission, balance; amount and kind of a movement, bets on a runner.
constexpr std::array kMoneyTags{
    1300, 20089, 20107, 730, 704, 705, 1704, 137, 20023, 20022, 20091, 55, 20093, 20094};

using client::ExecutionReport;

// New first, then fills that add up, and nothing after the end: what is wrong, or nothing.
std::string fault_of(const OrderRecord& order) {
  if (order.reports.empty()) {
    return "was never answered";
  }
  if (order.reports[0].exec_type == '8') {
    return order.reports.size() == 1 ? "" : "was refused and told of again";
  }
  if (order.reports[0].exec_type != '0') {
    return "was told of before it was new";
  }
  const std::string& symbol = order.sent.symbol;
  const std::int64_t quantity = quantity_units(symbol, order.sent.quantity);
  std::int64_t filled = 0;
  bool ended = false;
  for (std::size_t i = 0; i < order.reports.size(); ++i) {
    const ExecutionReport& report = order.reports[i];
    if (ended) {
      return "was told of after its end, " + report.exec_id;
    }
    if (i > 0 && report.exec_type != 'F' && report.exec_type != '4') {
      return "has a report that no request explains, " + report.exec_id;
    }
    if (report.exec_type == 'F') {
      filled += quantity_units(symbol, report.last_qty);
    }
    ended = report.terminal();
    const std::int64_t leaves = report.exec_type == '4' ? 0 : quantity - filled;
    if (quantity_units(symbol, report.cum_qty) != filled ||
        quantity_units(symbol, report.leaves_qty) != leaves || (leaves == 0) != ended ||
        report.order_id != order.reports[0].order_id) {
      return "has values that do not add up in " + report.exec_id;
    }
  }
  return "";
}

}  // namespace

void TradingRecord::sending(const client::NewOrder& order) {
  orders_.emplace(order.cl_ord_id, OrderRecord{.sent = order, .reports = {}});
  outstanding_.insert(order.cl_ord_id);
}

void TradingRecord::sending(const client::CancelRequest& request) {
  cancels_.emplace(request.cl_ord_id, CancelRecord{.sent = request});
  outstanding_.insert(request.cl_ord_id);
}

// UMS and UAR; on FIX.4.4 News, whose words begin alike.
bool TradingRecord::told_of_money(const client::Message& message) {
  const bool news = message.type() == "B";
  if (!news && message.type() != "UMS" && message.type() != "UAR") {
    return false;
  }
  const auto report_id = message.find(message.type() == "UMS" ? kSettlementReportId : kReportId);
  if (!report_id) {
    return false;
  }
  const std::string id{*report_id};
  PaymentRecord record;
  for (const client::Field& field : message.fields()) {
    const bool said =
        news ? field.tag == client::tag::kText
             : std::find(kMoneyTags.begin(), kMoneyTags.end(), field.tag) != kMoneyTags.end();
    if (said) {
      record.text += std::to_string(field.tag) + "=" + field.value + " ";
    }
  }
  const bool settlement =
      news ? record.text.find(": settlement of ") != std::string::npos : message.type() == "UMS";
  const auto [known, is_new] = (settlement ? payments_ : movements_).emplace(id, record);
  if (is_new) {
    return true;
  }
  if (message.has(kPossResend, "Y") && known->second.text == record.text) {
    ++repeated_;
  } else {
    add_fault("report " + id + " came twice: " + known->second.text + "and " + record.text);
  }
  return true;
}

// SecurityStatus(f): what else it says is another test's business.
bool TradingRecord::told_of_a_market(const client::Message& message) {
  if (message.type() != "f") {
    return false;
  }
  const std::string id{message.get(kReportId)};
  if (market_changes_.insert(id).second) {
    return true;
  }
  if (message.has(kPossResend, "Y")) {
    ++repeated_;
  } else {
    add_fault("report " + id + " of a market came twice");
  }
  return true;
}

void TradingRecord::told(const client::Message& message) {
  if (told_of_money(message) || told_of_a_market(message)) {
    return;
  }
  const client::Report report = client::to_report(message);
  if (message.has(kPossResend, "Y") && told_before(report)) {
    ++repeated_;  // the same was said before, by the same name
    return;
  }
  if (const auto* const execution = std::get_if<ExecutionReport>(&report)) {
    told(*execution);
  } else if (const auto* const reject = std::get_if<client::CancelReject>(&report)) {
    told(*reject);
  } else {
    add_fault("an unexpected message of type " + message.type() + ": " +
              std::string{message.find(client::tag::kText).value_or("")});
  }
}

// Same name, other contents: not before, and so a fault.
bool TradingRecord::told_before(const client::Report& report) const {
  if (const auto* const reject = std::get_if<client::CancelReject>(&report)) {
    return refused_cancels_.contains(reject->cl_ord_id);
  }
  const auto* const execution = std::get_if<ExecutionReport>(&report);
  const auto known =
      execution == nullptr ? executions_.end() : executions_.find(execution->exec_id);
  if (known == executions_.end()) {
    return false;
  }
  const ExecutionReport& before = known->second;
  return before.exec_type == execution->exec_type && before.ord_status == execution->ord_status &&
         before.order_id == execution->order_id && before.cl_ord_id == execution->cl_ord_id &&
         before.cum_qty == execution->cum_qty && before.leaves_qty == execution->leaves_qty &&
         before.last_qty == execution->last_qty && before.last_px == execution->last_px;
}

void TradingRecord::told(const ExecutionReport& report) {
  if (report.exec_type == 'I') {
    statuses_[report.status_req_id] = report;
    return;
  }
  if (!executions_.emplace(report.exec_id, report).second) {
    add_fault("ExecID " + report.exec_id + " came twice");
    return;
  }
  const auto cancel = cancels_.find(report.cl_ord_id);
  const bool requested = cancel != cancels_.end();
  const auto order =
      orders_.find(requested ? cancel->second.sent.orig_cl_ord_id : report.cl_ord_id);
  if (order == orders_.end()) {
    add_fault("ExecID " + report.exec_id + " tells of an order that was never sent");
    return;
  }
  if (requested) {
    ++cancel->second.answers;
  }
  outstanding_.erase(report.cl_ord_id);
  order->second.reports.push_back(report);
}

void TradingRecord::told(const client::CancelReject& reject) {
  const auto cancel = cancels_.find(reject.cl_ord_id);
  if (cancel == cancels_.end()) {
    add_fault("a refused cancel that was never sent: " + reject.cl_ord_id);
    return;
  }
  ++cancel->second.answers;
  outstanding_.erase(reject.cl_ord_id);
  refused_cancels_.insert(reject.cl_ord_id);
}

std::optional<ExecutionReport> TradingRecord::status(const std::string& id) const {
  const auto found = statuses_.find(id);
  return found == statuses_.end() ? std::nullopt : std::optional{found->second};
}

std::vector<std::string> TradingRecord::faults() const {
  std::vector<std::string> faults = faults_;
  for (const auto& [id, order] : orders_) {
    const std::string fault = fault_of(order);
    if (!fault.empty()) {
      faults.push_back("order " + id + " " + fault);
    }
  }
  for (const auto& [id, cancel] : cancels_) {
    if (cancel.answers != 1) {
      faults.push_back("cancel " + id + " has " + std::to_string(cancel.answers) + " answers");
    }
  }
  return faults;
}

// A binary market's symbol is its name; runners have theirs behind a dot, in the markets used here.
bool is_binary(const std::string& symbol) {
  return symbol.find('.') == std::string::npos;
}

std::int64_t quantity_units(const std::string& symbol, const std::string& quantity) {
  return client::parse_decimal(quantity, is_binary(symbol) ? 0 : 2);
}

}  // namespace betex::test
