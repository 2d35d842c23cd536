// The token bucket, and what a session may send by it.
#include "gateway/session/throttle.h"

#include <gtest/gtest.h>

#include "gateway/session/inbound_allowance.h"

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

TEST_F(ThrottleTest, SaysWhatIsLeft) {
  EXPECT_EQ(throttle_.left(now_), 3U);
  EXPECT_EQ(throttle_.weigh(now_), Verdict::Pass);
  EXPECT_EQ(throttle_.left(now_), 2U);
  EXPECT_EQ(throttle_.left(now_ + 50ms), 2U) << "half a message is none";
  EXPECT_EQ(throttle_.left(now_ + 110ms), 3U);
  EXPECT_EQ(throttle_.left(now_ + 1h), 3U) << "never more than at once";
}

// Whatever the rate: what comes then passes, and what comes before it does not.
TEST(Throttle, SaysWhenTheNextOneMayCome) {
  for (const std::uint32_t rate : {1U, 3U, 7U, 30U, 999U, 1'000U, 30'000U}) {
    Throttle::Clock::time_point now = Throttle::Clock::now() + 1h;
    Throttle throttle{
        {.messages_per_second = rate, .burst = 1, .refusals_before_a_pause = 1'000'000}};
    EXPECT_EQ(throttle.weigh(now), Verdict::Pass);
    for (int i = 0; i < 100; ++i) {
      now += std::chrono::microseconds{7};
      ASSERT_EQ(throttle.weigh(now), Verdict::Refuse) << rate;
      const auto wait = throttle.wait(now);
      EXPECT_GE(wait, 1ms);
      EXPECT_LE(wait, std::chrono::milliseconds{1'000 / rate + 1}) << rate;
      if (rate <= 100) {
        EXPECT_EQ(throttle.weigh(now + wait - 2ms), Verdict::Refuse) << rate;
      }
      now += wait;
      EXPECT_EQ(throttle.wait(now), 0ms);
      ASSERT_EQ(throttle.weigh(now), Verdict::Pass) << rate << ", " << i;
    }
  }
}

TEST(Throttle, WithoutALimitNobodyWaits) {
  Throttle throttle{{}};
  EXPECT_EQ(throttle.wait(Throttle::Clock::now()), 0ms);
}

TEST(Throttle, LetsEverythingThroughWithoutALimit) {
  Throttle throttle{{}};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(throttle.weigh(Throttle::Clock::now()), Verdict::Pass);
  }
}

// ---- What a session may send --------------------------------------------------------------------

class InboundAllowanceTest : public testing::Test {
 protected:
  static constexpr bool kPossDup = true;

  Verdict weigh(Effect effect, bool poss_dup = false) {
    return allowance_.weigh(effect, poss_dup, now_).verdict;
  }

  Throttle::Clock::time_point now_ = Throttle::Clock::now() + 1h;
  RefusalShare share_;
  InboundAllowance allowance_{{.messages_per_second = 10, .burst = 1, .refusals_before_a_pause = 2},
                              share_};
};

TEST_F(InboundAllowanceTest, RefusesWhatIsTooManyThenPauses) {
  EXPECT_EQ(weigh(Effect::Order), Verdict::Pass);
  EXPECT_EQ(weigh(Effect::Order), Verdict::Refuse);
  EXPECT_EQ(weigh(Effect::Nothing), Verdict::Refuse);
  const auto weighed = allowance_.weigh(Effect::Order, false, now_);
  EXPECT_EQ(weighed.verdict, Verdict::Pause);
  EXPECT_EQ(weighed.resume_at, now_ + 1s);
}

TEST_F(InboundAllowanceTest, SaysWhenOneTooManyMayComeAgain) {
  EXPECT_EQ(allowance_.weigh(Effect::Order, false, now_).retry_after, 0ms);
  const auto weighed = allowance_.weigh(Effect::Order, false, now_);
  ASSERT_EQ(weighed.verdict, Verdict::Refuse);
  EXPECT_EQ(weighed.retry_after, 101ms);
  now_ += weighed.retry_after;
  EXPECT_EQ(weigh(Effect::Order), Verdict::Pass);
}

TEST_F(InboundAllowanceTest, SaysHowItStands) {
  const auto fresh = allowance_.standing(now_);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(fresh->messages_per_second, 10U);
  EXPECT_EQ(fresh->left, 1U);
  EXPECT_EQ(weigh(Effect::Order), Verdict::Pass);
  EXPECT_EQ(allowance_.standing(now_)->left, 0U);
  allowance_.set_limits({});
  EXPECT_FALSE(allowance_.standing(now_).has_value());
}

TEST_F(InboundAllowanceTest, MakesARepetitionWait) {
  EXPECT_EQ(weigh(Effect::Order), Verdict::Pass);
  EXPECT_EQ(weigh(Effect::Order, kPossDup), Verdict::Pause);
}

TEST_F(InboundAllowanceTest, LetsEveryCancelPass) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(weigh(Effect::Cancel), Verdict::Pass);
  }
  EXPECT_EQ(weigh(Effect::Order), Verdict::Pass) << "they do not count";
}

TEST_F(InboundAllowanceTest, MakesMassCancelsWaitBeyondARateOfTheirOwn) {
  EXPECT_EQ(weigh(Effect::Order), Verdict::Pass);
  for (std::uint32_t i = 0; i < kMassCancels.burst; ++i) {
    EXPECT_EQ(weigh(Effect::MassCancel), Verdict::Pass) << i;
  }
  const auto weighed = allowance_.weigh(Effect::MassCancel, false, now_);
  EXPECT_EQ(weighed.verdict, Verdict::Pause);
  now_ = weighed.resume_at;
  EXPECT_EQ(weigh(Effect::MassCancel), Verdict::Pass);
}

TEST_F(InboundAllowanceTest, TakesRefusalsFromWhatTheJournalTakes) {
  for (std::uint32_t i = 0; i < RefusalShare::kOfASession; ++i) {
    EXPECT_EQ(allowance_.take_refusal(now_), std::nullopt) << i;
  }
  EXPECT_EQ(allowance_.take_refusal(now_), now_ + 1s);
  EXPECT_EQ(allowance_.take_refusal(now_ + 1s), std::nullopt);
}

TEST_F(InboundAllowanceTest, GoesByNewLimits) {
  allowance_.set_limits({});
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(weigh(Effect::Order), Verdict::Pass);
  }
}

}  // namespace
}  // namespace betex::fix
