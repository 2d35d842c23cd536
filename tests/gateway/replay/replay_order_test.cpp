// Who is told when: portions that have to be taken, one replay for each session, several sessions
// beside each other.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/replay/replay_fixture.h"

namespace betex::gateway::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReplayOrderTest : public ReplayTest {
 protected:
  explicit ReplayOrderTest(const ReplayPace& pace = {}, const ReplayPortions& portions_allowed = {})
      : ReplayTest{pace, portions_allowed} {
    for (int i = 0; i < 100; ++i) {
      trade(std::to_string(i));
    }
  }

  [[nodiscard]] std::size_t portions_of(SessionId session) const {
    return static_cast<std::size_t>(
        std::ranges::count(portions, session, [](const auto& entry) { return entry.first; }));
  }
};

TEST_F(ReplayOrderTest, ThePortionBeforeHasToBeTaken) {
  ask(kOne, "R", 1);
  run_replay(false);
  EXPECT_THAT(portions, SizeIs(1));
  const std::size_t read_ahead = read;
  run_replay(false);
  EXPECT_EQ(read, read_ahead) << "no more is made than a portion beside it";
  take_all();
  run_replay(false);
  EXPECT_THAT(portions, SizeIs(2));
  run_replay();
  for (const auto& [session, portion] : portions) {
    EXPECT_LE(portion.reports.size(), ReplayPortions{}.least + 1) << "and the end";
  }
  expect_whole(kOne);
}

TEST_F(ReplayOrderTest, WhatIsTakenOfAnotherReplayCountsForNothing) {
  ask(kOne, "R", 1);
  run_replay(false);
  stage.taken(kOne, kFirst, 2);
  stage.taken(kOne, kSecond, 1);
  stage.taken(kTwo, kFirst, 1);
  run_replay(false);
  EXPECT_THAT(portions, SizeIs(1));
}

TEST_F(ReplayOrderTest, ALaterRequestReplacesTheOneThatIsUnderWay) {
  ask(kOne, "R", 1);
  run_replay(false);
  ask(kOne, "S", 1);
  run_replay();
  ASSERT_THAT(ends<fix::ReplayEnd>(kOne), SizeIs(1));
  EXPECT_EQ(ends<fix::ReplayEnd>(kOne)[0].request_id, Name{"S"});
  expect_whole(kOne, 2);
  EXPECT_EQ(stage.figures().replaced.value(), 1U);
  EXPECT_EQ(stage.figures().done.value(), 1U);
}

TEST_F(ReplayOrderTest, OfManyRequestsInOneGoOneIsDone) {
  for (int i = 0; i < 20; ++i) {
    ask(kOne, "R" + std::to_string(i), 1);
  }
  run_replay();
  ASSERT_THAT(ends<fix::ReplayEnd>(kOne), SizeIs(1));
  EXPECT_EQ(ends<fix::ReplayEnd>(kOne)[0].request_id, Name{"R19"});
  expect_whole(kOne, 20);
  EXPECT_EQ(loads, 1U);
  EXPECT_EQ(stage.figures().replaced.value(), 19U);
}

TEST_F(ReplayOrderTest, OneThatIsRefusedReplacesNothing) {
  ask(kOne, "R", 1);
  run_replay(false);
  ReplayQuery refused = query(kOne, "S", 1);
  refused.known_application = false;
  pipeline.ask(refused);
  pipeline.run();
  run_replay();
  expect_whole(kOne, 1);
}

TEST_F(ReplayOrderTest, EndsWithItsLogon) {
  ask(kOne, "R", 1);
  run_replay(false);
  stage.leave(kOne, kFirst);
  take_all();
  run_replay();
  EXPECT_THAT(portions, SizeIs(1));
  EXPECT_EQ(stage.figures().left.value(), 1U);
  EXPECT_EQ(stage.figures().running.value(), 0U);

  pipeline.feed.unsubscribe(kOne, kFirst);
  pipeline.feed.subscribe(kOne, kSecond, fix::ReportId{last_seq(), 1});
  pipeline.run();
  ask(kOne, "S", 1);
  stage.leave(kOne, kFirst);  // once more, as late as may be
  run_replay();
  EXPECT_EQ(portions.back().second.subscription, kSecond);
  EXPECT_EQ(portions.back().second.number, 1U) << "they are counted for each logon";
  EXPECT_TRUE(portions.back().second.last);
}

TEST_F(ReplayOrderTest, ARequestOfALogonThatHasEndedIsNotDone) {
  ask(kOne, "R", 1);
  stage.leave(kOne, kFirst);
  run_replay();
  EXPECT_THAT(portions, IsEmpty());
  EXPECT_EQ(loads, 0U);
}

TEST_F(ReplayOrderTest, WhoAsksForLaterEventsIsToldOnTheSameWay) {
  ask(kOne, "R", 1);
  ask(kTwo, "R", last_seq().value() / 2);
  run_replay();
  expect_whole(kOne);
  EXPECT_EQ(told_again(kTwo), told(kTwo, last_seq().value() / 2, last_seq().value()));
  EXPECT_EQ(loads, 1U);
}

// ---- Few sessions get large portions ------------------------------------------------------------

