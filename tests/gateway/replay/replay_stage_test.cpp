// What is told again is what was told, to whom it was told, and nothing else is touched by it.
#include "gateway/replay/replay_stage.h"

#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/replay/replay_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ReplayResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(ReplayTest, EverybodyIsToldAgainWhatHeWasTold) {
  pipeline.submit(matching::WatchMarkets{.session = kOps, .on = true});
  for (int i = 0; i < 5; ++i) {
    trade(std::to_string(i));
  }
  pipeline.submit(matching::SuspendMarket{.market = Name{"MKT"}});
  pipeline.run();
  for (const SessionId session : {kOne, kTwo, kDrop, kOps}) {
    ask(session, "R", 1);
  }
  run_replay();
  for (const SessionId session : {kOne, kTwo, kDrop, kOps}) {
    SCOPED_TRACE(session.value());
    expect_whole(session);
    ASSERT_THAT(ends<fix::ReplayEnd>(session), SizeIs(1));
    const fix::ReplayEnd end = ends<fix::ReplayEnd>(session)[0];
    EXPECT_EQ(end.request_id, Name{"R"});
    EXPECT_EQ(end.last, last_seq());
    EXPECT_EQ(end.reports, told_again(session).size());
  }
  EXPECT_EQ(loads, 1U) << "on one way through the log";
  EXPECT_EQ(stage.figures().done.value(), 4U);
  EXPECT_EQ(stage.figures().running.value(), 0U);
}

// What it refers to is a number of the session's, which means nothing when they begin again.
TEST_F(ReplayTest, ARejectIsNotToldAgain) {
  trade("1");
  matching::RefuseInbound refused;
  refused.msg_type = matching::Text<7>{"D"};
  refused.answer = matching::RefuseInbound::Answer::SessionReject;
  pipeline.submit(refused, pipeline.origin(kOne));
  pipeline.run();
  Reports expected = told(kOne, 1, last_seq().value());
  ASSERT_TRUE(std::holds_alternative<fix::Reject>(expected.back().body));
  expected.pop_back();
  ask(kOne, "R", 1);
  run_replay();
  EXPECT_EQ(told_again(kOne), expected);
  ASSERT_THAT(ends<fix::ReplayEnd>(kOne), SizeIs(1));
  EXPECT_EQ(ends<fix::ReplayEnd>(kOne)[0].reports, expected.size());
}

TEST_F(ReplayTest, OnlyOfTheEventsThatAreAskedForBothIncluded) {
  trade("1");
  const std::uint64_t first = last_seq().value() - 3;
  trade("2");
  const std::uint64_t last = last_seq().value() - 2;
  trade("3");
  ask(kOne, "R", first, last);
  run_replay();
  EXPECT_EQ(told_again(kOne), told(kOne, first, last));
  EXPECT_FALSE(told_again(kOne).empty());
}

TEST_F(ReplayTest, BeginsAtTheSnapshotBeforeThem) {
  pipeline.submit(matching::WatchMarkets{.session = kOps, .on = true});
  pipeline.place(kOne, "before", Side::Ask, 300, 3000);
  trade("1");
  snapshot();
  const std::uint64_t first = last_seq().value() + 1;
  const std::size_t transactions = pipeline.log.committed.size();
  trade("2");
  pipeline.cancel(kOne, "gone", "before");  // an order from before the snapshot
  pipeline.submit(matching::SuspendMarket{.market = Name{"MKT"}});
  pipeline.run();
  for (const SessionId session : {kOne, kTwo, kDrop, kOps}) {
    ask(session, "R", first);
  }
  run_replay();
  for (const SessionId session : {kOne, kTwo, kDrop, kOps}) {
    SCOPED_TRACE(session.value());
    EXPECT_FALSE(told_again(session).empty());
    EXPECT_EQ(told_again(session), told(session, first, last_seq().value()));
  }
  EXPECT_EQ(read, pipeline.log.committed.size() - transactions);
}

TEST_F(ReplayTest, AWatchIsAsItWasAtEachEvent) {
  const auto suspend_and_resume = [this] {
    pipeline.submit(matching::SuspendMarket{.market = Name{"MKT"}});
    pipeline.submit(matching::ResumeMarket{.market = Name{"MKT"}});
    pipeline.run();
  };
  suspend_and_resume();
  pipeline.submit(matching::WatchMarkets{.session = kOps, .on = true});
  suspend_and_resume();
  pipeline.submit(matching::WatchMarkets{.session = kOps, .on = false});
  suspend_and_resume();
  ask(kOps, "R", 1);
  run_replay();
  expect_whole(kOps);
}

// ---- The answer ---------------------------------------------------------------------------------

