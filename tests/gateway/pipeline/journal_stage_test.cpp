// The journal stage commits what the ring offers as one batch, and has the log confirm what it lets
// pass without a commit.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

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

  void confirm() override {
    ++confirms;
    if (is_lost) {
      throw std::runtime_error{"another node has gone on with the log"};
    }
  }

  bool is_lost = false;
  std::size_t confirms = 0;
  std::size_t appended = 0;
  std::size_t durable = 0;
  std::size_t commits = 0;
};

// A slot of the event ring that changes nothing.
void put_barrier(EventRing& events) {
  const StatusBarrier barrier{.query = OrderStatusQuery{}, .order = {}, .asked_at = {}};
  const Claim claim = events.try_claim(sizeof barrier);
  ASSERT_EQ(claim.outcome, ClaimOutcome::Claimed);
  std::memcpy(claim.bytes.data(), &barrier, sizeof barrier);
  events.publish(static_cast<std::uint32_t>(SlotTag::StatusBarrier));
}

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
  EXPECT_EQ(log.confirms, 0U) << "a commit says as much";
}

class BarrierTest : public ::testing::Test {
 protected:
  void put_transaction() {
    const matching::Timestamp now{engine_.last_timestamp().value() + 1};
    const auto transaction =
        engine_.decide({.timestamp = now, .body = matching::SessionUp{.comp_id = Name{"ONE"}}});
    const Claim claim = events_.try_claim(slot_size(transaction));
    ASSERT_EQ(claim.outcome, ClaimOutcome::Claimed);
    write_slot(claim.bytes, transaction);
    events_.publish(static_cast<std::uint32_t>(SlotTag::Transaction));
  }

  CountingLog log_;
  matching::Engine engine_;
  WaitStrategy match_wait_;
  WaitStrategy journal_wait_;
  WaitStrategy report_wait_;
  EventRing events_{{.capacity = 64, .arena_size = std::size_t{1} << 16}, match_wait_};
  EventConsumer& journal_consumer_ =
      events_.add_consumer({.name = "journal", .wait = journal_wait_});
  EventConsumer& behind_ = events_.add_consumer(
      {.name = "report", .wait = report_wait_, .behind = {&journal_consumer_}});
  JournalStage journal_{journal_consumer_, log_};
};

TEST_F(BarrierTest, BarriersAloneAreConfirmedOnceAndCommitNothing) {
  put_barrier(events_);
  put_barrier(events_);
  EXPECT_EQ(journal_.do_work(), 2U);
  EXPECT_EQ(log_.confirms, 1U);
  EXPECT_EQ(log_.commits, 0U);
  EXPECT_EQ(behind_.poll().size(), 2U);
  EXPECT_EQ(journal_.do_work(), 0U);
  EXPECT_EQ(log_.confirms, 1U) << "nobody has asked for anything";
}

TEST_F(BarrierTest, ABatchWithATransactionNeedsNoConfirmation) {
  put_barrier(events_);
  put_transaction();
  put_barrier(events_);
  EXPECT_EQ(journal_.do_work(), 3U);
  EXPECT_EQ(log_.commits, 1U);
  EXPECT_EQ(log_.confirms, 0U);
}

TEST_F(BarrierTest, NothingPassesThatIsNotConfirmed) {
  log_.is_lost = true;
  put_barrier(events_);
  EXPECT_THROW(journal_.do_work(), std::runtime_error);
  EXPECT_TRUE(behind_.poll().empty()) << "it would be answered from what is old, perhaps";
}

}  // namespace
}  // namespace betex::gateway::testing
