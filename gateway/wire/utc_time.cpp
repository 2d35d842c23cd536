#include "gateway/wire/utc_time.h"

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>

#include "matching/assert.h"

namespace betex::fix {
namespace {

using matching::Timestamp;
using std::chrono::nanoseconds;

// "YYYYMMDD-HH:MM:SS"; a fraction follows it.
constexpr std::size_t kWholeLength = 17;
constexpr std::size_t kTimeBegin = 9;
constexpr int kMinYear = 1970;
constexpr int kMaxYear = 2261;  // the last whole one in 63 bits of nanoseconds

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Eight characters at once, since every message has two of these texts: what each is more than the
// zeros of a pattern, and 0 where it is the pattern's own.
class EightDigits {
 public:
  // `text` and `zeros` have eight characters. `own`: a byte of ones for each that is not a digit.
  EightDigits(const char* text, const char* zeros, std::uint64_t own) noexcept {
    static_assert(std::endian::native == std::endian::little, "the first is the lowest byte");
    std::uint64_t pattern = 0;
    std::memcpy(&digits_, text, sizeof digits_);
    std::memcpy(&pattern, zeros, sizeof pattern);
    digits_ ^= pattern;
    // A byte above 9 has its highest bit set, or gets it by adding 0x76. One that has it may carry
    // into the next, which changes nothing: it is enough that there is one.
    constexpr std::uint64_t kEach = 0x0101010101010101;
    good_ = ((digits_ | (digits_ + kEach * 0x76)) & (kEach * 0x80)) == 0 && (digits_ & own) == 0;
  }

  [[nodiscard]] bool good() const noexcept { return good_; }

  // The number that the characters `at` and `at` + 1 are.
  [[nodiscard]] unsigned two(unsigned at) const noexcept { return digit(at) * 10 + digit(at + 1); }

 private:
  [[nodiscard]] unsigned digit(unsigned at) const noexcept {
    return static_cast<unsigned>(digits_ >> (at * 8)) & 0xffU;
  }

  std::uint64_t digits_ = 0;
  bool good_ = false;
};

// `digits` are digits, at most nine.
int number(std::string_view digits) noexcept {
  int value = 0;
  for (const char c : digits) {
    value = value * 10 + (c - '0');
  }
  return value;
}

// ".fff", ".ffffff", ".fffffffff" or nothing.
tl::expected<nanoseconds, ParseFault> parse_fraction(std::string_view text) noexcept {
  if (text.empty()) {
    return nanoseconds{0};
  }
  const std::string_view digits = text.substr(1);
  if (text.front() != '.' || (digits.size() != 3 && digits.size() != 6 && digits.size() != 9)) {
    return tl::unexpected{ParseFault::Format};
  }
  for (const char c : digits) {
    if (!is_digit(c)) {
      return tl::unexpected{ParseFault::Format};
    }
  }
  constexpr int kThousand = 1000;
  int value = number(digits);
  for (std::size_t missing = digits.size(); missing < 9; missing += 3) {
    value *= kThousand;
  }
  return nanoseconds{value};
}

// Exactly as many digits as `out` is long, zeros in front.
template <std::size_t kDigits>
void put(char* out, unsigned value) noexcept {
  for (std::size_t i = kDigits; i > 0; --i) {
    out[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

tl::expected<Timestamp, ParseFault> parse_utc_timestamp(std::string_view text) noexcept {
  if (text.size() < kWholeLength || text[kTimeBegin - 1] != '-') {
    return tl::unexpected{ParseFault::Format};
  }
  constexpr std::uint64_t kColons = 0x0000'ff00'00ff'0000;
  const EightDigits day{text.data(), "00000000", 0};
  const EightDigits clock{text.data() + kTimeBegin, "00:00:00", kColons};
  if (!day.good() || !clock.good()) {
    return tl::unexpected{ParseFault::Format};
  }
  const auto fraction = parse_fraction(text.substr(kWholeLength));
  if (!fraction) {
    return tl::unexpected{fraction.error()};
  }
  const auto year = static_cast<int>(day.two(0) * 100 + day.two(2));
  const std::chrono::year_month_day date{
      std::chrono::year{year}, std::chrono::month{day.two(4)}, std::chrono::day{day.two(6)}};
  const unsigned hour = clock.two(0);
  const unsigned minute = clock.two(3);
  const unsigned second = clock.two(6);
  const bool leap_second = second == 60 && minute == 59 && hour == 23;
  if (year < kMinYear || year > kMaxYear || !date.ok() || hour > 23 || minute > 59 ||
      (second > 59 && !leap_second)) {
    return tl::unexpected{ParseFault::Range};
  }
  const nanoseconds since_epoch = std::chrono::sys_days{date}.time_since_epoch() +
                                  std::chrono::hours{hour} + std::chrono::minutes{minute} +
                                  std::chrono::seconds{second} + *fraction;
  return Timestamp{since_epoch.count()};
}

char* write_utc_date(char* text, Timestamp time) noexcept {
  const auto days = std::chrono::floor<std::chrono::days>(nanoseconds{time.value()});
  const std::chrono::year_month_day date{std::chrono::sys_days{days}};
  const int year = static_cast<int>(date.year());
  BETEX_ASSERT(year >= kMinYear && year <= kMaxYear + 1);
  put<4>(text, static_cast<unsigned>(year));
  put<2>(text + 4, static_cast<unsigned>(date.month()));
  put<2>(text + 6, static_cast<unsigned>(date.day()));
  return text + kUtcDateLength;
}

char* write_utc_timestamp(char* text, Timestamp time) noexcept {
  const nanoseconds since_epoch{time.value()};
  const auto days = std::chrono::floor<std::chrono::days>(since_epoch);
  auto microseconds =
      static_cast<std::uint64_t>((since_epoch - days) / std::chrono::microseconds{1});
  constexpr std::uint64_t kMillion = 1'000'000;
  const auto seconds = static_cast<unsigned>(microseconds / kMillion);

  write_utc_date(text, time);
  text[8] = '-';
  put<2>(text + 9, seconds / 3600);
  text[11] = ':';
  put<2>(text + 12, seconds / 60 % 60);
  text[14] = ':';
  put<2>(text + 15, seconds % 60);
  text[17] = '.';
  put<6>(text + 18, static_cast<unsigned>(microseconds % kMillion));
  return text + kUtcTimestampLength;
}

void append_utc_timestamp(std::string& out, Timestamp time) {
  std::array<char, kUtcTimestampLength> text;
  write_utc_timestamp(text.data(), time);
  out.append(text.data(), text.size());
}

}  // namespace betex::fix
