// FIX messages in a form that people can read: `|` for SOH, length and checksum added.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "fix_spec/dialect.h"
#include "gateway/wire/checksum.h"

namespace betex::fix::testing {

inline std::string wire(std::string_view readable) {
  std::string text{readable};
  std::ranges::replace(text, '|', '\001');
  return text;
}

inline std::string readable(std::string_view wire) {
  std::string text{wire};
  std::ranges::replace(text, '\001', '|');
  return text;
}

// `body` from "35=" on, each field ended by `|`.
inline std::string message_of(std::string_view begin_string, std::string_view body) {
  std::string text = "8=" + std::string{begin_string} + "|9=" + std::to_string(body.size()) + "|" +
                     std::string{body};
  text = wire(text);
  char trailer[16];
  std::snprintf(trailer, sizeof trailer, "10=%03u\001", static_cast<unsigned>(checksum(text)));
  return text + trailer;
}

inline std::string message(FixVersion version, std::string_view body) {
  return message_of(begin_string(version), body);
}

}  // namespace betex::fix::testing
