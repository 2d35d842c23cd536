// What is wrong with a log is said, with the segment, the key and the remedy, and never skipped.
#include <gmock/gmock.h>

#include "journal/checksum.h"
#include "journal/epoch_file.h"
#include "journal/lmdb.h"
#include "journal/segment_writer.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using ::testing::HasSubstr;

// A log of four segments; each holds two batches of four transactions, 20 events in all.
class DamageTest : public test::WalTest {
 protected:
  DamageTest() {
    write(8, 4);
    names_ = segment_names();
  }

  // Both the reader and an opening for writing must stop with `fault` at `segment`.
  void expect_fault(Fault fault, const std::string& segment) {
    for (const auto& error : {reading_error(), opening_error()}) {
      ASSERT_TRUE(error) << name_of(fault);
      EXPECT_EQ(name_of(error->fault()), name_of(fault)) << error->what();
      EXPECT_THAT(error->segment(), HasSubstr(segment)) << error->what();
      EXPECT_THAT(error->what(), HasSubstr("; remedy: "));
      EXPECT_EQ(error->exit_code(), kExitCorrupt);
    }
  }

  // Changes a segment's record in place, as a writer that has gone wrong would.
  template <typename Change>
  void change_record(const std::string& segment, std::uint64_t key, Change&& change) {
    std::string file = load(data_file(segment));
    std::string value;
    {
      const auto environment = pool_.open(segments() / segment, {});
      const ReadTransaction view{*environment};
      const Bytes bytes = view.get(IntegerKey{key}.bytes()).value();
      value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    const std::string old = value;
    change(value);
    std::size_t found = 0;  // LMDB leaves older copies of a page behind
    for (std::size_t at = file.find(old); at != std::string::npos; at = file.find(old, at)) {
      file.replace(at, value.size(), value);
      at += value.size();
      ++found;
    }
    ASSERT_GT(found, 0U);
    store(data_file(segment), file);
  }

  template <typename Change>
  void change_header(const std::string& segment, Change&& change) {
    change_record(segment, kHeaderKey, [&](std::string& value) {
      SegmentHeader header;
      std::memcpy(&header, value.data(), sizeof(header));
      change(header);
      header.checksum = checksum_of(header);
      std::memcpy(value.data(), &header, sizeof(header));
    });
  }

  // Changes the second segment's first record and gives it a chain that fits, so that only its
  // content tells that something is wrong.
  template <typename Change>
  void forge(Change&& change) {
    Chain chain;
    change_header(names_[1],
                  [&](const SegmentHeader& header) { chain = header.predecessor_chain; });
    change_record(names_[1], 21, [&](std::string& value) {
      change(value);
      BatchHeader header;
      std::memcpy(&header, value.data(), sizeof(header));
      std::size_t at = sizeof(header);
      while (at < value.size()) {
        matching::TransactionHeader transaction;
        std::memcpy(&transaction, value.data() + at, sizeof(transaction));
        const std::size_t size = sizeof(transaction) + transaction.events_size;
        chain = extend(chain, std::as_bytes(std::span{value}.subspan(at, size)));
        at += size;
      }
      header.chain = chain;
      std::memcpy(value.data(), &header, sizeof(header));
    });
  }

  void expect_malformed(const std::string& what) {
    const auto error = reading_error();
    ASSERT_TRUE(error) << what;
    EXPECT_EQ(error->fault(), Fault::EventMalformed);
    EXPECT_THAT(error->what(), HasSubstr(what));
  }

  void erase_record(const std::string& segment, std::uint64_t key) {
    Environment environment{segments() / segment,
                            {.access = EnvironmentOptions::Access::ReadWrite}};
    WriteTransaction transaction{environment};
    ASSERT_TRUE(transaction.erase(IntegerKey{key}.bytes()));
    transaction.commit();
  }

  void flip(const std::string& segment, std::uint64_t key, std::size_t byte) {
    change_record(segment, key, [&](std::string& value) {
      value[byte] = static_cast<char>(value[byte] ^ 0x10);
    });
  }

  std::vector<std::string> names_;
};

TEST_F(DamageTest, AWholeLogIsFine) {
  ASSERT_EQ(names_.size(), 4U);
  EXPECT_FALSE(reading_error());
  EXPECT_FALSE(opening_error());
}

TEST_F(DamageTest, AMissingSegmentInTheMiddle) {
  std::filesystem::rename(segments() / names_[1], folder_.path() / "away");
  const auto reading = reading_error();
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->fault(), Fault::SegmentMissing);
  EXPECT_EQ(reading->segment(), names_[0]);
  EXPECT_EQ(reading->key(), 21U);
  EXPECT_THAT(reading->what(), HasSubstr("after event 20 comes segment " + names_[2]));
  const auto opening = opening_error();
  ASSERT_TRUE(opening);
  EXPECT_EQ(opening->fault(), Fault::SegmentMissing);
  EXPECT_THAT(opening->what(), HasSubstr("its predecessor was " + names_[1]));
}

