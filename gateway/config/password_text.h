// What a password may not look like: nobody types such bytes on purpose, and SOH among them would
// end the field of the Logon that carries it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/config_error.h"

namespace betex::gateway {

inline constexpr std::string_view kUtf8Bom = "\xef\xbb\xbf";

[[nodiscard]] inline bool is_control_byte(char c) noexcept {
  return (c >= '\0' && c < ' ') || c == '\x7f';
}

[[nodiscard]] inline bool begins_or_ends_in_quotes(std::string_view text) noexcept {
  constexpr std::string_view kQuotes = "\"'";
  return !text.empty() && (kQuotes.find(text.front()) != std::string_view::npos ||
                           kQuotes.find(text.back()) != std::string_view::npos);
}

// What is wrong with a password as somebody has typed or piped it, without saying any of it;
// nothing: it may be one.
[[nodiscard]] inline std::optional<Complaint> wrong_password(std::string_view password) {
  if (password.empty()) {
    return Complaint{"is empty", "give one"};
  }
  if (password.starts_with(kUtf8Bom)) {
    return Complaint{"begins with a byte order mark (BOM)", "save it without one"};
  }
  if (password.ends_with('\r')) {
    return Complaint{"ends in a carriage return (CR)", "end its line in LF alone"};
  }
  if (std::ranges::any_of(password, is_control_byte)) {
    return Complaint{"holds control characters", "choose one without"};
  }
  if (begins_or_ends_in_quotes(password)) {
    return Complaint{"begins or ends in quotes, which would be part of it", "leave them out"};
  }
  return std::nullopt;
}

}  // namespace betex::gateway
