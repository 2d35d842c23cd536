// What may stand where the journal's files should be: links and pipes are refused, links to folders
// belong to somebody who may, and what root makes belongs to the folder's owner.
#include "journal/safe_path.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/file_system.h"
#include "journal/lmdb.h"
#include "journal/prepared_segment.h"
#include "journal/retirement.h"
#include "tests/journal/recovered_engine.h"
#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using std::filesystem::path;
using test::recover_engine;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uid_t kSomebody = 12345;  // no user of the machine's has to have this number

class SafePathTest : public test::WalTest {
 protected:
  SafePathTest() { store(victim_, kPrecious); }

  void expect_victim_unharmed() const { EXPECT_EQ(load(victim_), kPrecious); }

  void put_link(const path& file) const {
    std::filesystem::remove(file);
    std::filesystem::create_symlink(victim_, file);
  }

  static void put_pipe(const path& file) {
    std::filesystem::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  }

  void expect_refused(const std::optional<JournalError>& error, const path& file) const {
    ASSERT_TRUE(error) << file;
    EXPECT_EQ(error->fault(), Fault::NotARegularFile) << error->what();
    EXPECT_THAT(error->segment(), HasSubstr(file.filename().string()));
    expect_victim_unharmed();
  }

  // The files that a start reads, of a log with a snapshot.
  [[nodiscard]] std::vector<path> files_of_a_start() {
    write(4, 4);
    const path snapshot = root() / kSnapshotsFolder / "00000000000000000010";
    create_folder(snapshot);
    store(snapshot / kSnapshotFile, "");
    return {root() / kEpochFile, data_file(segment_names().front()), snapshot / kSnapshotFile};
  }

  std::optional<JournalError> start_error() {
    return error_of([&] {
      Journal journal{config(), pool_};
      static_cast<void>(recover_engine(journal, root()));
    });
  }

  static constexpr const char* kPrecious = "somebody's file";
  const path victim_ = folder_.path() / "victim";
};

TEST_F(SafePathTest, TheLockFileIsNotWrittenThroughALink) {
  std::filesystem::create_directories(root());
  put_link(root() / kLockFile);
  expect_refused(opening_error(), kLockFile);
}

TEST_F(SafePathTest, AReadersTableIsNotWrittenThroughALink) {
  write(1, 3);
  const path lock = segments() / segment_names().back() / "lock.mdb";
  put_link(lock);
  expect_refused(reading_error(), lock);
}

TEST_F(SafePathTest, ALinkThatLeadsNowhereMakesNoFileThere) {
  std::filesystem::remove(victim_);
  std::filesystem::create_directories(root());
  put_link(root() / kLockFile);
  EXPECT_EQ(opening_error()->fault(), Fault::NotARegularFile);
  EXPECT_FALSE(std::filesystem::exists(victim_));
}

TEST_F(SafePathTest, AWritersTableIsNotWrittenThroughALink) {
  write(1, 3);
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  prepare_segment({.wal_root = root(), .map_size = std::size_t{4} << 20U, .filled_bytes = 65536});
  for (const char* const file : {"lock.mdb", "data.mdb"}) {
    put_link(segments() / ".new-prepared" / file);
  }
  expect_refused(error_of([&] { commit(journal, 1, 1); }), "data.mdb");
}

TEST_F(SafePathTest, AStartRefusesLinksAndWaitsForNoPipe) {
  for (const path& file : files_of_a_start()) {
    const std::string genuine = load(file);
    put_link(file);
    expect_refused(start_error(), file);
    put_pipe(file);
    expect_refused(start_error(), file);
    std::filesystem::remove(file);
    store(file, genuine);
  }
}

TEST_F(SafePathTest, WhatIsPlantedWhereTheEpochFileIsMadeIsNotFollowed) {
  write(1, 3);
  put_link(root() / "epoch.new");
  EXPECT_FALSE(opening_error());
  expect_victim_unharmed();
  put_pipe(root() / "epoch.new");
  EXPECT_FALSE(opening_error());
}

