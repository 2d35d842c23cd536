#include "gateway/session/logon_queue.h"

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;

// Only its address is looked at here.
std::shared_ptr<Connection> stand_in() {
  const auto place = std::make_shared<char>();
  return {place, reinterpret_cast<Connection*>(place.get())};
}

LogonCandidate candidate(std::uint64_t attempt, LogonGate::Ticket ticket = 0) {
  return {
      .connection = stand_in(), .frames = {}, .attempt = attempt, .arrived = {}, .ticket = ticket};
}

TEST(LogonQueue, CountsAttempts) {
  LogonQueue logons;
  EXPECT_EQ(logons.new_attempt(), 1U);
  EXPECT_EQ(logons.new_attempt(), 2U);
}

TEST(LogonQueue, FindsWhoseThePasswordIs) {
  LogonQueue logons;
  logons.add_unknown(candidate(1, 11));
  logons.add_unknown(candidate(2, 12));
  const auto second = logons.take_unknown(2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->ticket, 12U);
  EXPECT_FALSE(logons.take_unknown(2)) << "it is taken out";
  EXPECT_TRUE(logons.take_unknown(1));
}

TEST(LogonQueue, ForgetsWhoseConnectionHasEnded) {
  LogonQueue logons;
  const LogonCandidate first = candidate(1, 11);
  logons.add_unknown(first);
  logons.add_unknown(candidate(2, 12));
  const auto ended = logons.take_unknown(*first.connection);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->ticket, 11U) << "to be given back";
  EXPECT_FALSE(logons.take_unknown(1));
  EXPECT_EQ(logons.unknown().size(), 1U);
  EXPECT_EQ(logons.take_all_unknown().size(), 1U);
  EXPECT_TRUE(logons.unknown().empty());
}

TEST(LogonQueue, TheNewestThatIsKnownCounts) {
  LogonQueue logons;
  EXPECT_EQ(logons.next(), nullptr);
  EXPECT_FALSE(logons.set_next(candidate(1)));
  const auto earlier = logons.set_next(candidate(2));
  ASSERT_TRUE(earlier);
  EXPECT_EQ(earlier->attempt, 1U);
  ASSERT_NE(logons.next(), nullptr);
  EXPECT_EQ(logons.next()->attempt, 2U);
  EXPECT_EQ(logons.take_next()->attempt, 2U);
  EXPECT_EQ(logons.next(), nullptr);
  EXPECT_FALSE(logons.take_next());
}

TEST(LogonQueue, KnowsTheAnswerToItsProbe) {
  const LogonQueue::TimePoint now{1h};
  LogonQueue logons;
  EXPECT_FALSE(logons.is_answer("0")) << "nothing was asked";
  logons.probe_sent(MsgSeqNum{17}, now);
  EXPECT_TRUE(logons.probing());
  EXPECT_EQ(logons.probed_at(), now);
  EXPECT_FALSE(logons.is_answer("16"));
  EXPECT_FALSE(logons.is_answer(""));
  EXPECT_TRUE(logons.is_answer("17"));
  logons.end_probe();
  EXPECT_FALSE(logons.probing());
  EXPECT_FALSE(logons.is_answer("17"));
}

}  // namespace
}  // namespace betex::fix
