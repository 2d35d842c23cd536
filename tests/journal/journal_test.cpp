#include "journal/journal.h"

#include <set>

#include "journal/epoch_file.h"
#include "journal/prepared_segment.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::TransactionMaker;

class JournalTest : public test::WalTest {};

TEST_F(JournalTest, WhatWasCommittedIsReadBackInOrder) {
  write(1, 10);
  EXPECT_EQ(read_all(), 10U);
}

TEST_F(JournalTest, WhatWasAppendedButNotCommittedIsNotThere) {
  {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    commit(journal, 1, 3);
    TransactionMaker maker{journal.position().last_tx_id, journal.position().last_seq};
    journal.append(maker.next());
  }
  EXPECT_EQ(read_all(), 3U);
}

TEST_F(JournalTest, AnEmptyLogRecoversNothingAndAnEmptyCommitWritesNothing) {
  Journal journal{config(), pool_};
  std::size_t recovered = 0;
  journal.recover(EventSeq{0}, [&](const auto&) { ++recovered; });
  journal.commit();
  EXPECT_EQ(recovered, 0U);
  EXPECT_EQ(journal.durable_seq(), EventSeq{0});
  EXPECT_TRUE(segment_names().empty());
}

TEST_F(JournalTest, DurableSeqMovesWithTheCommitOnly) {
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  TransactionMaker maker;
  journal.append(maker.next());
  EXPECT_EQ(journal.durable_seq(), EventSeq{0});
  journal.commit();
  EXPECT_EQ(journal.durable_seq(), maker.last_seq());
}

TEST_F(JournalTest, EveryOpeningBeginsASegmentOfItsOwnAtItsFirstCommit) {
  write(1, 2);  // events 1 to 5
  write(0, 0);  // no commit, no segment
  write(1, 1);
  EXPECT_EQ(segment_names(),
            (std::vector<std::string>{"00000000000000000001-0000000001",
                                      "00000000000000000006-0000000003"}));
  EXPECT_EQ(read_all(), 3U);
}

TEST_F(JournalTest, RecoveryGivesTheTransactionsOfAllOpenings) {
  write(5, 3);
  write(4, 7);
  Journal journal{config(), pool_};
  std::uint64_t last = 0;
  journal.recover(EventSeq{0}, [&](const matching::TransactionView& transaction) {
    EXPECT_EQ(transaction.header.tx_id.value(), ++last);
    EXPECT_TRUE(test::is_genuine(transaction));
  });
  EXPECT_EQ(last, 43U);
  EXPECT_EQ(journal.position().last_tx_id.value(), 43U);
  EXPECT_EQ(journal.durable_seq(), journal.position().last_seq);
}

TEST_F(JournalTest, RecoveryAfterASnapshotGivesTheRest) {
  write(5, 3);
  EventSeq half;
  {
    JournalReader reader{root(), pool_};
    for (int i = 0; i < 7; ++i) {
      half = reader.next()->last_seq();
    }
  }
  Journal journal{config(), pool_};
  std::vector<std::uint64_t> ids;
  journal.recover(
      half, [&](const auto& transaction) { ids.push_back(transaction.header.tx_id.value()); });
  EXPECT_EQ(ids, (std::vector<std::uint64_t>{8, 9, 10, 11, 12, 13, 14, 15}));
}

TEST_F(JournalTest, RecoveryAfterTheLastEventGivesNothingAndGoesOn) {
  write(5, 3);
  EventSeq last;
  {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    last = journal.durable_seq();
  }
  {
    Journal journal{config(), pool_};
    journal.recover(last, [](const auto&) { FAIL(); });
    commit(journal, 1, 1);
  }
  EXPECT_EQ(read_all(), 16U);
}

