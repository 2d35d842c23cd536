// A journal that is a copy of another node's: its id, its epochs, and a beginning behind a
// snapshot.
#include <gmock/gmock.h>

#include "journal/epoch_file.h"
#include "tests/journal/scripted_lease.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::TransactionMaker;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr WalId kOther{1, 2, 3, 4};

class CopyTest : public test::WalTest {
 protected:
  [[nodiscard]] JournalConfig copy_of(const WalId& wal_id) const {
    JournalConfig config = this->config();
    config.wal_id = wal_id;
    return config;
  }

  static void recover(Journal& journal) {
    journal.recover(EventSeq{0}, [](const auto&) {});
  }
};

TEST_F(CopyTest, AWalThatIsMadeGetsTheIdAndOneThatIsThereMustHaveIt) {
  write(copy_of(kOther), 1, 1);
  EXPECT_EQ(read_epoch_file(root())->wal_id, kOther);
  write(copy_of(kOther), 1, 1);
  write(1, 1);
  EXPECT_EQ(read_all(), 3U);
  const auto error = error_of([&] { const Journal journal(copy_of(WalId{9}), pool_); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SegmentForeign);
}

TEST_F(CopyTest, WhatWasAppendedEndsWhereTheNextCommitWill) {
  Journal journal{config(), pool_};
  recover(journal);
  TransactionMaker maker;
  journal.append(maker.next());
  journal.append(maker.next());
  EXPECT_EQ(journal.appended().last_seq, maker.last_seq());
  EXPECT_EQ(journal.appended().last_tx_id, TxId{2});
  EXPECT_EQ(journal.position(), Position{});
  const Position appended = journal.appended();
  journal.commit();
  EXPECT_EQ(journal.position().chain, appended.chain);
  EXPECT_EQ(journal.position().last_seq, appended.last_seq);
  EXPECT_EQ(journal.appended().last_seq, appended.last_seq);
}

TEST_F(CopyTest, TheEndThatIsThereIsKnownBeforeItIsRecovered) {
  write(2, 3);
  Journal journal{config(), pool_};
  EXPECT_EQ(journal.position().last_tx_id, TxId{6});
  EXPECT_EQ(journal.durable_seq(), EventSeq{0});
}

TEST_F(CopyTest, WhatFollowsARaisedEpochStandsInASegmentOfItsOwn) {
  {
    Journal journal{config(), pool_};
    recover(journal);
    commit(journal, 1, 1);  // 2 events
    journal.raise_epoch(WriterEpoch{7});
    EXPECT_EQ(journal.epoch(), WriterEpoch{7});
    const EpochRecord record = read_epoch_file(root()).value();
    EXPECT_EQ(record.epoch, WriterEpoch{7});
    EXPECT_EQ(record.newest_segment->text(), "00000000000000000001-0000000001");
    commit(journal, 1, 1);
    journal.raise_epoch(WriterEpoch{8});
  }
  EXPECT_THAT(segment_names(),
              ElementsAre("00000000000000000001-0000000001", "00000000000000000003-0000000007"));
  EXPECT_EQ(read_all(), 2U);
  Journal journal{config(), pool_};
  EXPECT_EQ(journal.epoch(), WriterEpoch{9});
  recover(journal);
  commit(journal, 1, 1);
  EXPECT_EQ(read_all(), 3U);
}

using CopyDeathTest = CopyTest;

TEST_F(CopyDeathTest, AnEpochIsNeverLoweredAndNeverRaisedBesideWhatIsPending) {
  EXPECT_DEATH(
      {
        Journal journal(config(), pool_);
        recover(journal);
        journal.raise_epoch(WriterEpoch{1});
      },
      "epoch");
  EXPECT_DEATH(
      {
        Journal journal(config(), pool_);
        recover(journal);
        TransactionMaker maker;
        journal.append(maker.next());
        journal.raise_epoch(WriterEpoch{5});
      },
      "marks_");
}

// A node of which there is nothing but a snapshot.
class SeedingTest : public CopyTest {
 protected:
  // Another node's log, of which the snapshot is.
  SeedingTest() {
    JournalConfig config = copy_of(kOther);
    config.wal_root = folder_.path() / "other";
    EnvironmentPool pool;
    Journal journal{config, pool};
    recover(journal);
    commit(journal, 1, 6);
    snapshot_ = journal.position();
    snapshot_.segment.reset();
  }

  [[nodiscard]] std::vector<std::uint64_t> recover_behind(Journal& journal) const {
    std::vector<std::uint64_t> ids;
    journal.recover(snapshot_, [&](const matching::TransactionView& transaction) {
      EXPECT_TRUE(test::is_genuine(transaction));
      ids.push_back(transaction.header.tx_id.value());
    });
    return ids;
  }

  [[nodiscard]] EventSeq next() const { return snapshot_.last_seq.next(); }

  Position snapshot_;
};

TEST_F(SeedingTest, TheLogBeginsBehindTheSnapshot) {
  {
    Journal journal{copy_of(kOther), pool_};
    EXPECT_THAT(recover_behind(journal), IsEmpty());
    EXPECT_EQ(journal.position(), snapshot_);
    EXPECT_EQ(journal.durable_seq(), snapshot_.last_seq);
    commit(journal, 2, 1);
    EXPECT_EQ(read_all(next()), 2U);
    journal.close();
  }
  Journal journal{copy_of(kOther), pool_};
  EXPECT_THAT(recover_behind(journal), ElementsAre(7, 8));
  commit(journal, 1, 1);
  EXPECT_EQ(read_all(next()), 3U);
}

TEST_F(SeedingTest, OpeningsThatWroteNothingDoNotForgetWhereItBegins) {
  for (std::uint32_t opening = 1; opening <= 3; ++opening) {
    Journal journal{opening == 2 ? config() : copy_of(kOther), pool_};
    EXPECT_THAT(recover_behind(journal), IsEmpty());
    EXPECT_EQ(journal.epoch(), WriterEpoch{opening});
    EXPECT_EQ(segment_names().size(), 1U) << "the one of the opening before is retired";
    if (opening == 3) {
      journal.raise_epoch(WriterEpoch{20});
    }
  }
  Journal journal{config(), pool_};
  EXPECT_THAT(recover_behind(journal), IsEmpty());
  commit(journal, 1, 1);
  EXPECT_EQ(read_all(next()), 1U);
}

TEST_F(SeedingTest, AReaderWaitsBehindTheSnapshot) {
  Journal journal{copy_of(kOther), pool_};
  static_cast<void>(recover_behind(journal));
  JournalReader reader{root(), pool_, next()};
  EXPECT_EQ(reader.seek(), snapshot_);
  EXPECT_FALSE(reader.next());
  commit(journal, 1, 1);
  const auto transaction = reader.next();
  ASSERT_TRUE(transaction);
  EXPECT_EQ(transaction->first_seq, next());
  EXPECT_FALSE(reader.next());
  const auto error = error_of([&] {
    JournalReader before(root(), pool_, snapshot_.last_seq);
    static_cast<void>(before.next());
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SequenceNotAvailable);
}

TEST_F(SeedingTest, AFirstOpeningThatWasCutOffBeforeItWroteTheEpochIsRepeated) {
  {
    Journal journal{copy_of(kOther), pool_};
    static_cast<void>(recover_behind(journal));
  }
  std::filesystem::remove(root() / kEpochFile);
  Journal journal{config(), pool_};
  EXPECT_EQ(journal.wal_id(), kOther) << "as the segment says";
  EXPECT_THAT(recover_behind(journal), IsEmpty());
  commit(journal, 1, 1);
  EXPECT_EQ(read_all(next()), 1U);
}

TEST_F(SeedingTest, AnEpochFileOfNoWriterIsAsGoodAsTheIdOfTheLog) {
  std::filesystem::create_directories(root());
  write_epoch_file(root(), {.wal_id = kOther, .epoch = {}, .newest_segment = {}});
  Journal journal{config(), pool_};
  EXPECT_THAT(recover_behind(journal), IsEmpty());
  EXPECT_EQ(journal.epoch(), WriterEpoch{1});
}

// Somebody has written here: then the events before the snapshot are lost, and it says so.
TEST_F(SeedingTest, ALogThatWasOpenedBeforeIsNoNewOne) {
  write(copy_of(kOther), 0, 0);
  Journal journal{copy_of(kOther), pool_};
  const auto error = error_of([&] { static_cast<void>(recover_behind(journal)); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SnapshotAhead);
}

TEST_F(SeedingTest, WithoutTheIdOfItsLogNoSnapshotIsABeginning) {
  Journal journal{config(), pool_};
  EXPECT_EQ(error_of([&] { static_cast<void>(recover_behind(journal)); })->fault(),
            Fault::SnapshotAhead);
}

TEST_F(SeedingTest, ItBeginsBehindNoOtherSnapshot) {
  {
    Journal journal{copy_of(kOther), pool_};
    static_cast<void>(recover_behind(journal));
  }
  const auto fault_from = [&](const Position& position) {
    Journal journal{config(), pool_};
    return error_of([&] { journal.recover(position, [](const auto&) {}); })->fault();
  };
  Position other = snapshot_;
  other.chain = Chain{1};
  EXPECT_EQ(fault_from(other), Fault::SnapshotMismatch);
  EXPECT_EQ(fault_from({}), Fault::SequenceNotAvailable);
  other.last_seq = other.last_seq.next();
  EXPECT_EQ(fault_from(other), Fault::SnapshotAhead);
}

TEST_F(SeedingTest, OnASharedDiskToo) {
  test::ScriptedLease lease;
  JournalConfig config = copy_of(kOther);
  config.authority = &lease;
  for (int opening = 0; opening < 2; ++opening) {
    Journal journal{config, pool_};
    EXPECT_THAT(recover_behind(journal), IsEmpty());
  }
  {
    Journal journal{config, pool_};
    EXPECT_THAT(recover_behind(journal), IsEmpty());
    commit(journal, 1, 1);
  }
  Journal journal{config, pool_};
  EXPECT_THAT(recover_behind(journal), ElementsAre(7));
}

}  // namespace
}  // namespace betex::journal
