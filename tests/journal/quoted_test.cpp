// What others have sent, on a line of ours.
#include "journal/quoted.h"

#include <gtest/gtest.h>

namespace betex::journal {
namespace {

using namespace std::string_literals;

TEST(InQuotes, APlainTextStandsInQuotes) {
  EXPECT_EQ(in_quotes("order-1"), "\"order-1\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

TEST(InQuotes, AQuoteEndsNothingAndABackslashHidesNothing) {
  EXPECT_EQ(in_quotes("a\" order=7 x=\""), R"("a\" order=7 x=\"")");
  EXPECT_EQ(in_quotes("a\\"), R"("a\\")");
}

TEST(InQuotes, ALineFeedAnEscapeAndAnyOtherByteAreWritten) {
  EXPECT_EQ(in_quotes("a\nb\x1b[2J\x7f\0\xc3\xa9"s.substr(0, 10)),
            R"("a\x0ab\x1b[2J\x7f\x00\xc3")");
}

TEST(InQuotes, ALongOneIsCut) {
  EXPECT_EQ(in_quotes("abcdef", 3), "\"abc\"...");
  EXPECT_EQ(in_quotes("abc", 3), "\"abc\"");
}

TEST(Escaped, OnlyWhatIsNotPrintableWhereNothingElseIsAsked) {
  EXPECT_EQ(escaped("say \"no\" \\ \t", ""), R"(say "no" \ \x09)");
}

}  // namespace
}  // namespace betex::journal
