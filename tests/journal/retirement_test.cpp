#include "journal/retirement.h"

#include "journal/segment_writer.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

// Batches of four transactions have 10 events, segments 20: they begin at 1, 21, 41, ...
class RetirementTest : public test::WalTest {
 protected:
  static constexpr std::size_t kBatch = 4;

  static std::string name(std::uint64_t first_seq, std::uint32_t epoch = 1) {
    return SegmentName{.first_seq = EventSeq{first_seq}, .epoch = WriterEpoch{epoch}}.text();
  }

  [[nodiscard]] std::vector<std::string> retired_names() const {
    std::vector<std::string> names;
    for (const SegmentName& segment : list_segments(root() / kRetiredFolder)) {
      names.push_back(segment.text());
    }
    return names;
  }

  using Names = std::vector<std::string>;
};

void recover(Journal& journal) {
  journal.recover(EventSeq{0}, [](const auto&) {});
}

TEST_F(RetirementTest, WithoutARecoveryPointNothingIsRetired) {
  write(8, kBatch);
  EXPECT_EQ(segment_names().size(), 4U);
  EXPECT_TRUE(retired_names().empty());
}

TEST_F(RetirementTest, ANaturalRotationRetiresWhatLiesWhollyAtOrBelowTheRecoveryPoint) {
  Journal journal{config(), pool_};
  recover(journal);
  commit(journal, 5, kBatch);  // 50 events
  journal.advance_recovery_point(EventSeq{39});
  commit(journal, 1, kBatch);  // rotates at 60
  EXPECT_EQ(retired_names(), (Names{name(1)}));
  journal.advance_recovery_point(EventSeq{40});
  commit(journal, 2, kBatch);
  EXPECT_EQ(retired_names(), (Names{name(1), name(21)}));
  EXPECT_EQ(segment_names(), (Names{name(41), name(61)}));
}

TEST_F(RetirementTest, TheRecoveryPointIsLookedAtOnlyAfterARotation) {
  Journal journal{config(), pool_};
  recover(journal);
  commit(journal, 4, kBatch);
  journal.advance_recovery_point(EventSeq{20});
  commit(journal, 1, kBatch);  // 50 events: no rotation
  EXPECT_TRUE(retired_names().empty());
  commit(journal, 1, kBatch);
  EXPECT_EQ(retired_names(), (Names{name(1)}));
}

TEST_F(RetirementTest, TheRecoveryPointOnlyMovesForward) {
  Journal journal{config(), pool_};
  recover(journal);
  journal.advance_recovery_point(EventSeq{20});
  journal.advance_recovery_point(EventSeq{10});
  commit(journal, 6, kBatch);
  EXPECT_EQ(retired_names(), (Names{name(1)}));
}

TEST_F(RetirementTest, TheRecoveryPointIsForgottenWithTheProcess) {
  {
    Journal journal{config(), pool_};
    recover(journal);
    commit(journal, 4, kBatch);
    journal.advance_recovery_point(EventSeq{40});
  }
  Journal journal{config(), pool_};
  recover(journal);
  commit(journal, 4, kBatch);
  EXPECT_TRUE(retired_names().empty());
}

TEST_F(RetirementTest, TheRecoveryPointOfAnOpeningHoldsForItsRotationsToo) {
  write(8, kBatch);
  EventSeq floor;
  JournalConfig pruning = config();
  pruning.recovery_point = EventSeq{45};
  pruning.floor = [&] { return floor; };
  Journal journal{pruning, pool_};
  recover(journal);
  EXPECT_TRUE(retired_names().empty());
  floor = EventSeq{1000};
  commit(journal, 2, kBatch);
  EXPECT_EQ(retired_names(), (Names{name(1), name(21)}));
}

TEST_F(RetirementTest, ARotationByAFullMapLooksAtTheRecoveryPointAsWell) {
  JournalConfig small = config();
  small.max_segment_events = 1'000'000;
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  Journal journal{small, pool_};
  recover(journal);
  commit(journal, 2, 2800);
  const Names before = segment_names();
  ASSERT_EQ(before.size(), 2U);
  journal.advance_recovery_point(journal.durable_seq());
  commit(journal, 1, 2800);
  EXPECT_EQ(retired_names(), (Names{before[0], before[1]}));
}

TEST_F(RetirementTest, TheFloorHoldsSegmentsBack) {
  EventSeq floor{25};
  JournalConfig with_floor = config();
  with_floor.floor = [&] { return floor; };
  Journal journal{with_floor, pool_};
  recover(journal);
  journal.advance_recovery_point(EventSeq{1000});
  commit(journal, 8, kBatch);
  EXPECT_EQ(retired_names(), (Names{name(1)}));
  floor = EventSeq{1000};
  commit(journal, 2, kBatch);
  EXPECT_EQ(retired_names(), (Names{name(1), name(21), name(41), name(61)}));
}

TEST_F(RetirementTest, TheNewestSegmentStays) {
  Journal journal{config(), pool_};
  recover(journal);
  journal.advance_recovery_point(EventSeq{1000});
  commit(journal, 6, kBatch);
  EXPECT_EQ(segment_names(), (Names{name(41)}));
}

