// Leading the quorum log: what is appended, by whom, and what goes to make room for it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cluster/log_texts.h"
#include "gateway/cluster/stored_log.h"
#include "journal/errors.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/gateway/cluster/log_parts.h"
#include "tests/gateway/cluster/stored_log_fixture.h"

namespace betex::test {
namespace {

using cluster::OwnedBatch;
using cluster::StoredHead;
using cluster::StoredLog;
using journal::JournalError;
using journal::Position;
using journal::WriterEpoch;
using testing::HasSubstr;
using JournalFault = journal::Fault;

// ---- Appending

TEST_F(StoredLogTest, ALargeTransactionGoesInParts) {
  append_bytes_ = 300;
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading, 5'000);
  append(*leading);
  EXPECT_GT(head().head.slot, 6U);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    EXPECT_EQ(ids_behind(*log("b"), ends_[i]), ids_from(i + 2)) << i;
  }
}

TEST_F(StoredLogTest, PartsWithoutTheirLastAreNotThere) {
  append_bytes_ = 300;
  create();
  const auto leading = leader("a");
  append(*leading);
  const Position end = end_;
  // The second part of the next one never comes to the store, and its leader gives up.
  on_pause_ = [] { throw std::runtime_error{"enough"}; };
  script_ = {Fault::None, Fault::RequestLost};
  EXPECT_THROW(append(*leading, 5'000), std::runtime_error);
  on_pause_ = nullptr;
  EXPECT_NE(store_.value(kLogPrefix + "log/000002"), std::nullopt);
  EXPECT_EQ(log("b")->next(end), std::nullopt);
  EXPECT_EQ(fault_of([&] { append(*leading); }), JournalFault::AuthorityLost);

  last_id_ = 1;
  const auto next = leader("b");
  append(*next);
  EXPECT_EQ(ids_behind(*log("a"), {}), ids_from(1));
}

TEST_F(StoredLogTest, ALargeBatchIsCutBetweenItsTransactions) {
  append_bytes_ = 400;
  create();
  const auto leading = leader("a");
  std::vector<SampleTransaction> samples;
  for (std::uint64_t id = 1; id <= 60; ++id) {
    samples.push_back({.id = id, .noise = id % 7 == 0 ? 1'500U : 80U});
  }
  const OwnedBatch batch = batch_of({}, samples);
  leading->append(batch.view());
  last_id_ = 60;
  EXPECT_EQ(head().head.position, batch.after);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
  // A journal that was cut off in the middle of its commit goes on behind any transaction.
  const std::vector<LoggedTransaction> all = transactions_of(batch.view());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(ids_behind(*log("b"), all[i].after), ids_from(i + 2)) << i;
  }
}

TEST_F(StoredLogTest, ABatchThatDoesNotFollowIsNotAppended) {
  create();
  const auto leading = leader("a");
  append(*leading);
  const OwnedBatch early = batch_of({}, {{.id = 7}});
  EXPECT_EQ(fault_of([&] { leading->append(early.view()); }), JournalFault::QuorumLogDamaged);
  append(*leading);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
}

TEST_F(StoredLogTest, WhoDoesNotLeadAppendsAndConfirmsNothing) {
  create();
  const auto following = log("a");
  EXPECT_EQ(fault_of([&] { append(*following); }), JournalFault::AuthorityLost);
  EXPECT_EQ(fault_of([&] { following->confirm(); }), JournalFault::AuthorityLost);
}

// ---- Two who lead

TEST_F(StoredLogTest, WhoIsTakenOverAppendsAndConfirmsNothing) {
  create();
  const auto first = leader("a");
  append(*first);
  first->confirm();
  const auto second = log("b");
  const StoredLog::TakenOver taken = second->take_over(WriterEpoch{1});
  EXPECT_EQ(taken.before.position, end_);
  EXPECT_EQ(taken.before.node, "a");
  EXPECT_EQ(taken.before.epoch, WriterEpoch{2});
  EXPECT_EQ(taken.epoch, WriterEpoch{3});
  const OwnedBatch late = batch_of(end_, {{.id = 99}});
  try {
    first->append(late.view());
    ADD_FAILURE() << "it was appended";
  } catch (const JournalError& error) {
    EXPECT_EQ(error.fault(), JournalFault::AuthorityLost);
    EXPECT_THAT(error.sentence(), HasSubstr("node b has taken the quorum log over"));
  }
  EXPECT_EQ(fault_of([&] { first->confirm(); }), JournalFault::AuthorityLost);
  append(*second);
  second->confirm();
  EXPECT_EQ(ids_behind(*log("a"), {}), ids_from(1));
}

TEST_F(StoredLogTest, AConfirmationIsRefusedToWhoWasTakenOver) {
  create();
  const auto first = leader("a");
  const auto second = leader("b");
  EXPECT_EQ(fault_of([&] { first->confirm(); }), JournalFault::AuthorityLost);
  // Looking at the log does not make it the leader again.
  static_cast<void>(first->head());
  EXPECT_EQ(fault_of([&] { append(*first); }), JournalFault::AuthorityLost);
  second->confirm();
}

TEST_F(StoredLogTest, LookingAtTheHeadDoesNotUnfenceALeader) {
  create();
  const auto first = leader("a");
  const auto second = leader("b");
  EXPECT_EQ(first->head().node, "b");
  EXPECT_EQ(first->next(end_), std::nullopt);
  EXPECT_EQ(fault_of([&] { append(*first); }), JournalFault::AuthorityLost);
}

TEST_F(StoredLogTest, TwoNodesOfOneNameAreNotTakenForEachOther) {
  create();
  const auto first = leader("a");
  script_ = {Fault::None, Fault::RequestLost};  // of the head; of the takeover
  bool once = true;
  std::unique_ptr<StoredLog> second;
  on_pause_ = [&] {
    if (std::exchange(once, false)) {
      // While the other waits, this one takes the epoch that it wanted.
      second = leader("a");
    }
  };
  const auto third = log("a");
  EXPECT_EQ(third->take_over(WriterEpoch{1}).epoch, WriterEpoch{4});
  EXPECT_EQ(fault_of([&] { append(*second); }), JournalFault::AuthorityLost);
  last_id_ = 0;
  append(*third);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
}

TEST_F(StoredLogTest, AnEpochIsNeverBelowWhatTheJournalHasSeen) {
  create();
  EXPECT_EQ(log("a")->take_over(WriterEpoch{40}).epoch, WriterEpoch{40});
  EXPECT_EQ(log("b")->take_over(WriterEpoch{3}).epoch, WriterEpoch{41});
}

TEST_F(StoredLogTest, AnAttemptToLeadThatCameToNothingIsNobodysWriting) {
  create();
  const auto first = leader("a");
  append(*first);
  const auto second = log("b");
  EXPECT_EQ(second->take_over(WriterEpoch{1}).last_writer, WriterEpoch{2});
  const StoredLog::TakenOver again = second->take_over(WriterEpoch{1});
  EXPECT_EQ(again.before.epoch, WriterEpoch{3});
  EXPECT_EQ(again.last_writer, WriterEpoch{2}) << "this node has appended nothing";
  append(*second);
  EXPECT_EQ(second->take_over(WriterEpoch{1}).last_writer, WriterEpoch{4});
  EXPECT_EQ(log("c")->take_over(WriterEpoch{1}).last_writer, WriterEpoch{5})
      << "it may have appended, as far as another one knows";
}

TEST_F(StoredLogTest, AnAttemptToLeadThatWasNotAnsweredIsNobodysWritingEither) {
  create();
  const auto first = leader("a");
  append(*first);
  const auto second = log("b");
  for (std::uint32_t epoch = 3; epoch <= 4; ++epoch) {
    script_ = {Fault::None, Fault::AnswerLost};  // of the head; of the takeover, which is done
    always_ = Fault::RequestLost;
    EXPECT_EQ(fault_of([&] { static_cast<void>(second->take_over(WriterEpoch{1})); }),
              JournalFault::AuthorityLost);
    EXPECT_EQ(head().head.epoch, WriterEpoch{epoch}) << "it has come to the store";
  }
  always_ = Fault::None;
  EXPECT_EQ(second->take_over(WriterEpoch{1}).last_writer, WriterEpoch{2});
  EXPECT_EQ(head().head.epoch, WriterEpoch{5});
}

TEST_F(StoredLogTest, WhoLedBetweenTwoAttemptsIsTheLastWriter) {
  create();
  const auto first = log("a");
  EXPECT_EQ(first->take_over(WriterEpoch{1}).last_writer, WriterEpoch{1});
  const auto second = leader("b");
  append(*second);
  EXPECT_EQ(first->take_over(WriterEpoch{1}).last_writer, WriterEpoch{3});
  EXPECT_EQ(first->take_over(WriterEpoch{1}).last_writer, WriterEpoch{3});
}

TEST_F(StoredLogTest, TheTailIsThereForWhoHasTakenOver) {
  create();
  const auto first = leader("a");
  append(*first);
  append(*first);
  const auto second = leader("b");
  EXPECT_EQ(ids_behind(*second, {}), ids_from(1));
  append(*second);
  EXPECT_EQ(ids_behind(*second, ends_[1]), ids_from(3));
}

// It has lost the lease before it had the tail, say.
TEST_F(StoredLogTest, WhoHasTakenOverInVainFollowsWhoHasDoneSoSince) {
  create();
  const auto first = leader("a");
  append(*first);
  append(*first);
  const auto second = leader("b");
  ASSERT_TRUE(second->next({}).has_value());  // and no more of it
  const auto third = leader("c");
  append(*third);
  EXPECT_EQ(ids_behind(*second, ends_[0]), ids_from(2));
  append(*third);
  EXPECT_EQ(ids_behind(*second, ends_[2]), ids_from(4));
  EXPECT_EQ(second->newest_known().node, "c");
  EXPECT_EQ(fault_of([&] { second->confirm(); }), JournalFault::AuthorityLost);
  third->confirm();
}

// ---- The window

TEST_F(StoredLogTest, ALapOverwritesTheOldest) {
  window_slots_ = 10;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 37; ++i) {
    append(*leading);
    EXPECT_LE(head().head.slot - head().head.oldest + 1, 10U);
  }
  EXPECT_EQ(head().head.oldest, 28U);
  EXPECT_EQ(ids_behind(*log("b"), ends_[26]), ids_from(28));
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(ends_[25])); }),
            JournalFault::QuorumLogTooOld);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next({})); }),
            JournalFault::QuorumLogTooOld);
}

