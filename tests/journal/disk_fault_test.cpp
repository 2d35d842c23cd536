// A disk that fails: full, or with errors on writes and syncs. The writer stops with the right exit
// code, nothing that it had acknowledged is lost, and the next start is clean.
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "tests/journal/child.h"
#include "tests/journal/shim.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;

class DiskFaultTest : public test::WalTest {
 protected:
  DiskFaultTest() : WalTest{test::memory_folder()} {}

  // From the `nth` call on every one fails. Returns the exit code; `acknowledged` is what it said.
  int write_on_failing_disk(const std::string& call,
                            std::size_t nth,
                            const std::string& error,
                            std::uint64_t& acknowledged) {
    std::filesystem::create_directory(root());
    Child child{{BETEX_JOURNAL_CHILD, "write", root().string(), "7", "20"},
                test::with_shim(
                    root(), {"BETEX_DISK_FAIL=" + call + ":" + std::to_string(nth) + ":" + error})};
    child.close_input();
    acknowledged = child.last_acknowledged(0);
    return child.wait();
  }

  // What the writer says when its 40th write is cut short, with so many bytes free.
  std::string words_at_a_short_write(const std::string& free_bytes) {
    const std::filesystem::path free = folder_.path() / "free";
    std::ofstream{free} << free_bytes;
    std::filesystem::create_directory(root());
    testing::internal::CaptureStderr();  // which the child inherits
    Child child{
        {BETEX_JOURNAL_CHILD, "write", root().string(), "7", "20"},
        test::with_shim(root(),
                        {"BETEX_DISK_FAIL=write:40:SHORT", "BETEX_DISK_FREE=" + free.string()})};
    child.close_input();
    static_cast<void>(child.last_acknowledged(0));
    EXPECT_EQ(child.wait(), kExitIo);
    std::filesystem::remove_all(root());
    return testing::internal::GetCapturedStderr();
  }

  // Fails at each call in turn, until the writer gets through.
  void fail_everywhere(const std::string& call, const std::string& error) {
    std::size_t failed = 0;
    for (std::size_t nth = 1; nth < 2000; nth += 1 + nth / 20) {
      SCOPED_TRACE(call + " " + std::to_string(nth) + " " + error);
      std::uint64_t acknowledged = 0;
      const int code = write_on_failing_disk(call, nth, error, acknowledged);
      if (code == 0) {
        break;
      }
      ++failed;
      EXPECT_EQ(code, kExitIo);
      const std::uint64_t recovered = recover_genuine();
      EXPECT_GE(recovered, acknowledged);
      write(1, 1);
      EXPECT_EQ(recover_genuine(), recovered + 1);
      std::filesystem::remove_all(root());
    }
    EXPECT_GT(failed, 10U);
  }
};

TEST_F(DiskFaultTest, AFullDiskEndsTheWriterAndLosesNothing) {
  fail_everywhere("write", "ENOSPC");
}

TEST_F(DiskFaultTest, AShortWriteEndsTheWriterAndLosesNothing) {
  fail_everywhere("write", "SHORT");
}

// LMDB says EIO of it.
TEST_F(DiskFaultTest, AWriteThatAFullDiskCutsShortIsToldAsAFullDisk) {
  EXPECT_THAT(words_at_a_short_write("0"), testing::HasSubstr("[DiskFull]; remedy: free space"));
  EXPECT_THAT(words_at_a_short_write("1000000000"), testing::HasSubstr("[CommitFailed]"));
}

TEST_F(DiskFaultTest, AnErrorOnAWriteEndsTheWriterAndLosesNothing) {
  fail_everywhere("write", "EIO");
}

TEST_F(DiskFaultTest, AnErrorOnASyncEndsTheWriterAndLosesNothing) {
  fail_everywhere("sync", "EIO");
}

}  // namespace
}  // namespace betex::journal
