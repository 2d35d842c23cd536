#include "gateway/wire/utc_time.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using matching::Timestamp;

constexpr std::int64_t kSecond = 1'000'000'000;

struct GoodTime {
  std::string text;
  std::int64_t nanoseconds;
};

TEST(ParseUtcTimestamp, ReadsAllFourPrecisions) {
  const std::vector<GoodTime> cases{
      {"19700101-00:00:00", 0},
      {"19700101-00:00:01", kSecond},
      {"20261122-14:20:31", 1'795'357'231 * kSecond},
      {"20261122-14:20:31.000", 1'795'357'231 * kSecond},
      {"20261122-14:20:31.123", 1'795'357'231 * kSecond + 123'000'000},
      {"20261122-14:20:31.123456", 1'795'357'231 * kSecond + 123'456'000},
      {"20261122-14:20:31.123456789", 1'795'357'231 * kSecond + 123'456'789},
      {"20240229-23:59:59.999999999", 1'709'251'199 * kSecond + 999'999'999},
      {"20161231-23:59:60", 1'483'228'800 * kSecond},  // a leap second is the one after it
      {"22611231-23:59:59.999999999", 9'214'646'399 * kSecond + 999'999'999},
  };
  for (const auto& [text, nanoseconds] : cases) {
    const auto time = parse_utc_timestamp(text);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(time->value(), nanoseconds) << text;
  }
}

TEST(ParseUtcTimestamp, RefusesAnyOtherShapeAsFormat) {
  for (const std::string text : {"",
                                 "20261122",
                                 "20261122-14:20",
                                 "20261122-14:20:3",
                                 "20261122-14:20:31.",
                                 "20261122-14:20:31.1",
                                 "20261122-14:20:31.12",
                                 "20261122-14:20:31.1234",
                                 "20261122-14:20:31.12345",
                                 "20261122-14:20:31.1234567",
                                 "20261122-14:20:31.12345678",
                                 "20261122-14:20:31.1234567890",
                                 "20261122-14:20:31Z",
                                 "20261122-14:20:31.12a",
                                 "20261122-14:20:31,123",
                                 "20261122 14:20:31",
                                 "2026-11-22-14:20:31",
                                 "20261122-14.20.31",
                                 "2026112a-14:20:31",
                                 "-0261122-14:20:31",
                                 " 20261122-14:20:31",
                                 "20261122-1a:20:31",
                                 "20261122-14:20:31.-12",
                                 "20261122-+4:20:31",
                                 "20261122T14:20:31",
                                 "20261122-14:20:310"}) {
    const auto time = parse_utc_timestamp(text);
    ASSERT_FALSE(time.has_value()) << text;
    EXPECT_EQ(time.error(), ParseFault::Format) << text;
  }
}

// Whatever the byte and wherever it stands.
TEST(ParseUtcTimestamp, TakesDigitsAndItsOwnSeparatorsAlone) {
  const std::string good = "20261122-14:20:31";
  for (std::size_t at = 0; at < good.size(); ++at) {
    const bool digit_wanted = good[at] != '-' && good[at] != ':';
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[at] = static_cast<char>(byte);
      const auto time = parse_utc_timestamp(text);
      const bool well_formed = digit_wanted ? byte >= '0' && byte <= '9' : text[at] == good[at];
      const bool called_malformed = !time && time.error() == ParseFault::Format;
      EXPECT_EQ(called_malformed, !well_formed) << "byte " << byte << " at " << at;
    }
  }
}

TEST(ParseUtcTimestamp, RefusesDaysAndTimesThatDoNotExistAsRange) {
  for (const std::string text : {"20261322-14:20:31",
                                 "20260022-14:20:31",
                                 "20261100-14:20:31",
                                 "20261131-14:20:31",
                                 "20250229-14:20:31",
                                 "21000229-14:20:31",
                                 "20261122-24:00:00",
                                 "20261122-14:60:00",
                                 "20261122-14:20:60",
                                 "20261122-23:58:60",
                                 "20261122-23:59:61",
                                 "19691231-23:59:59",
                                 "22620101-00:00:00",
                                 "00000101-00:00:00",
                                 "99991231-23:59:59"}) {
    const auto time = parse_utc_timestamp(text);
    ASSERT_FALSE(time.has_value()) << text;
    EXPECT_EQ(time.error(), ParseFault::Range) << text;
  }
}

std::string formatted(std::int64_t nanoseconds) {
  std::string out;
  append_utc_timestamp(out, Timestamp{nanoseconds});
  return out;
}

TEST(AppendUtcTimestamp, WritesMicrosecondsAndCutsTheRest) {
  EXPECT_EQ(formatted(0), "19700101-00:00:00.000000");
  EXPECT_EQ(formatted(999), "19700101-00:00:00.000000");
  EXPECT_EQ(formatted(1'795'357'231 * kSecond + 123'456'789), "20261122-14:20:31.123456");
  EXPECT_EQ(formatted(1'709'251'199 * kSecond + 999'999'999), "20240229-23:59:59.999999");
}

TEST(WriteUtcDate, WritesTheDay) {
  std::array<char, kUtcDateLength> room;
  const char* const end =
      write_utc_date(room.data(), Timestamp{1'795'357'231 * kSecond + 123'456'789});
  EXPECT_EQ((std::string_view{room.data(), end}), "20261122");
}

// Every day from 1970 to 2261, against the C library's calendar.
TEST(UtcTimestamp, AgreesWithTheCalendarOnEveryDay) {
  constexpr std::int64_t kDays = 106'650;
  for (std::int64_t day = 0; day < kDays; ++day) {
    const std::time_t seconds = day * 86'400 + day % 86'400;
    std::tm parts{};
    ASSERT_NE(gmtime_r(&seconds, &parts), nullptr);
    char expected[32];
    ASSERT_EQ(std::strftime(expected, sizeof expected, "%Y%m%d-%H:%M:%S", &parts), 17U);
    ASSERT_EQ(formatted(seconds * kSecond), std::string{expected} + ".000000");
    const auto read = parse_utc_timestamp(expected);
    ASSERT_TRUE(read.has_value()) << expected;
    ASSERT_EQ(read->value(), seconds * kSecond) << expected;
  }
}

TEST(UtcTimestamp, IsReadBackAsTheSameAtEverySecondOfADay) {
  for (std::int64_t second = 0; second < 86'400; ++second) {
    const std::int64_t time = 1'795'305'600 * kSecond + second * kSecond + second * 11'000;
    const auto read = parse_utc_timestamp(formatted(time));
    ASSERT_TRUE(read.has_value());
    ASSERT_EQ(read->value(), time);
  }
}

}  // namespace
}  // namespace betex::fix
