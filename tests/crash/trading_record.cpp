#include "tests/crash/trading_record.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace betex::test {
namespace {

constexpr int kClOrdId = 11;
constexpr int kPossResend = 97;
constexpr int kReportId = 20068;
constexpr int kSettlementReportId = 20105;

// What such a report says, but for its time and who it goes to: market, round, result, position,
// gross, commission, balance; amount and kind of a movement, bets on a runner.
constexpr std::array kMoneyTags{
    1300, 20089, 20107, 730, 704, 705, 1704, 137, 20023, 20022, 20091, 55, 20093, 20094};

using client::ExecutionReport;

// An order's life as its reports tell it: new, or pending until its bet delay is over; then fills
// that add up, quantities that requests or self-trade prevention have changed; nothing after its
// end.
class Life {
 public:
  explicit Life(const OrderRecord& order) : order_{order}, quantity_{units(order.sent.quantity)} {}

  // What is wrong, or nothing.
  std::string fault() {
    if (order_.reports.empty()) {
      return order_.answers == order_.times_sent ? "" : "was never answered";
    }
    std::size_t refusals = 0;
    for (const ExecutionReport& report : order_.reports) {
      const bool refused = report.exec_type == '8';
      if (refusals > 0 && refusals >= order_.times_sent) {
        return "was refused and told of again";
      }
      refusals += refused ? 1U : 0U;
      const std::string fault = refused && !begun_ ? "" : fault_of(report);
      if (!fault.empty()) {
        return fault + report.exec_id;
      }
    }
    return order_.answers == order_.times_sent
               ? ""
               : "was sent " + std::to_string(order_.times_sent) + " times and answered " +
                     std::to_string(order_.answers) + " times";
  }

 private:
  [[nodiscard]] std::int64_t units(const std::string& quantity) const {
    return quantity_units(order_.sent.symbol, quantity);
  }

  std::string fault_of(const ExecutionReport& report) {
    if (ended_) {
      return "was told of after its end, ";
    }
    switch (report.exec_type) {
      case 'A':
      case '0':
        if (begun_ && !(pending_ && report.exec_type == '0')) {
          return "has a report that no request explains, ";
        }
        begun_ = true;
        pending_ = report.exec_type == 'A';
        order_id_ = report.order_id;
        break;
      case 'F':
        filled_ += units(report.last_qty);
        break;
      case '5':
        quantity_ = units(report.order_qty);
        break;
      case 'D':
        if (units(report.order_qty) >= quantity_) {
          return "was not made smaller by what reduces it, ";
        }
        quantity_ = units(report.order_qty);
        break;
      case '4':
      case 'C':
        break;
      default:
        return "has a report that no request explains, ";
    }
    if (!begun_) {
      return "was told of before it was new, ";
    }
    ended_ = report.terminal();
    const bool cancelled = report.exec_type == '4' || report.exec_type == 'C';
    const std::int64_t leaves = cancelled ? 0 : quantity_ - filled_;
    const bool adds_up = units(report.cum_qty) == filled_ && units(report.leaves_qty) == leaves &&
                         (leaves == 0) == ended_ && report.order_id == order_id_;
    return adds_up ? "" : "has values that do not add up in ";
  }

  const OrderRecord& order_;
  std::int64_t quantity_;
  std::int64_t filled_ = 0;
  std::string order_id_;
  bool begun_ = false;
  bool pending_ = false;
  bool ended_ = false;
};

// Of a message that tells of an event and has no ExecID; without one what it answers names it.
std::string report_id_of(const client::Message& message) {
  return std::string{message.find(kReportId).value_or(message.find(kClOrdId).value_or(""))};
}

template <typename Records>
void send_again(Records& records, const std::string& id) {
  const auto found = records.find(id);
  if (found != records.end()) {
    ++found->second.times_sent;
  }
}

}  // namespace

void TradingRecord::sending(const client::NewOrder& order) {
  orders_.emplace(order.cl_ord_id, OrderRecord{.sent = order, .reports = {}});
  outstanding_.insert(order.cl_ord_id);
}

void TradingRecord::sending(const client::CancelRequest& request) {
  sending_change(request.cl_ord_id, request.orig_cl_ord_id, false);
}

void TradingRecord::sending(const client::ReplaceRequest& request) {
  sending_change(request.cl_ord_id, request.orig_cl_ord_id, true);
}

void TradingRecord::sending_change(const std::string& id, const std::string& of, bool replaces) {
  changes_.emplace(id, ChangeRecord{.order = root_of(of), .replaces = replaces});
  outstanding_.insert(id);
}

void TradingRecord::sending_again(const std::string& id) {
  send_again(orders_, id);
  send_again(changes_, id);
  outstanding_.insert(id);
}

void TradingRecord::answered(const std::string& id) {
  const auto waits = outstanding_.find(id);
  if (waits != outstanding_.end()) {
    outstanding_.erase(waits);
  }
}