TEST(ReplayPortions, ShareWhatAllMayHaveTogether) {
  constexpr ReplayPortions kPortions{.least = 10, .largest = 40, .together = 100};
  EXPECT_EQ(kPortions.of_each(0), 40U);
  EXPECT_EQ(kPortions.of_each(1), 40U);
  EXPECT_EQ(kPortions.of_each(3), 33U);
  EXPECT_EQ(kPortions.of_each(10), 10U);
  EXPECT_EQ(kPortions.of_each(1'000), 10U);
}

class LargePortionsTest : public ReplayOrderTest {
 protected:
  LargePortionsTest()
      : ReplayOrderTest{{}, {.least = kLeast, .largest = kLargest, .together = kLargest}} {}

  // The most reports that a session had and had not taken.
  [[nodiscard]] std::size_t largest() const {
    std::size_t most = 0;
    for (const auto& [to, portion] : portions) {
      most = std::max(most, portion.reports.size());
    }
    return most;
  }

  static constexpr std::size_t kLeast = 10;
  static constexpr std::size_t kLargest = 120;
};

TEST_F(LargePortionsTest, OneThatIsAloneGetsTheLargest) {
  ask(kOne, "R", 1);
  run_replay();
  expect_whole(kOne);
  EXPECT_EQ(largest(), kLargest);
}

TEST_F(LargePortionsTest, ThreeShareThem) {
  for (const SessionId session : {kOne, kTwo, kDrop}) {
    ask(session, "R", 1);
  }
  run_replay(false);
  EXPECT_EQ(largest(), kLargest / 3);
  run_replay();
  for (const SessionId session : {kOne, kTwo, kDrop}) {
    expect_whole(session);
  }
}

// What it has of a large one already is handed over in small ones.
TEST_F(LargePortionsTest, WhoComesTakesItsShareOfWhatAnotherOneHas) {
  ask(kOne, "R", 1);
  run_replay(false);
  ASSERT_THAT(portions, SizeIs(1));
  EXPECT_EQ(portions.back().second.reports.size(), kLargest);
  ask(kTwo, "R", 1);
  stage.taken(kOne, kFirst, 1);
  run_replay(false);
  const auto next = std::find_if(portions.begin() + 1, portions.end(), [](const auto& entry) {
    return entry.first == kOne;
  });
  ASSERT_NE(next, portions.end());
  EXPECT_EQ(next->second.reports.size(), kLargest / 2);
  run_replay();
  expect_whole(kOne);
  expect_whole(kTwo);
}

// ---- Others are not held up ---------------------------------------------------------------------

class ImpatientReplayTest : public ReplayOrderTest {
 protected:
  ImpatientReplayTest() : ReplayOrderTest{{.patience = std::chrono::milliseconds{0}}} {}
};

TEST_F(ImpatientReplayTest, WhoLeavesHisPortionIsLeftBehindAndToldTheRestLater) {
  ask(kOne, "R", 1);
  ask(kTwo, "R", 1);
  while (stage.do_work() > 0) {
    if (untaken.erase(kTwo) > 0) {
      stage.taken(kTwo, kFirst, 1);
    }
  }
  expect_whole(kTwo);
  EXPECT_EQ(portions_of(kOne), 1U);
  take_all();
  run_replay();
  expect_whole(kOne);
  EXPECT_EQ(ends<fix::ReplayEnd>(kOne)[0].reports, told_again(kOne).size());
}

TEST_F(ImpatientReplayTest, WhoIsAloneIsWaitedFor) {
  ask(kOne, "R", 1);
  for (int i = 0; i < 10; ++i) {
    run_replay(false);
  }
  run_replay();
  expect_whole(kOne);
  EXPECT_EQ(loads, 1U);
}

// Also where that one, whose events are retired, does not ride any more.
TEST_F(ImpatientReplayTest, WhoRidesOnALostWayHasOneOfHisOwn) {
  snapshot();
  const matching::EventSeq kept = last_seq().next();
  trade("later");
  ask(kOne, "R", 1);
  ask(kTwo, "R", kept.value());
  for (int i = 0; i < 4; ++i) {
    stage.do_work();
  }
  ASSERT_THAT(ends<fix::ReplayEnd>(kTwo), IsEmpty());
  retire_below(kept);
  run_replay();
  EXPECT_THAT(ends<fix::ReplayAck>(kOne), SizeIs(1));
  EXPECT_THAT(ends<fix::ReplayAck>(kTwo), IsEmpty());
  EXPECT_EQ(told_again(kTwo), told(kTwo, kept.value(), last_seq().value()));
  EXPECT_THAT(ends<fix::ReplayEnd>(kTwo), SizeIs(1));
}

class TakingTurnsTest : public ReplayOrderTest {
 protected:
  TakingTurnsTest() : ReplayOrderTest{{.turn = std::chrono::milliseconds{0}, .near = 0}} {}
};

TEST_F(TakingTurnsTest, WhoseEventsLieElsewhereGetsHisTurn) {
  ask(kOne, "R", 1);
  stage.do_work();  // loads a state
  stage.do_work();
  ask(kTwo, "R", 5);
  ask(kDrop, "R", last_seq().value() / 2);
  run_replay();
  expect_whole(kOne);
  EXPECT_EQ(told_again(kTwo), told(kTwo, 5, last_seq().value()));
  EXPECT_EQ(told_again(kDrop), told(kDrop, last_seq().value() / 2, last_seq().value()));
  EXPECT_EQ(stage.figures().done.value(), 3U);
}

}  // namespace
}  // namespace betex::gateway::testing
