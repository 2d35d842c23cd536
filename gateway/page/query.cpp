#include "gateway/page/query.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

#include "matching/types.h"

namespace betex::gateway {
namespace {

// The value of `name`; empty where it is not there.
std::string_view value_of(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const std::size_t equals = part.find('=');
    if (part.substr(0, equals) == name && equals != part.npos) {
      return part.substr(equals + 1);
    }
  }
  return {};
}

// Nothing: a % that two hexadecimal digits do not follow.
std::optional<std::string> percent_decoded(std::string_view text) {
  constexpr std::size_t kDigits = 2;
  constexpr int kHexadecimal = 16;
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, kDigits);
    unsigned char byte = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, kHexadecimal);
    if (error != std::errc{} || digits.size() != kDigits || end != digits.data() + kDigits) {
      return std::nullopt;
    }
    decoded += static_cast<char>(byte);
    i += kDigits;
  }
  return decoded;
}

}  // namespace

std::optional<std::string> market_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  const std::string_view query = mark == target.npos ? "" : target.substr(mark + 1);
  std::optional<std::string> market = percent_decoded(value_of(query, "market"));
  return market && market->size() <= matching::Name::kCapacity ? market : std::nullopt;
}

}  // namespace betex::gateway
