// Words that lines about reports have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/client/message.h"

namespace betex::tools {

// An id or a name that somebody has chosen, as one word: in quotes where it might be taken for
// more.
[[nodiscard]] std::string word(std::string_view chosen);

// "20261122-14:00:00.123456" as "2026-11-22 14:00:00.123456".
[[nodiscard]] std::string readable_time(std::string_view utc);

// The same as ISO 8601, "2026-11-22T14:00:00.123456Z".
[[nodiscard]] std::string iso_time(std::string_view utc);

// Text(58) and the engine's reason, as "insufficient funds (reason 63)".
[[nodiscard]] std::string reason_text(std::string_view text,
                                      const std::optional<std::int64_t>& reason);
[[nodiscard]] std::string reason_text(const client::Message& message);

// " (copy)" of a message that was somebody else's.
[[nodiscard]] std::string_view copy_note(const client::Message& message);

// SecurityTradingStatus(326) and SuspendReason(20032) as words.
[[nodiscard]] std::string_view trading_status_word(std::string_view code);
[[nodiscard]] std::string_view suspend_reason_word(std::string_view code);

// The word for a code; the code itself where it is none of ours.
template <typename Pairs>
[[nodiscard]] std::string_view word_for(std::string_view code, const Pairs& pairs) {
  for (const auto& [each, its_word] : pairs) {
    if (each == code) {
      return its_word;
    }
  }
  return code;
}

// The value of a field; empty where it is absent.
[[nodiscard]] inline std::string_view value_of(const client::Message& message, int tag) {
  return message.find(tag).value_or("");
}

}  // namespace betex::tools
