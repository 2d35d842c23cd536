#include "gateway/client/tick_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Of an instrument, without a rule yet.
Message security(int count) {
  Message message{"y"};
  message.add(146, 1).add(55, "EPL.HOME").add(965, "1").add(1205, count);
  return message;
}

Message& add_rule(Message& message, const char* first, const char* last, const char* increment) {
  return message.add(1206, first).add(1207, last).add(1208, increment);
}

TEST(TickRules, StandInTheListOfTheInstrument) {
  Message message = security(2);
  add_rule(message, "1.01", "2.00", "0.01");
  add_rule(message, "2.02", "3.00", "0.02").add(562, "0.01");
  EXPECT_THAT(tick_rules(message),
              ElementsAre(TickRule{"1.01", "2.00", "0.01"}, TickRule{"2.02", "3.00", "0.02"}));
  Message none{"y"};
  none.add(560, 2);
  EXPECT_THAT(tick_rules(none), IsEmpty());
}

TEST(TickRules, HaveTheirEndsAndNothingBetweenTwoOfThem) {
  const std::vector<TickRule> rules{{"1.01", "2.00", "0.01"}, {"2.02", "3.00", "0.02"}};
  for (const char* const price : {"1.01", "1.02", "1.99", "2", "2.00", "2.02", "2.040", "3.00"}) {
    EXPECT_TRUE(has_price(rules, price)) << price;
  }
  for (const char* const price : {"0", "1", "1.00", "1.015", "2.01", "2.03", "3.02", "1000"}) {
    EXPECT_FALSE(has_price(rules, price)) << price;
  }
  EXPECT_FALSE(has_price({}, "2"));
}

// Counted from the rule's own first price, not from nothing.
TEST(TickRules, CountTheirIncrementsFromTheFirstPrice) {
  const std::vector<TickRule> rules{{"0.005", "0.995", "0.01"}};
  EXPECT_TRUE(has_price(rules, "0.015"));
  EXPECT_FALSE(has_price(rules, "0.01"));
}

TEST(TickRules, OfAnotherFormAreAnError) {
  Message shorter = security(2);
  add_rule(shorter, "1.01", "2.00", "0.01").add(562, "0.01");
  EXPECT_THROW((void)tick_rules(shorter), ProtocolError);
  Message torn = security(1);
  torn.add(1206, "1.01").add(1208, "0.01");
  EXPECT_THROW((void)tick_rules(torn), ProtocolError);
  Message still = security(1);
  add_rule(still, "1.01", "2.00", "0.00");
  EXPECT_THROW((void)tick_rules(still), ProtocolError);
  Message backwards = security(1);
  add_rule(backwards, "2.00", "1.01", "0.01");
  EXPECT_THROW((void)tick_rules(backwards), ProtocolError);
  Message words = security(1);
  add_rule(words, "low", "high", "some");
  EXPECT_THROW((void)tick_rules(words), ProtocolError);
  EXPECT_THROW((void)has_price({{"1.01", "2.00", "0.01"}}, "much"), ProtocolError);
}

}  // namespace
}  // namespace betex::client
