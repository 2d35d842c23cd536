#include "gateway/wire/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

#include "matching/assert.h"

namespace betex::fix {
namespace {

using matching::Decimal;

bool all_digits(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// How many digits never make a number above `max`, whatever they are.
template <typename Integer>
constexpr std::size_t harmless_digits(Integer max) noexcept {
  std::size_t digits = 0;
  for (; max >= 9; max = static_cast<Integer>((max - 9) / 10)) {
    ++digits;
  }
  return digits;
}

// A number being read digit by digit; once too large it stays so.
template <typename Integer, Integer kMax>
class Accumulator {
 public:
  void append(std::string_view digits) noexcept {
    read_ += digits.size();
    for (const char c : digits) {
      const auto digit = static_cast<Integer>(c - '0');
      if (read_ > harmless_digits(kMax)) {
        too_large_ = too_large_ || value_ > (kMax - digit) / 10;
      }
      value_ = too_large_ ? value_ : static_cast<Integer>(value_ * 10 + digit);
    }
  }

  [[nodiscard]] bool too_large() const noexcept { return too_large_; }

  [[nodiscard]] Integer value() const noexcept { return value_; }

 private:
  Integer value_ = 0;
  std::size_t read_ = 0;
  bool too_large_ = false;
};

template <typename Integer, Integer kMax>
tl::expected<Integer, ParseFault> parse_digits(std::string_view text) noexcept {
  if (text.empty() || !all_digits(text)) {
    return tl::unexpected{ParseFault::Format};
  }
  Accumulator<Integer, kMax> number;
  number.append(text);
  if (number.too_large()) {
    return tl::unexpected{ParseFault::Range};
  }
  return number.value();
}

enum class MinDecimals : std::size_t {};

// `value` is in units of 10^-kDecimals.
template <unsigned kDecimals>
char* write_scaled(char* out, std::int64_t value, MinDecimals min_decimals) noexcept {
  const auto shown = static_cast<std::size_t>(min_decimals);
  BETEX_ASSERT(shown <= kDecimals);
  constexpr std::uint64_t kScale = [] {
    std::uint64_t scale = 1;
    for (unsigned i = 0; i < kDecimals; ++i) {
      scale *= 10;
    }
    return scale;
  }();
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *out++ = '-';
    magnitude = 0 - magnitude;
  }
  out = write_uint(out, magnitude / kScale);
  std::uint64_t rest = magnitude % kScale;
  std::size_t decimals = kDecimals;
  for (; decimals > shown && rest % 10 == 0; --decimals) {
    rest /= 10;
  }
  if (decimals == 0) {
    return out;
  }
  *out = '.';
  for (std::size_t i = decimals; i > 0; --i) {
    out[i] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  return out + 1 + decimals;
}

}  // namespace

tl::expected<Decimal, ParseFault> parse_decimal(std::string_view text) noexcept {
  constexpr std::size_t kDecimals = 6;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) {
    text.remove_prefix(1);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (whole.size() + fraction.size() == 0 || !all_digits(whole) || !all_digits(fraction)) {
    return tl::unexpected{ParseFault::Format};
  }
  Accumulator<std::int64_t, std::numeric_limits<std::int64_t>::max()> number;
  const std::string_view decimals = fraction.substr(0, kDecimals);
  number.append(whole);
  number.append(decimals);
  for (std::size_t missing = decimals.size(); missing < kDecimals; ++missing) {
    number.append("0");
  }
  const bool too_fine = fraction.find_first_not_of('0', decimals.size()) != std::string_view::npos;
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

char* write_decimal(char* out, Decimal value, unsigned min_decimals) noexcept {
  return write_scaled<6>(out, value.value(), MinDecimals{min_decimals});
}

char* write_decimal_e8(char* out, std::int64_t value, unsigned min_decimals) noexcept {
  return write_scaled<8>(out, value, MinDecimals{min_decimals});
}

char* write_money(char* out, matching::WideMoney value) noexcept {
  constexpr unsigned kMuPerUnit = 10'000;
  constexpr unsigned kMinDecimals = 2;
  constexpr std::size_t kDigits = 39;  // of 2^128
  auto magnitude = static_cast<matching::Uint128>(value.value());
  if (value.value() < 0) {
    *out++ = '-';
    magnitude = 0 - magnitude;
  }
  auto rest = static_cast<unsigned>(magnitude % kMuPerUnit);
  std::array<char, kDigits> whole;
  auto first = whole.end();
  for (magnitude /= kMuPerUnit; magnitude != 0 || first == whole.end(); magnitude /= 10) {
    *--first = static_cast<char>('0' + static_cast<int>(magnitude % 10));
  }
  out = std::copy(first, whole.end(), out);
  unsigned decimals = 4;
  for (; decimals > kMinDecimals && rest % 10 == 0; --decimals) {
    rest /= 10;
  }
  *out = '.';
  for (unsigned i = decimals; i > 0; --i) {
    out[i] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  return out + 1 + decimals;
}

char* write_uint(char* out, std::uint64_t value) noexcept {
  return std::to_chars(out, out + kMaxNumber, value).ptr;
}

}  // namespace betex::fix