TEST_F(SafePathTest, TheEndOfASegmentIsNotCutOffThroughALink) {
  store(victim_, std::string(std::size_t{1} << 20U, 'x'));
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 3);
  const path data = data_file(segment_names().front());
  std::filesystem::rename(data, data.string() + ".moved");
  std::filesystem::create_symlink(victim_, data);
  EXPECT_EQ(error_of([&] { journal.close(); })->fault(), Fault::NotARegularFile);
  EXPECT_EQ(std::filesystem::file_size(victim_), std::size_t{1} << 20U);
}

TEST_F(SafePathTest, FoldersMayBeLinksOfOurOwn) {
  const path elsewhere = folder_.path() / "elsewhere";
  std::filesystem::create_directories(elsewhere / "segments");
  std::filesystem::create_directories(folder_.path() / "disk");
  std::filesystem::create_directory_symlink("disk", root());
  std::filesystem::create_directory_symlink(elsewhere / "segments", root() / kSegmentsFolder);
  write(4, 4);
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 4);
  EXPECT_EQ(read_all(), 20U);  // beside the writer: each environment is opened once
  EXPECT_EQ(list_segments(elsewhere / "segments").size(), 3U);
}

TEST_F(SafePathTest, AWalThatIsALinkIsResolvedOnce) {
  const path first = folder_.path() / "first";
  const path second = folder_.path() / "second";
  std::filesystem::create_directories(first);
  std::filesystem::create_directories(second);
  std::filesystem::create_directory_symlink(first, root());
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 4);
  std::filesystem::remove(root());
  std::filesystem::create_directory_symlink(second, root());
  commit(journal, 8, 4);
  EXPECT_EQ(list_segments(first / kSegmentsFolder).size(), 5U);
  EXPECT_TRUE(std::filesystem::is_empty(second));
}

TEST_F(SafePathTest, AFolderIsNoLinkOfSomebodyElses) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a link away";
  }
  write(2, 4);
  const path elsewhere = folder_.path() / "elsewhere";
  for (const path& folder : {root(), segments(), segments() / segment_names().front()}) {
    std::filesystem::rename(folder, elsewhere);
    std::filesystem::create_directory_symlink(elsewhere, folder);
    EXPECT_FALSE(opening_error()) << folder;
    ASSERT_EQ(::lchown(folder.c_str(), kSomebody, kSomebody), 0);
    for (const auto& error : {opening_error(), reading_error()}) {
      ASSERT_TRUE(error) << folder;
      EXPECT_EQ(error->fault(), Fault::ForeignLink) << error->what();
      EXPECT_THAT(error->what(), HasSubstr("belongs to user 12345"));
    }
    std::filesystem::remove(folder);
    std::filesystem::rename(elsewhere, folder);
  }
}

TEST_F(SafePathTest, WhatIsMovedOrSavedStaysOutOfSomebodyElsesFolder) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a link away";
  }
  write(4, 4);
  const path elsewhere = folder_.path() / "elsewhere";
  std::filesystem::create_directories(elsewhere);
  for (const std::string_view name : {kRetiredFolder, kSnapshotsFolder}) {
    std::filesystem::remove(root() / name);
    std::filesystem::create_directory_symlink(elsewhere, root() / name);
    ASSERT_EQ(::lchown((root() / name).c_str(), kSomebody, kSomebody), 0);
  }
  EXPECT_EQ(error_of([&] { retire_up_to(root(), EventSeq{20}); })->fault(), Fault::ForeignLink);
  EXPECT_EQ(error_of([&] { write_snapshot(root(), {}); })->fault(), Fault::ForeignLink);
  EXPECT_EQ(test::run_tool(root(), {"stat"}).code, kExitConfiguration);
  EXPECT_TRUE(std::filesystem::is_empty(elsewhere));
}

