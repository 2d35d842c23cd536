// UTCTimestamp between FIX text and nanoseconds, by integer arithmetic alone: no locale, no time
// zone, no double.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "gateway/wire/decimal.h"
#include "matching/types.h"

namespace betex::fix {

// YYYYMMDD-HH:MM:SS with a fraction of 0, 3, 6 or 9 digits. 23:59:60 is the second after it. Range:
// no such day or time, or outside the years 1970 to 2261.
[[nodiscard]] tl::expected<matching::Timestamp, ParseFault> parse_utc_timestamp(
    std::string_view text) noexcept;

inline constexpr std::size_t kUtcTimestampLength = 24;

// Writes YYYYMMDD-HH:MM:SS.ffffff; what is finer than a microsecond is cut off. `time` must lie in
// the years that can be parsed. Returns the end of what was written.
char* write_utc_timestamp(char* out, matching::Timestamp time) noexcept;

inline constexpr std::size_t kUtcDateLength = 8;

// Writes the day alone, YYYYMMDD; as above.
char* write_utc_date(char* out, matching::Timestamp time) noexcept;

// Appends what write_utc_timestamp() writes.
void append_utc_timestamp(std::string& out, matching::Timestamp time);

}  // namespace betex::fix