TEST_F(StoredLogTest, AWindowOfTooManyBytesLosesItsOldest) {
  window_bytes_ = 4'000;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 60; ++i) {
    append(*leading);
  }
  const StoredHead stored = head();
  EXPECT_LE(stored.window_bytes, 4'000U);
  EXPECT_GT(stored.head.oldest, 20U);
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : store_.keys()) {
    bytes += key.find("/log/") == std::string::npos ? 0 : value.first.size();
  }
  EXPECT_EQ(bytes, stored.window_bytes);
  EXPECT_EQ(ids_behind(*log("b"), ends_[stored.head.oldest - 2]), ids_from(stored.head.oldest));
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(ends_[stored.head.oldest - 3])); }),
            JournalFault::QuorumLogTooOld);
}

TEST_F(StoredLogTest, WhoHasTakenOverGoesOnTrimming) {
  window_bytes_ = 30'000;
  create();
  for (int i = 0; i < 400; ++i) {
    append(*leader(i % 2 == 0 ? "a" : "b"));
    if (i % 50 == 49) {
      const auto leading = leader("c");
      for (int k = 0; k < 90; ++k) {
        append(*leading);
      }
    }
  }
  const StoredHead stored = head();
  EXPECT_LE(stored.window_bytes, 30'000U);
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : store_.keys()) {
    bytes += key.find("/log/") == std::string::npos ? 0 : value.first.size();
  }
  EXPECT_EQ(bytes, stored.window_bytes);
  EXPECT_EQ(ids_behind(*log("d"), ends_[stored.head.oldest - 2]), ids_from(stored.head.oldest));
}