TEST_F(ReplayTest, TheAnswerSaysWhatIsTold) {
  trade("1");
  ask(kOne, "R", 3);
  EXPECT_THAT(answers(kOne),
              ElementsAre(fix::ReplayAck{.request_id = Name{"R"},
                                         .response = ReplayResponse::Begins,
                                         .first = matching::EventSeq{3},
                                         .last = last_seq(),
                                         .available_from = {}}));
}

TEST_F(ReplayTest, ARequestOvertakesNoOrder) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.ask(query(kOne, "R", 1));
  pipeline.run_but_journal();
  stage.do_work();
  EXPECT_THAT(answers(kOne), IsEmpty());
  EXPECT_THAT(portions, IsEmpty()) << "what is not durable is not told";
  pipeline.run();
  run_replay();
  expect_whole(kOne);
  EXPECT_EQ(told_again(kOne).back().id.event, last_seq());
}

TEST_F(ReplayTest, NothingBeyondWhatIsDurableIsPromised) {
  ask(kOne, "R", 1, last_seq().value() + 1000);
  EXPECT_EQ(answers(kOne)[0].last, last_seq());
  run_replay();
  ask(kOne, "S", last_seq().value() + 1, last_seq().value() + 1000);
  run_replay();
  ASSERT_THAT(ends<fix::ReplayEnd>(kOne), SizeIs(2));
  EXPECT_EQ(ends<fix::ReplayEnd>(kOne)[1].reports, 0U);
}

TEST_F(ReplayTest, AnotherApplicationIsUnknown) {
  ReplayQuery other = query(kOne, "R", 1);
  other.known_application = false;
  pipeline.ask(other);
  pipeline.run();
  run_replay();
  EXPECT_EQ(answers(kOne)[0].response, ReplayResponse::UnknownApplication);
  EXPECT_THAT(portions, IsEmpty());
  EXPECT_EQ(stage.figures().unknown.value(), 1U);
}

TEST_F(ReplayTest, BeyondTheHorizonItIsSaidFromWhereOnItCanBeHad) {
  trade("1");
  snapshot();
  const matching::EventSeq kept = last_seq().next();
  trade("2");
  retire_below(kept);
  ask(kOne, "R", kept.value() - 1);
  EXPECT_EQ(answers(kOne)[0].response, ReplayResponse::Unavailable);
  EXPECT_EQ(answers(kOne)[0].available_from, kept);
  ask(kOne, "S", kept.value());
  run_replay();
  EXPECT_EQ(answers(kOne)[1].response, ReplayResponse::Begins);
  EXPECT_EQ(told_again(kOne), told(kOne, kept.value(), last_seq().value()));
  EXPECT_EQ(stage.figures().unavailable.value(), 1U);
}

TEST_F(ReplayTest, WithoutAnybodyWhoDoesItNoneIsPromised) {
  Pipeline alone{1024, replay_audience()};
  alone.open_market();
  alone.feed.subscribe(kOne, kFirst, {});
  alone.ask(query(kOne, "R", 1));
  alone.run();
  ASSERT_FALSE(alone.sink.reports.empty());
  EXPECT_EQ(std::get<fix::ReplayAck>(alone.sink.reports.back().report.body).response,
            ReplayResponse::Unavailable);
}

// ---- Beside everything else ---------------------------------------------------------------------

TEST_F(ReplayTest, WhatIsNewComesMeanwhileAndIsNotToldTwice) {
  for (int i = 0; i < 30; ++i) {
    trade("old-" + std::to_string(i));
  }
  const std::uint64_t last = last_seq().value();
  ask(kOne, "R", 1);
  for (int i = 0; i < 30; ++i) {
    stage.do_work();
    take_all();
    trade("new-" + std::to_string(i));
  }
  run_replay();
  EXPECT_EQ(told_again(kOne), told(kOne, 1, last));
}

TEST_F(ReplayTest, NothingThatIsKnownOfTheSessionChanges) {
  trade("1");
  pipeline.submit(matching::ConfirmDelivery{.session = kOne, .delivered = matching::EventSeq{8}});
  pipeline.run();
  const std::string before = pipeline.report.state().cursors.note(last_seq());
  const std::size_t live = pipeline.sink.reports.size();
  ask(kOne, "R", 1);
  run_replay();
  EXPECT_EQ(pipeline.report.state().cursors.note(last_seq()), before);
  EXPECT_EQ(pipeline.sink.reports.size(), live + 1) << "the answer alone";
}

