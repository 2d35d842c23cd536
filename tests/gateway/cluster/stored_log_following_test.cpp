// Following the quorum log: from any place, behind a window that goes on, and when it is not what
// it should be.
#include <cstddef>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "gateway/cluster/stored_log.h"
#include "journal/errors.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/gateway/cluster/log_parts.h"
#include "tests/gateway/cluster/stored_log_fixture.h"

namespace betex::test {
namespace {

using cluster::OwnedBatch;
using journal::Position;
using JournalFault = journal::Fault;

// ---- Any place

TEST_F(StoredLogTest, WhatIsAppendedIsFollowedFromAnyPlace) {
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 40; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  EXPECT_EQ(ids_behind(*following, {}), ids_from(1));
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    EXPECT_EQ(ids_behind(*log("b"), ends_[i]), ids_from(i + 2)) << i;
    EXPECT_EQ(ids_behind(*following, ends_[i]), ids_from(i + 2)) << i;
  }
  append(*leading);
  EXPECT_EQ(ids_behind(*following, ends_[39]), ids_from(41));
  EXPECT_EQ(following->newest_known().position, end_);
  EXPECT_EQ(leading->revision(), store_.revision());
}

TEST_F(StoredLogTest, ALogWhoseEndIsReachedCostsOneCallToAsk) {
  create();
  const auto leading = leader("a");
  append(*leading);
  const auto following = log("b");
  ids_behind(*following, {});
  const std::size_t before = store_.calls;
  EXPECT_EQ(following->next(end_), std::nullopt);
  EXPECT_EQ(store_.calls, before + 1);
}

// ---- The window goes on

TEST_F(StoredLogTest, AFollowerIsOvertakenByALap) {
  window_slots_ = 10;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 8; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  ASSERT_TRUE(following->next({}));
  ASSERT_TRUE(following->next(ends_[0]));
  for (int i = 0; i < 8; ++i) {
    append(*leading);
  }
  // By what it knows the log goes on, but not any more there.
  EXPECT_EQ(fault_of([&] { static_cast<void>(following->next(ends_[1])); }),
            JournalFault::QuorumLogTooOld);
}

TEST_F(StoredLogTest, PartsOfALapAreSeenBeforeTheirHead) {
  window_slots_ = 10;
  append_bytes_ = 300;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 10; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  ASSERT_TRUE(following->next({}));
  const OwnedBatch large = batch_of(end_, {{.id = 50, .noise = 1'500}});
  // Its first message makes room, its second is a first part; no other comes through.
  script_ = {Fault::None, Fault::None};
  always_ = Fault::RequestLost;
  EXPECT_EQ(fault_of([&] { leading->append(large.view()); }), JournalFault::AuthorityLost);
  always_ = Fault::None;
  EXPECT_GT(head().head.oldest, 2U);
  EXPECT_EQ(head().head.position, end_);
  EXPECT_EQ(fault_of([&] { static_cast<void>(following->next(ends_[0])); }),
            JournalFault::QuorumLogTooOld);
  // Who comes next goes on as if nothing had been there.
  const auto next = leader("b");
  append(*next);
  EXPECT_EQ(ids_behind(*log("c"), ends_[8]), ids_from(10));
}

// ---- What is wrong with it

TEST_F(StoredLogTest, ALogThatEndsBeforeTheJournalWentBack) {
  create();
  append(*leader("a"));
  const Position far = batch_of(end_, {{.id = 5}}).after;
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(far)); }),
            JournalFault::QuorumLogWentBack);
}

TEST_F(StoredLogTest, AFollowerSeesThatTheStoreWasPutBack) {
  create();
  const auto leading = leader("a");
  append(*leading);
  const std::string old = *store_.value(kLogPrefix + "head");
  for (int i = 0; i < 5; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  ASSERT_TRUE(following->next({}));
  ASSERT_TRUE(following->next(ends_[0]));
  store_.set(kLogPrefix + "head", old);
  EXPECT_EQ(fault_of([&] { static_cast<void>(following->next(ends_[1])); }),
            JournalFault::QuorumLogWentBack);
}

// Else who follows would not reach a leader whose entries are small.
TEST_F(StoredLogTest, SeveralSlotsAreReadAtOnce) {
  create();
  const auto leading = leader("a");
  constexpr std::size_t kBatches = 41;
  for (std::size_t i = 0; i < kBatches; ++i) {
    append(*leading);
  }
  const auto calls_to_follow = [&] {
    const auto following = log("b");
    const std::size_t before = store_.calls;
    Position at;
    for (std::size_t i = 0; i < kBatches; ++i) {
      const auto batch = following->next(at);
      EXPECT_TRUE(batch.has_value());
      at = ends_[i];
    }
    EXPECT_FALSE(following->next(at).has_value());
    return store_.calls - before;
  };
  const std::size_t one_by_one = calls_to_follow();
  read_ahead_ = 8;
  EXPECT_LT(calls_to_follow() * 2, one_by_one);
}

TEST_F(StoredLogTest, AnotherHistoryIsNotFollowed) {
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading);
  Position other = ends_[0];
  other.chain = journal::Chain{other.chain.value() + 1};
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(other)); }),
            JournalFault::QuorumLogDamaged);
  other = ends_[1];
  other.chain = journal::Chain{other.chain.value() + 1};
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(other)); }),
            JournalFault::QuorumLogDamaged);
}

TEST_F(StoredLogTest, DamagedEntriesAreNotFollowed) {
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading);
  append(*leading);
  const std::string entry = kLogPrefix + "log/000002";
  const std::string note = kLogPrefix + "at/000002";
  const std::string good_entry = *store_.value(entry);
  const std::string good_note = *store_.value(note);
  const auto next = [&] { return fault_of([&] { static_cast<void>(log("b")->next(ends_[0])); }); };
  ASSERT_EQ(next(), std::nullopt);
  store_.set(entry, "");
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  std::string changed = good_entry;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  store_.set(entry, changed);
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(entry, *store_.value(kLogPrefix + "log/000003"));
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.erase(entry);
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(entry, good_entry);
  store_.erase(note);
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(note, "1 slot=2");
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(note, "2 slot=2");
  EXPECT_EQ(next(), JournalFault::QuorumLogNewer);
  store_.set(note, good_note);
  EXPECT_EQ(next(), std::nullopt);
}

TEST_F(StoredLogTest, AnotherLogsEntriesAreForeign) {
  create();
  append(*leader("a"));
  meta_.wal_id.fill(1);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next({})); }),
            JournalFault::QuorumLogForeign);
}

// Whatever this program could write: what others follow must be what they know.
TEST_F(StoredLogTest, EntriesAreOfTheFormatThatTheLogHas) {
  ++meta_.format;
  create();
  append(*leader("a"));
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next({})); }), JournalFault::QuorumLogNewer);
  EXPECT_EQ(fault_of([&] { static_cast<void>(cluster::read_meta(client_, settings("b"))); }),
            JournalFault::QuorumLogNewer);
}

TEST_F(StoredLogTest, AHeadThatIsGoneIsMissing) {
  create();
  const auto leading = leader("a");
  append(*leading);
  store_.erase(kLogPrefix + "head");
  EXPECT_EQ(fault_of([&] { leading->append(batch_of(end_, {{.id = 9}}).view()); }),
            JournalFault::QuorumLogMissing);
  EXPECT_EQ(store_.value(kLogPrefix + "head"), std::nullopt);
}

}  // namespace
}  // namespace betex::test