TEST_F(DamageTest, TheNewestSegmentMissingAfterACleanStop) {
  std::filesystem::rename(segments() / names_[3], folder_.path() / "away");
  const auto error = opening_error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SegmentMissing);
  EXPECT_EQ(error->segment(), names_[3]);
  // A second attempt finds the same: the evidence is not overwritten.
  EXPECT_EQ(opening_error()->fault(), Fault::SegmentMissing);
}

TEST_F(DamageTest, TheNewestSegmentMissingAfterAKillThatAnOpeningFollowed) {
  {
    Journal killed{config(), pool_};
    killed.recover(EventSeq{0}, [](const auto&) {});
    commit(killed, 1, 4);
  }
  const std::string newest = segment_names().back();
  {
    Journal killed{config(), pool_};
    killed.recover(EventSeq{0}, [](const auto&) {});
  }
  std::filesystem::rename(segments() / newest, folder_.path() / "away");
  const auto error = opening_error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SegmentMissing);
  EXPECT_EQ(error->segment(), newest);
}

TEST_F(DamageTest, ASegmentRetiredUnderAReader) {
  JournalReader reader{root(), pool_};
  ASSERT_TRUE(reader.next());
  std::filesystem::rename(segments() / names_[1], root() / kRetiredFolder / names_[1]);
  const auto error = error_of([&] {
    while (reader.next()) {
    }
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SegmentRetired);
}

TEST_F(DamageTest, SwappedSegments) {
  std::filesystem::rename(segments() / names_[1], segments() / ".new-x");
  std::filesystem::rename(segments() / names_[2], segments() / names_[1]);
  std::filesystem::rename(segments() / ".new-x", segments() / names_[2]);
  const auto reading = reading_error();
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->fault(), Fault::SegmentMisnamed);
  EXPECT_THAT(reading->what(), HasSubstr("its header says that it is segment " + names_[2]));
  EXPECT_EQ(opening_error()->fault(), Fault::SegmentMisnamed);
}

TEST_F(DamageTest, ASegmentOfAnotherLog) {
  change_header(names_[2], [](SegmentHeader& header) { header.wal_id[0] ^= 1U; });
  expect_fault(Fault::SegmentForeign, names_[2]);
}

TEST_F(DamageTest, AnEpochFileOfAnotherLog) {
  EpochRecord epoch = read_epoch_file(root()).value();
  epoch.wal_id[3] ^= 1U;
  write_epoch_file(root(), epoch);
  expect_fault(Fault::SegmentForeign, names_[0]);
}

TEST_F(DamageTest, ASegmentOfAnotherVersion) {
  for (const std::uint32_t version : {1U, kFormatVersion + 1}) {
    change_header(names_[1], [&](SegmentHeader& header) { header.format_version = version; });
    expect_fault(Fault::UnknownVersion, names_[1]);
    EXPECT_THAT(
        reading_error()->what(),
        HasSubstr("it has format version " + std::to_string(version) +
                  ", and this program reads versions 2 to 4 [UnknownVersion]; remedy: keep the "
                  "folder as it is"));
  }
}

TEST_F(DamageTest, AnEpochThatWasGrantedIsAnEpoch) {
  change_header(names_[1], [](SegmentHeader& header) { header.flags = kEpochGranted; });
  EXPECT_FALSE(reading_error());
  EXPECT_FALSE(opening_error());
}

