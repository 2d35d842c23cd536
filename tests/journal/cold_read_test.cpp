// After a failed sync the page cache may hold what the disk does not, and call it clean. So an
// opening lets the system forget what it knows of the segment that was written last.
#include "journal/segment_writer.h"
#include "tests/journal/child.h"
#include "tests/journal/disk_recording.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;
using test::DiskOp;
using test::Operation;

class ColdReadTest : public test::WalTest {
 protected:
  // What another process does with the cache and the maps of the data files while it opens the log.
  std::vector<Operation> record_opening() {
    const std::filesystem::path log = folder_.path() / "disk.log";
    Child child{{BETEX_JOURNAL_CHILD, "open", root().string()},
                {"LD_PRELOAD=" BETEX_DISK_SHIM,
                 "ASAN_OPTIONS=verify_asan_link_order=0",
                 "BETEX_DISK_ROOT=" + root().string(),
                 "BETEX_DISK_LOG=" + log.string()}};
    child.close_input();
    EXPECT_EQ(child.wait(), 0);
    return test::load_operations(log);
  }

  static std::vector<DiskOp> until_mapped(const std::vector<Operation>& operations,
                                          const std::filesystem::path& file) {
    std::vector<DiskOp> on_file;
    for (const Operation& operation : operations) {
      if (operation.path == file) {
        on_file.push_back(operation.op);
        if (operation.op == DiskOp::Map) {
          break;
        }
      }
    }
    return on_file;
  }

  using Ops = std::vector<DiskOp>;
  const Ops cold_{DiskOp::SyncFile, DiskOp::DropCache, DiskOp::Map};
  const Ops warm_{DiskOp::Map};
};

TEST_F(ColdReadTest, TheNewestSegmentIsReadFromTheDiskBeforeItIsMapped) {
  write(5, 4);
  const std::vector<std::string> names = segment_names();
  ASSERT_EQ(names.size(), 3U);
  const std::vector<Operation> operations = record_opening();
  EXPECT_EQ(until_mapped(operations, data_file(names[2])), cold_);
  EXPECT_EQ(until_mapped(operations, data_file(names[1])), warm_);
  EXPECT_EQ(until_mapped(operations, data_file(names[0])), warm_);
}

TEST_F(ColdReadTest, SoIsTheOneBeforeAnEmptySegmentThatAKilledWriterLeft) {
  write(5, 4);
  {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    const SegmentWriter killed{{.wal_root = root(),
                                .wal_id = journal.wal_id(),
                                .epoch = journal.epoch(),
                                .before = journal.position(),
                                .map_size = std::size_t{1} << 20U},
                               pool_};
  }
  const std::vector<std::string> names = segment_names();
  ASSERT_EQ(names.size(), 4U);
  const std::vector<Operation> operations = record_opening();
  EXPECT_EQ(until_mapped(operations, data_file(names[3])), cold_);
  EXPECT_EQ(until_mapped(operations, data_file(names[2])), cold_);
  EXPECT_EQ(until_mapped(operations, data_file(names[1])), warm_);
}

}  // namespace
}  // namespace betex::journal
