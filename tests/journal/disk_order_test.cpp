// In which order the disk is told what: seen by a recording of the calls.
#include "journal/segment_writer.h"
#include "tests/journal/child.h"
#include "tests/journal/disk_recording.h"
#include "tests/journal/shim.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;
using test::DiskOp;
using test::Operation;

class DiskOrderTest : public test::WalTest {
 protected:
  // What a journal_child does to the disk.
  std::vector<Operation> record(std::vector<std::string> arguments) {
    const std::filesystem::path log = folder_.path() / "disk.log";
    arguments.insert(arguments.begin() + 1, root().string());
    arguments.insert(arguments.begin(), BETEX_JOURNAL_CHILD);
    Child child{arguments, test::with_shim(folder_.path(), {"BETEX_DISK_LOG=" + log.string()})};
    child.close_input();
    static_cast<void>(child.last_acknowledged(0));
    EXPECT_EQ(child.wait(), 0);
    return test::load_operations(log);
  }
};

// After a failed sync the page cache may hold what the disk does not, and call it clean. So an
// opening lets the system forget what it knows of the segment that was written last.
class ColdReadTest : public DiskOrderTest {
 protected:
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
  const std::vector<Operation> operations = record({"open"});
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
  const std::vector<Operation> operations = record({"open"});
  EXPECT_EQ(until_mapped(operations, data_file(names[3])), cold_);
  EXPECT_EQ(until_mapped(operations, data_file(names[2])), cold_);
  EXPECT_EQ(until_mapped(operations, data_file(names[1])), warm_);
}

TEST_F(DiskOrderTest, ANewFoldersNameIsSafeBeforeAnythingIsDoneInIt) {
  const std::vector<Operation> operations = record({"open"});
  std::size_t made = 0;
  for (std::size_t i = 0; i + 1 < operations.size(); ++i) {
    if (operations[i].op == DiskOp::MakeFolder) {
      EXPECT_EQ(operations[i + 1].op, DiskOp::SyncFolder);
      EXPECT_EQ(operations[i + 1].path, std::filesystem::path{operations[i].path}.parent_path());
      ++made;
    }
  }
  EXPECT_EQ(made, 4U);  // the log's own one, segments/, retired/ and snapshots/
}

TEST_F(DiskOrderTest, ARetiredSegmentsNameIsSafeInBothFoldersBeforeAnythingElseIsSaid) {
  const std::vector<Operation> operations = record({"write-retiring", "1", "60"});
  std::size_t retired = 0;
  for (std::size_t i = 0; i + 2 < operations.size(); ++i) {
    const Operation& operation = operations[i];
    if (operation.op == DiskOp::Rename &&
        operation.second.starts_with((root() / kRetiredFolder).string() + "/")) {
      EXPECT_EQ(operations[i + 1].op, DiskOp::SyncFolder);
      EXPECT_EQ(operations[i + 1].path, root() / kRetiredFolder);
      EXPECT_EQ(operations[i + 2].op, DiskOp::SyncFolder);
      EXPECT_EQ(operations[i + 2].path, segments());
      ++retired;
    }
  }
  EXPECT_GT(retired, 2U);
}

}  // namespace
}  // namespace betex::journal
