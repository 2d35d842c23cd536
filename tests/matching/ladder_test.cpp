// Every tick of every ladder, and every price beside one.
#include "matching/ladder.h"

#include <gtest/gtest.h>

namespace betex::matching {
namespace {

struct Case {
  LadderKind kind;
  std::int32_t ticks;
  std::int64_t first;
  std::int64_t last;
};

class EveryLadder : public ::testing::TestWithParam<Case> {};

TEST_P(EveryLadder, RoundTripsEveryTickAndRefusesEveryPriceBetween) {
  const Ladder& ladder = *find_ladder(GetParam().kind);
  ASSERT_EQ(ladder.tick_count(), GetParam().ticks);
  EXPECT_EQ(ladder.price_of(Tick{0}), Price{GetParam().first});
  EXPECT_EQ(ladder.price_of(Tick{GetParam().ticks - 1}), Price{GetParam().last});
  std::int32_t next = 0;  // the tick whose price comes next
  for (std::int64_t price = -10; price <= GetParam().last + 2'000; ++price) {
    const auto tick = ladder.tick_of(Price{price});
    if (next < ladder.tick_count() && ladder.price_of(Tick{next}) == Price{price}) {
      ASSERT_EQ(tick, Tick{next}) << price;
      ++next;
    } else {
      ASSERT_FALSE(tick.has_value()) << price;
    }
  }
  EXPECT_EQ(next, ladder.tick_count());
}

INSTANTIATE_TEST_SUITE_P(Ladders,
                         EveryLadder,
                         ::testing::Values(Case{LadderKind::Classic, 350, 101, 100'000},
                                           Case{LadderKind::Finest, 99'900, 101, 100'000},
                                           Case{LadderKind::LinearCent, 99, 100, 9'900},
                                           Case{LadderKind::TaperedDeciCent, 279, 10, 9'990},
                                           Case{LadderKind::DeciCent, 999, 10, 9'990}));

}  // namespace
}  // namespace betex::matching
