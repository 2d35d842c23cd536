#include "gateway/config/decimal_text.h"

#include <cstdint>
#include <limits>
#include <string>

namespace betex::gateway {
namespace {

constexpr std::size_t kMaxWholeDigits = 13;  // the greatest order is 1e12 contracts

}  // namespace

std::optional<matching::Decimal> parse_decimal(std::string_view text, std::size_t places) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point == std::string_view::npos ? "" : text.substr(point + 1);
  const bool has_point = point != std::string_view::npos;
  if (whole.empty() || whole.size() > kMaxWholeDigits || part.size() > places ||
      (has_point && part.empty())) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (const char c : std::string{whole} + std::string{part}) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + (c - '0');
  }
  std::int64_t unit = matching::kDecimalScale;
  for (std::size_t i = 0; i < part.size(); ++i) {
    unit /= 10;
  }
  if (value > std::numeric_limits<std::int64_t>::max() / unit) {
    return std::nullopt;
  }
  return matching::Decimal{value * unit};
}

}  // namespace betex::gateway