void TradingRecord::refused_as_message(const std::string& id) {
  if (const auto order = orders_.find(id); order != orders_.end()) {
    ++order->second.answers;
  } else if (const auto change = changes_.find(id); change != changes_.end()) {
    ++change->second.answers;
  }
  answered(id);
}

std::string TradingRecord::root_of(const std::string& id) const {
  if (orders_.contains(id)) {
    return id;
  }
  const auto change = changes_.find(id);
  return change == changes_.end() ? "" : change->second.order;
}

// UMS and UAR; on FIX.4.4 News, whose words begin alike.
bool TradingRecord::told_of_money(const client::Message& message) {
  const bool news = message.type() == "B" &&
                    message.find(client::tag::kText).value_or("").starts_with("Account ");
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
  if (message.has(kPossResend, "Y") && told_before(message, report)) {
    ++repeated_;  // the same was said before, by the same name
    return;
  }
  if (const auto* const execution = std::get_if<ExecutionReport>(&report)) {
    told(*execution);
  } else if (const auto* const reject = std::get_if<client::CancelReject>(&report)) {
    told(*reject, report_id_of(message));
  } else {
    add_fault("an unexpected message of type " + message.type() + ": " +
              std::string{message.find(client::tag::kText).value_or("")});
  }
}

// Same name, other contents: not before, and so a fault.
bool TradingRecord::told_before(const client::Message& message,
                                const client::Report& report) const {
  if (std::holds_alternative<client::CancelReject>(report)) {
    return refusals_.contains(report_id_of(message));
  }
  const auto* const execution = std::get_if<ExecutionReport>(&report);
  const auto known =
      execution == nullptr ? executions_.end() : executions_.find(execution->exec_id);
  if (known == executions_.end()) {
    return execution != nullptr && standings_.contains(execution->exec_id);
  }
  const ExecutionReport& before = known->second;
  return before.exec_type == execution->exec_type && before.ord_status == execution->ord_status &&
         before.order_id == execution->order_id && before.cl_ord_id == execution->cl_ord_id &&
         before.cum_qty == execution->cum_qty && before.leaves_qty == execution->leaves_qty &&
         before.last_qty == execution->last_qty && before.last_px == execution->last_px;
}

void TradingRecord::told(const ExecutionReport& report) {
  if (report.exec_type == 'I') {
    told_how_it_stands(report);
    return;
  }
  if (!executions_.emplace(report.exec_id, report).second) {
    add_fault("ExecID " + report.exec_id + " came twice");
    return;
  }
  const auto change = changes_.find(report.cl_ord_id);
  const bool of_change = change != changes_.end();
  const auto order = orders_.find(of_change ? change->second.order : report.cl_ord_id);
  if (order == orders_.end()) {
    add_fault("ExecID " + report.exec_id + " tells of an order that was never sent");
    return;
  }
  const bool released = !order->second.reports.empty() && report.exec_type == '0' &&
                        order->second.reports.back().ord_status == 'A';
  const char type = report.exec_type;
  if (of_change && type == (change->second.replaces ? '5' : '4')) {
    ++change->second.answers;
    answered(report.cl_ord_id);
  } else if (type == 'A' || type == '8' || (type == '0' && !released)) {
    ++order->second.answers;
    answered(report.cl_ord_id);
  }
  order->second.reports.push_back(report);
}

// The answer to a status request, or to an order that was sent again.
void TradingRecord::told_how_it_stands(const ExecutionReport& status) {
  if (!status.status_req_id.empty() || !status.mass_status_req_id.empty()) {
    statuses_[status.status_req_id] = status;
    return;
  }
  if (!standings_.insert(status.exec_id).second) {
    add_fault("ExecID " + status.exec_id + " came twice");
    return;
  }
  const auto order = orders_.find(root_of(status.cl_ord_id));
  if (order == orders_.end()) {
    add_fault("a status of an order that was never sent: " + status.cl_ord_id);
    return;
  }
  ++order->second.answers;
  answered(order->first);
}

void TradingRecord::told(const client::CancelReject& reject, const std::string& report_id) {
  const auto change = changes_.find(reject.cl_ord_id);
  if (change == changes_.end()) {
    add_fault("a refused cancel that was never sent: " + reject.cl_ord_id);
    return;
  }
  ++change->second.answers;
  answered(reject.cl_ord_id);
  refused_cancels_.insert(reject.cl_ord_id);
  refusals_.insert(report_id);
}

std::optional<ExecutionReport> TradingRecord::status(const std::string& id) const {
  const auto found = statuses_.find(id);
  return found == statuses_.end() ? std::nullopt : std::optional{found->second};
}

std::vector<std::string> TradingRecord::faults() const {
  std::vector<std::string> faults = faults_;
  for (const auto& [id, order] : orders_) {
    const std::string fault = Life{order}.fault();
    if (!fault.empty()) {
      faults.push_back("order " + id + " " + fault);
    }
  }
  for (const auto& [id, change] : changes_) {
    if (change.answers != change.times_sent) {
      faults.push_back((change.replaces ? "replace " : "cancel ") + id + " has " +
                       std::to_string(change.answers) + " answers");
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
