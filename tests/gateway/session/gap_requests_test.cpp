#include "gateway/session/gap_requests.h"

#include <gtest/gtest.h>

#include "gateway/transport/garbled_count.h"

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using Next = GapRequests::Next;

constexpr bool kSentAgain = true;
constexpr bool kUnread = true;

class GapRequestsTest : public testing::Test {
 protected:
  // A message above the gap at `next_in`; a request that is due is made.
  Next above(std::uint32_t number, std::uint32_t next_in, bool sent_again = false) {
    return made(requests_.on_above(MsgSeqNum{number}, sent_again, MsgSeqNum{next_in}, now_),
                next_in);
  }

  Next later(std::chrono::milliseconds by, std::uint32_t next_in, bool unread = false) {
    now_ += by;
    return made(requests_.on_time(MsgSeqNum{next_in}, unread, now_), next_in);
  }

  Next made(Next next, std::uint32_t next_in) {
    if (next == Next::Ask) {
      requests_.asked(MsgSeqNum{next_in}, MsgSeqNum{next_in}, now_);
    }
    return next;
  }

  GapRequests requests_{GapRequestLimits{}};
  GapRequests::TimePoint now_{1h};
};

TEST_F(GapRequestsTest, AsksOnceForWhatWasSentBeforeTheRequestIsRead) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  EXPECT_EQ(above(5, 2), Next::Nothing);
  EXPECT_EQ(above(9, 2), Next::Nothing);
  EXPECT_EQ(later(1s, 2), Next::Nothing);
}

TEST_F(GapRequestsTest, AsksAtOnceForAnotherGap) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  EXPECT_EQ(above(9, 5), Next::Ask);
}

TEST_F(GapRequestsTest, AsksForNothingWhereNothingLacks) {
  EXPECT_EQ(above(4, 4), Next::Nothing);
  EXPECT_EQ(later(1h, 4), Next::Nothing);
  EXPECT_EQ(above(6, 4), Next::Ask);
  EXPECT_EQ(later(1h, 7), Next::Nothing) << "it has come";
}

TEST_F(GapRequestsTest, AsksAgainWhenAResendHasPassedTheGapAtMostOnceASecond) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  EXPECT_EQ(above(3, 2, kSentAgain), Next::Nothing) << "within the second";
  EXPECT_EQ(later(999ms, 2), Next::Nothing);
  EXPECT_EQ(later(1ms, 2), Next::Ask);
  now_ += 2s;
  EXPECT_EQ(above(3, 2, kSentAgain), Next::Ask);
}

// It was made before we asked again, and may take longer than a second.
TEST_F(GapRequestsTest, AResendThatGoesOnSaysNothingOfTheNextRequest) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  now_ += 2s;
  EXPECT_EQ(above(3, 2, kSentAgain), Next::Ask);
  for (std::uint32_t number = 4; number < 100; ++number) {
    now_ += 2s;
    EXPECT_EQ(above(number, 2, kSentAgain), Next::Nothing) << number;
  }
  EXPECT_EQ(above(3, 2, kSentAgain), Next::Ask) << "it has begun anew, and has passed again";
}

TEST_F(GapRequestsTest, AsksAgainWhenNothingComesForFiveSeconds) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  EXPECT_EQ(later(4999ms, 2), Next::Nothing);
  EXPECT_EQ(above(8, 2), Next::Nothing) << "what is new is no resend";
  EXPECT_EQ(later(1ms, 2), Next::Ask);
  EXPECT_EQ(later(4s, 2), Next::Nothing);
  EXPECT_EQ(later(0s, 3), Next::Nothing) << "progress";
  EXPECT_EQ(later(4999ms, 3), Next::Nothing);
  EXPECT_EQ(later(1ms, 3), Next::Ask);
}

TEST_F(GapRequestsTest, InputThatIsUnreadIsNoSilence) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  EXPECT_EQ(later(1h, 2, kUnread), Next::Nothing);
  EXPECT_EQ(later(5s, 2), Next::Ask);
}

TEST_F(GapRequestsTest, GivesUpAfterTenWithoutProgress) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  for (int request = 2; request <= 10; ++request) {
    EXPECT_EQ(later(5s, 2), Next::Ask) << request;
  }
  EXPECT_EQ(later(5s, 2), Next::GiveUp);
}

TEST_F(GapRequestsTest, ProgressBeginsTheCountAnew) {
  EXPECT_EQ(above(9, 2), Next::Ask);
  for (std::uint32_t next_in = 2; next_in < 8; ++next_in) {
    for (int request = 0; request < 9; ++request) {
      EXPECT_EQ(later(5s, next_in), Next::Ask);
    }
    EXPECT_EQ(later(0s, next_in + 1), Next::Nothing);
  }
}

TEST_F(GapRequestsTest, WhatIsToComeUnaskedIsAskedForIfItDoesNot) {
  requests_.comes_unasked(MsgSeqNum{2}, MsgSeqNum{7}, now_);
  EXPECT_EQ(above(8, 2), Next::Nothing);
  EXPECT_EQ(later(4999ms, 2), Next::Nothing);
  EXPECT_EQ(later(1ms, 2), Next::Ask);
}

TEST_F(GapRequestsTest, ALogonBeginsAnew) {
  EXPECT_EQ(above(4, 2), Next::Ask);
  requests_.begin();
  EXPECT_EQ(later(1h, 2), Next::Nothing);
  EXPECT_EQ(above(4, 2), Next::Ask);
}

// ---- Bytes that are no message ------------------------------------------------------------------

TEST(GarbledCount, BearsSoManyAtOnceAndAMinute) {
  GarbledCount::TimePoint now{1h};
  GarbledCount count{10};
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(count.add(now));
  }
  EXPECT_TRUE(count.add(now));
}

TEST(GarbledCount, Decays) {
  GarbledCount::TimePoint now{1h};
  GarbledCount count{10};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(count.add(now)) << i;
    now += 6s;
  }
  now += 1min;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(count.add(now));
  }
  EXPECT_TRUE(count.add(now));
}

}  // namespace
}  // namespace betex::fix
