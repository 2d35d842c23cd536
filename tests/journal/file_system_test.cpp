// What the journal makes of the file system it finds: a remote one, one that may only be read, one
// that is nearly full.
#include "journal/file_system.h"

#include <fstream>

#include <gmock/gmock.h>

#include "tests/journal/child.h"
#include "tests/journal/shim.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;
using ::testing::HasSubstr;

class FileSystemTest : public test::WalTest {
 protected:
  [[nodiscard]] Child start(const std::string& command, const std::string& setting) const {
    return Child{{BETEX_JOURNAL_CHILD, command, root().string()},
                 test::with_shim(root(), {setting})};
  }

  void set_free(std::uint64_t bytes) const { std::ofstream{free_} << bytes; }

  const std::filesystem::path free_ = folder_.path() / "free";
};

TEST_F(FileSystemTest, ARemoteOneIsRefusedAndNothingIsWrittenToIt) {
  Child child = start("open", "BETEX_DISK_TYPE=0x6969");
  EXPECT_THAT(child.read_line(), HasSubstr("rely on NFS [RemoteFileSystem]; remedy: "));
  child.close_input();
  EXPECT_EQ(child.wait(), kExitConfiguration);
  EXPECT_TRUE(std::filesystem::is_empty(root()));
}

TEST_F(FileSystemTest, ARemoteOneIsTakenWhereTheConfigurationInsists) {
  Child child = start("insist", "BETEX_DISK_TYPE=0x6969");
  EXPECT_EQ(child.read_line(), "open");
  child.close_input();
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(FileSystemTest, OneThatMayOnlyBeReadNeedsNoLockFile) {
  write(5, 4);
  for (const std::string& segment : segment_names()) {
    std::filesystem::remove(segments() / segment / "lock.mdb");
  }
  for (const std::string error : {"EROFS", "EACCES"}) {
    Child child = start("count", "BETEX_DISK_REFUSE=" + error);
    EXPECT_EQ(child.read_line(), "20") << error;
    EXPECT_EQ(child.wait(), 0) << error;
  }
}

TEST_F(FileSystemTest, WithoutTheRightToWriteTheReaderTableOfALiveSegmentCannotBeJoined) {
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 1);
  Child child = start("count", "BETEX_DISK_REFUSE=EACCES");
  EXPECT_THAT(child.read_line(), HasSubstr("mdb_env_open failed: Permission denied"));
  EXPECT_EQ(child.wait(), kExitIo);
}

TEST_F(FileSystemTest, TwoFoldersAreExchangedInOneStep) {
  const std::filesystem::path one = folder_.path() / "here" / "one";
  const std::filesystem::path other = folder_.path() / "there" / "other";
  std::filesystem::create_directories(one);
  std::filesystem::create_directories(other);
  store(one / "file", "1");
  store(other / "file", "2");
  exchange_folders(one, other);
  EXPECT_EQ(load(one / "file"), "2");
  EXPECT_EQ(load(other / "file"), "1");
  std::filesystem::remove_all(other);
  EXPECT_EQ(error_of([&] { exchange_folders(one, other); })->fault(), Fault::Io);
  EXPECT_EQ(load(one / "file"), "2");
}

TEST_F(FileSystemTest, ACopyHasTheFirstBytesOrWhatThereIsOfThem) {
  const std::filesystem::path from = folder_.path() / "from";
  std::string content;
  while (content.size() < std::size_t{3} << 20U) {
    content += std::to_string(content.size()) + " ";
  }
  store(from, content);
  const std::size_t half = content.size() / 2;
  copy_file(from, folder_.path() / "half", half);
  EXPECT_EQ(load(folder_.path() / "half"), content.substr(0, half));
  copy_file(from, folder_.path() / "all", content.size() + 5);
  EXPECT_EQ(load(folder_.path() / "all"), content);
}

TEST_F(FileSystemTest, IsLookedAtAfterEachCommitForSpace) {
  set_free(std::uint64_t{2} << 30U);
  Child child = start("watch-disk", "BETEX_DISK_FREE=" + free_.string());
  EXPECT_EQ(child.read_line(), "enough");
  set_free(std::uint64_t{1} << 29U);
  child.close_input();
  EXPECT_EQ(child.read_line(), "low");
  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace betex::journal
