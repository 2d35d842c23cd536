// A leader's journal: first the quorum, then the local disk.
#include "gateway/cluster/replicated_log.h"

#include <chrono>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "gateway/cluster/log_position.h"
#include "tests/gateway/cluster/fake_quorum_log.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/journal/wal_fixture.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using journal::Fault;
using journal::JournalError;

[[noreturn]] void lose_authority() {
  throw JournalError{
      {.fault = Fault::AuthorityLost, .what = "another node has taken over", .segment = {}}};
}

class ReplicatedLogTest : public test::WalTest {
 protected:
  ReplicatedLogTest() {
    journal_.recover(EventSeq{0}, [](const matching::TransactionView&) {});
    log_.emplace(ReplicatedLog::Parts{
        .journal = journal_, .quorum = quorum_, .lease = lease_, .figures = figures_});
  }

  using EventSeq = journal::EventSeq;

  void append(std::size_t transactions) {
    for (std::size_t i = 0; i < transactions; ++i) {
      log_->append(maker_.next());
    }
  }

  journal::Journal journal_{config(), pool_};
  test::FakeStore store_;
  test::FakeClient client_{store_};
  Lease lease_{
      client_, {.key = "/leader", .ttl = 2s, .margin = 500ms}, [this] { return store_.now(); }};
  test::FakeQuorumLog quorum_;
  ClusterFigures figures_;
  std::optional<ReplicatedLog> log_;
  test::TransactionMaker maker_;
};

TEST_F(ReplicatedLogTest, TheQuorumHasItBeforeThisNodesDisk) {
  EventSeq durable_then{99};
  std::int64_t began = 0;
  quorum_.on_append = [&](const Batch&) {
    durable_then = journal_.durable_seq();
    began = figures_.append_began_ns.load();
  };
  append(3);
  EXPECT_TRUE(quorum_.batches.empty()) << "nothing leaves this node before the commit";
  log_->commit();
  EXPECT_EQ(durable_then, EventSeq{0});
  EXPECT_EQ(journal_.durable_seq(), maker_.last_seq());
  EXPECT_NE(began, 0) << "who asks sees that somebody waits";
  EXPECT_EQ(figures_.append_began_ns.load(), 0);
  EXPECT_GT(figures_.append_bytes.value(), 3 * sizeof(matching::TransactionHeader));
}

TEST_F(ReplicatedLogTest, WhatIsAppendedIsWhatTheJournalHas) {
  append(3);
  log_->commit();
  append(1);
  append(4);
  log_->commit();
  ASSERT_EQ(quorum_.batches.size(), 2U) << "one append a commit";
  test::BatchMaker expected;
  for (const OwnedBatch& batch : quorum_.batches) {
    const OwnedBatch same = expected.next(batch.transactions);
    EXPECT_EQ(batch.before, same.before);
    EXPECT_EQ(batch.after, same.after);
    EXPECT_EQ(batch.bytes, same.bytes);
  }
  EXPECT_EQ(quorum_.batches[1].transactions, 5U);
  EXPECT_EQ(quorum_.end.position, without_segment(journal_.position()));
}

TEST_F(ReplicatedLogTest, ACommitWithoutAnAppendAsksNobody) {
  quorum_.on_append = [](const Batch&) { lose_authority(); };
  log_->commit();
  EXPECT_TRUE(quorum_.batches.empty());
}

TEST_F(ReplicatedLogTest, WhatTheQuorumRefusesIsNotInTheJournal) {
  append(2);
  log_->commit();
  const EventSeq durable = journal_.durable_seq();
  quorum_.on_append = [](const Batch&) { lose_authority(); };
  append(2);
  const auto error = error_of([&] { log_->commit(); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->fault(), Fault::AuthorityLost);
  EXPECT_EQ(journal_.durable_seq(), durable);
  EXPECT_NE(figures_.append_began_ns.load(), 0) << "it is not well again";
}

TEST_F(ReplicatedLogTest, NobodyIsAskedForAConfirmationWhileTheLeaseIsTheSame) {
  ASSERT_TRUE(lease_.try_take({.node = "a", .address = {}}));
  log_->confirm();
  EXPECT_EQ(quorum_.confirms, 1U) << "that the log is this node's is not known from the lease";
  log_->confirm();
  EXPECT_EQ(quorum_.confirms, 1U);
  store_.advance(1600ms);  // beyond the margin, before the store ends it
  log_->confirm();
  EXPECT_EQ(quorum_.confirms, 2U);
  quorum_.on_confirm = lose_authority;
  EXPECT_TRUE(error_of([&] { log_->confirm(); }).has_value());
}

TEST_F(ReplicatedLogTest, AnAppendSaysWhoseTheLogIs) {
  ASSERT_TRUE(lease_.try_take({.node = "a", .address = {}}));
  append(1);
  log_->commit();
  log_->confirm();
  EXPECT_EQ(quorum_.confirms, 0U);
}

// Another node may have had it in between, and have given it back.
TEST_F(ReplicatedLogTest, ALeaseThatWasTakenAnewSaysNothing) {
  ASSERT_TRUE(lease_.try_take({.node = "a", .address = {}}));
  append(1);
  log_->commit();
  store_.advance(3s);
  ASSERT_EQ(lease_.renew({.node = "a", .address = {}}), Lease::Renewal::Renewed);
  ASSERT_TRUE(lease_.valid());
  quorum_.on_confirm = lose_authority;
  EXPECT_TRUE(error_of([&] { log_->confirm(); }).has_value());
}

}  // namespace
}  // namespace betex::cluster