TEST_F(StoredLogTest, TheWindowShrinksWhenItIsToldTo) {
  window_bytes_ = 40'000;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 150; ++i) {
    append(*leading);
  }
  EXPECT_GT(head().window_bytes, 20'000U);
  halvings_ = 2;
  for (int i = 0; i < 10; ++i) {
    append(*leading);
  }
  EXPECT_LE(head().window_bytes, 10'000U);
  halvings_ = 64;  // no more than that is kept, whatever is asked for
  append(*leading);
  append(*leading);
  EXPECT_EQ(ids_behind(*log("b"), ends_[ends_.size() - 2]), ids_from(last_id_));
}

TEST_F(StoredLogTest, NothingGoesThatTheLeadersJournalMayNotHave) {
  append_bytes_ = 300;
  window_bytes_ = 1'000;
  create();
  const auto leading = leader("a");
  append(*leading);
  std::vector<SampleTransaction> samples;
  for (std::uint64_t id = 2; id <= 30; ++id) {
    samples.push_back({.id = id, .noise = 200});
  }
  const OwnedBatch batch = batch_of(end_, samples);
  leading->append(batch.view());
  last_id_ = 30;
  // If it were killed now, its journal would end before all of it.
  EXPECT_EQ(ids_behind(*log("b"), end_), ids_from(2));
  end_ = batch.after;
  append(*leading);
  append(*leading);
  EXPECT_LE(head().window_bytes, 1'000U);
}

TEST_F(StoredLogTest, ATransactionThatNeedsMoreSlotsThanThereAreIsRefused) {
  append_bytes_ = 100;
  window_slots_ = 4;
  create();
  const auto leading = leader("a");
  append(*leading);
  EXPECT_EQ(fault_of([&] { append(*leading, 10'000); }), JournalFault::BadConfiguration);
}

TEST_F(StoredLogTest, TheRingIsTheLogsOwn) {
  window_slots_ = 10;
  create();
  append(*leader("a"));
  window_slots_ = 7;
  const auto other = leader("b");
  for (int i = 0; i < 12; ++i) {
    append(*other);
  }
  EXPECT_EQ(head().ring, 10U);
  window_slots_ = 1'000;
  EXPECT_EQ(ids_behind(*log("c"), ends_[4]), ids_from(6));
}

}  // namespace
}  // namespace betex::test
