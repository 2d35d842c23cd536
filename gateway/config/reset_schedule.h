// When a session begins again at number 1 by the clock: a time of day in UTC, every day or on some
// days of the week.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "matching/types.h"

namespace betex::gateway {

// *Immutable once it is configured.*
struct ResetSchedule {
  static constexpr std::uint8_t kEveryDay = 0x7f;

  std::chrono::seconds time_of_day{0};  // after midnight
  std::uint8_t days = kEveryDay;        // a bit each, Sunday's the lowest; never 0

  // The last moment for a reset at or before `now`: a session whose epoch began before it is to be
  // reset.
  [[nodiscard]] matching::Timestamp last(matching::Timestamp now) const;

  // "Mon, Tue", as a configuration has them.
  [[nodiscard]] std::string days_text() const;
};

// "22:00:00". None where it is no time of day.
[[nodiscard]] std::optional<std::chrono::seconds> parse_time_of_day(std::string_view text);

// The bit of "Mon" in ResetSchedule::days. None where it is no day.
[[nodiscard]] std::optional<std::uint8_t> parse_day(std::string_view text);

}  // namespace betex::gateway