TEST_F(SafePathTest, ASlashBehindALinkHidesNothing) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a link away";
  }
  std::filesystem::create_directories(root());
  const path link = folder_.path() / "link";
  std::filesystem::create_directory_symlink(root(), link);
  ASSERT_EQ(::lchown(link.c_str(), kSomebody, kSomebody), 0);
  const path own_link = folder_.path() / "own_link";
  std::filesystem::create_directory_symlink("link/", own_link);
  for (const path& shown : {link / "", own_link}) {
    EXPECT_EQ(error_of([&] { check_folder(shown); })->fault(), Fault::ForeignLink) << shown;
  }
}

TEST_F(SafePathTest, WhatRootsToolMakesBelongsToTheFoldersOwner) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can write into everybody's folders";
  }
  write(8, 4);
  for (const std::string& segment : segment_names()) {
    std::filesystem::remove(segments() / segment / "lock.mdb");
  }
  std::filesystem::remove(root() / kLockFile);
  std::filesystem::remove(root() / kSnapshotsFolder);
  const auto each = [&](auto&& visit) {
    visit(root());
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root()}) {
      visit(entry.path());
    }
  };
  each([](const path& entry) { ASSERT_EQ(::lchown(entry.c_str(), kSomebody, kSomebody), 0); });
  EXPECT_EQ(test::run_tool(root(), {"dump"}).code, 0);
  EXPECT_EQ(test::run_tool(root(), {"retire", "--up-to", "20", "--without-snapshots"}).code, 0);
  std::size_t entries = 0;
  each([&](const path& entry) {
    ++entries;

    struct stat info {};

    ASSERT_EQ(::lstat(entry.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, kSomebody) << entry;
    EXPECT_EQ(info.st_gid, kSomebody) << entry;
  });
  EXPECT_TRUE(std::filesystem::exists(root() / kLockFile));
  EXPECT_TRUE(std::filesystem::exists(segments() / segment_names().back() / "lock.mdb"));
  EXPECT_GT(entries, 8U);
}

TEST(SystemErrors, HaveEachARemedyOfTheirOwn) {
  const std::vector<std::pair<int, Fault>> errors{{ENOSPC, Fault::DiskFull},
                                                  {EDQUOT, Fault::DiskFull},
                                                  {EACCES, Fault::PermissionDenied},
                                                  {EROFS, Fault::PermissionDenied},
                                                  {ENOMEM, Fault::OutOfMemory},
                                                  {EMFILE, Fault::TooManyOpenFiles},
                                                  {ENFILE, Fault::TooManyOpenFiles},
                                                  {EIO, Fault::Io}};
  for (const auto& [error, fault] : errors) {
    EXPECT_EQ(LmdbError(error, "mdb_env_open", "folder").fault(), fault);
    try {
      throw_io_error(error, "open", "file");
    } catch (const JournalError& thrown) {
      EXPECT_EQ(thrown.fault(), fault);
      EXPECT_EQ(thrown.exit_code(), kExitIo);
    }
  }
  std::vector<std::string> texts;
  for (const Fault fault : {Fault::DiskFull,
                            Fault::PermissionDenied,
                            Fault::OutOfMemory,
                            Fault::TooManyOpenFiles,
                            Fault::Io}) {
    EXPECT_THAT(texts, Each(Not(std::string{remedy_of(fault)})));
    texts.emplace_back(remedy_of(fault));
  }
}

TEST_F(SafePathTest, ALimitOnOpenFilesIsCalledByItsName) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the checks of UBSan need descriptors themselves, and report a fault without";
#endif
  write(2, 4);
  const path said = folder_.path() / "said";
  test::Child child{{"/bin/sh",
                     "-c",
                     "exec 2>" + said.string() +
                         "; ulimit -n 5; exec " BETEX_JOURNAL_TOOL " verify --no-replay " +
                         root().string()}};
  EXPECT_EQ(child.wait(), kExitIo);
  EXPECT_THAT(load(said), HasSubstr("[TooManyOpenFiles]; remedy: raise the limit of open files"));
}

}  // namespace
}  // namespace betex::journal
