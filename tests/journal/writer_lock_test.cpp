#include "journal/writer_lock.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/journal/child.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;
using ::testing::HasSubstr;

class WriterLockTest : public test::WalTest {
 protected:
  [[nodiscard]] std::vector<std::string> open_command() const {
    return {BETEX_JOURNAL_CHILD, "open", root().string()};
  }
};

TEST_F(WriterLockTest, ASecondWriterInTheSameProcessIsRefused) {
  const Journal journal{config(), pool_};
  EnvironmentPool other;
  const auto error = error_of([&] { const Journal second(config(), other); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::LockHeld);
  EXPECT_EQ(error->exit_code(), 75);
}

TEST_F(WriterLockTest, ASecondProcessFailsAtOnceAndNamesTheHolder) {
  const Journal journal{config(), pool_};
  Child child{open_command()};
  const std::string said = child.read_line();
  EXPECT_EQ(child.wait(), 75);
  EXPECT_THAT(said, HasSubstr("pid " + std::to_string(::getpid()) + ", since 20"));
  EXPECT_THAT(said, HasSubstr("remedy: stop the other writer"));
}

TEST_F(WriterLockTest, TheLoserChangesNothing) {
  write(1, 3);
  const Journal journal{config(), pool_};
  const std::string epoch = load(root() / kEpochFile);
  const std::string lock = load(root() / kLockFile);
  Child child{open_command()};
  EXPECT_EQ(child.wait(), 75);
  EXPECT_EQ(load(root() / kEpochFile), epoch);
  EXPECT_EQ(load(root() / kLockFile), lock);
  EXPECT_EQ(segment_names().size(), 1U);
}

TEST_F(WriterLockTest, TheLockIsHeldAsLongAsTheJournalLivesAlsoAfterClose) {
  {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    journal.close();
    EXPECT_TRUE(WriterLock::is_held(root()));
  }
  EXPECT_FALSE(WriterLock::is_held(root()));
}

TEST_F(WriterLockTest, KillingTheHolderReleasesIt) {
  Child child{open_command()};
  ASSERT_EQ(child.read_line(), "open");
  EXPECT_EQ(opening_error()->fault(), Fault::LockHeld);
  child.kill();
  EXPECT_FALSE(opening_error());
}

TEST_F(WriterLockTest, AProgramThatTheHolderStartedDoesNotInheritIt) {
  auto journal = std::make_unique<Journal>(config(), pool_);
  const Child child{{"/bin/cat"}};
  journal.reset();
  EXPECT_FALSE(WriterLock::is_held(root()));
}

TEST_F(WriterLockTest, TextLeftByADeadHolderDoesNotLock) {
  std::filesystem::create_directories(root());
  std::ofstream{root() / kLockFile} << "pid 1, since 2001-01-01T00:00:00Z\n";
  EXPECT_FALSE(opening_error());
}

TEST_F(WriterLockTest, AReaderNeedsNoLockAndDisturbsNoWriter) {
  write(1, 3);
  const Journal journal{config(), pool_};
  EXPECT_EQ(read_all(), 3U);
}

TEST(RemoteFileSystems, AreKnownByTheirTypeAndLocalOnesAreNot) {
  EXPECT_EQ(remote_file_system(0x6969), "NFS");
  EXPECT_EQ(remote_file_system(0xff534d42), "CIFS");
  EXPECT_EQ(remote_file_system(0x00c36400), "CephFS");
  EXPECT_EQ(remote_file_system(0x65735546), "FUSE");
  EXPECT_FALSE(remote_file_system(0xef53));      // ext4
  EXPECT_FALSE(remote_file_system(0x58465342));  // XFS
  EXPECT_FALSE(remote_file_system(0x01021994));  // tmpfs
}

// Of two nodes on a shared disk one may stand still with its lock.
TEST_F(WriterLockTest, NodesOfAClusterHaveALockEach) {
  std::filesystem::create_directory(root());
  const WriterLock of_a{root(), "a"};
  const WriterLock of_b{root(), "b"};
  EXPECT_TRUE(WriterLock::is_held(root()));
  const auto error = error_of([&] { const WriterLock again(root(), "a"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::LockHeld);
  EXPECT_THAT(error->what(), HasSubstr("pid " + std::to_string(::getpid())));
}

TEST_F(WriterLockTest, AWriterOutsideOfTheClusterIsKeptOutByAnyNode) {
  std::filesystem::create_directory(root());
  {
    const WriterLock of_b{root(), "b"};
    const auto error = error_of([&] { const WriterLock lock(root()); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault(), Fault::LockHeld);
  }
  EXPECT_FALSE(WriterLock::is_held(root()));
  const WriterLock lock{root()};
  const auto error = error_of([&] { const WriterLock of_b(root(), "b"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::LockHeld);
}

TEST_F(WriterLockTest, ANodesNameDoesNotLeadOutOfTheFolder) {
  std::filesystem::create_directory(root());
  const auto error = error_of([&] { const WriterLock lock(root(), "../a"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::BadConfiguration);
}

}  // namespace
}  // namespace betex::journal
