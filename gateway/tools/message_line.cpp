#include "gateway/tools/message_line.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gateway/tools/report_words.h"
#include "gateway/tools/security_lines.h"

namespace betex::tools {
namespace {

using client::Message;
using Meaning = std::pair<std::string_view, std::string_view>;

// TradSesStatus(340).
constexpr std::array<Meaning, 2> kTradSesStatus{{{"1", "HALTED"}, {"2", "OPEN"}}};

std::string line_of_status(const Message& message) {
  constexpr int kSymbol = 55;
  constexpr int kTransactTime = 60;
  constexpr int kSecurityTradingStatus = 326;
  constexpr int kMarketVersion = 20005;
  constexpr int kReason = 20032;
  constexpr int kInPlay = 20033;
  std::string line = fmt::format("{:<26} {:<18} {}",
                                 readable_time(value_of(message, kTransactTime)),
                                 word(message.get(kSymbol)),
                                 message.find(kSecurityTradingStatus)
                                     ? trading_status_word(message.get(kSecurityTradingStatus))
                                     : "TERMS CHANGED");
  if (message.find(kReason)) {
    line += fmt::format(" ({})", suspend_reason_word(message.get(kReason)));
  }
  if (message.has(kInPlay, "Y")) {
    line += ", in play";
  }
  if (message.find(kMarketVersion)) {
    line += fmt::format(", version {}", message.get(kMarketVersion));
  }
  return line;
}

std::string line_of_exchange(const Message& message) {
  constexpr int kTransactTime = 60;
  constexpr int kStatus = 340;
  const std::string_view time = value_of(message, kTransactTime);
  return fmt::format(
      "{:<26} the exchange is {}",
      readable_time(time.empty() ? value_of(message, client::tag::kSendingTime) : time),
      word_for(message.get(kStatus), kTradSesStatus));
}

std::string line_of_news(const Message& message) {
  constexpr int kOrigTime = 42;
  constexpr int kSymbol = 55;
  constexpr int kUrgency = 61;
  constexpr int kHeadline = 148;
  const std::string_view time = value_of(message, kOrigTime);
  return fmt::format(
      "{:<26} NEWS{}{}: {}",
      readable_time(time.empty() ? value_of(message, client::tag::kSendingTime) : time),
      message.has(kUrgency, "1") ? ", urgent" : "",
      message.find(kSymbol) ? fmt::format(" of {}", word(message.get(kSymbol))) : "",
      value_of(message, kHeadline));
}

std::string line_of_position(const Message& message) {
  constexpr int kAccount = 1;
  constexpr int kCurrency = 15;
  constexpr int kSymbol = 55;
  constexpr int kLongQty = 704;
  constexpr int kShortQty = 705;
  constexpr int kPosReqResult = 728;
  constexpr int kBalance = 20023;
  constexpr int kExposure = 20024;
  constexpr int kAvailable = 20025;
  constexpr int kCredit = 20028;
  constexpr int kMarketName = 20092;
  constexpr int kIfWon = 20093;
  constexpr int kIfLost = 20094;
  const std::string account = word(value_of(message, kAccount));
  if (message.has(kPosReqResult, "1")) {
    return fmt::format("account {} REFUSED: {}", account, reason_text(message));
  }
  if (!message.find(kSymbol)) {
    return fmt::format("account {}: balance {}, exposure {}, credit {}, available {} {}",
                       account,
                       value_of(message, kBalance),
                       value_of(message, kExposure),
                       value_of(message, kCredit),
                       value_of(message, kAvailable),
                       value_of(message, kCurrency));
  }
  const std::string bets =
      message.find(kIfWon)
          ? fmt::format(
                "if it wins {}, if it loses {}", message.get(kIfWon), value_of(message, kIfLost))
          : fmt::format("YES {}, NO {}", value_of(message, kLongQty), value_of(message, kShortQty));
  return fmt::format("account {}: {:<18} of {:<18} {}, exposure of the market {}",
                     account,
                     word(message.get(kSymbol)),
                     word(value_of(message, kMarketName)),
                     bets,
                     value_of(message, kExposure));
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

}  // namespace

std::vector<std::string> message_lines(const Message& message) {
  using Line = std::string (*)(const Message&);
  constexpr std::array<std::pair<std::string_view, Line>, 6> kLines{{{"UMS", line_of_settlement},
                                                                     {"UAR", line_of_account},
                                                                     {"AP", line_of_position},
                                                                     {"B", line_of_news},
                                                                     {"f", line_of_status},
                                                                     {"h", line_of_exchange}}};
  for (const auto& [type, line] : kLines) {
    if (type == message.type()) {
      return {line(message)};
    }
  }
  if (message.type() == "y") {
    return security_lines(message);
  }
  if (message.type() == "BK") {
    return security_update_lines(message);
  }
  return {fmt::format("{:<26} message of type {}: {}",
                      readable_time(message.get(client::tag::kSendingTime)),
                      message.type(),
                      value_of(message, client::tag::kText))};
}

Tone message_tone(const Message& message) {
  constexpr int kCopyMsgIndicator = 797;
  constexpr int kSecurityTradingStatus = 326;
  constexpr int kTradSesStatusTag = 340;
  if (message.has(kCopyMsgIndicator, "Y")) {
    return Tone::Faint;
  }
  if (message.type() == "UMS" || message.type() == "UAR") {
    return Tone::Good;
  }
  const bool stopped =
      message.has(kSecurityTradingStatus, "2") || message.has(kTradSesStatusTag, "1");
  return stopped || message.type() == "B" ? Tone::Notice : Tone::Plain;
}

}  // namespace betex::tools