// The thread may have been asked to end while the state was loaded, and the journal be closed.
TEST_F(ReplayTest, BehindALoadedStateTheLogIsOpenedByTheNextCallOnly) {
  trade("1");
  ask(kOne, "R", 1);
  const std::size_t opened = pipeline.log.opened;
  EXPECT_GT(stage.do_work(), 0U);
  EXPECT_EQ(loads, 1U);
  EXPECT_EQ(pipeline.log.opened, opened);
  run_replay();
  EXPECT_EQ(loads, 1U);
  EXPECT_EQ(pipeline.log.opened, opened + 1);
  expect_whole(kOne);
}

// ---- When it fails ------------------------------------------------------------------------------

TEST_F(ReplayTest, SegmentsThatAreRetiredMeanwhileCutIt) {
  for (int i = 0; i < 40; ++i) {
    trade(std::to_string(i));
  }
  ask(kOne, "R", 1);
  stage.do_work();  // loads a state
  stage.do_work();
  ASSERT_FALSE(portions.empty());
  retire_below(last_seq());
  run_replay();
  EXPECT_THAT(ends<fix::ReplayEnd>(kOne), IsEmpty());
  ASSERT_THAT(ends<fix::ReplayAck>(kOne), SizeIs(1));
  EXPECT_EQ(ends<fix::ReplayAck>(kOne)[0].response, ReplayResponse::Unavailable);
  EXPECT_EQ(ends<fix::ReplayAck>(kOne)[0].available_from, last_seq());
  EXPECT_TRUE(portions.back().second.last);
  EXPECT_EQ(stage.figures().cut.value(), 1U);
  ask(kOne, "S", last_seq().value() + 1);
  run_replay();
  EXPECT_THAT(ends<fix::ReplayEnd>(kOne), SizeIs(1)) << "others go on";
}

// Who rides ahead of what is retired on the way of another one.
TEST_F(ReplayTest, WhoseEventsAreStillThereIsNotCutWithThoseWhoseAreNot) {
  for (int i = 0; i < 30; ++i) {
    trade("old-" + std::to_string(i));
  }
  snapshot();
  const matching::EventSeq kept = last_seq().next();
  for (int i = 0; i < 30; ++i) {
    trade("new-" + std::to_string(i));
  }
  ask(kOne, "R", 1);
  ask(kTwo, "R", kept.value());
  run_replay(false);
  ASSERT_EQ(loads, 1U) << "on one way through the log";
  retire_below(kept);
  run_replay();
  ASSERT_THAT(ends<fix::ReplayAck>(kOne), SizeIs(1));
  EXPECT_EQ(ends<fix::ReplayAck>(kOne)[0].available_from, kept);
  EXPECT_THAT(ends<fix::ReplayAck>(kTwo), IsEmpty());
  ASSERT_THAT(ends<fix::ReplayEnd>(kTwo), SizeIs(1));
  EXPECT_EQ(told_again(kTwo), told(kTwo, kept.value(), last_seq().value()));
  EXPECT_EQ(stage.figures().cut.value(), 1U);
  EXPECT_EQ(stage.figures().done.value(), 1U);
}

TEST_F(ReplayTest, ADamagedJournalEndsReplaysAndNothingElse) {
  for (int i = 0; i < 10; ++i) {
    trade(std::to_string(i));
  }
  broken_from = last_seq();
  ask(kOne, "R", 1);
  EXPECT_THROW(run_replay(), std::runtime_error);
  ask(kTwo, "S", 1);  // it has been promised, and is not begun
  stage.fail();
  for (const SessionId session : {kOne, kTwo}) {
    ASSERT_THAT(ends<fix::ReplayAck>(session), SizeIs(1));
    EXPECT_EQ(ends<fix::ReplayAck>(session)[0].response, ReplayResponse::Unavailable);
    EXPECT_THAT(ends<fix::ReplayEnd>(session), IsEmpty());
  }
  EXPECT_EQ(stage.figures().lost.value(), 1U);
  EXPECT_EQ(stage.figures().failed.value(), 2U);
  EXPECT_EQ(stage.figures().running.value(), 0U);
  ask(kOne, "T", 1);
  EXPECT_EQ(answers(kOne).back().response, ReplayResponse::Unavailable);
  EXPECT_EQ(answers(kOne).back().available_from, matching::EventSeq{});
  stage.taken(kOne, kFirst, 1);
  stage.leave(kOne, kFirst);
  pipeline.sink.reports.clear();
  trade("more");
  EXPECT_FALSE(told(kOne, 1, last_seq().value()).empty());
}

TEST_F(ReplayTest, AJournalThatEndsBeforeWhatWasPromisedIsAFailure) {
  trade("1");
  ask(kOne, "R", 1);
  pipeline.log.committed.pop_back();
  EXPECT_THROW(run_replay(), std::runtime_error);
}

}  // namespace
}  // namespace betex::gateway::testing
