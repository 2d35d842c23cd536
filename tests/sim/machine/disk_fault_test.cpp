#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/sim/machine/test_disk.h"

namespace betex::sim {
namespace {

// ---- Calls that fail

class DiskFaultTest : public DiskTest {
 protected:
  // The error of a process's call; 0: none.
  int error_of(const std::function<bool()>& call) {
    int error = 0;
    run([&] { error = call() ? 0 : errno; });
    return error;
  }
};

TEST_F(DiskFaultTest, TheNthWriteFailsAndSoManyBehindIt) {
  run([&] { put_safely(root() / "file", "abc"); });
  disk().fail(Disk::Call::Write, EIO, 2, 2);
  std::string errors;
  run([&] {
    const Descriptor file{root() / "file", O_WRONLY};
    for (std::size_t call = 0; call < 4; ++call) {
      errors += write(file.get(), "X", call) ? "ok " : errno == EIO ? "EIO " : "? ";
    }
  });
  EXPECT_EQ(errors, "ok EIO EIO ok ");
  EXPECT_EQ(disk().faults(), 2U);
  EXPECT_EQ(disk().failed(Disk::Call::Write), 2U);
  EXPECT_EQ(disk().failed(Disk::Call::Sync), 0U);
  EXPECT_EQ(content_of(root() / "file"), "XbcX");
}

TEST_F(DiskFaultTest, SoDoWhatWritesANameOrALength) {
  run([&] { put_safely(root() / "file", "abc"); });
  const std::string file = root() / "file";
  const std::string other = root() / "other";
  disk().fail(Disk::Call::Write, EROFS, 1, 100);
  EXPECT_EQ(error_of([&] { return ::rename(file.c_str(), other.c_str()) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::unlink(file.c_str()) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::mkdir(other.c_str(), 0700) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::link(file.c_str(), other.c_str()) == 0; }), EROFS);
  EXPECT_EQ(error_of([&] { return ::truncate(file.c_str(), 0) == 0; }), EROFS);
  EXPECT_EQ(names_in(root()), "file");
  EXPECT_EQ(content_of(file), "abc");
}

TEST_F(DiskFaultTest, OpeningFails) {
  disk().fail(Disk::Call::Open, EMFILE, 1, 1);
  EXPECT_EQ(error_of([&] { return ::open((root() / "x").c_str(), O_RDWR | O_CREAT, 0600) >= 0; }),
            EMFILE);
  EXPECT_FALSE(std::filesystem::exists(root() / "x"));
}

TEST_F(DiskFaultTest, NothingFailsElsewhereOrForNobody) {
  disk().fail(Disk::Call::Open, EMFILE, 1, 1);
  disk().fail(Disk::Call::Write, EIO, 1, 1);
  const test::TempFolder elsewhere;
  run([&] { put_safely(elsewhere.path() / "file", "x"); });
  run([&] { put_safely(disk().memory() / "cache", "x"); });
  put_safely(root() / "file", "x");
  EXPECT_EQ(disk().faults(), 0U);
}

TEST_F(DiskFaultTest, AFullDiskTakesAPartAndThenNothing) {
  const std::string bytes(10'000, 'x');
  disk().set_free(8192 + 100);
  run([&] {
    const Descriptor file{root() / "file", O_RDWR | O_CREAT};
    EXPECT_EQ(::pwrite(file.get(), bytes.data(), bytes.size(), 0), 8192);
    EXPECT_FALSE(write(file.get(), "y", 8192));
    EXPECT_EQ(errno, ENOSPC);
    EXPECT_TRUE(write(file.get(), "y", 8191)) << "there it has its room";
    EXPECT_EQ(::posix_fallocate(file.get(), 0, 8193), ENOSPC);
    EXPECT_EQ(::ftruncate(file.get(), 4096), 0);
    EXPECT_TRUE(write(file.get(), "y", 4096));
    EXPECT_EQ(::unlink((root() / "file").c_str()), 0);
    const Descriptor other{root() / "other", O_RDWR | O_CREAT};
    EXPECT_TRUE(write(other.get(), "y", 8191));
  });
  EXPECT_EQ(disk().faults(), 2U);
}

TEST_F(DiskFaultTest, ItSaysHowMuchIsFree) {
  const auto free = [&](const std::filesystem::path& path) {
    struct statvfs info {};
    EXPECT_EQ(::statvfs(path.c_str(), &info), 0);
    return info.f_bavail * info.f_frsize;
  };
  put_safely(root() / "file", "x");
  EXPECT_GT(free(root()), 1'000'000'000'000U);
  disk().set_free(12'288);
  EXPECT_EQ(free(root()), 12'288U);
  EXPECT_EQ(free(root() / "file"), 12'288U);
  EXPECT_GT(free(disk().memory()), 1'000'000'000'000U);
  put_safely(root() / "file", std::string(5000, 'x'));
  EXPECT_EQ(free(root()), 8192U);
  cut_power();
  EXPECT_EQ(free(root()), 8192U);

  struct statfs info {};

  EXPECT_EQ(::statfs(root().c_str(), &info), 0);
  EXPECT_EQ(info.f_type, 0xef53);
}

TEST_F(DiskFaultTest, SyncsTakeTheMachinesTime) {
  using std::chrono_literals::operator""ms;
  run([&] { put_safely(root() / "file", "x"); });
  disk().take_time(10ms, 20ms);
  const Clocks::Time before = machine_->clocks.now();
  run([&] { EXPECT_EQ(::fsync(Descriptor{root() / "file", O_RDWR}.get()), 0); });
  EXPECT_GE(machine_->clocks.now() - before, 10ms);
  EXPECT_LE(machine_->clocks.now() - before, 20ms);
}

// ---- Syncs that fail

class FailedSyncTest : public DiskFaultTest {
 protected:
  // Of many tries: what the file holds for the process that looks at it `then`.
  Outcomes contents(const std::function<void(int)>& then) {
    Outcomes found;
    for (int time = 0; time < 100; ++time) {
      run([&] { put_safely(root() / "file", sectors("ab")); });
      run([&] {
        const Descriptor file{root() / "file", O_RDWR};
        EXPECT_TRUE(write(file.get(), sectors("A"), 0));
        disk().fail(Disk::Call::Sync, EIO, 1, 1);
        EXPECT_EQ(::fsync(file.get()), -1);
        EXPECT_EQ(errno, EIO);
        EXPECT_EQ(content_of(root() / "file"), sectors("Ab")) << "the cache has it still";
        then(file.get());
      });
      disk().after_kill();
      found.insert(content_of(root() / "file"));
      cut_power();
      after_cut_.insert(content_of(root() / "file"));
    }
    return found;
  }

  Outcomes after_cut_;
};

TEST_F(FailedSyncTest, LeavesInDoubtWhatTheNextOneDoesNotWrite) {
  contents([](int file) { EXPECT_EQ(::fsync(file), 0); });
  EXPECT_EQ(after_cut_, (Outcomes{sectors("ab"), sectors("Ab")}));
}

TEST_F(FailedSyncTest, IsMendedByWritingItAgain) {
  contents([](int file) {
    EXPECT_TRUE(write(file, sectors("CD"), 0));
    EXPECT_EQ(::fsync(file), 0);
  });
  EXPECT_EQ(after_cut_, (Outcomes{sectors("CD")}));
}

TEST_F(FailedSyncTest, IsNotMendedByWritingSomethingElse) {
  contents([](int file) {
    EXPECT_TRUE(write(file, sectors("B"), kSectorBytes));
    EXPECT_EQ(::fsync(file), 0);
  });
  EXPECT_EQ(after_cut_, (Outcomes{sectors("aB"), sectors("AB")}));
}

TEST_F(FailedSyncTest, IsSeenWhenTheCacheIsDropped) {
  const auto found = contents([](int file) {
    EXPECT_EQ(::fdatasync(file), 0);
    EXPECT_EQ(::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED), 0);
  });
  EXPECT_EQ(found, (Outcomes{sectors("ab"), sectors("Ab")}));
}

TEST_F(FailedSyncTest, OfADescriptorForSyncedWritesLeavesTheWriteInDoubt) {
  Outcomes found;
  for (int time = 0; time < 50; ++time) {
    run([&] { put_safely(root() / "file", "a"); });
    disk().fail(Disk::Call::Sync, EIO, 1, 1);
    run([&] {
      const Descriptor file{root() / "file", O_RDWR | O_DSYNC};
      EXPECT_FALSE(write(file.get(), "A", 0));
      EXPECT_EQ(errno, EIO);
      EXPECT_EQ(::fsync(file.get()), 0);
    });
    cut_power();
    found.insert(content_of(root() / "file"));
  }
  EXPECT_EQ(found, (Outcomes{"a", "A"}));
}

}  // namespace
}  // namespace betex::sim
