// md as a stage: what it follows, what it does when it is late, and what its end is to the others.
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/agent/agent_runner.h"
#include "gateway/market_data/market_data_stage.h"
#include "tests/gateway/market_data/stage_fixture.h"

namespace betex::gateway::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class StageTest : public ::testing::Test {
 protected:
  void make(const MarketDataPace& pace = {}, std::size_t ring_slots = StageBed::kSlots) {
    bed_.emplace(pace, ring_slots);
    bed_->pipeline.open_market();
    bed_->run_md();
  }

  StageBed& bed() { return *bed_; }

  static std::vector<std::string> texts(RecordedOutlet& outlet) {
    std::vector<std::string> all;
    for (const MarketDataMessage& message : outlet.take()) {
      all.push_back(text_of(message));
    }
    return all;
  }

  std::optional<StageBed> bed_;
};

TEST_F(StageTest, FollowsWhatIsCommittedAndNothingElse) {
  make();
  bed().pipeline.place(SessionId{1}, "A", Side::Ask, 204, 3000);
  const matching::EventSeq before = bed().stage.books().last_seq();
  bed().pipeline.run_but_journal();
  bed().run_md();
  EXPECT_EQ(bed().stage.books().last_seq(), before);
  bed().pipeline.run();
  bed().run_md();
  bed().expect_books_as_engine();
}

TEST_F(StageTest, AnswersARequestAndTellsWhatChanges) {
  make();
  const auto outlet = bed().subscribe();
  bed().run_md();
  EXPECT_THAT(texts(*outlet), ElementsAre(StartsWith("W 262=a|55=RUN|")));
  bed().place(1);
  bed().run_md();
  EXPECT_THAT(texts(*outlet), ElementsAre(StartsWith("X 262=a|")));
}

TEST_F(StageTest, ASessionThatHasLeftIsToldNothingMore) {
  make();
  const auto outlet = std::make_shared<RecordedOutlet>();
  const SubscriberId id = bed().stage.join(outlet);
  bed().stage.ask(id, levels_of("a", {"RUN"}));
  bed().stage.leave(id);
  bed().place(1);
  bed().run_md();
  EXPECT_THAT(texts(*outlet), IsEmpty());
  EXPECT_EQ(outlet.use_count(), 1) << "and its outlet is given back";
}

TEST_F(StageTest, EverySubscriberHasAnIdOfItsOwn) {
  make();
  const auto outlet = std::make_shared<RecordedOutlet>();
  EXPECT_NE(bed().stage.join(outlet), bed().stage.join(outlet));
}

TEST_F(StageTest, WhoAsksForTooMuchAtOnceIsLoggedOut) {
  make();
  const auto outlet = std::make_shared<RecordedOutlet>();
  const SubscriberId id = bed().stage.join(outlet);
  for (std::size_t i = 0; i < 3 * Mailbox::kMostAsked; ++i) {
    bed().stage.ask(id, levels_of("a", {"RUN"}));
  }
  bed().run_md();
  EXPECT_THAT(outlet->logged_out, ElementsAre(HasSubstr("too many requests")));
}

TEST_F(StageTest, WhenItIsBehindItOnlyNotesAndGivesImagesAfterwards) {
  make({.behind_above = 100,
        .in_step_below = 50,
        .turn_every = std::chrono::milliseconds{0},
        .patience = std::chrono::hours{1}});
  const auto outlet = bed().subscribe();
  bed().run_md();
  texts(*outlet);
  bed().place(600);
  bed().stage.do_work();
  EXPECT_EQ(bed().stage.figures().behind.value(), 1U);
  EXPECT_THAT(texts(*outlet), IsEmpty());
  bed().run_md();
  EXPECT_EQ(bed().stage.figures().behind.value(), 0U);
  EXPECT_FALSE(bed().consumer.away());
  EXPECT_THAT(texts(*outlet), ElementsAre(AllOf(StartsWith("W 262=a|"), HasSubstr("|814=2|"))));
  bed().expect_books_as_engine();
}

