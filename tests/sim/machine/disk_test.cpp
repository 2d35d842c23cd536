#include "tests/sim/machine/disk.h"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/sim/machine/test_disk.h"

namespace betex::sim {
namespace {

// ---- Deaths

TEST_F(DiskTest, AKilledProcessLeavesAllThatItHasWritten) {
  run([&] {
    std::filesystem::create_directory(root() / "a");
    std::ofstream{root() / "a" / "file"} << "written";
    std::ofstream{disk().memory() / "cache"} << "in memory";
    std::filesystem::rename(root() / "a", root() / "b");
  });
  disk().after_kill();
  EXPECT_EQ(content_of(root() / "b" / "file"), "written");
  EXPECT_EQ(content_of(disk().memory() / "cache"), "in memory");
  EXPECT_FALSE(std::filesystem::exists(root() / "a"));
}

TEST_F(DiskTest, TheNextProcessHasFilesOfItsOwn) {
  char* map = nullptr;
  int locked = -1;
  run([&] {
    const std::filesystem::path path = root() / "file";
    put_safely(path, "old");
    locked = ::open(path.c_str(), O_RDWR);
    map = static_cast<char*>(::mmap(nullptr, 3, PROT_READ | PROT_WRITE, MAP_SHARED, locked, 0));
    ASSERT_NE(map, MAP_FAILED);
  });
  disk().after_kill();
  map[0] = 'X';
  EXPECT_EQ(content_of(root() / "file"), "old");
  EXPECT_EQ(::fcntl(locked, F_GETFD), -1) << "what it had open is closed";
  ::munmap(map, 3);
}

TEST_F(DiskTest, HolesStayHoles) {
  constexpr off_t kLength = off_t{1} << 30;
  run([&] {
    const Descriptor file{root() / "file", O_RDWR | O_CREAT};
    EXPECT_TRUE(write(file.get(), "x", kLength));
  });
  disk().after_kill();

  struct stat info {};

  ASSERT_EQ(::stat((root() / "file").c_str(), &info), 0);
  EXPECT_EQ(info.st_size, kLength + 1);
  EXPECT_LT(info.st_blocks, 100);
}

// ---- Power cuts

class DiskContentTest : public PowerCutTest {
 protected:
  // A file with the content `before`, to which `unsafe` does something by its descriptor.
  Outcomes contents(std::string_view before, const std::function<void(int)>& unsafe) {
    return outcomes([&] { put_safely(file(), before); },
                    [&] {
                      unsafe(Descriptor{file(), O_RDWR}.get());
                    },
                    [&] { return content_of(file()); });
  }

