// Who takes over a log on a shared disk, and a writer that does not know yet that it has lost it.
#include <cstddef>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "journal/epoch_file.h"
#include "journal/writer_lock.h"
#include "tests/journal/scripted_lease.h"
#include "tests/journal/takeover_fixture.h"

namespace betex::journal {
namespace {

using std::filesystem::path;
using test::kA;
using test::kB;
using test::kC;
using test::ScriptedLease;
using test::TakeoverTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Node = test::SharedDiskNode;

TEST_F(TakeoverTest, TheRightIsAcquiredBeforeTheLockAndGivenBackBehindIt) {
  bool locked_at_acquire = true;
  bool locked_at_release = true;
  ScriptedLease lease;
  lease.on_acquire = [&](WriterEpoch) { locked_at_acquire = WriterLock::is_held(root()); };
  lease.on_release = [&] { locked_at_release = WriterLock::is_held(root()); };
  JournalConfig config = on(root());
  config.authority = &lease;
  {
    Journal journal{config, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    EXPECT_TRUE(WriterLock::is_held(root()));
    journal.close();
    EXPECT_FALSE(lease.released);
  }
  EXPECT_FALSE(locked_at_acquire);
  EXPECT_TRUE(lease.released);
  EXPECT_FALSE(locked_at_release);
}

TEST_F(TakeoverTest, AnEndThatIsNoCleanStopDoesNotGiveTheRightBack) {
  ScriptedLease lease;
  JournalConfig config = on(root());
  config.authority = &lease;
  {
    Journal journal{config, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
  }
  EXPECT_FALSE(lease.released);
}

// It may have waited for hours: what it knew of the log before counts for nothing.
TEST_F(TakeoverTest, TheLogIsReadWhenTheRightWasAcquired) {
  Node{on(root())}.commit(kA, 1);
  ScriptedLease lease;
  lease.on_acquire = [&](WriterEpoch last) {
    EXPECT_EQ(last, WriterEpoch{1});
    share(root(), b());
    Node other{on(b())};
    other.commit(kB, 2);
    other.journal->close();
    other.journal.reset();
    std::filesystem::remove_all(root());
    std::filesystem::rename(b(), root());
  };
  JournalConfig config = on(root());
  config.authority = &lease;
  // The epoch that it was given is not above that of who has written meanwhile.
  const auto error = error_of([&] { const Journal journal(config, pool_); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::AuthorityLost);
  lease.on_acquire = nullptr;
  Journal journal{config, pool_};
  Writers found;
  journal.recover(EventSeq{0}, [&](const matching::TransactionView& transaction) {
    found.push_back(transaction.header.origin_msg_seq_num.value());
  });
  EXPECT_THAT(found, ElementsAre(kA, kB, kB));
}

TEST_F(TakeoverTest, ItsSegmentsBearTheFlagAndOneIsThereFromTheOpeningOn) {
  {
    const Node node{on(root())};
    EXPECT_THAT(segment_names(), ElementsAre("00000000000000000001-0000000001"));
    node.commit(kA, 1);
  }
  EXPECT_EQ(flags_of(root(), segment_names()[0]), kEpochGranted);
  {
    const Node idle{on(root())};
    EXPECT_THAT(segment_names(),
                ElementsAre("00000000000000000001-0000000001", "00000000000000000003-0000000002"));
  }
  const Node next{on(root())};
  EXPECT_THAT(segment_names(),
              ElementsAre("00000000000000000001-0000000001", "00000000000000000003-0000000003"));
  EXPECT_THAT(next.recovered, ElementsAre(kA));
  EXPECT_TRUE(std::filesystem::exists(root() / kRetiredFolder / "00000000000000000003-0000000002"));
}

TEST_F(TakeoverTest, AFirstCommitThatIsLargerThanTheMapStandsInTheSegmentThatIsThere) {
  JournalConfig small = on(root());
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  const Node node{small};
  node.commit(kA, 20'000);  // some 4.3 MB
  node.commit(kA, 20'000);
  EXPECT_EQ(node.journal->position().last_tx_id, TxId{40'000});
  EXPECT_THAT(read(root(), const_cast<EnvironmentPool&>(node.pool)), SizeIs(40'000));
}

TEST_F(TakeoverTest, ARightThatWasLostBeforeTheCommitWritesNothing) {
  const Node node{on(root())};
  node.commit(kA, 1);
  const std::string before = load(data_file(segment_names()[0]));
  node.lease.left = 0;
  const auto error = commit_error(node, kA);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::AuthorityLost);
  EXPECT_EQ(error->exit_code(), 69);
  EXPECT_EQ(load(data_file(segment_names()[0])), before);
  EXPECT_FALSE(node.journal->may_write());
}

// It is in the log, and the successor reports it; but who wrote it must not.
TEST_F(TakeoverTest, ARightThatWasLostDuringTheCommitLeavesItUncounted) {
  {
    const Node node{on(root())};
    node.commit(kA, 1);
    const Position before = node.journal->position();
    node.lease.left = 1;
    const auto error = commit_error(node, kA);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault(), Fault::AuthorityLost);
    EXPECT_EQ(node.journal->durable_seq(), before.last_seq);
    EXPECT_EQ(node.journal->position(), before);
  }
  EXPECT_THAT(Node{on(root())}.recovered, ElementsAre(kA, kA));
}

TEST_F(TakeoverTest, WithoutTheRightNothingElseIsChangedEither) {
  Node node{on(root())};
  node.commit(kA, 1);
  const std::string epoch = load(root() / kEpochFile);
  node.lease.left = 0;
  EXPECT_EQ(error_of([&] { node.journal->close(); })->fault(), Fault::AuthorityLost);
  EXPECT_EQ(load(root() / kEpochFile), epoch);
  EXPECT_EQ(segment_names().size(), 1U);
  EXPECT_THAT(names_in(root() / kRetiredFolder), IsEmpty());
  node.journal.reset();
  EXPECT_FALSE(node.lease.released);
}

TEST_F(TakeoverTest, ARightThatIsLostBeforeARotationRetiresNothing) {
  JournalConfig config = on(root());
  config.max_segment_events = 1;
  const Node node{config};
  node.commit(kA, 1);
  node.commit(kA, 1);
  node.journal->advance_recovery_point(EventSeq{2});
  // Before the commit, before its segment, behind the commit: then it is lost.
  node.lease.left = 3;
  EXPECT_EQ(commit_error(node, kA)->fault(), Fault::AuthorityLost);
  EXPECT_THAT(names_in(root() / kRetiredFolder), IsEmpty());
  EXPECT_EQ(segment_names().size(), 3U);
}

TEST_F(TakeoverTest, AnOlderWriterNeverWritesItsEpochOverANewerOne) {
  Node node{on(root())};
  node.commit(kA, 1);
  EpochRecord newer = read_epoch_file(root()).value();
  newer.epoch = WriterEpoch{9};
  write_epoch_file(root(), newer);
  EXPECT_EQ(error_of([&] { node.journal->close(); })->fault(), Fault::AuthorityLost);
  EXPECT_EQ(read_epoch_file(root()), newer);
}

// Each question for the right is a place where the start may be cut off.
TEST_F(TakeoverTest, AStartThatIsCutOffAnywhereIsFollowedByOneThatGoesOn) {
  {
    const Node first{on(root())};
    first.commit(kA, 3);
  }
  { const Node idle{on(root())}; }  // leaves a segment without records
  const std::string zombies = "00000000000000000010-0000000001";
  int cut_off = 0;
  for (int left = 0; left < 100; ++left) {
    SCOPED_TRACE(left);
    const path here = folder_.path() / ("cut-" + std::to_string(left));
    std::filesystem::copy(root(), here, std::filesystem::copy_options::recursive);
    std::filesystem::create_directories(here / kSegmentsFolder / zombies);  // void, and not whole
    ScriptedLease lease;
    lease.left = left;
    JournalConfig config = on(here);
    config.authority = &lease;
    EnvironmentPool pool;
    const auto error = error_of([&] {
      Journal journal{config, pool};
      journal.recover(EventSeq{0}, [](const auto&) {});
    });
    {
      const Node next{on(here)};
      ASSERT_THAT(next.recovered, ElementsAre(kA, kA, kA));
      next.commit(kC, 1);
    }
    EXPECT_THAT(read(here), ElementsAre(kA, kA, kA, kC));
    EXPECT_FALSE(std::filesystem::exists(here / kSegmentsFolder / zombies));
    if (!error) {
      break;
    }
    EXPECT_EQ(error->fault(), Fault::AuthorityLost);
    ++cut_off;
  }
  EXPECT_GT(cut_off, 8);
  EXPECT_LT(cut_off, 99);
}

// A copy that was not put in place, or the half of one.
TEST_F(TakeoverTest, LeftoversOfAnAdoptionAreNoTrouble) {
  {
    const Node first{on(root())};
    first.commit(kA, 3);
  }
  const std::string name = "00000000000000000001-0000000001";
  const path half = segments() / ".new-adopted" / "segments" / name;
  std::filesystem::create_directories(half);
  store(half / kDataFile, "half");
  const path aside = root() / kRetiredFolder / "void-0000000002" / name;
  std::filesystem::create_directories(aside);
  store(aside / kDataFile, "whole");
  const Node next{on(root())};
  EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kA));
  EXPECT_EQ(load(aside / kDataFile), "whole") << "it is not overwritten";
  EXPECT_TRUE(std::filesystem::exists(aside.string() + ".1"));
  EXPECT_FALSE(std::filesystem::exists(segments() / ".new-adopted"));
}

TEST_F(TakeoverTest, WhatAZombieCommitsAfterTheTakeoverLandsWhereNobodyReads) {
  const Node a{on(root())};
  a.commit(kA, 2);
  share(root(), b());
  Node taken{on(b())};
  EXPECT_THAT(taken.recovered, ElementsAre(kA, kA));
  taken.commit(kB, 1);
  // Its clock stands still: it believes that it has the right, and acknowledges.
  a.commit(kA, 3);
  EXPECT_EQ(a.journal->position().last_tx_id, TxId{5});
  EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA, kB));
  taken.commit(kB, 1);
  EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA, kB, kB));
  taken.journal.reset();
  const Node next{on(b())};
  EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kB, kB));
  EXPECT_THAT(next.journal->voids(), IsEmpty());
  // It is kept for the inquiry.
  EXPECT_EQ(load(b() / kRetiredFolder / "void-0000000002" / "00000000000000000001-0000000001" /
                 kDataFile),
            load(root() / kSegmentsFolder / "00000000000000000001-0000000001" / kDataFile));
}

// The first segment of a writer, before its first record.
TEST_F(TakeoverTest, WhatAZombieCommitsFirstAfterTheTakeoverLandsWhereNobodyReads) {
  {
    const Node first{on(root())};
    first.commit(kA, 2);
  }
  const Node a{on(root())};
  share(root(), b());
  Node taken{on(b())};
  taken.commit(kB, 1);
  a.commit(kA, 1);
  EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA, kB));
  taken.journal.reset();
  EXPECT_THAT(Node{on(b())}.recovered, ElementsAre(kA, kA, kB));
}

