// Decimal numbers between FIX text and integers, exactly: no double on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <tl/expected.hpp>

#include "matching/types.h"

namespace betex::fix {

// What is wrong with a value's text. Format: not a text of the field's type (SessionRejectReason
// 373=6). Range: well-formed, but nothing we can hold (373=5).
enum class ParseFault : std::uint8_t { Format, Range };

// FIX float: an optional minus sign, digits, optionally a point and digits; at least one digit, no
// exponent, no plus sign, no spaces. Anything but zeros after the sixth decimal is Range, as is
// what does not fit.
[[nodiscard]] tl::expected<matching::Decimal, ParseFault> parse_decimal(
    std::string_view text) noexcept;

// An integer without sign, of 1 to 9 digits; leading zeros are allowed, as FIX does.
[[nodiscard]] tl::expected<std::uint32_t, ParseFault> parse_uint(std::string_view text) noexcept;

// As above, up to 18446744073709551615.
[[nodiscard]] tl::expected<std::uint64_t, ParseFault> parse_uint64(std::string_view text) noexcept;

// What any of the following writes at most, but for an amount.
inline constexpr std::size_t kMaxNumber = 24;

// Writes `value` with at least `min_decimals` (≤ 6) decimals and no superfluous zeros after them;
// returns the end of what was written.
char* write_decimal(char* out, matching::Decimal value, unsigned min_decimals) noexcept;

// The same for a value in 1/100 000 000, as AvgPx(6) has it.
char* write_decimal_e8(char* out, std::int64_t value, unsigned min_decimals) noexcept;

// An amount, with at least two decimals. It may be longer than the other numbers.
inline constexpr std::size_t kMaxMoney = 48;
char* write_money(char* out, matching::WideMoney value) noexcept;

char* write_uint(char* out, std::uint64_t value) noexcept;

}  // namespace betex::fix
