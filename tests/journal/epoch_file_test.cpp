#include "journal/epoch_file.h"

#include <cstdio>
#include <string_view>

#include <gmock/gmock.h>

#include "journal/checksum.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using std::string_view_literals::operator""sv;
using ::testing::HasSubstr;

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

// A log of an older or a newer program, which may not have a single segment yet.
TEST_F(EpochFileTest, AnotherVersionIsNamed) {
  write_epoch_file(root(), {.wal_id = {}, .epoch = WriterEpoch{7}, .newest_segment = {}});
  std::string body = load(root() / kEpochFile);
  body.resize(body.find("checksum"));
  for (const char version : {'1', '5'}) {
    body["betex-wal "sv.size()] = version;
    char sum[17];
    std::snprintf(sum,
                  sizeof(sum),
                  "%016llx",
                  static_cast<unsigned long long>(checksum(std::as_bytes(std::span{body}))));
    const std::string file = body + "checksum " + sum + "\n";
    store(root() / kEpochFile, file);
    const auto error = opening_error();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault(), Fault::UnknownVersion);
    EXPECT_EQ(error->exit_code(), 65);
    EXPECT_THAT(error->what(), HasSubstr(std::string{"it has format version "} + version));
    EXPECT_EQ(load(root() / kEpochFile), file) << "nothing was changed";
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
