// The journal stage commits what the ring offers as one batch.
#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

struct CountingLog final : TransactionLog {
  void append(const matching::TransactionView& /*transaction*/) override { ++appended; }

  void commit() override {
    ++commits;
    durable = appended;
  }

  std::size_t appended = 0;
  std::size_t durable = 0;
  std::size_t commits = 0;
};

TEST(JournalStage, CommitsAllThatTheRingOffersAtOnceAndOnlyThenLetsOthersPass) {
  constexpr std::size_t kTransactions = 50;
  WaitStrategy match_wait;
  WaitStrategy journal_wait;
  WaitStrategy report_wait;
  SystemClock clock;
  CountingLog log;
  matching::Engine engine;
  CommandRing<RingCommand> commands{1024, match_wait};
  EventRing events{{.capacity = 64, .arena_size = std::size_t{1} << 16}, match_wait};
  EventConsumer& journal_consumer = events.add_consumer({.name = "journal", .wait = journal_wait});
  EventConsumer& behind =
      events.add_consumer({.name = "report", .wait = report_wait, .behind = {&journal_consumer}});
  MatchStage match{commands, engine, events, clock};
  JournalStage journal{journal_consumer, log};
  for (std::size_t i = 0; i < kTransactions; ++i) {
    ASSERT_TRUE(commands.try_reserve(1));
    commands.publish(
        matching::Command{.body = matching::SessionUp{.comp_id = Name{"S" + std::to_string(i)}}});
  }
  while (match.do_work() > 0) {
  }
  EXPECT_TRUE(behind.poll().empty());
  EXPECT_EQ(journal.do_work(), kTransactions);
  EXPECT_EQ(log.commits, 1U);
  EXPECT_EQ(log.durable, kTransactions);
  EXPECT_EQ(behind.poll().size(), kTransactions);
  EXPECT_EQ(journal.do_work(), 0U);
  EXPECT_EQ(log.commits, 1U);
}

}  // namespace
}  // namespace betex::gateway::testing