TEST_F(JournalTest, RecoveryAfterAnEventBeyondTheEndIsRefused) {
  write(1, 1);
  Journal journal{config(), pool_};
  const auto error = error_of([&] { journal.recover(EventSeq{100}, [](const auto&) {}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SnapshotAhead);
}

TEST_F(JournalTest, RecoveryInsideATransactionIsRefused) {
  write(1, 3);  // transaction 1 has two events
  Journal journal{config(), pool_};
  const auto error = error_of([&] { journal.recover(EventSeq{1}, [](const auto&) {}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SequenceNotAvailable);
}

TEST_F(JournalTest, RotatesAfterTheCommitThatReachesTheHint) {
  // Batches of 4 transactions have 2 + 3 + 4 + 1 = 10 events; the hint is 20.
  write(5, 4);
  EXPECT_EQ(segment_names(),
            (std::vector<std::string>{"00000000000000000001-0000000001",
                                      "00000000000000000021-0000000001",
                                      "00000000000000000041-0000000001"}));
}

TEST_F(JournalTest, TheHintIsNoCapABatchIsNeverSplitByIt) {
  write(2, 40);  // 100 events each
  EXPECT_EQ(segment_names(),
            (std::vector<std::string>{"00000000000000000001-0000000001",
                                      "00000000000000000101-0000000001"}));
}

TEST_F(JournalTest, RotatesWhenThreeQuartersOfTheMapAreUsed) {
  JournalConfig small = config();
  small.max_segment_events = 1'000'000;
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  write(small, 40, 400);  // 1000 events, some 86 KB a batch
  const std::vector<std::string> names = segment_names();
  EXPECT_GT(names.size(), 3U);
  // Not a batch later: it does not come to the point where the map is full.
  const std::size_t three_quarters = small.segment_map_size_bytes / 4 * 3;
  for (const std::string& name : names) {
    EXPECT_LT(std::filesystem::file_size(data_file(name)), three_quarters + 100'000);
  }
  EXPECT_GE(std::filesystem::file_size(data_file(names[0])), three_quarters);
  EXPECT_EQ(read_all(), 16'000U);
}

TEST_F(JournalTest, ABatchForWhichTheMapIsTooFullGoesWholeIntoTheNextSegment) {
  JournalConfig small = config();
  small.max_segment_events = 1'000'000;
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  write(small, 1, 2800);  // some 600 KB: not yet three quarters
  ASSERT_EQ(segment_names().size(), 1U);
  {
    Journal journal{small, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    commit(journal, 1, 2800);
    commit(journal, 1, 2800);
  }
  EXPECT_EQ(segment_names().size(), 3U);
  EXPECT_EQ(read_all(), 3 * 2800U);
}

TEST_F(JournalTest, ABatchLargerThanTheMapIsSplitOnTransactionsAndNothingIsLost) {
  JournalConfig small = config();
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  write(small, 1, 20'000);  // some 4.3 MB
  EXPECT_GT(segment_names().size(), 3U);
  EXPECT_EQ(read_all(), 20'000U);
}

TEST_F(JournalTest, ATransactionLargerThanTheMapGetsALargerMap) {
  test::EventBytes events;
  matching::OrderRested rested;
  for (int i = 0; i < 60'000; ++i) {
    events.add(rested);
  }
  matching::TransactionView large;
  large.header = test::make_transaction_header(TxId{1}, events);
  large.first_seq = EventSeq{1};
  large.events = events.bytes();
  JournalConfig small = config();
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  {
    Journal journal{small, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    journal.append(large);
    journal.commit();
  }
  JournalReader reader{root(), pool_};
  const auto read = reader.next();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->header.event_count, 60'000U);
  EXPECT_EQ(std::memcmp(read->events.data(), large.events.data(), large.events.size()), 0);
}

TEST_F(JournalTest, TheChainDoesNotDependOnTheBatches) {
  write(12, 1);
  const Position one_by_one = [&] {
    JournalReader reader{root(), pool_};
    while (reader.next()) {
    }
    return reader.position();
  }();
  std::filesystem::remove_all(root());
  write(3, 4);
  JournalReader reader{root(), pool_};
  while (reader.next()) {
  }
  EXPECT_EQ(reader.position().chain, one_by_one.chain);
  EXPECT_EQ(reader.position().last_seq, one_by_one.last_seq);
}

TEST_F(JournalTest, TheEpochRisesWithEachOpeningAndTheWalIdStays) {
  std::set<WalId> ids;
  for (std::uint32_t opening = 1; opening <= 3; ++opening) {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    EXPECT_EQ(journal.epoch(), WriterEpoch{opening});
    ids.insert(journal.wal_id());
  }
  EXPECT_EQ(ids.size(), 1U);
}

TEST_F(JournalTest, ACleanStopNotesTheNewestSegment) {
  write(5, 4);
  const auto record = read_epoch_file(root());
  ASSERT_TRUE(record);
  ASSERT_TRUE(record->newest_segment);
  EXPECT_EQ(record->newest_segment->text(), segment_names().back());
}

TEST_F(JournalTest, LeftoversOfAKilledWriterAreRemoved) {
  write(1, 1);
  std::filesystem::create_directories(segments() / ".new-00000000000000000003-0000000002");
  write(1, 1);
  for (const auto& entry : std::filesystem::directory_iterator{segments()}) {
    EXPECT_TRUE(SegmentName::parse(entry.path().filename().string())) << entry.path();
  }
  EXPECT_EQ(read_all(), 2U);
}

TEST_F(JournalTest, APreparedSegmentIsUsedAndWhatIsNotUsedOfItIsGivenBack) {
  constexpr std::uint64_t kFilled = std::uint64_t{1} << 20U;
  const PreparedSegment wanted{
      .wal_root = root(), .map_size = config().segment_map_size_bytes, .filled_bytes = kFilled};
  {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    prepare_segment(wanted);
    prepare_segment(wanted);  // there is one
    EXPECT_TRUE(is_prepared(root()));
    commit(journal, 1, 4);
    EXPECT_FALSE(is_prepared(root()));
    ASSERT_EQ(segment_names().size(), 1U);
    EXPECT_EQ(std::filesystem::file_size(data_file(segment_names()[0])), kFilled);
    EXPECT_EQ(read_all(), 4U);
    commit(journal, 1, 4);  // seals it
    EXPECT_LT(std::filesystem::file_size(data_file(segment_names()[0])), kFilled);
    prepare_segment(wanted);
    commit(journal, 1, 4);
    journal.close();
  }
  for (const std::string& name : segment_names()) {
    EXPECT_LT(std::filesystem::file_size(data_file(name)), kFilled);
  }
  EXPECT_EQ(recover_genuine(), 12U);
}

TEST_F(JournalTest, WithoutTheRightToWriteNoSegmentIsPrepared) {
  write(1, 1);
  for (int asked = 0; asked < 2; ++asked) {
    int left = asked;
    prepare_segment({.wal_root = root(),
                     .map_size = config().segment_map_size_bytes,
                     .filled_bytes = 8192,
                     .may_write = [&] { return left-- > 0; }});
    EXPECT_FALSE(is_prepared(root()));
  }
}

// The next writer prepares its own under the same name, and may be writing to it soon.
TEST_F(JournalTest, WhoLosesTheRightToWriteStopsFillingASegment) {
  constexpr std::uint64_t kFilled = std::uint64_t{4} << 20U;
  write(1, 1);
  int left = 2;
  prepare_segment({.wal_root = root(),
                   .map_size = config().segment_map_size_bytes,
                   .filled_bytes = kFilled,
                   .may_write = [&] { return left-- > 0; }});
  EXPECT_FALSE(is_prepared(root()));
  EXPECT_LT(std::filesystem::file_size(segments() / ".new-being-prepared" / "data.mdb"), kFilled);
}

TEST_F(JournalTest, ATransactionLargerThanThePreparedMapAndZerosThatAreLeftAreNoTrouble) {
  JournalConfig small = config();
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  {
    Journal journal{small, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    prepare_segment({.wal_root = root(), .map_size = std::size_t{1} << 20U, .filled_bytes = 8192});
    commit(journal, 1, 20'000);
    prepare_segment(
        {.wal_root = root(), .map_size = std::size_t{1} << 20U, .filled_bytes = 500'000});
    commit(journal, 1, 1);
  }  // as after a crash: not closed
  EXPECT_EQ(read_all(), 20'001U);
  EXPECT_EQ(recover_genuine(), 20'001U);
}

TEST_F(JournalTest, AnOpeningRemovesWhatWasPreparedForAnEarlierOne) {
  write(1, 1);
  prepare_segment({.wal_root = root(), .map_size = std::size_t{1} << 20U, .filled_bytes = 8192});
  std::filesystem::create_directory(segments() / ".new-being-prepared");
  write(1, 1);
  EXPECT_FALSE(is_prepared(root()));
  EXPECT_FALSE(std::filesystem::exists(segments() / ".new-being-prepared"));
  EXPECT_EQ(read_all(), 2U);
}

class Lease final : public WriterAuthority {
 public:
  WriterEpoch acquire(WriterEpoch last_epoch) override {
    return WriterEpoch{last_epoch.value() + 5};
  }

  [[nodiscard]] bool still_held() const noexcept override { return held; }

  bool held = true;
};

TEST_F(JournalTest, AnExternalAuthorityGivesTheEpochAndItsLossStopsTheWriterAtTheRotation) {
  Lease lease;
  JournalConfig leased = config();
  leased.authority = &lease;
  Journal journal{leased, pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 2, 4);
  EXPECT_EQ(segment_names(), std::vector<std::string>{"00000000000000000001-0000000005"});
  lease.held = false;
  const auto error = error_of([&] { commit(journal, 1, 4); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::AuthorityLost);
  EXPECT_EQ(error->exit_code(), 69);
  EXPECT_EQ(journal.durable_seq(), EventSeq{20});
}

TEST_F(JournalTest, ImpossibleSettingsAreRefused) {
  JournalConfig bad = config();
  bad.max_segment_events = 0;
  EXPECT_EQ(error_of([&] { const Journal journal(bad, pool_); })->fault(), Fault::BadConfiguration);
  bad = config();
  bad.segment_map_size_bytes = 4096;
  EXPECT_EQ(error_of([&] { const Journal journal(bad, pool_); })->exit_code(), 78);
  EXPECT_FALSE(std::filesystem::exists(root()));
}

TEST(JournalConfig, HasTheDefaultsOfTheDesign) {
  const JournalConfig config;
  EXPECT_EQ(config.max_segment_events, 5000U);
  EXPECT_EQ(config.segment_map_size_bytes, std::size_t{2} << 30U);
  EXPECT_EQ(config.ring_size, 32'768U);
  EXPECT_EQ(config.sync, JournalConfig::Sync::Always);
  EXPECT_EQ(config.remote_file_systems, JournalConfig::RemoteFileSystems::Refuse);
}

TEST(SizingWarning, ShowsTheArithmeticOnlyWhereTheMapIsSmallerThanTheWorstBatch) {
  JournalConfig config;
  EXPECT_EQ(sizing_warning(config), "");
  config.segment_map_size_bytes = 157'000'000;
  EXPECT_EQ(sizing_warning(config),
            "segment_map_size_bytes = 157000000 is less than one full batch can take: ring_size "
            "32768 x largest event 32904 B = 1078198272 B; such a batch will be split over several "
            "segments, and none of it lost");
}

using JournalDeathTest = JournalTest;

TEST_F(JournalDeathTest, AGapInWhatIsAppendedIsAProgrammingError) {
  EXPECT_DEATH(
      {
        Journal journal(config(), pool_);
        journal.recover(EventSeq{0}, [](const auto&) {});
        TransactionMaker maker;
        static_cast<void>(maker.next());
        journal.append(maker.next());
      },
      "first_seq");
}

TEST_F(JournalDeathTest, AfterACommitThatFailedNothingIsWrittenAnyMore) {
  EXPECT_DEATH(
      {
        Lease lease;
        JournalConfig leased = config();
        leased.authority = &lease;
        Journal journal(leased, pool_);
        journal.recover(EventSeq{0}, [](const auto&) {});
        lease.held = false;
        static_cast<void>(error_of([&] { commit(journal, 1, 1); }));
        lease.held = true;
        journal.commit();
      },
      "State::Writable");
}

TEST_F(JournalDeathTest, MalformedEventsAreNeverWritten) {
  EXPECT_DEATH(
      {
        Journal journal(config(), pool_);
        journal.recover(EventSeq{0}, [](const auto&) {});
        TransactionMaker maker;
        auto transaction = maker.next();
        transaction.events = transaction.events.first(8);
        journal.append(transaction);
      },
      "find_malformed");
}

}  // namespace
}  // namespace betex::journal
