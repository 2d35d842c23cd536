// The token bucket.
#include "gateway/session/throttle.h"

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using Verdict = Throttle::Verdict;

class ThrottleTest : public testing::Test {
 protected:
  Throttle::Clock::time_point now_ = Throttle::Clock::now() + 1h;
  Throttle throttle_{{.messages_per_second = 10, .burst = 3, .refusals_before_a_pause = 2}};
};

TEST_F(ThrottleTest, LetsABurstThroughAndThenSoManyASecond) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(throttle_.weigh(now_), Verdict::Pass);
  }
  EXPECT_EQ(throttle_.weigh(now_), Verdict::Refuse);
  EXPECT_EQ(throttle_.weigh(now_ + 110ms), Verdict::Pass);
  EXPECT_EQ(throttle_.weigh(now_ + 110ms), Verdict::Refuse);
}

TEST_F(ThrottleTest, PausesAfterManyInASecond) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(throttle_.weigh(now_), Verdict::Pause);
  }
  EXPECT_EQ(throttle_.weigh(now_), Verdict::Pause);
  EXPECT_EQ(throttle_.resume_at(), now_ + 1s);
  EXPECT_EQ(throttle_.weigh(throttle_.resume_at()), Verdict::Pass);
}

TEST_F(ThrottleTest, MakesWhatComesAgainWait) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(throttle_.weigh_resent(now_), Verdict::Pass);
  }
  EXPECT_EQ(throttle_.weigh_resent(now_), Verdict::Pause);
  EXPECT_EQ(throttle_.weigh_resent(throttle_.resume_at()), Verdict::Pass);
}

TEST(Throttle, LetsEverythingThroughWithoutALimit) {
  Throttle throttle{{}};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(throttle.weigh(Throttle::Clock::now()), Verdict::Pass);
  }
}

}  // namespace
}  // namespace betex::fix
