#include "gateway/config/reset_schedule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "matching/assert.h"

namespace betex::gateway {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

constexpr std::uint8_t bit_of(unsigned day) {
  return static_cast<std::uint8_t>(1U << day);
}

// Two digits, below `limit`.
std::optional<int> two_digits(std::string_view text, int limit) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value >= limit) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

matching::Timestamp ResetSchedule::last(matching::Timestamp now) const {
  BETEX_ASSERT((days & kEveryDay) != 0);
  const sys_time<nanoseconds> at{nanoseconds{now.value()}};
  sys_days day = floor<std::chrono::days>(at);
  while (day + time_of_day > at || (days & bit_of(weekday{day}.c_encoding())) == 0) {
    day -= std::chrono::days{1};
  }
  const sys_time<nanoseconds> moment = day + time_of_day;
  return matching::Timestamp{moment.time_since_epoch().count()};
}

std::string ResetSchedule::days_text() const {
  std::string text;
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    if ((days & bit_of(static_cast<unsigned>(day))) != 0) {
      text += text.empty() ? "" : ", ";
      text += kDays[day];
    }
  }
  return text;
}

std::optional<seconds> parse_time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') {
    return std::nullopt;
  }
  const auto hour = two_digits(text.substr(0, 2), 24);
  const auto minute = two_digits(text.substr(3, 2), 60);
  const auto second = two_digits(text.substr(6, 2), 60);
  if (!hour || !minute || !second) {
    return std::nullopt;
  }
  return hours{*hour} + minutes{*minute} + seconds{*second};
}

std::optional<std::uint8_t> parse_day(std::string_view text) {
  const auto* const found = std::ranges::find(kDays, text);
  return found == kDays.end() ? std::nullopt
                              : std::optional{bit_of(static_cast<unsigned>(found - kDays.begin()))};
}

}  // namespace betex::gateway
