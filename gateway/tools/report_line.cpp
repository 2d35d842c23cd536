#include "gateway/tools/report_line.h"

#include <optional>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "gateway/tools/broker_line.h"
#include "gateway/tools/message_line.h"
#include "gateway/tools/operation_line.h"
#include "gateway/tools/report_words.h"
#include "journal/quoted.h"

namespace betex::tools {
namespace {

using client::CancelReject;
using client::ExecutionReport;
using client::MassCancelReport;
using client::Message;
using client::MessageReject;
using client::Side;

// Only odds reach 1: a report does not say of which kind its market is.
std::string_view side_word(const ExecutionReport& report) {
  const std::string_view price = !report.price.empty()     ? std::string_view{report.price}
                                 : !report.last_px.empty() ? std::string_view{report.last_px}
                                                           : std::string_view{report.avg_px};
  const bool buys = report.side == Side::BackOrBuy;
  if (price.empty() || price == "0") {
    return buys ? "BACK/BUY" : "LAY/SELL";
  }
  if (price.starts_with("0.")) {
    return buys ? "BUY" : "SELL";
  }
  return buys ? "BACK" : "LAY";
}

std::string_view status_word(char ord_status) {
  switch (ord_status) {
    case '0':
      return "NEW";
    case '1':
      return "PART-FILLED";
    case '2':
      return "FILLED";
    case '4':
      return "CANCELLED";
    case '8':
      return "REJECTED";
    case 'A':
      return "PENDING";
    case 'C':
      return "EXPIRED";
    default:
      return "?";
  }
}

std::string_view what_happened(const ExecutionReport& report) {
  switch (report.exec_type) {
    case '5':
      return "REPLACED";
    case 'D':
      return "RESTATED";
    case 'F':
      return "TRADE";
    case 'I':
      return "STATUS";
    default:
      return status_word(report.exec_type);
  }
}

// Which trade it is, and what the order did in it.
std::string of_trade(const ExecutionReport& report) {
  std::string text;
  if (report.aggressor) {
    text += *report.aggressor ? ", taker" : ", maker";
  }
  if (!report.trade_id.empty()) {
    text += fmt::format(", trade {}", word(report.trade_id));
  }
  return text;
}

// What the broker has put it under.
std::string labels(const ExecutionReport& report) {
  std::string text;
  if (!report.reference.empty()) {
    text += fmt::format("  reference {}", word(report.reference));
  }
  if (!report.order_group.empty()) {
    text += fmt::format("  group {}", word(report.order_group));
  }
  return text;
}

std::string details(const ExecutionReport& report) {
  if (report.ord_status == '8') {
    return reason_text(report.text, report.reason);
  }
  std::string line = fmt::format("order {:<6} leaves {:<10}", report.order_id, report.leaves_qty);
  if (report.exec_type == 'F') {
    line += fmt::format(" {} @ {}{}", report.last_qty, report.last_px, of_trade(report));
  } else if (report.exec_type == 'I') {
    line += fmt::format(" {}", status_word(report.ord_status));
  }
  if (report.cum_qty.find_first_not_of("0.") != std::string::npos && report.exec_type != 'F') {
    line += fmt::format(" filled {} @ {}", report.cum_qty, report.avg_px);
  }
  if (!report.text.empty()) {
    line += " " + reason_text(report.text, report.reason);
  }
  if (report.copy) {
    line += fmt::format(" (copy, account {})", word(report.account));
  }
  return line;
}

// The answer to `orders` where there are none is a report of no order.
bool of_no_order(const ExecutionReport& report) {
  return report.total_reports == 0;
}

std::string line_of(const ExecutionReport& report) {
  if (of_no_order(report)) {
    return "no open orders";
  }
  const std::string terms = fmt::format(
      "{:>10} @ {:<7}", report.order_qty, report.price.empty() ? "market" : report.price);
  return fmt::format("{:<26} {:<18} {:<4} {} {:<9}  {}{}  id {}",
                     readable_time(report.transact_time),
                     word(report.symbol),
                     side_word(report),
                     terms,
                     what_happened(report),
                     details(report),
                     labels(report),
                     word(report.cl_ord_id));
}

std::string line_of(const CancelReject& reject) {
  return fmt::format("{:<26} {} {} of {} REFUSED: {}; the order is {}",
                     readable_time(reject.transact_time),
                     reject.response_to == '2' ? "replace" : "cancel",
                     word(reject.cl_ord_id),
                     word(reject.orig_cl_ord_id.empty() ? reject.order_id : reject.orig_cl_ord_id),
                     reason_text(reject.text, reject.reason),
                     reject.order_id == "NONE" ? "UNKNOWN" : status_word(reject.ord_status));
}

std::string line_of(const MassCancelReport& report) {
  const std::string outcome = report.refused ? "REFUSED: " + reason_text(report.text, report.reason)
                                             : fmt::format("cancelled {} orders", report.total);
  return fmt::format("{:<26} mass cancel {} {}",
                     readable_time(report.transact_time),
                     word(report.cl_ord_id),
                     outcome);
}

std::string line_of(const MessageReject& reject) {
  std::string line = fmt::format("{:<26} message {} ({}) REFUSED: {}",
                                 readable_time(reject.sending_time),
                                 reject.ref_seq_num,
                                 reject.ref_msg_type,
                                 reason_text(reject.text, reject.reason));
  if (reject.ref_tag) {
    line += fmt::format(", tag {}", *reject.ref_tag);
  }
  if (reject.retry_after_ms) {
    line += fmt::format(", may be sent again in {} ms", *reject.retry_after_ms);
  }
  return line;
}

std::vector<std::string> lines_of(const Message& message) {
  if (is_operation_report(message)) {
    return operation_lines(message);
  }
  if (is_broker_report(message)) {
    return broker_lines(message);
  }
  return message_lines(message);
}

template <typename Body>
std::vector<std::string> lines_of(const Body& body) {
  return {line_of(body)};
}

}  // namespace

// The gateway's texts are shown as they are, but for what a terminal would obey.
std::vector<std::string> to_lines(const client::Report& report) {
  std::vector<std::string> lines =
      std::visit([](const auto& body) { return lines_of(body); }, report);
  const bool again = client::told_again(report);
  for (std::string& line : lines) {
    line = journal::escaped(line, "") + (again ? " (possible repeat)" : "");
  }
  return lines;
}

Tone tone_of(const client::Report& report) {
  if (refused(report)) {
    return Tone::Bad;
  }
  if (const auto* execution = std::get_if<ExecutionReport>(&report)) {
    return execution->copy ? Tone::Faint : execution->exec_type == 'F' ? Tone::Good : Tone::Plain;
  }
  if (const auto* message = std::get_if<Message>(&report)) {
    return is_operation_report(*message) ? operation_tone(*message)
           : is_broker_report(*message)  ? broker_tone(*message)
                                         : message_tone(*message);
  }
  return Tone::Plain;
}

bool refused(const client::Report& report) {
  if (const auto* execution = std::get_if<ExecutionReport>(&report)) {
    return execution->ord_status == '8' && !of_no_order(*execution);
  }
  if (const auto* mass_cancel = std::get_if<MassCancelReport>(&report)) {
    return mass_cancel->refused;
  }
  if (const auto* message = std::get_if<Message>(&report)) {
    constexpr int kApplResponseType = 1348;
    constexpr int kReason = 20001;
    const bool no_replay = message->type() == "BX" && !message->has(kApplResponseType, "0");
    return no_replay || message->find(kReason).has_value();
  }
  return true;
}

}  // namespace betex::tools
