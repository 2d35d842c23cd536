#include "gateway/tools/report_words.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "journal/quoted.h"

namespace betex::tools {
namespace {

using Meaning = std::pair<std::string_view, std::string_view>;

// SecurityTradingStatus(326).
constexpr std::array<Meaning, 8> kTradingStatus{{{"2", "HALTED"},
                                                 {"3", "RESUMED"},
                                                 {"17", "OPEN"},
                                                 {"18", "NOT OPEN"},
                                                 {"20", "UNKNOWN"},
                                                 {"100", "DETERMINED"},
                                                 {"101", "SETTLED"},
                                                 {"102", "VOIDED"}}};

// SuspendReason(20032).
constexpr std::array<Meaning, 4> kSuspendReason{
    {{"1", "goal"}, {"2", "runner removal"}, {"3", "turning in play"}, {"4", "pause"}}};

}  // namespace

std::string word(std::string_view chosen) {
  const bool plain = std::all_of(chosen.begin(), chosen.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\';
  });
  return plain ? std::string{chosen} : journal::in_quotes(chosen);
}

std::string readable_time(std::string_view utc) {
  if (utc.size() < 17) {
    return std::string{utc};
  }
  return fmt::format(
      "{}-{}-{} {}", utc.substr(0, 4), utc.substr(4, 2), utc.substr(6, 2), utc.substr(9));
}

std::string iso_time(std::string_view utc) {
  std::string text = readable_time(utc);
  if (text.size() > 10) {
    text[10] = 'T';
    text += 'Z';
  }
  return text;
}

std::string reason_text(std::string_view text, const std::optional<std::int64_t>& reason) {
  std::string line{text.empty() ? "no reason given" : text};
  if (reason) {
    line += fmt::format(" (reason {})", *reason);
  }
  return line;
}

std::string reason_text(const client::Message& message) {
  constexpr int kRejectText = 1328;
  constexpr int kEngineReason = 20001;
  const std::string_view text = value_of(message, client::tag::kText);
  std::optional<std::int64_t> reason;
  if (message.find(kEngineReason)) {
    reason = message.get_int(kEngineReason);
  }
  return reason_text(text.empty() ? value_of(message, kRejectText) : text, reason);
}

std::string_view trading_status_word(std::string_view code) {
  return word_for(code, kTradingStatus);
}

std::string_view suspend_reason_word(std::string_view code) {
  return word_for(code, kSuspendReason);
}

std::string_view copy_note(const client::Message& message) {
  constexpr int kCopyMsgIndicator = 797;
  return message.has(kCopyMsgIndicator, "Y") ? " (copy)" : "";
}

}  // namespace betex::tools
