#include "gateway/time/exchange_time.h"

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;
using matching::Timestamp;

constexpr Timestamp kNow{1'800'000'000'000'000'000};

constexpr Timestamp after(std::chrono::nanoseconds time) {
  return kNow + Timestamp{time.count()};
}

TEST(ExchangeTime, IsSessionTimeWhereTheLogIsNotAhead) {
  const ExchangeTime time{after(-1h), 100s};
  EXPECT_EQ(time.at(kNow, 100s), kNow);
  EXPECT_EQ(time.at(after(5s), 105s), after(5s));
}

TEST(ExchangeTime, IsSessionTimeAlsoWithAnEmptyLog) {
  const ExchangeTime time{Timestamp{}, 100s};
  EXPECT_EQ(time.at(kNow, 100s), kNow);
}

TEST(ExchangeTime, RunsAtHalfTheSpeedUntilSessionTimeHasCaughtUpWithTheLog) {
  const ExchangeTime time{after(12h), 100s};
  EXPECT_EQ(time.at(kNow, 100s), after(12h));
  EXPECT_EQ(time.at(after(10s), 110s), after(12h + 5s)) << "it never stands still";
  EXPECT_EQ(time.at(after(23h), 100s + 23h), after(23h + 30min));
  EXPECT_EQ(time.at(after(24h), 100s + 24h), after(24h));
  EXPECT_EQ(time.at(after(25h), 100s + 25h), after(25h)) << "and goes with it from then on";
}

}  // namespace
}  // namespace betex::gateway