TEST_F(StageTest, FarBehindItLeavesTheRingGoesOnByTheJournalAndComesBack) {
  make(StageBed::kHasty, 64);
  const auto outlet = bed().subscribe();
  bed().run_md();
  texts(*outlet);
  bed().place(600);
  bed().stage.do_work();
  EXPECT_TRUE(bed().consumer.away());
  EXPECT_EQ(bed().stage.figures().away.value(), 1U);

  bed().place(3 * StageBed::kSlots);  // which the ring would not hold
  EXPECT_EQ(bed().pipeline.engine.last_seq(),
            bed().pipeline.log.committed.back().view().last_seq());
  EXPECT_THAT(texts(*outlet), IsEmpty());

  bed().run_md();
  EXPECT_FALSE(bed().consumer.away());
  EXPECT_EQ(bed().stage.figures().times_away.value(), 1U);
  EXPECT_EQ(bed().opened, 1U);
  EXPECT_THAT(texts(*outlet), ElementsAre(AllOf(StartsWith("W 262=a|"), HasSubstr("|814=2|"))));
  bed().expect_books_as_engine();

  bed().place(50);  // at each price once
  bed().run_md();
  EXPECT_THAT(texts(*outlet), ElementsAre(StartsWith("X 262=a|")));
  bed().expect_books_as_engine();
}

// What it reads in the journal and what comes by the ring afterwards overlap.
TEST_F(StageTest, TakesNothingTwiceWhenItComesBack) {
  make(StageBed::kHasty, 64);
  for (int round = 0; round < 20; ++round) {
    bed().place(300);
    bed().stage.do_work();
    ASSERT_TRUE(bed().consumer.away());
    bed().place(static_cast<std::size_t>(round));
    bed().stage.do_work();  // a part of the journal
    bed().place(5);
    bed().run_md();
    ASSERT_FALSE(bed().consumer.away());
    bed().expect_books_as_engine();
  }
}

TEST_F(StageTest, WhoAsksWhileItIsAwayIsAnsweredWhenItIsBack) {
  make(StageBed::kHasty, 64);
  bed().place(600);
  bed().stage.do_work();
  ASSERT_TRUE(bed().consumer.away());
  const auto outlet = bed().subscribe();
  bed().run_md();
  EXPECT_THAT(texts(*outlet), ElementsAre(StartsWith("W 262=a|")));
}

TEST_F(StageTest, GoesOnFromASnapshotWhereTheSegmentsThatItNeedsAreRetired) {
  make(StageBed::kHasty, 64);
  const auto outlet = bed().subscribe();
  bed().run_md();
  texts(*outlet);
  bed().place(600);
  bed().stage.do_work();
  ASSERT_TRUE(bed().consumer.away());
  bed().pipeline.submit(matching::AddRunner{.market = Name{"MKT"}, .symbol = Name{"NEW"}});
  bed().place(2 * StageBed::kSlots);
  bed().kept_from = bed().pipeline.engine.last_seq().next();
  bed().run_md();
  EXPECT_EQ(bed().stage.figures().reloads.value(), 1U);
  EXPECT_FALSE(bed().consumer.away());
  EXPECT_THAT(texts(*outlet), ElementsAre(AllOf(StartsWith("W 262=a|"), HasSubstr("|814=2|"))));
  bed().expect_books_as_engine();
  bed().place(10);
  bed().run_md();
  bed().expect_books_as_engine();
}

TEST_F(StageTest, ASnapshotThatIsNotLaterEndsIt) {
  make(StageBed::kHasty, 64);
  bed().place(300);
  bed().stage.do_work();
  ASSERT_TRUE(bed().consumer.away());
  while (bed().stage.books().last_seq() < bed().pipeline.engine.last_seq()) {
    bed().stage.do_work();
  }
  bed().place(300);
  bed().stage.do_work();
  ASSERT_TRUE(bed().consumer.away());
  bed().kept_from = matching::EventSeq{1'000'000};
  EXPECT_THROW(
      {
        for (int i = 0; i < 10; ++i) {
          bed().stage.do_work();
        }
      },
      std::runtime_error);
}

TEST_F(StageTest, TellsWhatIsCommittedBeforeItIsClosed) {
  make();
  const auto outlet = bed().subscribe();
  bed().run_md();
  texts(*outlet);
  bed().place(2);
  bed().stage.on_close();
  EXPECT_THAT(texts(*outlet), ElementsAre(StartsWith("X 262=a|")));
  EXPECT_TRUE(bed().consumer.away()) << "nobody waits for it any more";
}

