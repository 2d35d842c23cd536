#include "journal/epoch_file.h"

#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

class EpochFileTest : public test::WalTest {
 protected:
  EpochFileTest() { std::filesystem::create_directories(root()); }
};

TEST_F(EpochFileTest, RoundTripsWithAndWithoutASegment) {
  EpochRecord record{.wal_id = make_wal_id(), .epoch = WriterEpoch{7}, .newest_segment = {}};
  write_epoch_file(root(), record);
  EXPECT_EQ(read_epoch_file(root()), record);
  record.newest_segment = SegmentName{.first_seq = EventSeq{5007}, .epoch = WriterEpoch{6}};
  write_epoch_file(root(), record);
  EXPECT_EQ(read_epoch_file(root()), record);
}

TEST_F(EpochFileTest, ItIsNotThereInANewFolder) {
  EXPECT_FALSE(read_epoch_file(root()));
}

TEST_F(EpochFileTest, EveryFlippedBitAndEveryTruncationIsDamage) {
  write_epoch_file(root(),
                   {.wal_id = make_wal_id(), .epoch = WriterEpoch{7}, .newest_segment = {}});
  const std::string good = load(root() / kEpochFile);
  const auto expect_damage = [&](const std::string& content, const std::string& how) {
    store(root() / kEpochFile, content);
    const auto error = error_of([&] { static_cast<void>(read_epoch_file(root())); });
    ASSERT_TRUE(error) << how;
    EXPECT_EQ(error->fault(), Fault::EpochFileDamaged) << how;
    EXPECT_EQ(error->exit_code(), 65);
  };
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    expect_damage(bad, "bit " + std::to_string(bit));
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    expect_damage(good.substr(0, size), "size " + std::to_string(size));
  }
}

TEST_F(EpochFileTest, ALeftoverOfAnInterruptedReplacementIsIgnored) {
  write(1, 1);
  store(root() / "epoch.new", "half of it");
  EXPECT_FALSE(opening_error());
}

TEST_F(EpochFileTest, SegmentsWithoutItAreNotOpened) {
  write(1, 1);
  std::filesystem::remove(root() / kEpochFile);
  EXPECT_EQ(opening_error()->fault(), Fault::EpochFileMissing);
}

TEST_F(EpochFileTest, AnOlderCopyOfItIsNoticed) {
  write(1, 1);
  const std::string old = load(root() / kEpochFile);
  write(1, 1);
  store(root() / kEpochFile, old);
  EXPECT_EQ(opening_error()->fault(), Fault::EpochFileStale);
}

}  // namespace
}  // namespace betex::journal
