#include "gateway/tools/security_lines.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gateway/client/tick_rules.h"
#include "gateway/tools/report_words.h"

namespace betex::tools {
namespace {

using client::Message;

constexpr int kCurrency = 15;
constexpr int kSymbol = 55;
constexpr int kSecurityDesc = 107;
constexpr int kTotNoRelatedSym = 393;
constexpr int kRoundLot = 561;
constexpr int kMinTradeVol = 562;
constexpr int kSecurityStatusTag = 965;
constexpr int kListUpdateAction = 1324;
constexpr int kMaxTradeVol = 1140;
constexpr int kMarketSegmentId = 1300;
constexpr int kReason = 20001;
constexpr int kMarketVersion = 20005;
constexpr int kMarketKind = 20031;
constexpr int kWinners = 20034;
constexpr int kBetDelayMs = 20035;
constexpr int kCommissionBp = 20036;
constexpr int kScheduledStart = 20039;
constexpr int kPassiveSkipsDelay = 20072;
constexpr int kMarketDescription = 20095;
constexpr int kParentMarket = 20096;

constexpr std::string_view kIndent = "    ";

// SecurityStatus(965).
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSecurityStatus{
    {{"1", "active"},
     {"2", "inactive"},
     {"4", "settled"},
     {"5", "removed or void"},
     {"9", "suspended or halted"},
     {"10", "not open yet"}}};

// ListUpdateAction(1324).
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kListAction{
    {{"A", "listed"}, {"M", "changed"}, {"D", "removed"}}};

std::string_view kind_of(const Message& message) {
  const std::string_view kind = value_of(message, kMarketKind);
  return kind.empty() ? kind : kind == "1" ? "odds" : "binary";
}

// Parts that are there, with commas between.
void add_part(std::string& line, std::string_view part) {
  if (!part.empty()) {
    line += line.empty() ? "" : ", ";
    line += part;
  }
}

std::string description(const Message& message) {
  std::string line;
  add_part(line, value_of(message, kSecurityDesc));
  add_part(line, value_of(message, kMarketDescription));
  if (message.find(kParentMarket)) {
    add_part(line, fmt::format("part of {}", word(message.get(kParentMarket))));
  }
  if (message.find(kScheduledStart)) {
    add_part(line, fmt::format("starts {}", readable_time(message.get(kScheduledStart))));
  }
  return line;
}

std::string prices(const Message& message) {
  std::string line;
  for (const client::TickRule& rule : client::tick_rules(message)) {
    add_part(line, fmt::format("{} to {} by {}", rule.first, rule.last, rule.increment));
  }
  return line.empty() ? line : "prices " + line;
}

std::string terms(const Message& message) {
  std::string line;
  if (message.find(kMaxTradeVol)) {
    add_part(line,
             fmt::format(
                 "orders up to {} by {}", message.get(kMaxTradeVol), value_of(message, kRoundLot)));
  }
  add_part(line, value_of(message, kCurrency));
  if (message.find(kWinners)) {
    add_part(line, fmt::format("winners {}", message.get(kWinners)));
  }
  if (message.find(kBetDelayMs)) {
    add_part(line,
             fmt::format("bet delay {} ms{}",
                         message.get(kBetDelayMs),
                         message.has(kPassiveSkipsDelay, "Y") ? ", none of post-only orders" : ""));
  }
  if (message.find(kCommissionBp)) {
    const auto commission = message.get_int(kCommissionBp);
    add_part(line, fmt::format("commission {}.{:02} %", commission / 100, commission % 100));
  }
  if (message.find(kMarketVersion)) {
    add_part(line, fmt::format("version {}", message.get(kMarketVersion)));
  }
  return line;
}

}  // namespace

std::vector<std::string> security_lines(const Message& message) {
  if (!message.find(kSymbol)) {
    return {message.find(kReason)
                ? fmt::format("nothing to list: no such instrument or market (reason {})",
                              message.get(kReason))
                : "not told any more how markets change"};
  }
  std::vector<std::string> lines{
      fmt::format("{:<18} of {:<18} {} {}, orders from {}",
                  word(message.get(kSymbol)),
                  word(message.get(kMarketSegmentId)),
                  kind_of(message),
                  word_for(value_of(message, kSecurityStatusTag), kSecurityStatus),
                  message.get(kMinTradeVol))};
  if (message.has(kTotNoRelatedSym, "1")) {
    for (const std::string& more : {description(message), prices(message), terms(message)}) {
      if (!more.empty()) {
        lines.push_back(std::string{kIndent} + more);
      }
    }
  }
  return lines;
}

// ListUpdateAction(1324) stands before the instrument, SecurityStatus(965) behind it.
std::vector<ListedSecurity> listed_securities(const Message& message) {
  std::vector<ListedSecurity> all;
  std::string_view action;
  for (const client::Field& field : message.fields()) {
    if (field.tag == kListUpdateAction) {
      action = word_for(field.value, kListAction);
    } else if (field.tag == kSecurityStatusTag && !all.empty()) {
      all.back().status = field.value;
    } else if (field.tag == kSymbol) {
      all.push_back({.action = std::string{action},
                     .symbol = field.value,
                     .market = std::string{value_of(message, kMarketSegmentId)},
                     .kind = std::string{kind_of(message)},
                     .status = ""});
    }
  }
  return all;
}

std::vector<std::string> security_update_lines(const Message& message) {
  constexpr int kTransactTime = 60;
  const std::string_view time = value_of(message, kTransactTime);
  std::vector<std::string> lines;
  for (const ListedSecurity& each : listed_securities(message)) {
    std::string line = fmt::format(
        "{:<26} {:<18} {} of {}",
        readable_time(time.empty() ? value_of(message, client::tag::kSendingTime) : time),
        word(each.symbol),
        each.action,
        word(each.market));
    add_part(line, each.kind);
    add_part(line, word_for(each.status, kSecurityStatus));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace betex::tools
