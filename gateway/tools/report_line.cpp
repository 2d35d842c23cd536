#include "gateway/tools/report_line.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "gateway/client/error.h"
#include "journal/quoted.h"

namespace betex::tools {
namespace {

using client::CancelReject;
using client::ExecutionReport;
using client::MassCancelReport;
using client::Message;
using client::MessageReject;
using client::Side;

// An id or a name that somebody has chosen, as one word: in quotes where it might be taken for
// more.
std::string word(std::string_view chosen) {
  const bool plain = std::all_of(chosen.begin(), chosen.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\';
  });
  return plain ? std::string{chosen} : journal::in_quotes(chosen);
}

// "20261122-14:00:00.123456" as "2026-11-22 14:00:00.123456".
std::string readable_time(std::string_view utc) {
  if (utc.size() < 17) {
    return std::string{utc};
  }
  return fmt::format(
      "{}-{}-{} {}", utc.substr(0, 4), utc.substr(4, 2), utc.substr(6, 2), utc.substr(9));
}

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

std::string reason_text(std::string_view text, const std::optional<std::int64_t>& reason) {
  std::string line{text.empty() ? "no reason given" : text};
  if (reason) {
    line += fmt::format(" (reason {})", *reason);
  }
  return line;
}

std::string details(const ExecutionReport& report) {
  if (report.ord_status == '8') {
    return reason_text(report.text, report.reason);
  }
  std::string line = fmt::format("order {:<6} leaves {:<10}", report.order_id, report.leaves_qty);
  if (report.exec_type == 'F') {
    line += fmt::format(" {} @ {}", report.last_qty, report.last_px);
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
  return fmt::format("{:<26} {:<18} {:<4} {} {:<9}  {}  id {}",
                     readable_time(report.transact_time),
                     word(report.symbol),
                     side_word(report),
                     terms,
                     what_happened(report),
                     details(report),
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
  return line;
}

std::string_view trading_status(std::string_view code) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords{
      {{"2", "HALTED"},
       {"3", "RESUMED"},
       {"17", "OPEN"},
       {"18", "NOT OPEN"},
       {"20", "UNKNOWN"},
       {"100", "DETERMINED"},
       {"101", "SETTLED"},
       {"102", "VOIDED"}}};
  const auto* const found = std::find_if(
      kWords.begin(), kWords.end(), [&](const auto& word) { return word.first == code; });
  return found == kWords.end() ? code : found->second;
}

std::string line_of_security(const Message& message) {
  constexpr int kSymbol = 55;
  constexpr int kSecurityStatus = 965;
  constexpr int kMarketSegmentId = 1300;
  constexpr int kMinTradeVol = 562;
  constexpr int kMarketKind = 20031;
  if (!message.find(kSymbol)) {
    return fmt::format("nothing to list: {}", message.find(client::tag::kText).value_or(""));
  }
  return fmt::format("{:<18} of {:<18} {} {}, orders from {}",
                     word(message.get(kSymbol)),
                     word(message.get(kMarketSegmentId)),
                     message.has(kMarketKind, "1") ? "odds" : "binary",
                     message.has(kSecurityStatus, "1") ? "active" : "inactive",
                     message.get(kMinTradeVol));
}

std::string line_of_status(const Message& message) {
  constexpr int kSymbol = 55;
  constexpr int kTransactTime = 60;
  constexpr int kSecurityTradingStatus = 326;
  constexpr int kInPlay = 20033;
  return fmt::format("{:<26} {:<18} {}{}",
                     readable_time(message.find(kTransactTime).value_or("")),
                     word(message.get(kSymbol)),
                     trading_status(message.get(kSecurityTradingStatus)),
                     message.has(kInPlay, "Y") ? ", in play" : "");
}

std::string copy_note(const Message& message) {
  constexpr int kCopyMsgIndicator = 797;
  return message.has(kCopyMsgIndicator, "Y") ? " (copy)" : "";
}

std::string line_of_settlement(const Message& message) {
  constexpr int kTransactTime = 60;
  constexpr int kCommission = 137;
  constexpr int kMarketSegmentId = 1300;
  constexpr int kGross = 1704;
  constexpr int kCurrency = 1705;
  constexpr int kBalance = 20023;
  constexpr int kRound = 20089;
  constexpr int kResult = 20107;
  constexpr int kAccount = 20109;
  return fmt::format(
      "{:<26} {:<18} {} round {}: account {} gets {}, commission {}, balance {} {}{}",
      readable_time(message.get(kTransactTime)),
      word(message.get(kMarketSegmentId)),
      message.has(kResult, "2") ? "VOID" : "SETTLED",
      message.get(kRound),
      word(message.get(kAccount)),
      message.get(kGross),
      message.get(kCommission),
      message.get(kBalance),
      message.find(kCurrency).value_or(""),
      copy_note(message));
}

std::string_view account_change(std::string_view code) {
  constexpr std::array<std::string_view, 4> kWords{
      "DEPOSIT", "WITHDRAWAL", "CORRECTION", "WRITE-OFF"};
  const bool known = code.size() == 1 && code >= "1" && code <= "4";
  return known ? kWords[static_cast<std::size_t>(code[0] - '1')] : code;
}

std::string line_of_account(const Message& message) {
  constexpr int kAccount = 1;
  constexpr int kCurrency = 15;
  constexpr int kSymbol = 55;
  constexpr int kTransactTime = 60;
  constexpr int kAmount = 20022;
  constexpr int kBalance = 20023;
  constexpr int kChange = 20091;
  constexpr int kIfWon = 20093;
  constexpr int kIfLost = 20094;
  const std::string beginning = fmt::format("{:<26} account {}: ",
                                            readable_time(message.get(kTransactTime)),
                                            word(message.get(kAccount)));
  const std::string end =
      fmt::format(" {}{}", message.find(kCurrency).value_or(""), copy_note(message));
  if (message.has(kChange, "5")) {
    return beginning +
           fmt::format("bets on {} VOID: if it won {}, if it lost {}",
                       word(message.get(kSymbol)),
                       message.get(kIfWon),
                       message.get(kIfLost)) +
           end;
  }
  return beginning +
         fmt::format("{} of {}, balance {}",
                     account_change(message.get(kChange)),
                     message.get(kAmount),
                     message.get(kBalance)) +
         end;
}

std::string line_of(const Message& message) {
  if (message.type() == "UMS") {
    return line_of_settlement(message);
  }
  if (message.type() == "UAR") {
    return line_of_account(message);
  }
  if (message.type() == "y") {
    return line_of_security(message);
  }
  if (message.type() == "f") {
    return line_of_status(message);
  }
  return fmt::format("{:<26} message of type {}: {}",
                     readable_time(message.get(client::tag::kSendingTime)),
                     message.type(),
                     message.find(client::tag::kText).value_or(""));
}

}  // namespace

// The gateway's texts are shown as they are, but for what a terminal would obey.
std::string to_line(const client::Report& report) {
  return journal::escaped(std::visit([](const auto& body) { return line_of(body); }, report), "");
}

bool refused(const client::Report& report) {
  if (const auto* execution = std::get_if<ExecutionReport>(&report)) {
    return execution->ord_status == '8' && !of_no_order(*execution);
  }
  if (const auto* mass_cancel = std::get_if<MassCancelReport>(&report)) {
    return mass_cancel->refused;
  }
  if (const auto* message = std::get_if<Message>(&report)) {
    constexpr int kReason = 20001;
    return message->find(kReason).has_value();
  }
  return true;
}

}  // namespace betex::tools
