#include "gateway/wire/decimal.h"

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using matching::Decimal;

struct GoodDecimal {
  std::string text;
  std::int64_t millionths;
};

TEST(ParseDecimal, ReadsEveryFormOfAFixFloatExactly) {
  const std::vector<GoodDecimal> cases{
      {"0", 0},
      {"1", 1'000'000},
      {"2.02", 2'020'000},
      {"100.10", 100'100'000},  // a double says 100.0999…
      {"0.60", 600'000},
      {".5", 500'000},
      {"5.", 5'000'000},
      {"0.000001", 1},
      {"0.00000100000", 1},
      {"00023", 23'000'000},
      {"00023.230", 23'230'000},
      {"-23.23", -23'230'000},
      {"-0", 0},
      {"-.5", -500'000},
      {"1000.00", 1'000'000'000},
      {"1000000000000", 1'000'000'000'000'000'000},  // contracts' cap
      {"1000000000.00", 1'000'000'000'000'000},      // stakes' cap
      {"9223372036854.775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854.775807", -std::numeric_limits<std::int64_t>::max()},
      {"000000000000000000000000000000000001.000000000000000000000000000000", 1'000'000},
  };
  for (const auto& [text, millionths] : cases) {
    const auto value = parse_decimal(text);
    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_EQ(value->value(), millionths) << text;
  }
}

TEST(ParseDecimal, RefusesWhatIsNoFixFloatAsFormat) {
  for (const std::string text :
       {"",     "-",   ".",  "-.",  "+1",  "1e3", "1E3", " 1",       "1 ",  "1,000", "1.2.3",
        "0x10", "--1", "1-", "nan", "inf", "1_0", "..",  "\xd9\xa1", "1.a", "a",     "1.-2",
        "- 1",  "-+1", "٣",  "1\t", "\n1", "1..", "..1", "1.2.",     "1e",  "0b1",   "1f"}) {
    const auto value = parse_decimal(text);
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error(), ParseFault::Format) << text;
  }
  EXPECT_EQ(parse_decimal(std::string_view("1\0", 2)).error(), ParseFault::Format);
}

TEST(ParseDecimal, RefusesWhatDoesNotFitAsRange) {
  for (const std::string text : {"0.0000001",
                                 "2.0200001",
                                 "-0.0000001",
                                 "9223372036854.775808",
                                 "-9223372036854.775808",
                                 "9223372036855",
                                 "99999999999999999999999999999999999999",
                                 "18446744073709.551616",
                                 "18446744073710",
                                 "1.00000000000000000000001"}) {
    const auto value = parse_decimal(text);
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error(), ParseFault::Range) << text;
  }
}

// Every text of up to five characters of this alphabet, against a grammar written another way.
TEST(ParseDecimal, AgreesWithTheGrammarOnAllShortTexts) {
  const std::string alphabet = "-.0179+ ";
  std::uint64_t good = 0;
  const auto check = [&](const std::string& text) {
    const std::string unsigned_text = text.starts_with('-') ? text.substr(1) : text;
    const auto points = std::count(unsigned_text.begin(), unsigned_text.end(), '.');
    const bool clean = unsigned_text.find_first_not_of("0123456789.") == std::string::npos;
    const bool digits = unsigned_text.find_first_of("0123456789") != std::string::npos;
    const bool expected = clean && digits && points <= 1;
    ASSERT_EQ(parse_decimal(text).has_value(), expected) << text;
    if (expected) {
      ++good;
      // Four decimals at most: a double is exact enough to check against.
      const double reference = std::stod(text) * 1e6;
      ASSERT_NEAR(static_cast<double>(parse_decimal(text)->value()), reference, 0.5) << text;
    }
  };
  std::vector<std::string> texts{""};
  for (int length = 0; length < 5; ++length) {
    std::vector<std::string> longer;
    for (const std::string& text : texts) {
      for (const char c : alphabet) {
        longer.push_back(text + c);
        check(longer.back());
      }
    }
    texts = std::move(longer);
  }
  EXPECT_GT(good, 1000U);
}

TEST(ParseUint, TakesOneToNineDigits) {
  EXPECT_EQ(parse_uint("0"), 0U);
  EXPECT_EQ(parse_uint("7"), 7U);
  EXPECT_EQ(parse_uint("000000007"), 7U);
  EXPECT_EQ(parse_uint("999999999"), 999'999'999U);
  for (const std::string text :
       {"1000000000", "4294967297", "0000000001", "99999999999999999999999999999999999"}) {
    ASSERT_FALSE(parse_uint(text).has_value()) << text;
    EXPECT_EQ(parse_uint(text).error(), ParseFault::Range) << text;
  }
  for (const std::string text : {"", "-1", "+1", " 1", "1 ", "1.0", "a", "1a", "0x1"}) {
    ASSERT_FALSE(parse_uint(text).has_value()) << text;
    EXPECT_EQ(parse_uint(text).error(), ParseFault::Format) << text;
  }
}

TEST(ParseUint64, TakesAllOf64Bits) {
  EXPECT_EQ(parse_uint64("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_uint64("00000000000000000000000001"), 1U);
  EXPECT_EQ(parse_uint64("18446744073709551616").error(), ParseFault::Range);
  EXPECT_EQ(parse_uint64("99999999999999999999").error(), ParseFault::Range);
  EXPECT_EQ(parse_uint64("").error(), ParseFault::Format);
  EXPECT_EQ(parse_uint64("-1").error(), ParseFault::Format);
}

std::string formatted(std::int64_t millionths, unsigned min_decimals) {
  std::string out;
  std::array<char, kMaxNumber> room;
  out.append(room.data(), write_decimal(room.data(), Decimal{millionths}, min_decimals));
  return out;
}

TEST(WriteDecimal, ShowsAtLeastTheDecimalsAskedForAndNoZerosBehind) {
  EXPECT_EQ(formatted(0, 0), "0");
  EXPECT_EQ(formatted(0, 2), "0.00");
  EXPECT_EQ(formatted(2'020'000, 2), "2.02");
  EXPECT_EQ(formatted(2'000'000, 2), "2.00");
  EXPECT_EQ(formatted(2'000'000, 0), "2");
  EXPECT_EQ(formatted(2'500'000, 0), "2.5");
  EXPECT_EQ(formatted(555'000, 2), "0.555");
  EXPECT_EQ(formatted(1, 0), "0.000001");
  EXPECT_EQ(formatted(1, 2), "0.000001");
  EXPECT_EQ(formatted(-1'500'000, 2), "-1.50");
  EXPECT_EQ(formatted(-1, 0), "-0.000001");
  EXPECT_EQ(formatted(std::numeric_limits<std::int64_t>::max(), 0), "9223372036854.775807");
  EXPECT_EQ(formatted(std::numeric_limits<std::int64_t>::min(), 0), "-9223372036854.775808");
}

TEST(WriteMoney, ShowsTwoToFourDecimalsWhateverItsSize) {
  const auto text = [](matching::Int128 mu) {
    std::array<char, kMaxMoney> room;
    return std::string{room.data(), write_money(room.data(), matching::WideMoney{mu})};
  };
  EXPECT_EQ(text(0), "0.00");
  EXPECT_EQ(text(1), "0.0001");
  EXPECT_EQ(text(-1), "-0.0001");
  EXPECT_EQ(text(100), "0.01");
  EXPECT_EQ(text(-12'345'600), "-1234.56");
  EXPECT_EQ(text(12'345'670), "1234.567");
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::max()), "922337203685477.5807");
  EXPECT_EQ(text(matching::Int128{1} << 126), "8507059173023461586584365185794205.2864");
}

TEST(WriteDecimalE8, ShowsEightDecimalsWhereNeeded) {
  const auto text = [](std::int64_t value, unsigned min_decimals) {
    std::string out;
    std::array<char, kMaxNumber> room;
    out.append(room.data(), write_decimal_e8(room.data(), value, min_decimals));
    return out;
  };
  EXPECT_EQ(text(203'000'000, 2), "2.03");
  EXPECT_EQ(text(200'000'000, 2), "2.00");
  EXPECT_EQ(text(233'333'333, 2), "2.33333333");
  EXPECT_EQ(text(0, 0), "0");
  EXPECT_EQ(text(1, 0), "0.00000001");
}

TEST(WriteDecimal, IsReadBackAsTheSame) {
  std::mt19937_64 random{20'26'11'22};
  for (int i = 0; i < 20'000; ++i) {
    const auto value =
        static_cast<std::int64_t>(random() >> (1 + random() % 62)) * (random() % 2 == 0 ? 1 : -1);
    for (unsigned min_decimals = 0; min_decimals <= 6; ++min_decimals) {
      const auto read = parse_decimal(formatted(value, min_decimals));
      ASSERT_TRUE(read.has_value()) << value;
      ASSERT_EQ(read->value(), value);
    }
  }
}

}  // namespace
}  // namespace betex::fix
