#include "gateway/fix/decimal.h"

#include <array>
#include <charconv>
#include <limits>
#include <type_traits>

#include "matching/assert.h"

namespace betex::fix {
namespace {

using matching::Decimal;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr unsigned digit_value(char c) noexcept {
  return static_cast<unsigned>(c - '0');
}

// A number being read digit by digit; once too large it stays so.
template <typename Integer, Integer kMax>
class Accumulator {
 public:
  void append(unsigned digit) noexcept {
    const auto next = static_cast<Integer>(digit);
    too_large_ = too_large_ || value_ > (kMax - next) / 10;
    value_ = too_large_ ? value_ : static_cast<Integer>(value_ * 10 + next);
  }

  [[nodiscard]] bool too_large() const noexcept { return too_large_; }

  [[nodiscard]] Integer value() const noexcept { return value_; }

 private:
  Integer value_ = 0;
  bool too_large_ = false;
};

template <typename Integer, Integer kMax>
tl::expected<Integer, ParseFault> parse_digits(std::string_view text) noexcept {
  if (text.empty()) {
    return tl::unexpected{ParseFault::Format};
  }
  Accumulator<Integer, kMax> number;
  for (const char c : text) {
    if (!is_digit(c)) {
      return tl::unexpected{ParseFault::Format};
    }
    number.append(digit_value(c));
  }
  if (number.too_large()) {
    return tl::unexpected{ParseFault::Range};
  }
  return number.value();
}

// `value` is in units of 10^-kDecimals.
template <unsigned kDecimals>
void append_scaled(std::string& out, std::int64_t value, unsigned min_decimals) {
  BETEX_ASSERT(min_decimals <= kDecimals);
  constexpr std::uint64_t kScale = [] {
    std::uint64_t scale = 1;
    for (unsigned i = 0; i < kDecimals; ++i) {
      scale *= 10;
    }
    return scale;
  }();
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    out.push_back('-');
    magnitude = 0 - magnitude;
  }
  append_uint(out, magnitude / kScale);

  std::array<char, kDecimals> decimals{};
  std::uint64_t rest = magnitude % kScale;
  std::size_t shown = min_decimals;
  for (std::size_t i = kDecimals; i > 0; --i) {
    const auto digit = static_cast<char>(rest % 10);
    rest /= 10;
    decimals[i - 1] = static_cast<char>('0' + digit);
    if (digit != 0 && i > shown) {
      shown = i;
    }
  }
  if (shown > 0) {
    out.push_back('.');
    out.append(decimals.data(), shown);
  }
}

}  // namespace

tl::expected<Decimal, ParseFault> parse_decimal(std::string_view text) noexcept {
  constexpr unsigned kDecimals = 6;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) {
    text.remove_prefix(1);
  }
  Accumulator<std::int64_t, std::numeric_limits<std::int64_t>::max()> number;
  bool any_digit = false;
  bool after_point = false;
  bool too_fine = false;
  unsigned decimals = 0;
  for (const char c : text) {
    if (c == '.' && !after_point) {
      after_point = true;
    } else if (!is_digit(c)) {
      return tl::unexpected{ParseFault::Format};
    } else {
      any_digit = true;
      if (decimals == kDecimals) {
        too_fine = too_fine || c != '0';
      } else {
        number.append(digit_value(c));
        decimals += after_point ? 1U : 0U;
      }
    }
  }
  if (!any_digit) {
    return tl::unexpected{ParseFault::Format};
  }
  for (; decimals < kDecimals; ++decimals) {
    number.append(0);
  }
  if (too_fine || number.too_large()) {
    return tl::unexpected{ParseFault::Range};
  }
  return Decimal{negative ? -number.value() : number.value()};
}

tl::expected<std::uint32_t, ParseFault> parse_uint(std::string_view text) noexcept {
  constexpr std::size_t kMaxDigits = 9;
  auto value = parse_digits<std::uint32_t, 999'999'999>(text);
  if (value && text.size() > kMaxDigits) {
    return tl::unexpected{ParseFault::Range};
  }
  return value;
}

tl::expected<std::uint64_t, ParseFault> parse_uint64(std::string_view text) noexcept {
  return parse_digits<std::uint64_t, std::numeric_limits<std::uint64_t>::max()>(text);
}

void append_decimal(std::string& out, Decimal value, unsigned min_decimals) {
  append_scaled<6>(out, value.value(), min_decimals);
}

void append_decimal_e8(std::string& out, std::int64_t value, unsigned min_decimals) {
  append_scaled<8>(out, value, min_decimals);
}

void append_uint(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace betex::fix