TEST_F(StageTest, IsFinishedWhenTheRingIsDrained) {
  make();
  bed().place(1);
  bed().pipeline.commands.close();
  while (!bed().pipeline.match.finished()) {
    bed().pipeline.run();
  }
  bed().pipeline.match.on_close();
  bed().pipeline.run();
  EXPECT_FALSE(bed().stage.finished());
  bed().run_md();
  EXPECT_TRUE(bed().stage.finished());
}

// ---- Its end by an exception

class BrokenOutlet final : public MarketDataOutlet {
 public:
  void send(std::vector<MarketDataMessage> /*messages*/) override {
    ++sends;
    throw std::runtime_error{"broken"};
  }

  [[nodiscard]] std::size_t unsent_bytes() const noexcept override { return 0; }

  void log_out(std::string /*text*/) override {}

  int sends = 0;
};

TEST_F(StageTest, AfterAFailureNobodyWaitsForItAndItDoesNothingMore) {
  make();
  const auto broken = std::make_shared<BrokenOutlet>();
  bed().stage.ask(bed().stage.join(broken), levels_of("a", {"RUN"}));
  EXPECT_THROW(bed().run_md(), std::runtime_error);
  bed().stage.fail();
  EXPECT_EQ(bed().stage.figures().failed.value(), 1U);
  bed().place(3 * StageBed::kSlots);
  EXPECT_EQ(bed().pipeline.engine.last_seq(),
            bed().pipeline.log.committed.back().view().last_seq());
  EXPECT_EQ(broken->sends, 1);
  const auto outlet = bed().subscribe();
  EXPECT_EQ(outlet.use_count(), 1) << "it takes no mail";
}

TEST_F(StageTest, MayFailWhileItIsAway) {
  make(StageBed::kHasty, 64);
  bed().place(300);
  bed().stage.do_work();
  ASSERT_TRUE(bed().consumer.away());
  bed().stage.fail();
  EXPECT_TRUE(bed().consumer.away());
}

TEST_F(StageTest, ItsThreadEndsByAFailureAndTheHandlerIsTold) {
  make();
  std::string failed;
  AgentRunner runner{{.thread_name = "md", .agents = {&bed().stage}},
                     bed().wait,
                     [&](std::string_view agent, const std::exception_ptr& /*error*/) {
                       bed().stage.fail();
                       failed = agent;
                     }};
  const auto broken = std::make_shared<BrokenOutlet>();
  runner.start();
  bed().stage.ask(bed().stage.join(broken), levels_of("a", {"RUN"}));
  runner.join();
  EXPECT_EQ(failed, "md");
  EXPECT_TRUE(bed().consumer.away());
}

// ---- On a thread of its own

// A stage that is in a hurry to leave, a pipeline that runs as fast as it can, and sessions that
// come, ask and go meanwhile.
TEST_F(StageTest, KeepsItsBooksWhateverItsThreadsDo) {
  make(StageBed::kHasty, 64);
  AgentRunner runner{{.thread_name = "md", .agents = {&bed().stage}},
                     bed().wait,
                     [](std::string_view /*agent*/, const std::exception_ptr& error) {
                       try {
                         std::rethrow_exception(error);
                       } catch (const std::exception& caught) {
                         ADD_FAILURE() << caught.what();
                       }
                     }};
  runner.start();
  std::jthread sessions{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto outlet = std::make_shared<RecordedOutlet>();
      const SubscriberId id = bed().stage.join(outlet);
      bed().stage.ask(id, levels_of("a", {"RUN"}));
      bed().stage.resend_was_filled(id);
      std::this_thread::yield();
      bed().stage.leave(id);
    }
  }};
  constexpr std::size_t kOrders = 20'000;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (bed().placed < kOrders && std::chrono::steady_clock::now() < end) {
    bed().place(100);
  }
  sessions.request_stop();
  sessions.join();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (bed().consumer.lag() != 0 || bed().consumer.away()) {
    ASSERT_LT(std::chrono::steady_clock::now(), patience);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  runner.stop();
  runner.join();
  bed().expect_books_as_engine();
  RecordProperty("times_away", static_cast<int>(bed().stage.figures().times_away.value()));
}

}  // namespace
}  // namespace betex::gateway::testing