TEST_F(RetirementTest, AnOpeningPrunesUpToItsRecoveryPointAfterRecovery) {
  write(8, kBatch);
  JournalConfig pruning = config();
  pruning.recovery_point = EventSeq{45};
  Journal journal{pruning, pool_};
  EXPECT_TRUE(retired_names().empty());
  recover(journal);
  EXPECT_EQ(retired_names(), (Names{name(1), name(21)}));
  EXPECT_EQ(segment_names(), (Names{name(41), name(61)}));
}

TEST_F(RetirementTest, PruningRespectsTheFloorToo) {
  write(8, kBatch);
  JournalConfig pruning = config();
  pruning.recovery_point = EventSeq{80};
  pruning.floor = [] { return EventSeq{20}; };
  Journal journal{pruning, pool_};
  recover(journal);
  EXPECT_EQ(retired_names(), (Names{name(1)}));
}

TEST_F(RetirementTest, AFailedRecoveryPrunesNothing) {
  write(8, kBatch);
  std::filesystem::resize_file(data_file(name(61)), 8192);
  JournalConfig pruning = config();
  pruning.recovery_point = EventSeq{60};
  EXPECT_TRUE(error_of([&] {
    Journal journal(pruning, pool_);
    recover(journal);
  }));
  EXPECT_TRUE(retired_names().empty());
}

// It would make the segment that it begins inside of look shorter than it is.
TEST_F(RetirementTest, WhatAnOlderWriterHasBegunIsLeftAloneAndCountsForNothing) {
  write(4, kBatch);
  write(4, kBatch);  // 41 and 61, of epoch 2
  std::filesystem::create_directory(segments() / name(51));
  EXPECT_EQ(retire_up_to(root(), EventSeq{55}).size(), 2U);
  EXPECT_EQ(segment_names(), (Names{name(41, 2), name(51), name(61, 2)}));
}

TEST_F(RetirementTest, ANameThatRetiredHasAlreadyIsAnErrorAndNothingIsOverwritten) {
  write(8, kBatch);
  std::filesystem::create_directory(root() / kRetiredFolder / name(21));
  JournalConfig pruning = config();
  pruning.recovery_point = EventSeq{60};
  const auto error = error_of([&] {
    Journal journal(pruning, pool_);
    recover(journal);
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::RetiredNameTaken);
  EXPECT_EQ(error->segment(), name(21));
  EXPECT_TRUE(std::filesystem::exists(data_file(name(21))));
}

TEST_F(RetirementTest, RecoveryGoesOnFromASnapshotWhenAllBelowItIsRetired) {
  write(8, kBatch);
  JournalConfig pruning = config();
  pruning.recovery_point = EventSeq{60};
  {
    Journal journal{pruning, pool_};
    recover(journal);
    commit(journal, 1, 1);
  }
  Journal journal{config(), pool_};
  std::size_t count = 0;
  journal.recover(EventSeq{60}, [&](const auto& transaction) {
    EXPECT_TRUE(test::is_genuine(transaction));
    ++count;
  });
  EXPECT_EQ(count, 9U);
}

TEST_F(RetirementTest, RecoveryFromTheStartSaysWhichSegmentIsTheOldest) {
  write(8, kBatch);
  retire_up_to(root(), EventSeq{40});
  Journal journal{config(), pool_};
  const auto error = error_of([&] { recover(journal); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SequenceNotAvailable);
  EXPECT_NE(std::string{error->what()}.find("the oldest segment is " + name(41)),
            std::string::npos);
}

TEST_F(RetirementTest, AnEmptySegmentOfAKilledWriterIsSkippedAndRetiredAtTheNextOpening) {
  write(4, kBatch);
  {
    // Killed between the rename of its first segment and the first record.
    Journal journal{config(), pool_};
    recover(journal);
    const SegmentWriter killed{{.wal_root = root(),
                                .wal_id = journal.wal_id(),
                                .epoch = journal.epoch(),
                                .before = journal.position(),
                                .map_size = std::size_t{1} << 20U},
                               pool_};
  }
  EXPECT_EQ(segment_names(), (Names{name(1), name(21), name(41, 2)}));
  EXPECT_EQ(read_all(), 16U);
  write(1, kBatch);
  EXPECT_EQ(segment_names(), (Names{name(1), name(21), name(41, 3)}));
  EXPECT_EQ(retired_names(), (Names{name(41, 2)}));
  EXPECT_EQ(read_all(), 20U);
}

TEST_F(RetirementTest, DiskSpaceBelowTheLowWaterMarkIsSaid) {
  JournalConfig tight = config();
  tight.low_disk_bytes = ~std::uint64_t{0};
  {
    Journal journal{tight, pool_};
    recover(journal);
    EXPECT_TRUE(journal.disk_is_low());
  }
  tight.low_disk_bytes = 0;
  Journal journal{tight, pool_};
  recover(journal);
  commit(journal, 1, 1);
  EXPECT_FALSE(journal.disk_is_low());
}

TEST_F(RetirementTest, TheDiskIsLookedAtWheneverSomebodyAsks) {
  Journal journal{config(), pool_};
  EXPECT_EQ(journal.disk_free_bytes(), ~std::uint64_t{0}) << "nobody has looked yet";
  journal.look_at_disk();
  EXPECT_LT(journal.disk_free_bytes(), ~std::uint64_t{0});
}

}  // namespace
}  // namespace betex::journal