  [[nodiscard]] std::filesystem::path file() { return root() / "a" / "file"; }
};

TEST_F(DiskContentTest, WhatWasSyncedStays) {
  const auto found = contents("before", [](int file) {
    EXPECT_TRUE(write(file, "AFTER", 0));
    EXPECT_EQ(::fdatasync(file), 0);
  });
  EXPECT_EQ(found, (Outcomes{"AFTERe"}));
  EXPECT_GT(disk().syncs(), 0U);
}

TEST_F(DiskContentTest, WhatWasNotSyncedMayGoBySectors) {
  const auto found =
      contents(sectors("ab"), [](int file) { EXPECT_TRUE(write(file, sectors("AB"), 0)); });
  EXPECT_EQ(found, (Outcomes{sectors("ab"), sectors("AB"), sectors("aB"), sectors("Ab")}));
  EXPECT_GT(disk().lost_writes(), 0U);
}

TEST_F(DiskContentTest, WritesThatWereNotSyncedComeInAnyOrder) {
  const auto found = contents(sectors("ab"), [](int file) {
    EXPECT_TRUE(write(file, sectors("A"), 0));
    EXPECT_TRUE(write(file, sectors("B"), kSectorBytes));
  });
  EXPECT_EQ(found, (Outcomes{sectors("ab"), sectors("AB"), sectors("aB"), sectors("Ab")}));
}

TEST_F(DiskContentTest, SoDoesWhatIsWrittenTwice) {
  const auto found = contents(sectors("a"), [](int file) {
    EXPECT_TRUE(write(file, sectors("b"), 0));
    EXPECT_TRUE(write(file, sectors("c"), 0));
  });
  EXPECT_EQ(found, (Outcomes{sectors("a"), sectors("b"), sectors("c")}));
}

TEST_F(DiskContentTest, LengthsMayGoToo) {
  EXPECT_EQ(contents("abc", [](int file) { EXPECT_EQ(::ftruncate(file, 1), 0); }),
            (Outcomes{"abc", "a"}));
  EXPECT_EQ(contents("abc", [](int file) { EXPECT_TRUE(write(file, "d", 3)); }),
            (Outcomes{"abc", "abcd"}));
  EXPECT_EQ(contents("abc",
                     [](int file) {
                       EXPECT_EQ(::ftruncate(file, 1), 0);
                       EXPECT_TRUE(write(file, "D", 3));
                     }),
            (Outcomes{"abc", "a", "abcD", std::string{"a\0\0D", 4}}));
  EXPECT_EQ(contents("abc",
                     [](int file) {
                       EXPECT_EQ(::posix_fallocate(file, 0, 5), 0);
                       EXPECT_EQ(::fsync(file), 0);
                     }),
            (Outcomes{{"abc\0\0", 5}}));
}

TEST_F(DiskContentTest, AFileThatIsOpenedAnewMayHaveItsOldContent) {
  const auto found = contents("old", [&](int) { std::ofstream{file()} << "newer"; });
  EXPECT_EQ(found, (Outcomes{"old", "", "newer"}));
}

TEST_F(DiskContentTest, OnADescriptorForSyncedWritesTheyStay) {
  for (const int flag : {O_DSYNC, O_SYNC}) {
    const auto found = contents(sectors("ab"), [&](int other) {
      EXPECT_TRUE(write(other, sectors("xB"), 0));
      const Descriptor synced{file(), O_WRONLY | flag};
      EXPECT_TRUE(write(synced.get(), sectors("A"), 0));
    });
    EXPECT_EQ(found, (Outcomes{sectors("Ab"), sectors("AB")}));
  }
}

TEST_F(DiskContentTest, WithTheLengthThatTheyGiveTheFile) {
  const auto found = contents("a", [&](int other) {
    EXPECT_TRUE(write(other, sectors("AB"), 0));
    const Descriptor synced{file(), O_WRONLY | O_DSYNC};
    EXPECT_TRUE(write(synced.get(), sectors("C"), 2 * kSectorBytes));
  });
  const std::string zeros(kSectorBytes, '\0');
  const std::string a = "a" + zeros.substr(1);
  const std::string end = sectors("C");
  EXPECT_EQ(found,
            (Outcomes{a + zeros + end,
                      a + sectors("B") + end,
                      sectors("A") + zeros + end,
                      sectors("AB") + end}));
}

TEST_F(DiskContentTest, WhatWasWrittenBySharedMemoryMayGoUnlessTheFileIsSynced) {
  const auto change = [](int file, char to) {
    auto* const map = static_cast<char*>(
        ::mmap(nullptr, kSectorBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    ASSERT_NE(map, MAP_FAILED);
    map[0] = to;
    ::munmap(map, kSectorBytes);
  };
  EXPECT_EQ(contents(sectors("a"), [&](int file) { change(file, 'A'); }),
            (Outcomes{sectors("a"), sectors("a").replace(0, 1, "A")}));
  EXPECT_EQ(contents(sectors("a"),
                     [&](int file) {
                       change(file, 'A');
                       EXPECT_EQ(::fsync(file), 0);
                     }),
            (Outcomes{sectors("a").replace(0, 1, "A")}));
}

TEST_F(DiskContentTest, AKillBeforeDoesNotMakeItSafe) {
  Outcomes found;
  for (int cut = 0; cut < 50; ++cut) {
    run([&] { put_safely(root() / "file", "a"); });
    run([&] { EXPECT_TRUE(write(Descriptor{root() / "file", O_RDWR}.get(), "A", 0)); });
    disk().after_kill();
    EXPECT_EQ(content_of(root() / "file"), "A");
    cut_power();
    found.insert(content_of(root() / "file"));
  }
  EXPECT_EQ(found, (Outcomes{"a", "A"}));
}

TEST_F(DiskContentTest, MemoryIsEmptyThenAndTheMachineHasBootedAnew) {
  const auto boot_id = [] { return content_of("/proc/sys/kernel/random/boot_id"); };
  const std::string before = boot_id();
  run([&] { put_safely(disk().memory() / "cache", "x"); });
  disk().after_kill();
  EXPECT_EQ(boot_id(), before);
  cut_power();
  EXPECT_TRUE(std::filesystem::is_empty(disk().memory()));
  EXPECT_NE(boot_id(), before);
  EXPECT_EQ(boot_id().size(), before.size());
}

TEST_F(DiskContentTest, WhatNoProcessDoesIsSafe) {
  const auto found = outcomes([&] { put_safely(file(), "a"); },
                              [] {},
                              [&] {
                                std::ofstream{file()} << "damaged";
                                std::filesystem::rename(file(), root() / "a" / "other");
                                cut_power();
                                return content_of(root() / "a" / "other");
                              });
  EXPECT_EQ(found, (Outcomes{"damaged"}));
}

// ---- Calls that are a process's last

class LastCallTest : public DiskTest {};

TEST_F(LastCallTest, MayBeBeforeItAfterItAndInTheMiddleOfALargeWrite) {
  const std::string bytes(16'384, 'x');
  std::set<std::size_t> lengths;
  for (const auto moment : {Machine::Moment::Before, Machine::Moment::After}) {
    for (std::uint64_t call = 1; call <= 3; ++call) {
      std::filesystem::remove(root() / "file");
      const bool lived = run(
          [&] {
            const Descriptor file{root() / "file", O_RDWR | O_CREAT};
            EXPECT_TRUE(write(file.get(), bytes, 0));
          },
          call,
          moment);
      EXPECT_FALSE(lived);
      disk().after_kill();
      lengths.insert(std::filesystem::exists(root() / "file")
                         ? std::filesystem::file_size(root() / "file")
                         : 1);
    }
  }
  EXPECT_EQ(lengths, (std::set<std::size_t>{1, 0, 8192, 16'384}));
}

TEST_F(LastCallTest, WritesOfManyPiecesAndAtTheDescriptorsPlaceCountToo) {
  const auto body = [&] {
    std::string one = "one ";
    std::string two = "two";
    const iovec pieces[] = {{one.data(), one.size()}, {two.data(), two.size()}};
    const Descriptor file{root() / "file", O_RDWR | O_CREAT};
    EXPECT_EQ(::writev(file.get(), pieces, 2), 7);
    EXPECT_EQ(::write(file.get(), "!", 1), 1);
    EXPECT_EQ(::pwritev(file.get(), pieces, 1, 8), 4);
  };
  EXPECT_FALSE(run(body, 4, Machine::Moment::Before));
  EXPECT_EQ(content_of(root() / "file"), "one two!");
  EXPECT_TRUE(run(body, 5));
  EXPECT_EQ(content_of(root() / "file"), "one two!one ");
}

// ---- All of it follows from the seed

std::string one_run(std::uint64_t seed) {
  const test::TempFolder folder{"/dev/shm"};
  Machine machine{seed, folder.path()};
  Random chance{seed, "power"};
  std::string all;
  machine.disk.fail(Disk::Call::Sync, EIO, 5, 2);
  machine.disk.take_time(Clocks::Time{0}, Clocks::Time{1000});
  for (int process = 1; process <= 20; ++process) {
    const std::filesystem::path root = machine.disk.root();
    Fiber& fiber = machine.spawn("process", process, [&] {
      for (const char name : {'c', 'a', 'b'}) {
        const std::filesystem::path path = root / std::string(1, name);
        std::filesystem::remove(path);
        const Descriptor file{path, O_RDWR | O_CREAT};
        all += write(file.get(), sectors("abc"), 0) ? '+' : '-';
        all += ::fdatasync(file.get()) == 0 ? '+' : '-';
        all += write(file.get(), sectors("ABC"), 0) ? '+' : '-';
      }
    });
    machine.die_at_call(process, 3 * static_cast<std::uint64_t>(process), Machine::Moment::After);
    machine.run_fiber(fiber);
    machine.kill(process);
    machine.disk.after_power_cut(chance);
    for (const char name : {'a', 'b', 'c'}) {
      all += content_of(root / std::string(1, name));
    }
  }
  return all + std::to_string(machine.trace_hash());
}

TEST(DiskSeedTest, GivesTheSameRunEachTime) {
  const std::string run = one_run(1);
  EXPECT_EQ(one_run(1), run);
  EXPECT_NE(one_run(2), run);
}

}  // namespace
}  // namespace betex::sim
