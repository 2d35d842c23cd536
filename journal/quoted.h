// Texts that others have sent, as a log, a dump or a terminal may have them: on one line, without
// control characters, and not to be taken for anything of ours.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace betex::journal {

// Printable ASCII stays as it is, but for the characters of `also`, which get a backslash; any
// other byte becomes \xNN.
[[nodiscard]] inline std::string escaped(std::string_view text, std::string_view also = "\\\"") {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c < ' ' || c > '~') {
      const auto byte = static_cast<unsigned char>(c);
      safe += "\\x";
      safe += kDigits[byte >> 4U];
      safe += kDigits[byte & 0xfU];
    } else {
      if (also.find(c) != std::string_view::npos) {
        safe += '\\';
      }
      safe += c;
    }
  }
  return safe;
}

// In double quotes. Of a text longer than `max_size` the beginning, with "..." behind the quotes.
[[nodiscard]] inline std::string in_quotes(std::string_view text,
                                           std::size_t max_size = std::string_view::npos) {
  return '"' + escaped(text.substr(0, max_size)) + '"' + (text.size() > max_size ? "..." : "");
}

}  // namespace betex::journal