TEST_F(DamageTest, AFlagThatThisProgramDoesNotKnow) {
  for (const std::uint32_t flags : {2U, 3U, 0x8000'0000U}) {
    change_header(names_[1], [&](SegmentHeader& header) { header.flags = flags; });
    expect_fault(Fault::UnknownVersion, names_[1]);
    EXPECT_THAT(reading_error()->what(),
                HasSubstr("its header has the flags " + std::to_string(flags) +
                          ", of which this program knows 1"));
  }
}

TEST_F(DamageTest, ASegmentThatDoesNotFollowTheOneBeforeIt) {
  change_header(names_[1], [](SegmentHeader& header) {
    header.predecessor_chain = Chain{header.predecessor_chain.value() + 1};
  });
  expect_fault(Fault::PredecessorMismatch, names_[1]);
}

TEST_F(DamageTest, EveryByteOfTheHeaderRecord) {
  for (std::size_t byte = 0; byte < sizeof(SegmentHeader); ++byte) {
    flip(names_[1], kHeaderKey, byte);
    const bool version = byte >= 8 && byte < 12;
    expect_fault(version ? Fault::UnknownVersion : Fault::HeaderDamaged, names_[1]);
    flip(names_[1], kHeaderKey, byte);
  }
  EXPECT_FALSE(reading_error());
}

TEST_F(DamageTest, EveryByteOfARecord) {
  std::size_t size = 0;
  change_record(names_[2], 41, [&](const std::string& value) { size = value.size(); });
  ASSERT_GT(size, 800U);
  for (std::size_t byte = 0; byte < size; ++byte) {
    flip(names_[2], 41, byte);
    const auto error = reading_error();
    ASSERT_TRUE(error) << byte;
    EXPECT_EQ(error->segment(), names_[2]) << byte;
    EXPECT_EQ(error->key(), 41U) << byte;
    EXPECT_TRUE(error->fault() == Fault::RecordDamaged || error->fault() == Fault::ChainBroken ||
                error->fault() == Fault::RecordMissing)
        << byte << ": " << error->what();
    ASSERT_TRUE(opening_error()) << byte;
    flip(names_[2], 41, byte);
  }
  EXPECT_FALSE(reading_error());
}

TEST_F(DamageTest, ALostRecordIsMissedWhereverAReaderStarts) {
  JournalConfig one_segment = config();
  one_segment.max_segment_events = 1000;
  std::filesystem::remove_all(root());
  write(one_segment, 4, 4);  // the records are those of events 1, 11, 21 and 31
  const std::string segment = segment_names()[0];
  const std::string whole = load(data_file(segment));
  for (const std::uint64_t lost : {1U, 11U, 21U, 31U}) {
    erase_record(segment, lost);
    for (const std::uint64_t from : {1U, 5U, 10U, 11U, 15U, 21U, 25U, 31U, 35U, 41U}) {
      if (from <= lost + 10) {  // further on, the chain's value is taken from the record before
        SCOPED_TRACE(std::to_string(lost) + " lost, read from " + std::to_string(from));
        EXPECT_TRUE(reading_error(EventSeq{from}));
      }
    }
    EXPECT_TRUE(opening_error());
    store(data_file(segment), whole);
  }
  erase_record(segment, 1);
  expect_fault(Fault::RecordMissing, segment);
}

TEST_F(DamageTest, TheLastRecordsOwnFieldsAreCheckedAsWell) {
  for (std::size_t byte = 0; byte < sizeof(BatchHeader); ++byte) {
    flip(names_[3], 71, byte);
    EXPECT_TRUE(reading_error()) << byte;
    EXPECT_TRUE(opening_error()) << byte;
    flip(names_[3], 71, byte);
  }
}

TEST_F(DamageTest, EventsThatNoEngineCouldHaveWritten) {
  forge([](std::string& value) {
    value[sizeof(BatchHeader) + sizeof(matching::TransactionHeader)] = 99;  // its kind
  });
  expect_malformed("transaction 9: event 1: unknown kind 99");
}

TEST_F(DamageTest, TransactionsThatNoEngineCouldHaveWritten) {
  const std::string whole = load(data_file(names_[1]));
  const auto expect_refused = [&](const std::string& what, auto&& change) {
    forge([&](std::string& value) {
      matching::TransactionHeader header;
      std::memcpy(&header, value.data() + sizeof(BatchHeader), sizeof(header));
      change(header);
      std::memcpy(value.data() + sizeof(BatchHeader), &header, sizeof(header));
    });
    expect_malformed("transaction 9: " + what);
    store(data_file(names_[1]), whole);
  };
  using Header = matching::TransactionHeader;
  expect_refused("its time runs backwards", [](Header& header) {
    header.timestamp = Timestamp{header.timestamp.value() - 1001};  // transaction 8's less one
  });
  expect_refused("its header is no transaction's", [](Header& header) { header.reserved = 1; });
  expect_refused("its header is no transaction's",
                 [](Header& header) { header.command_kind = 999; });
}

TEST_F(DamageTest, ATruncatedFile) {
  const std::string whole = load(data_file(names_[1]));
  std::size_t harmless = 0;
  for (std::size_t left = 0; left < whole.size(); left += 512) {
    store(data_file(names_[1]), whole.substr(0, left));
    // A page that nothing refers to any more may be missing: no record is.
    if (!reading_error()) {
      EXPECT_EQ(read_all(), 32U) << left;
      ++harmless;
      continue;
    }
    expect_fault(Fault::FileTruncated, names_[1]);
  }
  EXPECT_LE(harmless, 8U);
}

TEST_F(DamageTest, AnEmptyFolder) {
  std::filesystem::remove(data_file(names_[1]));
  expect_fault(Fault::SegmentWithoutData, names_[1]);
}

TEST_F(DamageTest, AFileThatIsNoEnvironment) {
  store(data_file(names_[1]), std::string(40'960, 'x'));
  expect_fault(Fault::MetaDamaged, names_[1]);
}

TEST_F(DamageTest, ANameThatNoSegmentHas) {
  std::filesystem::create_directory(segments() / "backup");
  expect_fault(Fault::StrayEntry, "backup");
}

TEST_F(DamageTest, ALeftoverTemporaryIsNoFault) {
  std::filesystem::create_directory(segments() / ".new-00000000000000000081-0000000002");
  EXPECT_FALSE(reading_error());
  EXPECT_FALSE(opening_error());
}

TEST_F(DamageTest, TwoSegmentsWithRecordsForTheSameEvents) {
  // A copy of the WAL is written to by another writer, and its segment brought back.
  const std::filesystem::path original = folder_.path() / "original";
  std::filesystem::copy(root(), original, std::filesystem::copy_options::recursive);
  write(1, 1);
  std::filesystem::rename(root(), folder_.path() / "first");
  std::filesystem::rename(original, root());
  write(0, 0);  // raises the epoch
  write(1, 1);
  const std::string first = "00000000000000000081-0000000002";
  const std::string second = "00000000000000000081-0000000003";
  std::filesystem::rename(folder_.path() / "first" / kSegmentsFolder / first, segments() / first);
  expect_fault(Fault::SegmentFork, second);
  EXPECT_THAT(opening_error()->what(), HasSubstr(first));
}

TEST_F(DamageTest, ASegmentThatBeginsInsideAnother) {
  const std::string inside = "00000000000000000025-0000000001";
  std::filesystem::copy(segments() / names_[1], segments() / inside);
  const auto error = reading_error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SegmentFork);
  EXPECT_EQ(error->segment(), inside);
  EXPECT_THAT(error->what(), HasSubstr("it begins inside segment " + names_[1]));
  EXPECT_EQ(opening_error()->fault(), Fault::SegmentMisnamed);
}

TEST_F(DamageTest, ALostRootIsNoticed) {
  // The newest meta page goes back to the commit before, as after a write that never reached the
  // disk; LMDB then shows one record less.
  std::string file = load(data_file(names_[2]));
  const std::string older_meta = file.substr(0, 4096);  // commit 2; commit 3 is in page 1
  std::uint64_t txn_id = 0;
  std::memcpy(&txn_id, file.data() + 4096 + 144, sizeof(txn_id));
  ASSERT_EQ(txn_id, 3U);
  file.replace(4096 + 88, 48, older_meta.substr(88, 48));  // the main database as it was before
  store(data_file(names_[2]), file);
  const auto error = reading_error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::RecordLost);
  EXPECT_EQ(error->segment(), names_[2]);
}

// LMDB puts back only the commit id and the last page, where the writing of a meta page has failed.
TEST_F(DamageTest, AFirstBatchWhoseMetaPageCouldNotBeWrittenIsNoDamage) {
  {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const matching::TransactionView&) {});
    const SegmentWriter made{{.wal_root = root(),
                              .wal_id = journal.wal_id(),
                              .epoch = journal.epoch(),
                              .before = journal.position(),
                              .map_size = std::size_t{1} << 20U},
                             pool_};
  }
  const std::filesystem::path newest = data_file(segment_names().back());
  std::string file = load(newest);
  const std::string of_a_batch = load(data_file(names_[0])).substr(0, 4096);  // commit 2
  std::uint64_t txn_id = 0;
  std::memcpy(&txn_id, of_a_batch.data() + 144, sizeof(txn_id));
  ASSERT_EQ(txn_id, 2U);
  std::memcpy(&txn_id, file.data() + 144, sizeof(txn_id));
  ASSERT_EQ(txn_id, 0U);
  file.replace(40, 96, of_a_batch.substr(40, 96));  // both databases as it would have had them
  store(newest, file);
  EXPECT_FALSE(reading_error());
  EXPECT_FALSE(opening_error());
}

TEST_F(DamageTest, AHighBitInTheOlderMetaPageIsNoticed) {
  std::string file = load(data_file(names_[3]));
  file[144 + 7] = static_cast<char>(0x40);
  store(data_file(names_[3]), file);
  expect_fault(Fault::MetaDamaged, names_[3]);
}

}  // namespace
}  // namespace betex::journal