TEST_F(TakeoverTest, AnEpochFileThatAZombieHasWrittenIsRepairedByWhoHasTheRightOnly) {
  const Node a{on(root())};
  a.commit(kA, 2);
  const EpochRecord of_a{
      .wal_id = a.journal->wal_id(),
      .epoch = WriterEpoch{1},
      .newest_segment = SegmentName{.first_seq = EventSeq{77}, .epoch = WriterEpoch{1}}};
  share(root(), b());
  {
    const Node taken{on(b())};
    taken.commit(kB, 1);
  }
  write_epoch_file(b(), of_a);
  EXPECT_EQ(local_opening_error(b())->fault(), Fault::EpochFileStale);
  {
    const Node next{on(b())};
    EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kB));
    EXPECT_EQ(next.journal->epoch(), WriterEpoch{3});
  }
  EXPECT_EQ(read_epoch_file(b())->epoch, WriterEpoch{3});
  EXPECT_FALSE(local_opening_error(b()));
}

TEST_F(TakeoverTest, ALogOfALocalWriterIsAdoptedAndGoesBack) {
  write(on(root()), 2, 2);
  {
    const Node node{on(root())};
    EXPECT_THAT(node.recovered, SizeIs(4));
    node.commit(kB, 1);
    node.journal->close();
  }
  write(on(root()), 1, 1);
  EXPECT_THAT(read(root()), SizeIs(6));
}

}  // namespace
}  // namespace betex::journal
